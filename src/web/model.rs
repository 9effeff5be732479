//! The model, for a worker: load it, run it, ask about a run.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::JsResult;
use crate::attribution::{Attributor, Position, Unit};
use crate::gpt2::{ActivationCache, Checkpoint, Gpt2Config, LanguageModel, Sampling, Tokenizer};
use crate::{Error, Result, gpt2};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What of config.json changes the computation, by its names there. */
export interface ModelConfig {
  /** d_model, the width of the residual stream. */
  n_embd: number;
  /** Number of blocks. */
  n_layer: number;
  /** Attention heads a block. */
  n_head: number;
  /** The longest prompt, in tokens. */
  n_positions: number;
  /** Width of the MLP. */
  n_inner: number;
  /** d_vocab */
  vocab_size: number;
  layer_norm_epsilon: number;
  activation_function: string;
  scale_attn_weights: boolean;
  scale_attn_by_inverse_layer_idx: boolean;
  tie_word_embeddings: boolean;
  bos_token_id?: number;
}

/** A token. Its text is as in the prompt, a leading space included; `#12` if the model has no tokenizer. */
export interface Token {
  id: number;
  text: string;
}

/** What the model expects next. */
export interface Prediction extends Token {
  /** Centered on the mean over the vocabulary. */
  logit: number;
  probability: number;
}

/** How finely the residual stream is taken apart. `layer` is the logit lens: cumulative, not a sum. */
export type Unit = 'component' | 'layer' | 'head';

/** A part of the model by its TransformerLens label, and what it adds; over several positions, their mean. */
export interface Contribution {
  label: string;
  value: number;
}

/** A logit, or the difference of two, taken apart. */
export interface AttributionData {
  unit: Unit;
  /** The parts, in TransformerLens's order: `embed`, `3_mlp_out`, `2_mid`, `L3H7`, `remainder`, ... [component] */
  labels: string[];
  /** What each part adds to the logit (difference), row-major [component, position]. */
  attribution: Float64Array;
  /** The positions attributed at, ascending. [position] */
  positions: number[];
  /** The logit (difference) that the model gives. [position] */
  logit: number[];
  /** b_U: the share of it that no part produced. [position] */
  bias: number[];
  /** The sum of the parts; for `layer` the last, cumulative value. [position] */
  total: number[];
  /** total - (logit - bias): how far the parts are from the identity. [position] */
  error: number[];
  /** Whether every error is within float32's rounding. */
  exact: boolean;
  /** Every part, highest first. */
  ranked: Contribution[];
}

/** What `Run.attribute` is asked. */
export interface Question {
  /** The token to explain: its id, or a text that is exactly one token. */
  answer: string | number;
  /** The token to compare it with; without one the answer's own logit is explained. */
  incorrect?: string | number;
  unit: Unit;
  /** A position of the prompt, counted from the end if negative; null for all of them. Default -1. */
  position?: number | null;
}

/** How `Model.generate` chooses tokens. */
export interface SamplingOptions {
  /** At most so many tokens. Default 20. */
  maxTokens?: number;
  /** 0, the default, takes the likeliest token each time. */
  temperature?: number;
  /** Choose among so many of the likeliest. Default: all. */
  topK?: number;
  /** The same seed gives the same text. Default 0. */
  seed?: number;
}
"#;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "ModelConfig")]
    pub type JsConfig;
    #[wasm_bindgen(typescript_type = "Token")]
    pub type JsToken;
    #[wasm_bindgen(typescript_type = "Token | undefined")]
    pub type JsNextToken;
    #[wasm_bindgen(typescript_type = "Token[]")]
    pub type JsTokens;
    #[wasm_bindgen(typescript_type = "Prediction[]")]
    pub type JsPredictions;
    #[wasm_bindgen(typescript_type = "AttributionData")]
    pub type JsAttribution;
    #[wasm_bindgen(typescript_type = "string | ArrayLike<number>")]
    pub type JsInput;
    #[wasm_bindgen(typescript_type = "string | number")]
    pub type JsAnswer;

    #[wasm_bindgen(typescript_type = "Question")]
    pub type JsQuestion;
    #[wasm_bindgen(method, getter)]
    fn answer(this: &JsQuestion) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn incorrect(this: &JsQuestion) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn unit(this: &JsQuestion) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn position(this: &JsQuestion) -> JsValue;

    #[wasm_bindgen(typescript_type = "SamplingOptions")]
    pub type JsSampling;
    #[wasm_bindgen(method, getter, js_name = maxTokens)]
    fn max_tokens(this: &JsSampling) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn temperature(this: &JsSampling) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = topK)]
    fn top_k(this: &JsSampling) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn seed(this: &JsSampling) -> JsValue;
}

/// Collects the files of one model, then becomes it.
#[wasm_bindgen]
pub struct ModelLoader {
    checkpoint: Checkpoint,
    tokenizer: Option<Tokenizer>,
}

#[wasm_bindgen]
impl ModelLoader {
    /// Takes the text of `config.json` and the bytes of `tokenizer.json`, if there is one. The weights are in
    /// `model.safetensors`; or in shards, by the text of `model.safetensors.index.json`; or in the file named `weights`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        config: &str,
        tokenizer: Option<Box<[u8]>>,
        index: Option<String>,
        weights: Option<String>,
    ) -> JsResult<ModelLoader> {
        let config = Gpt2Config::from_json(config)?;
        Ok(Self {
            tokenizer: tokenizer.map(|json| Tokenizer::from_json(&json)).transpose()?,
            checkpoint: match (weights, index) {
                (Some(file), _) => Checkpoint::with_file(config, &file)?,
                (None, Some(index)) => Checkpoint::with_index(config, &index)?,
                (None, None) => Checkpoint::new(config)?,
            },
        })
    }

    /// The names of the weights files to feed, in order.
    pub fn files(&self) -> Vec<String> {
        self.checkpoint.files()
    }

    /// Begins a file; `byteLength` is its exact length, if known.
    pub fn begin(
        &mut self,
        file: &str,
        #[wasm_bindgen(js_name = byteLength)] byte_length: Option<f64>,
    ) -> JsResult<()> {
        Ok(self.checkpoint.begin(file, byte_length.map(|n| n as u64))?)
    }

    /// The file's next bytes, as many as there happen to be.
    pub fn push(&mut self, chunk: &[u8]) -> JsResult<()> {
        Ok(self.checkpoint.push(chunk)?)
    }

    /// Ends the file; a file that was cut short is found here.
    pub fn end(&mut self) -> JsResult<()> {
        Ok(self.checkpoint.end()?)
    }

    /// The model, once every file has been fed.
    pub fn finish(self) -> JsResult<Model> {
        let model = LanguageModel::new(self.checkpoint.finish()?, self.tokenizer)?;
        Ok(Model {
            model: Rc::new(model),
            newest: None,
            alive: Vec::new(),
            attributor: Rc::default(),
        })
    }
}

/// A GPT-2 and its tokenizer.
#[wasm_bindgen]
pub struct Model {
    model: Rc<LanguageModel>,
    /// Runs that a later one may begin like: the newest, and those that are still asked about.
    newest: Option<Rc<ActivationCache>>,
    alive: Vec<Weak<ActivationCache>>,
    /// The newest run's.
    attributor: Rc<RefCell<Attributor>>,
}

#[wasm_bindgen]
impl Model {
    /// The model's configuration.
    #[wasm_bindgen(getter)]
    pub fn config(&self) -> JsResult<JsConfig> {
        Ok(to_js(self.model.gpt2.config())?.unchecked_into())
    }

    /// Whether prompts and answers can be texts.
    #[wasm_bindgen(getter, js_name = hasTokenizer)]
    pub fn has_tokenizer(&self) -> bool {
        self.model.tokenizer.is_some()
    }

    /// The tokens of a prompt. Token ids are taken as they are; `prependBos` concerns text.
    pub fn tokens(
        &self,
        input: &JsInput,
        #[wasm_bindgen(js_name = prependBos)] prepend_bos: bool,
    ) -> JsResult<JsTokens> {
        let ids = token_ids(&self.model, input, prepend_bos)?;
        Ok(to_js(&tokens(&self.model, &ids))?.unchecked_into())
    }

    /// The one token that `answer` is.
    pub fn token(&self, answer: &JsAnswer) -> JsResult<JsToken> {
        let id = single_token(&self.model, answer)?;
        Ok(to_js(&token(&self.model, id))?.unchecked_into())
    }

    /// The text of token ids.
    pub fn text(&self, ids: &[u32]) -> String {
        match &self.model.tokenizer {
            Some(tokenizer) => tokenizer.decode(ids),
            None => ids
                .iter()
                .map(|&id| self.model.token_text(id))
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    /// One forward pass over a prompt, remembered for questions about it.
    ///
    /// What it has in common with the beginning of an earlier one is taken from there.
    pub fn run(&mut self, input: &JsInput, #[wasm_bindgen(js_name = prependBos)] prepend_bos: bool) -> JsResult<Run> {
        let ids = token_ids(&self.model, input, prepend_bos)?;
        self.alive.retain(|run| run.strong_count() > 0);
        let earlier = self.alive.iter().filter_map(Weak::upgrade);
        let cache = match earlier.max_by_key(|run| run.common_prefix(&ids)) {
            Some(earlier) => self.model.gpt2.run_from(&earlier, &ids)?,
            None => self.model.gpt2.run(&ids)?,
        };
        let cache = Rc::new(cache);
        self.alive.push(Rc::downgrade(&cache));
        self.newest = Some(Rc::clone(&cache));
        let attributor = self.attributor.borrow().for_another_run();
        self.attributor = Rc::new(RefCell::new(attributor));
        Ok(Run {
            cache,
            model: Rc::clone(&self.model),
            attributor: Rc::clone(&self.attributor),
        })
    }

    /// Continues a prompt, one token for each call of `next`.
    pub fn generate(
        &self,
        input: &JsInput,
        #[wasm_bindgen(js_name = prependBos)] prepend_bos: bool,
        sampling: &JsSampling,
    ) -> JsResult<Generation> {
        let ids = token_ids(&self.model, input, prepend_bos)?;
        Ok(Generation {
            generation: gpt2::Generation::new(&ids, &read_sampling(sampling)?)?,
            model: Rc::clone(&self.model),
        })
    }
}

/// A prompt's activations.
#[wasm_bindgen]
pub struct Run {
    model: Rc<LanguageModel>,
    cache: Rc<ActivationCache>,
    attributor: Rc<RefCell<Attributor>>,
}

#[wasm_bindgen]
impl Run {
    /// The prompt's tokens.
    #[wasm_bindgen(getter)]
    pub fn tokens(&self) -> JsResult<JsTokens> {
        Ok(to_js(&tokens(&self.model, self.cache.tokens()))?.unchecked_into())
    }

    /// The `k` likeliest tokens after a position, likeliest first.
    pub fn predictions(&self, position: f64, k: f64) -> JsResult<JsPredictions> {
        let position =
            integer(&position.into()).ok_or_else(|| Error::Position(format!("{position} is not a whole number")))?;
        let k = natural("k", &k.into())?;
        let position = Position::At(position).resolve(self.cache.tokens().len())?[0];
        Ok(to_js(&self.model.predictions(&self.cache, position, k as usize)?)?.unchecked_into())
    }

    /// Takes the logit of the answer apart.
    pub fn attribute(&mut self, question: &JsQuestion) -> JsResult<JsAttribution> {
        let incorrect = Some(question.incorrect()).filter(|token| !token.is_undefined() && !token.is_null());
        let mut dla = self.attributor.borrow_mut().attribute(
            &self.model.gpt2,
            &self.cache,
            single_token(&self.model, &question.answer())?,
            incorrect.map(|token| single_token(&self.model, &token)).transpose()?,
            unit(&question.unit())?,
            position(&question.position())?,
        )?;
        let ranked = dla.top(dla.labels.len());
        let ranked: Vec<Contribution> = ranked
            .into_iter()
            .map(|(part, value)| Contribution {
                label: part.to_string(),
                value,
            })
            .collect();
        let exact = dla.is_exact();
        let values = js_sys::Float64Array::from(std::mem::take(&mut dla.attribution).as_slice());
        let result = to_js(&dla)?;
        for (field, value) in [
            ("attribution", values.into()),
            ("exact", exact.into()),
            ("ranked", to_js(&ranked)?),
        ] {
            js_sys::Reflect::set(&result, &field.into(), &value)?;
        }
        Ok(result.unchecked_into())
    }
}

/// A text being written.
#[wasm_bindgen]
pub struct Generation {
    model: Rc<LanguageModel>,
    generation: gpt2::Generation,
}

#[wasm_bindgen]
impl Generation {
    /// The next token; undefined at the end.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> JsResult<JsNextToken> {
        let next = self.generation.next(&self.model)?;
        Ok(to_js(&next.map(|id| token(&self.model, id)))?.unchecked_into())
    }
}

#[derive(Serialize)]
struct Token {
    id: u32,
    text: String,
}

#[derive(Serialize)]
struct Contribution {
    label: String,
    value: f64,
}

fn to_js(value: &impl Serialize) -> JsResult<JsValue> {
    Ok(serde_wasm_bindgen::to_value(value)?)
}

fn token(model: &LanguageModel, id: u32) -> Token {
    Token {
        id,
        text: model.token_text(id),
    }
}

fn tokens(model: &LanguageModel, ids: &[u32]) -> Vec<Token> {
    ids.iter().map(|&id| token(model, id)).collect()
}

/// A JavaScript number without a fraction, exactly.
fn integer(value: &JsValue) -> Option<i64> {
    let exact = |x: &f64| x.fract() == 0.0 && x.abs() <= js_sys::Number::MAX_SAFE_INTEGER;
    value.as_f64().filter(exact).map(|x| x as i64)
}

/// How a message shows a value that it refuses.
fn show(value: &JsValue) -> String {
    value
        .as_string()
        .map(|text| format!("{text:?}"))
        .unwrap_or_else(|| format!("{value:?}"))
}

fn natural(name: &str, value: &JsValue) -> Result<u64> {
    integer(value)
        .and_then(|n| u64::try_from(n).ok())
        .ok_or_else(|| Error::Argument(format!("{name}: {} is not a whole number from 0 up", show(value))))
}

fn token_id(value: &JsValue) -> Option<u32> {
    integer(value).and_then(|id| u32::try_from(id).ok())
}

fn token_ids(model: &LanguageModel, input: &JsValue, prepend_bos: bool) -> JsResult<Vec<u32>> {
    if let Some(text) = input.as_string() {
        return Ok(model.tokens(&text, prepend_bos)?);
    }
    let ids = if input.is_object() {
        js_sys::try_iter(input)?
    } else {
        None
    };
    let ids = ids.ok_or_else(|| Error::Prompt(format!("{} is neither a text nor a list of token ids", show(input))))?;
    ids.map(|id| {
        let id = id?;
        Ok(token_id(&id).ok_or_else(|| Error::Prompt(format!("{} is not a token id", show(&id))))?)
    })
    .collect()
}

fn single_token(model: &LanguageModel, answer: &JsValue) -> Result<u32> {
    match answer.as_string() {
        Some(text) => model.single_token(&text),
        None => {
            let id = token_id(answer)
                .ok_or_else(|| Error::Answer(format!("{} is neither a text nor a token id", show(answer))))?;
            model.single_token(&format!("#{id}"))
        }
    }
}

fn unit(value: &JsValue) -> Result<Unit> {
    match value.as_string() {
        Some(name) => name.parse(),
        None => Err(Error::Argument(format!(
            "unit: {} is not one of component, layer, head",
            show(value)
        ))),
    }
}

fn position(value: &JsValue) -> Result<Position> {
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

fn read_sampling(options: &JsSampling) -> Result<Sampling> {
    let given = |value: JsValue| Some(value).filter(|value| !value.is_undefined() && !value.is_null());
    let count = |name, value| given(value).map(|n| natural(name, &n)).transpose();
    let temperature = given(options.temperature()).map(|value| {
        value
            .as_f64()
            .ok_or_else(|| Error::Argument(format!("temperature: {} is not a number", show(&value))))
    });
    Ok(Sampling {
        max_tokens: count("maxTokens", options.max_tokens())?.unwrap_or(20) as usize,
        temperature: temperature.transpose()?.unwrap_or(0.0),
        top_k: count("topK", options.top_k())?.map(|k| k as usize),
        seed: count("seed", options.seed())?.unwrap_or(0),
    })
}
