//! An attribution with the texts of its tokens, to be shown or saved.

use serde::{Deserialize, Serialize};

use crate::attribution::DirectLogitAttribution;
use crate::gpt2::LanguageModel;

/// A token of a prompt, or an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its id in the vocabulary.
    pub id: u32,
    /// Its text, a leading space included; `#12` if the model has no tokenizer.
    pub text: String,
}

impl Token {
    /// The token of an id, as `model` writes it.
    pub fn new(model: &LanguageModel, id: u32) -> Self {
        Self {
            id,
            text: model.token_text(id),
        }
    }
}

/// A question and its answer: what the terminal program writes as JSON, with the field names of the JavaScript API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The prompt, `[pos]`.
    pub tokens: Vec<Token>,
    /// The token explained.
    pub answer: Token,
    /// The token that it is compared with.
    pub incorrect: Option<Token>,
    /// The logit (difference), taken apart.
    #[serde(flatten)]
    pub attribution: DirectLogitAttribution,
    /// Whether the parts are `logit - bias` at every position, up to the rounding of float32.
    pub exact: bool,
}

impl Report {
    /// Puts the texts to the tokens of a question.
    pub fn new(
        model: &LanguageModel,
        tokens: &[u32],
        answer: u32,
        incorrect: Option<u32>,
        attribution: DirectLogitAttribution,
    ) -> Self {
        Self {
            tokens: tokens.iter().map(|&id| Token::new(model, id)).collect(),
            answer: Token::new(model, answer),
            incorrect: incorrect.map(|id| Token::new(model, id)),
            exact: attribution.is_exact(),
            attribution,
        }
    }

    /// With the `k` highest parts alone, highest first, as [`DirectLogitAttribution::top`] ranks them. The totals stay
    /// those of all parts.
    pub fn top(mut self, k: usize) -> Self {
        let all = &self.attribution;
        let top: Vec<usize> = all
            .top(k)
            .into_iter()
            .filter_map(|(part, _)| all.labels.iter().position(|&label| label == part))
            .collect();
        let attribution = top.iter().flat_map(|&i| all.row(i)).copied().collect();
        let labels = top.iter().map(|&i| all.labels[i]).collect();
        self.attribution.attribution = attribution;
        self.attribution.labels = labels;
        self
    }
}
