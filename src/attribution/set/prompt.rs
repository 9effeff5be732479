//! One prompt of a set, and what is asked of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use crate::attribution::Position;
use crate::gpt2::LanguageModel;
use crate::{Error, Result};

/// A prompt with its answer, as it is written.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SetPrompt {
    /// What the model is run on.
    #[serde(flatten)]
    pub input: Input,
    /// The token to explain: its text with its leading space, or its id as `#12`.
    pub answer: String,
    /// The tokens to compare it with; of several the mean. As JSON one is itself, and several are a list.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "one_or_several")]
    pub incorrect: Vec<String>,
    /// Tokens that have a part in it, by their names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, Role>,
}

/// A prompt as text or as token ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Input {
    /// Text.
    #[serde(rename = "prompt")]
    Text(String),
    /// Ids, taken as they are.
    #[serde(rename = "tokens")]
    Tokens(Vec<u32>),
}

/// Which token of a prompt has a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Role {
    /// By its position, from the end if negative.
    At(i64),
    /// By its text: the token with which that ends where it stands first, as a whole token or several, with the space before them or
    /// without. `@5` is the token at position 5.
    Text(String),
}

fn one_or_several<S: Serializer>(tokens: &[String], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    match tokens {
        [one] => one.serialize(serializer),
        several => several.serialize(serializer),
    }
}

/// A prompt as the model knows it.
pub(super) struct Resolved {
    pub tokens: Vec<u32>,
    pub answer: u32,
    pub incorrect: Vec<u32>,
    /// Positions by role.
    pub roles: BTreeMap<String, usize>,
}

impl SetPrompt {
    /// A text, and the token to explain after it.
    pub fn new(text: &str, answer: &str) -> Self {
        Self {
            input: Input::Text(text.into()),
            answer: answer.into(),
            incorrect: Vec::new(),
            roles: BTreeMap::new(),
        }
    }

    pub(super) fn resolve(&self, model: &LanguageModel, prepend_bos: bool) -> Result<Resolved> {
        let tokens = match &self.input {
            Input::Text(text) => model.tokens(text, prepend_bos)?,
            Input::Tokens(ids) => ids.clone(),
        };
        let incorrect = self.incorrect.iter().map(|token| {
            let named = |error| match error {
                Error::Answer(why) => Error::Argument(format!("incorrect: {why}")),
                other => other,
            };
            model.single_token(token).map_err(named)
        });
        let at = |(name, role): (&String, &Role)| Ok((name.clone(), role.at(name, model, &tokens)?));
        Ok(Resolved {
            answer: model.single_token(&self.answer)?,
            incorrect: incorrect.collect::<Result<_>>()?,
            roles: self.roles.iter().map(at).collect::<Result<_>>()?,
            tokens,
        })
    }
}

impl Role {
    /// Its position among the tokens.
    fn at(&self, name: &str, model: &LanguageModel, tokens: &[u32]) -> Result<usize> {
        let refused = |why: String| Error::Argument(format!("role {name}: {why}"));
        let position = match self {
            Role::At(position) => Some(*position),
            Role::Text(text) => text.strip_prefix('@').and_then(|position| position.parse().ok()),
        };
        match (position, self) {
            (Some(position), _) => match Position::At(position).resolve(tokens.len()) {
                Ok(at) => Ok(at[0]),
                Err(Error::Position(why)) => Err(refused(why)),
                Err(other) => Err(other),
            },
            (None, Role::Text(text)) => {
                let texts: Vec<String> = tokens.iter().map(|&id| model.token_text(id)).collect();
                ending(&texts, text).ok_or_else(|| refused(format!("{text:?} is not in the prompt, as whole tokens")))
            }
            (None, Role::At(_)) => unreachable!("it has a position"),
        }
    }
}

/// The last of the first tokens that spell `text`, but for the space before it.
fn ending(tokens: &[String], text: &str) -> Option<usize> {
    let text = text.trim_start();
    (0..tokens.len()).find_map(|start| {
        let mut left = text;
        let mut spelled = tokens[start].trim_start();
        for (at, token) in tokens.iter().enumerate().skip(start) {
            if at > start {
                spelled = token;
            }
            left = left.strip_prefix(spelled).filter(|_| !spelled.is_empty())?;
            if left.is_empty() {
                return Some(at);
            }
        }
        None
    })
}
