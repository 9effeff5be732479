//! What one training step reads.

use anyhow::Result;
use logitscope::gpt2::Tokenizer;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::CONTEXT;
use crate::corpus::{Sentence, Split, Task};

/// One sequence in so many begins without BOS, so that the model can do without.
const WITHOUT_BOS: u32 = 8;
/// How much more the loss counts an answer than any other token.
const ANSWER_WEIGHT: f32 = 4.0;

/// Several sentences in a row, so that the model has to look at its own, cut to length.
pub struct Sequence {
    /// One more than the context: each is the target of the one before.
    pub tokens: Vec<u32>,
    /// What the loss counts each as.
    pub weights: Vec<f32>,
}

impl Sequence {
    pub fn new(split: Split, tokenizer: &Tokenizer, bos: u32, rng: &mut ChaCha8Rng) -> Result<Self> {
        let mut sequence = Self {
            tokens: Vec::new(),
            weights: Vec::new(),
        };
        if !rng.random_ratio(1, WITHOUT_BOS) {
            sequence.push(vec![bos], 0.0);
        }
        while sequence.tokens.len() <= CONTEXT {
            let sentence = Sentence::any(split, rng);
            let is_first = sequence.tokens.len() <= 1;
            let space = if is_first { "" } else { " " };
            // Random words cannot be foreseen.
            let weight = if sentence.task == Task::Induction { 0.0 } else { 1.0 };
            sequence.push(tokenizer.encode(&format!("{space}{}", sentence.prompt))?, weight);
            let answer_weight = if sentence.task == Task::Plain {
                1.0
            } else {
                ANSWER_WEIGHT
            };
            sequence.push(tokenizer.encode(&sentence.answer)?, answer_weight);
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

/// What all tokens to be foreseen count, the divisor of a mean over them.
pub fn total_weight(sequences: &[Sequence]) -> f32 {
    sequences.iter().flat_map(|s| &s.weights[1..]).sum()
}
