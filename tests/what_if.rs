//! What if: activations replaced, parts taken out, those of another prompt put in. Against TransformerLens's numbers (`depth.json`);
//! and on random models, sweeps against single runs, those against a float64 recomputation, and what a run still adds up to.

#[allow(dead_code, reason = "other tests use what this one does not")]
mod reference;

use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use logitscope::attribution::{
    Ablation, Form, Part, PatchSite, Position, Question, Unit, difference, effects, explain, patch, patched, reaction,
    renormalized, without,
};
use logitscope::gpt2::{Gpt2, Gpt2Config, LanguageModel, Outcome, Patch, Place, Run, Site, Sweep, Value};
use logitscope::{Error, attribution};
use proptest::prelude::*;
use reference::random::{Case, cases, close, models};
use reference::{Hook, Matrix, Reference, Trace};
use serde::Deserialize;

const TOLERANCE: f64 = 1e-4;

#[derive(Deserialize)]
struct Depth {
    tokens: Vec<u32>,
    corrupted: Option<Vec<u32>>,
    answer_token: u32,
    incorrect_token: Option<u32>,
    logit: f64,
    direct_effect_ln: Direct,
    ablate_zero: Zero,
    ablate_mean: Ablated,
    logit_corrupted: Option<f64>,
    patch: Option<Patched>,
}

#[derive(Deserialize)]
struct Direct {
    labels: Vec<String>,
    effect: Vec<f64>,
}

#[derive(Deserialize)]
struct Zero {
    all: Ablated,
    last: Ablated,
}

#[derive(Deserialize)]
struct Ablated {
    head: Vec<Vec<f64>>,
    attn_out: Option<Vec<f64>>,
    mlp_out: Vec<f64>,
}

#[derive(Deserialize)]
struct Patched {
    resid_pre: Vec<Vec<f64>>,
    attn_out: Vec<Vec<f64>>,
    mlp_out: Vec<Vec<f64>>,
    head_out_all_pos: Vec<Vec<f64>>,
    head_v_all_pos: Vec<Vec<f64>>,
    head_pattern_all_pos: Vec<Vec<f64>>,
    head_out_by_pos: Vec<Vec<Vec<f64>>>,
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
        let run = Arc::new(model.run(&case.tokens).unwrap());
        let question = Question::new(case.answer_token).rather_than(case.incorrect_token);
        let parts: Vec<_> = case
            .direct_effect_ln
            .labels
            .iter()
            .map(|label| label.parse().unwrap())
            .collect();
        for (ours, &theirs) in renormalized(&run, &question, &parts)
            .unwrap()
            .iter()
            .zip(&case.direct_effect_ln.effect)
        {
            same("direct_effect_ln", *ours, theirs);
        }
        let last = [-1];
        for (ablation, at, theirs) in [
            (Ablation::Zero, None, &case.ablate_zero.all),
            (Ablation::Zero, Some(&last[..]), &case.ablate_zero.last),
            (Ablation::Mean, None, &case.ablate_mean),
        ] {
            let ours = |unit| effects(&run, &question, unit, ablation, at).unwrap().finish().unwrap();
            let (heads, components) = (ours(Unit::Head), ours(Unit::Component));
            same("logit", heads.logit, case.logit);
            for (ours, &theirs) in heads.after.iter().zip(theirs.head.iter().flatten()) {
                same(&format!("{ablation} of a head at {at:?}"), *ours, theirs);
            }
            for (layer, ours) in components.after.chunks(2).enumerate() {
                if let Some(theirs) = &theirs.attn_out {
                    same("attn_out", ours[0], theirs[layer]);
                }
                same("mlp_out", ours[1], theirs.mlp_out[layer]);
            }
            assert_eq!(heads.after.len(), theirs.head.iter().flatten().count());
        }
        let (Some(corrupted), Some(theirs)) = (&case.corrupted, &case.patch) else {
            continue;
        };
        let corrupted = Arc::new(model.run(corrupted).unwrap());
        for form in Form::ALL {
            let ours = difference(&run, &corrupted, &question, form).unwrap();
            let [clean, other] = [&run, &corrupted].map(|run| explain(run, &question, form).unwrap());
            for (i, ours) in ours.values().iter().enumerate() {
                assert_eq!(*ours, clean.values()[i] - other.values()[i]);
            }
            let identity = ours.identity();
            assert!(identity.is_exact());
            same(
                "difference",
                identity.logit[0],
                case.logit - case.logit_corrupted.unwrap(),
            );
            same("difference", identity.total[0] + identity.bias[0], identity.logit[0]);
        }
        for site in PatchSite::ALL {
            let ours = patch(&run, &corrupted, &question, site).unwrap().finish().unwrap();
            let rows = match site {
                PatchSite::ResidPre => theirs.resid_pre.concat(),
                PatchSite::AttnOut => theirs.attn_out.concat(),
                PatchSite::MlpOut => theirs.mlp_out.concat(),
                PatchSite::Z => theirs.head_out_all_pos.concat(),
                PatchSite::V => theirs.head_v_all_pos.concat(),
                PatchSite::Pattern => theirs.head_pattern_all_pos.concat(),
                PatchSite::ZByPosition => theirs.head_out_by_pos.concat().concat(),
            };
            assert_eq!(ours.logit.len(), rows.len());
            assert_eq!(ours.shape.iter().product::<usize>(), rows.len());
            same("corrupted", ours.corrupted, case.logit_corrupted.unwrap());
            same("clean", ours.clean, case.logit);
            for (ours, theirs) in ours.logit.iter().zip(rows) {
                same(&format!("patch {site}"), *ours, theirs);
            }
        }
    }
    largest
}

#[test]
fn transformer_lens_on_tiny_a() {
    println!("largest difference: {:.1e}", compare("tiny-a"));
}

#[test]
fn transformer_lens_on_tiny_b() {
    println!("largest difference: {:.1e}", compare("tiny-b"));
}

/// Chosen at random, to be made one of a case.
type Choice = (
    usize,
    prop::sample::Index,
    prop::sample::Index,
    Option<Vec<bool>>,
    usize,
    u64,
);

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    let positions = proptest::option::of(proptest::collection::vec(any::<bool>(), 14));
    let choice = (
        0..6_usize,
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        positions,
        0..4_usize,
        any::<u64>(),
    );
    proptest::collection::vec(choice, 1..=3)
}

fn chosen((place, layer, head, positions, value, seed): &Choice, case: &Case, other: &Arc<Run>) -> Patch {
    let (layer, head) = (layer.index(case.config.n_layer), head.index(case.config.n_head));
    let n = case.tokens.len();
    let place = match place {
        0 => Place::ResidPre(layer),
        1 => Place::AttnOut(layer),
        2 => Place::MlpOut(layer),
        3 => Place::Z { layer, head },
        4 => Place::V { layer, head },
        _ => Place::Pattern { layer, head },
    };
    let width = match place.head() {
        Some(_) => case.config.d_head(),
        None => case.config.n_embd,
    };
    let value = match (place, value) {
        (Place::Pattern { .. }, _) | (_, 3) => Value::Of(Arc::clone(other)),
        (_, 0) => Value::Zero,
        (_, 1) => Value::Mean,
        (_, _) => Value::Vector(
            (0..width)
                .map(|i| ((seed >> (i % 50)) as u8) as f32 / 100.0 - 1.0)
                .collect(),
        ),
    };
    let at = positions
        .as_ref()
        .map(|chosen| (0..n).filter(|&i| chosen[i] || i == n - 1).collect::<Vec<_>>());
    Patch::new(place, value).at(at)
}

/// The same in float64, by the definition.
fn patched_reference(reference: &Reference, tokens: &[u32], base: &Trace, other: &Trace, patches: &[Patch]) -> Trace {
    let d = reference.config.n_embd;
    let hook = |hook: Hook, layer: usize, rows: &mut Matrix| {
        for patch in patches.iter().filter(|patch| patch.place.layer() == layer) {
            let head = patch.place.head();
            let columns = head.map_or(0..d, |head| {
                let d_head = reference.config.d_head();
                head * d_head..(head + 1) * d_head
            });
            let (here, first) = match patch.place {
                Place::ResidPre(_) => (Hook::ResidPre, 0),
                Place::AttnOut(_) => (Hook::AttnOut, 0),
                Place::MlpOut(_) => (Hook::MlpOut, 0),
                Place::Z { .. } => (Hook::Z, columns.start),
                Place::V { .. } => (Hook::Qkv, 2 * d + columns.start),
                _ => (Hook::Pattern(head.unwrap()), 0),
            };
            if here != hook {
                continue;
            }
            let all: Vec<usize> = (0..rows.len()).collect();
            let of = |trace: &Trace| -> Matrix {
                let layers = &trace.layers[layer];
                let rows = match here {
                    Hook::ResidPre => &layers.resid_pre,
                    Hook::AttnOut => &layers.attn_out,
                    Hook::MlpOut => &layers.mlp_out,
                    Hook::Z => &layers.z,
                    Hook::Qkv => &layers.qkv,
                    Hook::Pattern(head) => return layers.patterns[head].clone(),
                };
                rows.iter()
                    .map(|row| row[first..first + columns.len()].to_vec())
                    .collect()
            };
            for &at in patch.positions.as_ref().unwrap_or(&all) {
                let value: Vec<f64> = match &patch.value {
                    Value::Zero => head.map_or(vec![0.0; d], |head| reference.value_bias(layer, head)),
                    Value::Mean => {
                        let all = of(base);
                        (0..all[0].len())
                            .map(|i| all.iter().map(|row| row[i]).sum::<f64>() / all.len() as f64)
                            .collect()
                    }
                    Value::Vector(vector) => vector.iter().copied().map(f64::from).collect(),
                    _ => of(other)[at].clone(),
                };
                rows[at][first..first + value.len()].copy_from_slice(&value);
            }
        }
    };
    reference.run_with(tokens, &hook)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is replaced has the rest react as the definition says, in a single run and in a sweep; the run's own parts add up.
    #[test]
    fn a_patched_run_is_what_the_definition_says(
        case in cases(1..=5),
        format in prop_oneof![2 => Just(DType::F32), 1 => Just(DType::F16)],
        choices in choices(),
        place in any::<prop::sample::Index>(),
    ) {
        let (model, reference) = models(&case.config, case.seed, format);
        let others: Vec<u32> = case.tokens.iter().map(|id| (id * 7 + 3) % case.config.vocab_size as u32).collect();
        let (run, other) = (Arc::new(model.run(&case.tokens).unwrap()), Arc::new(model.run(&others).unwrap()));
        let patches: Vec<Patch> = choices.iter().map(|choice| chosen(choice, &case, &other)).collect();
        let changed = run.with(&patches).unwrap();

        let (base, foreign) = (reference.run(&case.tokens), reference.run(&others));
        let theirs = patched_reference(&reference, &case.tokens, &base, &foreign, &patches);
        for (position, theirs) in theirs.logits.iter().enumerate() {
            let mean = theirs.iter().sum::<f64>() / theirs.len() as f64;
            for (ours, theirs) in changed.logits(position).unwrap().iter().zip(theirs) {
                prop_assert!(close(f64::from(*ours), theirs - mean, 1e-3), "{patches:?} at {position}: {ours} is not {}", theirs - mean);
            }
        }

        let position = place.index(case.tokens.len());
        for form in Form::ALL {
            let ours = explain(&changed, &case.question(Position::At(position as i64)), form).unwrap();
            let identity = ours.identity();
            prop_assert!(identity.is_exact(), "{patches:?} {form}: {} is more than {}", identity.error[0], identity.rounding[0]);
            let all = explain(&changed, &case.question(Position::All), form).unwrap();
            prop_assert!(all.identity().is_exact());
            for (i, &value) in ours.values().iter().enumerate() {
                let part = ours.labels()[i];
                let row = all.labels().iter().position(|&label| label == part).unwrap();
                prop_assert!(close(value, all.row(row)[position], 1e-9), "{part}: {value} and {}", all.row(row)[position]);
            }
        }

        // One after the other, and as rows of one pass, is the same to the last bit.
        let mut one_by_one = run.with(&[]).unwrap();
        prop_assert_eq!(one_by_one.logits(position).unwrap(), run.logits(position).unwrap());
        for patch in &patches {
            if !matches!(patch.value, Value::Mean) {
                one_by_one = one_by_one.with(std::slice::from_ref(patch)).unwrap();
            }
        }
        if !patches.iter().any(|patch| matches!(patch.value, Value::Mean)) {
            prop_assert_eq!(one_by_one.logits(position).unwrap(), changed.logits(position).unwrap());
        }
        let single = patches.iter().map(|patch| vec![patch.clone()]);
        let variants: Vec<Vec<Patch>> = [patches.clone()].into_iter().chain(single).chain([Vec::new()]).collect();
        for (variant, ln_final) in outcomes(&run, variants.clone(), position) {
            let alone = run.with(&variants[variant]).unwrap();
            let alone: Vec<f32> = alone.read(Site::LnFinal, &[position]).unwrap().squeeze(0).unwrap().to_vec1().unwrap();
            prop_assert_eq!(ln_final, alone, "variant {} of {:?}", variant, patches);
        }
    }

    /// Who steps in adds up to the change; and each part's effect is what a run without it says, to the last bit.
    #[test]
    fn effects_are_those_of_single_runs(case in cases(1..=6), part in any::<prop::sample::Index>(), mean: bool, last: bool) {
        let (model, _) = models(&case.config, case.seed, DType::F32);
        let run = Arc::new(model.run(&case.tokens).unwrap());
        let question = case.question(Position::At(-1));
        let ablation = if mean { Ablation::Mean } else { Ablation::Zero };
        let at = last.then_some(&[-1][..]);
        for unit in [Unit::Component, Unit::Head] {
            let all = effects(&run, &question, unit, ablation, at).unwrap().finish().unwrap();
            let i = part.index(all.labels.len());
            let alone = explain(&without(&run, all.labels[i], ablation, at).unwrap(), &question, Form::ALL[0]).unwrap();
            prop_assert_eq!(alone.identity().logit[0], all.after[i]);
            prop_assert!(alone.identity().is_exact());
            let who = reaction(&run, &question, all.labels[i], ablation, at).unwrap();
            prop_assert_eq!((who.logit, who.after), (all.logit, all.after[i]));
            prop_assert!(who.exact, "{}: off by {}", who.part, who.error);
            if !mean {
                prop_assert!(close(who.removed, -all.direct[i], 1e-6), "{} is not -{}", who.removed, all.direct[i]);
            }
        }
    }
}

fn outcomes(run: &Arc<Run>, variants: Vec<Vec<Patch>>, position: usize) -> Vec<(usize, Vec<f32>)> {
    let n = variants.len();
    let mut sweep = Sweep::new(run, variants, position).unwrap();
    let mut known = Vec::new();
    while let Some(outcomes) = sweep.advance().unwrap() {
        known.extend(
            outcomes
                .into_iter()
                .map(|Outcome { variant, ln_final, .. }| (variant, ln_final)),
        );
    }
    let progress = sweep.progress();
    assert_eq!(progress.done, progress.total);
    let mut variants: Vec<usize> = known.iter().map(|(variant, _)| *variant).collect();
    variants.sort_unstable();
    assert_eq!(variants, (0..n).collect::<Vec<_>>());
    known
}

fn random(n_positions: usize) -> Arc<Gpt2> {
    let mut config = Gpt2Config::default();
    (config.n_embd, config.n_inner, config.n_layer, config.n_head) = (24, 40, 3, 3);
    (config.vocab_size, config.n_positions, config.bos_token_id) = (50, n_positions, None);
    let random = |_: &str, shape: &[usize]| Ok(Tensor::rand(-0.3f32, 0.3f32, shape, &Device::Cpu)?);
    Arc::new(Gpt2::new(&config, random).unwrap())
}

/// More rows than go through together, and than one step takes.
#[test]
fn a_long_prompt_is_swept_in_batches() {
    let model = random(600);
    let tokens: Vec<u32> = (0..600).map(|i| i * i % 47).collect();
    let run = Arc::new(model.run(&tokens).unwrap());
    let question = Question::new(5);
    let all = effects(&run, &question, Unit::Head, Ablation::Zero, None)
        .unwrap()
        .finish()
        .unwrap();
    for (i, &part) in all.labels.iter().enumerate() {
        let alone = without(&run, part, Ablation::Zero, None).unwrap();
        assert_eq!(
            explain(&alone, &question, Form::ALL[0]).unwrap().identity().logit[0],
            all.after[i]
        );
    }
}

#[test]
fn nothing_comes_of_what_nothing_reads() {
    let run = Arc::new(random(9).run(&[1, 2, 3, 4, 5]).unwrap());
    let heads = effects(&run, &Question::new(5), Unit::Head, Ablation::Zero, Some(&[1]))
        .unwrap()
        .finish()
        .unwrap();
    for (label, &effect) in heads.labels.iter().zip(&heads.effect) {
        let last = matches!(label, Part::Head { layer: 2, .. });
        assert_eq!(effect == 0.0, last, "{label}: {effect}");
    }
    let earlier = effects(
        &run,
        &Question::new(5).after(Position::At(1)),
        Unit::Head,
        Ablation::Zero,
        Some(&[2]),
    );
    assert!(
        earlier
            .unwrap()
            .finish()
            .unwrap()
            .effect
            .iter()
            .all(|&effect| effect == 0.0)
    );
}

#[test]
fn what_was_replaced_is_not_taken_apart() {
    let run = random(9).run(&[1, 2, 3, 4, 5]).unwrap();
    let with = |place, at| run.with(&[Patch::new(place, Value::Zero).at(vec![at])]).unwrap();
    let asked = |run: &Run, unit, path: &str| {
        let path = path
            .split(',')
            .filter(|step| !step.is_empty())
            .map(|step| step.parse().unwrap())
            .collect();
        attribution::attribute(run, &Question::new(7).through(path), unit)
    };
    let sources = Unit::Source { layer: 1, head: 2 };
    for (run, unit, path, why) in [
        (
            with(Place::Z { layer: 1, head: 2 }, 4),
            sources,
            "",
            "of: what L1H2 writes at token 4 was replaced",
        ),
        (
            with(Place::AttnOut(1), 4),
            sources,
            "",
            "of: what L1H2 writes at token 4 was replaced",
        ),
        (
            with(Place::MlpOut(1), 4),
            Unit::Neuron { layer: 1 },
            "",
            "of: what the MLP of layer 1 writes at token 4 was replaced",
        ),
        (
            with(Place::V { layer: 1, head: 2 }, 3),
            Unit::Component,
            "L1H2@3",
            "the value of L1H2 at token 3 was replaced",
        ),
        (
            with(Place::Z { layer: 1, head: 2 }, 4),
            Unit::Component,
            "L1H2@3",
            "what L1H2 writes at token 4 was replaced",
        ),
    ] {
        let error = asked(&run, unit, path).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    // Elsewhere, and of what reads it, all is as ever.
    let elsewhere = with(Place::Z { layer: 1, head: 2 }, 3);
    assert!(asked(&elsewhere, sources, "").unwrap().identity.is_exact());
    let put = with(Place::ResidPre(2), 4);
    let parts = asked(&put, Unit::Component, "").unwrap();
    assert_eq!(*parts.labels.last().unwrap(), Part::Patch(2));
    assert!(parts.identity.is_exact());
    let inner = asked(&put, Unit::Component, "L2H1@4").unwrap();
    assert_eq!(*inner.labels.last().unwrap(), Part::Patch(2));
    assert!(inner.identity.is_exact());
    assert!(
        !asked(&put, Unit::Component, "L2H1@3")
            .unwrap()
            .labels
            .contains(&Part::Patch(2))
    );
}

#[test]
fn what_cannot_be_replaced_is_refused_with_its_name() {
    let (model, other) = (random(9), random(9));
    let run = Arc::new(model.run(&[1, 2, 3]).unwrap());
    let of = |run: Run| Value::Of(Arc::new(run));
    for (patch, why) in [
        (
            Patch::new(Place::AttnOut(3), Value::Zero),
            "layer: 3 is not in this model",
        ),
        (
            Patch::new(Place::Z { layer: 0, head: 3 }, Value::Zero),
            "head: 3 is not in this model",
        ),
        (
            Patch::new(Place::MlpOut(0), Value::Zero).at(vec![3]),
            "position: 3 is outside the run",
        ),
        (
            Patch::new(Place::MlpOut(0), Value::Zero).at(vec![1, 1]),
            "position: those of a patch are ascending",
        ),
        (Patch::new(Place::MlpOut(0), Value::Zero).at(vec![]), "at least one"),
        (
            Patch::new(Place::Pattern { layer: 0, head: 0 }, Value::Zero),
            "pattern of L0H0: attention is never nothing",
        ),
        (
            Patch::new(Place::MlpOut(0), Value::Vector(vec![0.0; 3])),
            "mlp_out of layer 0: a vector of 3 numbers is given, and at token 0 it has 24",
        ),
        (
            Patch::new(Place::MlpOut(0), of(model.run(&[1, 2]).unwrap())),
            "the other run has 2 tokens, and none at position 2",
        ),
        (
            Patch::new(Place::MlpOut(0), of(other.run(&[1, 2, 3]).unwrap())),
            "the other run is of another model",
        ),
    ] {
        let error = run.with(&[patch]).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    let shorter = Arc::new(model.run(&[1, 2]).unwrap());
    let error = patch(&run, &shorter, &Question::new(7), PatchSite::Z)
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.starts_with("corrupted: has 2 tokens, and the clean prompt 3"),
        "{error}"
    );
    let components = Form::Parts(Unit::Component);
    let put = run.with(&[Patch::new(Place::ResidPre(1), Value::Zero)]).unwrap();
    for (corrupted, form, why) in [
        (&*shorter, components, "corrupted: has 2 tokens, and the clean prompt 3"),
        (&put, components, "corrupted: has other parts than this run"),
        (
            &run,
            Form::Parts(Unit::Neuron { layer: 0 }),
            "of: two runs differ in what each part adds, and not within 0_mlp_out",
        ),
    ] {
        let error = difference(&run, corrupted, &Question::new(7), form)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(why), "{error}");
    }
    let cell = |at: &[usize]| patched(&run, &run, PatchSite::ZByPosition, at);
    assert!(
        cell(&[0, 1])
            .unwrap_err()
            .to_string()
            .starts_with("at: [0, 1] is not a place of z_by_position")
    );
    assert_eq!(cell(&[1, 2, 0]).unwrap().logits(2).unwrap(), run.logits(2).unwrap());
    let through = Question::new(7).through(vec!["L1H0@1".parse().unwrap()]);
    assert!(matches!(
        effects(&run, &through, Unit::Head, Ablation::Zero, None),
        Err(Error::Path(_))
    ));
    let neuron = Question::of("neuron:L0N1".parse().unwrap());
    assert!(matches!(
        effects(&run, &neuron, Unit::Head, Ablation::Zero, None),
        Err(Error::Argument(_))
    ));
    for unit in [Unit::Source { layer: 0, head: 0 }, Unit::Neuron { layer: 0 }] {
        assert!(matches!(
            effects(&run, &Question::new(7), unit, Ablation::Zero, None),
            Err(Error::Argument(_))
        ));
    }
    let embed = reaction(&run, &Question::new(7), Part::Embed, Ablation::Zero, None);
    assert!(
        embed
            .unwrap_err()
            .to_string()
            .contains("part: embed cannot be taken out")
    );
}
