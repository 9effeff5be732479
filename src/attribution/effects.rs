//! What is lost without a part: its total effect, beside its direct one.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::trial::{Asked, Trial};
use super::{Part, Position, Question, Unit, attribute, labels, renormalized};
use crate::gpt2::{Gpt2Config, Patch, Place, Progress, Run, Value};
use crate::{Error, Result};

/// What a part is replaced by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ablation {
    /// Nothing; a head's beyond its value bias, as in TransformerLens's folded models.
    Zero,
    /// Its mean over the prompt's tokens.
    Mean,
}

/// What the logit (difference) is without each part: the part is taken out, and the rest of the model reacts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Effects {
    /// Which parts: `component`, but for the embeddings, or `head`.
    pub unit: String,
    /// What each is replaced by.
    pub ablation: Ablation,
    /// At which tokens; none for all.
    pub at: Option<Vec<usize>>,
    /// After which position.
    pub position: usize,
    /// The parts, `[part]`.
    pub labels: Vec<Part>,
    /// The logit (difference) as it is.
    pub logit: f64,
    /// The logit (difference) without each part, `[part]`; not a number where it is not known yet.
    pub after: Vec<f64>,
    /// `logit - after`: the total effect of each part, `[part]`.
    pub effect: Vec<f64>,
    /// What each part itself adds: its direct effect, by [`attribute`], `[part]`.
    pub direct: Vec<f64>,
    /// The direct effect with the final LayerNorm computed anew without the part, `[part]`: see [`renormalized`].
    pub renormalized: Vec<f64>,
}

/// Effects in the making.
pub struct EffectsTrial {
    effects: Effects,
    trial: Trial,
}

/// Takes out each part of a unit, at some tokens or everywhere.
///
/// # Errors
/// As [`attribute`], and [`Error::Argument`] for a unit of which no part can be taken out, or another number than a logit.
pub fn effects(
    run: &Arc<Run>,
    question: &Question,
    unit: Unit,
    ablation: Ablation,
    at: Option<&[i64]>,
) -> Result<EffectsTrial> {
    let asked = Asked::new(run, question)?;
    let at = at.map(|at| tokens(run, at)).transpose()?;
    let parts = removable(unit, run.model().config())?;
    let patch = |&part| Ok(vec![removal(part, ablation)?.at(at.clone())]);
    let variants = parts.iter().map(patch).collect::<Result<_>>()?;
    let known = attribute(run, question, unit)?;
    let direct_of = |part| {
        let row = known.labels.iter().position(|&label| label == part);
        row.map_or(f64::NAN, |row| known.attribution[row])
    };
    let effects = Effects {
        unit: super::Form::Parts(unit).to_string(),
        ablation,
        at,
        position: asked.position,
        logit: asked.of(run)?,
        after: Vec::new(),
        effect: Vec::new(),
        direct: parts.iter().copied().map(direct_of).collect(),
        renormalized: renormalized(run, question, &parts)?,
        labels: parts,
    };
    Ok(EffectsTrial {
        effects,
        trial: Trial::new(run, asked, variants)?,
    })
}

impl EffectsTrial {
    /// Does some hundredths of a second of the work, and tells whether there is more.
    ///
    /// # Errors
    /// As [`Sweep::advance`](crate::gpt2::Sweep::advance).
    pub fn advance(&mut self) -> Result<bool> {
        self.trial.advance()
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.trial.progress()
    }

    /// What is known by now.
    pub fn effects(&self) -> Effects {
        let after = self.trial.logits().to_vec();
        Effects {
            effect: after.iter().map(|after| self.effects.logit - after).collect(),
            after,
            ..self.effects.clone()
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// As [`advance`](Self::advance).
    pub fn finish(mut self) -> Result<Effects> {
        while self.advance()? {}
        Ok(self.effects())
    }
}

/// The run without a part, at some tokens or everywhere, the rest of the model having reacted: it can be asked whatever the run can.
///
/// # Errors
/// [`Error::Argument`] for what is not a head, or the attention or MLP of a layer; as [`Run::with`].
pub fn without(run: &Run, part: Part, ablation: Ablation, at: Option<&[i64]>) -> Result<Run> {
    let at = at.map(|at| tokens(run, at)).transpose()?;
    run.with(&[removal(part, ablation)?.at(at)])
}

fn removal(part: Part, ablation: Ablation) -> Result<Patch> {
    let place = match part {
        Part::AttnOut(layer) => Place::AttnOut(layer),
        Part::MlpOut(layer) => Place::MlpOut(layer),
        Part::Head { layer, head } => Place::Z { layer, head },
        _ => {
            return Err(Error::Argument(format!(
                "part: {part} cannot be taken out; a head such as L9H9 can, or 3_attn_out, or 3_mlp_out"
            )));
        }
    };
    let value = match ablation {
        Ablation::Zero => Value::Zero,
        Ablation::Mean => Value::Mean,
    };
    Ok(Patch::new(place, value))
}

/// The tokens meant; negative ones count from the end.
pub(super) fn tokens(run: &Run, at: &[i64]) -> Result<Vec<usize>> {
    let resolve = |&at| Ok(Position::At(at).resolve(run.tokens().len())?[0]);
    let mut tokens = at.iter().map(resolve).collect::<Result<Vec<_>>>()?;
    tokens.sort_unstable();
    tokens.dedup();
    match tokens.is_empty() {
        true => Err(Error::Position(
            "there is none; give at least one, or none for everywhere".into(),
        )),
        false => Ok(tokens),
    }
}

fn removable(unit: Unit, config: &Gpt2Config) -> Result<Vec<Part>> {
    let layers = config.n_layer;
    match unit {
        Unit::Component => Ok(labels::components(layers, layers).split_off(2)),
        Unit::Head => {
            let mut heads = labels::heads(layers, config.n_head);
            heads.pop();
            Ok(heads)
        }
        _ => Err(Error::Argument("unit: parts are taken out by component or head".into())),
    }
}

impl fmt::Display for Ablation {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Ablation::Zero => "zero",
            Ablation::Mean => "mean",
        })
    }
}

impl FromStr for Ablation {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "zero" => Ok(Ablation::Zero),
            "mean" => Ok(Ablation::Mean),
            _ => Err(Error::Argument(format!("ablation: {name:?} is not one of zero, mean"))),
        }
    }
}
