//! Questions about one run.

use std::rc::Rc;

use logitscope::attribution::{Explanation, Form, Part, Position, Question, explain};
use logitscope::gpt2::{self, LanguageModel};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::JsResult;
use crate::convert::{form, given, position, single_token, size, to_js, tokens, whole_number};
use crate::types::{JsAttribution, JsPredictions, JsQuestion, JsTokens};

/// A prompt's activations.
#[wasm_bindgen]
pub struct Run {
    model: Rc<LanguageModel>,
    run: Rc<gpt2::Run>,
}

impl Run {
    pub(crate) fn new(model: Rc<LanguageModel>, run: Rc<gpt2::Run>) -> Self {
        Self { model, run }
    }
}

#[wasm_bindgen]
impl Run {
    /// The prompt's tokens.
    #[wasm_bindgen(getter)]
    pub fn tokens(&self) -> JsResult<JsTokens> {
        tokens(&self.model, self.run.tokens())
    }

    /// The `k` likeliest tokens after a position, likeliest first.
    pub fn predictions(&self, position: f64, k: f64) -> JsResult<JsPredictions> {
        let position = Position::At(whole_number(position)?).resolve(self.run.tokens().len())?[0];
        let k = size("k", &k.into())?;
        Ok(to_js(&self.model.predictions(&self.run, position, k)?)?.unchecked_into())
    }

    /// What the model expects of each of some tokens after a position.
    pub fn expectations(&self, position: f64, tokens: Vec<u32>) -> JsResult<JsPredictions> {
        let position = Position::At(whole_number(position)?).resolve(self.run.tokens().len())?[0];
        Ok(to_js(&self.model.expectations(&self.run, position, &tokens)?)?.unchecked_into())
    }

    /// Takes the logit of the answer apart.
    pub fn attribute(&self, asked: &JsQuestion) -> JsResult<JsAttribution> {
        let token = |token| single_token(&self.model, &token);
        let question = Question::new(token(asked.answer())?)
            .rather_than(given(asked.incorrect()).map(token).transpose()?)
            .after(position(&asked.position())?);
        to_attribution(&explain(&self.run, &question, form(&asked.unit())?)?)
    }
}

#[derive(Serialize)]
struct Attribution<'a> {
    unit: Form,
    labels: &'a [Part],
    positions: &'a [usize],
    logit: &'a [f64],
    bias: &'a [f64],
    total: &'a [f64],
    error: &'a [f64],
    exact: bool,
    ranked: Vec<Contribution>,
}

#[derive(Serialize)]
struct Contribution {
    label: Part,
    value: f64,
}

fn to_attribution(explanation: &Explanation) -> JsResult<JsAttribution> {
    let ranked = explanation.top(explanation.labels().len()).into_iter();
    let identity = explanation.identity();
    let result = to_js(&Attribution {
        unit: explanation.form(),
        labels: explanation.labels(),
        positions: explanation.positions(),
        logit: &identity.logit,
        bias: &identity.bias,
        total: &identity.total,
        error: &identity.error,
        exact: identity.is_exact(),
        ranked: ranked.map(|(label, value)| Contribution { label, value }).collect(),
    })?;
    let values = js_sys::Float64Array::from(explanation.values());
    js_sys::Reflect::set(&result, &"attribution".into(), &values)?;
    Ok(result.unchecked_into())
}
