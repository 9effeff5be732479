//! An attribution with the texts of its tokens, to be shown or saved.

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::attribution::{Contrast, Explanation, Form, Part, Question, Step, Target, explain};
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

/// What an answer is compared with, with the field names of the JavaScript API.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Than {
    /// The tokens with the mean of whose logits it is compared. As JSON none is null, one is itself, and several are a list.
    #[serde(default, with = "one_or_several")]
    pub incorrect: Vec<Token>,
    /// `log-probability`, if it is compared with all tokens by their probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contrast: Option<String>,
}

impl Than {
    /// A contrast with the texts of its tokens, as `model` writes them.
    pub fn new(model: &LanguageModel, contrast: &Contrast) -> Self {
        Self {
            incorrect: contrast.tokens().iter().map(|&id| Token::new(model, id)).collect(),
            contrast: (*contrast == Contrast::LogProbability).then(|| "log-probability".into()),
        }
    }
}

mod one_or_several {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Token;

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        One(Token),
        Several(Vec<Token>),
    }

    pub fn serialize<S: Serializer>(tokens: &[Token], serializer: S) -> Result<S::Ok, S::Error> {
        match tokens {
            [] => serializer.serialize_none(),
            [one] => one.serialize(serializer),
            several => several.serialize(serializer),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Token>, D::Error> {
        Ok(match Option::deserialize(deserializer)? {
            None => Vec::new(),
            Some(Given::One(one)) => vec![one],
            Some(Given::Several(several)) => several,
        })
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
    /// What is explained, if it is not a token's logit: `neuron:L3N17`, `score:L9H9@5:key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explain: Option<String>,
    /// The token explained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Token>,
    /// What it is compared with.
    #[serde(flatten)]
    pub than: Than,
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
        let explanation = explain(run, question, form)?;
        let (answer, than, explain) = match &question.target {
            Target::Logit { answer, contrast } => (Some(*answer), Than::new(model, contrast), None),
            target => (None, Than::default(), Some(target.to_string())),
        };
        Ok(Self {
            tokens: run.tokens().iter().map(|&id| Token::new(model, id)).collect(),
            bos: None,
            explain,
            answer: answer.map(|id| Token::new(model, id)),
            than,
            path: question.path.clone(),
            exact: explanation.identity().is_exact(),
            explanation,
        })
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
