//! What of a GPT-2's configuration changes the computation.

mod json;

use std::fmt::Display;

use serde::Serialize;

use crate::{Error, Result};

/// The non-linearity of the MLP, by its names in `config.json`, which are those of `ACT2FN` in `transformers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Activation {
    /// `gelu_new` and four other names: GELU by its tanh approximation.
    #[serde(rename = "gelu_new")]
    GeluTanh,
    /// `gelu`, `gelu_python`: GELU by the error function.
    #[serde(rename = "gelu")]
    Gelu,
    /// `quick_gelu`: x * sigmoid(1.702 x)
    #[serde(rename = "quick_gelu")]
    QuickGelu,
    /// `relu`
    #[serde(rename = "relu")]
    Relu,
    /// `silu`, `swish`: x * sigmoid(x)
    #[serde(rename = "silu")]
    Silu,
    /// `tanh`
    #[serde(rename = "tanh")]
    Tanh,
}

const ACTIVATIONS: [(&str, Activation); 12] = [
    ("gelu_new", Activation::GeluTanh),
    ("gelu_pytorch_tanh", Activation::GeluTanh),
    ("gelu_python_tanh", Activation::GeluTanh),
    ("gelu_fast", Activation::GeluTanh),
    ("gelu_accurate", Activation::GeluTanh),
    ("gelu", Activation::Gelu),
    ("gelu_python", Activation::Gelu),
    ("quick_gelu", Activation::QuickGelu),
    ("relu", Activation::Relu),
    ("silu", Activation::Silu),
    ("swish", Activation::Silu),
    ("tanh", Activation::Tanh),
];

impl Activation {
    fn named(name: &str) -> Option<Self> {
        ACTIVATIONS
            .iter()
            .find_map(|&(known, of)| (known == name).then_some(of))
    }

    fn names() -> impl Iterator<Item = &'static str> {
        ACTIVATIONS.iter().map(|&(name, _)| name)
    }
}

/// What of `config.json` changes the computation. Serializes to a `config.json` again.
///
/// [`from_json`](Self::from_json) reads a file. One by hand starts from GPT-2 small:
///
/// ```
/// let mut config = logitscope::gpt2::Gpt2Config::default();
/// config.n_layer = 2;
/// config.validate()?;
/// # Ok::<(), logitscope::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "model_type", rename = "gpt2")]
#[non_exhaustive]
pub struct Gpt2Config {
    /// d_model, the width of the residual stream.
    pub n_embd: usize,
    /// Number of blocks.
    pub n_layer: usize,
    /// Attention heads a block; divides `n_embd`.
    pub n_head: usize,
    /// The longest prompt, in tokens.
    pub n_positions: usize,
    /// Width of the MLP; 4 * `n_embd` where config.json has null.
    pub n_inner: usize,
    /// d_vocab
    pub vocab_size: usize,
    /// Epsilon of every LayerNorm.
    pub layer_norm_epsilon: f64,
    /// The MLP's non-linearity.
    pub activation_function: Activation,
    /// Whether attention scores are divided by sqrt(d_head).
    pub scale_attn_weights: bool,
    /// Whether attention scores of layer i are also divided by i + 1.
    pub scale_attn_by_inverse_layer_idx: bool,
    /// Whether the unembedding is `wte` itself.
    pub tie_word_embeddings: bool,
    /// The id of the beginning of a sequence; none where config.json names one that is not in the vocabulary.
    pub bos_token_id: Option<u32>,
}

/// Hugging Face's own defaults: GPT-2 small.
impl Default for Gpt2Config {
    fn default() -> Self {
        Self {
            n_embd: 768,
            n_layer: 12,
            n_head: 12,
            n_positions: 1024,
            n_inner: 3072,
            vocab_size: 50257,
            layer_norm_epsilon: 1e-5,
            activation_function: Activation::GeluTanh,
            scale_attn_weights: true,
            scale_attn_by_inverse_layer_idx: false,
            tie_word_embeddings: true,
            bos_token_id: Some(50256),
        }
    }
}

impl Gpt2Config {
    /// Checks the numbers, as [`from_json`](Self::from_json) does, and whatever takes a config.
    ///
    /// # Errors
    /// [`Error::Config`] names the field that is out of range or contradicts another; [`Error::Memory`] if this machine cannot
    /// address so many weights.
    pub fn validate(&self) -> Result<()> {
        let dimension = |name, n| match u32::try_from(n) {
            Ok(0) => Err(not_a_dimension(name, 0)),
            Ok(_) => Ok(()),
            Err(_) => Err(too_large(name)),
        };
        dimension("n_embd", self.n_embd)?;
        dimension("n_layer", self.n_layer)?;
        dimension("n_head", self.n_head)?;
        dimension("n_positions", self.n_positions)?;
        dimension("vocab_size", self.vocab_size)?;
        if !self.n_embd.is_multiple_of(self.n_head) {
            return Err(Error::Config(format!(
                "n_embd {} is not a multiple of n_head {}",
                self.n_embd, self.n_head
            )));
        }
        // As float16: which format it is, the files say.
        let least = self.weights_of(2);
        if least >= usize::MAX as u64 {
            return Err(Error::Memory(format!(
                "this model's weights take {} as float16, more than can be addressed here",
                bytes(least)
            )));
        }
        // After the rest: where it was left out it is 4 n_embd, and then it is not what is too large.
        dimension("n_inner", self.n_inner)?;
        if !is_epsilon(self.layer_norm_epsilon) {
            return Err(not_an_epsilon(format!("{:?}", self.layer_norm_epsilon)));
        }
        match self.bos_token_id {
            Some(id) if id as usize >= self.vocab_size => Err(Error::Config(format!(
                "bos_token_id {id} is not in the vocabulary, which has ids 0 to {}",
                self.vocab_size - 1
            ))),
            _ => Ok(()),
        }
    }

    /// The columns of one head in queries, keys, values and z.
    pub(crate) fn columns_of(&self, head: usize) -> std::ops::Range<usize> {
        head * self.d_head()..(head + 1) * self.d_head()
    }

    /// d_head: the width of one attention head.
    pub fn d_head(&self) -> usize {
        self.n_embd / self.n_head
    }

    /// The size of all weights as float32, in bytes; saturates.
    pub fn weight_bytes(&self) -> u64 {
        self.weights_of(4)
    }

    /// The size of all weights, in bytes; saturates.
    fn weights_of(&self, bytes_each: u128) -> u64 {
        let size = |x: usize| x as u128;
        let (d, inner, vocabulary) = (size(self.n_embd), size(self.n_inner), size(self.vocab_size));
        let block = d.saturating_mul(4 * d + 2 * inner + 9).saturating_add(inner);
        let embeddings = if self.tie_word_embeddings { 1 } else { 2 };
        let outer = d.saturating_mul(embeddings * vocabulary + size(self.n_positions) + 2);
        let parameters = size(self.n_layer).saturating_mul(block).saturating_add(outer);
        u64::try_from(parameters.saturating_mul(bytes_each)).unwrap_or(u64::MAX)
    }
}

/// A byte count for a person to read, as `498 MB`.
pub(super) fn bytes(n: u64) -> String {
    match n {
        0..10_000 => format!("{n} bytes"),
        10_000..10_000_000 => format!("{} kB", n / 1000),
        10_000_000..10_000_000_000 => format!("{} MB", n / 1_000_000),
        _ => format!("{} GB", n / 1_000_000_000),
    }
}

/// Checks that memory can hold a tensor of so many bytes in one piece.
pub(super) fn check_size(tensor: &str, size: u64) -> Result<()> {
    let most = isize::MAX as u64;
    if size <= most {
        return Ok(());
    }
    Err(Error::Memory(format!(
        "{tensor} takes {} here, where one tensor can take {} at most; choose a smaller model",
        bytes(size),
        bytes(most)
    )))
}

fn not_a_dimension(name: &str, value: impl Display) -> Error {
    Error::Config(format!("{name} is {value}; it must be a whole number, at least 1"))
}

fn too_large(name: &str) -> Error {
    Error::Config(format!("{name} is larger than any GPT-2's; it must be below 2^32"))
}

/// Whether LayerNorm can add it, in float32. A huge one, with weights to match, is how a GPT-2 without LayerNorm is written.
fn is_epsilon(epsilon: f64) -> bool {
    epsilon as f32 > 0.0 && (epsilon as f32).is_finite()
}

fn not_an_epsilon(value: impl Display) -> Error {
    Error::Config(format!(
        "layer_norm_epsilon is {value}; it must be a positive number that float32 has, as 1e-5"
    ))
}
