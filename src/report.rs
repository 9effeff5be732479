//! An attribution with the texts of its tokens, to be shown or saved.

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::attribution::{Explanation, Form, Part, Question, Step, Target, difference, explain};
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
    /// The corrupted prompt, if what is explained is the difference to its answer, `[pos]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrupted_tokens: Vec<Token>,
    /// The token that was put before the text, and who named it; none if none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bos: Option<Bos>,
    /// What is explained, if it is not a token's logit: `neuron:L3N17`, `score:L9H9@5:key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explain: Option<String>,
    /// The token explained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Token>,
    /// The token that it is compared with.
    pub incorrect: Option<Token>,
    /// Through which heads, and tokens that they read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Step>,
    /// The number, explained.
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
        Ok(Self::of(model, run, question, explain(run, question, form)?))
    }

    /// As [`new`](Self::new), of the difference to a corrupted run's answer.
    ///
    /// # Errors
    /// As [`difference`].
    pub fn compared(
        model: &LanguageModel,
        clean: &Run,
        corrupted: &Run,
        question: &Question,
        form: Form,
    ) -> Result<Self> {
        let explanation = difference(clean, corrupted, question, form)?;
        let mut report = Self::of(model, clean, question, explanation);
        report.corrupted_tokens = tokens(model, corrupted);
        Ok(report)
    }

    fn of(model: &LanguageModel, run: &Run, question: &Question, explanation: Explanation) -> Self {
        let (answer, incorrect, explain) = match question.target {
            Target::Logit { answer, incorrect } => (Some(answer), incorrect, None),
            target => (None, None, Some(target.to_string())),
        };
        let token = |id| Token::new(model, id);
        Self {
            tokens: tokens(model, run),
            corrupted_tokens: Vec::new(),
            bos: None,
            explain,
            answer: answer.map(token),
            incorrect: incorrect.map(token),
            path: question.path.clone(),
            exact: explanation.identity().is_exact(),
            explanation,
        }
    }

    /// With some parts alone, as [`Explanation::top`] or [`Explanation::strongest`] rank them. The totals stay those of all
    /// parts.
    pub fn only(self, rows: &[(Part, f64)]) -> Self {
        Self {
            explanation: self.explanation.only(rows),
            ..self
        }
    }
}

fn tokens(model: &LanguageModel, run: &Run) -> Vec<Token> {
    run.tokens().iter().map(|&id| Token::new(model, id)).collect()
}
