//! Direct logit attribution for GPT-2, exact: which parts of the model pushed for the next token?

pub mod attribution;
pub mod chart;
pub mod error;
pub mod gpt2;

pub use error::{Error, Result};
