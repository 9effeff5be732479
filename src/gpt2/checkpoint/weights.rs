//! The names and shapes of a GPT-2's weights, as Hugging Face checkpoints have them.

use std::collections::{BTreeSet, HashSet};

use crate::gpt2::Gpt2Config;

/// What a tensor of a checkpoint is to the model.
pub(super) enum Role {
    /// One of its weights, of this shape.
    Weight(Vec<usize>),
    /// The `lm_head.weight` of a tied model: not needed, but it must be `wte.weight`.
    TiedHead(Vec<usize>),
    /// A causal mask, which old checkpoints carry as a buffer.
    Mask,
    /// Of another task than to predict the next token.
    Other,
}

const LM_HEAD: &str = "lm_head.weight";
const WTE: &str = "wte.weight";
/// The modules outside of the blocks.
const OUTER: [&str; 4] = ["wte.", "wpe.", "ln_f.", "lm_head."];

type Table<const N: usize> = [(&'static str, Vec<usize>); N];

fn outer(config: &Gpt2Config) -> Table<5> {
    let (d, vocabulary) = (config.n_embd, config.vocab_size);
    [
        (WTE, vec![vocabulary, d]),
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

/// What wrappers put into a name, wherever they wrap: DataParallel, `torch.compile`, FSDP, DeepSpeed, activation checkpointing.
const WRAPPERS: [&str; 5] = [
    "module",
    "_orig_mod",
    "_fsdp_wrapped_module",
    "_forward_module",
    "_checkpoint_wrapped_module",
];
/// Under which names models keep a GPT-2: first of all `transformers`' own; then Lightning's, PEFT's and TRL's.
const OWNERS: [&str; 4] = ["transformer", "model", "base_model", "pretrained_model"];

/// The name without what is put before it.
pub(super) fn canonical(name: &str) -> String {
    let parts = name.split('.').filter(|part| !WRAPPERS.contains(part));
    let own: Vec<&str> = parts.skip_while(|part| OWNERS.contains(part)).collect();
    own.join(".")
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

/// The role of the tensor of a canonical name, or why it can have none.
pub(super) fn role(config: &Gpt2Config, name: &str) -> Result<Role, String> {
    let Some((layer, part)) = name.strip_prefix("h.").and_then(|rest| rest.split_once('.')) else {
        return Ok(match find(outer(config), name) {
            Some(shape) if config.tie_word_embeddings && name == LM_HEAD => Role::TiedHead(shape),
            Some(shape) => Role::Weight(shape),
            // Beside the embeddings it would change the logits.
            None if is_unmerged(name) && OUTER.iter().any(|module| name.starts_with(module)) => {
                return Err(format!("tensor {name:?} {UNMERGED}"));
            }
            None => Role::Other,
        });
    };
    let index = layer.parse().ok().filter(|index: &usize| layer == index.to_string());
    if index.is_none_or(|index| index >= config.n_layer) {
        return Err(format!(
            "tensor {name:?} is not one of a GPT-2 with n_layer {}; config.json may belong to another model",
            config.n_layer
        ));
    }
    match part {
        "attn.bias" | "attn.masked_bias" => Ok(Role::Mask),
        _ => match find(block(config), part) {
            Some(shape) => Ok(Role::Weight(shape)),
            None => Err(format!("tensor {name:?} {}", foreign_part(part))),
        },
    }
}

/// Whether a tensor's name is of what PEFT puts around a module.
fn is_unmerged(name: &str) -> bool {
    const WORDS: [&str; 5] = [
        "lora_",
        "base_layer",
        "original_module",
        "modules_to_save",
        "trainable_tokens_",
    ];
    WORDS.iter().any(|word| name.contains(word))
}

const UNMERGED: &str =
    "is of a PEFT adapter that was not merged into the weights; merge it with merge_and_unload(), and save the result";

/// What a tensor is that is in a block, but not of GPT-2.
fn foreign_part(part: &str) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|word| part.contains(word));
    if is_unmerged(part) {
        UNMERGED
    } else if has(&["crossattention", "ln_cross_attn", "q_attn"]) {
        "is of cross-attention, which Logitscope does not compute"
    } else if has(&["qweight", "qzeros", "scales", "SCB", "absmax", "quant", "g_idx"]) {
        "is of quantized weights, which Logitscope does not read; save them as float32, float16 or bfloat16"
    } else if has(&["adapter", "ia3_", "prompt"]) {
        "is of an adapter, which Logitscope does not compute; merge it into the weights"
    } else {
        "is not one of a GPT-2's block; it may belong to another model"
    }
}

/// Whether the tensor of a canonical name is the weight of a layer, which is kept packed.
pub(super) fn is_layer(config: &Gpt2Config, name: &str) -> bool {
    name.starts_with("h.") && matches!(role(config, name), Ok(Role::Weight(shape)) if shape.len() == 2)
}

fn find<const N: usize>(table: Table<N>, name: &str) -> Option<Vec<usize>> {
    table
        .into_iter()
        .find_map(|(known, shape)| (known == name).then_some(shape))
}

/// What a checkpoint holds, by its tensors' names.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    /// Whether the embedding of a tied model is there as `lm_head.weight` alone.
    head_is_wte: bool,
    /// What is left out, being of other tasks.
    pub others: Vec<String>,
}

impl Content {
    /// Checks that these are the tensors of the model: all that are needed, none twice, and in the blocks none else. Biases may
    /// be missing, if all of a kind are: they are zero.
    pub fn of<'a>(config: &Gpt2Config, names: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let mut seen = HashSet::new();
        let mut others = Vec::new();
        for name in names {
            let inner = canonical(name);
            if let Role::Other = role(config, &inner)? {
                others.push(name.to_string());
            } else if !seen.insert(inner.clone()) {
                return Err(format!("tensor {inner:?} is there twice"));
            }
        }
        others.sort_unstable();
        let kinds: HashSet<&str> = seen.iter().filter_map(|name| bias_kind(name)).collect();
        let head_is_wte = config.tie_word_embeddings && seen.contains(LM_HEAD) && !seen.contains(WTE);
        let is_given = |name: &str| {
            seen.contains(name)
                || (name == WTE && head_is_wte)
                || bias_kind(name).is_some_and(|kind| !kinds.contains(kind))
        };
        let Some((missing, _)) = config.weights().find(|(name, _)| !is_given(name)) else {
            return Ok(Self { head_is_wte, others });
        };
        let mut message = format!("tensor {missing:?}, which config.json asks for, is missing");
        if missing == LM_HEAD {
            message += "; set tie_word_embeddings in config.json to true if wte.weight is to be both";
        } else if let Some(other) = others.first() {
            message += &format!("; there is {other:?}, which no GPT-2 has");
        }
        Err(message)
    }

    /// The same of one of its files, which has other tensors that are left out.
    pub fn with_others(&self, others: Vec<String>) -> Self {
        Self { others, ..self.clone() }
    }

    /// The name by which the model asks for a tensor.
    pub fn name(&self, name: &str) -> String {
        let name = canonical(name);
        match self.head_is_wte && name == LM_HEAD {
            true => WTE.into(),
            false => name,
        }
    }
}

/// What a bias has in common with the same biases of other layers; all LayerNorms are one kind. None for other tensors.
fn bias_kind(name: &str) -> Option<&str> {
    let part = name
        .strip_prefix("h.")
        .and_then(|rest| rest.split_once('.'))
        .map_or(name, |(_, part)| part);
    part.strip_suffix(".bias")
        .map(|module| if module.starts_with("ln_") { "ln" } else { module })
}

/// Checks that a shard holds the tensors that the index says it holds, and no weights else. What it also has is left out: these
/// are the names.
pub(super) fn check_shard<'a>(
    config: &Gpt2Config,
    expected: &BTreeSet<String>,
    names: impl Iterator<Item = &'a str>,
    index: &str,
) -> Result<Vec<String>, String> {
    let mut others = Vec::new();
    let mut missing: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
    for name in names {
        if missing.remove(name) {
            continue;
        }
        if expected.contains(name) {
            return Err(format!("tensor {name:?} is there twice"));
        }
        match role(config, &canonical(name))? {
            Role::Mask => {}
            Role::Other => others.push(name.to_string()),
            _ => return Err(format!("tensor {name:?} should not be in this file, by {index}")),
        }
    }
    match missing.first() {
        Some(name) => Err(format!(
            "tensor {name:?} should be in this file, by {index}, but is missing"
        )),
        None => Ok(others),
    }
}
