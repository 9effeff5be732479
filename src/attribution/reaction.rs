//! Who steps in: what the parts that come later do differently when one is taken out.

use serde::Serialize;

use super::parts::taken_apart;
use super::{Ablation, Part, Question, Reading, Unit, effects, without};
use crate::Result;
use crate::gpt2::Run;

/// The change of the logit (difference) when one part is taken out, as a sum: what the part itself had added, the final LayerNorm's
/// new scale, and what each later part now adds beyond what it did before.
///
/// With x what a part writes along the direction u, s the final LayerNorm's scale, and primes after the part is taken out,
///
/// ```text
/// logit' - logit = sum of (x' - x) . u / s  +  (1/s' - 1/s) sum of x' . u
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reaction {
    /// What is taken out.
    pub part: Part,
    /// What it is replaced by.
    pub ablation: Ablation,
    /// At which tokens; none for all.
    pub at: Option<Vec<usize>>,
    /// After which position.
    pub position: usize,
    /// The logit (difference) as it is.
    pub logit: f64,
    /// The logit (difference) without the part.
    pub after: f64,
    /// What the part adds now, less what it did: with nothing in its place, its direct effect with the other sign.
    pub removed: f64,
    /// What the new scale does to all that is there.
    pub scale: f64,
    /// The heads and MLPs that come later, `[part]`.
    pub labels: Vec<Part>,
    /// What each adds beyond what it did, at the scale as it was, `[part]`.
    pub change: Vec<f64>,
    /// What all of these add up to.
    pub total: f64,
    /// `total - (after - logit)`
    pub error: f64,
    /// Whether that is within float32's rounding.
    pub exact: bool,
}

/// Takes a part out, everywhere or at some tokens, and sees how the rest of the model reacts.
///
/// # Errors
/// As [`effects`](super::effects()).
pub fn reaction(
    run: &Run,
    question: &Question,
    part: Part,
    ablation: Ablation,
    at: Option<&[i64]>,
) -> Result<Reaction> {
    let asked = super::trial::Asked::new(run, question)?;
    let changed = without(run, part, ablation, at)?;
    let scale = |run: &Run| Ok::<_, crate::Error>(f64::from(run.ln_final_scale(&[asked.position])?[0]));
    let rescaled = scale(&changed)? / scale(run)?;

    let mut reaction = Reaction {
        part,
        ablation,
        at: at.map(|at| effects::tokens(run, at)).transpose()?,
        position: asked.position,
        logit: asked.of(run)?,
        after: asked.of(&changed)?,
        removed: 0.0,
        scale: 0.0,
        labels: Vec::new(),
        change: Vec::new(),
        total: 0.0,
        error: 0.0,
        exact: true,
    };
    let mut rounding = 0.0;
    for unit in [Unit::Head, Unit::Component] {
        let of = |run| {
            taken_apart(
                Reading::of_logit(run, vec![asked.position], asked.direction.clone())?,
                unit,
            )
        };
        let (before, now) = (of(run)?, of(&changed)?);
        if unit == Unit::Component {
            reaction.scale = now.identity.total[0] * (1.0 - rescaled);
            reaction.exact = before.identity.is_exact() && now.identity.is_exact();
            rounding = before.identity.rounding[0] + now.identity.rounding[0];
        }
        for ((&label, before), now) in before.labels.iter().zip(&before.attribution).zip(&now.attribution) {
            let change = now * rescaled - before;
            if label == part {
                reaction.removed = change;
            } else if comes_after(label, part) {
                reaction.labels.push(label);
                reaction.change.push(change);
            }
        }
    }
    reaction.total = reaction.removed + reaction.scale + reaction.change.iter().sum::<f64>();
    reaction.error = reaction.total - (reaction.after - reaction.logit);
    reaction.exact &= reaction.error.abs() <= super::identity::DEVIATIONS * rounding;
    Ok(reaction)
}

/// Whether a head, or an MLP, reads what another part writes.
fn comes_after(part: Part, other: Part) -> bool {
    match (part, other) {
        (Part::Head { layer, .. }, Part::Head { layer: at, .. } | Part::AttnOut(at) | Part::MlpOut(at)) => layer > at,
        (Part::MlpOut(layer), Part::Head { layer: at, .. } | Part::AttnOut(at)) => layer >= at,
        (Part::MlpOut(layer), Part::MlpOut(at)) => layer > at,
        _ => false,
    }
}
