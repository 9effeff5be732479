//! Text to token ids and back, through Hugging Face's `tokenizers`.

mod charsmap;
mod files;
mod growth;
mod roles;
mod sound;

use std::collections::HashMap;

use serde_json::Value;
use tokenizers::normalizer::NormalizedString;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, Normalizer};

use self::files::{Description, wrong};
use self::roles::Named;
use super::Bos;
use crate::Result;

/// Text to token ids and back.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    spelling: Spelling,
    first: Vec<Named>,
    last: Option<u32>,
    /// For messages.
    file: &'static str,
}

/// The files that a folder's tokenizer is made of, as bytes; None for one that is not there.
#[derive(Debug, Clone, Copy, Default)]
pub struct TokenizerFiles<'a> {
    /// `tokenizer.json`, which alone is enough.
    pub tokenizer: Option<&'a [u8]>,
    /// `vocab.json`: with `merges.txt`, GPT-2's byte-level BPE. Of no account beside `tokenizer.json`.
    pub vocab: Option<&'a [u8]>,
    /// `merges.txt`
    pub merges: Option<&'a [u8]>,
    /// `added_tokens.json`, in which older folders list them.
    pub added_tokens: Option<&'a [u8]>,
    /// `tokenizer_config.json`, which names the special tokens.
    pub config: Option<&'a [u8]>,
    /// `special_tokens_map.json`, in which older folders name them.
    pub special_tokens_map: Option<&'a [u8]>,
}

/// What a normalizer may make of an added token, in bytes.
const LONGEST_ADDED: u64 = 1 << 24;

/// How the vocabulary spells texts.
#[derive(Debug, Clone)]
enum Spelling {
    /// Byte by byte: what each character stands for.
    Bytes(HashMap<char, u8>),
    /// As texts, in which this character is a space.
    Text { space: Option<char> },
}

impl Tokenizer {
    /// Reads a `tokenizer.json` by itself.
    ///
    /// # Errors
    /// As [`Tokenizer::from_files`].
    pub fn from_json(json: &[u8]) -> Result<Self> {
        let files = TokenizerFiles {
            tokenizer: Some(json),
            ..TokenizerFiles::default()
        };
        Self::from_files(&files)?.ok_or_else(|| wrong("tokenizer.json", "is not there"))
    }

    /// Reads a tokenizer as `transformers` does; None if the files make none. The same text gives the same tokens, whatever
    /// was asked before: truncation, padding and the dropout of training are left out.
    ///
    /// # Errors
    /// [`Error::Tokenizer`](crate::Error::Tokenizer) names the file that is damaged, or asks for something that no GPT-2 needs.
    pub fn from_files(files: &TokenizerFiles) -> Result<Option<Self>> {
        Self::of_model(files, None)
    }

    /// As [`Tokenizer::from_files`], for a model with so many tokens. If there is room for it, a token that begins texts is
    /// added as `transformers` adds it where no file has it.
    pub(super) fn of_model(files: &TokenizerFiles, vocab_size: Option<usize>) -> Result<Option<Self>> {
        let Some(description) = files.describe(vocab_size)? else {
            return Ok(None);
        };
        let Description {
            file,
            json,
            added_tokens,
            roles,
        } = description;
        let damaged = |e: &dyn std::fmt::Display| wrong(file, format!("is damaged, or no tokenizer: {e}"));
        let bytes = serde_json::to_vec(&json).map_err(|e| damaged(&e))?;
        let mut inner = tokenizers::Tokenizer::from_bytes(bytes).map_err(|e| damaged(&e))?;
        check_added(&inner, &added_tokens, &json).map_err(|message| wrong(file, message))?;
        inner.add_tokens(added_tokens).map_err(|e| damaged(&e))?;
        if inner.get_vocab_size(true) == 0 {
            return Err(wrong(file, "has no tokens"));
        }
        Ok(Some(Self {
            spelling: Spelling::of(&json),
            first: roles.first().collect(),
            last: roles.last().and_then(|named| inner.token_to_id(&named.token.content)),
            inner,
            file,
        }))
    }

    /// The ids of a text, without any special token that the text does not spell out itself.
    ///
    /// # Errors
    /// [`Error::Tokenizer`](crate::Error::Tokenizer) if the text holds something that the tokenizer has no token for.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self
            .inner
            .encode_fast(text, false)
            .map_err(|e| wrong(self.file, format!("cannot encode {text:?}: {e}")))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The text of a sequence of ids. Ids that the tokenizer does not know are left out.
    pub fn decode(&self, ids: &[u32]) -> String {
        // Some decoders panic on nothing.
        let known: Vec<u32> = ids
            .iter()
            .copied()
            .filter(|&id| self.inner.id_to_token(id).is_some())
            .collect();
        if known.is_empty() {
            return String::new();
        }
        let text = self.inner.decode(&known, false);
        text.unwrap_or_else(|_| known.iter().map(|&id| self.token_text(id)).collect())
    }

    /// One token as text, its leading space included; no two tokens look the same. Bytes that are only part of a UTF-8
    /// character appear as escapes, as `\xE6\x97`; an id that the tokenizer does not know as `#50300`.
    pub fn token_text(&self, id: u32) -> String {
        let Some(token) = self.inner.id_to_token(id) else {
            return format!("#{id}");
        };
        let added = self.inner.get_added_vocabulary().get_added_tokens_decoder();
        if let Some(added) = added.get(&id) {
            return added.content.clone();
        }
        match &self.spelling {
            Spelling::Bytes(bytes) => {
                let bytes: Option<Vec<u8>> = token.chars().map(|c| bytes.get(&c).copied()).collect();
                bytes.map_or(token, |bytes| readable(&bytes))
            }
            Spelling::Text { space } => match byte(&token) {
                // Never as the character, which is another token.
                Some(byte) => format!("\\x{byte:02X}"),
                None => space.map_or_else(|| token.clone(), |space| token.replace(space, " ")),
            },
        }
    }

    /// The id of a token by its own spelling in the vocabulary, as `<|endoftext|>`.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.inner.token_to_id(token)
    }

    /// How many tokens there are, added ones included.
    pub fn size(&self) -> usize {
        self.inner.get_vocab_size(true)
    }

    /// Whether a token is one of those with a meaning of its own, such as the one that begins a text.
    pub fn is_special(&self, id: u32) -> bool {
        let added = self.inner.get_added_vocabulary().get_added_tokens_decoder();
        added.get(&id).is_some_and(|token| token.special)
    }

    /// The token that begins a text, as TransformerLens has it: the `bos_token` that tokenizer_config.json or
    /// special_tokens_map.json names, else their `eos_token`, else `<|endoftext|>`. None if there is none of them. Its id may be
    /// one that the model does not have.
    pub fn bos(&self) -> Option<Bos> {
        self.first.iter().find_map(|Named { token, by }| {
            Some(Bos {
                id: self.id(&token.content)?,
                text: token.content.clone(),
                named_by: by.unwrap_or("GPT-2's default").into(),
            })
        })
    }

    /// The token that ends a text, if the files name one.
    pub fn eos(&self) -> Option<u32> {
        self.last
    }
}

impl Spelling {
    fn of(json: &Value) -> Self {
        let parts = [&json["decoder"], &json["pre_tokenizer"]].map(parts);
        let part = |kind: &str| parts.iter().flatten().find(|part| part["type"] == kind);
        if part("ByteLevel").is_some() {
            return Self::Bytes(byte_characters());
        }
        let replacement = |part: &&Value| part["replacement"].as_str().and_then(|text| text.chars().next());
        Self::Text {
            space: part("Metaspace").map(|part| replacement(part).unwrap_or('\u{2581}')),
        }
    }
}

/// A part of a tokenizer.json, or those that it is a sequence of.
fn parts(part: &Value) -> Vec<&Value> {
    let sequence = part["decoders"].as_array().or_else(|| part["pretokenizers"].as_array());
    match sequence {
        Some(sequence) => sequence.iter().flat_map(parts).collect(),
        None => vec![part],
    }
}

/// Checks that each added token can be found in a text. One of which nothing is left would be found everywhere; one that
/// begins with a space, and takes those before it too, also in what another took already.
fn check_added(tokenizer: &tokenizers::Tokenizer, tokens: &[AddedToken], json: &Value) -> Result<(), String> {
    let grown = growth::by_normalizer(json);
    let takes_spaces_after = tokens.iter().any(|token| token.rstrip);
    for token in tokens {
        let length = token.content.len();
        if token.normalized && grown.saturating_mul(length as u64) > LONGEST_ADDED {
            let start: String = token.content.chars().take(20).collect();
            return Err(format!(
                "its added token that begins with {start:?} has {length} bytes, and its normalizer can make {grown} of each; {LONGEST_ADDED} \
                 are the most"
            ));
        }
        let mut text = NormalizedString::from(token.content.as_str());
        if let Some(normalizer) = tokenizer.get_normalizer().filter(|_| token.normalized) {
            normalizer.normalize(&mut text).map_err(|e| e.to_string())?;
        }
        if text.get().is_empty() {
            return Err(format!(
                "its added token {:?} is empty, or nothing to its normalizer",
                token.content
            ));
        }
        if takes_spaces_after && token.lstrip && text.get().starts_with(char::is_whitespace) {
            return Err(format!(
                "its added token {:?} begins with a space and has lstrip",
                token.content
            ));
        }
    }
    Ok(())
}

/// The byte that a token like `<0xE3>` stands for.
fn byte(token: &str) -> Option<u8> {
    let hex = token.strip_prefix("<0x")?.strip_suffix('>')?;
    u8::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 2)
}

fn readable(bytes: &[u8]) -> String {
    bytes
        .utf8_chunks()
        .flat_map(|chunk| {
            let escapes = chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}"));
            [chunk.valid().to_string()].into_iter().chain(escapes)
        })
        .collect()
}

/// GPT-2 spells bytes as characters: printable ones as themselves, the others, in order, as those from U+0100 on.
fn byte_characters() -> HashMap<char, u8> {
    let alphabet = ByteLevel::alphabet();
    let (themselves, others): (Vec<u8>, Vec<u8>) = (0..=255).partition(|&byte| alphabet.contains(&char::from(byte)));
    let themselves = themselves.into_iter().map(|byte| (char::from(byte), byte));
    themselves.chain(('\u{100}'..).zip(others)).collect()
}
