//! What is asked, as titles and legends say it.

use serde::Deserialize;

use super::text::visible;

/// What an explanation explains, in words, and of which model: what a chart says besides the numbers.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Subject {
    /// The text of the token that is explained; or, if `explain`, the number that is: `the input of L3N17`.
    pub answer: String,
    /// The text of the token that it is compared with.
    pub incorrect: Option<String>,
    /// What else it is compared with.
    pub contrast: Option<Contrasted>,
    /// Whether it is another number than a logit.
    pub explain: bool,
    /// Whether it is a mean over the logits of prompts with answers of their own; `answer` is then what it is in words.
    pub mean: bool,
    /// Through what it is seen: `L9H9 at ·Mary`.
    pub through: Option<String>,
    /// Which of several charts of the same it is, as the title says in full: `second sentence`.
    pub which: Option<String>,
    /// The model's layers, and the heads of each: what is read before a layer has fewer. Without it, those of the labels.
    pub model: Option<(usize, usize)>,
    /// The prompt's tokens, as sources are shown by them.
    pub tokens: Vec<String>,
}

/// What an answer is compared with, if it is not one token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Contrasted {
    /// The mean of several, by their texts.
    Mean(Vec<String>),
    /// All tokens.
    All(Weights),
}

/// What tokens are weighted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub enum Weights {
    /// Their probability.
    #[serde(rename = "log-probability")]
    Probability,
}

/// Of several tokens, so many are named.
const NAMED: usize = 3;

impl Subject {
    /// Whether it is compared with anything.
    pub(super) fn is_difference(&self) -> bool {
        self.incorrect.is_some() || self.contrast.is_some()
    }

    /// What it is compared with, each token at most `room` characters: `·John`, `mean of ·John, ·Tom`, `all, by probability`.
    pub(super) fn than(&self, room: usize) -> Option<String> {
        match (&self.incorrect, &self.contrast) {
            (Some(incorrect), _) => Some(visible(incorrect, room)),
            (None, Some(Contrasted::All(Weights::Probability))) => Some("all, by probability".into()),
            (None, Some(Contrasted::Mean(tokens))) if tokens.len() > NAMED => {
                Some(format!("mean of {} tokens", tokens.len()))
            }
            (None, Some(Contrasted::Mean(tokens))) => {
                let tokens: Vec<String> = tokens.iter().map(|token| visible(token, room)).collect();
                Some(format!("mean of {}", tokens.join(", ")))
            }
            (None, None) => None,
        }
    }

    /// Whether it is read within the model, before the final LayerNorm.
    pub(super) fn inside(&self) -> bool {
        self.explain || self.through.is_some()
    }

    /// What its values are in; a neuron's input and a score have no unit.
    pub(super) fn unit(&self) -> &'static str {
        if self.explain { "" } else { "logits" }
    }

    /// `·Mary − ·John`, each token at most `room` characters.
    pub(super) fn show(&self, room: usize) -> String {
        let answer = match self.explain || self.mean {
            true => self.answer.clone(),
            false => visible(&self.answer, room),
        };
        let number = match self.than(room) {
            Some(than) => format!("{answer} − {than}"),
            None => answer,
        };
        match &self.through {
            Some(through) => format!("{number} through {through}"),
            None => number,
        }
    }
}
