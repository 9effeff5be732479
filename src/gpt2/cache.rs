//! What one forward pass leaves behind. Every attribution is answered from it, with no second pass.

use std::sync::{Arc, OnceLock};

use candle_core::Tensor;

use crate::{Error, Result};

/// The activations of one run, kept in the model's memory layout; [`Gpt2::activations`](super::Gpt2::activations) reads
/// them.
///
/// Runs share what they have in common: a run that goes on from an earlier one holds the earlier one's activations, and
/// only adds its own.
#[derive(Debug, Clone)]
pub struct ActivationCache {
    pub(super) tokens: Vec<u32>,
    /// From the first token on, and how many rows of each are of this run.
    segments: Vec<(Arc<Segment>, usize)>,
    /// What the last block does at each position, once someone has looked.
    pub(super) last: Vec<OnceLock<(Arc<LastBlock>, usize)>>,
}

/// The activations of consecutive tokens. In all tensors, rows are positions.
#[derive(Debug)]
pub(super) struct Segment {
    /// All blocks but the last.
    pub blocks: Vec<SegmentBlock>,
    /// The residual stream before the last block.
    pub resid_pre: Tensor,
    /// Keys, then values, of each block, `[pos, 2 d_model]`.
    pub kv: Vec<Tensor>,
}

#[derive(Debug)]
pub(super) struct SegmentBlock {
    pub resid_pre: Tensor,
    pub written: Written,
}

/// What a block adds to the residual stream, `[pos, d_model]` each.
#[derive(Debug)]
pub(super) struct Written {
    pub z: Tensor,
    pub attn_out: Tensor,
    pub resid_mid: Tensor,
    pub mlp_out: Tensor,
}

/// The last block and the final LayerNorm, at some positions.
#[derive(Debug)]
pub(super) struct LastBlock {
    pub written: Written,
    pub resid_final: Tensor,
    pub ln_final: Tensor,
    pub ln_final_scale: Vec<f32>,
}

impl ActivationCache {
    /// An empty run, or the beginning of an earlier one: its first `len` tokens.
    pub(super) fn beginning(earlier: Option<(&Self, usize)>) -> Self {
        let Some((earlier, len)) = earlier else {
            return Self {
                tokens: Vec::new(),
                segments: Vec::new(),
                last: Vec::new(),
            };
        };
        let mut start = 0;
        let mut segments = Vec::new();
        for (segment, rows) in &earlier.segments {
            if start < len {
                segments.push((Arc::clone(segment), (*rows).min(len - start)));
            }
            start += rows;
        }
        Self {
            tokens: earlier.tokens[..len].to_vec(),
            segments,
            last: earlier.last[..len].to_vec(),
        }
    }

    pub(super) fn push(&mut self, tokens: &[u32], segment: Segment) {
        self.tokens.extend(tokens);
        self.segments.push((Arc::new(segment), tokens.len()));
        self.last.resize_with(self.tokens.len(), OnceLock::new);
    }

    /// The token ids of the run, `[pos]`.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// How many tokens the run has in common with the beginning of `tokens`.
    pub fn common_prefix(&self, tokens: &[u32]) -> usize {
        self.tokens.iter().zip(tokens).take_while(|(a, b)| a == b).count()
    }

    /// The rows at some positions of what every segment has.
    pub(super) fn rows(&self, positions: &[usize], of: impl Fn(&Segment) -> &Tensor) -> Result<Tensor> {
        let mut starts = Vec::with_capacity(self.segments.len());
        let mut start = 0;
        for (_, rows) in &self.segments {
            starts.push(start);
            start += rows;
        }
        gather(positions.iter().map(|&position| {
            let i = starts.partition_point(|&start| start <= position) - 1;
            (of(&self.segments[i].0), position - starts[i])
        }))
    }

    /// Keys and values of one block, up to the end of the run: the rows of one tensor follow those of the one before.
    pub(super) fn kv(&self, layer: usize) -> Result<Vec<Tensor>> {
        let kv = self
            .segments
            .iter()
            .map(|(segment, rows)| Ok(segment.kv[layer].narrow(0, 0, *rows)?));
        kv.collect()
    }

    /// # Errors
    /// [`Error::Position`] if a position is outside the run.
    pub(super) fn check_positions(&self, positions: &[usize]) -> Result<()> {
        let n = self.tokens.len();
        match positions.iter().find(|&&position| position >= n) {
            Some(position) => Err(Error::Position(format!(
                "{position} is outside the run, which has positions 0 to {}",
                n - 1
            ))),
            None => Ok(()),
        }
    }
}

/// One tensor of rows of several; a view where they lie one after the other.
pub(super) fn gather<'a>(rows: impl Iterator<Item = (&'a Tensor, usize)>) -> Result<Tensor> {
    let mut runs: Vec<(&Tensor, usize, usize)> = Vec::new();
    for (tensor, row) in rows {
        match runs.last_mut() {
            Some((last, start, n)) if std::ptr::eq(*last, tensor) && *start + *n == row => *n += 1,
            _ => runs.push((tensor, row, 1)),
        }
    }
    let views = runs.iter().map(|(tensor, start, n)| tensor.narrow(0, *start, *n));
    let views = views.collect::<candle_core::Result<Vec<_>>>()?;
    match &views[..] {
        [view] => Ok(view.clone()),
        views => Ok(Tensor::cat(views, 0)?),
    }
}

/// The activations at some positions of a run, by TransformerLens's names. In all tensors, rows are positions.
#[derive(Debug, Clone)]
pub struct Activations {
    /// The positions, `[n]`.
    pub positions: Vec<usize>,
    /// The token embeddings, `[n, d_model]`.
    pub embed: Tensor,
    /// The position embeddings, `[n, d_model]`.
    pub pos_embed: Tensor,
    /// One entry a layer.
    pub blocks: Vec<BlockActivations>,
    /// The residual stream after the last block, `[n, d_model]`.
    pub resid_final: Tensor,
    /// sqrt(var(resid_final) + eps), the divisor of the final LayerNorm, `[n]`.
    pub ln_final_scale: Vec<f32>,
    /// The final LayerNorm's output, weight and bias applied: what the unembedding reads, `[n, d_model]`.
    pub ln_final: Tensor,
}

/// The activations of one block.
#[derive(Debug, Clone)]
pub struct BlockActivations {
    /// The residual stream before the block, `[n, d_model]`.
    pub resid_pre: Tensor,
    /// The values mixed by the attention pattern, value bias included, `[n, n_heads * d_head]`.
    pub z: Tensor,
    /// What attention writes, output bias included, `[n, d_model]`.
    pub attn_out: Tensor,
    /// `resid_pre + attn_out`, `[n, d_model]`.
    pub resid_mid: Tensor,
    /// What the MLP writes, output bias included, `[n, d_model]`.
    pub mlp_out: Tensor,
}
