//! Files of weights, cut anywhere, and what a model of them answers.

use std::sync::Arc;

use logitscope::Result;
use logitscope::attribution::{Form, Position, Question, explain};
use logitscope::gpt2::{Checkpoint, Folder, Gpt2};

use crate::files::{chunks, split};
use crate::model;

/// A byte for the settings, one for the length of the chunks, and a file of safetensors.
pub fn safetensors(data: &[u8]) {
    weights(data, "model.safetensors");
}

/// The same with a file of `torch.save`'s.
pub fn torch(data: &[u8]) {
    weights(data, "pytorch_model.bin");
}

fn weights(data: &[u8], name: &str) {
    let [settings, size, file @ ..] = data else { return };
    let mut config = model::smallest();
    config.tie_word_embeddings = settings & 1 == 0;
    let length = (settings & 2 == 0).then_some(file.len() as u64);
    let mut checkpoint = Checkpoint::with_file(config, name).unwrap();
    if feed(&mut checkpoint, name, file, length, *size).is_err() {
        // What is forgotten can be begun anew.
        checkpoint.begin(name, None).unwrap();
        assert!(checkpoint.end().is_err());
        return;
    }
    checkpoint.notices();
    if let Ok(model) = checkpoint.finish() {
        ask(&Arc::new(model));
    }
}

fn feed(checkpoint: &mut Checkpoint, name: &str, file: &[u8], length: Option<u64>, size: u8) -> Result<()> {
    checkpoint.begin(name, length)?;
    for chunk in chunks(file, size) {
        checkpoint.push(chunk)?;
    }
    checkpoint.end()
}

/// A model's folder, its files one after the other, each after a line `=== NAME`: all that are wanted, and the weights with their index.
pub fn folder(data: &[u8]) {
    let _ = open(data);
}

fn open(data: &[u8]) -> Result<()> {
    let files = split(data);
    let mut folder = Folder::new(None)?;
    loop {
        let wanted = folder.wanted();
        if wanted.is_empty() {
            break;
        }
        for name in wanted {
            folder.give(name, files.get(name).map(|file| file.to_vec()))?;
        }
    }
    let Some(&name) = folder.weights().iter().find(|name| files.contains_key(**name)) else {
        return Ok(());
    };
    let index = name.ends_with(".index.json").then_some(files[name]);
    let mut checkpoint = folder.checkpoint(name, index)?;
    for name in checkpoint.files() {
        let file = files.get(name.as_str()).copied().unwrap_or_default();
        feed(&mut checkpoint, &name, file, Some(file.len() as u64), 0)?;
    }
    let language_model = folder.finish(checkpoint)?;
    if language_model.gpt2.config().weight_bytes() < 1 << 20 {
        ask(&language_model.gpt2);
    }
    let _ = language_model.bos();
    let _ = language_model.tokens("a b", true);
    let _ = language_model.single_token("a");
    Ok(())
}

/// Whether what a model answers adds up.
fn ask(model: &Arc<Gpt2>) {
    let config = model.config();
    let tokens: Vec<u32> = (0..config.n_positions.min(3))
        .map(|i| (i % config.vocab_size) as u32)
        .collect();
    let Ok(run) = model.run(&tokens) else { return };
    let question = Question::new(0).after(Position::All);
    for form in Form::ALL {
        if let Ok(explanation) = explain(&run, &question, form) {
            model::check(&explanation, &question);
        }
    }
}
