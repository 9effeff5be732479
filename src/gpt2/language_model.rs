//! A model and its tokenizer together.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::best::Best;
use super::{Gpt2, Run, Tokenizer};
use crate::{Error, Result};

/// Shown of an answer that splits into more tokens than one.
const MAX_PIECES: usize = 8;
/// Characters of it that are shown.
const MAX_SHOWN: usize = 80;

/// Bytes of a text that are split into tokens, whatever the model reads: one of ten million takes seconds and half a gigabyte, only to be
/// refused for the number of its tokens.
const MOST_BYTES: usize = 1 << 20;
/// The same for each token that the model reads, if it reads more than a thousand. GPT-2's longest token has 128.
const MOST_BYTES_A_TOKEN: usize = 1 << 10;

/// A GPT-2 and its tokenizer. Without a tokenizer it takes token ids alone.
#[derive(Debug, Clone)]
pub struct LanguageModel {
    /// The model.
    pub gpt2: Arc<Gpt2>,
    /// Text to token ids and back.
    pub tokenizer: Option<Tokenizer>,
    /// What is to be known of how it was read, as sentences: what of its files was left out, say.
    pub notices: Vec<String>,
}

/// The token that begins a sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bos {
    /// Its id in the vocabulary.
    pub id: u32,
    /// Its text, as `<|endoftext|>`.
    pub text: String,
    /// The file that names it, as `tokenizer_config.json`; or that it is GPT-2's default.
    #[serde(rename = "namedBy")]
    pub named_by: String,
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
    /// How many tokens are likelier: 0 for the likeliest.
    pub rank: usize,
}

impl LanguageModel {
    /// Puts a model and its tokenizer together. The tokenizer may know tokens that the model does not: a prompt that holds
    /// them is refused.
    pub fn new(gpt2: Gpt2, tokenizer: Option<Tokenizer>) -> Self {
        Self {
            gpt2: Arc::new(gpt2),
            tokenizer,
            notices: Vec::new(),
        }
    }

    /// Reads a model's folder, as [`Folder`](super::Folder) says.
    ///
    /// # Errors
    /// Names the file that is missing or wrong.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn open(dir: &std::path::Path) -> Result<Self> {
        super::disk::open(dir, None)
    }

    /// As [`LanguageModel::open`], with the weights in the folder's file `weights` instead of `model.safetensors`: an earlier
    /// checkpoint of the same training, say.
    ///
    /// # Errors
    /// As [`LanguageModel::open`]; [`Error::Argument`] if `weights` is not the name of a file of weights.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn open_weights(dir: &std::path::Path, weights: &str) -> Result<Self> {
        super::disk::open(dir, Some(weights))
    }

    /// The token that begins a sequence: the tokenizer's, as [`Tokenizer::bos`]; where that has none, the `bos_token_id` of
    /// config.json, if it is a special token.
    ///
    /// # Errors
    /// [`Error::Prompt`] says why there is none.
    pub fn bos(&self) -> Result<Bos> {
        let config = self.gpt2.config();
        let none = |why: String| Err(Error::Prompt(format!("there is no token to put first: {why}")));
        if let Some(bos) = self.tokenizer.as_ref().and_then(Tokenizer::bos) {
            let Bos { id, text, named_by } = &bos;
            return match (*id as usize) < config.vocab_size {
                true => Ok(bos),
                false => none(format!(
                    "{text:?}, named by {named_by}, has the id {id}, which this model does not have"
                )),
            };
        }
        let Some(id) = config.bos_token_id else {
            return none("no file names one that this model has".into());
        };
        let text = self.token_text(id);
        match &self.tokenizer {
            Some(tokenizer) if !tokenizer.is_special(id) => none(format!(
                "the tokenizer's files name none, and config.json's bos_token_id {id} is {text:?}, an ordinary token"
            )),
            _ => Ok(Bos {
                id,
                text,
                named_by: "config.json".into(),
            }),
        }
    }

    /// The token that ends a text: the tokenizer's EOS, else what begins one, as for GPT-2 itself.
    pub(super) fn eos(&self) -> Option<u32> {
        let named = self.tokenizer.as_ref().and_then(Tokenizer::eos);
        named.or_else(|| self.bos().ok().map(|bos| bos.id))
    }

    /// The ids of a prompt, the BOS token before it if so wanted.
    ///
    /// # Errors
    /// [`Error::Prompt`] if the text is empty or too long, if it holds a token that the tokenizer knows and the model does not,
    /// or if the model has no tokenizer or no BOS token.
    pub fn tokens(&self, text: &str, prepend_bos: bool) -> Result<Vec<u32>> {
        let Some(tokenizer) = &self.tokenizer else {
            return Err(Error::Prompt(
                "this model has no tokenizer (tokenizer.json, or vocab.json and merges.txt), so it takes token ids, not text"
                    .into(),
            ));
        };
        let mut ids = Vec::new();
        if prepend_bos {
            ids.push(self.bos()?.id);
        }
        let n_positions = self.gpt2.config().n_positions;
        if text.len() > MOST_BYTES.max(n_positions.saturating_mul(MOST_BYTES_A_TOKEN)) {
            return Err(Error::Prompt(format!(
                "has {} bytes, but this model reads at most {n_positions} tokens; shorten it",
                text.len()
            )));
        }
        let text_ids = tokenizer.encode(text)?;
        if text_ids.is_empty() {
            return Err(Error::Prompt("is empty; give it some text".into()));
        }
        ids.extend(text_ids);
        self.known(&ids).map_err(Error::Prompt)?;
        self.gpt2.check_tokens(&ids)?;
        Ok(ids)
    }

    /// Checks that the model has the tokens that the tokenizer gave.
    fn known(&self, ids: &[u32]) -> Result<(), String> {
        let vocab_size = self.gpt2.config().vocab_size;
        match ids.iter().find(|&&id| id as usize >= vocab_size) {
            Some(&id) => Err(format!(
                "the tokenizer knows the token {} (id {id}), but the model does not: it has ids 0 to {}; leave it out",
                self.quoted(id),
                vocab_size - 1
            )),
            None => Ok(()),
        }
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
        if answer.len() > MOST_BYTES {
            return Err(Error::Answer(format!(
                "has {} bytes; an answer is exactly one token",
                answer.len()
            )));
        }
        let Some(tokenizer) = &self.tokenizer else {
            return Err(Error::Answer(format!(
                "{answer:?} is text, but this model has no tokenizer; give a token id, as #12"
            )));
        };
        let ids = tokenizer.encode(answer)?;
        if let [id] = ids[..] {
            self.known(&ids).map_err(Error::Answer)?;
            return Ok(id);
        }
        // A part of a word, as `##s`, is no text by itself.
        if let Some(id) = tokenizer.id(answer).filter(|&id| tokenizer.token_text(id) == answer) {
            self.known(&[id]).map_err(Error::Answer)?;
            return Ok(id);
        }
        let mut message = match ids.len() {
            0 => "is empty; an answer is exactly one token.".to_string(),
            n => {
                let mut pieces: Vec<String> = ids.iter().take(MAX_PIECES).map(|&id| self.quoted(id)).collect();
                if n > MAX_PIECES {
                    pieces.push("…".into());
                }
                let shown: String = answer.chars().take(MAX_SHOWN).collect();
                let more = if shown.len() < answer.len() { "…" } else { "" };
                format!(
                    "{shown:?}{more} splits into {n} tokens, {}; an answer is exactly one token.",
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
        let logits = run.logits_after(position)?;
        let mut best = Best::new(k);
        (0..).zip(logits.iter()).for_each(|(id, &logit)| best.offer(id, logit));
        let softmax = Softmax::of(&logits);
        let ranked = best.sorted().into_iter().enumerate();
        Ok(ranked
            .map(|(rank, (_, id))| self.predicted(id as usize, rank, &softmax))
            .collect())
    }

    /// What the model expects of some tokens, each by its id, as the next at one position of a run.
    ///
    /// # Errors
    /// [`Error::Position`] if `position` is outside the run, [`Error::Argument`] for the run of another model or for an id
    /// beyond the vocabulary.
    pub fn expectations(&self, run: &Run, position: usize, tokens: &[u32]) -> Result<Vec<Prediction>> {
        self.check_run(run)?;
        let logits = run.logits_after(position)?;
        let softmax = Softmax::of(&logits);
        let expected = |&token: &u32| {
            let id = token as usize;
            let Some(&own) = logits.get(id) else {
                return Err(Error::Argument(format!(
                    "token: {id} is beyond the vocabulary of {} tokens",
                    logits.len()
                )));
            };
            // Of tokens that are equally likely the first ranks higher, as among the predictions.
            let likelier = |(other, logit): (usize, &f32)| logit.total_cmp(&own).reverse().then(other.cmp(&id)).is_lt();
            let rank = logits.iter().enumerate().filter(|&each| likelier(each)).count();
            Ok(self.predicted(id, rank, &softmax))
        };
        tokens.iter().map(expected).collect()
    }

    fn predicted(&self, id: usize, rank: usize, softmax: &Softmax) -> Prediction {
        Prediction {
            id: id as u32,
            text: self.token_text(id as u32),
            logit: f64::from(softmax.logits[id]),
            probability: softmax.probability(id),
            rank,
        }
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

/// Logits and what makes probabilities of them.
pub(super) struct Softmax<'a> {
    logits: &'a [f32],
    max: f32,
    sum: f64,
}

impl<'a> Softmax<'a> {
    pub fn of(logits: &'a [f32]) -> Self {
        let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum = logits.iter().map(|&logit| f64::from(logit - max).exp()).sum();
        Self { logits, max, sum }
    }

    /// By softmax over all of them.
    pub fn probability(&self, id: usize) -> f64 {
        f64::from(self.logits[id] - self.max).exp() / self.sum
    }
}
