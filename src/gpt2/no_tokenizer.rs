//! What stands in for `tokenizer.rs` without the feature `tokenizers`: there is no tokenizer.

use crate::{Error, Result};

/// Text to token ids and back, with the feature `tokenizers`. Without it there is none.
#[derive(Debug, Clone)]
pub enum Tokenizer {}

impl Tokenizer {
    /// # Errors
    /// Always [`Error::Tokenizer`].
    pub fn from_json(_json: &[u8]) -> Result<Self> {
        Err(Error::Tokenizer(
            "cannot be read: this build of Logitscope is without its feature `tokenizers`".into(),
        ))
    }

    /// See the feature `tokenizers`.
    pub fn encode(&self, _text: &str) -> Result<Vec<u32>> {
        match *self {}
    }

    /// See the feature `tokenizers`.
    pub fn decode(&self, _ids: &[u32]) -> String {
        match *self {}
    }

    /// See the feature `tokenizers`.
    pub fn token_text(&self, _id: u32) -> String {
        match *self {}
    }

    /// See the feature `tokenizers`.
    pub fn id(&self, _token: &str) -> Option<u32> {
        match *self {}
    }

    /// See the feature `tokenizers`.
    pub fn largest_id(&self) -> u32 {
        match *self {}
    }
}
