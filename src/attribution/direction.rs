//! What `answer - incorrect` means in the residual stream.

use super::Contrast;
use crate::gpt2::{Run, to_f64};
use crate::{Error, Result};

/// The direction in the residual stream that raises one logit, or its difference to what it is compared with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LogitDirection {
    /// W_U[:, answer] less the vocabulary's mean, or less that of the [`Contrast`], `[d_model]`.
    pub unembedding: Vec<f64>,
    /// `unembedding` times the final LayerNorm's weight, centered, `[d_model]`.
    pub residual: Vec<f64>,
    /// b_U: the part of the logit (difference) that comes from the final LayerNorm's bias and from no part of the model.
    pub bias: f64,
}

impl LogitDirection {
    /// The direction after some positions of a run. It is the same after all of them, and in every run of the model, but for
    /// [`Contrast::LogProbability`].
    ///
    /// # Errors
    /// [`Error::Answer`] if an id is not in the vocabulary, or there twice; [`Error::Position`] for several positions that have no
    /// direction in common. [`Error::Overflow`] if the unembedding of one is infinite or not a number.
    pub fn new(run: &Run, positions: &[usize], answer: u32, contrast: &Contrast) -> Result<Self> {
        contrast.check(answer)?;
        let model = run.model();
        let mut unembedding = model.unembedding(answer)?;
        match (contrast, positions) {
            (Contrast::Mean, _) => subtract(&mut unembedding, model.unembedding_mean()?),
            (Contrast::Tokens(tokens), _) => subtract(&mut unembedding, &mean(run, tokens)?),
            (Contrast::LogProbability, &[position]) => {
                subtract(&mut unembedding, &run.unembedding_by_probability(position)?);
            }
            (Contrast::LogProbability, _) => {
                return Err(Error::Position(
                    "the logarithm of a probability rises in another direction after each position; give one".into(),
                ));
            }
        }
        let (gamma, beta) = (to_f64(&model.ln_f.weight)?, to_f64(&model.ln_f.bias)?);
        let residual = centered(&gamma, &unembedding);
        let bias = dot(&beta, &unembedding);
        if !bias.is_finite() || residual.iter().any(|u| !u.is_finite()) {
            return Err(Error::Overflow(format!(
                "the unembedding of token #{answer}, less {contrast}, has numbers that are infinite or not numbers"
            )));
        }
        Ok(Self {
            bias,
            unembedding,
            residual,
        })
    }
}

/// The mean of some tokens' unembeddings.
fn mean(run: &Run, tokens: &[u32]) -> Result<Vec<f64>> {
    let mut mean = vec![0.0; run.model().config().n_embd];
    for &token in tokens {
        let column = run.model().unembedding(token)?;
        mean.iter_mut().zip(column).for_each(|(sum, x)| *sum += x);
    }
    mean.iter_mut().for_each(|sum| *sum /= tokens.len() as f64);
    Ok(mean)
}

fn subtract(x: &mut [f64], y: &[f64]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x -= y);
}

/// `gamma * w`, less its mean: what reads a LayerNorm's output along w reads of its input, but for the scale.
pub(super) fn centered(gamma: &[f64], w: &[f64]) -> Vec<f64> {
    let mut direction: Vec<f64> = gamma.iter().zip(w).map(|(g, w)| g * w).collect();
    center(&mut direction);
    direction
}

/// Takes the mean out.
pub(super) fn center(x: &mut [f64]) {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    x.iter_mut().for_each(|x| *x -= mean);
}

pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    // An addition waits for the one before it, but not for those of other sums.
    const SUMS: usize = 8;
    let mut sums = [0.0; SUMS];
    let (x, rest) = x.as_chunks::<SUMS>();
    let (y, rest_of_y) = y.as_chunks::<SUMS>();
    for (x, y) in x.iter().zip(y) {
        for (sum, (x, y)) in sums.iter_mut().zip(x.iter().zip(y)) {
            *sum += x * y;
        }
    }
    let rest = rest.iter().zip(rest_of_y).map(|(x, y)| x * y);
    sums.into_iter().chain(rest).sum()
}
