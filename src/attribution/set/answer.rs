//! What a set of prompts comes to.

use serde::Serialize;

use super::prompt::Resolved;
use super::{Asked, Moments};
use crate::Result;
use crate::attribution::{Attribution, Explanation, Form, Identity, Part, RunningSum};
use crate::gpt2::{LanguageModel, Prediction, Run};

/// What is known of the prompts of a set.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct SetAnswer {
    /// Those that count, in their order.
    pub prompts: Vec<Answered>,
    /// Those that could not be asked.
    pub failed: Vec<Failed>,
    /// Of the logits (differences) of those that count: one column.
    pub logit: Moments,
    /// The largest distance from the identity in any prompt; 0 where nothing was taken apart.
    pub error: f64,
    /// Their numbers: a table of each form, or of effects, or of each role two.
    pub tables: Vec<SetTable>,
}

/// The same numbers of each prompt.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SetTable {
    /// `component`, `layer` or `head`; `effect`; `pattern` or `attribution` of a role's token.
    pub name: String,
    /// Whose token it is, if it is one's.
    pub role: Option<String>,
    /// The parts, `[part]`.
    pub labels: Vec<Part>,
    /// Mean and standard deviation of each part. Of a role, over the prompts that have it.
    pub moments: Moments,
    /// Every number, row-major `[prompt, part]`.
    pub values: Vec<f64>,
    sums: Option<Sums>,
}

/// What the parts of each prompt add up to, and what they should.
#[derive(Debug, Clone, PartialEq)]
struct Sums {
    form: Form,
    /// Of logit, bias and total.
    moments: Moments,
    /// The largest of any prompt.
    error: f64,
}

/// One prompt, asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Answered {
    /// Which of the set, from 0 up.
    pub index: usize,
    /// After which position.
    pub position: usize,
    /// The logit of the answer, or its difference to what it is compared with.
    pub logit: f64,
    /// What the model expects of the answer.
    pub answer: Prediction,
    /// What it expects most.
    pub likeliest: Prediction,
    /// Whether the answer is likelier than each of the prompt's incorrect tokens; where it has none, than every other token. Whatever it
    /// is compared with.
    pub right: bool,
    /// The largest distance from the identity; 0 where nothing was taken apart.
    pub error: f64,
    /// Whether that is within float32's rounding.
    pub exact: bool,
}

/// One prompt that could not be asked, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Failed {
    /// Which of the set, from 0 up.
    pub index: usize,
    /// What was wrong, and what would be right.
    pub message: String,
}

impl Answered {
    pub(super) fn new(
        model: &LanguageModel,
        run: &Run,
        index: usize,
        asked: &Asked,
        prompt: &Resolved,
    ) -> Result<Self> {
        let tokens = [&[prompt.answer], &prompt.incorrect[..]].concat();
        let mut expected = model.expectations(run, asked.position, &tokens)?;
        let (answer, others) = (expected.remove(0), expected);
        let likeliest = match answer.rank {
            0 => answer.clone(),
            _ => model.predictions(run, asked.position, 1)?.swap_remove(0),
        };
        let right = match others.is_empty() {
            true => answer.rank == 0,
            false => others.iter().all(|other| answer.rank < other.rank),
        };
        Ok(Self {
            index,
            position: asked.position,
            logit: asked.of(run)?,
            right,
            answer,
            likeliest,
            error: 0.0,
            exact: true,
        })
    }

    /// Takes note of how far a sum was from what it should be.
    pub(super) fn check(&mut self, identity: &Identity) {
        self.error = identity.error.iter().copied().fold(self.error, larger);
        self.exact &= identity.is_exact();
    }
}

/// Whichever is larger by magnitude.
fn larger(a: f64, b: f64) -> f64 {
    if b.abs() > a.abs() { b } else { a }
}

impl SetAnswer {
    /// Adds a prompt.
    pub(super) fn count(&mut self, prompt: Answered) {
        self.logit.add(&[prompt.logit]);
        self.error = larger(self.error, prompt.error);
        self.prompts.push(prompt);
    }

    /// Adds a prompt's row to a table.
    pub(super) fn add(&mut self, name: &str, role: Option<&String>, labels: &[Part], row: &[f64]) -> &mut SetTable {
        let known = (self.tables.iter()).position(|table| table.name == name && table.role.as_ref() == role);
        let at = known.unwrap_or(self.tables.len());
        if at == self.tables.len() {
            self.tables.push(SetTable {
                name: name.into(),
                role: role.cloned(),
                labels: labels.to_vec(),
                moments: Moments::default(),
                values: Vec::new(),
                sums: None,
            });
        }
        let table = &mut self.tables[at];
        table.moments.add(row);
        table.values.extend(row);
        table
    }

    /// Adds a prompt, explained, to the table of its form.
    pub(super) fn explain(&mut self, explanation: &Explanation) {
        let form = explanation.form();
        let table = self.add(&form.to_string(), None, explanation.labels(), explanation.values());
        let sums = table.sums.get_or_insert_with(|| Sums {
            form,
            moments: Moments::default(),
            error: 0.0,
        });
        let identity = explanation.identity();
        sums.moments
            .add(&[identity.logit[0], identity.bias[0], identity.total[0]]);
        sums.error = larger(sums.error, identity.error[0]);
    }
}

impl SetTable {
    /// The means as an explanation of the mean logit: they add up as what they are of does, and the error is the largest of any prompt.
    /// None of effects and sources, which add up to nothing.
    pub fn explanation(&self) -> Option<Explanation> {
        let Sums { form, moments, error } = self.sums.as_ref()?;
        let [logit, bias, total] = *moments.mean() else {
            return None;
        };
        let (labels, means, positions) = (self.labels.clone(), self.moments.mean().to_vec(), vec![0]);
        let identity = Identity {
            logit: vec![logit],
            bias: vec![bias],
            total: vec![total],
            error: vec![*error],
            rounding: Vec::new(),
        };
        Some(match *form {
            Form::Parts(unit) => Explanation::Parts(Attribution {
                unit,
                labels,
                attribution: means,
                factors: Vec::new(),
                positions,
                identity,
            }),
            Form::RunningSum => Explanation::RunningSum(RunningSum {
                labels,
                values: means,
                positions,
                identity,
            }),
        })
    }
}
