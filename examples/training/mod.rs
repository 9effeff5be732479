//! The training of the bundled model, a step at a time. Everything follows from the options: the same ones give the same
//! weights, also when the training was stopped and resumed in between.

#![allow(
    dead_code,
    unused_imports,
    reason = "each program that shares this module uses a part of it"
)]

mod network;
mod optimizer;
mod sequence;
mod tokenizer;

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use candle_core::{DType, Device, Tensor, Var};
use logitscope::gpt2::{Gpt2, Gpt2Config, LanguageModel, Tokenizer};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};

use crate::corpus::{Split, random};
use network::Network;
use optimizer::{AdamW, Moments};
use sequence::Sequence;
pub use tokenizer::train_tokenizer;

pub const CONTEXT: usize = 64;
/// A batch is cut into so many parts, each with its own thread. Their gradients are added up in order, so that results do
/// not depend on timing.
const PARTS: usize = 2;
/// Steps in which the learning rate rises to its height.
const WARM_UP: f64 = 100.0;
/// The share of the training, at its end, in which the learning rate falls to nothing.
const COOL_DOWN: f64 = 0.3;

/// Streams of random numbers that no training step uses.
const STREAM_OF_WEIGHTS: u64 = u64::MAX - 1;

/// All that a training depends on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, clap::Args)]
pub struct Options {
    /// Of the first weights and of the sentences.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    #[arg(long, default_value_t = 7000)]
    pub steps: u64,
    /// Sequences a step.
    #[arg(long, default_value_t = 16)]
    pub batch: usize,
    #[arg(long, default_value_t = 2e-3)]
    pub learning_rate: f64,
}

pub struct Training {
    config: Gpt2Config,
    network: Network,
    tokenizer: Tokenizer,
    bos: u32,
    optimizer: AdamW,
    options: Options,
}

impl Training {
    /// A model that has learned nothing yet.
    pub fn new(config: &Gpt2Config, tokenizer: Tokenizer, options: Options) -> Result<Self> {
        let mut rng = random(options.seed, STREAM_OF_WEIGHTS);
        let mut weights = Vec::new();
        Gpt2::new(config, |name, shape| {
            let var = initial_weight(name, shape, config, &mut rng)?;
            let tensor = var.as_tensor().clone();
            weights.push((name.to_owned(), var));
            Ok(tensor)
        })?;
        Ok(Self {
            config: config.clone(),
            network: Network::new(config, &weights),
            bos: config.bos_token_id.context("the configuration names BOS")?,
            tokenizer,
            optimizer: AdamW::new(weights),
            options,
        })
    }

    /// Steps made.
    pub fn step(&self) -> u64 {
        self.optimizer.step
    }

    /// The model as it is now.
    pub fn model(&self) -> Result<LanguageModel> {
        let mut weights = self.optimizer.moments.iter();
        let gpt2 = Gpt2::new(&self.config, |_, _| {
            let Moments { weight, .. } = weights.next().expect("the weights are those that a model asked for");
            Ok(weight.as_tensor().copy()?)
        })?;
        Ok(LanguageModel::new(gpt2, Some(self.tokenizer.clone())))
    }

    /// The differentiable model's logits for a batch of equally long sequences, `[batch, pos, d_vocab]`.
    pub fn logits(&self, ids: &Tensor) -> Result<Tensor> {
        self.network.logits(ids)
    }

    /// Makes a step and returns the loss before it.
    pub fn advance(&mut self) -> Result<f64> {
        let mut rng = random(self.options.seed, self.step());
        let sequences = (0..self.options.batch)
            .map(|_| Sequence::new(Split::Train, &self.tokenizer, self.bos, &mut rng))
            .collect::<Result<Vec<_>>>()?;
        let total = sequence::total_weight(&sequences);
        let network = &self.network;
        let parts = std::thread::scope(|scope| {
            let threads: Vec<_> = sequences
                .chunks(sequences.len().div_ceil(PARTS))
                .map(|part| {
                    scope.spawn(move || {
                        let loss = loss(network, part, total)?;
                        Ok((f64::from(loss.to_scalar::<f32>()?), loss.backward()?))
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("a training thread panicked"))
                .collect::<Result<Vec<_>>>()
        })?;
        let mut parts = parts.into_iter();
        let (mut loss, mut gradients) = parts.next().context("a batch has at least one sequence")?;
        for (part_loss, part) in parts {
            loss += part_loss;
            gradients.extend(part)?;
        }
        let learning_rate = self.options.learning_rate * schedule(self.step(), self.options.steps);
        self.optimizer.step(&gradients, learning_rate)?;
        Ok(loss)
    }

    /// The loss on `n` sequences of held-out sentences.
    pub fn held_out_loss(&self, n: usize, rng: &mut ChaCha8Rng) -> Result<f64> {
        let mut sum = 0.0;
        for _ in 0..n {
            let sequence = [Sequence::new(Split::HeldOut, &self.tokenizer, self.bos, rng)?];
            let loss = loss(&self.network, &sequence, sequence::total_weight(&sequence))?;
            sum += f64::from(loss.to_scalar::<f32>()?);
        }
        Ok(sum / n as f64)
    }

    /// Writes the weights under the names that Hugging Face gives them, as float16.
    pub fn publish(&self, path: &Path) -> Result<()> {
        let tensors = self.optimizer.moments.iter().map(|Moments { name, weight, .. }| {
            Ok((format!("transformer.{name}"), weight.as_tensor().to_dtype(DType::F16)?))
        });
        write(path, tensors.collect::<Result<_>>()?, [("format", "pt".to_owned())])
    }

    /// Writes all that [`resume`](Self::resume) needs.
    pub fn save(&self, path: &Path) -> Result<()> {
        let mut tensors = Vec::new();
        for Moments {
            name,
            weight,
            first,
            second,
        } in &self.optimizer.moments
        {
            tensors.push((format!("weight.{name}"), weight.as_tensor().clone()));
            tensors.push((format!("first.{name}"), Tensor::new(first.as_slice(), &Device::Cpu)?));
            tensors.push((format!("second.{name}"), Tensor::new(second.as_slice(), &Device::Cpu)?));
        }
        let options = serde_json::to_string(&self.options)?;
        let metadata = [("step", self.step().to_string()), ("options", options)];
        write(path, tensors, metadata)
    }

    /// Goes on from what [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// A file of a training with other options, or of another model.
    pub fn resume(&mut self, path: &Path) -> Result<()> {
        let bytes = fs::read(path)?;
        let (_, header) = SafeTensors::read_metadata(&bytes)?;
        let metadata = header.metadata().clone().unwrap_or_default();
        let entry = |key| {
            metadata
                .get(key)
                .with_context(|| format!("{} has no {key}", path.display()))
        };
        let options: Options = serde_json::from_str(entry("options")?)?;
        ensure!(
            options == self.options,
            "{} is of another training, {options:?}; this one is {:?}. Move it away, or keep this one's in another folder.",
            path.display(),
            self.options,
        );
        let tensors = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu)?;
        let tensor = |kind: &str, name: &str| {
            let key = format!("{kind}.{name}");
            tensors
                .get(&key)
                .with_context(|| format!("{} has no {key}", path.display()))
        };
        for moments in &mut self.optimizer.moments {
            moments.weight.set(tensor("weight", &moments.name)?)?;
            moments.first = tensor("first", &moments.name)?.to_vec1()?;
            moments.second = tensor("second", &moments.name)?.to_vec1()?;
        }
        self.optimizer.step = entry("step")?.parse()?;
        Ok(())
    }
}

/// A file is either whole or not there.
fn write<const N: usize>(path: &Path, tensors: Vec<(String, Tensor)>, metadata: [(&str, String); N]) -> Result<()> {
    let metadata = HashMap::from(metadata.map(|(key, value)| (key.to_owned(), value)));
    let partial = path.with_extension("partial");
    safetensors::serialize_to_file(tensors, Some(metadata), &partial)?;
    fs::rename(partial, path)?;
    Ok(())
}

/// As GPT-2's: normal, with less deviation where a block writes to the residual stream; biases are zero. GPT-2's deviation
/// of 0.02 belongs to its width of 768.
fn initial_weight(name: &str, shape: &[usize], config: &Gpt2Config, rng: &mut ChaCha8Rng) -> logitscope::Result<Var> {
    let n: usize = shape.iter().product();
    let values: Vec<f32> = if name.contains("ln_") && name.ends_with(".weight") {
        vec![1.0; n]
    } else if name.ends_with(".bias") {
        vec![0.0; n]
    } else {
        let deviation = 0.02 * (768.0 / config.n_embd as f32).sqrt();
        let deviation = match name.ends_with("c_proj.weight") {
            true => deviation / (2.0 * config.n_layer as f32).sqrt(),
            false => deviation,
        };
        (0..n).map(|_| deviation * normal(rng)).collect()
    };
    Ok(Var::from_vec(values, shape, &Device::Cpu)?)
}

/// By Box and Muller.
fn normal(rng: &mut ChaCha8Rng) -> f32 {
    let (u, v) = (1.0 - rng.random::<f32>(), rng.random::<f32>());
    (-2.0 * u.ln()).sqrt() * (std::f32::consts::TAU * v).cos()
}

/// Share of the learning rate at a step: up, flat, and down to nothing.
fn schedule(step: u64, steps: u64) -> f64 {
    let warm_up = (step + 1) as f64 / WARM_UP;
    let left = (steps - step) as f64 / steps as f64;
    warm_up.min(1.0).min(left / COOL_DOWN)
}

/// The part of these sequences in the batch's mean negative log-likelihood, whose weights sum to `total`.
fn loss(network: &Network, sequences: &[Sequence], total: f32) -> Result<Tensor> {
    let device = &Device::Cpu;
    let ids: Vec<u32> = sequences.iter().flat_map(|s| s.tokens[..CONTEXT].to_vec()).collect();
    let targets: Vec<u32> = sequences.iter().flat_map(|s| s.tokens[1..].to_vec()).collect();
    let weights: Vec<f32> = sequences
        .iter()
        .flat_map(|s| &s.weights[1..])
        .map(|w| w / total)
        .collect();
    let n = targets.len();
    let logits = network
        .logits(&Tensor::from_vec(ids, (sequences.len(), CONTEXT), device)?)?
        .flatten_to(1)?;
    let log_probabilities = candle_nn::ops::log_softmax(&logits, 1)?
        .gather(&Tensor::from_vec(targets, (n, 1), device)?, 1)?
        .flatten_all()?;
    Ok((log_probabilities * Tensor::from_vec(weights, n, device)?)?
        .sum_all()?
        .neg()?)
}

/// `config.json` as Hugging Face writes it, for a vocabulary that begins with BOS.
pub fn config_json(vocab_size: usize) -> String {
    let bos = 0;
    let config = serde_json::json!({
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "n_layer": 4,
        "n_head": 8,
        "n_embd": 128,
        "n_inner": 256,
        "n_positions": CONTEXT,
        "vocab_size": vocab_size,
        "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5,
        "scale_attn_weights": true,
        "scale_attn_by_inverse_layer_idx": false,
        "tie_word_embeddings": true,
        "attn_pdrop": 0.0,
        "embd_pdrop": 0.0,
        "resid_pdrop": 0.0,
        "bos_token_id": bos,
        "eos_token_id": bos,
        "dtype": "float16",
    });
    format!("{config:#}\n")
}

/// `tokenizer_config.json`, which says that BOS is the vocabulary's first token.
pub fn tokenizer_config_json() -> String {
    let bos = "<|endoftext|>";
    let config = serde_json::json!({
        "tokenizer_class": "GPT2Tokenizer",
        "bos_token": bos,
        "eos_token": bos,
        "unk_token": bos,
        "add_prefix_space": false,
        "model_max_length": CONTEXT,
        "added_tokens_decoder": {
            "0": {"content": bos, "lstrip": false, "normalized": false, "rstrip": false, "single_word": false, "special": true},
        },
    });
    format!("{config:#}\n")
}
