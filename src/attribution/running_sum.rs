//! What has been added up so far: the residual stream before, in the middle of and after each layer, up to where it is read.

use super::{Identity, Part, Question, Reading, Rows};
use crate::Result;
use crate::gpt2::Run;

/// How a number came together: not parts, but what the parts so far add up to.
///
/// Every value is read with the scale that the LayerNorm at the *end* has, so that the step from one to the next is what the
/// parts between them add. It is not what the model would say if it stopped there, which a LayerNorm of its own would scale.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RunningSum {
    /// The states of the residual stream, first to last: `0_pre`, `0_mid`, `1_pre`, ..., `final_post` for a logit, `[state]`.
    pub labels: Vec<Part>,
    /// What has been added by then, row-major `[state, position]`.
    pub values: Vec<f64>,
    /// The positions of the question, ascending, `[position]`.
    pub positions: Vec<usize>,
    /// What the last state is, and what it should be.
    pub identity: Identity,
}

/// Reads every state of the residual stream along the direction that raises the number.
///
/// # Errors
/// As [`attribute`](super::attribute).
pub fn running_sum(run: &Run, question: &Question) -> Result<RunningSum> {
    let reading = Reading::new(run, question)?;
    let (labels, sites): (Vec<Part>, Vec<_>) = reading.stream.states(run.model().config()).into_iter().unzip();
    let rows: Rows = sites
        .into_iter()
        .map(|state| reading.of(state))
        .collect::<Result<_>>()?;
    let total = rows.last().cloned().unwrap_or_default();
    let nothing = vec![0.0; total.len()];
    Ok(RunningSum {
        labels,
        values: rows.concat(),
        identity: Identity::measure(&reading, total, &nothing)?,
        positions: reading.positions,
    })
}
