//! Writes a checkpoint of random weights, of GPT-2 small's shape if not told otherwise: what load tests and benchmarks
//! read where the real one cannot be downloaded.
//!
//!     cargo run --release --example random_checkpoint -- /tmp/random --tokenizer tests/data/gpt2-tokenizer/tokenizer.json

mod torch_save;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use half::{bf16, f16};
use logitscope::gpt2::Gpt2Config;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};

/// Writes config.json and model.safetensors, or pytorch_model.bin, with random weights.
#[derive(Parser)]
struct Args {
    /// The folder to write to; made if it is not there.
    dir: PathBuf,
    #[arg(long, default_value_t = 768)]
    n_embd: usize,
    #[arg(long, default_value_t = 12)]
    n_layer: usize,
    #[arg(long, default_value_t = 12)]
    n_head: usize,
    #[arg(long, default_value_t = 1024)]
    n_positions: usize,
    #[arg(long, default_value_t = 50257)]
    vocab_size: usize,
    /// How the weights are stored.
    #[arg(long, value_enum, default_value_t = Stored::F32)]
    dtype: Stored,
    /// The format of the file.
    #[arg(long, value_enum, default_value_t = Format::Safetensors)]
    format: Format,
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// A tokenizer.json to copy beside the weights.
    #[arg(long)]
    tokenizer: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Stored {
    F32,
    F16,
    Bf16,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    Safetensors,
    Pytorch,
}

impl Stored {
    fn storage(self) -> &'static str {
        match self {
            Stored::F32 => "FloatStorage",
            Stored::F16 => "HalfStorage",
            Stored::Bf16 => "BFloat16Storage",
        }
    }

    fn dtype(self) -> Dtype {
        match self {
            Stored::F32 => Dtype::F32,
            Stored::F16 => Dtype::F16,
            Stored::Bf16 => Dtype::BF16,
        }
    }

    fn write(self, x: f32, to: &mut (impl Write + ?Sized)) -> std::io::Result<()> {
        match self {
            Stored::F32 => to.write_all(&x.to_le_bytes()),
            Stored::F16 => to.write_all(&f16::from_f32(x).to_le_bytes()),
            Stored::Bf16 => to.write_all(&bf16::from_f32(x).to_le_bytes()),
        }
    }
}

fn main() -> Result<()> {
    let args = Args::parse();
    let mut config = Gpt2Config::default();
    config.n_embd = args.n_embd;
    config.n_layer = args.n_layer;
    config.n_head = args.n_head;
    config.n_positions = args.n_positions;
    config.n_inner = args.n_embd.saturating_mul(4);
    config.vocab_size = args.vocab_size;
    config.bos_token_id = u32::try_from(args.vocab_size).ok().map(|n| n.saturating_sub(1));
    config.validate()?;
    let json = serde_json::to_string_pretty(&config)?;
    fs::create_dir_all(&args.dir).with_context(|| format!("cannot make {}", args.dir.display()))?;
    fs::write(args.dir.join("config.json"), json)?;
    if let Some(tokenizer) = &args.tokenizer {
        fs::copy(tokenizer, args.dir.join("tokenizer.json"))
            .with_context(|| format!("cannot copy {}", tokenizer.display()))?;
    }

    let file = match args.format {
        Format::Safetensors => "model.safetensors",
        Format::Pytorch => "pytorch_model.bin",
    };
    let path = args.dir.join(file);
    let mut file = BufWriter::new(File::create(&path)?);
    let mut rng = ChaCha8Rng::seed_from_u64(args.seed);
    let mut write = |name: &str, shape: &[usize], file: &mut dyn Write| {
        // About as large as GPT-2's own; no bias or LayerNorm without an effect.
        let (mean, spread) = match name.contains("ln_") {
            true if name.ends_with("weight") => (1.0, 0.2),
            true => (0.0, 0.2),
            false => (0.0, 0.06),
        };
        (0..shape.iter().product()).try_for_each(|_| args.dtype.write(mean + rng.random_range(-spread..spread), file))
    };
    match args.format {
        Format::Safetensors => {
            file.write_all(&header(&config, args.dtype.dtype())?)?;
            for (name, shape) in config.weights() {
                write(&name, &shape, &mut file)?;
            }
        }
        Format::Pytorch => {
            let storage = args.dtype.storage();
            let tensor = |(name, shape)| torch_save::Tensor {
                name: format!("transformer.{name}"),
                storage,
                shape,
            };
            let tensors: Vec<_> = config.weights().map(tensor).collect();
            torch_save::torch_save(&mut file, &tensors, |tensor, file| {
                write(&tensor.name, &tensor.shape, file)
            })?;
        }
    }
    file.flush()?;
    println!("{}: {} bytes", path.display(), fs::metadata(&path)?.len());
    Ok(())
}

/// A safetensors file up to its first tensor.
fn header(config: &Gpt2Config, dtype: Dtype) -> Result<Vec<u8>> {
    let mut at = 0;
    let tensors = config.weights().map(|(name, shape)| {
        let start = at;
        at += shape.iter().product::<usize>() * dtype.bitsize() / 8;
        let info = TensorInfo {
            dtype,
            shape,
            data_offsets: (start, at),
        };
        (format!("transformer.{name}"), info)
    });
    let header = Metadata::new(Some([("format".into(), "pt".into())].into()), tensors.collect())?;
    let mut header = serde_json::to_vec(&header)?;
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok([&(header.len() as u64).to_le_bytes()[..], &header].concat())
}
