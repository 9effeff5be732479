//! Going in: what a head takes from its tokens, what it reads there, an MLP's neurons, scores. Against TransformerLens's numbers
//! (`depth.json`), and on random models against a float64 recomputation that goes the other way: what a part comes to in the end.

#[allow(dead_code, reason = "other tests use what this one does not")]
mod reference;

use std::path::Path;

use candle_core::DType;
use logitscope::Error;
use logitscope::attribution::{
    Contrast, Explanation, Form, Part, Position, Question, Side, Step, Target, Unit, attribute, explain, sources,
};
use logitscope::gpt2::{LanguageModel, Run};
use proptest::prelude::*;
use reference::random::{cases, close, models};
use serde::Deserialize;

const TOLERANCE: f64 = 1e-4;

#[derive(Deserialize)]
struct Depth {
    tokens: Vec<u32>,
    answer_token: u32,
    incorrect_token: Option<u32>,
    /// [layer, head, query, key]
    pattern: Vec<Vec<Vec<Vec<f64>>>>,
    attn_scores: Vec<Vec<Vec<Vec<Option<f64>>>>>,
    /// [layer, head, key]
    head_by_source: Vec<Vec<Vec<f64>>>,
    /// By layer, [head, key, part].
    head_by_source_and_part: Vec<SourceByPart>,
    /// [layer, neuron]
    neurons: Vec<Vec<f64>>,
    neuron_pre: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct SourceByPart {
    labels: Vec<String>,
    attribution: Vec<Vec<Vec<f64>>>,
}

fn compare(name: &str) -> f64 {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    let model = LanguageModel::open(&dir).unwrap().gpt2;
    let json = std::fs::read(dir.join("depth.json")).unwrap();
    let cases: Vec<Depth> = serde_json::from_slice(&json).unwrap();
    let mut largest = 0f64;
    let mut same = |what: &str, ours: f64, theirs: f64| {
        assert!(
            (ours - theirs).abs() <= TOLERANCE,
            "{what}: {ours}, but TransformerLens has {theirs}"
        );
        largest = largest.max((ours - theirs).abs());
    };
    for case in &cases {
        let run = model.run(&case.tokens).unwrap();
        let question = Question::new(case.answer_token).rather_than(case.incorrect_token);
        let last = case.tokens.len() - 1;
        let all = sources(&run, &question).unwrap();
        for (layer, heads) in case.head_by_source.iter().enumerate() {
            for (head, by_source) in heads.iter().enumerate() {
                for query in 0..=last {
                    let (pattern, scores) = (
                        run.pattern(layer, head, query).unwrap(),
                        run.scores(layer, head, query).unwrap(),
                    );
                    for key in 0..=query {
                        same("pattern", pattern[key].into(), case.pattern[layer][head][query][key]);
                        same(
                            "score",
                            scores[key].into(),
                            case.attn_scores[layer][head][query][key].unwrap(),
                        );
                    }
                }
                let ours = attribute(&run, &question, Unit::Source { layer, head }).unwrap();
                assert!(ours.identity.is_exact());
                assert_eq!(ours.labels.len(), by_source.len());
                let of_all = layer * heads.len() + head;
                let of_all = of_all * by_source.len()..(of_all + 1) * by_source.len();
                assert_eq!(all.attribution[of_all.clone()], ours.attribution);
                assert_eq!(
                    all.pattern[of_all].iter().copied().map(Some).collect::<Vec<_>>(),
                    ours.factors
                );
                for (key, &theirs) in by_source.iter().enumerate() {
                    same("head_by_source", ours.attribution[key], theirs);
                    same(
                        "the pattern",
                        ours.factors[key].unwrap(),
                        case.pattern[layer][head][last][key],
                    );

                    let into = question.clone().through(vec![Step {
                        layer,
                        head,
                        token: key,
                    }]);
                    let parts = attribute(&run, &into, Unit::Component).unwrap();
                    let of_part = &case.head_by_source_and_part[layer];
                    let labels: Vec<String> = parts.labels.iter().map(ToString::to_string).collect();
                    assert_eq!(labels, of_part.labels);
                    assert!(parts.identity.is_exact());
                    assert_eq!(
                        (parts.identity.logit[0], parts.identity.bias[0]),
                        (ours.attribution[key], 0.0)
                    );
                    for (part, &theirs) in of_part.attribution[head][key].iter().enumerate() {
                        same("head_by_source_and_part", parts.attribution[part], theirs);
                    }
                    for side in [Side::Key, Side::Query] {
                        let score = Target::Score {
                            step: Step {
                                layer,
                                head,
                                token: key,
                            },
                            side,
                        };
                        let ours = attribute(&run, &Question::of(score), Unit::Component).unwrap();
                        assert!(ours.identity.is_exact());
                        let theirs = case.attn_scores[layer][head][last][key].unwrap();
                        same(
                            "a score by its parts",
                            ours.identity.total[0] + ours.identity.bias[0],
                            theirs,
                        );
                    }
                }
            }
            let neurons = attribute(&run, &question, Unit::Neuron { layer }).unwrap();
            assert!(neurons.identity.is_exact());
            for (neuron, &theirs) in case.neurons[layer].iter().enumerate() {
                same("neurons", neurons.attribution[neuron], theirs);
                let question = Question::of(Target::Neuron { layer, neuron });
                let input = attribute(&run, &question, Unit::Head).unwrap();
                assert!(input.identity.is_exact());
                same("neuron_pre", input.identity.logit[0], case.neuron_pre[layer][neuron]);
            }
        }
    }
    largest
}

#[test]
fn every_level_is_transformer_lens_s() {
    for name in ["tiny-a", "tiny-b"] {
        println!(
            "{name}: the largest difference from TransformerLens is {:.2e}",
            compare(name)
        );
    }
}

/// A way in: as many steps as there are layers for, to tokens that the one before sees.
fn path(layers: usize, n_head: usize, position: usize, choices: &[(usize, usize, usize)]) -> Vec<Step> {
    let (mut below, mut at) = (layers, position);
    let mut path = Vec::new();
    for &(layer, head, token) in choices {
        if below == 0 {
            break;
        }
        let step = Step {
            layer: layer % below,
            head: head % n_head,
            token: token % (at + 1),
        };
        (below, at) = (step.layer, step.token);
        path.push(step);
    }
    path
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn at_every_level_each_part_is_what_it_comes_to(
        case in cases(1..=6),
        format in prop_oneof![2 => Just(DType::F32), 1 => Just(DType::F16), 1 => Just(DType::BF16)],
        kind in 0..6_usize,
        others in proptest::collection::vec(any::<prop::sample::Index>(), 2..=4),
        place in any::<[prop::sample::Index; 4]>(),
        choices in proptest::collection::vec(any::<(usize, usize, usize)>(), 0..=4),
    ) {
        let (model, reference) = models(&case.config, case.seed, format);
        let run = model.run(&case.tokens).unwrap();
        let trace = reference.run(&case.tokens);
        let (n_layer, n_head) = (case.config.n_layer, case.config.n_head);
        let position = place[0].index(case.tokens.len());
        let layer = place[1].index(n_layer);
        let step = Step { layer, head: place[2].index(n_head), token: place[3].index(position + 1) };
        // What is read, how many layers' attention and MLPs have added to it, where, and out of which stream.
        let (target, mut attentions, mut mlps, mut at) = match kind {
            0 => (Target::Neuron { layer, neuron: place[2].index(case.config.n_inner) }, layer + 1, layer, position),
            1 => (Target::Score { step, side: Side::Key }, layer, layer, step.token),
            2 => (Target::Score { step, side: Side::Query }, layer, layer, position),
            _ => {
                let mut others: Vec<u32> = others.iter().map(|other| other.index(case.config.vocab_size) as u32).collect();
                others.sort_unstable();
                others.dedup();
                others.retain(|&other| other != case.answer);
                let contrast = match kind {
                    3 => Contrast::LogProbability,
                    4 if !others.is_empty() => others.into(),
                    _ => case.incorrect.into(),
                };
                (Target::Logit { answer: case.answer, contrast }, n_layer, n_layer, position)
            }
        };
        let mut stream = match kind {
            0 => trace.layers[layer].resid_mid[at].clone(),
            1 | 2 => trace.layers[layer].resid_pre[at].clone(),
            _ => trace.resid_final[at].clone(),
        };
        let path = path(attentions, n_head, at, &choices);
        let value = match path.split_last() {
            None => reference.number(&trace, &target, position),
            Some((last, before)) => {
                let query = before.last().map_or(at, |step| step.token);
                let source = reference.source(&trace, last.layer, last.head, query, last.token);
                (attentions, mlps, at) = (last.layer, last.layer, last.token);
                stream = trace.layers[last.layer].resid_pre[at].clone();
                reference.comes_to(&trace, &target, position, before, &source)
            }
        };
        let question = Question::of(target.clone()).after(Position::At(position as i64)).through(path.clone());
        let comes_to = |x: &[f64]| reference.comes_to(&trace, &target, position, &path, x);
        let label = format!("{target} {path:?} at {position}");

        for form in Form::ALL {
            let ours = explain(&run, &question, form).unwrap();
            let identity = ours.identity();
            prop_assert!(close(identity.logit[0], value, TOLERANCE), "{label}: {} is not {value}", identity.logit[0]);
            prop_assert!(identity.is_exact(), "{label} {form}: {} is more than rounding, {}", identity.error[0], identity.rounding[0]);
            prop_assert_eq!(identity.error[0], identity.total[0] - (identity.logit[0] - identity.bias[0]));
            let sum: f64 = ours.values().iter().sum();
            match form {
                Form::RunningSum => prop_assert_eq!(identity.total[0], *ours.values().last().unwrap()),
                _ => prop_assert!(close(identity.total[0], sum, 1e-12)),
            }
            let states = 2 * mlps + 1 + usize::from(attentions > mlps);
            let expected = match form {
                Form::Parts(Unit::Component) => 2 + attentions + mlps,
                Form::Parts(_) => attentions * n_head + 1,
                _ => states,
            };
            prop_assert_eq!(ours.labels().len(), expected);
            for (i, &part) in ours.labels().iter().enumerate() {
                let theirs = comes_to(&reference.part(&trace, part, attentions, &stream, at));
                prop_assert!(close(ours.values()[i], theirs, TOLERANCE), "{label} {part}: {} is not {theirs}", ours.values()[i]);
            }
        }
        if attentions > 0 {
            let (layer, head) = (place[1].index(attentions), place[2].index(n_head));
            let ours = attribute(&run, &question, Unit::Source { layer, head }).unwrap();
            prop_assert!(ours.identity.is_exact(), "{label}: sources of L{layer}H{head} are off by {}", ours.identity.error[0]);
            prop_assert_eq!(ours.labels.len(), at + 1);
            for key in 0..=at {
                let theirs = comes_to(&reference.source(&trace, layer, head, at, key));
                prop_assert!(close(ours.attribution[key], theirs, TOLERANCE), "{label} @{key}: {} is not {theirs}", ours.attribution[key]);
            }
            let heads = attribute(&run, &question, Unit::Head).unwrap();
            let share = heads.attribution[layer * n_head + head];
            prop_assert!(close(ours.identity.logit[0], share, 1e-9), "{label}: {} is not the head's share, {share}", ours.identity.logit[0]);
        }
        if mlps > 0 {
            let layer = place[1].index(mlps);
            let ours = attribute(&run, &question, Unit::Neuron { layer }).unwrap();
            prop_assert!(ours.identity.is_exact(), "{label}: neurons of layer {layer} are off by {}", ours.identity.error[0]);
            prop_assert_eq!(ours.labels.len(), case.config.n_inner + 1);
            for (neuron, &value) in ours.attribution.iter().enumerate() {
                let theirs = comes_to(&reference.neuron(&trace, layer, neuron, at));
                prop_assert!(close(value, theirs, TOLERANCE), "{label} neuron {neuron}: {value} is not {theirs}");
            }
        }
    }

    /// What is exact has no room for a part, at no level.
    #[test]
    fn a_small_part_that_is_left_out_is_noticed_at_every_level(
        case in cases(2..=4),
        choices in proptest::collection::vec(any::<(usize, usize, usize)>(), 0..=3),
        unit in 0..4_usize,
    ) {
        let (model, _) = models(&case.config, case.seed, DType::F32);
        let run = model.run(&case.tokens).unwrap();
        let path = path(case.config.n_layer, case.config.n_head, case.tokens.len() - 1, &choices);
        let below = path.last().map_or(case.config.n_layer, |step| step.layer);
        prop_assume!(below > 0);
        let question = Question::new(case.answer).rather_than(case.incorrect).through(path);
        let unit = [Unit::Component, Unit::Head, Unit::Source { layer: below - 1, head: 0 }, Unit::Neuron { layer: below - 1 }][unit];
        let ours = attribute(&run, &question, unit).unwrap();
        let added: f64 = ours.attribution.iter().map(|x| x.abs()).sum();
        let mut identity = ours.identity;
        prop_assert!(identity.is_exact());
        identity.error[0] += 1e-3 * added;
        prop_assert!(added == 0.0 || !identity.is_exact(), "{unit:?}: {} of {added} is taken for rounding", identity.rounding[0]);
    }
}

fn tiny() -> Run {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tiny-a");
    LanguageModel::open(&dir).unwrap().gpt2.run(&[3, 1, 4, 1, 5]).unwrap()
}

#[test]
fn a_step_that_cannot_be_taken_is_named() {
    let run = tiny();
    let n_head = run.model().config().n_head;
    let refused = |path: &[&str]| {
        let path = path.iter().map(|step| step.parse().unwrap()).collect();
        match explain(&run, &Question::new(7).through(path), Form::ALL[0]) {
            Err(error @ Error::Path(_)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let too_high = format!("L1H{n_head}@2");
    for (path, why) in [
        (&["L1H0@3", "L1H1@2"][..], "path: step 2, L1H1@2: layer 1 comes after"),
        (&["L0H0@3", "L1H1@2"], "path: step 2, L1H1@2: layer 1 comes after"),
        (
            &["L1H0@2", "L0H1@3"],
            "path: step 2, L0H1@3: the head is at token 2, and cannot read token 3",
        ),
        (
            &["L1H0@5"],
            "path: step 1, L1H0@5: the head is at token 4, and cannot read token 5",
        ),
        (&[&too_high], "there is no head"),
        (
            &["L9H0@2"],
            "path: step 1, L9H0@2: there is no layer 9; this model has layers 0 to 1",
        ),
    ] {
        let message = refused(path);
        assert!(message.contains(why), "{message}");
    }
    for step in ["L1H0", "L1N0@2", "1H0@2", "L1H0@-1", "L+1H0@2", "", "@"] {
        assert!(matches!(step.parse::<Step>(), Err(Error::Path(_))), "{step}");
    }
    let all = Question::new(7)
        .after(Position::All)
        .through(vec!["L1H0@2".parse().unwrap()]);
    assert!(matches!(explain(&run, &all, Form::ALL[0]), Err(Error::Position(_))));
    let neuron = Question::of("neuron:L0N99999".parse().unwrap());
    assert!(
        explain(&run, &neuron, Form::ALL[0])
            .unwrap_err()
            .to_string()
            .contains("layer 0 has no neuron 99999")
    );
    for explain in [
        "neuron:L0H3",
        "score:L1H0@2",
        "score:L1H0:key",
        "logit",
        "neuron:L0N3:key",
    ] {
        assert!(
            explain.parse::<Target>().unwrap_err().to_string().contains("explain:"),
            "{explain}"
        );
    }
    let of = |name, of: &str| Form::named(name, Some(of.parse().unwrap()));
    for (name, part) in [("source", "3_mlp_out"), ("neuron", "L1H0"), ("head", "L1H0")] {
        assert!(
            of(name, part).unwrap_err().to_string().starts_with("of: "),
            "{name} {part}"
        );
    }
    let above = explain(
        &run,
        &Question::new(7).through(vec!["L0H0@2".parse().unwrap()]),
        of("source", "L0H1").unwrap(),
    );
    assert!(above.unwrap_err().to_string().starts_with("of: "));
}

#[test]
fn an_answer_goes_through_json_whole() {
    let run = tiny();
    let question = Question::new(7).rather_than(9).through(vec!["L1H0@2".parse().unwrap()]);
    for (name, of) in [
        ("component", None),
        ("source", Some("L0H1")),
        ("neuron", Some("0_mlp_out")),
    ] {
        let form = Form::named(name, of.map(|part| part.parse().unwrap())).unwrap();
        let ours = explain(&run, &question, form).unwrap();
        let json = serde_json::to_value(&ours).unwrap();
        assert_eq!(json["unit"], name);
        assert_eq!(json.get("of").and_then(|of| of.as_str()), of);
        assert_eq!(json.get("pattern").is_some(), name == "source");
        assert_eq!(json.get("activation").is_some(), name == "neuron");
        let again: Explanation = serde_json::from_value(json).unwrap();
        assert_eq!(
            (again.labels(), again.values(), again.factors()),
            (ours.labels(), ours.values(), ours.factors())
        );
    }
    let Explanation::Parts(parts) = explain(&run, &Question::new(7), Form::ALL[2]).unwrap() else {
        panic!()
    };
    let (top, strongest) = (parts.top(3), parts.strongest(3));
    assert!(top.is_sorted_by(|(_, a), (_, b)| a >= b));
    assert!(strongest.is_sorted_by(|(_, a), (_, b)| a.abs() >= b.abs()));
    let rest = parts
        .labels
        .iter()
        .zip(&parts.attribution)
        .filter(|(part, _)| !strongest.iter().any(|(p, _)| p == *part));
    assert!(rest.clone().all(|(_, value)| value.abs() <= strongest[2].1.abs()));
    assert!(
        strongest
            .iter()
            .all(|(part, _)| matches!(part, Part::Head { .. } | Part::Remainder))
    );
}
