//! Activation patching: a corrupted run with one activation of a clean one.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Question;
use super::trial::{Asked, Trial};
use crate::gpt2::{Patch, Place, Progress, Run, Value};
use crate::{Error, Result};

/// Which activations are put into the corrupted run, each alone; as TransformerLens's `get_act_patch_*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatchSite {
    /// The residual stream before a layer, at a token: `[layer, position]`.
    ResidPre,
    /// What attention writes, at a token: `[layer, position]`.
    AttnOut,
    /// What the MLP writes, at a token: `[layer, position]`.
    MlpOut,
    /// What a head mixes, and so writes, at all tokens: `[layer, head]`.
    Z,
    /// A head's values, at all tokens: `[layer, head]`.
    V,
    /// A head's attention pattern, at all tokens: `[layer, head]`.
    Pattern,
    /// What a head mixes at a token: `[layer, position, head]`.
    ZByPosition,
}

impl PatchSite {
    /// All of them.
    pub const ALL: [PatchSite; 7] = [
        PatchSite::ResidPre,
        PatchSite::AttnOut,
        PatchSite::MlpOut,
        PatchSite::Z,
        PatchSite::V,
        PatchSite::Pattern,
        PatchSite::ZByPosition,
    ];
}

/// The corrupted run's logit (difference) with one activation of the clean run, for each of a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Patching {
    /// Which activations.
    pub site: PatchSite,
    /// After which position.
    pub position: usize,
    /// How many layers, and so on.
    pub shape: Vec<usize>,
    /// Row-major; not a number where it is not known yet.
    pub logit: Vec<f64>,
    /// The clean run's.
    pub clean: f64,
    /// The corrupted run's.
    pub corrupted: f64,
}

impl Patching {
    /// Prompts whose logits differ by no more than this share of them, or this many logits, say the same.
    const SAME: f64 = 1e-3;

    /// The way from the corrupted logit to the clean one; none if both prompts say the same, so that nothing can be a share of it.
    pub fn way(&self) -> Option<f64> {
        let least = Self::SAME * self.clean.abs().max(self.corrupted.abs()).max(1.0);
        Some(self.clean - self.corrupted).filter(|way| way.abs() > least)
    }

    /// How much of the way a logit is: 0 the corrupted one, 1 the clean one; where there is none, how far it is from the corrupted one.
    pub fn recovered(&self, logit: f64) -> f64 {
        // Nothing is never negative.
        (logit - self.corrupted) / self.way().unwrap_or(1.0) + 0.0
    }
}

/// Patching in the making.
pub struct PatchingTrial {
    patching: Patching,
    trial: Trial,
}

/// Puts each activation of a site of the clean run into the corrupted one.
///
/// # Errors
/// As [`effects`](super::effects); [`Error::Argument`] if the runs are not of the same model and length.
pub fn patch(clean: &Arc<Run>, corrupted: &Arc<Run>, question: &Question, site: PatchSite) -> Result<PatchingTrial> {
    check(clean, corrupted)?;
    let asked = Asked::new(clean, question)?;
    let shape = shape(clean, site);
    let variants = places(&shape)
        .iter()
        .map(|at| vec![at_place(clean, site, at)])
        .collect();
    Ok(PatchingTrial {
        patching: Patching {
            site,
            position: asked.position,
            shape,
            logit: Vec::new(),
            clean: asked.of(clean)?,
            corrupted: asked.of(corrupted)?,
        },
        trial: Trial::new(corrupted, asked, variants)?,
    })
}

/// The corrupted run with one activation of the clean one, at a place of the site's [shape](Patching::shape): it can be asked whatever
/// the corrupted one can.
///
/// # Errors
/// As [`patch`], and [`Error::Argument`] for a place outside the shape.
pub fn patched(clean: &Arc<Run>, corrupted: &Run, site: PatchSite, at: &[usize]) -> Result<Run> {
    check(clean, corrupted)?;
    let shape = shape(clean, site);
    if at.len() != shape.len() || at.iter().zip(&shape).any(|(at, n)| at >= n) {
        return Err(Error::Argument(format!(
            "at: {at:?} is not a place of {site}, which has {shape:?} here"
        )));
    }
    corrupted.with(&[at_place(clean, site, at)])
}

pub(super) fn check(clean: &Run, corrupted: &Run) -> Result<()> {
    let (n, other) = (clean.tokens().len(), corrupted.tokens().len());
    if !Arc::ptr_eq(clean.model(), corrupted.model()) {
        return Err(Error::Argument("corrupted: is a run of another model".into()));
    }
    match n == other {
        true => Ok(()),
        false => Err(Error::Argument(format!(
            "corrupted: has {other} tokens, and the clean prompt {n}; what is put into one comes from the same token of the other, \
             so both need as many"
        ))),
    }
}

fn shape(clean: &Run, site: PatchSite) -> Vec<usize> {
    let config = clean.model().config();
    let (layers, heads, n) = (config.n_layer, config.n_head, clean.tokens().len());
    match site {
        PatchSite::ResidPre | PatchSite::AttnOut | PatchSite::MlpOut => vec![layers, n],
        PatchSite::Z | PatchSite::V | PatchSite::Pattern => vec![layers, heads],
        PatchSite::ZByPosition => vec![layers, n, heads],
    }
}

/// The patch at a place of the site's shape.
fn at_place(clean: &Arc<Run>, site: PatchSite, at: &[usize]) -> Patch {
    let (layer, second) = (at[0], at[1]);
    let (place, position) = match site {
        PatchSite::ResidPre => (Place::ResidPre(layer), Some(second)),
        PatchSite::AttnOut => (Place::AttnOut(layer), Some(second)),
        PatchSite::MlpOut => (Place::MlpOut(layer), Some(second)),
        PatchSite::Z => (Place::Z { layer, head: second }, None),
        PatchSite::V => (Place::V { layer, head: second }, None),
        PatchSite::Pattern => (Place::Pattern { layer, head: second }, None),
        PatchSite::ZByPosition => (Place::Z { layer, head: at[2] }, Some(second)),
    };
    Patch::new(place, Value::Of(Arc::clone(clean))).at(position.map(|position| vec![position]))
}

/// Every place of a shape, row-major.
fn places(shape: &[usize]) -> Vec<Vec<usize>> {
    shape.iter().fold(vec![Vec::new()], |places, &n| {
        let further = |place: Vec<usize>| (0..n).map(move |i| place.iter().copied().chain([i]).collect());
        places.into_iter().flat_map(further).collect()
    })
}

impl PatchingTrial {
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
    pub fn patching(&self) -> Patching {
        Patching {
            logit: self.trial.logits().to_vec(),
            ..self.patching.clone()
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// As [`advance`](Self::advance).
    pub fn finish(mut self) -> Result<Patching> {
        while self.advance()? {}
        Ok(self.patching())
    }
}

impl fmt::Display for PatchSite {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            PatchSite::ResidPre => "resid_pre",
            PatchSite::AttnOut => "attn_out",
            PatchSite::MlpOut => "mlp_out",
            PatchSite::Z => "z",
            PatchSite::V => "v",
            PatchSite::Pattern => "pattern",
            PatchSite::ZByPosition => "z_by_position",
        })
    }
}

impl FromStr for PatchSite {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let site = PatchSite::ALL.into_iter().find(|site| site.to_string() == name);
        site.ok_or_else(|| {
            let all = PatchSite::ALL.map(|site| site.to_string()).join(", ");
            Error::Argument(format!("site: {name:?} is not one of {all}"))
        })
    }
}
