//! GPT-2 on candle: configuration, checkpoint, tokenizer, forward pass. Knows nothing of attribution, charts or the web.

mod best;
mod checkpoint;
mod config;
#[cfg(not(target_arch = "wasm32"))]
mod disk;
mod edit;
mod folder;
mod foreign;
mod forward;
mod generate;
mod json;
mod kept;
mod language_model;
mod last_block;
mod layers;
mod linear;
mod model;
mod ops;
mod overflow;
mod pass;
mod patch;
mod patched;
mod room;
mod run;
mod segments;
mod site;
mod sweep;
#[cfg_attr(not(feature = "tokenizers"), path = "tokenizer/absent.rs")]
mod tokenizer;
mod unembedding;

pub use checkpoint::Checkpoint;
pub use config::{Activation, Gpt2Config};
pub use folder::Folder;
pub use forward::Forward;
pub use generate::{Generation, Sampling, Stop};
pub use language_model::{Bos, LanguageModel, Prediction};
pub(crate) use layers::LayerNorm;
pub(crate) use linear::Linear;
pub use model::Gpt2;
pub(crate) use model::to_f64;
pub use patch::{Patch, Place, Value};
pub use run::Run;
pub use site::Site;
pub use sweep::{Outcome, Progress, Sweep};
pub use tokenizer::{Tokenizer, TokenizerFiles};
pub(crate) use unembedding::{Expectations, Outermost};
pub use unembedding::{Expected, Guess};
