//! What parts say, as it leaves the module.

use std::rc::Rc;

use logitscope::attribution::ReadoutTrial;
use logitscope::gpt2::{LanguageModel, Progress};
use logitscope::report::Words;
use wasm_bindgen::prelude::*;

use crate::JsResult;
use crate::convert::to_js;

/// Readouts in the making, and whose tokens they are about.
pub struct Saying {
    trial: ReadoutTrial,
    model: Rc<LanguageModel>,
}

impl Saying {
    pub fn new(model: &Rc<LanguageModel>, trial: ReadoutTrial) -> Self {
        Self {
            trial,
            model: Rc::clone(model),
        }
    }

    pub fn advance(&mut self) -> logitscope::Result<bool> {
        self.trial.advance()
    }

    pub fn progress(&self) -> Progress {
        self.trial.progress()
    }

    pub fn known(&self) -> JsResult<JsValue> {
        let words = (self.trial.said().iter()).map(|readout| Words::new(&self.model, readout));
        to_js(&words.collect::<Vec<_>>())
    }
}
