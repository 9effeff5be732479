//! What a set of prompts comes to.

use serde::Serialize;

use super::prompt::Resolved;
use super::{Asked, Moments};
use crate::Result;
use crate::attribution::{Identity, Part};
use crate::gpt2::{LanguageModel, Prediction, Run};

/// What is known of the prompts of a set.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct SetAnswer {
    /// Those that count, in their order.
    pub prompts: Vec<Answered>,
    /// Those that could not be asked.
    pub failed: Vec<Failed>,
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
}

/// One prompt, asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Answered {
    /// Which of the set, from 0 up.
    pub index: usize,
    /// After which position.
    pub position: usize,
    /// The logit of the answer, or its difference to that of the incorrect token.
    pub logit: f64,
    /// What the model expects of the answer.
    pub answer: Prediction,
    /// What it expects most.
    pub likeliest: Prediction,
    /// Whether the answer is likelier than the incorrect token; without one, than every other token.
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
        let answer = model
            .expectations(run, asked.position, &[prompt.answer])?
            .swap_remove(0);
        let likeliest = match answer.rank {
            0 => answer.clone(),
            _ => model.predictions(run, asked.position, 1)?.swap_remove(0),
        };
        let logit = asked.of(run)?;
        Ok(Self {
            index,
            position: asked.position,
            logit,
            right: match prompt.incorrect {
                Some(_) => logit > 0.0,
                None => answer.rank == 0,
            },
            answer,
            likeliest,
            error: 0.0,
            exact: true,
        })
    }

    /// Takes note of how far a sum was from what it should be.
    pub(super) fn check(&mut self, identity: &Identity) {
        let errors = identity.error.iter();
        self.error = errors.fold(
            self.error,
            |most, error| if error.abs() > most.abs() { *error } else { most },
        );
        self.exact &= identity.is_exact();
    }
}

impl SetAnswer {
    /// Adds a prompt's row to a table.
    pub(super) fn add(&mut self, name: &str, role: Option<&String>, labels: &[Part], row: &[f64]) {
        let known = (self.tables.iter()).position(|table| table.name == name && table.role.as_ref() == role);
        let at = known.unwrap_or(self.tables.len());
        if at == self.tables.len() {
            self.tables.push(SetTable {
                name: name.into(),
                role: role.cloned(),
                labels: labels.to_vec(),
                moments: Moments::default(),
                values: Vec::new(),
            });
        }
        let table = &mut self.tables[at];
        table.moments.add(row);
        table.values.extend(row);
    }
}
