//! What single heads write.
//!
//! A head writes `(z - b_V) W_O`: TransformerLens folds ln_1's bias into that of the values, and the values' bias, which
//! every pattern passes on whole since its rows sum to 1, into b_O. Its attribution is that times the direction u. One pass
//! over W_O is needed either way: `W_O u` then serves all positions, and `(z - b_V) W_O` all directions.

use super::LogitDirection;
use super::direction::dot;
use super::dla::{Rows, read};
use crate::Result;
use crate::gpt2::{Activations, Gpt2};

/// `W_O u` of each layer, `[n_heads * d_head]`.
pub(super) fn w_o_along(model: &Gpt2, direction: &LogitDirection) -> Result<Vec<Vec<f64>>> {
    (0..model.config().n_layer)
        .map(|layer| model.w_o_along(layer, &direction.residual))
        .collect()
}

/// The attribution of each head at each position, by `W_O u`.
pub(super) fn by_direction(model: &Gpt2, activations: &Activations, w_o_along: &[Vec<f64>]) -> Result<Rows> {
    let d_head = model.config().d_head();
    let mut rows = Vec::with_capacity(w_o_along.len() * model.config().n_head);
    for ((block, biases), along) in activations.blocks.iter().zip(model.head_biases()?).zip(w_o_along) {
        let z: Vec<Vec<f64>> = (0..activations.positions.len())
            .map(|p| values(&block.z, p, &biases.b_v))
            .collect::<Result<_>>()?;
        for (head, along) in along.chunks(d_head).enumerate() {
            let row = z
                .iter()
                .zip(&activations.ln_final_scale)
                .map(|(z, &scale)| dot(&z[head * d_head..(head + 1) * d_head], along) / f64::from(scale));
            rows.push(row.collect());
        }
    }
    Ok(rows)
}

/// What each head writes at one position, layer by layer: `(z - b_V) W_O`, `[n_heads, d_model]`.
pub(super) fn results(model: &Gpt2, activations: &Activations) -> Result<Vec<Vec<f64>>> {
    let blocks = activations.blocks.iter().zip(model.head_biases()?).enumerate();
    blocks
        .map(|(layer, (block, biases))| model.head_results(layer, &values(&block.z, 0, &biases.b_v)?))
        .collect()
}

/// The attribution of each head at one position, by what it writes there.
pub(super) fn by_results(results: &[Vec<f64>], activations: &Activations, direction: &LogitDirection) -> Rows {
    let u = &direction.residual;
    let scale = f64::from(activations.ln_final_scale[0]);
    let heads = results.iter().flat_map(|layer| layer.chunks(u.len()));
    heads.map(|written| vec![dot(written, u) / scale]).collect()
}

/// `z - b_V` at one position, `[n_heads * d_head]`.
fn values(z: &candle_core::Tensor, position: usize, b_v: &[f64]) -> Result<Vec<f64>> {
    let mut values = read(z, position)?;
    values.iter_mut().zip(b_v).for_each(|(z, b)| *z -= b);
    Ok(values)
}
