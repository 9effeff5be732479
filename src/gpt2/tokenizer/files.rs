//! The files that a folder's tokenizer is made of, put together as `transformers` does.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};
use tokenizers::AddedToken;

use super::roles::Roles;
use super::{TokenizerFiles, sound};
use crate::gpt2::{foreign, json};
use crate::{Error, Result};

/// A tokenizer, described but not yet built.
pub(super) struct Description {
    /// The file that most of it comes from.
    pub file: &'static str,
    /// In the form of a `tokenizer.json`, without its added tokens.
    pub json: Value,
    /// In the order in which they get their ids.
    pub added_tokens: Vec<AddedToken>,
    pub roles: Roles,
}

impl TokenizerFiles<'_> {
    /// For a model with so many tokens, if it is known; None if the files make no tokenizer.
    pub(super) fn describe(&self, vocab_size: Option<usize>) -> Result<Option<Description>> {
        let (file, mut json) = match (self.tokenizer, self.vocab, self.merges) {
            (Some(tokenizer), _, _) => ("tokenizer.json", object("tokenizer.json", tokenizer)?),
            (None, Some(vocab), Some(merges)) => ("vocab.json", byte_level_bpe(vocab, merges)?),
            _ => return Ok(None),
        };
        let settings = self.settings()?;
        let roles = Roles::new(&settings)?;
        for unused in ["truncation", "padding", "post_processor"] {
            json.insert(unused.into(), Value::Null);
        }
        let added_tokens = match json.insert("added_tokens".into(), json!([])) {
            Some(Value::Array(tokens)) => tokens.iter().map(added_token).collect::<Option<_>>(),
            None | Some(Value::Null) => Some(Vec::new()),
            Some(_) => None,
        }
        .ok_or_else(|| wrong(file, "its added_tokens are not a list of tokens"))?;
        let mut json = Value::Object(json);
        // Random, for training.
        if json["model"]["dropout"] != Value::Null {
            json["model"]["dropout"] = Value::Null;
        }
        // GPT-2's own class sets it anew, whatever tokenizer.json says.
        let pre_tokenizer = &mut json["pre_tokenizer"];
        if roles.is_gpt2s && pre_tokenizer["type"] == "ByteLevel" {
            let prefix = settings.config.get("add_prefix_space").and_then(Value::as_bool);
            pre_tokenizer["add_prefix_space"] = prefix.unwrap_or(false).into();
        }
        sound::check(&json).map_err(|message| wrong(file, message))?;
        let added_tokens = self.with_listed(added_tokens, &settings, &roles)?;
        let vocabulary = spellings(&json["model"]["vocab"]);
        let is_known = |token: &AddedToken| vocabulary.contains(&*token.content);
        let all = with(added_tokens.clone(), roles.tokens(|_| true));
        let size = vocabulary.len() + all.iter().filter(|token| !is_known(token)).count();
        let added_tokens = match vocab_size.is_some_and(|most| size <= most) {
            true => all,
            false => with(added_tokens, roles.tokens(is_known)),
        };
        Ok(Some(Description {
            file,
            json,
            added_tokens,
            roles,
        }))
    }

    fn settings(&self) -> Result<Settings> {
        let read = |file, bytes: Option<&[u8]>| bytes.map_or(Ok(Map::new()), |bytes| object(file, bytes));
        let config = read("tokenizer_config.json", self.config)?;
        // With added_tokens_decoder it is of the newer form, which says all by itself.
        let map = match config.contains_key("added_tokens_decoder") {
            true => Map::new(),
            false => read("special_tokens_map.json", self.special_tokens_map)?,
        };
        Ok(Settings { config, map })
    }

    /// The tokens that `tokenizer.json` adds, and those that other files list: of the newer form in place of its own.
    fn with_listed(&self, mut own: Vec<AddedToken>, settings: &Settings, roles: &Roles) -> Result<Vec<AddedToken>> {
        let by_id = |file, mut tokens: Vec<(Option<u64>, Option<AddedToken>)>| {
            tokens.sort_by_key(|(id, _)| *id);
            let whole = |(id, token): (Option<u64>, Option<AddedToken>)| id.and(token);
            let tokens: Option<Vec<_>> = tokens.into_iter().map(whole).collect();
            tokens.ok_or_else(|| wrong(file, "does not list its added tokens with their ids"))
        };
        if let Some(Value::Object(listed)) = settings.config.get("added_tokens_decoder") {
            let tokens = listed.iter().map(|(id, token)| (id.parse().ok(), added_token(token)));
            own.extend(by_id("tokenizer_config.json", tokens.collect())?);
            return Ok(own);
        }
        let Some(bytes) = self.added_tokens else {
            return Ok(own);
        };
        let special: HashSet<String> = roles.tokens(|_| true).map(|token| token.content).collect();
        let listed = object("added_tokens.json", bytes)?;
        let tokens = listed.into_iter().map(|(content, id)| {
            let is_special = special.contains(&content);
            (id.as_u64(), Some(AddedToken::from(content, is_special)))
        });
        Ok(with(own, by_id("added_tokens.json", tokens.collect())?))
    }
}

/// Tokens, and more after them. One that is there already stays as it is described there.
fn with(mut tokens: Vec<AddedToken>, more: impl IntoIterator<Item = AddedToken>) -> Vec<AddedToken> {
    let known = tokens.iter().enumerate();
    let mut places: HashMap<String, usize> = known.map(|(at, token)| (token.content.clone(), at)).collect();
    for token in more {
        match places.get(&token.content) {
            Some(&at) => tokens[at].special |= token.special,
            None => {
                places.insert(token.content.clone(), tokens.len());
                tokens.push(token);
            }
        }
    }
    tokens
}

/// How a vocabulary spells its tokens.
fn spellings(vocabulary: &Value) -> HashSet<&str> {
    match vocabulary {
        Value::Object(tokens) => tokens.keys().map(String::as_str).collect(),
        pieces => pieces
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|piece| piece[0].as_str())
            .collect(),
    }
}

/// What the smaller files say.
pub(super) struct Settings {
    /// `tokenizer_config.json`
    pub config: Map<String, Value>,
    /// `special_tokens_map.json`, if it counts.
    pub map: Map<String, Value>,
}

pub(super) fn wrong(file: &str, message: impl Into<String>) -> Error {
    Error::Tokenizer {
        file: file.into(),
        message: message.into(),
    }
}

/// A token as a string, or as an object with its `content`.
pub(super) fn added_token(value: &Value) -> Option<AddedToken> {
    if let Value::String(content) = value {
        return Some(AddedToken::from(content.as_str(), true));
    }
    let flag = |name: &str| value.get(name).and_then(Value::as_bool);
    let token = AddedToken::from(value.get("content")?.as_str()?, flag("special").unwrap_or(false));
    let normalized = flag("normalized").unwrap_or(token.normalized);
    Some(
        token
            .normalized(normalized)
            .single_word(flag("single_word").unwrap_or(false))
            .lstrip(flag("lstrip").unwrap_or(false))
            .rstrip(flag("rstrip").unwrap_or(false)),
    )
}

fn object(file: &'static str, bytes: &[u8]) -> Result<Map<String, Value>> {
    if let Some(what) = foreign::recognize(bytes) {
        return Err(wrong(file, what));
    }
    json::read(bytes).map_err(|e| wrong(file, format!("is not a JSON object ({e}); it may have been cut short")))
}

/// GPT-2's own kind of tokenizer, from its two files.
fn byte_level_bpe(vocab: &[u8], merges: &[u8]) -> Result<Map<String, Value>> {
    let vocab = object("vocab.json", vocab)?;
    let text = str::from_utf8(merges).map_err(|_| wrong("merges.txt", "is not UTF-8 text"))?;
    let text = text.trim_start_matches('\u{FEFF}');
    if let Some(what) = foreign::recognize(merges) {
        return Err(wrong("merges.txt", what));
    }
    let mut pairs = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let pair: Vec<&str> = line.split_whitespace().collect();
        let is_token = |token: &str| vocab.contains_key(token);
        let is_merge = matches!(pair[..], [left, right] if [left, right, &pair.concat()].into_iter().all(is_token));
        if is_merge {
            pairs.push(pair);
        } else if !(pair.is_empty() || line.starts_with("#version") || (number == 0 && line.starts_with('#'))) {
            let why = match pair.len() {
                2 => "merges what vocab.json has not, or into what it has not",
                _ => "is not two tokens with a space between",
            };
            return Err(wrong("merges.txt", format!("its line {line:?} {why}")));
        }
    }
    let byte_level = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
    let json = json!({
        "version": "1.0",
        "pre_tokenizer": byte_level,
        "decoder": byte_level,
        "model": {"type": "BPE", "vocab": vocab, "merges": pairs},
    });
    match json {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Map::new()),
    }
}
