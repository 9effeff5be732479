//! What has been added up so far: the residual stream before, in the middle of and after each layer.

use super::{Identity, Part, Question, Reading, Rows};
use crate::Result;
use crate::gpt2::{Run, Site};

/// How a logit, or the difference of two, came together: not parts, but what the parts so far add up to.
///
/// Every value is read with the scale that the *final* LayerNorm has, so that the step from one to the next is what the
/// parts between them add. It is not what the model would say if it stopped there, which a LayerNorm of its own would scale.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RunningSum {
    /// The states of the residual stream, first to last: `0_pre`, `0_mid`, `1_pre`, ..., `final_post`, `[state]`.
    pub labels: Vec<Part>,
    /// What has been added to the logit (difference) by then, row-major `[state, position]`.
    pub values: Vec<f64>,
    /// The positions read at, ascending, `[position]`.
    pub positions: Vec<usize>,
    /// What the last state is, and what it should be.
    pub identity: Identity,
}

/// The states of a model of `n_layer` layers, in TransformerLens's order.
pub fn states(n_layer: usize) -> Vec<Part> {
    let layers = (0..n_layer).flat_map(|layer| [Part::Pre(layer), Part::Mid(layer)]);
    layers.chain([Part::FinalPost]).collect()
}

/// Reads every state of the residual stream along the direction that raises the logit of the answer, or its difference to
/// that of the incorrect token.
///
/// # Errors
/// As [`direct_logit_attribution`](super::direct_logit_attribution).
pub fn running_sum(run: &Run, question: &Question) -> Result<RunningSum> {
    let reading = Reading::new(run, question)?;
    let n_layer = run.model().config().n_layer;
    let sites = (0..n_layer).flat_map(|layer| [Site::ResidPre(layer), Site::ResidMid(layer)]);
    let rows: Rows = sites
        .chain([Site::ResidFinal])
        .map(|state| reading.of(state))
        .collect::<Result<_>>()?;
    let total = rows.last().cloned().unwrap_or_default();
    let nothing = vec![0.0; total.len()];
    Ok(RunningSum {
        labels: states(n_layer),
        values: rows.concat(),
        identity: Identity::measure(&reading, total, &nothing)?,
        positions: reading.positions,
    })
}
