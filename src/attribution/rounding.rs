//! How large an error the forward pass's float32 can leave by rounding what it really added. All are variances in roundings
//! squared: half of a number's last place is one.

use super::Reading;
use super::direction::dot;
use crate::Result;
use crate::gpt2::{LayerNorm, Site, to_f64};

/// Of the residual stream: each addition to it rounds each of its numbers once. `[position]`
pub(super) fn residual_stream(reading: &Reading) -> Result<Vec<f64>> {
    let mut variance = vec![0.0; reading.at.len()];
    for (_, state) in reading.stream.states(reading.run.model().config()) {
        let squares = reading.squares(state)?;
        variance
            .iter_mut()
            .zip(squares)
            .for_each(|(sum, square)| *sum += square);
    }
    Ok(variance)
}

/// Of a LayerNorm whose output is read along w: it rounds when it centers, scales, and applies weight and bias. An error of
/// the mean itself is the same for all numbers.
pub(super) fn layer_norm(norm: &LayerNorm, input: &[f64], output: &[f64], scale: f64, w: &[f64]) -> Result<f64> {
    let (gamma, beta) = (to_f64(&norm.weight)?, to_f64(&norm.bias)?);
    let number = |j: usize| {
        let normalized = (output[j] - beta[j]) * w[j];
        3.0 * normalized * normalized + (output[j] * w[j]).powi(2)
    };
    let numbers: f64 = (0..output.len()).map(number).sum();
    let d = input.len() as f64;
    // The sum of d numbers is kept in 16 or more parts of d / 16 numbers.
    let mean = input.iter().map(|x| x.abs()).sum::<f64>() / d * (1.0 + d.sqrt() / 16.0);
    Ok(numbers + (mean * dot(&gamma, w) / scale).powi(2))
}

/// Of a linear layer's outputs, read with coefficients. Each is a sum of n products, added one by one: n times, the sum so far
/// is rounded. That is about its share of the whole, and besides walks as far as products of either sign lead it; `walked` are
/// the squares of all products, read so.
pub(super) fn sums(n: usize, outputs: &[f64], coefficients: &[f64], walked: f64) -> f64 {
    let whole: f64 = outputs.iter().zip(coefficients).map(|(y, c)| (y * c).powi(2)).sum();
    n as f64 * (whole + walked)
}

/// Of what a linear layer makes of a LayerNorm's bias.
pub(super) fn of_bias(bias: &[f64], coefficients: &[f64], d_in: usize) -> f64 {
    sums(d_in, bias, coefficients, 0.0)
}

/// As [`sums`], of what a layer of n inputs wrote to the residual stream: `squares` are its inputs' squares, each by the squared
/// length of its row, as if these were of no particular direction. `[position]`
pub(super) fn written(reading: &Reading, site: Site, n: usize, squares: &[f64]) -> Result<Vec<f64>> {
    let length = dot(&reading.direction, &reading.direction);
    let written = reading.squares(site)?;
    let variance =
        |((written, squares), scale): ((f64, &f64), &f64)| n as f64 * written + length * squares / scale.powi(2);
    Ok(written
        .into_iter()
        .zip(squares)
        .zip(&reading.scale)
        .map(variance)
        .collect())
}

/// Of values mixed by a pattern: no sum on the way is larger than the values' mean square allows. `squares` are those of the
/// values, as they are read, `[key]`.
pub(super) fn mixed(pattern: &[f64], squares: &[f64]) -> f64 {
    pattern.len() as f64 * dot(pattern, squares)
}
