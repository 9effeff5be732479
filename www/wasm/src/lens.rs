//! The logit lens, and what parts say, as they leave the module.

use std::collections::BTreeMap;
use std::rc::Rc;

use js_sys::{Float64Array, Uint32Array};
use logitscope::attribution::{Lens, LensTrial, Part};
use logitscope::gpt2::{Expected, LanguageModel, Progress};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::JsResult;
use crate::convert::to_js;

/// A lens in the making, and whose tokens it is about.
pub struct Looking {
    trial: LensTrial,
    model: Rc<LanguageModel>,
    k: usize,
    answer: bool,
}

/// What is small.
#[derive(Serialize)]
struct Sizes<'a> {
    labels: &'a [Part],
    positions: &'a [usize],
    k: usize,
    texts: Vec<String>,
}

impl Looking {
    pub fn new(model: &Rc<LanguageModel>, trial: LensTrial, k: usize, answer: bool) -> Self {
        Self {
            trial,
            model: Rc::clone(model),
            k: k.min(model.gpt2.config().vocab_size),
            answer,
        }
    }

    pub fn advance(&mut self) -> logitscope::Result<bool> {
        self.trial.advance()
    }

    pub fn progress(&self) -> Progress {
        self.trial.progress()
    }

    /// Thousands of predictions: numbers go as they lie, and each text once.
    pub fn known(&self) -> JsResult<JsValue> {
        let lens = self.trial.lens();
        let top = |of: &dyn Fn(usize, &Expected) -> f64| -> Vec<f64> {
            let each = |expected: &Option<Expected>| -> Vec<f64> {
                let number = |i| expected.as_ref().map_or(f64::NAN, |expected| of(i, expected));
                (0..self.k).map(number).collect()
            };
            cells(lens).flat_map(each).collect()
        };
        let mut texts = BTreeMap::new();
        for guess in cells(lens).flatten().flat_map(|expected| &expected.top) {
            texts
                .entry(guess.token)
                .or_insert_with(|| self.model.token_text(guess.token));
        }
        let ids: Vec<u32> = texts.keys().copied().collect();
        let result = to_js(&Sizes {
            labels: &lens.labels,
            positions: &lens.positions,
            k: self.k,
            texts: texts.into_values().collect(),
        })?;
        let set = |name: &str, value: JsValue| js_sys::Reflect::set(&result, &name.into(), &value);
        let numbers = |numbers: Vec<f64>| JsValue::from(Float64Array::from(&numbers[..]));
        set("ids", Uint32Array::from(&ids[..]).into())?;
        set("tokens", numbers(top(&|i, expected| expected.top[i].token.into())))?;
        set("logits", numbers(top(&|i, expected| expected.top[i].logit)))?;
        set(
            "probabilities",
            numbers(top(&|i, expected| expected.top[i].probability)),
        )?;
        set("entropy", numbers(of_each(lens, |expected| Some(expected.entropy))))?;
        if self.answer {
            set(
                "answer",
                numbers(of_each(lens, |expected| Some(expected.answer?.0.probability))),
            )?;
            set(
                "rank",
                numbers(of_each(lens, |expected| Some(expected.answer?.1 as f64))),
            )?;
        }
        Ok(result)
    }
}

/// State by state.
fn cells(lens: &Lens) -> impl Iterator<Item = &Option<Expected>> {
    lens.expected.iter().flatten()
}

/// Not a number where it is not known.
fn of_each(lens: &Lens, of: impl Fn(&Expected) -> Option<f64>) -> Vec<f64> {
    let number = |expected: &Option<Expected>| expected.as_ref().and_then(&of).unwrap_or(f64::NAN);
    cells(lens).map(number).collect()
}
