//! What `answer - incorrect` means in the residual stream.

use crate::gpt2::{Gpt2, to_f64};
use crate::{Error, Result};

/// The direction in the residual stream that raises one logit, or the difference of two.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LogitDirection {
    /// W_U[:, answer] less the vocabulary's mean, or less W_U[:, incorrect], `[d_model]`.
    pub unembedding: Vec<f64>,
    /// `unembedding` times the final LayerNorm's weight, centered, `[d_model]`.
    pub residual: Vec<f64>,
    /// b_U: the part of the logit (difference) that comes from the final LayerNorm's bias and from no part of the model.
    pub bias: f64,
}

impl LogitDirection {
    /// # Errors
    /// [`Error::Answer`] if an id is not in the vocabulary, or if both are the same. [`Error::Overflow`] if the unembedding
    /// of one is infinite or not a number.
    pub fn new(model: &Gpt2, answer: u32, incorrect: Option<u32>) -> Result<Self> {
        if incorrect == Some(answer) {
            return Err(Error::Answer(format!(
                "token #{answer} is compared with itself, and their logits differ by nothing; compare it with another \
                 token, or with none"
            )));
        }
        let mut unembedding = model.unembedding(answer)?;
        match incorrect {
            Some(token) => subtract(&mut unembedding, &model.unembedding(token)?),
            None => subtract(&mut unembedding, model.unembedding_mean()?),
        }
        let (gamma, beta) = (to_f64(&model.ln_f.weight)?, to_f64(&model.ln_f.bias)?);
        let residual = centered(&gamma, &unembedding);
        let bias = dot(&beta, &unembedding);
        if !bias.is_finite() || residual.iter().any(|u| !u.is_finite()) {
            let than = incorrect.map_or("the vocabulary's mean".into(), |token| {
                format!("that of token #{token}")
            });
            return Err(Error::Overflow(format!(
                "the unembedding of token #{answer}, less {than}, has numbers that are infinite or not numbers"
            )));
        }
        Ok(Self {
            bias,
            unembedding,
            residual,
        })
    }
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
