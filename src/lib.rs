//! Direct logit attribution for GPT-2, exact: which parts of the model pushed for the next token?
//!
//! A transformer's layers only ever add to the residual stream, and the unembedding reads it linearly once the final
//! LayerNorm's scale is known. So the logit of a token, or the difference of two, is a sum over the parts of the model,
//! each with its sign. This crate runs a GPT-2 checkpoint on candle and computes that sum, by TransformerLens's
//! definition and within 1e-4 of its numbers; the whole of it also compiles to WebAssembly, and runs in a browser tab.
//!
//! ```
//! use logitscope::attribution::{Position, Unit, direct_logit_attribution};
//! use logitscope::gpt2::LanguageModel;
//!
//! // A folder as on the Hugging Face hub: config.json, model.safetensors and, to take text, tokenizer.json.
//! let model = LanguageModel::open("tests/data/tiny-a".as_ref())?;
//! let cache = model.gpt2.run(&[1, 5, 9, 33, 2, 47])?;
//!
//! // Why token 7 rather than token 12, after the last position?
//! let parts = direct_logit_attribution(&model.gpt2, &cache, 7, Some(12), Unit::Component, Position::At(-1))?;
//! for (part, value) in parts.top(2) {
//!     println!("{part} {value:+.2}"); // 1_mlp_out +1.12, 1_attn_out +0.58
//! }
//! let sum: f64 = parts.attribution.iter().sum();
//! assert!((sum - (parts.logit[0] - parts.bias[0])).abs() < 1e-5);
//! assert!(parts.is_exact());
//! # assert_eq!(parts.top(2).iter().map(|(part, _)| part.to_string()).collect::<Vec<_>>(), ["1_mlp_out", "1_attn_out"]);
//! # Ok::<(), logitscope::Error>(())
//! ```
//!
//! Data flows one way, and no module knows the ones below it:
//!
//! - [`gpt2`] reads a checkpoint and runs it: text, [`LanguageModel`](gpt2::LanguageModel),
//!   [`ActivationCache`](gpt2::ActivationCache).
//! - [`attribution`] takes a logit apart: a [`DirectLogitAttribution`](attribution::DirectLogitAttribution) for the
//!   embeddings, attention and MLP of each layer, for each head, or for the residual stream layer by layer.
//! - [`chart`] draws it on any plotters backend, and tells what lies under a point; [`report`] puts the tokens' texts to
//!   it.
//! - `web`, on wasm32 alone, is the surface for JavaScript; the program `logitscope` is the one for a terminal.

#![warn(missing_docs)]

pub mod attribution;
pub mod chart;
pub mod error;
pub mod gpt2;
mod kernel;
pub mod report;
#[cfg(target_arch = "wasm32")]
pub mod web;

pub use error::{Error, Result};
