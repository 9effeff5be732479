//! Small models, and the promise that each answer is held to.

use logitscope::Result;
use logitscope::attribution::{Explanation, Question};
use logitscope::candle_core::{DType, Device, Tensor};
use logitscope::gpt2::{Gpt2, Gpt2Config};

use crate::Random;

/// A configuration of which files of weights are a kilobyte.
pub fn smallest() -> Gpt2Config {
    let mut config = Gpt2Config::default();
    (config.n_layer, config.n_head, config.n_embd, config.n_inner) = (1, 2, 4, 5);
    (config.n_positions, config.vocab_size) = (3, 6);
    config.bos_token_id = None;
    config
}

/// Random weights up to a size, matrices in a float format.
pub fn random(config: &Gpt2Config, seed: u64, size: f32, format: DType) -> Result<Gpt2> {
    let mut random = Random::new(seed);
    Gpt2::new(config, |name, shape| {
        let middle = if name.contains("ln_") && name.ends_with("weight") {
            1.0
        } else {
            0.0
        };
        let values: Vec<f32> = (0..shape.iter().product())
            .map(|_| middle + size * random.signed())
            .collect();
        let format = if shape.len() == 2 { format } else { DType::F32 };
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?.to_dtype(format)?)
    })
}

/// Panics if an answer does not add up, but for float32's rounding.
pub fn check(explanation: &Explanation, question: &Question) {
    let identity = explanation.identity();
    let form = explanation.form();
    assert!(
        identity.is_exact(),
        "{form} of {question:?} does not add up: {identity:?}"
    );
}
