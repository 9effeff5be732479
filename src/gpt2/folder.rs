//! Reads a model's folder from a disk.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::{Checkpoint, Gpt2Config, LanguageModel, Tokenizer};
use crate::{Error, Result};

const CHUNK: usize = 1 << 20;

/// Reads the weights from `model.safetensors` or its shards, unless another file is named.
pub(super) fn open(dir: &Path, weights: Option<&str>) -> Result<LanguageModel> {
    let config = match read(dir, "config.json")? {
        Some(json) => Gpt2Config::from_json(&text(json, "config.json")?)?,
        None => return Err(missing(dir, "config.json")),
    };
    // Before the weights, which take longer.
    let tokenizer = match cfg!(feature = "tokenizers") {
        true => read(dir, "tokenizer.json")?,
        false => None,
    };
    let tokenizer = tokenizer.map(|json| Tokenizer::from_json(&json)).transpose()?;
    let index = "model.safetensors.index.json";
    let mut checkpoint = match weights {
        Some(file) => Checkpoint::with_file(config, file)?,
        None if dir.join("model.safetensors").exists() => Checkpoint::new(config)?,
        None => match read(dir, index)? {
            Some(json) => Checkpoint::with_index(config, &text(json, index)?)?,
            None => Checkpoint::new(config)?,
        },
    };
    for file in checkpoint.files() {
        feed(&mut checkpoint, dir, &file)?;
    }
    LanguageModel::new(checkpoint.finish()?, tokenizer)
}

fn feed(checkpoint: &mut Checkpoint, dir: &Path, name: &str) -> Result<()> {
    let failed = |e: std::io::Error| match e.kind() {
        ErrorKind::NotFound => missing(dir, name),
        _ => unreadable(name, &e),
    };
    let mut file = File::open(dir.join(name)).map_err(failed)?;
    checkpoint.begin(name, Some(file.metadata().map_err(failed)?.len()))?;
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk).map_err(failed)? {
            0 => return checkpoint.end(),
            n => checkpoint.push(&chunk[..n])?,
        }
    }
}

fn read(dir: &Path, name: &str) -> Result<Option<Vec<u8>>> {
    match fs::read(dir.join(name)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(unreadable(name, &e)),
    }
}

fn text(bytes: Vec<u8>, name: &str) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| Error::Checkpoint {
        file: name.into(),
        message: "is not UTF-8 text".into(),
    })
}

fn unreadable(name: &str, e: &std::io::Error) -> Error {
    Error::Checkpoint {
        file: name.into(),
        message: format!("cannot be read: {e}"),
    }
}

fn missing(dir: &Path, name: &str) -> Error {
    let mut message = format!("is not in {}", dir.display());
    if !dir.is_dir() {
        message += ", which is not a folder";
    } else if dir.join("pytorch_model.bin").exists() {
        message += ", only PyTorch's pytorch_model.bin; save the model with safe_serialization=True";
    } else {
        message += "; a model's folder holds config.json, model.safetensors and tokenizer.json";
    }
    Error::Checkpoint {
        file: name.into(),
        message,
    }
}
