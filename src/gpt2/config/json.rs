//! Reads `config.json` of a Hugging Face GPT-2.

use serde_json::{Map, Value};

use super::{Activation, Gpt2Config, is_epsilon, not_a_dimension, not_an_epsilon, too_large};
use crate::gpt2::{foreign, json};
use crate::{Error, Result};

/// Fields that, if set, ask for another computation, and for which.
const REFUSED: [(&str, &str); 6] = [
    ("add_cross_attention", "cross-attention"),
    ("is_encoder_decoder", "an encoder"),
    ("pruned_heads", "pruned heads"),
    ("quantization_config", "quantized weights"),
    ("auto_map", "code of its own"),
    ("adapters", "adapters"),
];

impl Gpt2Config {
    /// Reads any Hugging Face GPT-2's `config.json`. Where such files leave a setting out, Hugging Face's default is
    /// taken; the dimensions must be there, since the weights would not show that a number of heads is not the one meant.
    ///
    /// # Errors
    /// [`Error::Config`] names the field that is missing, contradicts another, or asks for a computation other than
    /// GPT-2's; [`Error::Memory`] if this machine cannot address so many weights.
    pub fn from_json(text: &str) -> Result<Self> {
        if let Some(what) = foreign::recognize(text.as_bytes()) {
            return Err(Error::Config(what));
        }
        let fields: Map<String, Value> = json::read(text.as_bytes())
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
        config.validate()?;
        Ok(config)
    }
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
            // Older than model_type.
            None if self.architectures().any(|name| name.starts_with("GPT2")) => {}
            None => {
                return Err(Error::Config(
                    "model_type is missing; it must be \"gpt2\", or architectures must have GPT2LMHeadModel".into(),
                ));
            }
        }
        for (name, what) in REFUSED {
            if self.get(name).is_some_and(|value| !is_empty(value)) {
                return Err(Error::Config(format!(
                    "{name} asks for {what}, which Logitscope does not compute"
                )));
            }
        }
        Ok(())
    }

    fn architectures(&self) -> impl Iterator<Item = &str> {
        let named = self.get("architectures").and_then(Value::as_array);
        named.into_iter().flatten().filter_map(Value::as_str)
    }

    /// A dimension by its name, or by the other name that Hugging Face's configs answer to.
    fn dimension(&self, name: &str, alias: &str) -> Result<usize> {
        let value = match (self.get(name), self.get(alias)) {
            (Some(value), Some(other)) if value != other => {
                return Err(Error::Config(format!("{name} {value} contradicts {alias} {other}")));
            }
            (Some(value), _) | (None, Some(value)) => value,
            (None, None) => {
                let small = serde_json::to_value(Gpt2Config::default()).unwrap_or_default();
                return Err(Error::Config(format!(
                    "{name} is missing; it must be a whole number, at least 1, as GPT-2 small's {}, which transformers takes here",
                    small[name]
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
            Some(value) => value.as_str().and_then(Activation::named).ok_or_else(|| {
                Error::Config(format!(
                    "activation_function is {value}; Logitscope computes {}",
                    Activation::names().collect::<Vec<_>>().join(", ")
                ))
            }),
        }
    }
}

/// Whether a setting asks for nothing, as `false` and `{"adapters": {}}` do.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(entries) => entries.iter().all(is_empty),
        Value::Object(entries) => entries.values().all(is_empty),
        _ => false,
    }
}
