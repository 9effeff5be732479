//! GPT-2 in candle's differentiable operations, on batches: what is trained. The library's own forward pass is faster, but
//! has no gradient; `tests/training.rs` holds the two against each other.

use std::collections::HashMap;

use anyhow::Result;
use candle_core::{D, Device, IndexOp, Tensor, Var};
use candle_nn::ops::{sigmoid, softmax};
use logitscope::gpt2::Gpt2Config;

/// The weights by their checkpoint names, and what to do with them. As `config_json` has it: tied embeddings, GELU by its
/// tanh approximation, scores scaled by the heads' width alone.
pub struct Network {
    config: Gpt2Config,
    weights: HashMap<String, Tensor>,
}

impl Network {
    pub fn new(config: &Gpt2Config, weights: &[(String, Var)]) -> Self {
        let weights = weights
            .iter()
            .map(|(name, var)| (name.clone(), var.as_tensor().clone()));
        Self {
            config: config.clone(),
            weights: weights.collect(),
        }
    }

    /// `[batch, pos]` u32 ids to `[batch, pos, d_vocab]`.
    pub fn logits(&self, ids: &Tensor) -> Result<Tensor> {
        let (batch, pos) = ids.dims2()?;
        let (d_model, vocab_size) = (self.config.n_embd, self.config.vocab_size);
        let wte = self.weight("wte", "weight");
        let embed = wte
            .index_select(&ids.flatten_all()?, 0)?
            .reshape((batch, pos, d_model))?;
        let mut resid = embed.broadcast_add(&self.weight("wpe", "weight").narrow(0, 0, pos)?)?;
        for layer in 0..self.config.n_layer {
            let name = |part: &str| format!("h.{layer}.{part}");
            resid = (&resid + self.attention(&name("attn"), &self.layer_norm(&name("ln_1"), &resid)?)?)?;
            resid = (&resid + self.mlp(&name("mlp"), &self.layer_norm(&name("ln_2"), &resid)?)?)?;
        }
        let x = self.layer_norm("ln_f", &resid)?.reshape((batch * pos, d_model))?;
        Ok(x.matmul(&wte.t()?)?.reshape((batch, pos, vocab_size))?)
    }

    fn weight(&self, layer: &str, part: &str) -> &Tensor {
        &self.weights[&format!("{layer}.{part}")]
    }

    fn linear(&self, name: &str, x: &Tensor) -> Result<Tensor> {
        let (batch, pos, d_in) = x.dims3()?;
        let (weight, bias) = (self.weight(name, "weight"), self.weight(name, "bias"));
        let y = x.reshape((batch * pos, d_in))?.matmul(weight)?.broadcast_add(bias)?;
        Ok(y.reshape((batch, pos, bias.elem_count()))?)
    }

    fn layer_norm(&self, name: &str, x: &Tensor) -> Result<Tensor> {
        let centered = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let variance = centered.sqr()?.mean_keepdim(D::Minus1)?;
        let scale = (variance + self.config.layer_norm_epsilon)?.sqrt()?;
        let y = centered.broadcast_div(&scale)?;
        Ok(y.broadcast_mul(self.weight(name, "weight"))?
            .broadcast_add(self.weight(name, "bias"))?)
    }

    fn attention(&self, name: &str, x: &Tensor) -> Result<Tensor> {
        let (batch, pos, d_model) = x.dims3()?;
        let (n_head, d_head) = (self.config.n_head, self.config.d_head());
        let qkv = self
            .linear(&format!("{name}.c_attn"), x)?
            .reshape((batch, pos, 3, n_head, d_head))?;
        let part = |i| qkv.i((.., .., i))?.transpose(1, 2)?.contiguous();
        let (q, k, v) = (part(0)?, part(1)?, part(2)?);
        let scores = (q.matmul(&k.t()?)? * (1.0 / (d_head as f64).sqrt()))?;
        let pattern = softmax(&scores.broadcast_add(&causal_mask(pos)?)?, D::Minus1)?;
        let z = pattern.matmul(&v)?.transpose(1, 2)?.contiguous()?;
        self.linear(&format!("{name}.c_proj"), &z.reshape((batch, pos, d_model))?)
    }

    fn mlp(&self, name: &str, x: &Tensor) -> Result<Tensor> {
        let pre = self.linear(&format!("{name}.c_fc"), x)?;
        self.linear(&format!("{name}.c_proj"), &gelu_tanh(&pre)?)
    }
}

/// 0 where a query may look, minus infinity where it may not, `[pos, pos]`
fn causal_mask(pos: usize) -> Result<Tensor> {
    let mask: Vec<f32> = (0..pos)
        .flat_map(|q| (0..pos).map(move |k| if k <= q { 0.0 } else { f32::NEG_INFINITY }))
        .collect();
    Ok(Tensor::from_vec(mask, (pos, pos), &Device::Cpu)?)
}

/// Since (1 + tanh(u)) / 2 = sigmoid(2u), it needs no tanh, which costs candle three times as much forward, and more
/// backward.
fn gelu_tanh(x: &Tensor) -> Result<Tensor> {
    const C: f64 = 2.0 * 0.797_884_560_802_865_4; // 2 sqrt(2 / pi)
    let doubled = (x * x.sqr()?.affine(C * 0.044715, C)?)?;
    Ok((x * sigmoid(&doubled)?)?)
}
