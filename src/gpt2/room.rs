//! Whether there is memory for a run, found out before anything is computed. In a browser tab an allocation that is refused
//! later ends the model.

use super::Gpt2Config;
use super::config::bytes as readable;
use crate::kernel;
use crate::{Error, Result};

/// Refuses a run that begins with `common` tokens of an earlier one, and for whose `new` further tokens there is no room.
///
/// # Errors
/// [`Error::Memory`] with the number of tokens that there is room for.
pub(super) fn check(config: &Gpt2Config, common: usize, new: usize) -> Result<()> {
    refuse_unless(config, common, new, |rows| pass(config, rows))
}

/// As [`check`], for one block at a time, of `n` rows: the last block's, or those of variants of a run, of which nothing is kept.
pub(super) fn check_block(config: &Gpt2Config, n: usize) -> Result<()> {
    refuse_unless(config, 0, n, |rows| block(config, rows))
}

fn refuse_unless(config: &Gpt2Config, common: usize, new: usize, tensors: impl Fn(u64) -> Vec<u64>) -> Result<()> {
    // In a browser this is known without asking for memory, which a module never gives back.
    let weights = config.weight_bytes() / 2;
    let addressable = |rows: usize| total(&tensors(rows as u64)).saturating_add(weights) <= usize::MAX as u64;
    let reservable = |rows: usize| reserve(&tensors(rows as u64));
    let fits: &dyn Fn(usize) -> bool = if !addressable(new) {
        &addressable
    } else if !reservable(new) {
        &reservable
    } else {
        return Ok(());
    };
    let (mut most, mut too_many) = (0, new);
    while too_many - most > 1 {
        let rows = most.midpoint(too_many);
        match fits(rows) {
            true => most = rows,
            false => too_many = rows,
        }
    }
    Err(Error::Memory(format!(
        "the activations of {} tokens take {}, more than there is; {} tokens would fit. Shorten the prompt",
        common + new,
        readable(total(&tensors(new as u64))),
        common + most,
    )))
}

/// The bytes of each tensor that a pass over so many tokens has at a time: what a run keeps, and what one block needs
/// besides.
fn pass(config: &Gpt2Config, rows: u64) -> Vec<u64> {
    // resid_pre, q, z, attn_out, mlp_out
    const WRITTEN: usize = 5;
    let others = config.n_layer - 1;
    let narrow = row(config, 1);
    // Also the residual stream before the last block, and the inputs of attention and of the MLP.
    let mut rows_of = vec![narrow; others * WRITTEN + 3];
    // Keys and values.
    rows_of.extend(vec![row(config, 2); config.n_layer]);
    // Before and after the activation function.
    rows_of.extend([float32s(config.n_inner); 2]);
    let kept = rows_of.iter().map(|of| of.saturating_mul(rows));
    kept.chain(scratch(config, rows)).collect()
}

/// As [`pass`], for one block and what is kept of the last.
fn block(config: &Gpt2Config, rows: u64) -> Vec<u64> {
    let mut rows_of = vec![row(config, 1); 16];
    rows_of.extend([float32s(config.n_inner); 2]);
    let kept = rows_of.iter().map(|of| of.saturating_mul(rows));
    kept.chain(scratch(config, rows)).collect()
}

/// What the largest product takes while it is computed.
fn scratch(config: &Gpt2Config, rows: u64) -> [u64; 2] {
    let Gpt2Config { n_embd, n_inner, .. } = *config;
    kernel::scratch(rows, n_inner.max(n_embd), n_inner.max(n_embd.saturating_mul(3)))
}

/// The bytes of so many vectors of the model's width.
fn row(config: &Gpt2Config, vectors: u64) -> u64 {
    float32s(config.n_embd).saturating_mul(vectors)
}

fn float32s(n: usize) -> u64 {
    (n as u64).saturating_mul(size_of::<f32>() as u64)
}

fn total(tensors: &[u64]) -> u64 {
    tensors.iter().copied().fold(0, u64::saturating_add)
}

/// Whether there is room for all of them at once. What is reserved here is not touched, and given back at once.
fn reserve(tensors: &[u64]) -> bool {
    let mut reserved = Vec::with_capacity(tensors.len());
    tensors.iter().all(|&bytes| {
        let mut room: Vec<u8> = Vec::new();
        let there = usize::try_from(bytes).is_ok_and(|bytes| room.try_reserve_exact(bytes).is_ok());
        reserved.push(room);
        there
    })
}
