//! The promise to the user: the parts add up to the logit. Measured, never assumed.

use super::Reading;
use crate::Result;
use crate::gpt2::Site;

/// float32 rounds to within this share of a number: half of its last place.
const ROUNDING: f64 = f32::EPSILON as f64 / 2.0;
/// Errors beyond so many standard deviations are not rounding.
const DEVIATIONS: f64 = 8.0;

/// What a decomposition adds up to, and what it should: `total = logit - bias`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Identity {
    /// The logit (difference) that the forward pass gives, centered on the vocabulary's mean as TransformerLens centers
    /// it, `[position]`.
    pub logit: Vec<f64>,
    /// b_U, the share of the logit (difference) that no part produced, `[position]`.
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
    /// Measures what parts add up to (`total`, `[position]`) against the logit that the pass gave. `added` is the variance,
    /// in roundings squared, of what was added up besides the residual stream, `[position]`.
    pub(super) fn measure(reading: &Reading, total: Vec<f64>, added: &[f64]) -> Result<Self> {
        let bias = vec![reading.direction.bias; total.len()];
        let logit = reading.logit()?;
        let error = (0..total.len()).map(|p| total[p] - (logit[p] - bias[p])).collect();
        let variance = (residual_stream(reading)?.into_iter()).zip(final_layer_norm(reading)?);
        let rounding = variance
            .zip(added)
            .map(|((stream, ln_final), added)| ROUNDING * (stream + ln_final + added).sqrt());
        Ok(Self {
            rounding: rounding.collect(),
            logit,
            bias,
            total,
            error,
        })
    }

    /// Whether `total = logit - bias` at every position, but for float32's rounding in the forward pass. Never with numbers
    /// that are infinite or not numbers.
    pub fn is_exact(&self) -> bool {
        let small = |(error, rounding): (&f64, &f64)| error.is_finite() && error.abs() <= DEVIATIONS * rounding;
        self.rounding.len() == self.error.len() && self.error.iter().zip(&self.rounding).all(small)
    }
}

/// Of the residual stream: each addition to it rounds each of its numbers once.
fn residual_stream(reading: &Reading) -> Result<Vec<f64>> {
    let Reading { run, .. } = reading;
    let n_layer = run.model().config().n_layer;
    let states = (0..n_layer).flat_map(|layer| [Site::ResidPre(layer), Site::ResidMid(layer)]);
    let mut variance = vec![0.0; reading.positions.len()];
    for state in states.chain([Site::ResidFinal]) {
        let squares = reading.squares(&run.read(state, &reading.positions)?)?;
        variance
            .iter_mut()
            .zip(squares)
            .for_each(|(sum, square)| *sum += square);
    }
    Ok(variance)
}

/// Of the final LayerNorm, by which the logit is read: it rounds when it centers, scales, and applies weight and bias. An
/// error of the mean itself is the same for all numbers.
fn final_layer_norm(reading: &Reading) -> Result<Vec<f64>> {
    let Reading { run, direction, .. } = reading;
    let (gamma, beta) = (&direction.gamma, &direction.beta);
    let outputs = reading.rows(Site::LnFinal)?;
    let inputs = reading.rows(Site::ResidFinal)?;
    let d = run.model().config().n_embd as f64;
    let gain: f64 = gamma.iter().zip(&direction.unembedding).map(|(g, w)| g * w).sum();
    let variance = |((output, input), scale): ((Vec<f64>, Vec<f64>), &f64)| {
        let numbers: f64 = (0..output.len())
            .map(|j| {
                let w = direction.unembedding[j];
                let normalized = (output[j] - beta[j]) * w;
                3.0 * normalized * normalized + (output[j] * w).powi(2)
            })
            .sum();
        // The sum of d numbers is kept in 16 or more parts of d / 16 numbers.
        let mean = input.iter().map(|x| x.abs()).sum::<f64>() / d * (1.0 + d.sqrt() / 16.0);
        numbers + (mean * gain / scale).powi(2)
    };
    Ok(outputs
        .into_iter()
        .zip(inputs)
        .zip(&reading.scale)
        .map(variance)
        .collect())
}
