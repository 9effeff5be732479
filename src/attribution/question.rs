//! What is asked about a run.

use std::fmt;
use std::str::FromStr;

use super::{Contrast, Part, Step};
use crate::{Error, Result};

/// Which number, after which position, seen from where?
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Question {
    /// The number to explain.
    pub target: Target,
    /// After which positions of the prompt.
    pub position: Position,
    /// Through which heads, and tokens that they read, to go in: what is taken apart is what the last of them reads there. None,
    /// to take apart the number itself. Layers fall, and tokens never rise.
    pub path: Vec<Step>,
}

/// A number that reads the residual stream linearly.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// The logit of a token, or its difference to what it is compared with.
    Logit {
        /// The id of the token to explain.
        answer: u32,
        /// What to compare it with.
        contrast: Contrast,
    },
    /// `neuron:L3N17`: a neuron's input to its activation function.
    Neuron {
        /// Counted from 0.
        layer: usize,
        /// Counted from 0.
        neuron: usize,
    },
    /// `score:L9H9@5:key`: a head's attention score before softmax, of the query at the position.
    Score {
        /// Which head, and the token of the key.
        step: Step,
        /// By what it is explained.
        side: Side,
    },
}

/// Of a query and a key, the one whose parts explain the score; the other is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The parts at the key's token.
    Key,
    /// The parts at the query's token.
    Query,
}

impl Question {
    /// Why this number, after the last position?
    pub fn of(target: Target) -> Self {
        Self {
            target,
            position: Position::At(-1),
            path: Vec::new(),
        }
    }

    /// Why the token `answer`, after the last position?
    pub fn new(answer: u32) -> Self {
        Self::of(Target::Logit {
            answer,
            contrast: Contrast::Mean,
        })
    }

    /// The same of a token's logit, rather than another token, or some others (a `Vec`), which cannot be the answer itself; or than all
    /// by their probability ([`Contrast::LogProbability`]).
    pub fn rather_than(mut self, than: impl Into<Contrast>) -> Self {
        if let Target::Logit { contrast, .. } = &mut self.target {
            *contrast = than.into();
        }
        self
    }

    /// The same, after other positions.
    pub fn after(self, position: Position) -> Self {
        Self { position, ..self }
    }

    /// The same, as far as it comes through `path`.
    pub fn through(self, path: Vec<Step>) -> Self {
        Self { path, ..self }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Target::Logit { answer, contrast } => {
                write!(f, "logit:#{answer}")?;
                let tokens: Vec<String> = contrast.tokens().iter().map(|token| format!("#{token}")).collect();
                match contrast {
                    Contrast::Mean => Ok(()),
                    Contrast::Tokens(_) => write!(f, "-{}", tokens.join(",")),
                    Contrast::LogProbability => f.write_str("-log-probability"),
                }
            }
            &Target::Neuron { layer, neuron } => write!(f, "neuron:{}", Part::Neuron { layer, neuron }),
            Target::Score { step, side: Side::Key } => write!(f, "score:{step}:key"),
            Target::Score {
                step,
                side: Side::Query,
            } => write!(f, "score:{step}:query"),
        }
    }
}

/// Of a neuron or a score; a logit is asked for by its tokens.
impl FromStr for Target {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let neuron = |label: &str| match label.parse() {
            Ok(Part::Neuron { layer, neuron }) => Some(Target::Neuron { layer, neuron }),
            _ => None,
        };
        let score = |step: &str, side| {
            let step = step.parse().ok()?;
            Some(Target::Score { step, side })
        };
        let target = match text.split(':').collect::<Vec<_>>()[..] {
            ["neuron", label] => neuron(label),
            ["score", step, "key"] => score(step, Side::Key),
            ["score", step, "query"] => score(step, Side::Query),
            _ => None,
        };
        target.ok_or_else(|| {
            Error::Argument(format!(
                "explain: {text:?} is not of the form neuron:L3N17, score:L9H9@5:key or score:L9H9@5:query"
            ))
        })
    }
}

/// Which positions of the prompt to attribute at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// One position; a negative one counts from the end, so -1 is the last.
    At(i64),
    /// Every position.
    All,
}

impl Position {
    /// The positions meant in a run of `n` tokens, ascending.
    ///
    /// # Errors
    /// [`Error::Position`] if there is no such position.
    pub fn resolve(self, n: usize) -> Result<Vec<usize>> {
        let Position::At(position) = self else {
            return Ok((0..n).collect());
        };
        let from_start = if position < 0 {
            position.checked_add_unsigned(n as u64)
        } else {
            Some(position)
        };
        let index = from_start.and_then(|position| usize::try_from(position).ok());
        match index.filter(|&index| index < n) {
            Some(index) => Ok(vec![index]),
            None => Err(Error::Position(format!(
                "{position} is outside the prompt, whose {n} tokens have positions 0 to {} (or -{n} to -1)",
                n.saturating_sub(1)
            ))),
        }
    }
}
