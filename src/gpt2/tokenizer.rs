//! `tokenizer.json`, through Hugging Face's `tokenizers`.

use std::collections::HashMap;

use serde_json::Value;
use tokenizers::DecoderWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;

use super::foreign;
use crate::{Error, Result};

/// Text to token ids and back.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    /// What each character of a byte-level token stands for; empty for other kinds of tokens.
    bytes: HashMap<char, u8>,
    largest_id: u32,
}

impl Tokenizer {
    /// Reads a `tokenizer.json`. Its truncation and padding are left out: a prompt is used as it is.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] if it is damaged.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        if let Some(what) = foreign::recognize(json) {
            return Err(Error::Tokenizer(what));
        }
        let damaged = |e| Error::Tokenizer(format!("is damaged, or not a tokenizer.json: {e}"));
        // On these faults tokenizers panics.
        let fields: Value = serde_json::from_slice(json).map_err(|e| damaged(e.into()))?;
        check_merges(&fields).map_err(|e| damaged(e.into()))?;
        drop(fields);
        let mut inner = tokenizers::Tokenizer::from_bytes(json).map_err(damaged)?;
        inner.with_truncation(None).map_err(damaged)?;
        inner.with_padding(None);
        let bytes = match inner.get_decoder() {
            Some(DecoderWrapper::ByteLevel(_)) => byte_characters(),
            _ => HashMap::new(),
        };
        let largest_id = inner.get_vocab(true).into_values().max();
        Ok(Self {
            inner,
            bytes,
            largest_id: largest_id.ok_or_else(|| Error::Tokenizer("has no tokens".into()))?,
        })
    }

    /// The ids of a text, without any special token that the text does not spell out itself.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] if the text holds something that the tokenizer has no token for.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self
            .inner
            .encode_fast(text, false)
            .map_err(|e| Error::Tokenizer(format!("cannot encode {text:?}: {e}")))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The text of a sequence of ids. Ids that the tokenizer does not know are left out.
    pub fn decode(&self, ids: &[u32]) -> String {
        match self.inner.decode(ids, false) {
            Ok(text) => text,
            Err(_) => ids.iter().map(|&id| self.token_text(id)).collect(),
        }
    }

    /// One token as text, its leading space included. Bytes that are only part of a UTF-8 character appear as escapes,
    /// as `\xE6\x97`; an id that the tokenizer does not know as `#50300`.
    pub fn token_text(&self, id: u32) -> String {
        let Some(token) = self.inner.id_to_token(id) else {
            return format!("#{id}");
        };
        let added = self.inner.get_added_vocabulary().get_added_tokens_decoder();
        if added.contains_key(&id) {
            return token;
        }
        let bytes: Option<Vec<u8>> = token.chars().map(|c| self.bytes.get(&c).copied()).collect();
        match bytes {
            Some(bytes) => bytes
                .utf8_chunks()
                .flat_map(|chunk| {
                    let escapes = chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}"));
                    [chunk.valid().to_string()].into_iter().chain(escapes)
                })
                .collect(),
            None => self.inner.decode(&[id], false).unwrap_or(token),
        }
    }

    /// The id of a token by its own spelling in `tokenizer.json`, as `<|endoftext|>`.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.inner.token_to_id(token)
    }

    /// The largest id that the tokenizer can give.
    pub fn largest_id(&self) -> u32 {
        self.largest_id
    }
}

/// Checks that each merge of a BPE makes a token.
fn check_merges(tokenizer: &Value) -> Result<(), String> {
    let model = &tokenizer["model"];
    let (Some(vocabulary), Some(merges)) = (model["vocab"].as_object(), model["merges"].as_array()) else {
        return Ok(());
    };
    let prefix = model["continuing_subword_prefix"].as_str().unwrap_or_default();
    for merge in merges {
        let pair = match merge {
            Value::String(pair) => pair.split_once(' '),
            pair => pair[0].as_str().zip(pair[1].as_str()),
        };
        let token = pair.and_then(|(left, right)| Some(format!("{left}{}", right.strip_prefix(prefix)?)));
        if !token.is_some_and(|token| vocabulary.contains_key(&token)) {
            return Err(format!("merge {merge} makes no token of its vocabulary"));
        }
    }
    Ok(())
}

/// GPT-2 spells bytes as characters: printable ones as themselves, the others, in order, as those from U+0100 on.
fn byte_characters() -> HashMap<char, u8> {
    let alphabet = ByteLevel::alphabet();
    let (themselves, others): (Vec<u8>, Vec<u8>) = (0..=255).partition(|&byte| alphabet.contains(&char::from(byte)));
    let themselves = themselves.into_iter().map(|byte| (char::from(byte), byte));
    themselves.chain(('\u{100}'..).zip(others)).collect()
}
