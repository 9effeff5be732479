//! How well a model does a task, on sentences held out from training, and which of its parts do it.

#![allow(dead_code, reason = "each program that shares this module uses a part of it")]

use std::fmt;

use anyhow::Result;
use candle_core::{Device, Tensor};
use logitscope::attribution::{Part, Position, Unit, direct_logit_attribution};
use logitscope::gpt2::LanguageModel;
use rand_chacha::ChaCha8Rng;

use crate::corpus::{Sentence, Split, Task};

/// Sequences that go through the model at once.
const BATCH: usize = 32;

/// What held-out sentences of one task gave.
#[derive(Debug, Clone, Copy)]
pub struct Score {
    /// Answers asked for: one a sentence, in induction one a repeated word.
    pub asked: usize,
    /// How many had the highest logit of the whole vocabulary.
    pub right: usize,
    /// logit(answer) - logit(incorrect), its mean over the sentences, where the task has an incorrect answer.
    pub mean_logit_difference: Option<f64>,
}

impl Score {
    /// Asks `n` held-out sentences, each at the beginning of a sequence, behind BOS.
    pub fn measure(model: &LanguageModel, task: Task, n: usize, rng: &mut ChaCha8Rng) -> Result<Self> {
        let sentences: Vec<Sentence> = (0..n).map(|_| Sentence::about(task, Split::HeldOut, rng)).collect();
        let (mut asked, mut right, mut differences) = (0, 0, Vec::new());
        for batch in sentences.chunks(BATCH) {
            let mut sequences = Vec::new();
            for sentence in batch {
                let prompt = model.tokens(&sentence.prompt, true)?.len();
                let whole = format!("{}{}", sentence.prompt, sentence.answer);
                sequences.push((model.tokens(&whole, true)?, prompt));
            }
            let longest = sequences.iter().map(|(tokens, _)| tokens.len()).max().unwrap_or(0);
            // Padding comes last, where nothing before it can look.
            let ids: Vec<u32> = sequences
                .iter()
                .flat_map(|(tokens, _)| tokens.iter().copied().chain(std::iter::repeat(0)).take(longest))
                .collect();
            let ids = Tensor::from_vec(ids, (batch.len(), longest), &Device::Cpu)?;
            let logits = model.gpt2.batch_logits(&ids)?.to_vec3::<f32>()?;
            for ((sentence, (tokens, prompt)), logits) in batch.iter().zip(&sequences).zip(&logits) {
                for position in *prompt..tokens.len() {
                    let (logits, answer) = (&logits[position - 1], tokens[position] as usize);
                    asked += 1;
                    right += usize::from(logits.iter().all(|&x| x <= logits[answer]));
                    if let Some(incorrect) = &sentence.incorrect {
                        let incorrect = model.single_token(incorrect)? as usize;
                        differences.push(f64::from(logits[answer] - logits[incorrect]));
                    }
                }
            }
        }
        let mean = differences.iter().sum::<f64>() / differences.len() as f64;
        Ok(Self {
            asked,
            right,
            mean_logit_difference: (!differences.is_empty()).then_some(mean),
        })
    }

    /// Share of right answers.
    pub fn accuracy(&self) -> f64 {
        self.right as f64 / self.asked as f64
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:5.1}% right of {:5}", 100.0 * self.accuracy(), self.asked)?;
        match self.mean_logit_difference {
            Some(difference) => write!(f, ", mean logit difference {difference:.2}"),
            None => Ok(()),
        }
    }
}

/// What one part adds to the answer, over held-out sentences of one task.
#[derive(Debug, Clone, Copy)]
pub struct Contribution {
    /// A head or an MLP.
    pub part: Part,
    /// Mean of what it adds to the logit difference, or to the logit where the task has no incorrect answer.
    pub mean: f64,
    /// Standard deviation of that.
    pub deviation: f64,
    /// Of a head, its mean attention from the last position to where the answer stood before, if it did.
    pub attention: Option<f64>,
}

impl Contribution {
    /// Of every head and every MLP, largest mean first, from `n` held-out sentences.
    pub fn measure(model: &LanguageModel, task: Task, n: usize, rng: &mut ChaCha8Rng) -> Result<Vec<Self>> {
        let mut parts: Vec<Part> = Vec::new();
        let mut values: Vec<Vec<f64>> = Vec::new();
        let mut attentions: Vec<Vec<f64>> = Vec::new();
        for _ in 0..n {
            let sentence = Sentence::about(task, Split::HeldOut, rng);
            let prompt = model.tokens(&sentence.prompt, true)?;
            let whole = model.tokens(&format!("{}{}", sentence.prompt, sentence.answer), true)?;
            let answer = whole[prompt.len()];
            let incorrect = match &sentence.incorrect {
                Some(text) => Some(model.single_token(text)?),
                None => None,
            };
            let cache = model.gpt2.run(&prompt)?;
            let attribute =
                |unit| direct_logit_attribution(&model.gpt2, &cache, answer, incorrect, unit, Position::At(-1));
            let (heads, components) = (attribute(Unit::Head)?, attribute(Unit::Component)?);
            let labels = heads.labels.iter().zip(&heads.attribution);
            let labels = labels.chain(components.labels.iter().zip(&components.attribution));
            let of_interest = labels.filter(|(part, _)| matches!(part, Part::Head { .. } | Part::MlpOut(_)));
            let before: Vec<usize> = (0..prompt.len()).filter(|&p| prompt[p] == answer).collect();
            for (i, (&part, &value)) in of_interest.enumerate() {
                if parts.len() == i {
                    parts.push(part);
                    values.push(Vec::new());
                    attentions.push(Vec::new());
                }
                values[i].push(value);
                if let Part::Head { layer, head } = part
                    && !before.is_empty()
                {
                    let pattern = cache.blocks[layer]
                        .pattern
                        .get(head)?
                        .get(prompt.len() - 1)?
                        .to_vec1::<f32>()?;
                    attentions[i].push(before.iter().map(|&p| f64::from(pattern[p])).sum());
                }
            }
        }
        let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
        let mut contributions: Vec<Self> = parts
            .iter()
            .zip(values.iter().zip(&attentions))
            .map(|(&part, (values, attentions))| {
                let center = mean(values);
                let squares: Vec<f64> = values.iter().map(|x| (x - center).powi(2)).collect();
                Self {
                    part,
                    mean: center,
                    deviation: mean(&squares).sqrt(),
                    attention: (!attentions.is_empty()).then(|| mean(attentions)),
                }
            })
            .collect();
        contributions.sort_by(|a, b| b.mean.total_cmp(&a.mean));
        Ok(contributions)
    }
}
