//! Every number of the tiny checkpoints against what TransformerLens 4.3.0 computes for them (`transformer_lens.json`).

use std::path::Path;

use logitscope::attribution::{Explanation, Form, Position, Question, Unit, explain};
use logitscope::gpt2::{LanguageModel, Run};
use serde::Deserialize;

const TOLERANCE: f64 = 1e-4;

#[derive(Deserialize)]
struct Reference {
    tokens: Vec<u32>,
    answer_token: u32,
    incorrect_token: Option<u32>,
    logits_last: Vec<f64>,
    logit_answer: f64,
    #[serde(rename = "b_U_answer")]
    b_u_answer: f64,
    logit_incorrect: Option<f64>,
    #[serde(rename = "b_U_incorrect")]
    b_u_incorrect: Option<f64>,
    ln_final_scale: f64,
    /// Every head and MLP neuron, the embeddings and the sum of all biases, at the last position.
    full: LastPosition,
    component: LastPosition,
    layer: LastPosition,
    head: LastPosition,
    component_all_positions: AllPositions,
    layer_all_positions: AllPositions,
    head_all_positions: AllPositions,
}

#[derive(Deserialize)]
struct LastPosition {
    labels: Vec<String>,
    attribution: Vec<f64>,
    #[serde(default)]
    top5: Vec<(String, f64)>,
}

#[derive(Deserialize)]
struct AllPositions {
    labels: Vec<String>,
    attribution: Vec<Vec<f64>>,
}

/// Compares numbers, and remembers the largest difference.
#[derive(Default)]
struct Comparison {
    numbers: usize,
    largest: f64,
}

impl Comparison {
    fn number(&mut self, name: &str, ours: f64, theirs: f64) {
        let difference = (ours - theirs).abs();
        assert!(
            difference <= TOLERANCE,
            "{name}: {ours}, but TransformerLens has {theirs}"
        );
        self.numbers += 1;
        self.largest = self.largest.max(difference);
    }

    fn numbers<'a>(&mut self, name: &str, ours: &[f64], theirs: impl IntoIterator<Item = &'a f64>) {
        let theirs: Vec<f64> = theirs.into_iter().copied().collect();
        assert_eq!(ours.len(), theirs.len(), "{name}");
        for (i, (&ours, theirs)) in ours.iter().zip(theirs).enumerate() {
            self.number(&format!("{name}[{i}]"), ours, theirs);
        }
    }
}

#[test]
fn tiny_a_is_transformer_lens_s() {
    compare("tiny-a");
}

#[test]
fn tiny_b_is_transformer_lens_s() {
    compare("tiny-b");
}

fn compare(name: &str) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    let model = LanguageModel::open(&dir).unwrap().gpt2;
    let json = std::fs::read(dir.join("transformer_lens.json")).unwrap();
    let cases: Vec<Reference> = serde_json::from_slice(&json).unwrap();
    let mut comparison = Comparison::default();
    for case in &cases {
        let run = model.run(&case.tokens).unwrap();
        logits_and_biases(&mut comparison, &run, case);
        attributions(&mut comparison, &run, case);
    }
    println!(
        "{name}: {} numbers, the largest difference from TransformerLens is {:.2e}",
        comparison.numbers, comparison.largest
    );
    assert!(comparison.numbers > 500);
}

fn logits_and_biases(comparison: &mut Comparison, run: &Run, case: &Reference) {
    let last = case.tokens.len() - 1;
    let logits: Vec<f64> = run.logits(last).unwrap().into_iter().map(f64::from).collect();
    comparison.numbers("logits_last", &logits, &case.logits_last);
    let scale = run.ln_final_scale(&[last]).unwrap()[0];
    comparison.number("ln_final_scale", scale.into(), case.ln_final_scale);
    let answer = Some((case.answer_token, case.logit_answer, case.b_u_answer));
    let incorrect = case.incorrect_token.zip(case.logit_incorrect).zip(case.b_u_incorrect);
    for (token, logit, b_u) in answer.into_iter().chain(incorrect.map(|((t, l), b)| (t, l, b))) {
        let alone = explain(run, &Question::new(token), Form::Parts(Unit::Component)).unwrap();
        comparison.number("logit", alone.identity().logit[0], logit);
        comparison.number("b_U", alone.identity().bias[0], b_u);
        assert!(alone.identity().is_exact());
    }
}

fn attributions(comparison: &mut Comparison, run: &Run, case: &Reference) {
    let attribute = |form, position| {
        let question = Question::new(case.answer_token).rather_than(case.incorrect_token);
        explain(run, &question.after(position), form).unwrap()
    };
    let total = case.logit_answer
        - case.b_u_answer
        - case
            .incorrect_token
            .map_or(0.0, |_| case.logit_incorrect.unwrap() - case.b_u_incorrect.unwrap());
    for (form, at_last, at_all) in [
        (
            Form::Parts(Unit::Component),
            &case.component,
            &case.component_all_positions,
        ),
        (Form::RunningSum, &case.layer, &case.layer_all_positions),
        (Form::Parts(Unit::Head), &case.head, &case.head_all_positions),
    ] {
        let ours = attribute(form, Position::At(-1));
        assert_eq!(labels(&ours), at_last.labels);
        comparison.numbers(&format!("{form}"), ours.values(), &at_last.attribution);
        comparison.number(&format!("{form} total"), ours.identity().total[0], total);
        let top = ours.top(5);
        assert_eq!(top.len(), at_last.top5.len());
        for ((part, value), (label, theirs)) in top.into_iter().zip(&at_last.top5) {
            assert_eq!(part.to_string(), *label, "{form} top5");
            comparison.number(&format!("{form} top5 {label}"), value, *theirs);
        }

        let ours = attribute(form, Position::All);
        assert_eq!(labels(&ours), at_all.labels);
        assert_eq!(ours.positions(), (0..case.tokens.len()).collect::<Vec<_>>());
        comparison.numbers(
            &format!("{form} at all positions"),
            ours.values(),
            at_all.attribution.iter().flatten(),
        );
        assert!(ours.identity().is_exact());
    }
    full_decomposition(
        comparison,
        &case.full,
        &attribute(Form::Parts(Unit::Head), Position::At(-1)),
    );
    comparison.number("full total", case.full.attribution.iter().sum(), total);
}

/// TransformerLens's finest decomposition has our heads, and everything else in it adds up to our remainder.
fn full_decomposition(comparison: &mut Comparison, full: &LastPosition, heads: &Explanation) {
    let ours = labels(heads);
    let mut remainder: f64 = full.attribution.iter().sum();
    for (label, &theirs) in full.labels.iter().zip(&full.attribution) {
        if let Some(head) = ours.iter().position(|head| head == label) {
            comparison.number(label, heads.values()[head], theirs);
            remainder -= theirs;
        }
    }
    comparison.number("remainder", *heads.values().last().unwrap(), remainder);
}

fn labels(result: &Explanation) -> Vec<String> {
    result.labels().iter().map(ToString::to_string).collect()
}
