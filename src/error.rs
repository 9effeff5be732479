//! The one error type. Each message names the input, says what was wrong and what would be right.

/// `Result` with Logitscope's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong, by what has to be mended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `config.json` is not that of a GPT-2 that this crate computes.
    #[error("config.json: {0}")]
    Config(String),
    /// A weights file is damaged, or does not fit the config.
    #[error("{file}: {message}")]
    Checkpoint {
        /// The file's name, as the caller gave it.
        file: String,
        /// What is wrong with it, and what would be right.
        message: String,
    },
    /// A file of the tokenizer is damaged, or asks for what cannot be done.
    #[error("{file}: {message}")]
    Tokenizer {
        /// The file's name.
        file: String,
        /// What is wrong with it, and what would be right.
        message: String,
    },
    /// The prompt is empty, too long, or holds an unknown token id.
    #[error("prompt: {0}")]
    Prompt(String),
    /// The answer, or the token to compare it with, is not exactly one known token.
    #[error("answer: {0}")]
    Answer(String),
    /// A position outside the prompt.
    #[error("position: {0}")]
    Position(String),
    /// A step into the model that cannot be taken.
    #[error("path: {0}")]
    Path(String),
    /// Any other argument that cannot be used.
    #[error("{0}")]
    Argument(String),
    /// A number of the model is infinite, or not a number: weights too large for float32, or a damaged checkpoint.
    #[error("overflow: {0}. The weights are too large for float32, or damaged; load others")]
    Overflow(String),
    /// An allocation was refused.
    #[error("out of memory: {0}")]
    Memory(String),
    /// A chart could not be drawn.
    #[error("chart: {0}")]
    Chart(String),
    /// A tensor operation failed. With a validated checkpoint and prompt this is a bug in Logitscope.
    #[error("tensor operation failed (this is a bug in Logitscope): {0}")]
    Tensor(#[source] Box<dyn std::error::Error + Send + Sync>),
}

// Boxed, so that what never computes, as the charts, holds no code for candle's errors.
impl From<candle_core::Error> for Error {
    fn from(error: candle_core::Error) -> Self {
        Self::Tensor(Box::new(error))
    }
}
