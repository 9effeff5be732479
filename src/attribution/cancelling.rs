//! Parts whose writing a later one erases: a known trap of direct logit attribution. What was written for other parts to read, and is
//! taken out of the residual stream again, has a share in the logit that the eraser's share takes back (Dao et al. 2023, "An adversarial
//! example for direct logit attribution: memory management in GELU-4L").

use serde::Serialize;

use super::direction::{center, dot};
use super::{Part, Question, Reading, Target, Unit};
use crate::gpt2::{Run, Site};
use crate::{Error, Result};

/// A later part takes back at least so much of what an earlier one wrote.
const ERASED: f64 = 0.2;
/// Both shares are at least so much of the sum of all magnitudes.
const WORTH_SAYING: f64 = 0.02;

/// Two parts of which the later takes back what the earlier wrote.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Cancelling {
    /// The part that wrote first.
    pub earlier: Part,
    /// The part that erases it.
    pub later: Part,
    /// How much of what the earlier wrote the later adds to it: `(x . y) / (x . x)`, x and y being what they wrote at the position, each less
    /// its mean, as every LayerNorm reads it. -1 where all of it is erased.
    pub projection: f64,
    /// What each adds to the logit (difference), the earlier first: of opposite signs.
    pub attribution: [f64; 2],
}

/// Pairs of parts of which the later erases at least a fifth of what the earlier wrote at the position, while their shares of the
/// logit (difference) are of opposite signs, and each at least a fiftieth of the sum of all parts' magnitudes: those that cancel most first.
/// Parts are the embeddings, MLPs, and attention as a whole with [`Unit::Component`], or its heads with [`Unit::Head`].
///
/// # Errors
/// As [`attribute`](super::attribute); [`Error::Argument`] for another unit, or another number than a logit; [`Error::Position`] for
/// several positions.
pub fn cancelling(run: &Run, question: &Question, unit: Unit) -> Result<Vec<Cancelling>> {
    if !matches!(question.target, Target::Logit { .. }) || !question.path.is_empty() {
        return Err(Error::Argument(
            "explain: what cancels is known of a logit, or a difference of logits; give an answer, and no path".into(),
        ));
    }
    let reading = Reading::new(run, question)?;
    let &[position] = &reading.positions[..] else {
        return Err(Error::Position("parts cancel at one position; give one".into()));
    };
    let written = written(&reading, unit, position)?;
    let share = |x: &[f64]| dot(x, &reading.direction) / reading.scale[0];
    let shares: Vec<f64> = written.iter().map(|part| share(&part.x)).collect();
    let least = WORTH_SAYING * shares.iter().map(|share| share.abs()).sum::<f64>();
    let mut pairs = Vec::new();
    for (i, earlier) in written.iter().enumerate() {
        for (j, later) in written.iter().enumerate() {
            let (a, b) = (shares[i], shares[j]);
            if later.when <= earlier.when || a * b >= 0.0 || a.abs().min(b.abs()) < least {
                continue;
            }
            let projection = dot(&earlier.x, &later.x) / dot(&earlier.x, &earlier.x);
            if projection <= -ERASED {
                pairs.push(Cancelling {
                    earlier: earlier.part,
                    later: later.part,
                    projection,
                    attribution: [a, b],
                });
            }
        }
    }
    let cancelled = |pair: &Cancelling| pair.attribution[0].abs().min(pair.attribution[1].abs());
    pairs.sort_by(|a, b| cancelled(b).total_cmp(&cancelled(a)));
    Ok(pairs)
}

/// What a part wrote at a position, less its mean, `[d_model]`.
struct Written {
    part: Part,
    /// Parts that write side by side have the same.
    when: usize,
    x: Vec<f64>,
}

fn written(reading: &Reading, unit: Unit, position: usize) -> Result<Vec<Written>> {
    let config = reading.run.model().config();
    let mut all = Vec::new();
    let mut add = |part, when, mut x: Vec<f64>| {
        center(&mut x);
        all.push(Written { part, when, x });
    };
    let row = |site| Ok::<_, Error>(reading.rows(site)?.swap_remove(0));
    add(Part::Embed, 0, row(Site::Embed)?);
    add(Part::PosEmbed, 0, row(Site::PosEmbed)?);
    for layer in 0..config.n_layer {
        match unit {
            Unit::Component => add(Part::AttnOut(layer), 2 * layer + 1, row(Site::AttnOut(layer))?),
            Unit::Head => {
                let results = reading.run.head_results(layer, position)?;
                for (head, x) in results.chunks(config.n_embd).enumerate() {
                    add(Part::Head { layer, head }, 2 * layer + 1, x.to_vec());
                }
            }
            _ => return Err(Error::Argument("unit: parts cancel by component or head".into())),
        }
        add(Part::MlpOut(layer), 2 * layer + 2, row(Site::MlpOut(layer))?);
    }
    Ok(all)
}
