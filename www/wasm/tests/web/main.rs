//! The surface that JavaScript sees, in a browser: the same numbers as TransformerLens, charts on a canvas, and errors
//! that a page can catch.
//!
//! Without libtest's harness, which wasm-bindgen-test does not use: with it the standard library, and so every crate,
//! would be compiled a second time for the tests.

#[cfg(target_arch = "wasm32")]
mod browser;

fn main() {}
