//! Direct logit attribution itself, and its result.

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use super::direction::dot;
use super::heads;
use super::{LogitDirection, Part, Position, Unit};
use crate::Result;
use crate::gpt2::{ActivationCache, Activations, Gpt2};

/// How far the parts may be from `logit - bias`, per unit of what was added up: float32's rounding in the forward pass.
const TOLERANCE: f64 = 1e-4;

/// A logit, or the difference of two, taken apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DirectLogitAttribution {
    /// How finely.
    pub unit: Unit,
    /// The parts, in TransformerLens's order and by its labels, `[component]`.
    pub labels: Vec<Part>,
    /// What each part adds to the logit (difference), row-major `[component, position]`.
    pub attribution: Vec<f64>,
    /// The positions attributed at, ascending, `[position]`.
    pub positions: Vec<usize>,
    /// The logit (difference) that the forward pass gives, centered on the vocabulary's mean as TransformerLens centers
    /// it, `[position]`.
    pub logit: Vec<f64>,
    /// b_U, the share of the logit (difference) that no part produced, `[position]`.
    pub bias: Vec<f64>,
    /// The sum of the parts; for [`Unit::Layer`] the last, cumulative value, `[position]`.
    pub total: Vec<f64>,
    /// `total - (logit - bias)`: how far the decomposition is from the identity, `[position]`.
    pub error: Vec<f64>,
}

impl DirectLogitAttribution {
    /// The attribution of part `component` at each position, `[position]`.
    pub fn row(&self, component: usize) -> &[f64] {
        let n = self.positions.len();
        &self.attribution[component * n..(component + 1) * n]
    }

    /// The `k` highest parts with their values, highest first; with several positions, by the mean over them. As
    /// TransformerLens's `DirectLogitAttribution.top`.
    pub fn top(&self, k: usize) -> Vec<(Part, f64)> {
        let mean = |i| self.row(i).iter().sum::<f64>() / self.positions.len() as f64;
        let mut parts: Vec<(Part, f64)> = self
            .labels
            .iter()
            .enumerate()
            .map(|(i, &part)| (part, mean(i)))
            .collect();
        parts.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        parts.truncate(k);
        parts
    }

    /// Whether the identity `total = logit - bias` holds at every position, up to the rounding of float32 activations.
    /// Never with numbers that are infinite or not numbers.
    pub fn is_exact(&self) -> bool {
        let n = self.positions.len();
        (0..n).all(|p| {
            let added: f64 = self.attribution.iter().skip(p).step_by(n).map(|x| x.abs()).sum();
            self.error[p].abs() < TOLERANCE * added.max(1.0)
        })
    }
}

/// Takes the logit of `answer`, or its difference to the logit of `incorrect`, apart.
///
/// Everything is read from `cache`; what the last block does at the positions asked is computed if nobody asked before,
/// and nothing grows with the vocabulary. This is the *direct* effect of each part: what it wrote to the residual stream,
/// as the unembedding reads it. What a part does by changing the input of later parts is counted with those.
///
/// For many questions about a run, [`Attributor`](super::Attributor) is faster.
///
/// # Errors
/// [`Error::Answer`](crate::Error::Answer) for an id outside the vocabulary, [`Error::Position`](crate::Error::Position)
/// for a position outside the run.
pub fn direct_logit_attribution(
    model: &Gpt2,
    cache: &ActivationCache,
    answer: u32,
    incorrect: Option<u32>,
    unit: Unit,
    position: Position,
) -> Result<DirectLogitAttribution> {
    let direction = LogitDirection::new(model, answer, incorrect)?;
    let activations = model.activations(cache, &position.resolve(cache.tokens().len())?)?;
    attribute_activations(model, &activations, &direction, unit)
}

/// The part of [`direct_logit_attribution`] after the forward pass: reads activations along a direction.
///
/// # Errors
/// [`Error::Tensor`](crate::Error::Tensor) only, if the activations are another model's.
pub fn attribute_activations(
    model: &Gpt2,
    activations: &Activations,
    direction: &LogitDirection,
    unit: Unit,
) -> Result<DirectLogitAttribution> {
    attribute(model, activations, direction, unit, |activations| {
        heads::by_direction(model, activations, &heads::w_o_along(model, direction)?)
    })
}

/// As [`attribute_activations`], with the heads' part done by `heads`.
pub(super) fn attribute(
    model: &Gpt2,
    activations: &Activations,
    direction: &LogitDirection,
    unit: Unit,
    heads: impl FnOnce(&Activations) -> Result<Rows>,
) -> Result<DirectLogitAttribution> {
    let projection = Projection {
        activations,
        u: &direction.residual,
    };
    let rows = match unit {
        Unit::Component => components(&projection)?,
        Unit::Layer => layers(&projection)?,
        Unit::Head => {
            let mut rows = heads(activations)?;
            rows.push(remainder(model, &projection)?);
            rows
        }
    };
    let n = activations.positions.len();
    let total = match unit {
        Unit::Layer => rows.last().cloned().unwrap_or_default(),
        Unit::Component | Unit::Head => (0..n).map(|p| rows.iter().map(|row| row[p]).sum()).collect(),
    };
    let logit = (0..n)
        .map(|p| Ok(dot(&read(&activations.ln_final, p)?, &direction.unembedding)))
        .collect::<Result<Vec<f64>>>()?;
    let bias = vec![direction.bias; n];
    let error = (0..n).map(|p| total[p] - (logit[p] - bias[p])).collect();
    let config = model.config();
    Ok(DirectLogitAttribution {
        unit,
        labels: unit.parts(config.n_layer, config.n_head),
        attribution: rows.concat(),
        positions: activations.positions.clone(),
        logit,
        bias,
        total,
        error,
    })
}

/// One row a part, one entry a position.
pub(super) type Rows = Vec<Vec<f64>>;

fn components(projection: &Projection) -> Result<Rows> {
    let activations = projection.activations;
    let mut rows = vec![
        projection.row(&activations.embed)?,
        projection.row(&activations.pos_embed)?,
    ];
    for block in &activations.blocks {
        rows.push(projection.row(&block.attn_out)?);
        rows.push(projection.row(&block.mlp_out)?);
    }
    Ok(rows)
}

fn layers(projection: &Projection) -> Result<Rows> {
    let activations = projection.activations;
    let mut rows = Vec::with_capacity(2 * activations.blocks.len() + 1);
    for block in &activations.blocks {
        rows.push(projection.row(&block.resid_pre)?);
        rows.push(projection.row(&block.resid_mid)?);
    }
    rows.push(projection.row(&activations.resid_final)?);
    Ok(rows)
}

/// What no head writes: embeddings, MLPs, and the biases of attention.
fn remainder(model: &Gpt2, projection: &Projection) -> Result<Vec<f64>> {
    let activations = projection.activations;
    let biases: f64 = model
        .head_biases()?
        .iter()
        .map(|layer| dot(&layer.b_o, projection.u))
        .sum();
    let mut remainder = projection.row(&activations.embed)?;
    add(&mut remainder, &projection.row(&activations.pos_embed)?);
    for block in &activations.blocks {
        add(&mut remainder, &projection.row(&block.mlp_out)?);
    }
    for (sum, &scale) in remainder.iter_mut().zip(&activations.ln_final_scale) {
        *sum += biases / f64::from(scale);
    }
    Ok(remainder)
}

fn add(x: &mut [f64], y: &[f64]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
}

/// Row `i` of a matrix, in float64.
pub(super) fn read(x: &Tensor, i: usize) -> Result<Vec<f64>> {
    crate::gpt2::to_f64(&x.get(i)?)
}

/// Reads parts of the residual stream along a direction.
struct Projection<'a> {
    activations: &'a Activations,
    u: &'a [f64],
}

impl Projection<'_> {
    /// `(x . u) / scale` of each row of a part `x` `[pos, d_model]`.
    fn row(&self, x: &Tensor) -> Result<Vec<f64>> {
        self.activations
            .ln_final_scale
            .iter()
            .enumerate()
            .map(|(p, &scale)| Ok(dot(&read(x, p)?, self.u) / f64::from(scale)))
            .collect()
    }
}
