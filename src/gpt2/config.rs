//! `config.json` of a Hugging Face GPT-2.

use std::fmt::Display;

use serde::Serialize;
use serde_json::{Map, Value};

use super::foreign;
use crate::{Error, Result};

/// The non-linearity of the MLP, by its name in `config.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Activation {
    /// `gelu_new` and `gelu_pytorch_tanh`: GELU by its tanh approximation.
    #[serde(rename = "gelu_new")]
    GeluTanh,
    /// `gelu`: GELU by the error function.
    #[serde(rename = "gelu")]
    Gelu,
    /// `relu`
    #[serde(rename = "relu")]
    Relu,
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

/// Fields that, if set, ask for another computation, and for which.
const REFUSED: [(&str, &str); 6] = [
    ("add_cross_attention", "cross-attention"),
    ("is_encoder_decoder", "an encoder"),
    ("pruned_heads", "pruned heads"),
    ("quantization_config", "quantized weights"),
    ("auto_map", "code of its own"),
    ("adapters", "adapters"),
];

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
    /// Reads any Hugging Face GPT-2's `config.json`. Where such files leave a setting out, Hugging Face's default is
    /// taken; the dimensions must be there.
    ///
    /// # Errors
    /// [`Error::Config`] names the field that is missing, contradicts another, or asks for a computation other than
    /// GPT-2's; [`Error::Memory`] if this machine cannot address so many weights.
    pub fn from_json(json: &str) -> Result<Self> {
        if let Some(what) = foreign::recognize(json.as_bytes()) {
            return Err(Error::Config(what));
        }
        let fields: Map<String, Value> = serde_json::from_str(json)
            .map_err(|e| Error::Config(format!("is not a JSON object ({e}); it may have been cut short")))?;
        let fields = Fields(fields);
        fields.refuse_other_models()?;

        let n_embd = fields.dimension("n_embd", "hidden_size")?;
        let vocab_size = fields.dimension("vocab_size", "vocab_size")?;
        let bos = fields.get("bos_token_id").and_then(Value::as_u64);
        let config = Self {
            n_embd,
            n_layer: fields.dimension("n_layer", "num_hidden_layers")?,
            n_head: fields.dimension("n_head", "num_attention_heads")?,
            n_positions: fields.dimension("n_positions", "max_position_embeddings")?,
            n_inner: match fields.get("n_inner") {
                None => n_embd.checked_mul(4).ok_or_else(|| too_large("n_embd"))?,
                Some(_) => fields.dimension("n_inner", "n_inner")?,
            },
            vocab_size,
            layer_norm_epsilon: fields.epsilon()?,
            activation_function: fields.activation()?,
            scale_attn_weights: fields.flag("scale_attn_weights", true)?,
            scale_attn_by_inverse_layer_idx: fields.flag("scale_attn_by_inverse_layer_idx", false)?,
            tie_word_embeddings: fields.flag("tie_word_embeddings", true)?,
            bos_token_id: bos
                .filter(|&id| id < vocab_size as u64)
                .and_then(|id| u32::try_from(id).ok()),
        };
        if let Some(n_ctx) = fields.get("n_ctx")
            && n_ctx.as_u64() != Some(config.n_positions as u64)
        {
            return Err(Error::Config(format!(
                "n_ctx {n_ctx} contradicts n_positions {}; they must be equal",
                config.n_positions
            )));
        }
        config.validate()?;
        Ok(config)
    }

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
        if self.weight_bytes() >= usize::MAX as u64 {
            return Err(Error::Memory(format!(
                "this model's weights take {} as float32, more than can be addressed here",
                bytes(self.weight_bytes())
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

    /// d_head: the width of one attention head.
    pub fn d_head(&self) -> usize {
        self.n_embd / self.n_head
    }

    /// The size of all weights as float32, in bytes; saturates.
    pub fn weight_bytes(&self) -> u64 {
        let size = |x: usize| x as u128;
        let (d, inner) = (size(self.n_embd), size(self.n_inner));
        let block = 4 * d * d + 2 * d * inner + 9 * d + inner;
        let unembedding = if self.tie_word_embeddings {
            0
        } else {
            size(self.vocab_size) * d
        };
        let outer = (size(self.vocab_size) + size(self.n_positions) + 2) * d + unembedding;
        let parameters = size(self.n_layer).saturating_mul(block).saturating_add(outer);
        u64::try_from(parameters.saturating_mul(4)).unwrap_or(u64::MAX)
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

fn not_a_dimension(name: &str, value: impl Display) -> Error {
    Error::Config(format!("{name} is {value}; it must be a whole number, at least 1"))
}

fn too_large(name: &str) -> Error {
    Error::Config(format!("{name} is larger than any GPT-2's; it must be below 2^32"))
}

/// Whether LayerNorm can add it, in float32.
fn is_epsilon(epsilon: f64) -> bool {
    epsilon as f32 > 0.0 && epsilon < 1.0
}

fn not_an_epsilon(value: impl Display) -> Error {
    Error::Config(format!(
        "layer_norm_epsilon is {value}; it must be a small positive number, as 1e-5"
    ))
}

/// The fields of a `config.json`; null counts as absent.
struct Fields(Map<String, Value>);

impl Fields {
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn refuse_other_models(&self) -> Result<()> {
        match self.get("model_type") {
            Some(Value::String(name)) if name == "gpt2" => {}
            Some(other) => {
                return Err(Error::Config(format!(
                    "model_type is {other}; Logitscope computes \"gpt2\" only"
                )));
            }
            None => return Err(Error::Config("model_type is missing; it must be \"gpt2\"".into())),
        }
        for (name, what) in REFUSED {
            let harmless = match self.get(name) {
                None | Some(Value::Bool(false)) => true,
                Some(Value::Object(entries)) => entries.is_empty(),
                Some(Value::Array(entries)) => entries.is_empty(),
                Some(_) => false,
            };
            if !harmless {
                return Err(Error::Config(format!(
                    "{name} asks for {what}, which Logitscope does not compute"
                )));
            }
        }
        Ok(())
    }

    /// A dimension by its name, or by the other name that Hugging Face's configs answer to.
    fn dimension(&self, name: &str, alias: &str) -> Result<usize> {
        let value = match (self.get(name), self.get(alias)) {
            (Some(value), Some(other)) if value != other => {
                return Err(Error::Config(format!("{name} {value} contradicts {alias} {other}")));
            }
            (Some(value), _) | (None, Some(value)) => value,
            (None, None) => {
                return Err(Error::Config(format!(
                    "{name} is missing; it must be a whole number, at least 1"
                )));
            }
        };
        let n = value.as_u64().ok_or_else(|| not_a_dimension(name, value))?;
        usize::try_from(n).map_err(|_| too_large(name))
    }

    fn flag(&self, name: &str, default: bool) -> Result<bool> {
        match self.get(name) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(Error::Config(format!("{name} is {other}; it must be true or false"))),
        }
    }

    fn epsilon(&self) -> Result<f64> {
        match self.get("layer_norm_epsilon") {
            None => Ok(1e-5),
            Some(value) => value
                .as_f64()
                .filter(|&epsilon| is_epsilon(epsilon))
                .ok_or_else(|| not_an_epsilon(value)),
        }
    }

    fn activation(&self) -> Result<Activation> {
        match self.get("activation_function") {
            None => Ok(Activation::GeluTanh),
            Some(value) => match value.as_str() {
                Some("gelu_new" | "gelu_pytorch_tanh") => Ok(Activation::GeluTanh),
                Some("gelu") => Ok(Activation::Gelu),
                Some("relu") => Ok(Activation::Relu),
                _ => Err(Error::Config(format!(
                    "activation_function is {value}; Logitscope computes gelu_new, gelu_pytorch_tanh, gelu and relu"
                ))),
            },
        }
    }
}
