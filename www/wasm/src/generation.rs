//! A text being written.

use std::rc::Rc;

use logitscope::gpt2::{self, LanguageModel};
use wasm_bindgen::prelude::*;

use crate::JsResult;
use crate::convert::{to_js, token};
use crate::types::JsNextToken;

/// A text being written.
#[wasm_bindgen]
pub struct Generation {
    model: Rc<LanguageModel>,
    generation: gpt2::Generation,
}

impl Generation {
    pub(crate) fn new(model: Rc<LanguageModel>, generation: gpt2::Generation) -> Self {
        Self { model, generation }
    }
}

#[wasm_bindgen]
impl Generation {
    /// The next token; undefined at the end.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> JsResult<JsNextToken> {
        let next = self.generation.next()?;
        Ok(to_js(&next.map(|id| token(&self.model, id)))?.unchecked_into())
    }
}
