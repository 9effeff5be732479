//! GPT-2's weights, and what can be known of them without a prompt.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use candle_core::{DType, Device, Tensor};

use super::layers::{Block, LayerNorm, WeightSource};
use super::ops::with_weight;
use super::{Gpt2Config, Run, ops};
use crate::{Error, Result, kernel};

/// GPT-2 with a language-modelling head.
#[derive(Debug)]
pub struct Gpt2 {
    config: Gpt2Config,
    wte: Tensor,
    wpe: Tensor,
    pub(crate) h: Vec<Block>,
    pub(crate) ln_f: LayerNorm,
    lm_head: Tensor,
    unembed_mean: OnceLock<Vec<f64>>,
}

impl Gpt2 {
    /// Builds the model from `weight(name, shape)`, which hands out tensors by their checkpoint names without the
    /// `transformer.` prefix (`wte.weight`, `h.0.attn.c_attn.weight`, ...; `lm_head.weight` only if untied). Vectors are
    /// float32; matrices may be float16 or bfloat16 too, and are kept in that format.
    ///
    /// # Errors
    /// As [`Gpt2Config::validate`]; whatever `weight` refuses; [`Error::Argument`] for a tensor of another shape or type.
    pub fn new(config: &Gpt2Config, mut weight: impl FnMut(&str, &[usize]) -> Result<Tensor>) -> Result<Self> {
        config.validate()?;
        let weight: &mut WeightSource = &mut weight;
        let vocabulary = [config.vocab_size, config.n_embd];
        let wte = weight("wte.weight", &vocabulary)?;
        Ok(Self {
            wpe: weight("wpe.weight", &[config.n_positions, config.n_embd])?,
            h: (0..config.n_layer)
                .map(|layer| Block::new(layer, config, weight))
                .collect::<Result<_>>()?,
            ln_f: LayerNorm::new("ln_f", config, weight)?,
            lm_head: match config.tie_word_embeddings {
                true => wte.clone(),
                false => weight("lm_head.weight", &vocabulary)?,
            },
            wte,
            unembed_mean: OnceLock::new(),
            config: config.clone(),
        })
    }

    /// The configuration that the model was built with.
    pub fn config(&self) -> &Gpt2Config {
        &self.config
    }

    /// Runs the model on `tokens` and keeps the activations.
    ///
    /// What the last block does at a position is computed when someone looks there: no other position reads it.
    ///
    /// # Errors
    /// [`Error::Prompt`] if there are no tokens, more than `n_positions`, or an id outside the vocabulary;
    /// [`Error::Memory`], before anything is computed, if the activations would not fit: it says how many tokens would.
    pub fn run(self: &Arc<Self>, tokens: &[u32]) -> Result<Run> {
        Run::new(self, tokens)
    }

    /// One token's column of the unembedding, W_U[:, token], `[d_model]`.
    ///
    /// # Errors
    /// [`Error::Answer`] if the id is not in the vocabulary.
    pub fn unembedding(&self, token: u32) -> Result<Vec<f64>> {
        if token as usize >= self.config.vocab_size {
            return Err(Error::Answer(format!(
                "token id {token} is not in the vocabulary, which has ids 0 to {}",
                self.config.vocab_size - 1
            )));
        }
        to_f64(&self.lm_head.get(token as usize)?)
    }

    /// The mean of W_U over the vocabulary, `[d_model]`; computed at the first call.
    ///
    /// # Errors
    /// [`Error::Tensor`] only.
    pub fn unembedding_mean(&self) -> Result<&[f64]> {
        if let Some(mean) = self.unembed_mean.get() {
            return Ok(mean);
        }
        let mut mean = self.unembedding_by(|_| 1.0)?;
        mean.iter_mut().for_each(|m| *m /= self.config.vocab_size as f64);
        Ok(self.unembed_mean.get_or_init(|| mean))
    }

    /// The sum of W_U over the vocabulary, each token by its weight, `[d_model]`.
    pub(super) fn unembedding_by(&self, weight: impl Fn(usize) -> f64 + Sync) -> Result<Vec<f64>> {
        let (lm_head, d) = (&self.lm_head, self.config.n_embd);
        Ok(with_weight!(lm_head, |rows| kernel::sum_of_rows(rows, d, &weight))?)
    }

    /// The logits of every token, `[d_vocab]`, for `x` `[1, d_model]`, the final LayerNorm's output.
    pub(super) fn unembed(&self, x: &Tensor) -> Result<Vec<f32>> {
        let logits = self.lm_head.apply_op2_no_bwd(&x.squeeze(0)?, &ops::MatrixVector)?;
        Ok(logits.to_vec1()?)
    }

    /// The products of some tokens' unembeddings with vectors, block after block: each with its first token, and as
    /// `[tokens, width]`.
    pub(super) fn unembed_all(
        &self,
        tokens: Range<usize>,
        vectors: &kernel::Columns,
        mut each: impl FnMut(usize, &[f32]),
    ) -> Result<()> {
        let (lm_head, d) = (&self.lm_head, self.config.n_embd);
        let blocks = with_weight!(lm_head, |rows| vectors
            .products(&rows[tokens.start * d..tokens.end * d]))?;
        for (block, logits) in blocks.iter().enumerate() {
            each(tokens.start + block * kernel::BLOCK, logits);
        }
        Ok(())
    }

    pub(super) fn check_tokens(&self, tokens: &[u32]) -> Result<()> {
        let Gpt2Config {
            n_positions,
            vocab_size,
            ..
        } = self.config;
        if tokens.is_empty() {
            return Err(Error::Prompt("is empty; give it at least one token".into()));
        }
        if tokens.len() > n_positions {
            return Err(Error::Prompt(format!(
                "has {} tokens, but this model reads at most {n_positions}; shorten it",
                tokens.len()
            )));
        }
        match tokens.iter().find(|&&id| id as usize >= vocab_size) {
            Some(id) => Err(Error::Prompt(format!(
                "token id {id} is not in the vocabulary, which has ids 0 to {}",
                vocab_size - 1
            ))),
            None => Ok(()),
        }
    }

    /// `[pos, d_model]`
    pub(super) fn embed(&self, tokens: &[u32]) -> Result<Tensor> {
        let rows = self.wte.index_select(&Tensor::new(tokens, &Device::Cpu)?, 0)?;
        Ok(rows.to_dtype(DType::F32)?)
    }

    /// `[pos, d_model]`
    pub(super) fn pos_embed(&self, positions: &[usize]) -> Result<Tensor> {
        let positions: Vec<u32> = positions.iter().map(|&position| position as u32).collect();
        let rows = self.wpe.index_select(&Tensor::new(positions, &Device::Cpu)?, 0)?;
        Ok(rows.to_dtype(DType::F32)?)
    }
}

/// A vector as float64, in which attribution is summed.
pub(crate) fn to_f64(x: &Tensor) -> Result<Vec<f64>> {
    Ok(x.to_dtype(DType::F32)?
        .to_vec1::<f32>()?
        .into_iter()
        .map(f64::from)
        .collect())
}
