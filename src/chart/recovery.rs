//! How much of a clean prompt's answer single activations of it bring back.

use super::values::LARGEST;
use crate::attribution::{PatchSite, Patching};
use crate::{Error, Result};

/// Patching by layers and rows.
#[derive(Debug, Clone)]
pub(super) struct Recovery(Patching);

impl Recovery {
    /// That of prompts of so many tokens.
    pub fn new(patching: Patching, clean: usize, corrupted: usize) -> Result<Self> {
        check(&patching, clean, corrupted)?;
        Ok(Self(patching))
    }

    pub fn site(&self) -> PatchSite {
        self.0.site
    }

    /// Refuses a head that there is not, where one is shown at a time.
    pub fn check_head(&self, head: usize) -> Result<()> {
        match self.0.shape[..] {
            [_, _, heads] if head >= heads => Err(Error::Chart(format!(
                "head {head} of layers of {heads}, which are counted from 0"
            ))),
            _ => Ok(()),
        }
    }

    pub fn layers(&self) -> usize {
        self.0.shape[0]
    }

    pub fn rows(&self) -> usize {
        self.0.shape[1]
    }

    /// Whether rows are heads, and not tokens.
    pub fn by_head(&self) -> bool {
        matches!(self.0.site, PatchSite::Z | PatchSite::V | PatchSite::Pattern)
    }

    /// Where a row of a layer is in the shape.
    pub fn at(&self, head: usize, layer: usize, row: usize) -> Vec<usize> {
        let of_head = (self.0.site == PatchSite::ZByPosition).then_some(head);
        [layer, row].into_iter().chain(of_head).collect()
    }

    pub fn logit(&self, at: &[usize]) -> f64 {
        let shape = &self.0.shape;
        let i = at.iter().zip(shape).fold(0, |i, (at, n)| i * n + at);
        self.0.logit[i]
    }

    /// Logits from the corrupted prompt to the clean one, if they say different things.
    pub fn way(&self) -> Option<f64> {
        self.0.way()
    }

    pub fn value(&self, logit: f64) -> f64 {
        self.0.recovered(logit)
    }

    /// The value that has the strongest colour.
    pub fn limit(&self) -> f64 {
        let values = self.0.logit.iter().map(|&logit| self.value(logit).abs());
        let largest = values.filter(|value| value.is_finite()).fold(0.0, f64::max);
        match self.way() {
            Some(_) => 1.0,
            None if largest < 1e-100 => 1.0,
            None => largest,
        }
    }
}

fn check(patching: &Patching, clean: usize, corrupted: usize) -> Result<()> {
    let Patching { site, shape, logit, .. } = patching;
    let tokens = match (site, &shape[..]) {
        (PatchSite::Z | PatchSite::V | PatchSite::Pattern, &[_, _]) => Some(clean),
        (PatchSite::ResidPre | PatchSite::AttnOut | PatchSite::MlpOut, &[_, tokens]) => Some(tokens),
        (PatchSite::ZByPosition, &[_, tokens, _]) => Some(tokens),
        _ => None,
    };
    let count = shape.iter().try_fold(1usize, |count, &n| count.checked_mul(n));
    if tokens.is_none() || count != Some(logit.len()) || logit.is_empty() {
        return Err(Error::Chart(format!(
            "patching of {site} with {} numbers in the shape {shape:?}; it needs one for each layer and token, or head",
            logit.len()
        )));
    }
    if tokens != Some(clean) || clean != corrupted {
        return Err(Error::Chart(format!(
            "a clean prompt of {clean} tokens and a corrupted one of {corrupted}; patching with the shape {shape:?} needs as many of both"
        )));
    }
    let ends = [patching.clean, patching.corrupted];
    if ends.iter().any(|x| x.is_nan()) || logit.iter().chain(&ends).any(|x| x.abs() > LARGEST) {
        return Err(Error::Chart(
            "patching with a number that is not a finite float32".into(),
        ));
    }
    Ok(())
}
