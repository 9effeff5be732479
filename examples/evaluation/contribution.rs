//! Which parts answer: direct logit attribution over many prompts.

use anyhow::Result;
use logitscope::attribution::{Part, Question, Unit, attribute};
use logitscope::gpt2::LanguageModel;
use rand_chacha::ChaCha8Rng;

use super::{Spread, last_token_of};
use crate::corpus::{Sentence, Split, Task};

/// What one part adds to the answer, over held-out sentences of one task.
#[derive(Debug, Clone)]
pub struct Contribution {
    /// A head or an MLP.
    pub part: Part,
    /// What it adds to the logit difference, or to the logit where the task has no incorrect answer, at the last position.
    pub adds: Spread,
    /// Of a head, its attention from the last position to the word that decides the answer, if one does.
    pub attention_to_cue: Option<Spread>,
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
            let cue = last_token_of(model, &prompt, &sentence.cue);
            let run = model.gpt2.run(&prompt)?;
            let question = Question::new(answer).rather_than(incorrect);
            let attribute = |unit| attribute(&run, &question, unit);
            let (heads, components) = (attribute(Unit::Head)?, attribute(Unit::Component)?);
            let labels = heads.labels.iter().zip(&heads.attribution);
            let labels = labels.chain(components.labels.iter().zip(&components.attribution));
            let of_interest = labels.filter(|(part, _)| matches!(part, Part::Head { .. } | Part::MlpOut(_)));
            for (i, (&part, &value)) in of_interest.enumerate() {
                if parts.len() == i {
                    parts.push(part);
                    values.push(Vec::new());
                    attentions.push(Vec::new());
                }
                values[i].push(value);
                if let (Part::Head { layer, head }, Some(cue)) = (part, cue) {
                    attentions[i].push(run.pattern(layer, head, prompt.len() - 1)?[cue].into());
                }
            }
        }
        let mut contributions: Vec<Self> = parts
            .iter()
            .zip(values.iter().zip(&attentions))
            .map(|(&part, (values, attentions))| Self {
                part,
                adds: Spread::of(values),
                attention_to_cue: (!attentions.is_empty()).then(|| Spread::of(attentions)),
            })
            .collect();
        contributions.sort_by(|a, b| b.adds.mean.total_cmp(&a.adds.mean));
        Ok(contributions)
    }
}
