//! Direct logit attribution for GPT-2, exact: which parts of the model pushed for the next token?

pub mod attribution;
pub mod chart;
pub mod error;
pub mod gpt2;
pub mod report;
#[cfg(target_arch = "wasm32")]
pub mod web;

pub use error::{Error, Result};
