//! GPT-2 on candle: configuration, checkpoint, tokenizer, forward pass. Knows nothing of attribution, charts or the web.

mod checkpoint;
mod config;
#[cfg(not(target_arch = "wasm32"))]
mod disk;
mod folder;
mod foreign;
mod generate;
mod kept;
mod language_model;
mod layers;
mod linear;
mod model;
mod ops;
mod overflow;
mod room;
mod run;
mod segments;
mod site;
#[cfg_attr(not(feature = "tokenizers"), path = "tokenizer/absent.rs")]
mod tokenizer;

pub use checkpoint::Checkpoint;
pub use config::{Activation, Gpt2Config};
pub use folder::Folder;
pub use generate::{Generation, Sampling, Stop};
pub use language_model::{Bos, LanguageModel, Prediction};
pub(crate) use layers::LayerNorm;
pub(crate) use linear::Linear;
pub use model::Gpt2;
pub(crate) use model::to_f64;
pub use run::Run;
pub use site::Site;
pub use tokenizer::{Tokenizer, TokenizerFiles};
