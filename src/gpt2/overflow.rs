//! Where a pass left the numbers that float32 has. Sought only once its end shows that it did: what is infinite or not a
//! number makes all that reads it so too.

use candle_core::Tensor;

use super::layers::{LayerNorm, Written, resid_mid};
use super::{Run, Site};
use crate::{Error, Result};

/// Whether all numbers are finite.
pub(super) fn is_finite(x: &Tensor) -> Result<bool> {
    Ok(x.flatten_all()?.to_vec1::<f32>()?.iter().all(|x| x.is_finite()))
}

/// The first place of a pass that is not finite, from the embeddings up; there, the first position. Of the last block, `written`
/// is what it wrote at `positions`, and `resid_final` the stream after it.
pub(super) fn first(run: &Run, positions: &[usize], written: &Written, resid_final: &Tensor) -> Error {
    match search(run, positions, written, resid_final) {
        Err(found) => found,
        Ok(()) => Error::Overflow("a number of the pass".into()),
    }
}

/// Of the logits at one position.
pub(super) fn in_logits(logits: &[f32], position: usize) -> Error {
    let token = logits.iter().position(|logit| !logit.is_finite()).unwrap_or_default();
    Error::Overflow(format!(
        "the logit of token #{token} is {} at position {position}",
        logits[token]
    ))
}

/// Fails at the first place that is not finite.
fn search(run: &Run, positions: &[usize], written: &Written, resid_final: &Tensor) -> Result<()> {
    // All that the last block reads.
    let seen: Vec<usize> = (0..=positions.iter().copied().max().unwrap_or_default()).collect();
    let look = |what: &str, x: &Tensor| check(what, x, &seen);
    look("the token's embedding", &run.read(Site::Embed, &seen)?)?;
    look("the position's embedding", &run.read(Site::PosEmbed, &seen)?)?;
    let last = run.model().h.len() - 1;
    for (layer, block) in run.model().h.iter().enumerate() {
        let resid_pre = run.read(Site::ResidPre(layer), &seen)?;
        look(&format!("the residual stream before layer {layer}"), &resid_pre)?;
        in_norm(&format!("ln_1 of layer {layer}"), &block.ln_1, &resid_pre, &seen)?;
        look(&format!("a key of layer {layer}"), &run.read(Site::K(layer), &seen)?)?;
        look(&format!("a value of layer {layer}"), &run.read(Site::V(layer), &seen)?)?;
        if layer == last {
            in_block(run, last, positions, written, resid_final)?;
            break;
        }
        let written = Written {
            q: run.read(Site::Q(layer), &seen)?,
            z: run.read(Site::Z(layer), &seen)?,
            attn_out: run.read(Site::AttnOut(layer), &seen)?,
            mlp_out: run.read(Site::MlpOut(layer), &seen)?,
        };
        in_block(
            run,
            layer,
            &seen,
            &written,
            &run.read(Site::ResidPre(layer + 1), &seen)?,
        )?;
    }
    in_norm("the final LayerNorm", &run.model().ln_f, resid_final, positions)
}

/// What a block makes of what it reads.
fn in_block(run: &Run, layer: usize, positions: &[usize], written: &Written, resid_post: &Tensor) -> Result<()> {
    let look = |what: &str, x: &Tensor| check(&format!("{what} layer {layer}"), x, positions);
    look("a query of", &written.q)?;
    look("what attention mixes in", &written.z)?;
    look("what attention writes in", &written.attn_out)?;
    let resid_mid = resid_mid(&run.read(Site::ResidPre(layer), positions)?, &written.attn_out)?;
    look("the residual stream in the middle of", &resid_mid)?;
    let ln_2 = &run.model().h[layer].ln_2;
    in_norm(&format!("ln_2 of layer {layer}"), ln_2, &resid_mid, positions)?;
    look("what the MLP writes in", &written.mlp_out)?;
    look("the residual stream after", resid_post)
}

/// What a LayerNorm divides by, and what it gives.
fn in_norm(what: &str, norm: &LayerNorm, x: &Tensor, positions: &[usize]) -> Result<()> {
    let scale = Tensor::new(norm.scale(x)?, x.device())?.unsqueeze(1)?;
    check(&format!("what {what} divides by"), &scale, positions)?;
    check(&format!("what {what} gives"), &norm.forward(x)?, positions)
}

fn check(what: &str, x: &Tensor, positions: &[usize]) -> Result<()> {
    for (row, position) in x.to_vec2::<f32>()?.iter().zip(positions) {
        if let Some(x) = row.iter().find(|x| !x.is_finite()) {
            return Err(Error::Overflow(format!("{what} is {x} at position {position}")));
        }
    }
    Ok(())
}
