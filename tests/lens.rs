//! The logit lens, and what parts say: against TransformerLens's numbers (`depth.json`), and on random models against a float64
//! recomputation and the parts' own attributions.

#[allow(dead_code, reason = "other tests use what this one does not")]
mod reference;

use std::path::Path;
use std::sync::Arc;

use candle_core::DType;
use logitscope::Error;
use logitscope::attribution::{self, Part, Question, Readout, Unit, Written, attribute, lens};
use logitscope::gpt2::{Gpt2Config, LanguageModel, Run};
use proptest::prelude::*;
use reference::random::{Case, cases, close, models};
use reference::{center, softmax};
use serde::Deserialize;

const TOLERANCE: f64 = 1e-4;

#[derive(Deserialize)]
struct Depth {
    tokens: Vec<u32>,
    answer_token: u32,
    lens: TheirLens,
}

/// `[state][position]`
#[derive(Deserialize)]
struct TheirLens {
    labels: Vec<String>,
    top_token: Vec<Vec<u32>>,
    top_probability: Vec<Vec<f64>>,
    answer_probability: Vec<Vec<f64>>,
    answer_rank: Vec<Vec<usize>>,
    entropy: Vec<Vec<f64>>,
}

fn tiny(name: &str) -> (LanguageModel, Vec<Depth>) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    let json = std::fs::read(dir.join("depth.json")).unwrap();
    (
        LanguageModel::open(&dir).unwrap(),
        serde_json::from_slice(&json).unwrap(),
    )
}

#[test]
fn the_lens_is_transformer_lens_s() {
    for name in ["tiny-a", "tiny-b"] {
        let (model, cases) = tiny(name);
        let mut largest = 0f64;
        let mut same = |what: &str, ours: f64, theirs: f64| {
            assert!(
                (ours - theirs).abs() <= TOLERANCE,
                "{what}: {ours}, but TransformerLens has {theirs}"
            );
            largest = largest.max((ours - theirs).abs());
        };
        for case in cases {
            let run = Arc::new(model.gpt2.run(&case.tokens).unwrap());
            let all: Vec<usize> = (0..case.tokens.len()).collect();
            let ours = lens(&run, &all, Some(case.answer_token), 3).unwrap().finish().unwrap();
            let theirs = case.lens;
            let labels: Vec<String> = ours.labels.iter().map(ToString::to_string).collect();
            assert_eq!((labels, &ours.positions), (theirs.labels, &all));
            for (state, row) in ours.expected.iter().enumerate() {
                for (position, expected) in row.iter().enumerate() {
                    let expected = expected.as_ref().unwrap();
                    let (answer, rank) = expected.answer.unwrap();
                    assert_eq!(expected.top.len(), 3);
                    assert_eq!(expected.top[0].token, theirs.top_token[state][position]);
                    assert_eq!(rank, theirs.answer_rank[state][position]);
                    same(
                        "the likeliest",
                        expected.top[0].probability,
                        theirs.top_probability[state][position],
                    );
                    same(
                        "the answer",
                        answer.probability,
                        theirs.answer_probability[state][position],
                    );
                    same("entropy", expected.entropy, theirs.entropy[state][position]);
                }
            }
            // Its end is what the model says.
            let last = all.len() - 1;
            let end = ours.expected.last().unwrap()[last].as_ref().unwrap();
            for (guess, prediction) in end.top.iter().zip(model.predictions(&run, last, 3).unwrap()) {
                assert_eq!(guess.token, prediction.id);
                same("a logit", guess.logit, prediction.logit);
                same("a probability", guess.probability, prediction.probability);
            }
        }
        println!("{name}: the largest difference from TransformerLens is {largest:.2e}");
    }
}

fn readouts(run: &Arc<Run>, parts: &[Written], position: usize, k: usize) -> logitscope::Result<Vec<Readout>> {
    attribution::readouts(run, parts, position, k)?.finish()
}

/// With several blocks of the vocabulary.
fn wide(mut case: Case, times: usize) -> Case {
    case.config.vocab_size *= times;
    case
}

fn formats() -> impl Strategy<Value = DType> {
    prop_oneof![2 => Just(DType::F32), 1 => Just(DType::F16), 1 => Just(DType::BF16)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_state_says_what_it_says_by_itself(case in cases(1..=4), times in 1..=9_usize, format in formats(), k in 0..=6_usize) {
        let case = wide(case, times);
        let (model, reference) = models(&case.config, case.seed, format);
        let run = Arc::new(model.run(&case.tokens).unwrap());
        let trace = reference.run(&case.tokens);
        let mut states: Vec<_> = trace.layers.iter().flat_map(|layer| [&layer.resid_pre, &layer.resid_mid]).collect();
        states.push(&trace.resid_final);
        let all: Vec<usize> = (0..case.tokens.len()).collect();
        let whole = lens(&run, &all, Some(case.answer), k).unwrap().finish().unwrap();
        for (state, stream) in states.into_iter().enumerate() {
            for (position, logits) in reference.unembed(stream).into_iter().enumerate() {
                let ours = whole.expected[state][position].as_ref().unwrap();
                let (p, logits) = (softmax(&logits), center(&logits));
                let entropy: f64 = -p.iter().filter(|p| **p > 0.0).map(|p| p * p.ln()).sum::<f64>();
                prop_assert!(close(ours.entropy, entropy, TOLERANCE), "{} is not {entropy}", ours.entropy);
                prop_assert_eq!(ours.top.len(), k.min(logits.len()));
                let (answer, rank) = ours.answer.unwrap();
                prop_assert_eq!(answer.token, case.answer);
                for guess in ours.top.iter().chain([&answer]) {
                    let token = guess.token as usize;
                    prop_assert!(close(guess.logit, logits[token], TOLERANCE), "{} is not {}", guess.logit, logits[token]);
                    prop_assert!(close(guess.probability, p[token], TOLERANCE), "{} is not {}", guess.probability, p[token]);
                }
                prop_assert!(ours.top.is_sorted_by(|a, b| a.logit >= b.logit));
                // As many are likelier, but for rounding.
                let own = logits[case.answer as usize];
                let (least, most) = [TOLERANCE, -TOLERANCE].map(|by| logits.iter().filter(|&&x| x > own + by * own.abs().max(1.0)).count()).into();
                prop_assert!((least..=most).contains(&rank), "{rank} is not {least} to {most}");
                if let Some(last) = ours.top.last() {
                    let least = logits.iter().filter(|&&x| x > last.logit + TOLERANCE * last.logit.abs().max(1.0)).count();
                    prop_assert!(least < k);
                }
            }
        }
        // To the last bit, whatever else is looked at.
        for &position in &all {
            let alone = lens(&run, &[position], Some(case.answer), k).unwrap().finish().unwrap();
            for (state, expected) in alone.expected.iter().enumerate() {
                prop_assert_eq!(&expected[0], &whole.expected[state][position]);
            }
        }
    }

    #[test]
    fn what_a_part_says_of_a_token_is_its_attribution(
        case in cases(1..=3), times in 1..=9_usize, format in formats(), place in any::<[prop::sample::Index; 2]>(),
    ) {
        let case = wide(case, times);
        let (model, _) = models(&case.config, case.seed, format);
        let run = Arc::new(model.run(&case.tokens).unwrap());
        let (position, vocabulary) = (case.tokens.len() - 1, case.config.vocab_size);
        let question = Question::new(case.answer);
        let said = |readout: &Readout| readout.promoted.iter().find(|(token, _)| *token == case.answer).unwrap().1;
        let (layer, head) = (place[0].index(case.config.n_layer), place[1].index(case.config.n_head));
        for unit in [Unit::Component, Unit::Head, Unit::Neuron { layer }, Unit::Source { layer, head }] {
            let ours = attribute(&run, &question, unit).unwrap();
            let written = |part: &Part| match (unit, part) {
                (Unit::Source { .. }, source) => format!("L{layer}H{head}{source}").parse().unwrap(),
                (_, &part) => Written::By(part),
            };
            let parts: Vec<Written> = ours.labels.iter().map(written).collect();
            let said_by: Vec<Readout> = readouts(&run, &parts, position, vocabulary).unwrap();
            for ((readout, part), value) in said_by.iter().zip(&parts).zip(&ours.attribution) {
                prop_assert_eq!((readout.part, readout.promoted.len()), (*part, vocabulary));
                prop_assert!(close(said(readout), *value, 1e-9), "{part}: {} is not {value}", said(readout));
                prop_assert!(readout.promoted.is_sorted_by(|(_, a), (_, b)| a >= b));
                let turned: Vec<f64> = readout.suppressed.iter().rev().map(|(_, value)| *value).collect();
                prop_assert_eq!(turned, readout.promoted.iter().map(|(_, value)| *value).collect::<Vec<_>>());
            }
            if unit == Unit::Component {
                let (sum, identity) = (said_by.iter().map(said).sum::<f64>(), &ours.identity);
                prop_assert!(close(sum, identity.logit[0] - identity.bias[0], TOLERANCE));
            }
            // Few of them are the outermost of all.
            let few = readouts(&run, &parts[..1], position, 2).unwrap();
            for (few, all) in few[0].promoted.iter().zip(&said_by[0].promoted) {
                prop_assert!(close(few.1, all.1, TOLERANCE));
            }
        }
    }
}

fn short() -> Arc<Run> {
    Arc::new(tiny("tiny-a").0.gpt2.run(&[3, 1, 4, 1, 5]).unwrap())
}

#[test]
fn what_says_nothing_is_refused_by_name() {
    let run = short();
    for (part, why) in [
        ("L9H0", "part: L9H0: there is no layer 9"),
        ("L0H99", "part: L0H99: there is no head 99"),
        ("L0N99999", "each layer has neurons 0 to"),
        ("L1H0@5", "part: L1H0@5: the head is at token 4"),
        ("@2", "name one, as L9H9@5"),
        ("0_mid", "a state of the residual stream"),
        ("1_patch", "nothing was put there"),
    ] {
        let refused = readouts(&run, &[part.parse().unwrap()], 4, 3).unwrap_err();
        assert!(
            matches!(refused, Error::Argument(_)) && refused.to_string().contains(why),
            "{refused}"
        );
    }
    let unread = "L1".parse::<Written>().unwrap_err().to_string();
    assert!(unread.contains("L3H7@5"), "{unread}");
    assert!(matches!(
        readouts(&run, &[Written::By(Part::Embed)], 5, 3),
        Err(Error::Position(_))
    ));
    assert!(matches!(lens(&run, &[5], None, 3), Err(Error::Position(_))));
    assert!(matches!(lens(&run, &[], None, 3), Err(Error::Position(_))));
    assert!(matches!(lens(&run, &[0], Some(97), 3), Err(Error::Answer(_))));
}

#[test]
fn the_last_position_is_known_first() {
    let run = short();
    let mut trial = lens(&run, &[0, 2, 4], None, 1).unwrap();
    let known = |trial: &logitscope::attribution::LensTrial| -> Vec<bool> {
        trial.lens().expected[0].iter().map(Option::is_some).collect()
    };
    let mut seen = vec![known(&trial)];
    while trial.advance().unwrap() {
        seen.push(known(&trial));
    }
    seen.push(known(&trial));
    seen.dedup();
    assert_eq!(seen, [[false, false, false], [false, false, true], [true, true, true]]);
    assert_eq!(trial.progress().done, trial.progress().total);
    assert!(!trial.advance().unwrap());
}

/// More than one step of the vocabulary, and more parts than go over it together.
#[test]
fn a_large_vocabulary_is_read_in_steps() {
    let mut config = Gpt2Config::default();
    (config.n_layer, config.n_head, config.n_embd, config.n_inner) = (2, 2, 32, 150);
    (config.vocab_size, config.n_positions) = (54_321, 52);
    let tokens: Vec<u32> = (0..52).map(|i| i * 1009).collect();
    let (model, reference) = models(&config, 14, DType::F32);
    let (run, trace) = (Arc::new(model.run(&tokens).unwrap()), reference.run(&tokens));

    let all: Vec<usize> = (0..tokens.len()).collect();
    let mut trial = lens(&run, &all, Some(54_320), 2).unwrap();
    let mut steps = 0;
    while trial.advance().unwrap() {
        steps += 1;
    }
    assert!(steps >= 4, "{steps} steps");
    let ours = trial.finish().unwrap();
    let middle = &trace.layers[1].resid_pre;
    for (logits, ours) in reference.unembed(middle).iter().zip(&ours.expected[2]) {
        let (ours, p, logits) = (ours.as_ref().unwrap(), softmax(logits), center(logits));
        let likeliest = (0..p.len()).max_by(|&a, &b| p[a].total_cmp(&p[b])).unwrap();
        assert!(close(ours.top[0].logit, logits[likeliest], TOLERANCE));
        let entropy: f64 = -p.iter().map(|p| p * p.ln()).sum::<f64>();
        assert!(
            close(ours.entropy, entropy, TOLERANCE),
            "{} is not {entropy}",
            ours.entropy
        );
        let (answer, _) = ours.answer.unwrap();
        assert!(close(answer.logit, logits[54_320], TOLERANCE));
    }

    let neuron = |i: usize| {
        Written::By(Part::Neuron {
            layer: i / 150,
            neuron: i % 150,
        })
    };
    let parts: Vec<Written> = (0..300).map(neuron).collect();
    let mut trial = attribution::readouts(&run, &parts, 51, 3).unwrap();
    let mut known = vec![0];
    while trial.advance().unwrap() {
        known.push(trial.said().len());
        assert!(trial.progress().done <= trial.progress().total);
    }
    assert_eq!(trial.progress().done, trial.progress().total);
    known.dedup();
    assert_eq!(known, [0, 256]);
    let said = trial.finish().unwrap();
    for i in [0, 17, 255, 256, 299] {
        let written = reference.neuron(&trace, i / 150, i % 150, 51);
        let mut values = reference.says(&trace, &written, 51);
        let readout = &said[i];
        assert_eq!(readout.part, parts[i]);
        for &(token, value) in readout.promoted.iter().chain(&readout.suppressed) {
            assert!(
                close(value, values[token as usize], TOLERANCE),
                "{value} is not {}",
                values[token as usize]
            );
        }
        values.sort_by(f64::total_cmp);
        for rank in 0..3 {
            assert!(close(readout.suppressed[rank].1, values[rank], TOLERANCE));
            assert!(close(
                readout.promoted[rank].1,
                values[values.len() - 1 - rank],
                TOLERANCE
            ));
        }
    }
}
