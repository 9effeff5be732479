//! JavaScript's values to ours and back, or an error that shows the value and says what would be right.

use std::str::FromStr;

use logitscope::attribution::{Form, Part, Position, Step};
use logitscope::gpt2::{LanguageModel, Sampling};
use logitscope::report::Token;
use logitscope::{Error, Result};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::JsResult;
use crate::types::{JsSampling, JsTokens};

pub fn to_js(value: &impl Serialize) -> JsResult<JsValue> {
    Ok(serde_wasm_bindgen::to_value(value).map_err(JsValue::from)?)
}

/// With `null` for what is none.
pub fn to_js_or_null(value: &impl Serialize) -> JsResult<JsValue> {
    let nulls = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
    Ok(value.serialize(&nulls).map_err(JsValue::from)?)
}

pub fn token(model: &LanguageModel, id: u32) -> Token {
    Token::new(model, id)
}

pub fn tokens(model: &LanguageModel, ids: &[u32]) -> JsResult<JsTokens> {
    let tokens: Vec<Token> = ids.iter().map(|&id| token(model, id)).collect();
    Ok(to_js(&tokens)?.unchecked_into())
}

/// What is neither undefined nor null.
pub fn given(value: JsValue) -> Option<JsValue> {
    Some(value).filter(|value| !value.is_undefined() && !value.is_null())
}

/// A JavaScript number without a fraction, exactly.
fn integer(value: &JsValue) -> Option<i64> {
    let exact = |x: &f64| x.fract() == 0.0 && x.abs() <= js_sys::Number::MAX_SAFE_INTEGER;
    value.as_f64().filter(exact).map(|x| x as i64)
}

/// How a message shows a value that it refuses.
fn show(value: &JsValue) -> String {
    match (value.as_string(), value.as_f64()) {
        (Some(text), _) => format!("{text:?}"),
        (None, Some(number)) => number.to_string(),
        (None, None) if js_sys::Array::is_array(value) => "a list".into(),
        (None, None) if value.is_object() => "an object".into(),
        (None, None) => {
            let debug = format!("{value:?}");
            debug.trim_start_matches("JsValue(").trim_end_matches(')').into()
        }
    }
}

pub fn natural(name: &str, value: &JsValue) -> Result<u64> {
    integer(value)
        .and_then(|n| u64::try_from(n).ok())
        .ok_or_else(|| Error::Argument(format!("{name}: {} is not a whole number from 0 up", show(value))))
}

/// At most so many: what 32 bits do not count is as good as all.
pub fn size(name: &str, value: &JsValue) -> Result<usize> {
    Ok(usize::try_from(natural(name, value)?).unwrap_or(usize::MAX))
}

/// A position, from the end if negative.
pub fn whole_number(position: f64) -> Result<i64> {
    integer(&position.into()).ok_or_else(|| Error::Position(format!("{position} is not a whole number")))
}

fn token_id(value: &JsValue) -> Option<u32> {
    integer(value).and_then(|id| u32::try_from(id).ok())
}

/// The ids of a prompt.
pub fn token_ids(model: &LanguageModel, input: &JsValue, prepend_bos: bool) -> JsResult<Vec<u32>> {
    if let Some(text) = input.as_string() {
        let no_bos = prepend_bos && model.tokenizer.is_some();
        if let Some(Error::Prompt(why)) = no_bos.then(|| model.bos().err()).flatten() {
            return Err(Error::Prompt(format!("{why}; prependBos: false does without")).into());
        }
        return Ok(model.tokens(&text, prepend_bos)?);
    }
    if !input.is_object() {
        let message = format!("{} is neither a text nor a list of token ids", show(input));
        return Err(Error::Prompt(message).into());
    }
    listed_ids(input, Error::Prompt)
}

/// The ids of a list; `refused` makes an error of what is wrong with it.
pub fn listed_ids(list: &JsValue, refused: impl Fn(String) -> Error) -> JsResult<Vec<u32>> {
    let ids = if list.is_object() {
        js_sys::try_iter(list)?
    } else {
        None
    };
    let ids = ids.ok_or_else(|| refused(format!("{} is no list of token ids", show(list))))?;
    ids.map(|id| {
        let id = id?;
        Ok(token_id(&id).ok_or_else(|| refused(format!("{} is not a token id", show(&id))))?)
    })
    .collect()
}

/// The id of an answer.
pub fn single_token(model: &LanguageModel, answer: &JsValue) -> Result<u32> {
    match answer.as_string() {
        Some(text) => model.single_token(&text),
        None => {
            let id = token_id(answer)
                .ok_or_else(|| Error::Answer(format!("{} is neither a text nor a token id", show(answer))))?;
            model.single_token(&format!("#{id}"))
        }
    }
}

pub fn form(unit: &JsValue, of: Option<Part>) -> Result<Form> {
    match unit.as_string() {
        Some(name) => Form::named(&name, of),
        None => Err(Error::Argument(format!(
            "unit: {} is not one of {}",
            show(unit),
            Form::NAMES.join(", ")
        ))),
    }
}

/// The whole numbers of a list; none where there is no list.
pub fn integers(name: &str, list: JsValue) -> JsResult<Option<Vec<i64>>> {
    let Some(list) = given(list) else {
        return Ok(None);
    };
    let numbers = if list.is_object() {
        js_sys::try_iter(&list)?
    } else {
        None
    };
    let wrong = |value: &JsValue, what: &str| Error::Argument(format!("{name}: {} is {what}", show(value)));
    let numbers = numbers.ok_or_else(|| wrong(&list, "no list of whole numbers"))?;
    let number = |number: std::result::Result<JsValue, JsValue>| {
        let number = number?;
        Ok(integer(&number).ok_or_else(|| wrong(&number, "not a whole number"))?)
    };
    Ok(Some(numbers.map(number).collect::<JsResult<_>>()?))
}

/// The values of a list; none if it is no list, but a value by itself.
pub fn one_or_several(given: &JsValue) -> JsResult<Option<Vec<JsValue>>> {
    if !given.is_object() {
        return Ok(None);
    }
    let values = js_sys::try_iter(given)?;
    Ok(values.map(Iterator::collect).transpose()?)
}

/// What a text says, such as a label.
pub fn parsed<T: FromStr<Err = Error>>(name: &str, value: &JsValue) -> Result<T> {
    match value.as_string() {
        Some(text) => text.parse(),
        None => Err(Error::Argument(format!("{name}: {} is not a text", show(value)))),
    }
}

/// The steps of a path; none if there is none.
pub fn steps(path: JsValue) -> JsResult<Vec<Step>> {
    let Some(path) = given(path) else {
        return Ok(Vec::new());
    };
    let steps = if path.is_object() {
        js_sys::try_iter(&path)?
    } else {
        None
    };
    let steps = steps.ok_or_else(|| Error::Path(format!("{} is no list of steps such as L9H9@5", show(&path))))?;
    steps
        .map(|step| {
            let step = step?;
            match step.as_string() {
                Some(text) => Ok(text.parse()?),
                None => Err(Error::Path(format!("{} is not a step such as L9H9@5", show(&step))).into()),
            }
        })
        .collect()
}

pub fn position(value: &JsValue) -> Result<Position> {
    if value.is_undefined() {
        return Ok(Position::At(-1));
    }
    if value.is_null() {
        return Ok(Position::All);
    }
    integer(value)
        .map(Position::At)
        .ok_or_else(|| Error::Position(format!("{} is neither a whole number nor null", show(value))))
}

pub fn sampling(options: &JsSampling) -> Result<Sampling> {
    let temperature = given(options.temperature()).map(|value| {
        value
            .as_f64()
            .ok_or_else(|| Error::Argument(format!("temperature: {} is not a number", show(&value))))
    });
    let count = |name, value| given(value).map(|n| size(name, &n)).transpose();
    let seed = given(options.seed()).map(|seed| natural("seed", &seed));
    Ok(Sampling {
        max_tokens: count("maxTokens", options.max_tokens())?.unwrap_or(20),
        temperature: temperature.transpose()?.unwrap_or(0.0),
        top_k: count("topK", options.top_k())?,
        seed: seed.transpose()?.unwrap_or(0),
    })
}
