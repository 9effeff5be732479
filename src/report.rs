//! An attribution with the texts of its tokens, to be shown or saved.

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::attribution::{Explanation, Form, Question, explain};
use crate::gpt2::{Bos, LanguageModel, Run};

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
#[non_exhaustive]
pub struct Report {
    /// The prompt, `[pos]`.
    pub tokens: Vec<Token>,
    /// The token that was put before the text, and who named it; none if none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bos: Option<Bos>,
    /// The token explained.
    pub answer: Token,
    /// The token that it is compared with.
    pub incorrect: Option<Token>,
    /// The logit (difference), explained.
    #[serde(flatten)]
    pub explanation: Explanation,
    /// Whether it adds up to `logit - bias` at every position, but for the rounding of float32.
    pub exact: bool,
}

impl Report {
    /// Asks a run of `model`, and puts the texts to the tokens. Whether [`bos`](Self::bos) is the first of them is for the caller
    /// to say.
    ///
    /// # Errors
    /// As [`explain`].
    pub fn new(model: &LanguageModel, run: &Run, question: &Question, form: Form) -> Result<Self> {
        let explanation = explain(run, question, form)?;
        Ok(Self {
            tokens: run.tokens().iter().map(|&id| Token::new(model, id)).collect(),
            bos: None,
            answer: Token::new(model, question.answer),
            incorrect: question.incorrect.map(|id| Token::new(model, id)),
            exact: explanation.identity().is_exact(),
            explanation,
        })
    }

    /// With the `k` highest parts alone, highest first, as [`Explanation::top`] ranks them. The totals stay those of all
    /// parts.
    pub fn top(self, k: usize) -> Self {
        Self {
            explanation: self.explanation.only_top(k),
            ..self
        }
    }
}
