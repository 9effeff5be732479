//! GPT-2 on candle: configuration, checkpoint, tokenizer, forward pass. Knows nothing of attribution, charts or the web.

mod cache;
mod config;
mod model;

pub use cache::{ActivationCache, BlockActivations};
pub use config::{Activation, Gpt2Config};
pub(crate) use model::to_f64;
pub use model::{Gpt2, KvCache};
