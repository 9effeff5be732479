//! The promise to the user: the parts add up. Measured, never assumed.

use super::{Reading, rounding};
use crate::Result;

/// float32 rounds to within this share of a number: half of its last place.
const ROUNDING: f64 = f32::EPSILON as f64 / 2.0;
/// Errors beyond so many standard deviations are not rounding.
pub(super) const DEVIATIONS: f64 = 8.0;

/// What a decomposition adds up to, and what it should: `total = logit - bias`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Identity {
    /// The number that is taken apart, as the forward pass gives it: the logit (difference), centered on the vocabulary's
    /// mean as TransformerLens centers it; one part's share of it; a neuron's input, or a score. `[position]`
    pub logit: Vec<f64>,
    /// The share of it that no part produced, for a logit b_U, `[position]`.
    pub bias: Vec<f64>,
    /// What the parts add up to, `[position]`.
    pub total: Vec<f64>,
    /// `total - (logit - bias)`: how far the decomposition is from the identity, `[position]`.
    pub error: Vec<f64>,
    /// The standard deviation of `error` by float32's rounding alone, of all that the forward pass added up on the way,
    /// `[position]`; nothing is known of it in what was read from JSON.
    pub rounding: Vec<f64>,
}

impl Identity {
    /// `variance` is in roundings squared. All are `[position]`.
    pub(super) fn new(logit: Vec<f64>, bias: Vec<f64>, total: Vec<f64>, variance: &[f64]) -> Self {
        Self {
            error: (0..total.len()).map(|p| total[p] - (logit[p] - bias[p])).collect(),
            rounding: variance.iter().map(|variance| ROUNDING * variance.sqrt()).collect(),
            logit,
            bias,
            total,
        }
    }

    /// Measures what parts of the residual stream add up to against the number that the pass gave. `added` is the variance of
    /// what was added up besides the residual stream, `[position]`.
    pub(super) fn measure(reading: &Reading, total: Vec<f64>, added: &[f64]) -> Result<Self> {
        let mut variance = rounding::residual_stream(reading)?;
        for (p, variance) in variance.iter_mut().enumerate() {
            *variance += reading.rounding[p] + added[p];
        }
        let bias = vec![reading.bias; total.len()];
        Ok(Self::new(reading.value.clone(), bias, total, &variance))
    }

    /// Whether `total = logit - bias` at every position, but for float32's rounding in the forward pass. Never with numbers
    /// that are infinite or not numbers.
    pub fn is_exact(&self) -> bool {
        let small = |(error, rounding): (&f64, &f64)| error.is_finite() && error.abs() <= DEVIATIONS * rounding;
        self.rounding.len() == self.error.len() && self.error.iter().zip(&self.rounding).all(small)
    }
}
