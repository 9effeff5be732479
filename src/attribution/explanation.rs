//! Either of the two ways to explain a number, for whoever is asked for one by its name and shows it as a table.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Attribution, Identity, Part, Question, RunningSum, Unit, attribute, running_sum, unit};
use crate::gpt2::Run;
use crate::{Error, Result};

/// More than this share of what is added up is no rounding.
const ROOM: f64 = 1e-4;

/// A way to explain a number, by the name that TransformerLens has for it as a unit: `component`, `layer` or `head`; or `source`
/// or `neuron` of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[non_exhaustive]
pub enum Form {
    /// What the parts of a unit add.
    Parts(Unit),
    /// `layer`: what has been added so far.
    RunningSum,
}

impl Form {
    /// Every form that needs no part.
    pub const ALL: [Form; 3] = [Form::Parts(Unit::Component), Form::RunningSum, Form::Parts(Unit::Head)];
    /// The names of all.
    pub const NAMES: [&str; 5] = ["component", "layer", "head", "source", "neuron"];

    /// The form of a name, `of` a part where it takes one apart: a head into its sources, an MLP into its neurons.
    ///
    /// # Errors
    /// [`Error::Argument`] for a name that there is not, or a part that does not go with it.
    pub fn named(name: &str, of: Option<Part>) -> Result<Self> {
        let form = match (name, of) {
            ("component", None) => Form::Parts(Unit::Component),
            ("layer", None) => Form::RunningSum,
            ("head", None) => Form::Parts(Unit::Head),
            ("source", Some(Part::Head { layer, head })) => Form::Parts(Unit::Source { layer, head }),
            ("neuron", Some(Part::MlpOut(layer))) => Form::Parts(Unit::Neuron { layer }),
            _ => return Err(Error::Argument(misnamed(name, of))),
        };
        Ok(form)
    }

    /// The part that is taken apart, if it is not the whole number.
    pub fn of(self) -> Option<Part> {
        match self {
            Form::Parts(unit) => unit.of(),
            Form::RunningSum => None,
        }
    }
}

fn misnamed(name: &str, of: Option<Part>) -> String {
    let given = of.map_or("none is given".into(), |part| format!("{part} is none"));
    match name {
        "source" => format!("of: unit source takes a head apart, such as L9H9; {given}"),
        "neuron" => format!("of: unit neuron takes an MLP apart, such as 10_mlp_out; {given}"),
        "component" | "layer" | "head" => format!(
            "of: unit {name} takes the whole number apart, and not one part; leave it out, or ask for unit source of a head, or neuron \
             of an MLP"
        ),
        _ => format!("unit: {name:?} is not one of {}", Form::NAMES.join(", ")),
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Form::Parts(Unit::Component) => "component",
            Form::RunningSum => "layer",
            Form::Parts(Unit::Head) => "head",
            Form::Parts(Unit::Source { .. }) => "source",
            Form::Parts(Unit::Neuron { .. }) => "neuron",
        })
    }
}

impl From<Form> for String {
    fn from(form: Form) -> Self {
        form.to_string()
    }
}

/// Of a form that needs no part.
impl TryFrom<String> for Form {
    type Error = Error;

    fn try_from(name: String) -> Result<Self> {
        Form::named(&name, None)
    }
}

/// A question's answer in one [`Form`]. As JSON it has the fields of the JavaScript API: `unit`, `labels`, `attribution`,
/// `positions`, `logit`, `bias`, `total`, `error`; with a part, also `of`, and `pattern` or `activation`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "Table", try_from = "Table")]
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
/// As [`attribute`].
pub fn explain(run: &Run, question: &Question, form: Form) -> Result<Explanation> {
    Ok(match form {
        Form::Parts(unit) => Explanation::Parts(attribute(run, question, unit)?),
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

    /// By how much what each part has to say is multiplied; see [`Attribution::factors`].
    pub fn factors(&self) -> &[Option<f64>] {
        match self {
            Self::Parts(parts) => &parts.factors,
            Self::RunningSum(_) => &[],
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

    /// Whether the numbers add up as they stand, whoever wrote them: the rows to `total`, and that to `logit - bias`, to a ten-thousandth
    /// of all that is added up. What float32's rounding leaves of it, which an [`Identity`] that was measured knows, is less by far. Lists
    /// that are not as long as labels and positions ask for never do.
    pub fn adds_up(&self) -> bool {
        let Identity {
            logit,
            bias,
            total,
            error,
            ..
        } = self.identity();
        let n = self.positions().len();
        let of_positions = [logit, bias, total, error].iter().all(|of| of.len() == n);
        if !of_positions || self.values().len() != self.labels().len() * n {
            return false;
        }
        (0..n).all(|p| {
            let rows: Vec<f64> = (0..self.labels().len()).map(|i| self.row(i)[p]).collect();
            let (sum, size) = match self {
                Self::Parts(_) => (rows.iter().sum(), rows.iter().map(|x| x.abs()).sum()),
                Self::RunningSum(_) => (
                    rows.last().copied().unwrap_or(f64::NAN),
                    rows.iter().fold(0.0, |most, x| x.abs().max(most)),
                ),
            };
            let room = ROOM * (size + logit[p].abs() + bias[p].abs());
            let explained = logit[p] - bias[p];
            let off: [f64; 3] = [sum - total[p], total[p] - explained, error[p] - (total[p] - explained)];
            off.iter().all(|off| off.abs() <= room)
        })
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

    /// The `k` rows of the largest magnitude with their values, largest first; with several positions, by that of their mean.
    pub fn strongest(&self, k: usize) -> Vec<(Part, f64)> {
        unit::strongest(self.labels(), self.values(), k)
    }

    /// Only some rows, as [`top`](Self::top) or [`strongest`](Self::strongest) rank them, in that order. What they add up to
    /// stays that of all.
    pub fn only(&self, rows: &[(Part, f64)]) -> Self {
        let place = |label| self.labels().iter().position(|&l| l == label);
        let rows: Vec<usize> = rows.iter().filter_map(|&(label, _)| place(label)).collect();
        let kept_labels = rows.iter().map(|&i| self.labels()[i]).collect();
        let kept_values = rows.iter().flat_map(|&i| self.row(i)).copied().collect();
        let kept_factors = rows.iter().filter_map(|&i| self.factors().get(i)).copied().collect();
        let mut few = self.clone();
        match &mut few {
            Self::Parts(parts) => {
                (parts.labels, parts.attribution, parts.factors) = (kept_labels, kept_values, kept_factors);
            }
            Self::RunningSum(sum) => (sum.labels, sum.values) = (kept_labels, kept_values),
        }
        few
    }
}

/// How an explanation is written as JSON, and read from it.
#[derive(Serialize, Deserialize)]
struct Table {
    unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of: Option<Part>,
    labels: Vec<Part>,
    attribution: Vec<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pattern: Option<Vec<f64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    activation: Option<Vec<Option<f64>>>,
    positions: Vec<usize>,
    logit: Vec<f64>,
    bias: Vec<f64>,
    total: Vec<f64>,
    error: Vec<f64>,
}

impl From<Explanation> for Table {
    fn from(explanation: Explanation) -> Self {
        let form = explanation.form();
        let (labels, attribution, factors, positions, identity) = match explanation {
            Explanation::Parts(parts) => (
                parts.labels,
                parts.attribution,
                parts.factors,
                parts.positions,
                parts.identity,
            ),
            Explanation::RunningSum(sum) => (sum.labels, sum.values, Vec::new(), sum.positions, sum.identity),
        };
        let (pattern, activation) = match form {
            Form::Parts(Unit::Source { .. }) => (Some(factors.into_iter().flatten().collect()), None),
            Form::Parts(Unit::Neuron { .. }) => (None, Some(factors)),
            _ => (None, None),
        };
        Self {
            unit: form.to_string(),
            of: form.of(),
            labels,
            attribution,
            pattern,
            activation,
            positions,
            logit: identity.logit,
            bias: identity.bias,
            total: identity.total,
            error: identity.error,
        }
    }
}

impl TryFrom<Table> for Explanation {
    type Error = Error;

    fn try_from(table: Table) -> Result<Self> {
        let identity = Identity {
            logit: table.logit,
            bias: table.bias,
            total: table.total,
            error: table.error,
            rounding: Vec::new(),
        };
        let (labels, positions) = (table.labels.len(), table.positions.len());
        if table.attribution.len() != labels * positions {
            return Err(Error::Argument(format!(
                "`attribution` has not a number for each of {labels} labels at {positions} positions"
            )));
        }
        let pattern = table.pattern.map(|pattern| pattern.into_iter().map(Some).collect());
        Ok(match Form::named(&table.unit, table.of)? {
            Form::Parts(unit) => Self::Parts(Attribution {
                unit,
                labels: table.labels,
                attribution: table.attribution,
                factors: pattern.or(table.activation).unwrap_or_default(),
                positions: table.positions,
                identity,
            }),
            Form::RunningSum => Self::RunningSum(RunningSum {
                labels: table.labels,
                values: table.attribution,
                positions: table.positions,
                identity,
            }),
        })
    }
}
