//! Either of the two ways to explain a logit, for whoever is asked for one by its name and shows it as a table.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Attribution, Identity, Part, Question, RunningSum, Unit, direct_logit_attribution, running_sum, unit};
use crate::gpt2::Run;
use crate::{Error, Result};

/// A way to explain a logit, by the name that TransformerLens has for it as a unit: `component`, `layer` or `head`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[non_exhaustive]
pub enum Form {
    /// `component` or `head`: what the parts of a unit add.
    Parts(Unit),
    /// `layer`: what has been added so far.
    RunningSum,
}

impl Form {
    /// Every form.
    pub const ALL: [Form; 3] = [Form::Parts(Unit::Component), Form::RunningSum, Form::Parts(Unit::Head)];
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Form::Parts(Unit::Component) => "component",
            Form::RunningSum => "layer",
            Form::Parts(Unit::Head) => "head",
        })
    }
}

impl FromStr for Form {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Form::ALL
            .into_iter()
            .find(|form| form.to_string() == name)
            .ok_or_else(|| Error::Argument(format!("unit: {name:?} is not one of component, layer, head")))
    }
}

impl From<Form> for String {
    fn from(form: Form) -> Self {
        form.to_string()
    }
}

impl TryFrom<String> for Form {
    type Error = Error;

    fn try_from(name: String) -> Result<Self> {
        name.parse()
    }
}

/// A question's answer in one [`Form`]. As JSON it has the fields of the JavaScript API: `unit`, `labels`, `attribution`,
/// `positions`, `logit`, `bias`, `total`, `error`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "Table", from = "Table")]
#[non_exhaustive]
pub enum Explanation {
    /// Parts that add up.
    Parts(Attribution),
    /// What they have added up to so far.
    RunningSum(RunningSum),
}

/// Answers a question in a form.
///
/// # Errors
/// As [`direct_logit_attribution`].
pub fn explain(run: &Run, question: &Question, form: Form) -> Result<Explanation> {
    Ok(match form {
        Form::Parts(unit) => Explanation::Parts(direct_logit_attribution(run, question, unit)?),
        Form::RunningSum => Explanation::RunningSum(running_sum(run, question)?),
    })
}

impl Explanation {
    /// Which form it has.
    pub fn form(&self) -> Form {
        match self {
            Self::Parts(parts) => Form::Parts(parts.unit),
            Self::RunningSum(_) => Form::RunningSum,
        }
    }

    /// Of which part, or state, each row is, `[row]`.
    pub fn labels(&self) -> &[Part] {
        match self {
            Self::Parts(parts) => &parts.labels,
            Self::RunningSum(sum) => &sum.labels,
        }
    }

    /// The numbers, row-major `[row, position]`.
    pub fn values(&self) -> &[f64] {
        match self {
            Self::Parts(parts) => &parts.attribution,
            Self::RunningSum(sum) => &sum.values,
        }
    }

    /// The positions, ascending, `[position]`.
    pub fn positions(&self) -> &[usize] {
        match self {
            Self::Parts(parts) => &parts.positions,
            Self::RunningSum(sum) => &sum.positions,
        }
    }

    /// What it adds up to, and what it should.
    pub fn identity(&self) -> &Identity {
        match self {
            Self::Parts(parts) => &parts.identity,
            Self::RunningSum(sum) => &sum.identity,
        }
    }

    /// The numbers of row `i`, `[position]`.
    pub fn row(&self, i: usize) -> &[f64] {
        let n = self.positions().len();
        &self.values()[i * n..(i + 1) * n]
    }

    /// What all parts' absolute values add up to at entry `p` of the positions, which is what a part's value has a share of.
    /// None where all are zero, and of what has been added so far, which is no part of a whole.
    pub fn magnitude(&self, p: usize) -> Option<f64> {
        let parts = matches!(self, Self::Parts(_)).then(|| 0..self.labels().len())?;
        let magnitude: f64 = parts.map(|i| self.row(i)[p].abs()).sum();
        (magnitude > 0.0).then_some(magnitude)
    }

    /// The `k` highest rows with their values, highest first; with several positions, by the mean over them. As
    /// TransformerLens's `DirectLogitAttribution.top`.
    pub fn top(&self, k: usize) -> Vec<(Part, f64)> {
        unit::top(self.labels(), self.values(), k)
    }

    /// Only the `k` highest rows, highest first, as [`top`](Self::top) ranks them. What they add up to stays that of all.
    pub fn only_top(&self, k: usize) -> Self {
        let place = |label| self.labels().iter().position(|&l| l == label);
        let rows: Vec<usize> = self.top(k).into_iter().filter_map(|(label, _)| place(label)).collect();
        let kept_labels = rows.iter().map(|&i| self.labels()[i]).collect();
        let kept_values = rows.iter().flat_map(|&i| self.row(i)).copied().collect();
        let mut top = self.clone();
        let (labels, values) = match &mut top {
            Self::Parts(parts) => (&mut parts.labels, &mut parts.attribution),
            Self::RunningSum(sum) => (&mut sum.labels, &mut sum.values),
        };
        (*labels, *values) = (kept_labels, kept_values);
        top
    }
}

/// How an explanation is written as JSON, and read from it.
#[derive(Serialize, Deserialize)]
struct Table {
    unit: Form,
    labels: Vec<Part>,
    attribution: Vec<f64>,
    positions: Vec<usize>,
    logit: Vec<f64>,
    bias: Vec<f64>,
    total: Vec<f64>,
    error: Vec<f64>,
}

impl From<Explanation> for Table {
    fn from(explanation: Explanation) -> Self {
        let unit = explanation.form();
        let (labels, attribution, positions, identity) = match explanation {
            Explanation::Parts(parts) => (parts.labels, parts.attribution, parts.positions, parts.identity),
            Explanation::RunningSum(sum) => (sum.labels, sum.values, sum.positions, sum.identity),
        };
        Self {
            unit,
            labels,
            attribution,
            positions,
            logit: identity.logit,
            bias: identity.bias,
            total: identity.total,
            error: identity.error,
        }
    }
}

impl From<Table> for Explanation {
    fn from(table: Table) -> Self {
        let identity = Identity {
            logit: table.logit,
            bias: table.bias,
            total: table.total,
            error: table.error,
            rounding: Vec::new(),
        };
        match table.unit {
            Form::Parts(unit) => Self::Parts(Attribution {
                unit,
                labels: table.labels,
                attribution: table.attribution,
                positions: table.positions,
                identity,
            }),
            Form::RunningSum => Self::RunningSum(RunningSum {
                labels: table.labels,
                values: table.attribution,
                positions: table.positions,
                identity,
            }),
        }
    }
}
