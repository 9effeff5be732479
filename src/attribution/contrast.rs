//! What an answer is compared with.

use std::fmt;
use std::str::FromStr;

use crate::{Error, Result};

/// What the answer's logit is compared with: its own mean over the vocabulary, or that of other tokens, or that of all by their
/// probability.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Contrast {
    /// No token: the mean over the vocabulary, on which TransformerLens centers logits.
    #[default]
    Mean,
    /// Other tokens: the mean of their logits.
    Tokens(Vec<u32>),
    /// `log-probability`: all tokens, each by its probability p after the position. The direction `W_U[:, a] - sum of p_i W_U[:, i]`
    /// is the gradient of log p(a) by what the unembedding reads, so that a part's share is by how much log p(a) rises with it,
    /// to first order. It is another one in each run and after each position.
    LogProbability,
}

impl Contrast {
    /// The tokens that it names.
    pub fn tokens(&self) -> &[u32] {
        match self {
            Contrast::Tokens(tokens) => tokens,
            Contrast::Mean | Contrast::LogProbability => &[],
        }
    }

    /// Refuses what the logit of `answer` cannot be compared with.
    pub(super) fn check(&self, answer: u32) -> Result<()> {
        let Contrast::Tokens(tokens) = self else {
            return Ok(());
        };
        let twice = (tokens.iter().enumerate()).find(|(i, token)| tokens[..*i].contains(token));
        let message = match (&tokens[..], twice) {
            ([], _) => "there is no token to compare with; name one, or compare with none".into(),
            (&[token], _) if token == answer => format!(
                "token #{answer} is compared with itself, and their logits differ by nothing; compare it with another \
                 token, or with none"
            ),
            (tokens, _) if tokens.contains(&answer) => {
                format!("token #{answer} is among the tokens that it is compared with; leave it out of them")
            }
            (_, Some((_, token))) => format!("token #{token} is compared with twice; name it once"),
            _ => return Ok(()),
        };
        Err(Error::Answer(message))
    }
}

/// As errors name it: `the vocabulary's mean`.
impl fmt::Display for Contrast {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Contrast::Mean => f.write_str("the vocabulary's mean"),
            Contrast::Tokens(tokens) => match &tokens[..] {
                [token] => write!(f, "that of token #{token}"),
                tokens => write!(f, "the mean of {} tokens", tokens.len()),
            },
            Contrast::LogProbability => f.write_str("the mean by probability"),
        }
    }
}

/// Of `log-probability`; tokens are named by themselves.
impl FromStr for Contrast {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "log-probability" => Ok(Contrast::LogProbability),
            _ => Err(Error::Argument(format!(
                "contrast: {name:?} is not log-probability; tokens to compare with are given as incorrect"
            ))),
        }
    }
}

impl From<u32> for Contrast {
    fn from(token: u32) -> Self {
        Contrast::Tokens(vec![token])
    }
}

impl From<Vec<u32>> for Contrast {
    fn from(tokens: Vec<u32>) -> Self {
        Contrast::Tokens(tokens)
    }
}

impl From<Option<u32>> for Contrast {
    fn from(token: Option<u32>) -> Self {
        token.map_or(Contrast::Mean, Contrast::from)
    }
}
