//! The training program's parts: what a killed training goes on with.

#[path = "../examples/corpus/mod.rs"]
mod corpus;
#[path = "../examples/training/mod.rs"]
mod training;

use std::fs;
use std::path::Path;

use candle_core::{Device, Tensor};
use logitscope::gpt2::{Gpt2Config, Tokenizer};

use corpus::random;
use training::{Options, Training, config_json, tokenizer_config_json, train_tokenizer};

fn options() -> Options {
    Options {
        seed: 1,
        steps: 24,
        batch: 4,
        learning_rate: 3e-3,
    }
}

/// The bundled model's training, of a smaller model.
fn training(options: Options) -> Training {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public/models/bundled");
    let tokenizer = Tokenizer::from_json(&fs::read(folder.join("tokenizer.json")).unwrap()).unwrap();
    let bundled = Gpt2Config::from_json(&fs::read_to_string(folder.join("config.json")).unwrap()).unwrap();
    let json = config_json(bundled.vocab_size)
        .replace(r#""n_embd": 128"#, r#""n_embd": 32"#)
        .replace(r#""n_layer": 4"#, r#""n_layer": 2"#);
    Training::new(&Gpt2Config::from_json(&json).unwrap(), tokenizer, options).unwrap()
}

#[test]
fn a_killed_training_ends_with_the_weights_of_one_that_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let (state, whole, resumed) = (
        folder.path().join("state"),
        folder.path().join("whole"),
        folder.path().join("resumed"),
    );
    let mut first = training(options());
    let before = first.held_out_loss(8, &mut random(2, 0)).unwrap();
    while first.step() < 24 {
        if first.step() == 9 {
            first.save(&state).unwrap();
        }
        first.advance().unwrap();
    }
    first.publish(&whole).unwrap();
    let after = first.held_out_loss(8, &mut random(2, 0)).unwrap();
    assert!(after < before - 0.5, "the loss went from {before} to {after}");

    let mut second = training(options());
    second.resume(&state).unwrap();
    assert_eq!(second.step(), 9);
    while second.step() < 24 {
        second.advance().unwrap();
    }
    second.publish(&resumed).unwrap();
    assert!(fs::read(whole).unwrap() == fs::read(resumed).unwrap());
}

/// What is trained and what is published are two forward passes.
#[test]
fn the_network_that_learns_is_the_model_that_is_published() {
    let mut training = training(options());
    for _ in 0..3 {
        training.advance().unwrap();
    }
    let tokens = [[0_u32, 17, 4, 99, 4, 250, 31], [5, 6, 7, 8, 7, 6, 5]];
    let expected = training.logits(&Tensor::new(&tokens, &Device::Cpu).unwrap()).unwrap();
    let model = training.model().unwrap().gpt2;
    for (tokens, expected) in tokens.iter().zip(expected.to_vec3::<f32>().unwrap()) {
        let run = model.run(tokens).unwrap();
        for (position, expected) in expected.iter().enumerate() {
            let mean = expected.iter().sum::<f32>() / expected.len() as f32;
            let logits = run.logits(position).unwrap();
            for (ours, theirs) in logits.iter().zip(expected) {
                assert!((ours - (theirs - mean)).abs() < 1e-4, "{ours} is not {}", theirs - mean);
            }
        }
    }
}

/// The committed tokenizer, and with it every token id of the weights, is what the corpus gives today.
#[test]
fn the_vocabulary_is_that_of_the_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public/models/bundled");
    let (tokenizer, vocab_size) = train_tokenizer().unwrap();
    let committed = |name| fs::read_to_string(folder.join(name)).unwrap();
    assert!(tokenizer == committed("tokenizer.json"));
    assert_eq!(config_json(vocab_size), committed("config.json"));
    assert_eq!(tokenizer_config_json(), committed("tokenizer_config.json"));
}

#[test]
fn a_training_with_other_options_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    training(options()).save(&state).unwrap();
    let other = Options { seed: 2, ..options() };
    let error = training(other).resume(&state).unwrap_err().to_string();
    assert!(
        error.contains("is of another training") && error.contains("seed: 1"),
        "{error}"
    );
}
