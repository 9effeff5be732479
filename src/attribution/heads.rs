//! What single heads write.
//!
//! A head writes `(z - b_V) W_O`: TransformerLens folds ln_1's bias into that of the values, and the values' bias, which
//! every pattern passes on whole since its rows sum to 1, into b_O. Its attribution is that times the direction u. One pass
//! over W_O is needed either way: `(z - b_V) W_O` then serves all directions at one position, and `W_O u` all positions.

use super::direction::dot;
use super::{Reading, Rows, rounding as rounded};
use crate::Result;
use crate::gpt2::Site;

/// The attribution of each head that is a part of what is read, `[head][position]`, layer by layer.
pub(super) fn heads(reading: &Reading) -> Result<Rows> {
    // One way for one position, so that the same question always has the same answer, to the last bit.
    let of_layer = match reading.at.len() {
        1 => by_results,
        _ => by_direction,
    };
    let layers = (0..layers(reading)).map(|layer| of_layer(reading, layer));
    Ok(layers.collect::<Result<Vec<_>>>()?.concat())
}

fn layers(reading: &Reading) -> usize {
    reading.stream.attentions(reading.run.model().config())
}

fn by_results(reading: &Reading, layer: usize) -> Result<Rows> {
    let (u, scale) = (&reading.direction, reading.scale[0]);
    if reading.heads_replaced(layer, reading.at[0]) {
        return Ok(vec![vec![0.0]; reading.run.model().config().n_head]);
    }
    let results = reading.run.head_results(layer, reading.at[0])?;
    let heads = results.chunks(u.len());
    Ok(heads.map(|written| vec![dot(written, u) / scale]).collect())
}

fn by_direction(reading: &Reading, layer: usize) -> Result<Rows> {
    let model = reading.run.model();
    let (attention, d, d_head) = (&model.h[layer].attn, model.config().n_embd, model.config().d_head());
    let along = attention.c_proj.along::<false>(0..d, 0..d, &reading.direction)?;
    let mut z = reading.rows(Site::Z(layer))?;
    for (z, &at) in z.iter_mut().zip(&reading.at) {
        match reading.heads_replaced(layer, at) {
            true => z.fill(0.0),
            false => z.iter_mut().zip(&attention.b_v).for_each(|(z, b_v)| *z -= b_v),
        }
    }
    let heads = along.chunks(d_head).enumerate().map(|(head, along)| {
        let row = z
            .iter()
            .zip(&reading.scale)
            .map(|(z, scale)| dot(&z[head * d_head..(head + 1) * d_head], along) / scale);
        row.collect()
    });
    Ok(heads.collect())
}

/// What no head writes: embeddings, MLPs, and the biases of attention, `[position]`; and what patches put in the place of either.
pub(super) fn remainder(reading: &Reading) -> Result<Vec<f64>> {
    let model = reading.run.model();
    let mut remainder = vec![0.0; reading.at.len()];
    for layer in 0..layers(reading) {
        let bias = dot(&model.h[layer].attn.b_o, &reading.direction);
        for (p, &at) in reading.at.iter().enumerate() {
            remainder[p] += match reading.heads_replaced(layer, at) {
                true => reading.of(Site::AttnOut(layer))?[p],
                false => bias / reading.scale[p],
            };
        }
    }
    for (_, row) in reading.patches()? {
        remainder.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
    let mlps = (0..reading.stream.mlps(model.config())).map(Site::MlpOut);
    for part in [Site::Embed, Site::PosEmbed].into_iter().chain(mlps) {
        let row = reading.of(part)?;
        remainder.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
    Ok(remainder)
}

/// The variance, in roundings squared, of what attention's output layers added up in float32, `[position]`.
pub(super) fn rounding(reading: &Reading) -> Result<Vec<f64>> {
    let model = reading.run.model();
    let mut variance = vec![0.0; reading.at.len()];
    for layer in 0..layers(reading) {
        let w_o_squared = &model.h[layer].attn.w_o_squared;
        let squares = |z: Vec<f64>| z.iter().zip(w_o_squared).map(|(z, w)| z * z * w).sum();
        let squares: Vec<f64> = reading.rows(Site::Z(layer))?.into_iter().map(squares).collect();
        let written = rounded::written(reading, Site::AttnOut(layer), model.config().n_embd, &squares)?;
        variance.iter_mut().zip(written).for_each(|(sum, x)| *sum += x);
    }
    Ok(variance)
}
