//! Direct logit attribution for GPT-2, exact: which parts of the model pushed for the next token?
//!
//! A transformer's layers only ever add to the residual stream, and the unembedding reads it linearly once the final
//! LayerNorm's scale is known. So the logit of a token, or the difference of two, is a sum over the parts of the model,
//! each with its sign. This crate runs a GPT-2 checkpoint on candle and computes that sum, by TransformerLens's
//! definition and within 1e-4 of its numbers; the whole of it also compiles to WebAssembly, and runs in a browser tab.
//!
//! ```
//! use std::sync::Arc;
//!
//! use logitscope::attribution::{Question, Unit, attribute};
//! use logitscope::candle_core::{Device, Tensor};
//! use logitscope::gpt2::{Gpt2, Gpt2Config};
//!
//! // Of a folder as on the Hugging Face hub: `LanguageModel::open(folder)?.gpt2`. Here, a small one of random weights.
//! let mut config = Gpt2Config::default();
//! (config.n_layer, config.n_head, config.n_embd, config.n_inner) = (2, 4, 32, 128);
//! let random = |_: &str, shape: &[usize]| Ok(Tensor::randn(0f32, 0.2, shape, &Device::Cpu)?);
//! let model = Arc::new(Gpt2::new(&config, random)?);
//!
//! // Why token 7 rather than token 12, after the last position?
//! let run = model.run(&[1, 5, 9, 33, 2, 47])?;
//! let parts = attribute(&run, &Question::new(7).rather_than(12), Unit::Component)?;
//! for (part, value) in parts.labels.iter().zip(&parts.attribution) {
//!     println!("{part} {value:+.2}"); // embed +0.08, pos_embed -0.41, 0_attn_out +0.23, ...
//! }
//! let sum: f64 = parts.attribution.iter().sum();
//! assert!((sum - (parts.identity.logit[0] - parts.identity.bias[0])).abs() < 1e-5);
//! assert!(parts.identity.is_exact());
//! # Ok::<(), logitscope::Error>(())
//! ```
//!
//! Data flows one way, and no module knows the ones below it:
//!
//! - [`gpt2`] reads a checkpoint and runs it: text, [`LanguageModel`](gpt2::LanguageModel), [`Run`](gpt2::Run).
//! - [`attribution`] takes a logit apart: an [`Attribution`](attribution::Attribution) to the embeddings, attention and
//!   MLP of each layer, or to each head; and a [`RunningSum`](attribution::RunningSum), how it came together.
//! - [`chart`] draws it on any plotters backend, and tells what lies under a point; [`report`] puts the tokens' texts to
//!   it.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `charts` | yes | [`chart`], by plotters |
//! | `tokenizers` | yes | prompts and answers as text; without it a model takes token ids alone |
//! | `relaxed-simd` | no | for wasm32: kernels that need WebAssembly's relaxed SIMD |
//!
//! On wasm32 this crate exports nothing and starts nothing. Dependencies want a source of randomness there: see
//! [getrandom](https://docs.rs/getrandom/#webassembly-support).

#![warn(missing_docs)]
// docs.rs says of each item which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod attribution;
#[cfg(feature = "charts")]
pub mod chart;
pub mod error;
pub mod gpt2;
mod kernel;
pub mod report;

/// Whose tensors a model is built from, and activations are read as.
pub use candle_core;
pub use error::{Error, Result};

/// Threads that share the work where the library can start none: a browser's workers, on one memory.
#[cfg(feature = "team")]
pub mod team {
    use crate::kernel::TEAM;

    /// Says how many threads there will be, with the one that asks, and on how many processors. Until the others have entered,
    /// those that are there do the work.
    pub fn open(threads: usize, processors: usize) {
        TEAM.open(threads, processors);
    }

    /// Makes the calling thread one of them, for as long as it lives.
    pub fn enter() -> ! {
        TEAM.enter()
    }
}

/// The linear layers' kernel, to be measured against the machine.
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod floor {
    use crate::kernel;

    /// The length of a packed weight.
    pub fn packed_len(inputs: usize, outputs: usize) -> usize {
        kernel::packed_len(inputs, outputs) as usize
    }

    /// `x W + b` for `x` `[rows, k]`.
    pub fn linear(x: &[f32], k: usize, weight: &[f32], bias: &[f32]) -> Vec<f32> {
        kernel::linear(x, k, weight, bias, 0..bias.len())
    }
}
