//! What single heads write.
//!
//! A head writes `(z - b_V) W_O`: TransformerLens folds ln_1's bias into that of the values, and the values' bias, which
//! every pattern passes on whole since its rows sum to 1, into b_O. Its attribution is that times the direction u. One pass
//! over W_O is needed either way: `(z - b_V) W_O` then serves all directions at one position, and `W_O u` all positions.

use super::direction::dot;
use super::{Reading, Rows};
use crate::Result;
use crate::gpt2::Site;

/// The attribution of each head, `[head][position]`, layer by layer.
pub(super) fn heads(reading: &Reading) -> Result<Rows> {
    // One way for one position, so that the same question always has the same answer, to the last bit.
    match reading.positions[..] {
        [position] => by_results(reading, position),
        _ => by_direction(reading),
    }
}

fn by_results(reading: &Reading, position: usize) -> Result<Rows> {
    let (u, scale) = (&reading.direction.residual, reading.scale[0]);
    let results = reading.run.head_results(position)?;
    let heads = results.iter().flat_map(|layer| layer.chunks(u.len()));
    Ok(heads.map(|written| vec![dot(written, u) / scale]).collect())
}

fn by_direction(reading: &Reading) -> Result<Rows> {
    let model = reading.run.model();
    let d_head = model.config().d_head();
    let mut rows = Vec::with_capacity(model.h.len() * model.config().n_head);
    for (layer, block) in model.h.iter().enumerate() {
        let along = block.attn.c_proj.along(&reading.direction.residual)?;
        let mut z = reading.rows(Site::Z(layer))?;
        for z in &mut z {
            z.iter_mut().zip(&block.attn.b_v).for_each(|(z, b_v)| *z -= b_v);
        }
        for (head, along) in along.chunks(d_head).enumerate() {
            let row = z
                .iter()
                .zip(&reading.scale)
                .map(|(z, scale)| dot(&z[head * d_head..(head + 1) * d_head], along) / scale);
            rows.push(row.collect());
        }
    }
    Ok(rows)
}

/// What no head writes: embeddings, MLPs, and the biases of attention, `[position]`.
pub(super) fn remainder(reading: &Reading) -> Result<Vec<f64>> {
    let blocks = &reading.run.model().h;
    let u = &reading.direction.residual;
    let biases: f64 = blocks.iter().map(|block| dot(&block.attn.b_o, u)).sum();
    let mut remainder: Vec<f64> = reading.scale.iter().map(|scale| biases / scale).collect();
    let mlps = (0..blocks.len()).map(Site::MlpOut);
    for part in [Site::Embed, Site::PosEmbed].into_iter().chain(mlps) {
        let row = reading.of(part)?;
        remainder.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
    Ok(remainder)
}

/// The variance, in roundings squared, of what attention's output layers added up in float32, `[position]`.
///
/// One of their numbers is a sum of d products, added one by one: d times, the sum so far is rounded. The sum so far is
/// about its share of the whole, and besides walks as far as products of either sign lead it.
pub(super) fn rounding(reading: &Reading) -> Result<Vec<f64>> {
    let model = reading.run.model();
    let d = model.config().n_embd as f64;
    let u = &reading.direction.residual;
    let length = dot(u, u);
    let mut variance = vec![0.0; reading.positions.len()];
    for (layer, block) in model.h.iter().enumerate() {
        let written = reading.squares(&reading.run.read(Site::AttnOut(layer), &reading.positions)?)?;
        for (p, z) in reading.rows(Site::Z(layer))?.iter().enumerate() {
            let walked: f64 = z.iter().zip(&block.attn.w_o_squared).map(|(z, w)| z * z * w).sum();
            variance[p] += d * written[p] + length * walked / reading.scale[p].powi(2);
        }
    }
    Ok(variance)
}
