//! Trains the bundled model from nothing:
//! `RAYON_NUM_THREADS=1 MIMALLOC_PURGE_DELAY=-1 cargo run --release --example train_bundled`.
//!
//! Writes its sentences itself (see `corpus`), trains a byte-level BPE on them, then the model, with the code that
//! serves it. Prints loss and held-out accuracy. A training that was killed goes on from its last checkpoint, which
//! holds the weights and the step; AdamW's moments start anew, behind a short warm-up. `evaluate_bundled` measures the
//! result.
//!
//! The two variables are for speed: this program has its own threads, so that those of candle only get in the way; and
//! memory that is freed is used again at once, so that to give it back to the system and clear it anew costs a fifth of
//! the time.

mod corpus;
mod evaluation;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use candle_core::{DType, Device, Tensor, Var};
use candle_nn::optim::{AdamW, Optimizer, ParamsAdamW};
use clap::Parser;
use logitscope::gpt2::{Gpt2, Gpt2Config, LanguageModel, Tokenizer};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, NormalizerWrapper, TokenizerBuilder, TokenizerImpl};

use corpus::{Sentence, Split, Task, random};
use evaluation::Score;

/// Most of training goes through large, short-lived buffers.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BOS: &str = "<|endoftext|>";
const CONTEXT: usize = 64;
/// One sequence in so many begins without BOS, so that the model can do without.
const WITHOUT_BOS: u32 = 8;
/// How much more the loss counts an answer than any other token.
const ANSWER_WEIGHT: f32 = 4.0;
/// Threads that each take a part of the batch. The parts' gradients are added up in order, so results do not depend on timing.
const THREADS: usize = 2;

/// Streams of random numbers that no training step uses.
const STREAM_OF_VOCABULARY: u64 = u64::MAX;
const STREAM_OF_WEIGHTS: u64 = u64::MAX - 1;
const STREAM_OF_TESTS: u64 = u64::MAX - 2;

#[derive(Parser)]
struct Args {
    /// Where the model's files go.
    #[arg(long, default_value = "www/public/models/bundled")]
    out: PathBuf,
    /// Where checkpoints are kept, and looked for.
    #[arg(long, default_value = "target/bundled")]
    checkpoints: PathBuf,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = 4000)]
    steps: u64,
    /// Sequences a step.
    #[arg(long, default_value_t = 16)]
    batch: usize,
    #[arg(long, default_value_t = 1.5e-3)]
    learning_rate: f64,
    /// Steps between two tests, each followed by a checkpoint.
    #[arg(long, default_value_t = 200)]
    test_every: u64,
}

type ByteLevelBpe = TokenizerImpl<BPE, NormalizerWrapper, ByteLevel, ByteLevel, ByteLevel>;

fn main() -> Result<()> {
    let args = Args::parse();
    fs::create_dir_all(&args.out)?;
    fs::create_dir_all(&args.checkpoints)?;

    let tokenizer = train_tokenizer(args.seed)?;
    let vocab_size = tokenizer.get_vocab_size(true);
    let bos = tokenizer.token_to_id(BOS).context("BOS has an id")?;
    let tokenizer = tokenizer.to_string(false).map_err(|e| anyhow!(e))?;
    fs::write(args.out.join("tokenizer.json"), &tokenizer)?;
    let tokenizer = Tokenizer::from_json(tokenizer.as_bytes())?;
    let config = config_json(vocab_size, bos);
    fs::write(args.out.join("config.json"), &config)?;
    let config = Gpt2Config::from_json(&config)?;

    let mut rng = random(args.seed, STREAM_OF_WEIGHTS);
    let mut weights = Vec::new();
    let model = Gpt2::new(&config, |name, shape| {
        let var = initial_weight(name, shape, &config, &mut rng)?;
        let tensor = var.as_tensor().clone();
        weights.push((name.to_owned(), var));
        Ok(tensor)
    })?;
    let size: usize = weights.iter().map(|(_, var)| var.elem_count()).sum();
    println!("{size} parameters, vocabulary of {}", config.vocab_size);

    let model = LanguageModel::new(model, Some(tokenizer.clone()))?;
    let begin = resume(&args.checkpoints, &weights)?;
    let mut optimizer = AdamW::new(
        weights.iter().map(|(_, var)| var.clone()).collect(),
        ParamsAdamW::default(),
    )?;
    let started = Instant::now();
    let mut loss_sum = 0.0;
    for step in begin..args.steps {
        optimizer.set_learning_rate(args.learning_rate * schedule(step, begin, args.steps));
        let mut rng = random(args.seed, step);
        let sequences = (0..args.batch)
            .map(|_| Sequence::new(&tokenizer, bos, &mut rng))
            .collect::<Result<Vec<_>>>()?;
        loss_sum += train_step(&model.gpt2, &weights, &mut optimizer, &sequences)?;

        let done = step + 1;
        if done.is_multiple_of(50) {
            let seconds = started.elapsed().as_secs_f64();
            let speed = (done - begin) as f64 / seconds;
            println!(
                "step {done:5}  loss {:.4}  {seconds:5.0} s  {speed:.2} steps/s",
                loss_sum / 50.0
            );
            loss_sum = 0.0;
        }
        if done.is_multiple_of(args.test_every) || done == args.steps {
            for task in Task::ALL {
                let score = Score::measure(&model, task, 128, &mut random(args.seed, STREAM_OF_TESTS))?;
                println!("  {:32} {score}", task.name());
            }
            save(
                &args.checkpoints.join(format!("step-{done:06}.safetensors")),
                &weights,
                DType::F32,
            )?;
        }
    }
    save(&args.out.join("model.safetensors"), &weights, DType::F16)?;
    Ok(())
}

/// Byte-level BPE as GPT-2's, trained until every word of the corpus is one token.
fn train_tokenizer(seed: u64) -> Result<ByteLevelBpe> {
    let mut rng = random(seed, STREAM_OF_VOCABULARY);
    let text = (0..40_000).flat_map(|i| {
        let split = if i % 4 == 0 { Split::HeldOut } else { Split::Train };
        let text = Sentence::any(split, &mut rng).text();
        // Once as the beginning of a sequence, once within it.
        let within = format!(" {text}");
        [text, within]
    });
    let byte_level = ByteLevel::new(false, true, true);
    let mut tokenizer = TokenizerBuilder::new()
        .with_model(BPE::default())
        .with_normalizer(None::<NormalizerWrapper>)
        .with_pre_tokenizer(Some(byte_level))
        .with_post_processor(Some(byte_level))
        .with_decoder(Some(byte_level))
        .build()
        .map_err(|e| anyhow!(e))?;
    let mut trainer = BpeTrainer::builder()
        .show_progress(false)
        .vocab_size(4096)
        .min_frequency(1)
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .special_tokens(vec![AddedToken::from(BOS, true)])
        .build();
    tokenizer.train(&mut trainer, text).map_err(|e| anyhow!(e))?;
    Ok(tokenizer)
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

/// Share of the learning rate: a warm-up, also after resuming, then all of it, and in the last fifth down to nothing.
/// A training that is cut short with fewer `--steps` thus goes on as if it had been meant so.
fn schedule(step: u64, begin: u64, steps: u64) -> f64 {
    let warm_up = ((step - begin + 1) as f64 / 100.0).min(1.0);
    let left = (steps - step) as f64 / steps as f64;
    warm_up * (left / 0.2).min(1.0)
}

/// Several sentences in a row, so that the model has to look at its own, cut to length.
struct Sequence {
    /// One more than the context: each is the target of the one before.
    tokens: Vec<u32>,
    /// What the loss counts each as.
    weights: Vec<f32>,
}

impl Sequence {
    fn new(tokenizer: &Tokenizer, bos: u32, rng: &mut ChaCha8Rng) -> Result<Self> {
        let mut sequence = Self {
            tokens: Vec::new(),
            weights: Vec::new(),
        };
        if !rng.random_ratio(1, WITHOUT_BOS) {
            sequence.push(vec![bos], 0.0);
        }
        while sequence.tokens.len() <= CONTEXT {
            let sentence = Sentence::any(Split::Train, rng);
            let is_first = sequence.tokens.len() <= 1;
            let space = if is_first { "" } else { " " };
            // Random words cannot be foreseen.
            let weight = if sentence.task == Task::Induction { 0.0 } else { 1.0 };
            sequence.push(tokenizer.encode(&format!("{space}{}", sentence.prompt))?, weight);
            sequence.push(tokenizer.encode(&sentence.answer)?, ANSWER_WEIGHT);
            sequence.push(tokenizer.encode(&sentence.rest)?, 1.0);
        }
        sequence.tokens.truncate(CONTEXT + 1);
        sequence.weights.truncate(CONTEXT + 1);
        Ok(sequence)
    }

    fn push(&mut self, tokens: Vec<u32>, weight: f32) {
        self.weights.extend(vec![weight; tokens.len()]);
        self.tokens.extend(tokens);
    }
}

/// Moves the weights one step and returns the loss before it.
fn train_step(model: &Gpt2, weights: &[(String, Var)], optimizer: &mut AdamW, sequences: &[Sequence]) -> Result<f64> {
    let total: f32 = sequences.iter().flat_map(|s| &s.weights[1..]).sum();
    let parts = std::thread::scope(|scope| {
        let threads: Vec<_> = sequences
            .chunks(sequences.len().div_ceil(THREADS))
            .map(|part| {
                scope.spawn(move || {
                    let loss = loss(model, part, total)?;
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
    // Gradients longer than 1 are cut to 1: one odd batch must not undo many good ones.
    let mut square = 0.0;
    for (_, var) in weights {
        if let Some(gradient) = gradients.get(var) {
            square += f64::from(gradient.sqr()?.sum_all()?.to_scalar::<f32>()?);
        }
    }
    let scale = 1.0 / square.sqrt().max(1.0);
    for (_, var) in weights {
        if let Some(gradient) = gradients.remove(var) {
            gradients.insert(var, (gradient * scale)?);
        }
    }
    optimizer.step(&gradients)?;
    Ok(loss)
}

/// The part of these sequences in the batch's mean negative log-likelihood, whose weights sum to `total`.
fn loss(model: &Gpt2, sequences: &[Sequence], total: f32) -> Result<Tensor> {
    let device = &Device::Cpu;
    let ids: Vec<u32> = sequences.iter().flat_map(|s| s.tokens[..CONTEXT].to_vec()).collect();
    let targets: Vec<u32> = sequences.iter().flat_map(|s| s.tokens[1..].to_vec()).collect();
    let weights: Vec<f32> = sequences
        .iter()
        .flat_map(|s| &s.weights[1..])
        .map(|w| w / total)
        .collect();
    let n = targets.len();
    let logits = model
        .batch_logits(&Tensor::from_vec(ids, (sequences.len(), CONTEXT), device)?)?
        .reshape((n, model.config().vocab_size))?;
    let log_probabilities = candle_nn::ops::log_softmax(&logits, 1)?
        .gather(&Tensor::from_vec(targets, (n, 1), device)?, 1)?
        .flatten_all()?;
    Ok((log_probabilities * Tensor::from_vec(weights, n, device)?)?
        .sum_all()?
        .neg()?)
}

/// Loads the newest checkpoint, if there is one, and returns its step.
fn resume(folder: &Path, weights: &[(String, Var)]) -> Result<u64> {
    let newest = fs::read_dir(folder)?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let step = path
                .file_name()?
                .to_str()?
                .strip_prefix("step-")?
                .strip_suffix(".safetensors")?;
            Some((step.parse::<u64>().ok()?, path))
        })
        .max();
    let Some((step, path)) = newest else {
        return Ok(0);
    };
    let tensors = candle_core::safetensors::load(&path, &Device::Cpu)?;
    for (name, var) in weights {
        let name = format!("transformer.{name}");
        let tensor = tensors.get(&name);
        var.set(tensor.with_context(|| format!("{}: {name} is missing", path.display()))?)?;
    }
    println!("goes on from {}", path.display());
    Ok(step)
}

/// Writes the weights under the names that Hugging Face gives them. A file is either whole or not there.
fn save(path: &Path, weights: &[(String, Var)], dtype: DType) -> Result<()> {
    let tensors = weights
        .iter()
        .map(|(name, var)| Ok((format!("transformer.{name}"), var.as_tensor().to_dtype(dtype)?)))
        .collect::<Result<Vec<(String, Tensor)>>>()?;
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    let partial = path.with_extension("partial");
    safetensors::serialize_to_file(tensors, Some(metadata), &partial)?;
    fs::rename(partial, path)?;
    Ok(())
}

/// `config.json` as Hugging Face writes it.
fn config_json(vocab_size: usize, bos: u32) -> String {
    let config = serde_json::json!({
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "n_layer": 4,
        "n_head": 8,
        "n_embd": 128,
        "n_inner": 512,
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
