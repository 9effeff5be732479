//! The number of a question in many variants of a run.

use std::sync::Arc;

use super::direction::dot;
use super::{LogitDirection, Question, Target};
use crate::gpt2::{Outcome, Patch, Progress, Run, Site, Sweep};
use crate::{Error, Result};

/// A logit (difference) after one position, which variants of a run are asked for: all of them along the direction that it has in the
/// run itself.
pub(super) struct Asked {
    pub position: usize,
    pub direction: LogitDirection,
}

impl Asked {
    /// # Errors
    /// [`Error::Argument`] for another number than a logit, or a path: what is replaced changes both; as
    /// [`attribute`](super::attribute) otherwise.
    pub fn new(run: &Run, question: &Question) -> Result<Self> {
        let Target::Logit { answer, contrast } = &question.target else {
            return Err(Error::Argument(
                "explain: what is lost without a part is known of a logit, or the difference of two; give an answer"
                    .into(),
            ));
        };
        if !question.path.is_empty() {
            return Err(Error::Path(
                "what is lost without a part is known of the whole logit, and not of what comes through one path; leave it out".into(),
            ));
        }
        let positions = question.position.resolve(run.tokens().len())?;
        match positions[..] {
            [position] => Ok(Self {
                position,
                direction: LogitDirection::new(run, &[position], *answer, contrast)?,
            }),
            _ => Err(Error::Position("a part is taken out for one position; give one".into())),
        }
    }

    /// The number in a run.
    pub fn of(&self, run: &Run) -> Result<f64> {
        let ln_final = run
            .read(Site::LnFinal, &[self.position])?
            .squeeze(0)?
            .to_vec1::<f32>()?;
        Ok(self.by(&ln_final))
    }

    fn by(&self, ln_final: &[f32]) -> f64 {
        let ln_final: Vec<f64> = ln_final.iter().copied().map(f64::from).collect();
        dot(&ln_final, &self.direction.unembedding)
    }
}

/// The number in each of several variants of a run, computed step by step.
pub struct Trial {
    asked: Asked,
    sweep: Sweep,
    /// `[variant]`, not a number where it is not known yet.
    logits: Vec<f64>,
}

impl Trial {
    pub(super) fn new(run: &Arc<Run>, asked: Asked, variants: Vec<Vec<Patch>>) -> Result<Self> {
        Ok(Self {
            logits: vec![f64::NAN; variants.len()],
            sweep: Sweep::new(run, variants, asked.position)?,
            asked,
        })
    }

    /// Does some hundredths of a second of the work, and tells whether there is more.
    ///
    /// # Errors
    /// As [`Sweep::advance`].
    pub fn advance(&mut self) -> Result<bool> {
        let Some(outcomes) = self.sweep.advance()? else {
            return Ok(false);
        };
        for Outcome { variant, ln_final, .. } in outcomes {
            self.logits[variant] = self.asked.by(&ln_final);
        }
        Ok(true)
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.sweep.progress()
    }

    /// The logit (difference) of each variant, not a number where it is not known yet, `[variant]`.
    pub fn logits(&self) -> &[f64] {
        &self.logits
    }
}
