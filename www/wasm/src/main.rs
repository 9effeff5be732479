//! A module for the browser: all that the library exports.
//!
//! A program, since cargo names the libraries of all features the same, and takes one for another.
#![cfg_attr(target_arch = "wasm32", no_main)]

#[cfg(target_arch = "wasm32")]
use logitscope_wasm as _;

/// There is nothing in it elsewhere.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}
