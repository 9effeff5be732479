//! Questions about one run.

use std::rc::Rc;
use std::sync::Arc;

use logitscope::Error;
use logitscope::attribution::{
    Ablation, Contrast, Explanation, Form, Part, Position, Question, Target, cancelling, difference, effects, explain,
    lens, patch, patched, reaction, readouts, sources, without,
};
use logitscope::gpt2::{self, LanguageModel};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::convert::{
    form, given, integers, one_or_several, parsed, position, single_token, size, steps, to_js, to_js_or_null, tokens,
    whole_number,
};
use crate::lens::Looking;
use crate::readout::Saying;
use crate::types::{
    JsAttribution, JsCancelling, JsLens, JsPredictions, JsQuestion, JsReaction, JsSources, JsTokens, JsWhatIf,
};
use crate::{JsResult, Trial};

/// A prompt's activations.
#[wasm_bindgen]
pub struct Run {
    model: Rc<LanguageModel>,
    run: Arc<gpt2::Run>,
}

impl Run {
    pub(crate) fn new(model: Rc<LanguageModel>, run: Arc<gpt2::Run>) -> Self {
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

    /// What each part adds here less what it adds in the corrupted run.
    pub fn difference(&self, corrupted: &Run, asked: &JsQuestion) -> JsResult<JsAttribution> {
        let form = form(&asked.unit(), None)?;
        to_attribution(&difference(&self.run, &corrupted.run, &self.question(asked)?, form)?)
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

    /// Pairs of parts that cancel.
    pub fn cancelling(&self, asked: &JsQuestion) -> JsResult<JsCancelling> {
        let Form::Parts(unit) = form(&asked.unit(), None)? else {
            return Err(Error::Argument("unit: parts cancel by component or head".into()).into());
        };
        Ok(to_js(&cancelling(&self.run, &self.question(asked)?, unit)?)?.unchecked_into())
    }

    /// What the answer's logit is without each part.
    pub fn effects(&self, asked: &JsWhatIf) -> JsResult<Trial> {
        let Form::Parts(unit) = form(&asked.unit(), None)? else {
            return Err(Error::Argument("unit: parts are taken out by component or head".into()).into());
        };
        let (ablation, at) = removal(asked)?;
        let question = self.question(asked.unchecked_ref())?;
        Ok(effects(&self.run, &question, unit, ablation, at.as_deref())?.into())
    }

    /// What the answer's logit is in the corrupted run with each activation of this one.
    pub fn patch(&self, corrupted: &Run, asked: &JsWhatIf) -> JsResult<Trial> {
        let site = parsed("site", &asked.site())?;
        let question = self.question(asked.unchecked_ref())?;
        Ok(patch(&self.run, &corrupted.run, &question, site)?.into())
    }

    /// How the rest of the model reacts when one part is taken out.
    pub fn reaction(&self, asked: &JsWhatIf) -> JsResult<JsReaction> {
        let (ablation, at) = removal(asked)?;
        let question = self.question(asked.unchecked_ref())?;
        let reaction = reaction(
            &self.run,
            &question,
            parsed("part", &asked.part())?,
            ablation,
            at.as_deref(),
        )?;
        Ok(to_js_or_null(&reaction)?.unchecked_into())
    }

    /// The run without a part, the rest of the model having reacted.
    pub fn without(&self, asked: &JsWhatIf) -> JsResult<Run> {
        let (ablation, at) = removal(asked)?;
        let changed = without(&self.run, parsed("part", &asked.part())?, ablation, at.as_deref())?;
        Ok(Run::new(Rc::clone(&self.model), Arc::new(changed)))
    }

    /// The corrupted run with one activation of this one.
    pub fn patched(&self, corrupted: &Run, asked: &JsWhatIf) -> JsResult<Run> {
        let at = integers("at", asked.at())?.unwrap_or_default();
        let at: Vec<usize> = at.iter().map(|&at| usize::try_from(at).unwrap_or(usize::MAX)).collect();
        let changed = patched(&self.run, &corrupted.run, parsed("site", &asked.site())?, &at)?;
        Ok(Run::new(Rc::clone(&self.model), Arc::new(changed)))
    }

    /// What the model would say after a position, or all, if it stopped at each state of the residual stream.
    pub fn lens(&self, asked: &JsLens) -> JsResult<Trial> {
        let positions = position(&asked.position())?.resolve(self.run.tokens().len())?;
        let answer = given(asked.answer())
            .map(|answer| single_token(&self.model, &answer))
            .transpose()?;
        let k = size("k", &asked.k())?;
        let trial = lens(&self.run, &positions, answer, k)?;
        Ok(Looking::new(&self.model, trial, k, answer.is_some()).into())
    }

    /// What some parts, by their labels, say to the whole vocabulary.
    pub fn readouts(&self, parts: Vec<String>, position: f64, k: f64) -> JsResult<Trial> {
        let position = Position::At(whole_number(position)?).resolve(self.run.tokens().len())?[0];
        let parts = parts
            .iter()
            .map(|part| part.parse())
            .collect::<Result<Vec<_>, Error>>()?;
        let trial = readouts(&self.run, &parts, position, size("k", &k.into())?)?;
        Ok(Saying::new(&self.model, trial).into())
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
        let answer = given(asked.answer());
        let contrast = match (given(asked.incorrect()), given(asked.contrast())) {
            (None, None) => Contrast::Mean,
            (None, Some(name)) => parsed("contrast", &name)?,
            (Some(incorrect), None) => match one_or_several(&incorrect)? {
                Some(tokens) => tokens.into_iter().map(token).collect::<Result<Vec<_>, _>>()?.into(),
                None => token(incorrect)?.into(),
            },
            (Some(_), Some(_)) => {
                let message = "contrast: compares with all tokens, and incorrect with some; leave one of them out";
                return Err(Error::Argument(message.into()).into());
            }
        };
        let target: Target = match (given(asked.explain()), answer) {
            (None, answer) => Question::new(token(answer.unwrap_or(JsValue::UNDEFINED))?).target,
            (Some(explain), None) if contrast == Contrast::Mean => parsed("explain", &explain)?,
            (Some(_), _) => {
                let message =
                    "explain: another number than a logit has no answer, and is compared with nothing; leave them out";
                return Err(Error::Argument(message.into()).into());
            }
        };
        Ok(Question::of(target)
            .rather_than(contrast)
            .after(position(&asked.position())?)
            .through(steps(asked.path())?))
    }
}

/// What a part is replaced by, and at which tokens.
fn removal(asked: &JsWhatIf) -> JsResult<(Ablation, Option<Vec<i64>>)> {
    let ablation = given(asked.ablation())
        .map(|ablation| parsed("ablation", &ablation))
        .transpose()?;
    Ok((
        ablation.unwrap_or(Ablation::Zero),
        integers("positions", asked.positions())?,
    ))
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
pub(crate) fn joined(labels: &[Part]) -> JsValue {
    let labels: Vec<String> = labels.iter().map(ToString::to_string).collect();
    labels.join(" ").into()
}
