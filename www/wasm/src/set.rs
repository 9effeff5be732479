//! The same question of many prompts.

use std::rc::Rc;

use logitscope::attribution::set::{Measure, SetAnswer, SetQuestion, SetTable, SetTrial, ask_all, read_prompts};
use logitscope::attribution::{Ablation, Form};
use logitscope::gpt2::{LanguageModel, Progress};
use logitscope::{Error, Result};
use wasm_bindgen::prelude::*;

use crate::JsResult;
use crate::convert::{form, given, integers, parsed, to_js, whole_number};
use crate::run::joined;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** One prompt of a set, and what is asked of it. */
export interface SetPrompt {
  /** The prompt as text; or as ids, taken as they are, by `tokens`. */
  prompt?: string;
  tokens?: number[];
  /** The token to explain: its id, or a text that is exactly one token. A space that begins it is part of it. */
  answer: string | number;
  /** Another token to compare it with, or a list of some, with the mean of whose logits. */
  incorrect?: string | number | readonly (string | number)[];
  /**
   * Tokens that have a part in it, by their names: the position of each, from the end if negative, as a number or as `@5`; or its text, as
   * it stands in the prompt first (of several tokens, the last of them).
   */
  roles?: Record<string, string | number>;
}

/** A prompt of a set that could be asked. */
export interface AnsweredPrompt {
  /** Which of the prompts, from 0 up. */
  index: number;
  /** After which position. */
  position: number;
  /** The logit of the answer, or its difference to what it is compared with. */
  logit: number;
  /** What the model expects of the answer. */
  answer: Prediction;
  /** What it expects most. */
  likeliest: Prediction;
  /** Whether the answer is likelier than each of the prompt's incorrect tokens; where it has none, than every other token. Whatever it is compared with. */
  right: boolean;
  /** How far the parts are from the identity at most; 0 where nothing was taken apart. */
  error: number;
  /** Whether that is within float32's rounding. */
  exact: boolean;
}

/** A prompt of a set that could not be asked. */
export interface FailedPrompt {
  index: number;
  /** What was wrong, and what would be right. */
  message: string;
}

/** What a set is asked, as it enters the module. */
export interface SetQuestion {
  measure: 'parts' | 'effects' | 'sources';
  unit?: Unit | readonly Unit[];
  position?: number;
  prependBos?: boolean;
  contrast?: 'log-probability';
  ablation?: 'zero' | 'mean';
  positions?: readonly number[] | null;
}

/** A set's answer, as it leaves the module. */
export interface SetTables {
  prompts: AnsweredPrompt[];
  failed: FailedPrompt[];
  /** Mean and standard deviation of the prompts' logits (differences). */
  meanLogit: number;
  sdLogit: number;
  /** The largest distance of any prompt's parts from the identity. */
  error: number;
  /** The same numbers of each prompt, [prompt, label]; labels are one text, with spaces between. */
  tables: {
    name: string;
    role?: string;
    labels: string;
    n: number;
    mean: Float64Array;
    sd: Float64Array;
    same: Float64Array;
    values: Float64Array;
    /** Of parts, what the means add up to, and what they should. */
    bias?: number;
    total?: number;
  }[];
}
"#;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "SetPrompt[]")]
    pub type JsSetPrompts;
    #[wasm_bindgen(typescript_type = "SetQuestion")]
    pub type JsSetQuestion;
    #[wasm_bindgen(method, getter)]
    pub fn measure(this: &JsSetQuestion) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn unit(this: &JsSetQuestion) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn position(this: &JsSetQuestion) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = prependBos)]
    pub fn prepend_bos(this: &JsSetQuestion) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn contrast(this: &JsSetQuestion) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn ablation(this: &JsSetQuestion) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn positions(this: &JsSetQuestion) -> JsValue;
}

/// Reads prompts as text: CSV, JSON lines, or a JSON list.
#[wasm_bindgen(js_name = parsePrompts)]
pub fn parse_prompts(text: &str) -> JsResult<JsSetPrompts> {
    let prompts = serde_json::to_string(&read_prompts(text)?).map_err(|error| Error::Argument(error.to_string()))?;
    // As a text, a role may have any name: set on an object, `__proto__` is none of its fields.
    Ok(js_sys::JSON::parse(&prompts)?.unchecked_into())
}

/// A set in the making, and the model that it is asked of.
pub struct Set {
    model: Rc<LanguageModel>,
    trial: SetTrial,
}

impl Set {
    /// `prompts` is a JSON list.
    pub fn new(model: &Rc<LanguageModel>, prompts: &str, asked: &JsSetQuestion) -> JsResult<Self> {
        let position = given(asked.position()).and_then(|position| position.as_f64());
        let position = whole_number(position.unwrap_or(-1.0))?;
        let contrast = given(asked.contrast()).map(|name| parsed("contrast", &name));
        let question = SetQuestion::new(measure(asked)?)
            .rather_than(contrast.transpose()?)
            .after(position)
            .prepend_bos(asked.prepend_bos().as_bool().unwrap_or(true));
        let trial = ask_all(read_prompts(prompts)?, question)?;
        Ok(Self {
            model: Rc::clone(model),
            trial,
        })
    }

    pub fn advance(&mut self) -> Result<bool> {
        self.trial.advance(&self.model)
    }

    pub fn progress(&self) -> Progress {
        self.trial.progress()
    }

    /// What is known by now.
    pub fn known(&self) -> JsResult<JsValue> {
        let SetAnswer {
            prompts,
            failed,
            logit,
            error,
            tables,
            ..
        } = self.trial.answer();
        let all = js_sys::Object::new();
        set(&all, "prompts", to_js(prompts)?)?;
        set(&all, "failed", to_js(failed)?)?;
        let first = |of: &[f64]| of.first().copied().unwrap_or(f64::NAN).into();
        set(&all, "meanLogit", first(logit.mean()))?;
        set(&all, "sdLogit", first(&logit.sd()))?;
        set(&all, "error", (*error).into())?;
        let tables = tables.iter().map(table).collect::<JsResult<js_sys::Array>>()?;
        set(&all, "tables", tables.into())?;
        Ok(all.into())
    }
}

fn measure(asked: &JsSetQuestion) -> JsResult<Measure> {
    Ok(match asked.measure().as_string().as_deref() {
        Some("effects") => {
            let Form::Parts(unit) = form(&asked.unit(), None)? else {
                return Err(Error::Argument("unit: parts are taken out by component or head".into()).into());
            };
            let ablation = given(asked.ablation()).map(|ablation| parsed("ablation", &ablation));
            Measure::Effects {
                unit,
                ablation: ablation.transpose()?.unwrap_or(Ablation::Zero),
                at: integers("positions", asked.positions())?,
            }
        }
        Some("sources") => Measure::Sources,
        _ => {
            let units = js_sys::Array::from(&asked.unit());
            let forms = units.iter().map(|unit| form(&unit, None)).collect::<Result<_>>();
            Measure::Parts(forms?)
        }
    })
}

fn table(table: &SetTable) -> JsResult<js_sys::Object> {
    let of = js_sys::Object::new();
    let numbers = |numbers: &[f64]| js_sys::Float64Array::from(numbers).into();
    set(&of, "name", table.name.as_str().into())?;
    set(&of, "role", table.role.as_deref().into())?;
    set(&of, "labels", joined(&table.labels))?;
    set(&of, "n", (table.moments.n() as f64).into())?;
    set(&of, "mean", numbers(table.moments.mean()))?;
    set(&of, "sd", numbers(&table.moments.sd()))?;
    let same: Vec<f64> = table.moments.same_sign().into_iter().map(|n| n as f64).collect();
    set(&of, "same", numbers(&same))?;
    set(&of, "values", numbers(&table.values))?;
    if let Some(means) = table.explanation() {
        set(&of, "bias", means.identity().bias[0].into())?;
        set(&of, "total", means.identity().total[0].into())?;
    }
    Ok(of)
}

fn set(object: &js_sys::Object, name: &str, value: JsValue) -> JsResult<()> {
    js_sys::Reflect::set(object, &name.into(), &value)?;
    Ok(())
}
