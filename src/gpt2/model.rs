//! GPT-2's forward pass, in the order in which data flows. Names are the checkpoint's own.

use std::sync::{Arc, OnceLock};

use candle_core::{D, DType, Device, Tensor};
use candle_nn::ops::softmax;

use super::cache::{LastBlock, Segment, SegmentBlock, Written, gather};
use super::linear::Linear;
use super::{Activation, ActivationCache, Activations, BlockActivations, Gpt2Config, ops};
use crate::{Error, Result};

#[derive(Debug, Clone)]
struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    eps: f32,
}

impl LayerNorm {
    fn new(name: &str, config: &Gpt2Config, weight: &mut WeightSource) -> Result<Self> {
        Ok(Self {
            weight: weight(&format!("{name}.weight"), &[config.n_embd])?,
            bias: weight(&format!("{name}.bias"), &[config.n_embd])?,
            eps: config.layer_norm_epsilon as f32,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let op = ops::LayerNorm { eps: self.eps };
        Ok(x.apply_op3_no_bwd(&self.weight, &self.bias, &op)?)
    }

    /// What each row of x is divided by, `[pos]`.
    fn scale(&self, x: &Tensor) -> Result<Vec<f32>> {
        Ok(x.apply_op1_no_bwd(&ops::Scale { eps: self.eps })?.to_vec1()?)
    }
}

fn linear(name: &str, d_in: usize, d_out: usize, weight: &mut WeightSource) -> Result<Linear> {
    Linear::new(
        weight(&format!("{name}.weight"), &[d_in, d_out])?,
        weight(&format!("{name}.bias"), &[d_out])?,
        d_in,
        d_out,
    )
}

#[derive(Debug, Clone)]
struct Attention {
    c_attn: Linear,
    c_proj: Linear,
    d_model: usize,
    n_head: usize,
    score_scale: f64,
}

impl Attention {
    fn new(name: &str, layer: usize, config: &Gpt2Config, weight: &mut WeightSource) -> Result<Self> {
        let d = config.n_embd;
        let mut score_scale = 1.0;
        if config.scale_attn_weights {
            score_scale /= (config.d_head() as f64).sqrt();
        }
        if config.scale_attn_by_inverse_layer_idx {
            score_scale /= (layer + 1) as f64;
        }
        Ok(Self {
            c_attn: linear(&format!("{name}.c_attn"), d, 3 * d, weight)?,
            c_proj: linear(&format!("{name}.c_proj"), d, d, weight)?,
            d_model: d,
            n_head: config.n_head,
            score_scale,
        })
    }

    fn q(&self, x: &Tensor) -> Result<Tensor> {
        self.c_attn.columns(x, 0..self.d_model)
    }

    /// Keys, then values, `[pos, 2 d_model]`.
    fn kv(&self, x: &Tensor) -> Result<Tensor> {
        self.c_attn.columns(x, self.d_model..3 * self.d_model)
    }

    /// `z`, `[pos, n_heads * d_head]`, of queries at `positions` and all keys from the first on.
    fn z(&self, q: &Tensor, kv: &[Tensor], positions: &[usize]) -> Result<Tensor> {
        Ok(q.apply_op1_no_bwd(&ops::Attention {
            kv,
            positions,
            n_head: self.n_head,
            scale: self.score_scale as f32,
        })?)
    }

    /// What every query attends to, `[n_heads, pos, pos]`.
    fn pattern(&self, q: &Tensor, kv: &Tensor) -> Result<Tensor> {
        let (pos, d_head) = (q.dim(0)?, self.d_model / self.n_head);
        let heads = |x: &Tensor| x.reshape((pos, self.n_head, d_head))?.transpose(0, 1)?.contiguous();
        let k = heads(&kv.narrow(1, 0, self.d_model)?)?;
        let scores = (heads(q)?.matmul(&k.t()?)? * self.score_scale)?;
        Ok(softmax(&scores.broadcast_add(&causal_mask(pos)?)?, D::Minus1)?)
    }
}

/// 0 where a query may look, minus infinity where it may not, `[pos, pos]`
fn causal_mask(pos: usize) -> Result<Tensor> {
    let mask: Vec<f32> = (0..pos)
        .flat_map(|q| (0..pos).map(move |k| if k <= q { 0.0 } else { f32::NEG_INFINITY }))
        .collect();
    Ok(Tensor::from_vec(mask, (pos, pos), &Device::Cpu)?)
}

#[derive(Debug, Clone)]
struct Mlp {
    c_fc: Linear,
    c_proj: Linear,
    activation: Activation,
}

impl Mlp {
    fn new(name: &str, config: &Gpt2Config, weight: &mut WeightSource) -> Result<Self> {
        Ok(Self {
            c_fc: linear(&format!("{name}.c_fc"), config.n_embd, config.n_inner, weight)?,
            c_proj: linear(&format!("{name}.c_proj"), config.n_inner, config.n_embd, weight)?,
            activation: config.activation_function,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let pre = self.c_fc.forward(x)?;
        let post = match self.activation {
            Activation::GeluTanh => pre.apply_op1_no_bwd(&ops::GeluTanh)?,
            Activation::Gelu => pre.gelu_erf()?,
            Activation::Relu => pre.relu()?,
        };
        self.c_proj.forward(&post)
    }
}

#[derive(Debug, Clone)]
struct Block {
    ln_1: LayerNorm,
    attn: Attention,
    ln_2: LayerNorm,
    mlp: Mlp,
}

impl Block {
    fn new(layer: usize, config: &Gpt2Config, weight: &mut WeightSource) -> Result<Self> {
        let name = |part| format!("h.{layer}.{part}");
        Ok(Self {
            ln_1: LayerNorm::new(&name("ln_1"), config, weight)?,
            attn: Attention::new(&name("attn"), layer, config, weight)?,
            ln_2: LayerNorm::new(&name("ln_2"), config, weight)?,
            mlp: Mlp::new(&name("mlp"), config, weight)?,
        })
    }

    /// What the block writes at `positions`, and the residual stream after it. `x` is what attention reads there, ln_1 of
    /// `resid_pre`; `kv` are the keys and values from the first token on.
    fn forward(&self, resid_pre: &Tensor, x: &Tensor, kv: &[Tensor], positions: &[usize]) -> Result<(Written, Tensor)> {
        let z = self.attn.z(&self.attn.q(x)?, kv, positions)?;
        let attn_out = self.attn.c_proj.forward(&z)?;
        let resid_mid = (resid_pre + &attn_out)?;
        let mlp_out = self.mlp.forward(&self.ln_2.forward(&resid_mid)?)?;
        let resid_post = (&resid_mid + &mlp_out)?;
        let written = Written {
            z,
            attn_out,
            resid_mid,
            mlp_out,
        };
        Ok((written, resid_post))
    }
}

/// Hands out the weight of a name (without the `transformer.` prefix) and shape.
type WeightSource<'a> = dyn FnMut(&str, &[usize]) -> Result<Tensor> + 'a;

/// GPT-2 with a language-modelling head.
#[derive(Debug, Clone)]
pub struct Gpt2 {
    config: Gpt2Config,
    wte: Tensor,
    wpe: Tensor,
    h: Vec<Block>,
    ln_f: LayerNorm,
    lm_head: Tensor,
    unembed_mean: OnceLock<Vec<f64>>,
    head_biases: OnceLock<Vec<HeadBiases>>,
}

/// What attention of one layer writes whatever it attends to.
#[derive(Debug, Clone)]
pub(crate) struct HeadBiases {
    /// The values that every token has whatever it says, `[n_heads * d_head]`: the values' bias, and the bias of `ln_1` as
    /// the values read it.
    pub b_v: Vec<f64>,
    /// The output's bias, and what `b_v` becomes there, `[d_model]`.
    pub b_o: Vec<f64>,
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
            head_biases: OnceLock::new(),
            config: config.clone(),
        })
    }

    /// The configuration that the model was built with.
    pub fn config(&self) -> &Gpt2Config {
        &self.config
    }

    /// Runs the model on `tokens` and records the activations.
    ///
    /// What the last block does at a position is computed when someone looks there: no other position reads it.
    ///
    /// # Errors
    /// [`Error::Prompt`] if there are no tokens, more than `n_positions`, or an id outside the vocabulary.
    pub fn run(&self, tokens: &[u32]) -> Result<ActivationCache> {
        self.append(ActivationCache::beginning(None), tokens)
    }

    /// As [`run`](Self::run), to the last bit, but takes what `tokens` have in common with the beginning of an earlier run
    /// from there, and computes only the rest.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_from(&self, earlier: &ActivationCache, tokens: &[u32]) -> Result<ActivationCache> {
        let common = earlier.common_prefix(tokens);
        self.append(ActivationCache::beginning(Some((earlier, common))), tokens)
    }

    /// Computes what `cache`, a run of the first of `tokens`, has not.
    fn append(&self, mut cache: ActivationCache, tokens: &[u32]) -> Result<ActivationCache> {
        self.check_tokens(tokens)?;
        let start = cache.tokens.len();
        let positions: Vec<usize> = (start..tokens.len()).collect();
        let tokens = &tokens[start..];
        if tokens.is_empty() {
            return Ok(cache);
        }
        let mut resid = (self.embed(tokens)? + self.pos_embed(&positions)?)?;
        let (last, others) = self.h.split_last().expect("a config has layers");
        let mut kvs = Vec::with_capacity(self.h.len());
        let mut blocks = Vec::with_capacity(others.len());
        for (layer, block) in others.iter().enumerate() {
            let x = block.ln_1.forward(&resid)?;
            let mut kv = cache.kv(layer)?;
            kv.push(block.attn.kv(&x)?);
            let (written, resid_post) = block.forward(&resid, &x, &kv, &positions)?;
            kvs.extend(kv.pop());
            blocks.push(SegmentBlock {
                resid_pre: resid,
                written,
            });
            resid = resid_post;
        }
        kvs.push(last.attn.kv(&last.ln_1.forward(&resid)?)?);
        let segment = Segment {
            blocks,
            resid_pre: resid,
            kv: kvs,
        };
        cache.push(tokens, segment);
        Ok(cache)
    }

    /// Computes the last block, and the final LayerNorm, at those of `positions` where nobody has looked yet.
    fn finish(&self, cache: &ActivationCache, positions: &[usize]) -> Result<()> {
        let new: Vec<usize> = positions
            .iter()
            .copied()
            .filter(|&p| cache.last[p].get().is_none())
            .collect();
        let Some(block) = self.h.last().filter(|_| !new.is_empty()) else {
            return Ok(());
        };
        let resid_pre = cache.rows(&new, |segment| &segment.resid_pre)?;
        let x = block.ln_1.forward(&resid_pre)?;
        let kv = cache.kv(self.h.len() - 1)?;
        let (written, resid_final) = block.forward(&resid_pre, &x, &kv, &new)?;
        let computed = Arc::new(LastBlock {
            written,
            ln_final: self.ln_f.forward(&resid_final)?,
            ln_final_scale: self.ln_f.scale(&resid_final)?,
            resid_final,
        });
        for (row, position) in new.into_iter().enumerate() {
            // Another thread may have been here meanwhile, with the same numbers.
            let _ = cache.last[position].set((Arc::clone(&computed), row));
        }
        Ok(())
    }

    /// The activations at some positions of a run.
    ///
    /// # Errors
    /// [`Error::Position`] if a position is outside the run, or there is none.
    pub fn activations(&self, cache: &ActivationCache, positions: &[usize]) -> Result<Activations> {
        cache.check_positions(positions)?;
        self.finish(cache, positions)?;
        let last: Vec<(&LastBlock, usize)> = positions
            .iter()
            .filter_map(|&position| cache.last[position].get())
            .map(|(block, row)| (&**block, *row))
            .collect();
        let of_last = |part: fn(&LastBlock) -> &Tensor| gather(last.iter().map(|&(block, row)| (part(block), row)));
        let mut blocks = Vec::with_capacity(self.h.len());
        for layer in 0..self.h.len() - 1 {
            let rows =
                |part: fn(&SegmentBlock) -> &Tensor| cache.rows(positions, |segment| part(&segment.blocks[layer]));
            blocks.push(BlockActivations {
                resid_pre: rows(|block| &block.resid_pre)?,
                z: rows(|block| &block.written.z)?,
                attn_out: rows(|block| &block.written.attn_out)?,
                resid_mid: rows(|block| &block.written.resid_mid)?,
                mlp_out: rows(|block| &block.written.mlp_out)?,
            });
        }
        blocks.push(BlockActivations {
            resid_pre: cache.rows(positions, |segment| &segment.resid_pre)?,
            z: of_last(|block| &block.written.z)?,
            attn_out: of_last(|block| &block.written.attn_out)?,
            resid_mid: of_last(|block| &block.written.resid_mid)?,
            mlp_out: of_last(|block| &block.written.mlp_out)?,
        });
        let tokens: Vec<u32> = positions.iter().map(|&position| cache.tokens[position]).collect();
        Ok(Activations {
            embed: self.embed(&tokens)?,
            pos_embed: self.pos_embed(positions)?,
            blocks,
            resid_final: of_last(|block| &block.resid_final)?,
            ln_final_scale: last.iter().map(|&(block, row)| block.ln_final_scale[row]).collect(),
            ln_final: of_last(|block| &block.ln_final)?,
            positions: positions.to_vec(),
        })
    }

    /// What each token of a run attends to in one layer, `[n_heads, pos, pos]`; each row sums to 1. Computed anew: a run
    /// keeps what attention mixes, and not how.
    ///
    /// # Errors
    /// [`Error::Tensor`] only.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn pattern(&self, cache: &ActivationCache, layer: usize) -> Result<Tensor> {
        let block = &self.h[layer];
        let all: Vec<usize> = (0..cache.tokens.len()).collect();
        let resid_pre = cache.rows(&all, |segment| match segment.blocks.get(layer) {
            Some(block) => &block.resid_pre,
            None => &segment.resid_pre,
        })?;
        let q = block.attn.q(&block.ln_1.forward(&resid_pre)?)?;
        block.attn.pattern(&q, &cache.rows(&all, |segment| &segment.kv[layer])?)
    }

    /// The logits of every token at one position of a run, `[d_vocab]`, centered on their mean over the vocabulary as
    /// TransformerLens centers them (softmax does not see the difference).
    ///
    /// # Errors
    /// [`Error::Position`] if `position` is outside the run.
    pub fn logits(&self, cache: &ActivationCache, position: usize) -> Result<Vec<f32>> {
        let x = self.activations(cache, &[position])?.ln_final.squeeze(0)?;
        let mut logits: Vec<f32> = self.lm_head.apply_op2_no_bwd(&x, &ops::MatrixVector)?.to_vec1()?;
        let mean = (logits.iter().map(|&x| f64::from(x)).sum::<f64>() / logits.len() as f64) as f32;
        logits.iter_mut().for_each(|x| *x -= mean);
        Ok(logits)
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
        let mut mean = ops::sum_of_rows(&self.lm_head)?;
        mean.iter_mut().for_each(|m| *m /= self.config.vocab_size as f64);
        Ok(self.unembed_mean.get_or_init(|| mean))
    }

    /// The final LayerNorm's weight and bias, `[d_model]` each.
    ///
    /// # Errors
    /// [`Error::Tensor`] only.
    pub fn ln_final(&self) -> Result<(Vec<f64>, Vec<f64>)> {
        Ok((to_f64(&self.ln_f.weight)?, to_f64(&self.ln_f.bias)?))
    }

    /// The biases of attention, one entry a layer; computed at the first call.
    pub(crate) fn head_biases(&self) -> Result<&[HeadBiases]> {
        if let Some(biases) = self.head_biases.get() {
            return Ok(biases);
        }
        let d = self.config.n_embd;
        let biases = self.h.iter().enumerate().map(|(layer, Block { ln_1, attn, .. })| {
            let b_v = attn.c_attn.columns(&ln_1.bias.unsqueeze(0)?, 2 * d..3 * d)?;
            let b_v = to_f64(&b_v.squeeze(0)?)?;
            let mut b_o = to_f64(attn.c_proj.bias())?;
            for passed_on in self.head_results(layer, &b_v)?.chunks(d) {
                b_o.iter_mut().zip(passed_on).for_each(|(b_o, x)| *b_o += x);
            }
            Ok(HeadBiases { b_v, b_o })
        });
        let biases = biases.collect::<Result<_>>()?;
        Ok(self.head_biases.get_or_init(|| biases))
    }

    /// `W_O u` of one layer for a direction `u` `[d_model]` of the residual stream: how far each value moves it,
    /// `[n_heads * d_head]`.
    pub(crate) fn w_o_along(&self, layer: usize, u: &[f64]) -> Result<Vec<f64>> {
        self.h[layer].attn.c_proj.along(u)
    }

    /// What each head of one layer writes if `z` `[n_heads * d_head]` are the values that it mixed: `z W_O` of its rows,
    /// `[n_heads, d_model]`.
    pub(crate) fn head_results(&self, layer: usize, z: &[f64]) -> Result<Vec<f64>> {
        self.h[layer].attn.c_proj.by_head(self.config.d_head(), z)
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
    fn embed(&self, tokens: &[u32]) -> Result<Tensor> {
        let rows = self.wte.index_select(&Tensor::new(tokens, &Device::Cpu)?, 0)?;
        Ok(rows.to_dtype(DType::F32)?)
    }

    /// `[pos, d_model]`
    fn pos_embed(&self, positions: &[usize]) -> Result<Tensor> {
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
