//! A model and its tokenizer together.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Gpt2, Run, Tokenizer};
use crate::{Error, Result};

/// The likeliest tokens are sought among at least so many.
const MIN_CANDIDATES: usize = 64;
/// Shown of an answer that splits into more tokens than one.
const MAX_PIECES: usize = 8;

/// A GPT-2 and its tokenizer. Without a tokenizer it takes token ids alone.
#[derive(Debug, Clone)]
pub struct LanguageModel {
    /// The model.
    pub gpt2: Arc<Gpt2>,
    /// Text to token ids and back.
    pub tokenizer: Option<Tokenizer>,
}

/// What the model expects as the next token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The token's id.
    pub id: u32,
    /// The token's text, as [`LanguageModel::token_text`].
    pub text: String,
    /// Centered on the mean over the vocabulary.
    pub logit: f64,
    /// By softmax over the whole vocabulary.
    pub probability: f64,
}

impl LanguageModel {
    /// Puts a model and its tokenizer together.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] if the tokenizer gives ids that the model does not have.
    pub fn new(gpt2: Gpt2, tokenizer: Option<Tokenizer>) -> Result<Self> {
        let vocab_size = gpt2.config().vocab_size;
        if let Some(tokenizer) = &tokenizer
            && tokenizer.largest_id() as usize >= vocab_size
        {
            return Err(Error::Tokenizer(format!(
                "gives ids up to {}, but config.json's vocab_size {vocab_size} allows up to {}; they belong to different \
                 models",
                tokenizer.largest_id(),
                vocab_size - 1
            )));
        }
        Ok(Self {
            gpt2: Arc::new(gpt2),
            tokenizer,
        })
    }

    /// Reads a model's folder in the Hugging Face layout: `config.json`, `model.safetensors` or shards with
    /// `model.safetensors.index.json`, and `tokenizer.json` if it is there.
    ///
    /// # Errors
    /// Names the file that is missing or wrong.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn open(dir: &std::path::Path) -> Result<Self> {
        super::folder::open(dir, None)
    }

    /// As [`LanguageModel::open`], with the weights in the folder's file `weights` instead of `model.safetensors`: an earlier
    /// checkpoint of the same training, say.
    ///
    /// # Errors
    /// As [`LanguageModel::open`]; [`Error::Argument`] if `weights` is not a `.safetensors` file's name.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn open_weights(dir: &std::path::Path, weights: &str) -> Result<Self> {
        super::folder::open(dir, Some(weights))
    }

    /// The token that begins a sequence: `bos_token_id` of config.json if it is in the vocabulary, else the tokenizer's
    /// `<|endoftext|>`.
    pub fn bos(&self) -> Option<u32> {
        let named = self.gpt2.config().bos_token_id;
        named.or_else(|| self.tokenizer.as_ref()?.id("<|endoftext|>"))
    }

    /// The ids of a prompt, the BOS token before it if so wanted.
    ///
    /// # Errors
    /// [`Error::Prompt`] if the text is empty or too long, or if the model has no tokenizer or no BOS token.
    pub fn tokens(&self, text: &str, prepend_bos: bool) -> Result<Vec<u32>> {
        let Some(tokenizer) = &self.tokenizer else {
            return Err(Error::Prompt(
                "this model has no tokenizer.json, so it takes token ids, not text".into(),
            ));
        };
        let mut ids = Vec::new();
        if prepend_bos {
            ids.push(self.bos().ok_or_else(|| {
                Error::Prompt("this model has no BOS token to put before the text; turn BOS off".into())
            })?);
        }
        let text_ids = tokenizer.encode(text)?;
        if text_ids.is_empty() {
            return Err(Error::Prompt("is empty; give it some text".into()));
        }
        ids.extend(text_ids);
        self.gpt2.check_tokens(&ids)?;
        Ok(ids)
    }

    /// A token as text, as [`Tokenizer::token_text`]; without a tokenizer as `#12`.
    pub fn token_text(&self, id: u32) -> String {
        match &self.tokenizer {
            Some(tokenizer) => tokenizer.token_text(id),
            None => format!("#{id}"),
        }
    }

    /// The token that an answer names: a text that is exactly one token, or an id as `#12`.
    ///
    /// # Errors
    /// [`Error::Answer`] shows the tokens that the text splits into, and the likely fix.
    pub fn single_token(&self, answer: &str) -> Result<u32> {
        if let Some(id) = answer.strip_prefix('#').and_then(|digits| digits.parse::<u32>().ok()) {
            self.gpt2.unembedding(id)?;
            return Ok(id);
        }
        let Some(tokenizer) = &self.tokenizer else {
            return Err(Error::Answer(format!(
                "{answer:?} is text, but this model has no tokenizer.json; give a token id, as #12"
            )));
        };
        let ids = tokenizer.encode(answer)?;
        if let [id] = ids[..] {
            return Ok(id);
        }
        let mut message = match ids.len() {
            0 => "is empty; an answer is exactly one token.".to_string(),
            n => {
                let mut pieces: Vec<String> = ids.iter().take(MAX_PIECES).map(|&id| self.quoted(id)).collect();
                if n > MAX_PIECES {
                    pieces.push("…".into());
                }
                format!(
                    "{answer:?} splits into {n} tokens, {}; an answer is exactly one token.",
                    pieces.join(" ")
                )
            }
        };
        let is_token = |text: &str| tokenizer.encode(text).is_ok_and(|ids| ids.len() == 1);
        let word = answer.trim();
        let spaced = format!(" {word}");
        if !word.is_empty() && spaced != answer && is_token(&spaced) {
            message += &format!(" Try {spaced:?}, with a leading space.");
        } else if word != answer && is_token(word) {
            message += &format!(" Try {word:?}, without the space.");
        }
        Err(Error::Answer(message))
    }

    /// The `k` most probable next tokens at one position of a run, most probable first.
    ///
    /// # Errors
    /// [`Error::Position`] if `position` is outside the run, [`Error::Argument`] for the run of another model.
    pub fn predictions(&self, run: &Run, position: usize, k: usize) -> Result<Vec<Prediction>> {
        self.check_run(run)?;
        let logits = run.logits(position)?;
        let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weight = |logit: f32| f64::from(logit - max).exp();
        let sum: f64 = logits.iter().map(|&logit| weight(logit)).sum();
        let by_logit = |&a: &usize, &b: &usize| logits[b].total_cmp(&logits[a]).then(a.cmp(&b));
        let mut ids = Vec::new();
        let mut least = f32::NEG_INFINITY;
        for (id, &logit) in logits.iter().enumerate() {
            if logit < least {
                continue;
            }
            ids.push(id);
            if ids.len() > k && ids.len() >= k.max(MIN_CANDIDATES).saturating_mul(2) {
                ids.select_nth_unstable_by(k, by_logit);
                ids.truncate(k);
                least = ids.iter().fold(f32::INFINITY, |least, &id| least.min(logits[id]));
            }
        }
        ids.sort_unstable_by(by_logit);
        ids.truncate(k);
        let prediction = |id: usize| Prediction {
            id: id as u32,
            text: self.token_text(id as u32),
            logit: f64::from(logits[id]),
            probability: weight(logits[id]) / sum,
        };
        Ok(ids.into_iter().map(prediction).collect())
    }

    pub(super) fn check_run(&self, run: &Run) -> Result<()> {
        match Arc::ptr_eq(run.model(), &self.gpt2) {
            true => Ok(()),
            false => Err(Error::Argument(
                "run: is of another model, whose tokens this one cannot name; run the prompt on this model".into(),
            )),
        }
    }

    /// A token in quotes. The escapes of a part of a character stay as they are.
    fn quoted(&self, id: u32) -> String {
        let text = self.token_text(id);
        match text.contains('\\') {
            true => format!("\"{text}\""),
            false => format!("{text:?}"),
        }
    }
}
