//! GPT-2 on candle: configuration, checkpoint, tokenizer, forward pass. Knows nothing of attribution, charts or the web.

mod cache;
mod checkpoint;
mod config;
#[cfg(not(target_arch = "wasm32"))]
mod folder;
mod foreign;
mod generate;
mod language_model;
mod linear;
mod model;
mod ops;
mod tokenizer;

pub use cache::{ActivationCache, Activations, BlockActivations};
pub use checkpoint::Checkpoint;
pub use config::{Activation, Gpt2Config};
pub use generate::{Generation, Sampling, Stop};
pub use language_model::{LanguageModel, Prediction};
pub use model::Gpt2;
pub(crate) use model::to_f64;
pub use tokenizer::Tokenizer;
