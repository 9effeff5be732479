//! GPT-2's forward pass, in the order in which data flows. Names are the checkpoint's own.

use std::sync::OnceLock;

use candle_core::{D, Device, IndexOp, Tensor};
use candle_nn::ops::{sigmoid, softmax};

use super::{Activation, ActivationCache, BlockActivations, Gpt2Config};
use crate::{Error, Result};

/// `x W + b`, with the weight as GPT-2 stores it, `[in, out]`.
#[derive(Debug, Clone)]
struct Conv1d {
    weight: Tensor,
    bias: Tensor,
}

impl Conv1d {
    fn new(name: &str, d_in: usize, d_out: usize, weight: &mut WeightSource) -> Result<Self> {
        Ok(Self {
            weight: weight(&format!("{name}.weight"), &[d_in, d_out])?,
            bias: weight(&format!("{name}.bias"), &[d_out])?,
        })
    }

    /// `[batch, pos, in]` to `[batch, pos, out]`
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, pos, d_in) = x.dims3()?;
        let y = x.reshape((batch * pos, d_in))?.matmul(&self.weight)?;
        let y = y.broadcast_add(&self.bias)?;
        Ok(y.reshape((batch, pos, self.bias.elem_count()))?)
    }
}

#[derive(Debug, Clone)]
struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    eps: f64,
}

impl LayerNorm {
    fn new(name: &str, config: &Gpt2Config, weight: &mut WeightSource) -> Result<Self> {
        Ok(Self {
            weight: weight(&format!("{name}.weight"), &[config.n_embd])?,
            bias: weight(&format!("{name}.bias"), &[config.n_embd])?,
            eps: config.layer_norm_epsilon,
        })
    }

    /// The normalised input, and the scale that it was divided by, `[batch, pos, 1]`.
    fn forward(&self, x: &Tensor) -> Result<(Tensor, Tensor)> {
        let centered = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let scale = (centered.sqr()?.mean_keepdim(D::Minus1)? + self.eps)?.sqrt()?;
        let y = centered.broadcast_div(&scale)?;
        let y = y.broadcast_mul(&self.weight)?.broadcast_add(&self.bias)?;
        Ok((y, scale))
    }
}

#[derive(Debug, Clone)]
struct Attention {
    c_attn: Conv1d,
    c_proj: Conv1d,
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
            c_attn: Conv1d::new(&format!("{name}.c_attn"), d, 3 * d, weight)?,
            c_proj: Conv1d::new(&format!("{name}.c_proj"), d, d, weight)?,
            n_head: config.n_head,
            score_scale,
        })
    }

    /// `pattern` `[batch, n_heads, pos, past + pos]`, `z` `[batch, pos, n_heads, d_head]`, `attn_out` `[batch, pos, d_model]`
    fn forward(&self, x: &Tensor, past: &mut Option<(Tensor, Tensor)>) -> Result<(Tensor, Tensor, Tensor)> {
        let (batch, pos, d_model) = x.dims3()?;
        let qkv = self
            .c_attn
            .forward(x)?
            .reshape((batch, pos, 3, self.n_head, d_model / self.n_head))?;
        let part = |i| qkv.i((.., .., i))?.transpose(1, 2)?.contiguous();
        let (q, mut k, mut v) = (part(0)?, part(1)?, part(2)?);
        if let Some((past_k, past_v)) = past {
            k = Tensor::cat(&[&*past_k, &k], 2)?;
            v = Tensor::cat(&[&*past_v, &v], 2)?;
        }
        let scores = (q.matmul(&k.t()?)? * self.score_scale)?;
        let pattern = softmax(&scores.broadcast_add(&causal_mask(pos, k.dim(2)?)?)?, D::Minus1)?;
        let z = pattern.matmul(&v)?.transpose(1, 2)?.contiguous()?;
        let attn_out = self.c_proj.forward(&z.reshape((batch, pos, d_model))?)?;
        *past = Some((k, v));
        Ok((pattern, z, attn_out))
    }
}

/// 0 where a query may look, minus infinity where it may not, `[pos, past + pos]`
fn causal_mask(pos: usize, keys: usize) -> Result<Tensor> {
    let past = keys - pos;
    let mask: Vec<f32> = (0..pos)
        .flat_map(|q| (0..keys).map(move |k| if k <= past + q { 0.0 } else { f32::NEG_INFINITY }))
        .collect();
    Ok(Tensor::from_vec(mask, (pos, keys), &Device::Cpu)?)
}

#[derive(Debug, Clone)]
struct Mlp {
    c_fc: Conv1d,
    c_proj: Conv1d,
    activation: Activation,
}

impl Mlp {
    fn new(name: &str, config: &Gpt2Config, weight: &mut WeightSource) -> Result<Self> {
        Ok(Self {
            c_fc: Conv1d::new(&format!("{name}.c_fc"), config.n_embd, config.n_inner, weight)?,
            c_proj: Conv1d::new(&format!("{name}.c_proj"), config.n_inner, config.n_embd, weight)?,
            activation: config.activation_function,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let pre = self.c_fc.forward(x)?;
        let post = match self.activation {
            Activation::GeluTanh => gelu_tanh(&pre)?,
            Activation::Gelu => pre.gelu_erf()?,
            Activation::Relu => pre.relu()?,
        };
        self.c_proj.forward(&post)
    }
}

/// GELU by its tanh approximation. Since (1 + tanh(u)) / 2 = sigmoid(2u), it needs no tanh, which costs candle three times
/// as much forward, and more backward.
fn gelu_tanh(x: &Tensor) -> Result<Tensor> {
    const C: f64 = 2.0 * 0.797_884_560_802_865_4; // 2 sqrt(2 / pi)
    let doubled = (x * x.sqr()?.affine(C * 0.044715, C)?)?;
    Ok((x * sigmoid(&doubled)?)?)
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

    /// The block's activations, each with a leading batch axis, and the residual stream after it.
    fn forward(&self, resid_pre: Tensor, past: &mut Option<(Tensor, Tensor)>) -> Result<(BlockActivations, Tensor)> {
        let (x, _) = self.ln_1.forward(&resid_pre)?;
        let (pattern, z, attn_out) = self.attn.forward(&x, past)?;
        let resid_mid = (&resid_pre + &attn_out)?;
        let (x, _) = self.ln_2.forward(&resid_mid)?;
        let mlp_out = self.mlp.forward(&x)?;
        let resid_post = (&resid_mid + &mlp_out)?;
        let activations = BlockActivations {
            resid_pre,
            pattern,
            z,
            attn_out,
            resid_mid,
            mlp_out,
        };
        Ok((activations, resid_post))
    }
}

/// Keys and values of the tokens seen so far, so that a continuation computes only its own.
#[derive(Debug, Clone, Default)]
pub struct KvCache {
    layers: Vec<Option<(Tensor, Tensor)>>,
    len: usize,
}

impl KvCache {
    /// Number of tokens seen.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no token was seen yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
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
}

impl Gpt2 {
    /// Builds the model from `weight(name, shape)`, which hands out float32 tensors by their checkpoint names without
    /// the `transformer.` prefix (`wte.weight`, `h.0.attn.c_attn.weight`, ...; `lm_head.weight` only if untied).
    ///
    /// # Errors
    /// Whatever `weight` refuses.
    pub fn new(config: &Gpt2Config, mut weight: impl FnMut(&str, &[usize]) -> Result<Tensor>) -> Result<Self> {
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

    /// Runs the model on `tokens` and records every activation.
    ///
    /// # Errors
    /// [`Error::Prompt`] if there are no tokens, more than `n_positions`, or an id outside the vocabulary.
    pub fn run(&self, tokens: &[u32]) -> Result<ActivationCache> {
        self.forward(tokens, &mut KvCache::default())
    }

    /// Runs the model on `tokens` as the continuation of what `past` has seen, and appends them to it. The activations
    /// are those of `tokens` alone.
    ///
    /// # Errors
    /// As [`run`](Self::run), the tokens in `past` counting towards `n_positions`.
    pub fn forward(&self, tokens: &[u32], past: &mut KvCache) -> Result<ActivationCache> {
        self.check_tokens(tokens, past.len)?;
        let ids = Tensor::new(tokens, &Device::Cpu)?.unsqueeze(0)?;
        let pass = self.forward_batch(&ids, past)?;
        let unbatch = |x: &Tensor| x.squeeze(0);
        Ok(ActivationCache {
            tokens: tokens.to_vec(),
            embed: unbatch(&pass.embed)?,
            pos_embed: pass.pos_embed,
            blocks: pass
                .blocks
                .iter()
                .map(|block| {
                    Ok(BlockActivations {
                        resid_pre: unbatch(&block.resid_pre)?,
                        pattern: unbatch(&block.pattern)?,
                        z: unbatch(&block.z)?,
                        attn_out: unbatch(&block.attn_out)?,
                        resid_mid: unbatch(&block.resid_mid)?,
                        mlp_out: unbatch(&block.mlp_out)?,
                    })
                })
                .collect::<Result<_>>()?,
            resid_final: unbatch(&pass.resid_final)?,
            ln_final_scale: pass.ln_final_scale.flatten_all()?.to_vec1()?,
            ln_final: unbatch(&pass.ln_final)?,
        })
    }

    /// The raw logits of a batch of equally long sequences, `[batch, pos]` u32 ids to `[batch, pos, d_vocab]`. The whole
    /// graph is differentiable: this is what training calls.
    ///
    /// # Errors
    /// [`Error::Tensor`] if an id or the length is out of range.
    pub fn batch_logits(&self, ids: &Tensor) -> Result<Tensor> {
        let x = self.forward_batch(ids, &mut KvCache::default())?.ln_final;
        let (batch, pos, d_model) = x.dims3()?;
        let logits = x.reshape((batch * pos, d_model))?.matmul(&self.lm_head.t()?)?;
        Ok(logits.reshape((batch, pos, self.config.vocab_size))?)
    }

    /// The logits of every token at one position of a run, `[d_vocab]`, centered on their mean over the vocabulary as
    /// TransformerLens centers them (softmax does not see the difference).
    ///
    /// # Errors
    /// [`Error::Position`] if `position` is outside the run.
    pub fn logits(&self, cache: &ActivationCache, position: usize) -> Result<Vec<f32>> {
        let n = cache.tokens.len();
        if position >= n {
            return Err(Error::Position(format!(
                "{position} is outside the run, which has positions 0 to {}",
                n - 1
            )));
        }
        let x = cache.ln_final.narrow(0, position, 1)?;
        let mut logits: Vec<f32> = x.matmul(&self.lm_head.t()?)?.squeeze(0)?.to_vec1()?;
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
        let mut mean = vec![0.0; self.config.n_embd];
        for token in 0..self.config.vocab_size {
            let row: Vec<f32> = self.lm_head.get(token)?.to_vec1()?;
            mean.iter_mut().zip(row).for_each(|(m, w)| *m += f64::from(w));
        }
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

    /// What attention of one layer writes: `W_O` `[n_heads * d_head, d_model]`, its bias `b_O` `[d_model]`, and the values
    /// `b_V` `[n_heads * d_head]` that every token has whatever it says: the values' bias, and the bias of `ln_1` as the
    /// values read it.
    ///
    /// # Errors
    /// [`Error::Tensor`] only.
    pub fn attention_output(&self, layer: usize) -> Result<(&Tensor, Vec<f64>, Vec<f64>)> {
        let Block { ln_1, attn, .. } = &self.h[layer];
        let Attention { c_attn, c_proj, .. } = attn;
        let d_model = self.config.n_embd;
        let read = ln_1
            .bias
            .unsqueeze(0)?
            .matmul(&c_attn.weight.narrow(1, 2 * d_model, d_model)?)?;
        let b_v = (read.squeeze(0)? + c_attn.bias.narrow(0, 2 * d_model, d_model)?)?;
        Ok((&c_proj.weight, to_f64(&c_proj.bias)?, to_f64(&b_v)?))
    }

    pub(super) fn check_tokens(&self, tokens: &[u32], past: usize) -> Result<()> {
        let Gpt2Config {
            n_positions,
            vocab_size,
            ..
        } = self.config;
        if tokens.is_empty() {
            return Err(Error::Prompt("is empty; give it at least one token".into()));
        }
        if past + tokens.len() > n_positions {
            return Err(Error::Prompt(format!(
                "has {} tokens, but this model reads at most {n_positions}; shorten it",
                past + tokens.len()
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

    fn forward_batch(&self, ids: &Tensor, past: &mut KvCache) -> Result<BatchActivations> {
        let (batch, pos) = ids.dims2()?;
        let embed = self
            .wte
            .index_select(&ids.flatten_all()?, 0)?
            .reshape((batch, pos, self.config.n_embd))?;
        let pos_embed = self.wpe.narrow(0, past.len, pos)?;
        let mut resid = embed.broadcast_add(&pos_embed)?;
        past.layers.resize(self.h.len(), None);
        let mut blocks = Vec::with_capacity(self.h.len());
        for (block, past) in self.h.iter().zip(&mut past.layers) {
            let (activations, resid_post) = block.forward(resid, past)?;
            blocks.push(activations);
            resid = resid_post;
        }
        past.len += pos;
        let (ln_final, ln_final_scale) = self.ln_f.forward(&resid)?;
        Ok(BatchActivations {
            embed,
            pos_embed,
            blocks,
            resid_final: resid,
            ln_final_scale,
            ln_final,
        })
    }
}

/// [`ActivationCache`] with a leading batch axis on all but `pos_embed`.
struct BatchActivations {
    embed: Tensor,
    pos_embed: Tensor,
    blocks: Vec<BlockActivations>,
    resid_final: Tensor,
    ln_final_scale: Tensor,
    ln_final: Tensor,
}

/// A vector as float64, in which attribution is summed.
pub(crate) fn to_f64(x: &Tensor) -> Result<Vec<f64>> {
    Ok(x.to_vec1::<f32>()?.into_iter().map(f64::from).collect())
}
