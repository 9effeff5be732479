//! Trains the bundled model from nothing:
//! `RAYON_NUM_THREADS=1 MIMALLOC_PURGE_DELAY=-1 cargo run --release --example train_bundled`.
//!
//! Writes its sentences itself (see `corpus`), trains a byte-level BPE on them, then the model, with the code that
//! serves it. Every so many steps it prints loss and held-out accuracy, and keeps all that it needs to go on: a training
//! that was killed ends, when started again, with the very weights of one that was not. `evaluate_bundled` measures the result.
//!
//! The two variables are for speed: this program has its own threads, so that those of candle only get in the way; and
//! memory that is freed is used again at once, so that to give it back to the system and clear it anew costs time.

mod corpus;
mod evaluation;
mod training;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail};
use clap::Parser;
use logitscope::gpt2::{Gpt2Config, Tokenizer};
use serde::{Deserialize, Serialize};

use corpus::{Task, random};
use evaluation::Score;
use training::{Options, Training, config_json, tokenizer_config_json, train_tokenizer};

/// Most of training goes through large, short-lived buffers.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Held-out sentences a task, and sequences for the loss, in each test.
const TESTED: usize = 200;
const STREAM_OF_TESTS: u64 = u64::MAX - 2;

#[derive(Parser)]
struct Args {
    /// Where the model's files go.
    #[arg(long, default_value = "www/public/models/bundled")]
    out: PathBuf,
    /// What a killed training goes on from.
    #[arg(long, default_value = "target/bundled.safetensors")]
    state: PathBuf,
    #[command(flatten)]
    options: Options,
    /// Steps between two tests.
    #[arg(long, default_value_t = 200)]
    test_every: u64,
    /// Steps whose weights are kept beside the last ones; multiples of --test-every.
    #[arg(long, value_delimiter = ',', default_value = "0,800,1200,1400,1600,2000,3000")]
    keep: Vec<u64>,
}

/// `training.json`: how the training went.
#[derive(Default, Serialize, Deserialize)]
struct Record {
    tasks: Vec<String>,
    tests: Vec<Test>,
}

#[derive(Serialize, Deserialize)]
struct Test {
    step: u64,
    /// Mean negative log-likelihood of held-out sentences, in nats a token, answers counted as in training.
    loss: f64,
    /// One for each of the tasks, on held-out sentences.
    accuracy: Vec<f64>,
    /// The file that holds the weights of this step, where it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weights: Option<String>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    if let Some(step) = args.keep.iter().find(|step| !step.is_multiple_of(args.test_every)) {
        bail!("--keep {step} is not a multiple of --test-every {}", args.test_every);
    }
    fs::create_dir_all(&args.out)?;

    let (tokenizer, vocab_size) = train_tokenizer()?;
    let config = config_json(vocab_size);
    fs::write(args.out.join("tokenizer.json"), &tokenizer)?;
    fs::write(args.out.join("tokenizer_config.json"), tokenizer_config_json())?;
    fs::write(args.out.join("config.json"), &config)?;
    let config = Gpt2Config::from_json(&config)?;
    let tokenizer = Tokenizer::from_json(tokenizer.as_bytes())?;
    println!("{} parameters, vocabulary of {vocab_size}", config.weight_bytes() / 4);

    let mut training = Training::new(&config, tokenizer, args.options.clone())?;
    let mut record = Record {
        tasks: Task::ALL.map(|task| task.name().to_owned()).to_vec(),
        tests: Vec::new(),
    };
    let record_file = args.out.join("training.json");
    if args.state.exists() {
        training.resume(&args.state)?;
        record = serde_json::from_slice(&fs::read(&record_file)?)?;
        record.tests.retain(|test| test.step <= training.step());
        println!("goes on from step {}", training.step());
    } else {
        record.tests.push(test(&training, &args)?);
    }

    let (started, first) = (Instant::now(), training.step());
    let mut loss = 0.0;
    while training.step() < args.options.steps {
        loss += training.advance()?;
        let step = training.step();
        if step.is_multiple_of(50) {
            let seconds = started.elapsed().as_secs_f64();
            let speed = (step - first) as f64 / seconds;
            let loss = std::mem::take(&mut loss) / 50.0;
            println!("step {step:5}  loss {loss:.4}  {seconds:5.0} s  {speed:.2} steps/s");
        }
        if step.is_multiple_of(args.test_every) || step == args.options.steps {
            record.tests.push(test(&training, &args)?);
            write(&record_file, &record)?;
            training.save(&args.state)?;
        }
    }
    Ok(())
}

/// Measures what the model can do so far, and keeps its weights if they were asked for.
fn test(training: &Training, args: &Args) -> Result<Test> {
    let step = training.step();
    let random = || random(args.options.seed, STREAM_OF_TESTS);
    let loss = training.held_out_loss(TESTED, &mut random())?;
    println!("step {step:5}, held out: loss {loss:.4}");
    let mut accuracy = Vec::new();
    for task in Task::ALL {
        let score = Score::measure(&training.model()?, task, TESTED, &mut random())?;
        println!("  {:28} {score}", task.name());
        accuracy.push(round(score.accuracy));
    }
    let weights = match step {
        _ if step == args.options.steps => Some("model.safetensors".to_owned()),
        _ if args.keep.contains(&step) => Some(format!("model.step-{step}.safetensors")),
        _ => None,
    };
    if let Some(file) = &weights {
        training.publish(&args.out.join(file))?;
    }
    Ok(Test {
        step,
        loss: round(loss),
        accuracy,
        weights,
    })
}

fn round(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
}

/// One test a line: short, and easy to compare.
fn write(path: &Path, record: &Record) -> Result<()> {
    let tests = record.tests.iter().map(serde_json::to_string);
    let tests = tests.collect::<Result<Vec<_>, _>>()?.join(",\n    ");
    let tasks = serde_json::to_string(&record.tasks)?;
    let text = format!("{{\n  \"tasks\": {tasks},\n  \"tests\": [\n    {tests}\n  ]\n}}\n");
    let partial = path.with_extension("partial");
    fs::write(&partial, text)?;
    fs::rename(partial, path)?;
    Ok(())
}
