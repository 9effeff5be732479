//! Questions about one run.

use std::rc::Rc;

use logitscope::Error;
use logitscope::attribution::{Explanation, Part, Position, Question, Target, explain, sources};
use logitscope::gpt2::{self, LanguageModel};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::JsResult;
use crate::convert::{form, given, parsed, position, single_token, size, steps, to_js, tokens, whole_number};
use crate::types::{JsAttribution, JsPredictions, JsQuestion, JsSources, JsTokens};

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

    /// Takes the logit of the answer apart, or another number.
    pub fn attribute(&self, asked: &JsQuestion) -> JsResult<JsAttribution> {
        let of = given(asked.of()).map(|of| parsed("of", &of)).transpose()?;
        to_attribution(&explain(&self.run, &self.question(asked)?, form(&asked.unit(), of)?)?)
    }

    /// What each head takes from each token.
    pub fn sources(&self, asked: &JsQuestion) -> JsResult<JsSources> {
        let of_heads = sources(&self.run, &self.question(asked)?)?;
        let result = js_sys::Object::new();
        let set = |name: &str, value: JsValue| js_sys::Reflect::set(&result, &name.into(), &value);
        set("heads", joined(&of_heads.heads))?;
        set(
            "attribution",
            js_sys::Float64Array::from(&of_heads.attribution[..]).into(),
        )?;
        set("pattern", js_sys::Float64Array::from(&of_heads.pattern[..]).into())?;
        Ok(result.unchecked_into())
    }

    /// The whole pattern of a head, by its label: of each query the attention to the keys up to there, one after the other.
    pub fn pattern(&self, head: &str) -> JsResult<Vec<f32>> {
        match head.parse() {
            Ok(Part::Head { layer, head }) => Ok(self.run.patterns(layer, head)?),
            _ => Err(Error::Argument(format!("head: {head:?} is not a head such as L9H9")).into()),
        }
    }
}

impl Run {
    fn question(&self, asked: &JsQuestion) -> JsResult<Question> {
        let token = |token| single_token(&self.model, &token);
        let (answer, incorrect) = (given(asked.answer()), given(asked.incorrect()));
        let target: Target = match (given(asked.explain()), answer) {
            (None, answer) => Question::new(token(answer.unwrap_or(JsValue::UNDEFINED))?).target,
            (Some(explain), None) if incorrect.is_none() => parsed("explain", &explain)?,
            (Some(_), _) => {
                let message =
                    "explain: another number than a logit has no answer, and no incorrect token; leave them out";
                return Err(Error::Argument(message.into()).into());
            }
        };
        Ok(Question::of(target)
            .rather_than(incorrect.map(token).transpose()?)
            .after(position(&asked.position())?)
            .through(steps(asked.path())?))
    }
}

#[derive(Serialize)]
struct Attribution<'a> {
    unit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<Part>,
    positions: &'a [usize],
    logit: &'a [f64],
    bias: &'a [f64],
    total: &'a [f64],
    error: &'a [f64],
    exact: bool,
}

fn to_attribution(explanation: &Explanation) -> JsResult<JsAttribution> {
    let identity = explanation.identity();
    let result = to_js(&Attribution {
        unit: explanation.form().to_string(),
        of: explanation.form().of(),
        positions: explanation.positions(),
        logit: &identity.logit,
        bias: &identity.bias,
        total: &identity.total,
        error: &identity.error,
        exact: identity.is_exact(),
    })?;
    let set = |name: &str, value: JsValue| js_sys::Reflect::set(&result, &name.into(), &value);
    set("attribution", js_sys::Float64Array::from(explanation.values()).into())?;
    // An MLP has thousands of neurons: what is numbered is so where it is shown, and numbers go as they lie.
    if explanation.form().of().is_none() {
        set("labels", joined(explanation.labels()))?;
    }
    if !explanation.factors().is_empty() {
        // They are the pass's own, in float32.
        let factor = |factor: &Option<f64>| factor.map_or(f32::NAN, |factor| factor as f32);
        let factors: Vec<f32> = explanation.factors().iter().map(factor).collect();
        set("factors", js_sys::Float32Array::from(&factors[..]).into())?;
    }
    Ok(result.unchecked_into())
}

/// Labels as one text, with spaces between.
fn joined(labels: &[Part]) -> JsValue {
    let labels: Vec<String> = labels.iter().map(ToString::to_string).collect();
    labels.join(" ").into()
}
