//! How well a model does a task.

use std::fmt;

use anyhow::Result;
use logitscope::gpt2::LanguageModel;
use rand_chacha::ChaCha8Rng;

use super::{Subject, mean};
use crate::corpus::{Sentence, Split, Task};

/// What held-out sentences of one task gave.
#[derive(Debug, Clone, Copy)]
pub struct Score {
    /// Answers asked for: one a sentence, in induction one a repeated word.
    pub asked: usize,
    /// The share that had the highest logit of the whole vocabulary, be it of the answer or of what is as right. In greater-than, where many years are right,
    /// the mean share of the probability of all two-digit numbers that is on later ones.
    pub accuracy: f64,
    /// logit(answer) - logit(incorrect), its mean over the sentences, where the task has an incorrect answer.
    pub mean_logit_difference: Option<f64>,
}

impl Score {
    /// Asks `n` held-out sentences, each at the beginning of a sequence, behind BOS.
    pub fn measure<'a>(subject: impl Into<Subject<'a>>, task: Task, n: usize, rng: &mut ChaCha8Rng) -> Result<Self> {
        let subject = subject.into();
        let model = subject.model;
        let sentences: Vec<Sentence> = (0..n).map(|_| Sentence::about(task, Split::HeldOut, rng)).collect();
        let two_digits = token_ids(model, (2..100).map(|year| format!("{year:02}")))?;
        let (mut scores, mut differences) = (Vec::new(), Vec::new());
        for sentence in &sentences {
            let prompt = model.tokens(&sentence.prompt, true)?.len();
            let tokens = model.tokens(&format!("{}{}", sentence.prompt, sentence.answer), true)?;
            let also_right = token_ids(model, sentence.also_right.iter().cloned())?;
            let run = subject.run(&tokens)?;
            for (position, &answer) in tokens.iter().enumerate().skip(prompt) {
                let (logits, answer) = (run.logits(position - 1)?, answer as usize);
                scores.push(match task {
                    Task::GreaterThan => mass(&logits, &also_right) / mass(&logits, &two_digits),
                    _ => {
                        let is_right = |id: usize| logits.iter().all(|&x| x <= logits[id]);
                        let right = is_right(answer) || also_right.iter().any(|&id| is_right(id));
                        f64::from(u8::from(right))
                    }
                });
                if let Some(incorrect) = &sentence.incorrect {
                    let incorrect = model.single_token(incorrect)? as usize;
                    differences.push(f64::from(logits[answer] - logits[incorrect]));
                }
            }
        }
        Ok(Self {
            asked: scores.len(),
            accuracy: mean(&scores),
            mean_logit_difference: (!differences.is_empty()).then(|| mean(&differences)),
        })
    }
}

fn token_ids(model: &LanguageModel, texts: impl IntoIterator<Item = String>) -> Result<Vec<usize>> {
    let ids = texts.into_iter().map(|text| Ok(model.single_token(&text)? as usize));
    ids.collect()
}

/// The sum of exp(logit): probabilities but for their common divisor.
fn mass(logits: &[f32], ids: &[usize]) -> f64 {
    ids.iter().map(|&id| f64::from(logits[id]).exp()).sum()
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:5.1}% right of {:5}", 100.0 * self.accuracy, self.asked)?;
        match self.mean_logit_difference {
            Some(difference) => write!(f, ", mean logit difference {difference:.2}"),
            None => Ok(()),
        }
    }
}
