//! Direct logit attribution itself, and its result.

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use super::direction::dot;
use super::{LogitDirection, Part, Position, Unit};
use crate::Result;
use crate::gpt2::{ActivationCache, Gpt2};

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
/// Everything is read from `cache`; nothing is computed a second time, and nothing grows with the vocabulary. This is
/// the *direct* effect of each part: what it wrote to the residual stream, as the unembedding reads it. What a part does
/// by changing the input of later parts is counted with those.
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
    let positions = position.resolve(cache.tokens.len())?;
    let projection = Projection {
        cache,
        u: &direction.residual,
        positions: &positions,
    };
    let rows = match unit {
        Unit::Component => components(&projection)?,
        Unit::Layer => layers(&projection)?,
        Unit::Head => heads(model, &projection)?,
    };
    let total = match unit {
        Unit::Layer => rows.last().cloned().unwrap_or_default(),
        Unit::Component | Unit::Head => (0..positions.len())
            .map(|p| rows.iter().map(|row| row[p]).sum())
            .collect(),
    };
    let logit = positions
        .iter()
        .map(|&p| Ok(dot(&read(&cache.ln_final, p)?, &direction.unembedding)))
        .collect::<Result<Vec<f64>>>()?;
    let bias = vec![direction.bias; positions.len()];
    let error = (0..positions.len()).map(|p| total[p] - (logit[p] - bias[p])).collect();
    let config = model.config();
    Ok(DirectLogitAttribution {
        unit,
        labels: unit.parts(config.n_layer, config.n_head),
        attribution: rows.concat(),
        positions,
        logit,
        bias,
        total,
        error,
    })
}

/// One row a part, one entry a position.
type Rows = Vec<Vec<f64>>;

fn components(projection: &Projection) -> Result<Rows> {
    let cache = projection.cache;
    let mut rows = vec![projection.row(&cache.embed)?, projection.row(&cache.pos_embed)?];
    for block in &cache.blocks {
        rows.push(projection.row(&block.attn_out)?);
        rows.push(projection.row(&block.mlp_out)?);
    }
    Ok(rows)
}

fn layers(projection: &Projection) -> Result<Rows> {
    let cache = projection.cache;
    let mut rows = Vec::with_capacity(2 * cache.blocks.len() + 1);
    for block in &cache.blocks {
        rows.push(projection.row(&block.resid_pre)?);
        rows.push(projection.row(&block.resid_mid)?);
    }
    rows.push(projection.row(&cache.resid_final)?);
    Ok(rows)
}

/// A head writes `(z - b_V) W_O`: TransformerLens folds ln_1's bias into that of the values, and the values' bias, which
/// every pattern passes on whole since its rows sum to 1, into b_O.
fn heads(model: &Gpt2, projection: &Projection) -> Result<Rows> {
    let Projection { cache, u, positions } = *projection;
    let mut remainder = projection.row(&cache.embed)?;
    add(&mut remainder, &projection.row(&cache.pos_embed)?);
    let d_head = model.config().d_head();
    let mut rows = Vec::with_capacity(cache.blocks.len() * model.config().n_head + 1);
    for (layer, block) in cache.blocks.iter().enumerate() {
        let (w_o, b_o, b_v) = model.attention_output(layer)?;
        let written: Vec<f64> = (0..b_v.len())
            .map(|row| Ok(dot(&read(w_o, row)?, u)))
            .collect::<Result<_>>()?;
        for head in 0..model.config().n_head {
            let of_head = head * d_head..(head + 1) * d_head;
            let (written, b_v) = (&written[of_head.clone()], &b_v[of_head]);
            let row = positions.iter().map(|&p| {
                let z = read(&block.z.get(p)?, head)?;
                let from_values = dot(&z, written) - dot(b_v, written);
                Ok(from_values / f64::from(cache.ln_final_scale[p]))
            });
            rows.push(row.collect::<Result<Vec<f64>>>()?);
        }
        let biases = dot(&b_o, u) + dot(&b_v, &written);
        for (sum, &p) in remainder.iter_mut().zip(positions) {
            *sum += biases / f64::from(cache.ln_final_scale[p]);
        }
        add(&mut remainder, &projection.row(&block.mlp_out)?);
    }
    rows.push(remainder);
    Ok(rows)
}

fn add(x: &mut [f64], y: &[f64]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
}

/// Row `i` of a matrix, in float64.
fn read(x: &Tensor, i: usize) -> Result<Vec<f64>> {
    crate::gpt2::to_f64(&x.get(i)?)
}

/// Reads parts of the residual stream along a direction, at some positions.
struct Projection<'a> {
    cache: &'a ActivationCache,
    u: &'a [f64],
    positions: &'a [usize],
}

impl Projection<'_> {
    /// `(x . u) / scale` of a part `x` `[pos, d_model]`, at each position.
    fn row(&self, x: &Tensor) -> Result<Vec<f64>> {
        self.positions
            .iter()
            .map(|&p| Ok(dot(&read(x, p)?, self.u) / f64::from(self.cache.ln_final_scale[p])))
            .collect()
    }
}
