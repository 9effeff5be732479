//! GPT-2's layers, in the order in which data flows. Names are the checkpoint's own.

use std::f64::consts::FRAC_1_SQRT_2;
use std::ops::Range;

use candle_core::Tensor;
use candle_core::cpu::erf::erf_f64;

use super::linear::Linear;
use super::{Activation, Gpt2Config, ops, to_f64};
use crate::Result;

/// Hands out the weight of a name (without the `transformer.` prefix) and shape.
pub(super) type WeightSource<'a> = dyn FnMut(&str, &[usize]) -> Result<Tensor> + 'a;

#[derive(Debug, Clone)]
pub(crate) struct LayerNorm {
    /// gamma, `[d_model]`
    pub weight: Tensor,
    /// beta, `[d_model]`
    pub bias: Tensor,
    eps: f32,
}

impl LayerNorm {
    pub fn new(name: &str, config: &Gpt2Config, weight: &mut WeightSource) -> Result<Self> {
        Ok(Self {
            weight: weight(&format!("{name}.weight"), &[config.n_embd])?,
            bias: weight(&format!("{name}.bias"), &[config.n_embd])?,
            eps: config.layer_norm_epsilon as f32,
        })
    }

    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let op = ops::LayerNorm { eps: self.eps };
        Ok(x.apply_op3_no_bwd(&self.weight, &self.bias, &op)?)
    }

    /// What each row of x is divided by, `[pos]`.
    pub fn scale(&self, x: &Tensor) -> Result<Vec<f32>> {
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
pub(crate) struct Attention {
    /// W_Q, W_K and W_V side by side, and their biases.
    pub c_attn: Linear,
    /// W_O, and its bias.
    pub c_proj: Linear,
    /// The value that every token has whatever it says, `[n_heads * d_head]`: the values' bias, and the bias of `ln_1` as
    /// the values read it. Every pattern passes it on whole, since its rows sum to 1.
    pub b_v: Vec<f64>,
    /// The output's bias, and what `b_v` becomes there, `[d_model]`: what attention writes whatever it reads.
    pub b_o: Vec<f64>,
    /// The squared length of each row of W_O, `[n_heads * d_head]`.
    pub w_o_squared: Vec<f64>,
    d_model: usize,
    n_head: usize,
    /// What the product of a query and a key is multiplied by.
    pub score_scale: f64,
}

impl Attention {
    fn new(name: &str, layer: usize, config: &Gpt2Config, ln_1: &LayerNorm, weight: &mut WeightSource) -> Result<Self> {
        let d = config.n_embd;
        let mut score_scale = 1.0;
        if config.scale_attn_weights {
            score_scale /= (config.d_head() as f64).sqrt();
        }
        if config.scale_attn_by_inverse_layer_idx {
            score_scale /= (layer + 1) as f64;
        }
        let c_attn = linear(&format!("{name}.c_attn"), d, 3 * d, weight)?;
        let c_proj = linear(&format!("{name}.c_proj"), d, d, weight)?;
        let b_v = to_f64(&c_attn.columns(&ln_1.bias.unsqueeze(0)?, 2 * d..3 * d)?.squeeze(0)?)?;
        let mut b_o = to_f64(c_proj.bias())?;
        for passed_on in c_proj.by_head(config.d_head(), &b_v)?.chunks(d) {
            b_o.iter_mut().zip(passed_on).for_each(|(b_o, x)| *b_o += x);
        }
        Ok(Self {
            w_o_squared: c_proj.squared_rows()?,
            c_attn,
            c_proj,
            b_v,
            b_o,
            d_model: d,
            n_head: config.n_head,
            score_scale,
        })
    }

    /// Queries, `[pos, d_model]`.
    pub fn q(&self, x: &Tensor) -> Result<Tensor> {
        self.c_attn.columns(x, 0..self.d_model)
    }

    /// Keys, then values, `[pos, 2 d_model]`.
    pub fn kv(&self, x: &Tensor) -> Result<Tensor> {
        self.c_attn.columns(x, self.d_model..3 * self.d_model)
    }

    /// `z`, `[pos, n_heads * d_head]`, of queries at `positions` and all keys from the first on.
    pub fn z(&self, q: &Tensor, kv: &[Tensor], positions: &[usize]) -> Result<Tensor> {
        Ok(q.apply_op1_no_bwd(&self.op(kv, positions))?)
    }

    /// The scores and patterns of some heads, `[head]`: `[key]` for each query at `positions` after the other.
    pub fn patterns(
        &self,
        q: &Tensor,
        kv: &[Tensor],
        positions: &[usize],
        heads: Range<usize>,
    ) -> Result<Vec<[Vec<f32>; 2]>> {
        Ok(self.op(kv, positions).patterns(q, heads)?)
    }

    /// One head's values mixed by a pattern `[key]`, `[d_head]`, as [`z`](Self::z) mixes them.
    pub fn mix(&self, pattern: &[f32], kv: &[Tensor], head: usize) -> Result<Vec<f32>> {
        Ok(ops::mix(pattern, kv, self.columns_of(head))?)
    }

    /// The columns of one head in queries, keys, values and z.
    pub fn columns_of(&self, head: usize) -> Range<usize> {
        let d_head = self.d_model / self.n_head;
        head * d_head..(head + 1) * d_head
    }

    fn op<'a>(&self, kv: &'a [Tensor], positions: &'a [usize]) -> ops::Attention<'a> {
        ops::Attention {
            kv,
            positions,
            n_head: self.n_head,
            scale: self.score_scale as f32,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Mlp {
    /// W_in, and its bias.
    pub c_fc: Linear,
    /// W_out, and its bias.
    pub c_proj: Linear,
    /// The squared length of each row of W_out, `[d_mlp]`.
    pub w_out_squared: Vec<f64>,
    activation: Activation,
}

impl Mlp {
    fn new(name: &str, config: &Gpt2Config, weight: &mut WeightSource) -> Result<Self> {
        let c_fc = linear(&format!("{name}.c_fc"), config.n_embd, config.n_inner, weight)?;
        let c_proj = linear(&format!("{name}.c_proj"), config.n_inner, config.n_embd, weight)?;
        Ok(Self {
            w_out_squared: c_proj.squared_rows()?,
            c_fc,
            c_proj,
            activation: config.activation_function,
        })
    }

    /// The neurons' activations, `[pos, d_mlp]`, for their inputs.
    pub fn activate(&self, pre: &Tensor) -> Result<Tensor> {
        let each = |f| pre.apply_op1_no_bwd(&ops::Each(f));
        let post = match self.activation {
            Activation::GeluTanh => pre.apply_op1_no_bwd(&ops::GeluTanh),
            Activation::Gelu => each(|x| (0.5 * f64::from(x) * (1.0 + erf_f64(f64::from(x) * FRAC_1_SQRT_2))) as f32),
            Activation::QuickGelu => each(|x| x / (1.0 + (-1.702 * x).exp())),
            // What is not a number stays so.
            Activation::Relu => each(|x| if x < 0.0 { 0.0 } else { x }),
            Activation::Silu => each(|x| x / (1.0 + (-x).exp())),
            Activation::Tanh => each(f32::tanh),
        };
        Ok(post?)
    }

    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.c_proj.forward(&self.activate(&self.c_fc.forward(x)?)?)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub ln_1: LayerNorm,
    pub attn: Attention,
    pub ln_2: LayerNorm,
    pub mlp: Mlp,
}

/// What a block asks, finds and writes to the residual stream, `[pos, d_model]` each. The stream in its middle is
/// [`resid_mid`].
#[derive(Debug)]
pub(super) struct Written {
    /// `[pos, n_heads * d_head]`
    pub q: Tensor,
    /// `[pos, n_heads * d_head]`
    pub z: Tensor,
    pub attn_out: Tensor,
    pub mlp_out: Tensor,
}

/// The residual stream between attention and MLP, the same to the last bit whenever it is computed.
pub(super) fn resid_mid(resid_pre: &Tensor, attn_out: &Tensor) -> Result<Tensor> {
    Ok((resid_pre + attn_out)?)
}

impl Block {
    pub fn new(layer: usize, config: &Gpt2Config, weight: &mut WeightSource) -> Result<Self> {
        let name = |part| format!("h.{layer}.{part}");
        let ln_1 = LayerNorm::new(&name("ln_1"), config, weight)?;
        Ok(Self {
            attn: Attention::new(&name("attn"), layer, config, &ln_1, weight)?,
            ln_1,
            ln_2: LayerNorm::new(&name("ln_2"), config, weight)?,
            mlp: Mlp::new(&name("mlp"), config, weight)?,
        })
    }
}
