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
    /// Whether it is another number than a logit.
    pub explain: bool,
    /// Through what it is seen: `L9H9 at ·Mary`.
    pub through: Option<String>,
    /// Which of several charts of the same it is, as the title says in full: `second sentence`.
    pub which: Option<String>,
    /// The model's layers, and the heads of each: what is read before a layer has fewer. Without it, those of the labels.
    pub model: Option<(usize, usize)>,
    /// The prompt's tokens, as sources are shown by them.
    pub tokens: Vec<String>,
}

impl Subject {
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
        let answer = match self.explain {
            true => self.answer.clone(),
            false => visible(&self.answer, room),
        };
        let number = match &self.incorrect {
            Some(incorrect) => format!("{answer} − {}", visible(incorrect, room)),
            None => answer,
        };
        match &self.through {
            Some(through) => format!("{number} through {through}"),
            None => number,
        }
    }
}
