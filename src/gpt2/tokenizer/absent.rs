//! What stands for the tokenizer without the feature `tokenizers`: there is none.

use crate::gpt2::Bos;
use crate::{Error, Result};

/// Text to token ids and back, with the feature `tokenizers`. Without it there is none.
#[derive(Debug, Clone)]
pub enum Tokenizer {}

/// The files that a tokenizer is made of, with the feature `tokenizers`.
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs)]
pub struct TokenizerFiles<'a> {
    pub tokenizer: Option<&'a [u8]>,
    pub vocab: Option<&'a [u8]>,
    pub merges: Option<&'a [u8]>,
    pub added_tokens: Option<&'a [u8]>,
    pub config: Option<&'a [u8]>,
    pub special_tokens_map: Option<&'a [u8]>,
}

impl Tokenizer {
    /// # Errors
    /// Always [`Error::Tokenizer`].
    pub fn from_json(_json: &[u8]) -> Result<Self> {
        Err(Error::Tokenizer {
            file: "tokenizer.json".into(),
            message: "cannot be read: this build of Logitscope is without its feature `tokenizers`".into(),
        })
    }

    /// Always None.
    pub fn from_files(_files: &TokenizerFiles) -> Result<Option<Self>> {
        Ok(None)
    }

    pub(in crate::gpt2) fn of_model(_files: &TokenizerFiles, _vocab_size: Option<usize>) -> Result<Option<Self>> {
        Ok(None)
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
    pub fn size(&self) -> usize {
        match *self {}
    }

    /// See the feature `tokenizers`.
    pub fn is_special(&self, _id: u32) -> bool {
        match *self {}
    }

    /// See the feature `tokenizers`.
    pub fn bos(&self) -> Option<Bos> {
        match *self {}
    }

    /// See the feature `tokenizers`.
    pub fn eos(&self) -> Option<u32> {
        match *self {}
    }
}
