//! The way in: through which heads, to which tokens.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Part;
use crate::{Error, Result};

/// `L9H9@5`: what a head reads at a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Step {
    /// The head's layer, counted from 0.
    pub layer: usize,
    /// Counted from 0.
    pub head: usize,
    /// Where the head reads, counted from the prompt's beginning.
    pub token: usize,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let &Step { layer, head, token } = self;
        write!(f, "{}{}", Part::Head { layer, head }, Part::Source(token))
    }
}

impl FromStr for Step {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = text.split_at_checked(text.find('@').unwrap_or_default());
        let step = parts.and_then(|(head, token)| Some((head.parse().ok()?, token.parse().ok()?)));
        match step {
            Some((Part::Head { layer, head }, Part::Source(token))) => Ok(Self { layer, head, token }),
            _ => Err(Error::Path(format!(
                "{text:?} is not a step such as L9H9@5: what head 9 of layer 9 reads at token 5"
            ))),
        }
    }
}

impl From<Step> for String {
    fn from(step: Step) -> Self {
        step.to_string()
    }
}

impl TryFrom<String> for Step {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}
