//! Going in, against TransformerLens's numbers, and what is refused on the way.

use js_sys::{Array, Float64Array};
use logitscope_wasm::Run;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{Reference, TINY_A, TINY_B, assert_close, assert_error, get, js, load, numbers, strings, theirs};

/// What a question is answered with, which must add up.
fn ask(run: &Run, question: &Value) -> JsValue {
    let ours = run.attribute(&js(question)).unwrap();
    assert_eq!(get(&ours, "exact"), JsValue::TRUE, "{question}");
    ours.into()
}

fn attribution(ours: &JsValue) -> Vec<f64> {
    get(ours, "attribution").unchecked_into::<Float64Array>().to_vec()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn compare(reference: &Reference) {
    let mut model = load(reference);
    let cases: Vec<Value> = serde_json::from_str(reference.depth).unwrap();
    for case in cases {
        let run = model.run(&js(&case["tokens"]), true).unwrap();
        let with = |more: Value| {
            let mut question = json!({ "answer": case["answer_token"], "incorrect": case["incorrect_token"] });
            question
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            question
        };
        let all = run.sources(&js(&with(json!({})))).unwrap();
        let by_head: Vec<f64> = list(&case["head_by_source"])
            .iter()
            .flat_map(|layer| list(layer))
            .flat_map(theirs)
            .collect();
        assert_close(&attribution(&all), &by_head);

        for (layer, heads) in list(&case["head_by_source"]).iter().enumerate() {
            for (head, by_source) in list(heads).iter().enumerate() {
                let label = format!("L{layer}H{head}");
                let ours = ask(&run, &with(json!({ "unit": "source", "of": label })));
                assert_close(&attribution(&ours), &theirs(by_source));
                let patterns = list(&case["pattern"][layer][head]);
                assert_close(&numbers(&get(&ours, "factors")), &theirs(patterns.last().unwrap()));
                let seen = |(query, row): (usize, &Value)| theirs(row)[..=query].to_vec();
                let expected: Vec<f64> = patterns.iter().enumerate().flat_map(seen).collect();
                let pattern: Vec<f64> = run.pattern(&label).unwrap().into_iter().map(f64::from).collect();
                assert_close(&pattern, &expected);

                for key in 0..list(by_source).len() {
                    let step = format!("{label}@{key}");
                    let inside = ask(&run, &with(json!({ "unit": "component", "path": [step] })));
                    let of_part = &case["head_by_source_and_part"][layer];
                    assert_close(&attribution(&inside), &theirs(&of_part["attribution"][head][key]));
                    let labels: Vec<String> = serde_json::from_value(of_part["labels"].clone()).unwrap();
                    assert_eq!(strings(&get(&inside, "labels")), labels);
                    let score = list(&case["attn_scores"][layer][head]).last().unwrap()[key]
                        .as_f64()
                        .unwrap();
                    for side in ["key", "query"] {
                        let explain = format!("score:{step}:{side}");
                        let ours = ask(&run, &json!({ "explain": explain, "unit": "head" }));
                        assert_close(&numbers(&get(&ours, "logit")), &[score]);
                    }
                }
            }
            let ours = ask(
                &run,
                &with(json!({ "unit": "neuron", "of": format!("{layer}_mlp_out") })),
            );
            let neurons = theirs(&case["neurons"][layer]);
            assert_close(&attribution(&ours)[..neurons.len()], &neurons);
            assert_eq!(attribution(&ours).len(), neurons.len() + 1);
            for (neuron, pre) in theirs(&case["neuron_pre"][layer]).into_iter().enumerate().step_by(7) {
                let explain = format!("neuron:L{layer}N{neuron}");
                let ours = ask(&run, &json!({ "explain": explain, "unit": "layer" }));
                assert_close(&numbers(&get(&ours, "logit")), &[pre]);
            }
        }
    }
}

#[wasm_bindgen_test]
fn every_level_of_tiny_a_is_transformer_lens_s() {
    compare(&TINY_A);
}

#[wasm_bindgen_test]
fn every_level_of_tiny_b_is_transformer_lens_s() {
    compare(&TINY_B);
}

#[wasm_bindgen_test]
fn a_way_that_is_none_is_an_error_that_names_it() {
    let mut model = load(&TINY_A);
    let run = model.run(&js(&json!([1, 5, 9])), true).unwrap();
    for (question, name, part) in [
        (
            json!({ "path": ["L1H0@3"] }),
            "PathError",
            "step 1, L1H0@3: the head is at token 2",
        ),
        (
            json!({ "path": ["L1H0@2", "L1H0@2"] }),
            "PathError",
            "step 2, L1H0@2: layer 1 comes after",
        ),
        (
            json!({ "path": ["L1H0"] }),
            "PathError",
            "\"L1H0\" is not a step such as L9H9@5",
        ),
        (json!({ "path": [5] }), "PathError", "5 is not a step such as L9H9@5"),
        (
            json!({ "path": "L1H0@2" }),
            "PathError",
            "\"L1H0@2\" is no list of steps",
        ),
        (
            json!({ "path": ["L1H0@2"], "position": null }),
            "PositionError",
            "give one",
        ),
        (
            json!({ "of": "L1H0" }),
            "ArgumentError",
            "of: unit component takes the whole number apart",
        ),
        (
            json!({ "unit": "source" }),
            "ArgumentError",
            "of: unit source takes a head apart",
        ),
        (
            json!({ "unit": "source", "of": 7 }),
            "ArgumentError",
            "of: 7 is not a text",
        ),
        (
            json!({ "unit": "source", "of": "L1H9" }),
            "ArgumentError",
            "of: there is no head 9",
        ),
        (
            json!({ "unit": "neuron", "of": "5_mlp_out" }),
            "ArgumentError",
            "of: there is no layer 5",
        ),
        (json!({ "explain": "neuron:L1N3" }), "ArgumentError", "leave them out"),
    ] {
        let mut asked = json!({ "answer": 7, "unit": "component" });
        asked
            .as_object_mut()
            .unwrap()
            .extend(question.as_object().unwrap().clone());
        assert_error(run.attribute(&js(&asked)), name, part);
    }
    for (explain, part) in [
        (json!("neuron:L1N999"), "explain: layer 1 has no neuron 999"),
        (json!("score:L1H0@2:value"), "is not of the form"),
        (json!(3), "explain: 3 is not a text"),
    ] {
        let asked = json!({ "explain": explain, "unit": "component" });
        assert_error(run.attribute(&js(&asked)), "ArgumentError", part);
        assert_error(run.sources(&js(&asked)), "ArgumentError", part);
    }
    assert_error(
        run.pattern("3_mlp_out"),
        "ArgumentError",
        "head: \"3_mlp_out\" is not a head",
    );
    assert_error(run.pattern("L1H9"), "ArgumentError", "head: 9 is not in this model");
}

#[wasm_bindgen_test]
fn the_lens_is_transformer_lens_s() {
    for reference in [TINY_A, TINY_B] {
        let mut model = load(&reference);
        let cases: Vec<Value> = serde_json::from_str(reference.depth).unwrap();
        for case in cases {
            let run = model.run(&js(&case["tokens"]), true).unwrap();
            let asked = json!({ "answer": case["answer_token"], "position": null, "k": 1 });
            let mut trial = run.lens(&js(&asked)).unwrap();
            while trial.advance().unwrap() {}
            let ours: JsValue = trial.known().unwrap().into();
            let flat = |name: &str| get(&ours, name).unchecked_into::<Float64Array>().to_vec();
            for (name, theirs_name) in [
                ("tokens", "top_token"),
                ("probabilities", "top_probability"),
                ("answer", "answer_probability"),
                ("rank", "answer_rank"),
                ("entropy", "entropy"),
            ] {
                assert_close(&flat(name), &theirs(&case["lens"][theirs_name]));
            }
        }
    }
}

#[wasm_bindgen_test]
fn what_a_part_says_of_a_token_is_its_attribution() {
    let mut model = load(&TINY_A);
    let run = model.run(&js(&json!([3, 1, 4, 1, 5])), true).unwrap();
    for (part, question, row) in [
        ("0_mlp_out", json!({ "unit": "component" }), 3),
        ("L0H1", json!({ "unit": "head" }), 1),
        ("L0N3", json!({ "unit": "neuron", "of": "0_mlp_out" }), 3),
        ("L1H0@2", json!({ "unit": "source", "of": "L1H0" }), 2),
    ] {
        let mut trial = run.readouts(vec![part.into()], -1.0, 1.0).unwrap();
        while trial.advance().unwrap() {}
        let said = JsValue::from(trial.known().unwrap());
        let words = get(&Array::from(&said).get(0), "promoted");
        let word = Array::from(&words).get(0);
        let mut asked = question;
        asked["answer"] = json!(get(&word, "id").as_f64().unwrap());
        let ours = attribution(&ask(&run, &asked))[row];
        assert_close(&[get(&word, "value").as_f64().unwrap()], &[ours]);
    }
    assert_error(run.readouts(vec!["L1".into()], -1.0, 1.0), "ArgumentError", "L3H7@5");
}
