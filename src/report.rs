//! An attribution with the texts of its tokens, to be shown or saved.

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::attribution::{
    Contrast, Explanation, Form, Lens, Part, Question, Readout, Step, Target, Written, difference, explain,
};
use crate::gpt2::{Bos, Expected, Guess, LanguageModel, Prediction, Run};

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
        let (answer, than, explain) = match &question.target {
            Target::Logit { answer, contrast } => (Some(*answer), Than::new(model, contrast), None),
            target => (None, Than::default(), Some(target.to_string())),
        };
        Self {
            tokens: tokens(model, run),
            corrupted_tokens: Vec::new(),
            bos: None,
            explain,
            answer: answer.map(|id| Token::new(model, id)),
            than,
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

/// A token, and what a part adds to its logit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// Its id in the vocabulary.
    pub id: u32,
    /// Its text, as [`Token::text`].
    pub text: String,
    /// The part's attribution for this token as the answer.
    pub value: f64,
}

/// A [`Readout`] with the texts of its tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Words {
    /// Who says it.
    pub part: Written,
    /// What it raises most, highest first.
    pub promoted: Vec<Word>,
    /// What it lowers most, lowest first.
    pub suppressed: Vec<Word>,
}

impl Words {
    /// With the texts, as `model` writes them.
    pub fn new(model: &LanguageModel, readout: &Readout) -> Self {
        let word = |&(id, value): &(u32, f64)| Word {
            id,
            text: model.token_text(id),
            value,
        };
        Self {
            part: readout.part,
            promoted: readout.promoted.iter().map(word).collect(),
            suppressed: readout.suppressed.iter().map(word).collect(),
        }
    }
}

/// A [`Lens`], all of which is known, with the texts of its tokens, and with the field names of the JavaScript API.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LensTable {
    /// The states, `[state]`.
    pub labels: Vec<Part>,
    /// The positions, ascending, `[position]`.
    pub positions: Vec<usize>,
    /// The likeliest tokens, `[state][position][k]`.
    pub top: Vec<Vec<Vec<Prediction>>>,
    /// In nats, `[state][position]`.
    pub entropy: Vec<Vec<f64>>,
    /// What is expected of the answer, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<LensAnswer>,
}

/// What is expected of one token.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LensAnswer {
    /// `[state][position]`
    pub probability: Vec<Vec<f64>>,
    /// How many tokens are likelier, `[state][position]`.
    pub rank: Vec<Vec<usize>>,
}

impl LensTable {
    /// With the texts, as `model` writes them.
    pub fn new(model: &LanguageModel, lens: &Lens) -> Self {
        let predictions = |expected: &Expected| {
            let ranked = expected.top.iter().enumerate();
            let prediction = |(rank, guess): (usize, &Guess)| guess.prediction(rank, model.token_text(guess.token));
            ranked.map(prediction).collect()
        };
        let probability = of_each(lens, |expected| Some(expected.answer?.0.probability));
        let rank = of_each(lens, |expected| Some(expected.answer?.1));
        Self {
            labels: lens.labels.clone(),
            positions: lens.positions.clone(),
            top: of_each(lens, |expected| Some(predictions(expected))).unwrap_or_default(),
            entropy: of_each(lens, |expected| Some(expected.entropy)).unwrap_or_default(),
            answer: probability
                .zip(rank)
                .map(|(probability, rank)| LensAnswer { probability, rank }),
        }
    }
}

/// Something of each state at each position; none if there is none of one.
fn of_each<T>(lens: &Lens, of: impl Fn(&Expected) -> Option<T>) -> Option<Vec<Vec<T>>> {
    let row = |row: &Vec<Option<Expected>>| row.iter().map(|expected| of(expected.as_ref()?)).collect();
    lens.expected.iter().map(row).collect()
}

fn tokens(model: &LanguageModel, run: &Run) -> Vec<Token> {
    run.tokens().iter().map(|&id| Token::new(model, id)).collect()
}
