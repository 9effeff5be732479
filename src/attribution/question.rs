//! What is asked about a run.

use crate::{Error, Result};

/// Why this token after that position, and rather than which?
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Question {
    /// The id of the token to explain.
    pub answer: u32,
    /// The id of the token to compare it with; without one, the answer's own logit is explained.
    pub incorrect: Option<u32>,
    /// After which positions of the prompt.
    pub position: Position,
}

impl Question {
    /// Why `answer`, after the last position?
    pub fn new(answer: u32) -> Self {
        Self {
            answer,
            incorrect: None,
            position: Position::At(-1),
        }
    }

    /// The same, rather than another token, which cannot be the answer itself.
    pub fn rather_than(self, incorrect: impl Into<Option<u32>>) -> Self {
        Self {
            incorrect: incorrect.into(),
            ..self
        }
    }

    /// The same, after other positions.
    pub fn after(self, position: Position) -> Self {
        Self { position, ..self }
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
