//! Random small models of every shape and setting, and prompts.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use logitscope::attribution::{Explanation, Form, Position, Question, explain};
use logitscope::gpt2::{Activation, Gpt2, Gpt2Config, Run};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Reference;

/// A model, a prompt and what is asked of it.
#[derive(Debug, Clone)]
pub struct Case {
    pub config: Gpt2Config,
    pub seed: u64,
    pub tokens: Vec<u32>,
    pub answer: u32,
    pub incorrect: Option<u32>,
}

impl Case {
    pub fn question(&self, position: Position) -> Question {
        Question::new(self.answer).rather_than(self.incorrect).after(position)
    }

    pub fn explain(&self, run: &Run, form: Form, position: Position) -> Explanation {
        explain(run, &self.question(position), form).unwrap()
    }
}

fn configs(layers: RangeInclusive<usize>) -> impl Strategy<Value = Gpt2Config> {
    let activation = prop_oneof![
        Just(Activation::GeluTanh),
        Just(Activation::Gelu),
        Just(Activation::QuickGelu),
        Just(Activation::Relu),
        Just(Activation::Silu),
        Just(Activation::Tanh),
    ];
    let d_head = prop_oneof![2..=6usize, 15..=21usize];
    let sizes = (layers, 1..=4usize, d_head, 1..=40usize, 3..=40usize, 1..=14usize);
    (sizes, -6.0..-2.0, activation, any::<[bool; 3]>()).prop_map(
        |((n_layer, n_head, d_head, n_inner, vocab_size, n_positions), eps, activation_function, flags)| {
            let mut config = Gpt2Config::default();
            config.n_embd = n_head * d_head;
            config.n_layer = n_layer;
            config.n_head = n_head;
            config.n_positions = n_positions;
            config.n_inner = n_inner;
            config.vocab_size = vocab_size;
            config.layer_norm_epsilon = 10f64.powf(eps);
            config.activation_function = activation_function;
            config.scale_attn_weights = flags[0];
            config.scale_attn_by_inverse_layer_idx = flags[1];
            config.tie_word_embeddings = flags[2];
            config.bos_token_id = None;
            config
        },
    )
}

/// Models of so many layers.
pub fn cases(layers: RangeInclusive<usize>) -> impl Strategy<Value = Case> {
    configs(layers).prop_flat_map(|config| {
        let id = 0..config.vocab_size as u32;
        let tokens = proptest::collection::vec(id.clone(), 1..=config.n_positions);
        let incorrect = proptest::option::of(id.clone());
        (Just(config), any::<u64>(), tokens, id, incorrect).prop_map(|(config, seed, tokens, answer, incorrect)| Case {
            config,
            seed,
            tokens,
            answer,
            incorrect: incorrect.filter(|&token| token != answer),
        })
    })
}

/// The same random weights twice: on candle, matrices in a float format, and for the float64 reference.
pub fn models(config: &Gpt2Config, seed: u64, format: DType) -> (Arc<Gpt2>, Reference) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut weights = HashMap::new();
    let model = Gpt2::new(config, |name, shape| {
        let middle = if name.contains("ln_") && name.ends_with("weight") {
            1.0
        } else {
            0.0
        };
        // Wider models with smaller weights: else their scores are so large that softmax turns rounding into anything.
        let largest = 0.7 * (24.0 / config.n_embd as f32).sqrt().min(1.0);
        let values: Vec<f32> = (0..shape.iter().product())
            .map(|_| middle + rng.random_range(-largest..largest))
            .collect();
        let format = if shape.len() == 2 { format } else { DType::F32 };
        let values = Tensor::from_vec(values, shape, &Device::Cpu)?.to_dtype(format)?;
        let rounded: Vec<f32> = values.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
        let rows = rounded
            .chunks(*shape.last().unwrap())
            .map(|row| row.iter().map(|&x| f64::from(x)).collect())
            .collect();
        weights.insert(name.to_string(), rows);
        Ok(values)
    });
    let reference = Reference {
        config: config.clone(),
        weights,
    };
    (Arc::new(model.unwrap()), reference)
}

/// Equal up to float32's rounding in a forward pass.
pub fn close(ours: f64, theirs: f64, tolerance: f64) -> bool {
    (ours - theirs).abs() <= tolerance * theirs.abs().max(1.0)
}
