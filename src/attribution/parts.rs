//! Direct logit attribution itself, and its result.

use super::{Identity, Part, Question, Reading, Rows, Unit, heads, unit};
use crate::Result;
use crate::gpt2::{Run, Site};

/// A logit, or the difference of two, as a sum of what each part of the model wrote to the residual stream.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Attribution {
    /// How finely.
    pub unit: Unit,
    /// The parts, in TransformerLens's order and by its labels, `[component]`.
    pub labels: Vec<Part>,
    /// What each part adds to the logit (difference), row-major `[component, position]`.
    pub attribution: Vec<f64>,
    /// The positions attributed at, ascending, `[position]`.
    pub positions: Vec<usize>,
    /// What the parts add up to, and what they should.
    pub identity: Identity,
}

impl Attribution {
    /// The `k` highest parts with their values, highest first; with several positions, by the mean over them. As
    /// TransformerLens's `DirectLogitAttribution.top`.
    pub fn top(&self, k: usize) -> Vec<(Part, f64)> {
        unit::top(&self.labels, &self.attribution, k)
    }
}

/// Takes the logit of the answer, or its difference to the logit of the incorrect token, apart.
///
/// Everything is read from the run; what the last block does at the positions asked is computed if nobody asked before,
/// and nothing grows with the vocabulary. This is what each part itself wrote to the residual stream, as the unembedding reads
/// it, at the scale that the final LayerNorm had in this run. What a part does by changing the input of later parts is counted
/// with those, and what it does to that scale is not counted.
///
/// # Errors
/// [`Error::Answer`](crate::Error::Answer) for an id outside the vocabulary, or an incorrect token that is the answer itself;
/// [`Error::Position`](crate::Error::Position) for a position outside the run; [`Error::Overflow`](crate::Error::Overflow) as
/// [`Run::read`].
pub fn direct_logit_attribution(run: &Run, question: &Question, unit: Unit) -> Result<Attribution> {
    let reading = Reading::new(run, question)?;
    let config = run.model().config();
    let (rows, added) = match unit {
        Unit::Component => (components(&reading)?, vec![0.0; reading.positions.len()]),
        Unit::Head => {
            let mut rows = heads::heads(&reading)?;
            rows.push(heads::remainder(&reading)?);
            (rows, heads::rounding(&reading)?)
        }
    };
    let positions = 0..reading.positions.len();
    let total = positions.map(|p| rows.iter().map(|row| row[p]).sum()).collect();
    Ok(Attribution {
        unit,
        labels: unit.parts(config.n_layer, config.n_head),
        attribution: rows.concat(),
        identity: Identity::measure(&reading, total, &added)?,
        positions: reading.positions,
    })
}

fn components(reading: &Reading) -> Result<Rows> {
    let layers = 0..reading.run.model().config().n_layer;
    let written = layers.flat_map(|layer| [Site::AttnOut(layer), Site::MlpOut(layer)]);
    let parts = [Site::Embed, Site::PosEmbed].into_iter().chain(written);
    parts.map(|part| reading.of(part)).collect()
}
