//! A forward pass, top to bottom in the order in which data flows, and what it leaves behind.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use candle_core::Tensor;

use super::edit::Edit;
use super::kept::Kept;
use super::language_model::Softmax;
use super::last_block::LastBlock;
use super::layers::resid_mid;
use super::pass::{Own, Pass, Row, Sequence};
use super::segments::{Segment, SegmentBlock, Segments};
use super::{Gpt2, Place, Site, overflow, room, to_f64};
use crate::{Error, Result};

/// One run of a model on a prompt: the model, the tokens, and the activations, which every question about it is answered
/// from.
///
/// Runs share what they have in common: one that [goes on](Self::with_tokens) from an earlier one keeps the beginning
/// alive, and never more than about twice what it needs itself.
#[derive(Debug)]
pub struct Run {
    model: Arc<Gpt2>,
    tokens: Vec<u32>,
    pub(super) segments: Segments,
    /// What the last block does at each position, once someone has looked.
    pub(super) last: Vec<OnceLock<Arc<LastBlock>>>,
    /// What was replaced.
    pub(super) edits: Vec<Edit>,
    head_results: Kept<Vec<f64>>,
    neurons: Kept<Neurons>,
    logits: Kept<Vec<f32>>,
    by_probability: Kept<Vec<f64>>,
}

/// The neurons of one layer at one position.
#[derive(Debug)]
pub(crate) struct Neurons {
    /// What the activation function is applied to, `[d_mlp]`.
    pub pre: Vec<f32>,
    /// What it gives, `[d_mlp]`.
    pub post: Vec<f32>,
}

impl Run {
    pub(super) fn new(model: &Arc<Gpt2>, tokens: &[u32]) -> Result<Self> {
        let nothing = Self {
            model: Arc::clone(model),
            tokens: Vec::new(),
            segments: Segments::default(),
            last: Vec::new(),
            edits: Vec::new(),
            head_results: Kept::new(model),
            neurons: Kept::new(model),
            logits: Kept::latest(),
            by_probability: Kept::new(model),
        };
        nothing.with_tokens(tokens)
    }

    /// The run of other tokens on the same model, the same to the last bit as [`Gpt2::run`]. What they have in common with
    /// the beginning of this run's is taken from here, and only the rest is computed. What was [replaced](Self::with) here is not
    /// there.
    ///
    /// # Errors
    /// As [`Gpt2::run`].
    pub fn with_tokens(&self, tokens: &[u32]) -> Result<Self> {
        let model = &self.model;
        model.check_tokens(tokens)?;
        let common = self.common_prefix(tokens);
        room::check(model.config(), common, tokens.len() - common)?;
        let mut run = self.beginning(common, tokens)?;
        if common < tokens.len() {
            let positions: Vec<usize> = (common..tokens.len()).collect();
            let resid = (model.embed(&tokens[common..])? + model.pos_embed(&positions)?)?;
            let segment = run.compute(common, Vec::new(), Vec::new(), resid)?;
            run.segments.push(segment, tokens.len() - common);
        }
        Ok(run)
    }

    /// A run of `tokens`, which begin like this one's, with the activations of the first `common`, and as yet no others.
    pub(super) fn beginning(&self, common: usize, tokens: &[u32]) -> Result<Self> {
        let mut last = self.last[..common].to_vec();
        last.resize_with(tokens.len(), OnceLock::new);
        Ok(Self {
            model: Arc::clone(&self.model),
            tokens: tokens.to_vec(),
            segments: self.segments.beginning(common)?,
            last,
            edits: Vec::new(),
            head_results: Kept::new(&self.model),
            neurons: Kept::new(&self.model),
            logits: Kept::latest(),
            by_probability: Kept::new(&self.model),
        })
    }

    /// Computes the activations of the tokens from `start` on, which the first blocks and their keys and values are known of, and
    /// the residual stream after those.
    pub(super) fn compute(
        &self,
        start: usize,
        mut blocks: Vec<SegmentBlock>,
        mut kvs: Vec<Tensor>,
        mut resid: Tensor,
    ) -> Result<Segment> {
        let model = &self.model;
        let n = self.tokens.len();
        let rows: Vec<Row> = (start..n).map(|position| Row { sequence: 0, position }).collect();
        let sequences = [Sequence {
            before: &self.segments,
            start,
            edits: &self.edits,
        }];
        let (own, last) = (0..n - start, model.h.len() - 1);
        for (layer, block) in model.h.iter().enumerate().skip(blocks.len()) {
            let sequences = &sequences;
            let pass = Pass {
                block,
                layer,
                sequences,
            };
            resid = pass.enter(resid, &rows)?;
            let x = block.ln_1.forward(&resid)?;
            let kv = pass.edited_kv(block.attn.kv(&x)?, &rows)?;
            if layer < last {
                let (kv, places) = (&kv, std::slice::from_ref(&own));
                let (written, resid_post) = pass.write(&resid, &x, Some(&Own { kv, places }), &rows)?;
                blocks.push(SegmentBlock {
                    resid_pre: resid,
                    written,
                });
                resid = resid_post;
            }
            kvs.push(kv);
        }
        Ok(Segment {
            blocks,
            resid_pre: resid,
            kv: kvs,
        })
    }

    /// The model that was run.
    pub fn model(&self) -> &Arc<Gpt2> {
        &self.model
    }

    /// The token ids of the prompt, `[pos]`.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// How many tokens the run has in common with the beginning of `tokens`, before anything was replaced.
    pub fn common_prefix(&self, tokens: &[u32]) -> usize {
        let same = self.tokens.iter().zip(tokens).take_while(|(a, b)| a == b).count();
        let replaced = self.edits.iter().map(|edit| edit.positions[0]);
        replaced.fold(same, usize::min)
    }

    /// An activation at some positions, `[n, width]` in float32; see [`Site`] for the widths.
    ///
    /// # Errors
    /// [`Error::Argument`] for a layer that the model does not have, [`Error::Position`] for a position outside the run, or
    /// for none; in the last block, [`Error::Overflow`] if what the pass ends with is infinite or not a number: it says where
    /// that began.
    pub fn read(&self, site: Site, positions: &[usize]) -> Result<Tensor> {
        self.check_positions(positions)?;
        site.layer().map_or(Ok(()), |layer| self.check_layer(layer))?;
        let d = self.model.config().n_embd;
        let last = self.model.h.len() - 1;
        let rows = |of: &dyn Fn(&Segment) -> &Tensor| self.segments.rows(positions, of);
        match site {
            Site::Embed => {
                let tokens: Vec<u32> = positions.iter().map(|&position| self.tokens[position]).collect();
                self.model.embed(&tokens)
            }
            Site::PosEmbed => self.model.pos_embed(positions),
            Site::ResidPre(layer) => rows(&|segment| segment.resid_pre(layer)),
            Site::K(layer) => Ok(rows(&|segment| &segment.kv[layer])?.narrow(1, 0, d)?),
            Site::V(layer) => Ok(rows(&|segment| &segment.kv[layer])?.narrow(1, d, d)?),
            Site::ResidMid(layer) => {
                let read = |site| self.read(site, positions);
                resid_mid(&read(Site::ResidPre(layer))?, &read(Site::AttnOut(layer))?)
            }
            Site::Q(layer) if layer < last => rows(&|segment| &segment.blocks[layer].written.q),
            Site::Z(layer) if layer < last => rows(&|segment| &segment.blocks[layer].written.z),
            Site::AttnOut(layer) if layer < last => rows(&|segment| &segment.blocks[layer].written.attn_out),
            Site::MlpOut(layer) if layer < last => rows(&|segment| &segment.blocks[layer].written.mlp_out),
            Site::Q(_) => self.read_last(positions, |block| &block.q),
            Site::Z(_) => self.read_last(positions, |block| &block.z),
            Site::AttnOut(_) => self.read_last(positions, |block| &block.attn_out),
            Site::MlpOut(_) => self.read_last(positions, |block| &block.mlp_out),
            Site::ResidFinal => self.read_last(positions, |block| &block.resid_final),
            Site::LnFinal => self.read_last(positions, |block| &block.ln_final),
        }
    }

    /// What the final LayerNorm divides by at some positions: sqrt(var(resid_final) + eps), `[n]`.
    ///
    /// # Errors
    /// [`Error::Position`] for a position outside the run, [`Error::Overflow`] as [`read`](Self::read).
    pub fn ln_final_scale(&self, positions: &[usize]) -> Result<Vec<f32>> {
        self.check_positions(positions)?;
        let last = self.last_blocks(positions)?;
        Ok(last.iter().map(|block| block.ln_final_scale).collect())
    }

    /// The scores of one head's query with the keys up to there, before softmax, `[key]`: their product by the model's scale of
    /// scores, whether or not the pattern was replaced.
    ///
    /// # Errors
    /// [`Error::Argument`] for a layer or head that the model does not have, [`Error::Position`] for a position outside the
    /// run.
    pub fn scores(&self, layer: usize, head: usize, query: usize) -> Result<Vec<f32>> {
        let [scores, _] = self.of_head(layer, head, &[query])?;
        Ok(scores)
    }

    /// What one head attends to from the token at `query`, `[key]` over the tokens up to there; sums to 1. A run keeps what
    /// attention mixes and not how, so it is computed anew, the same to the last bit.
    ///
    /// # Errors
    /// As [`scores`](Self::scores).
    pub fn pattern(&self, layer: usize, head: usize, query: usize) -> Result<Vec<f32>> {
        let [_, pattern] = self.of_head(layer, head, &[query])?;
        Ok(pattern)
    }

    /// The whole pattern of one head: of each query the keys up to there, one after the other.
    ///
    /// # Errors
    /// [`Error::Argument`] for a layer or head that the model does not have.
    pub fn patterns(&self, layer: usize, head: usize) -> Result<Vec<f32>> {
        let all: Vec<usize> = (0..self.tokens.len()).collect();
        let [_, patterns] = self.of_head(layer, head, &all)?;
        Ok(patterns)
    }

    /// What one head attends to from some tokens, `[query][key]`: as [`pattern`](Self::pattern).
    pub(super) fn patterns_of(&self, layer: usize, head: usize, queries: &[usize]) -> Result<Vec<Vec<f32>>> {
        let [_, patterns] = self.of_head(layer, head, queries)?;
        let mut rest = &patterns[..];
        let row = |&query: &usize| rest.split_off(..=query).unwrap_or_default().to_vec();
        Ok(queries.iter().map(row).collect())
    }

    /// What each head of a layer attends to from the token at `query`, `[head][key]`: as [`pattern`](Self::pattern).
    pub(crate) fn patterns_at(&self, layer: usize, query: usize) -> Result<Vec<Vec<f32>>> {
        let heads = self.attention(layer, 0..self.model.config().n_head, &[query])?;
        Ok(heads.into_iter().map(|[_, pattern]| pattern).collect())
    }

    fn of_head(&self, layer: usize, head: usize, queries: &[usize]) -> Result<[Vec<f32>; 2]> {
        self.check_layer(layer)?;
        self.columns_of(head)?;
        Ok(self.attention(layer, head..head + 1, queries)?.swap_remove(0))
    }

    /// Scores and patterns, as they were replaced.
    fn attention(&self, layer: usize, heads: Range<usize>, queries: &[usize]) -> Result<Vec<[Vec<f32>; 2]>> {
        let q = self.read(Site::Q(layer), queries)?;
        let kv = self.segments.kv(layer, self.tokens.len())?;
        let mut of_heads = self.model.h[layer].attn.patterns(&q, &kv, queries, heads.clone())?;
        for (head, [_, patterns]) in heads.zip(&mut of_heads) {
            let mut rest = &mut patterns[..];
            for &query in queries {
                let pattern = rest.split_off_mut(..=query).unwrap_or_default();
                if let Some(replaced) = self.replaced_by(Place::Pattern { layer, head }, query) {
                    pattern.copy_from_slice(replaced);
                }
            }
        }
        Ok(of_heads)
    }

    /// The values of one head, bias included, `[pos, d_head]`.
    ///
    /// # Errors
    /// [`Error::Argument`] for a layer or head that the model does not have.
    pub fn values(&self, layer: usize, head: usize) -> Result<Tensor> {
        let all: Vec<usize> = (0..self.tokens.len()).collect();
        let of_head = self.columns_of(head)?;
        Ok(self
            .read(Site::V(layer), &all)?
            .narrow(1, of_head.start, of_head.len())?)
    }

    /// The products of the first `n` values of one head, bias included, with a vector `[d_head]`, `[key]`. If `SQUARED`, the
    /// squares of what they add up.
    pub(crate) fn values_along<const SQUARED: bool>(
        &self,
        layer: usize,
        head: usize,
        n: usize,
        x: &[f64],
    ) -> Result<Vec<f64>> {
        let Range { start, end } = self.columns_of(head)?;
        let d = self.model.config().n_embd;
        self.segments.kv_along::<SQUARED>(layer, n, d + start..d + end, x)
    }

    /// As [`values_along`](Self::values_along), of each head of a layer by its part of a vector `[n_heads * d_head]`, `[head][key]`.
    pub(crate) fn values_by_head(&self, layer: usize, n: usize, x: &[f64]) -> Result<Vec<Vec<f64>>> {
        let config = self.model.config();
        self.segments.kv_by_head(layer, n, config.n_embd, config.d_head(), x)
    }

    /// The logits of every token at one position, `[d_vocab]`, centered on their mean over the vocabulary as
    /// TransformerLens centers them (softmax does not see the difference).
    ///
    /// # Errors
    /// [`Error::Position`] if `position` is outside the run, [`Error::Overflow`] as [`read`](Self::read), or of a logit.
    pub fn logits(&self, position: usize) -> Result<Vec<f32>> {
        Ok(self.logits_after(position)?.to_vec())
    }

    /// As [`logits`](Self::logits), which are kept: what is likeliest, and what is expected of a token, are asked one after the other.
    pub(super) fn logits_after(&self, position: usize) -> Result<Arc<Vec<f32>>> {
        self.logits.get_or_compute(0, position, || {
            let mut logits = self.model.unembed(&self.read(Site::LnFinal, &[position])?)?;
            let sum = logits.iter().map(|&x| f64::from(x)).sum::<f64>();
            if !sum.is_finite() {
                return Err(overflow::in_logits(&logits, position));
            }
            let mean = (sum / logits.len() as f64) as f32;
            logits.iter_mut().for_each(|x| *x -= mean);
            Ok(logits)
        })
    }

    /// The mean of W_U over the vocabulary, each token by its probability after a position, `[d_model]`.
    pub(crate) fn unembedding_by_probability(&self, position: usize) -> Result<Arc<Vec<f64>>> {
        self.by_probability.get_or_compute(0, position, || {
            let logits = self.logits_after(position)?;
            let softmax = Softmax::of(&logits);
            let probabilities: Vec<f64> = (0..logits.len()).map(|token| softmax.probability(token)).collect();
            self.model.unembedding_by(|token| probabilities[token])
        })
    }

    /// What each head of a layer writes at one position beyond its value bias: `(z - b_V) W_O`, `[n_heads, d_model]`.
    pub(crate) fn head_results(&self, layer: usize, position: usize) -> Result<Arc<Vec<f64>>> {
        self.head_results.get_or_compute(layer, position, || {
            let attention = &self.model.h[layer].attn;
            let mut z = to_f64(&self.read(Site::Z(layer), &[position])?.squeeze(0)?)?;
            z.iter_mut().zip(&attention.b_v).for_each(|(z, b_v)| *z -= b_v);
            attention.c_proj.by_head(self.model.config().d_head(), &z)
        })
    }

    /// The neurons of a layer at one position: a run keeps what they write together, and not each.
    pub(crate) fn neurons(&self, layer: usize, position: usize) -> Result<Arc<Neurons>> {
        self.neurons.get_or_compute(layer, position, || {
            let resid_mid = self.read(Site::ResidMid(layer), &[position])?;
            let block = &self.model.h[layer];
            let pre = block.mlp.c_fc.forward(&block.ln_2.forward(&resid_mid)?)?;
            Ok(Neurons {
                post: block.mlp.activate(&pre)?.squeeze(0)?.to_vec1()?,
                pre: pre.squeeze(0)?.to_vec1()?,
            })
        })
    }

    /// The columns of one head in queries, keys, values and z.
    pub(super) fn columns_of(&self, head: usize) -> Result<Range<usize>> {
        let config = self.model.config();
        match config.n_head {
            n if head < n => Ok(config.columns_of(head)),
            n => Err(Error::Argument(format!(
                "head: {head} is not in this model, whose layers have heads 0 to {}",
                n - 1
            ))),
        }
    }

    pub(super) fn check_layer(&self, layer: usize) -> Result<()> {
        match self.model.h.len() {
            n if layer < n => Ok(()),
            n => Err(Error::Argument(format!(
                "layer: {layer} is not in this model, which has layers 0 to {}",
                n - 1
            ))),
        }
    }

    pub(crate) fn check_positions(&self, positions: &[usize]) -> Result<()> {
        let n = self.tokens.len();
        if positions.is_empty() {
            return Err(Error::Position("there is none; give at least one".into()));
        }
        match positions.iter().find(|&&position| position >= n) {
            Some(position) => Err(Error::Position(format!(
                "{position} is outside the run, which has positions 0 to {}",
                n - 1
            ))),
            None => Ok(()),
        }
    }
}

/// Falsifies activations, for tests that have to notice.
#[cfg(test)]
impl Run {
    pub(crate) fn change(&mut self, site: Site, position: usize, change: impl FnOnce(&mut [f32])) {
        let mut row: Vec<f32> = self
            .read(site, &[position])
            .unwrap()
            .squeeze(0)
            .unwrap()
            .to_vec1()
            .unwrap();
        change(&mut row);
        self.last_blocks(&[position]).unwrap();
        let last = self.model.h.len() - 1;
        match site {
            Site::AttnOut(layer) if layer < last => self
                .segments
                .put(position, &row, |s| &mut s.blocks[layer].written.attn_out),
            Site::MlpOut(layer) if layer < last => self
                .segments
                .put(position, &row, |s| &mut s.blocks[layer].written.mlp_out),
            Site::AttnOut(_) => self.last_mut(position).attn_out = row,
            Site::MlpOut(_) => self.last_mut(position).mlp_out = row,
            Site::ResidFinal => self.last_mut(position).resid_final = row,
            Site::LnFinal => self.last_mut(position).ln_final = row,
            site => panic!("{site:?} cannot be changed"),
        }
    }

    pub(crate) fn change_scale(&mut self, position: usize, scale: f32) {
        self.last_blocks(&[position]).unwrap();
        self.last_mut(position).ln_final_scale = scale;
    }

    fn last_mut(&mut self, position: usize) -> &mut LastBlock {
        Arc::get_mut(self.last[position].get_mut().unwrap()).unwrap()
    }
}
