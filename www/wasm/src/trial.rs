//! Work that takes its time, a step a call.

use logitscope::attribution::{EffectsTrial, HeadScoresTrial, PatchingTrial};
use wasm_bindgen::prelude::*;

use crate::JsResult;
use crate::convert::{to_js, to_js_or_null};
use crate::lens::Looking;
use crate::readout::Saying;
use crate::set::Set;
use crate::types::JsTrialed;

/// An answer in the making.
#[wasm_bindgen]
pub struct Trial(Kind);

enum Kind {
    Effects(EffectsTrial),
    Patching(PatchingTrial),
    Lens(Looking),
    Readouts(Saying),
    Heads(Box<HeadScoresTrial>),
    Set(Box<Set>),
}

impl From<EffectsTrial> for Trial {
    fn from(trial: EffectsTrial) -> Self {
        Self(Kind::Effects(trial))
    }
}

impl From<PatchingTrial> for Trial {
    fn from(trial: PatchingTrial) -> Self {
        Self(Kind::Patching(trial))
    }
}

impl From<Looking> for Trial {
    fn from(looking: Looking) -> Self {
        Self(Kind::Lens(looking))
    }
}

impl From<Saying> for Trial {
    fn from(saying: Saying) -> Self {
        Self(Kind::Readouts(saying))
    }
}

impl From<HeadScoresTrial> for Trial {
    fn from(trial: HeadScoresTrial) -> Self {
        Self(Kind::Heads(Box::new(trial)))
    }
}

impl From<Set> for Trial {
    fn from(set: Set) -> Self {
        Self(Kind::Set(Box::new(set)))
    }
}

#[wasm_bindgen]
impl Trial {
    /// Does some hundredths of a second of the work, and tells whether there is more.
    pub fn advance(&mut self) -> JsResult<bool> {
        Ok(match &mut self.0 {
            Kind::Effects(trial) => trial.advance()?,
            Kind::Patching(trial) => trial.advance()?,
            Kind::Lens(looking) => looking.advance()?,
            Kind::Readouts(saying) => saying.advance()?,
            Kind::Heads(trial) => trial.advance()?,
            Kind::Set(set) => set.advance()?,
        })
    }

    /// How much is done, and how much there is, in multiply-adds, or prompts.
    pub fn progress(&self) -> Vec<f64> {
        let progress = match &self.0 {
            Kind::Effects(trial) => trial.progress(),
            Kind::Patching(trial) => trial.progress(),
            Kind::Lens(looking) => looking.progress(),
            Kind::Readouts(saying) => saying.progress(),
            Kind::Heads(trial) => trial.progress(),
            Kind::Set(set) => set.progress(),
        };
        vec![progress.done as f64, progress.total as f64]
    }

    /// What is known by now; not a number where it is not.
    pub fn known(&self) -> JsResult<JsTrialed> {
        let known = match &self.0 {
            Kind::Effects(trial) => to_js_or_null(&trial.effects())?,
            Kind::Patching(trial) => to_js(&trial.patching())?,
            Kind::Lens(looking) => looking.known()?,
            Kind::Readouts(saying) => saying.known()?,
            Kind::Heads(trial) => to_js(trial.scores())?,
            Kind::Set(set) => set.known()?,
        };
        Ok(known.unchecked_into())
    }
}
