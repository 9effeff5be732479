//! The names and shapes of a GPT-2's weights, as Hugging Face checkpoints have them.

use std::collections::{BTreeSet, HashSet};

use crate::gpt2::Gpt2Config;

/// Where a checkpoint in shards says which tensor is in which file.
pub(super) const INDEX: &str = "model.safetensors.index.json";

/// What a tensor of a checkpoint is to the model.
pub(super) enum Role {
    /// One of its weights, of this shape.
    Weight(Vec<usize>),
    /// The `lm_head.weight` of a tied model: not needed, but it must be `wte.weight`.
    TiedHead(Vec<usize>),
    /// A causal mask, which old checkpoints carry as a buffer.
    Mask,
}

const LM_HEAD: &str = "lm_head.weight";

type Table<const N: usize> = [(&'static str, Vec<usize>); N];

fn outer(config: &Gpt2Config) -> Table<5> {
    let (d, vocabulary) = (config.n_embd, config.vocab_size);
    [
        ("wte.weight", vec![vocabulary, d]),
        ("wpe.weight", vec![config.n_positions, d]),
        ("ln_f.weight", vec![d]),
        ("ln_f.bias", vec![d]),
        (LM_HEAD, vec![vocabulary, d]),
    ]
}

fn block(config: &Gpt2Config) -> Table<12> {
    let (d, inner) = (config.n_embd, config.n_inner);
    // A width that overflows here cannot be that of a tensor that exists.
    let qkv = d.saturating_mul(3);
    [
        ("ln_1.weight", vec![d]),
        ("ln_1.bias", vec![d]),
        ("attn.c_attn.weight", vec![d, qkv]),
        ("attn.c_attn.bias", vec![qkv]),
        ("attn.c_proj.weight", vec![d, d]),
        ("attn.c_proj.bias", vec![d]),
        ("ln_2.weight", vec![d]),
        ("ln_2.bias", vec![d]),
        ("mlp.c_fc.weight", vec![d, inner]),
        ("mlp.c_fc.bias", vec![inner]),
        ("mlp.c_proj.weight", vec![inner, d]),
        ("mlp.c_proj.bias", vec![d]),
    ]
}

/// The name without the prefix that language-model checkpoints have and bare ones have not.
pub(super) fn canonical(name: &str) -> &str {
    name.strip_prefix("transformer.").unwrap_or(name)
}

impl Gpt2Config {
    /// Every weight's name, without the `transformer.` prefix, and shape. Lazy: a config that claims a billion layers
    /// costs nothing.
    pub fn weights(&self) -> impl Iterator<Item = (String, Vec<usize>)> {
        let tied = self.tie_word_embeddings;
        let outer = outer(self)
            .into_iter()
            .filter(move |&(name, _)| !(tied && name == LM_HEAD));
        let blocks = (0..self.n_layer).flat_map(|layer| {
            let weights = block(self).into_iter();
            weights.map(move |(name, shape)| (format!("h.{layer}.{name}"), shape))
        });
        outer.map(|(name, shape)| (name.to_string(), shape)).chain(blocks)
    }
}

/// The role of the tensor of a canonical name, if it has one.
pub(super) fn role(config: &Gpt2Config, name: &str) -> Option<Role> {
    let Some((layer, part)) = name.strip_prefix("h.").and_then(|rest| rest.split_once('.')) else {
        let shape = find(outer(config), name)?;
        return Some(match config.tie_word_embeddings && name == LM_HEAD {
            true => Role::TiedHead(shape),
            false => Role::Weight(shape),
        });
    };
    let index: usize = layer.parse().ok()?;
    if index >= config.n_layer || layer != index.to_string() {
        return None;
    }
    match part {
        "attn.bias" | "attn.masked_bias" => Some(Role::Mask),
        _ => find(block(config), part).map(Role::Weight),
    }
}

/// Whether the tensor of a canonical name is the weight of a layer, which is kept packed.
pub(super) fn is_layer(config: &Gpt2Config, name: &str) -> bool {
    name.starts_with("h.") && matches!(role(config, name), Some(Role::Weight(shape)) if shape.len() == 2)
}

fn find<const N: usize>(table: Table<N>, name: &str) -> Option<Vec<usize>> {
    table
        .into_iter()
        .find_map(|(known, shape)| (known == name).then_some(shape))
}

/// Checks that these are the tensors of the model: all of them, none twice, none else.
pub(super) fn check_names<'a>(config: &Gpt2Config, names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut seen = HashSet::new();
    for name in names {
        if role(config, canonical(name)).is_none() {
            return Err(format!(
                "tensor {name:?} is not one of a GPT-2 with n_layer {}; config.json may belong to another model",
                config.n_layer
            ));
        }
        if !seen.insert(canonical(name)) {
            return Err(format!("tensor {:?} is there twice", canonical(name)));
        }
    }
    match config.weights().find(|(name, _)| !seen.contains(name.as_str())) {
        Some((name, _)) => Err(format!("tensor {name:?}, which config.json asks for, is missing")),
        None => Ok(()),
    }
}

/// Checks that a shard holds the tensors that the index says it holds.
pub(super) fn check_shard<'a>(expected: &BTreeSet<String>, names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut missing: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
    for name in names {
        if !missing.remove(name) {
            return Err(match expected.contains(name) {
                true => format!("tensor {name:?} is there twice"),
                false => format!("tensor {name:?} should not be in this file, by {INDEX}"),
            });
        }
    }
    match missing.first() {
        Some(name) => Err(format!(
            "tensor {name:?} should be in this file, by {INDEX}, but is missing"
        )),
        None => Ok(()),
    }
}
