//! How well a model does the tasks, on sentences held out from training, and which of its parts do it.

#![allow(
    dead_code,
    unused_imports,
    reason = "each program that shares this module uses a part of it"
)]

mod contribution;
mod pattern;
mod score;
mod subject;

use std::fmt;

use anyhow::Result;
use logitscope::gpt2::LanguageModel;

pub use contribution::Contribution;
pub use pattern::Pattern;
pub use score::Score;
pub use subject::Subject;

/// Mean and standard deviation.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    pub mean: f64,
    pub deviation: f64,
}

impl Spread {
    fn of(values: &[f64]) -> Self {
        let center = mean(values);
        let squares: Vec<f64> = values.iter().map(|x| (x - center).powi(2)).collect();
        Self {
            mean: center,
            deviation: mean(&squares).sqrt(),
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:.2} ± {:.2}", self.mean, self.deviation)
    }
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// Where a word occurs last; its capital letter and the space before it do not matter.
pub fn last_token_of(model: &LanguageModel, tokens: &[u32], word: &str) -> Option<usize> {
    let is_word = |&id: &u32| model.token_text(id).trim().eq_ignore_ascii_case(word);
    tokens.iter().rposition(is_word)
}
