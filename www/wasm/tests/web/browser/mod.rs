use js_sys::{Array, Error, Float64Array, JSON, Reflect};
use logitscope_wasm::{JsResult, Model, ModelLoader};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

mod chart;
mod depth;
mod fuzz;
mod sizes;

wasm_bindgen_test_configure!(run_in_browser);

const TOLERANCE: f64 = 1e-4;

struct Reference {
    config: &'static str,
    weights: &'static [u8],
    transformer_lens: &'static str,
    depth: &'static str,
}

macro_rules! reference {
    ($name:literal) => {
        Reference {
            config: include_str!(concat!("../../../../../tests/data/", $name, "/config.json")),
            weights: include_bytes!(concat!("../../../../../tests/data/", $name, "/model.safetensors")),
            transformer_lens: include_str!(concat!("../../../../../tests/data/", $name, "/transformer_lens.json")),
            depth: include_str!(concat!("../../../../../tests/data/", $name, "/depth.json")),
        }
    };
}

const TINY_A: Reference = reference!("tiny-a");
const TINY_B: Reference = reference!("tiny-b");

/// A loader that was given its small files.
fn loader(config: &str, tokenizer: Option<&str>, weights: Option<&str>) -> JsResult<ModelLoader> {
    let mut loader = ModelLoader::new(weights.map(String::from))?;
    let bytes = |text: &str| text.as_bytes().to_vec().into_boxed_slice();
    while let Some(name) = loader.wanted().first() {
        let file = match name.as_str() {
            "config.json" => Some(bytes(config)),
            "tokenizer.json" => tokenizer.map(bytes),
            _ => None,
        };
        loader.give(name, file)?;
    }
    Ok(loader)
}

fn load(reference: &Reference) -> Model {
    load_weights(reference, reference.weights)
}

/// Loads a checkpoint in chunks of uneven sizes, from none to some thousand bytes.
fn load_weights(reference: &Reference, weights: &[u8]) -> Model {
    let mut loader = loader(reference.config, None, None).unwrap();
    let files = loader.choose("model.safetensors", None).unwrap();
    assert_eq!(files, ["model.safetensors"]);
    loader.begin("model.safetensors", Some(weights.len() as f64)).unwrap();
    let (mut rest, mut size) = (weights, 1);
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(size.min(rest.len()));
        loader.push(chunk).unwrap();
        (rest, size) = (after, size * 7919 % 4099);
    }
    loader.end().unwrap();
    loader.finish().unwrap()
}

/// A JavaScript value of any of the surface's types.
fn js<T: JsCast>(value: &Value) -> T {
    JSON::parse(&value.to_string()).unwrap().unchecked_into()
}

fn get(object: &JsValue, field: &str) -> JsValue {
    Reflect::get(object, &field.into()).unwrap()
}

fn numbers(list: &JsValue) -> Vec<f64> {
    Array::from(list).iter().map(|x| x.as_f64().unwrap()).collect()
}

fn strings(list: &JsValue) -> Vec<String> {
    let text = list.as_string().unwrap();
    text.split(' ').map(String::from).collect()
}

fn theirs(list: &Value) -> Vec<f64> {
    let flat = |x: &Value| match x.as_array() {
        Some(row) => row.iter().map(|x| x.as_f64().unwrap()).collect(),
        None => vec![x.as_f64().unwrap()],
    };
    list.as_array().unwrap().iter().flat_map(flat).collect()
}

#[track_caller]
fn assert_close(ours: &[f64], theirs: &[f64]) {
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert!(
            (ours - theirs).abs() < TOLERANCE,
            "{ours}, but TransformerLens has {theirs}"
        );
    }
}

fn compare(reference: &Reference) {
    let mut model = load(reference);
    let cases: Vec<Value> = serde_json::from_str(reference.transformer_lens).unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let run = model.run(&js(&case["tokens"]), true).unwrap();
        let tokens = Array::from(&run.tokens().unwrap());
        let ids: Vec<f64> = tokens.iter().map(|token| get(&token, "id").as_f64().unwrap()).collect();
        assert_eq!(ids, theirs(&case["tokens"]));
        for unit in ["component", "layer", "head"] {
            let mut question = json!({ "answer": case["answer_token"], "unit": unit });
            if !case["incorrect_token"].is_null() {
                question["incorrect"] = case["incorrect_token"].clone();
            }
            let last = run.attribute(&js(&question)).unwrap();
            question["position"] = Value::Null;
            let all = run.attribute(&js(&question)).unwrap();
            for (ours, key) in [(last, unit.to_string()), (all, format!("{unit}_all_positions"))] {
                let expected = &case[&key];
                let attribution: Float64Array = get(&ours, "attribution").dyn_into().unwrap();
                assert_close(&attribution.to_vec(), &theirs(&expected["attribution"]));
                let labels: Vec<String> = serde_json::from_value(expected["labels"].clone()).unwrap();
                assert_eq!(strings(&get(&ours, "labels")), labels);
                assert_eq!(get(&ours, "exact"), JsValue::TRUE);
                let [logit, bias, total, error] =
                    ["logit", "bias", "total", "error"].map(|field| numbers(&get(&ours, field)));
                assert_eq!(logit.len(), numbers(&get(&ours, "positions")).len());
                for p in 0..logit.len() {
                    assert!((total[p] - (logit[p] - bias[p]) - error[p]).abs() < 1e-12);
                }
            }
        }
    }
}

#[wasm_bindgen_test]
fn tiny_a_is_transformer_lens_s() {
    compare(&TINY_A);
}

#[wasm_bindgen_test]
fn tiny_b_is_transformer_lens_s() {
    compare(&TINY_B);
}

/// Greedy generation takes what `predictions` puts first, token after token.
#[wasm_bindgen_test]
fn generation_follows_the_predictions() {
    let mut model = load(&TINY_A);
    let mut ids = vec![1, 5, 9];
    let mut generation = model
        .generate(&js(&json!(ids)), true, &js(&json!({ "maxTokens": 3 })))
        .unwrap();
    loop {
        let next = JsValue::from(generation.next().unwrap());
        if next.is_undefined() {
            break;
        }
        let run = model.run(&js(&json!(ids)), true).unwrap();
        let first = Array::from(&run.predictions(-1.0, 1.0).unwrap()).get(0);
        assert_eq!(get(&next, "id"), get(&first, "id"));
        assert!(get(&first, "probability").as_f64().unwrap() > 0.0);
        ids.push(get(&next, "id").as_f64().unwrap() as u32);
    }
    assert_eq!(ids.len(), 6);
}

/// Scores of attention that are all infinite have no softmax: no kernel makes numbers of what is none.
#[wasm_bindgen_test]
fn an_overflow_is_found_where_it_begins() {
    let (length, rest) = TINY_A.weights.split_at(8);
    let header = &rest[..u64::from_le_bytes(length.try_into().unwrap()) as usize];
    let tensors: Value = serde_json::from_slice(header).unwrap();
    let with = |tensor: &str, indices: &[usize]| {
        let offsets = &tensors[format!("transformer.{tensor}")]["data_offsets"];
        let start = 8 + header.len() + offsets[0].as_u64().unwrap() as usize;
        let mut weights = TINY_A.weights.to_vec();
        for index in indices {
            weights[start + 4 * index..][..4].copy_from_slice(&1e30_f32.to_le_bytes());
        }
        load_weights(&TINY_A, &weights)
    };
    let d = 24;
    for (tensor, indices, place) in [
        (
            "h.0.mlp.c_proj.bias",
            &[0][..],
            "what ln_1 of layer 1 divides by is inf at position 0",
        ),
        (
            "h.1.attn.c_attn.bias",
            &[0, d],
            "what attention mixes in layer 1 is NaN at position 2",
        ),
    ] {
        let run = with(tensor, indices).run(&js(&json!([1, 5, 9])), true).unwrap();
        assert_error(run.predictions(-1.0, 1.0), "OverflowError", place);
        let question = json!({ "answer": 7, "unit": "head" });
        assert_error(run.attribute(&js(&question)), "OverflowError", place);
    }
}

/// The prompt that the page has run is not run again to be continued.
#[wasm_bindgen_test]
fn generation_begins_where_a_run_ended() {
    let config = json!({
        "model_type": "gpt2", "n_embd": 64, "n_layer": 4, "n_head": 4, "n_positions": 1024, "n_ctx": 1024, "vocab_size": 2,
        "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new",
    });
    let mut loader = loader(&config.to_string(), None, None).unwrap();
    loader.choose("model.safetensors", None).unwrap();
    let parsed = logitscope::gpt2::Gpt2Config::from_json(&config.to_string()).unwrap();
    let weights = parsed.weights().map(|(name, shape)| {
        let shape = shape.into_iter().map(|n| n as u64).collect();
        (name, "F32", 4, shape)
    });
    let (header, length) = sizes::header(weights);
    loader.begin("model.safetensors", Some(length as f64)).unwrap();
    loader.push(&header).unwrap();
    loader.push(&vec![0; length as usize - header.len()]).unwrap();
    loader.end().unwrap();
    let mut model = loader.finish().unwrap();

    // A run keeps seven rows of each layer for a token.
    let of_a_run = 1000 * 4 * 7 * 64 * 4;
    let memory = || core::arch::wasm32::memory_size::<0>() * 65536;
    let prompt: JsValue = js(&json!(vec![1; 1000]));
    let run = model.run(prompt.unchecked_ref(), true).unwrap();
    let before = memory();
    let mut generation = model.generate(prompt.unchecked_ref(), true, &js(&json!({}))).unwrap();
    generation.next().unwrap();
    let grown = memory() - before;
    assert!(grown < of_a_run / 2, "{grown} bytes, where a run takes {of_a_run}");
    drop(run);
}

#[track_caller]
fn assert_error<T>(result: JsResult<T>, name: &str, part: &str) {
    let error = JsValue::from(result.err().expect("an error"));
    let error: Error = error.dyn_into().expect("a JavaScript Error");
    let message = String::from(error.message());
    assert_eq!(String::from(error.name()), name, "{message}");
    assert!(message.contains(part), "{message}");
}

#[wasm_bindgen_test]
fn bad_input_is_an_error_that_names_it() {
    let mut model = load(&TINY_A);
    assert_error(model.run(&js(&json!([])), true), "PromptError", "empty");
    assert_error(model.run(&js(&json!("text")), true), "PromptError", "tokenizer.json");
    assert_error(model.run(&js(&json!([1, 97])), true), "PromptError", "97");
    assert_error(model.run(&js(&json!([1, -1])), true), "PromptError", "-1");
    assert_error(model.run(&js(&json!(5)), true), "PromptError", "5");
    assert_error(model.run(&js(&json!(vec![1; 2000])), true), "PromptError", "2000");

    let run = model.run(&js(&json!([1, 5, 9])), true).unwrap();
    let ask = |question: Value| run.attribute(&js(&question));
    assert_error(ask(json!({ "answer": 97, "unit": "head" })), "AnswerError", "97");
    assert_error(ask(json!({ "answer": 1.5, "unit": "head" })), "AnswerError", "1.5");
    assert_error(ask(json!({ "unit": "head" })), "AnswerError", "undefined");
    for unit in ["component", "layer", "head"] {
        let same = json!({ "answer": 7, "incorrect": 7, "unit": unit });
        assert_error(ask(same), "AnswerError", "token #7 is compared with itself");
    }
    // 2^32 + 5 is not 5.
    let wrapping = 4_294_967_301_u64;
    assert_error(model.text(&js(&json!([wrapping]))), "ArgumentError", "ids: 4294967301");
    assert_error(model.token(&js(&json!(wrapping))), "AnswerError", "4294967301");
    assert_error(model.run(&js(&json!([wrapping])), true), "PromptError", "4294967301");
    assert_error(run.predictions(wrapping as f64, 1.0), "PositionError", "4294967301");
    let all = Array::from(&run.predictions(-1.0, wrapping as f64).unwrap()).length();
    assert_eq!(all, 97);
    for field in ["maxTokens", "topK", "seed"] {
        let sampling = js(&json!({ field: wrapping - 5, "temperature": 1 }));
        let mut generation = model.generate(&js(&json!([1])), true, &sampling).unwrap();
        assert!(!JsValue::from(generation.next().unwrap()).is_undefined(), "{field}");
    }
    assert_error(ask(json!({ "answer": 7, "unit": "neuron" })), "ArgumentError", "neuron");
    assert_error(
        ask(json!({ "answer": 7, "unit": "head", "position": 3 })),
        "PositionError",
        "3",
    );
    assert_error(
        ask(json!({ "answer": 7, "unit": "head", "position": 0.5 })),
        "PositionError",
        "0.5",
    );
    assert_error(run.predictions(7.0, 1.0), "PositionError", "7");
    assert_error(run.predictions(-1.0, f64::NAN), "ArgumentError", "NaN");

    assert_error(loader("<!doctype html>", None, None), "ConfigError", "web page");
    let mut cut = loader(TINY_A.config, None, None).unwrap();
    cut.choose("model.safetensors", None).unwrap();
    cut.begin("model.safetensors", None).unwrap();
    cut.push(&TINY_A.weights[..50_000]).unwrap();
    assert_error(cut.end(), "CheckpointError", "model.safetensors");
    assert_error(cut.finish(), "ArgumentError", "model.safetensors");
    assert_error(
        loader(TINY_A.config, Some("{}"), None),
        "TokenizerError",
        "tokenizer.json",
    );
    let weights = |name: &str| {
        let mut loader = loader(TINY_A.config, None, Some(name))?;
        loader.choose(name, None)
    };
    assert_eq!(
        weights("model.step-400.safetensors").unwrap(),
        ["model.step-400.safetensors"]
    );
    assert_error(weights("../config.json"), "ArgumentError", "\"../config.json\"");
    let unchosen = loader(TINY_A.config, None, None).unwrap();
    assert_error(unchosen.finish(), "ArgumentError", "choose");
    let huge = TINY_A.config.replace("\"vocab_size\": 97", "\"vocab_size\": 970000000");
    assert_ne!(huge, TINY_A.config);
    assert_error(loader(&huge, None, None), "MemoryError", "memory");
}
