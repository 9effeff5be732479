//! What holds for every GPT-2: random small models of every shape and setting, against a float64 recomputation.

#[allow(dead_code, reason = "other tests use what this one does not")]
mod reference;

use std::sync::Arc;

use candle_core::DType;
use logitscope::attribution::{Form, Position, Unit, attribute, running_sum};
use logitscope::gpt2::{Gpt2, Gpt2Config, Run, Site};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use reference::Reference;
use reference::random::{self, Case, close};

/// On candle, and for the float64 reference.
fn models(config: &Gpt2Config, seed: u64) -> (Arc<Gpt2>, Reference) {
    random::models(config, seed, DType::F32)
}

fn cases() -> impl Strategy<Value = Case> {
    random::cases(1..=3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_number_is_the_float64_recomputation_s(case in cases()) {
        let (model, reference) = models(&case.config, case.seed);
        let run = model.run(&case.tokens).unwrap();
        let trace = reference.run(&case.tokens);
        for form in Form::ALL {
            let ours = case.explain(&run, form, Position::All);
            let (rows, logit, b_u) = reference.attribution(&trace, case.answer, case.incorrect, form);
            prop_assert_eq!(ours.labels().len(), rows.len());
            for (i, row) in rows.iter().enumerate() {
                for (p, &value) in row.iter().enumerate() {
                    prop_assert!(close(ours.row(i)[p], value, 1e-4), "{} at {p}: {} is not {value}", ours.labels()[i], ours.row(i)[p]);
                }
            }
            for (p, &logit) in logit.iter().enumerate() {
                prop_assert!(close(ours.identity().logit[p], logit, 1e-4));
                prop_assert!(close(ours.identity().bias[p], b_u, 1e-9));
            }
        }
        let last = case.tokens.len() - 1;
        let logits = run.logits(last).unwrap();
        let mean = trace.logits[last].iter().sum::<f64>() / logits.len() as f64;
        for (ours, theirs) in logits.iter().zip(&trace.logits[last]) {
            prop_assert!(close((*ours).into(), theirs - mean, 1e-4));
        }
    }

    #[test]
    fn the_parts_sum_to_the_logit_less_its_bias(case in cases()) {
        let (model, _) = models(&case.config, case.seed);
        let run = model.run(&case.tokens).unwrap();
        let question = case.question(Position::All);
        let [component, head] = [Unit::Component, Unit::Head].map(|unit| attribute(&run, &question, unit).unwrap());
        let so_far = running_sum(&run, &question).unwrap();
        let n = case.tokens.len();
        for p in 0..n {
            let target = so_far.identity.logit[p] - so_far.identity.bias[p];
            for parts in [&component, &head] {
                let sum = parts.attribution.iter().skip(p).step_by(n).sum::<f64>();
                prop_assert!(close(sum, target, 1e-4));
                // What the result says of itself is exact: its sums are float64's.
                prop_assert!(close(parts.identity.total[p], sum, 1e-12));
            }
            let last = so_far.values[(so_far.labels.len() - 1) * n + p];
            prop_assert!(close(last, target, 1e-4));
            prop_assert_eq!(so_far.identity.total[p], last);
            // A step of the running sum is what the component between two states adds.
            for i in 1..so_far.labels.len() {
                let step = so_far.values[i * n + p] - so_far.values[(i - 1) * n + p];
                prop_assert!(close(step, component.attribution[(i + 1) * n + p], 1e-4));
            }
            for of in [&component.identity, &head.identity, &so_far.identity] {
                prop_assert_eq!(of.error[p], of.total[p] - (of.logit[p] - of.bias[p]));
            }
        }
        for of in [&component.identity, &head.identity, &so_far.identity] {
            prop_assert!(of.is_exact(), "{:?} is more than rounding, {:?}", of.error, of.rounding);
        }
    }

    /// What is exact has no room for a part: one of a ten-thousandth of all that float32 added up is missed.
    #[test]
    fn a_small_part_that_is_left_out_is_noticed(case in cases()) {
        let (model, reference) = models(&case.config, case.seed);
        let run = model.run(&case.tokens).unwrap();
        let added = reference.added(&reference.run(&case.tokens), case.answer, case.incorrect, case.tokens.len() - 1);
        for unit in [Unit::Component, Unit::Head] {
            let of = attribute(&run, &case.question(Position::At(-1)), unit).unwrap();
            let mut identity = of.identity;
            prop_assert!(identity.is_exact());
            identity.error[0] += 1e-4 * added;
            prop_assert!(!identity.is_exact(), "{unit:?}: {} of {added} is taken for rounding", identity.rounding[0]);
        }
    }

    #[test]
    fn all_positions_are_each_position(case in cases()) {
        let (model, _) = models(&case.config, case.seed);
        let run = model.run(&case.tokens).unwrap();
        let n = case.tokens.len();
        for form in Form::ALL {
            let all = case.explain(&run, form, Position::All);
            prop_assert_eq!(all.positions(), &(0..n).collect::<Vec<_>>());
            for p in 0..n {
                let one = case.explain(&run, form, Position::At(p as i64));
                let from_the_end = case.explain(&run, form, Position::At(p as i64 - n as i64));
                prop_assert_eq!(&one, &from_the_end);
                prop_assert_eq!(one.positions(), &[p]);
                let [of_one, of_all] = [&one, &all].map(|of| of.identity());
                prop_assert_eq!((of_one.logit[0], of_one.bias[0]), (of_all.logit[p], of_all.bias[p]));
                let expected: Vec<f64> = (0..all.labels().len()).map(|i| all.row(i)[p]).collect();
                if form == Form::Parts(Unit::Head) {
                    // Heads go by what they write at one position, and by the direction at many.
                    for (ours, theirs) in one.values().iter().zip(&expected) {
                        prop_assert!(close(*ours, *theirs, 1e-10), "{ours} is not {theirs}");
                    }
                } else {
                    prop_assert_eq!(one.values(), &expected);
                    prop_assert_eq!((of_one.total[0], of_one.error[0]), (of_all.total[p], of_all.error[p]));
                }
            }
        }
    }

    #[test]
    fn swapping_answer_and_incorrect_turns_every_sign(case in cases(), incorrect in any::<prop::sample::Index>()) {
        let (model, _) = models(&case.config, case.seed);
        let run = model.run(&case.tokens).unwrap();
        let other = incorrect.index(case.config.vocab_size - 1) as u32;
        let incorrect = other + u32::from(other >= case.answer);
        let there = Case { incorrect: Some(incorrect), ..case.clone() };
        let back = Case { answer: incorrect, incorrect: Some(case.answer), ..case };
        for form in Form::ALL {
            let there = there.explain(&run, form, Position::All);
            let back = back.explain(&run, form, Position::All);
            let (a, b) = (there.identity(), back.identity());
            for (a, b) in [(there.values(), back.values()), (&a.logit, &b.logit), (&a.bias, &b.bias), (&a.total, &b.total)] {
                prop_assert_eq!(a, &b.iter().map(|x| -x).collect::<Vec<_>>());
            }
        }
    }

    /// Whatever an earlier run had in common with it, a run is the same to the last bit, wherever one looks.
    #[test]
    fn a_run_from_an_earlier_one_is_the_same_as_from_nothing(
        case in cases(),
        earlier in cases(),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 1..4),
        looked in any::<prop::sample::Index>(),
    ) {
        let (model, _) = models(&case.config, case.seed);
        let everything = |run: &Run| {
            let explanations = Form::ALL.map(|form| case.explain(run, form, Position::All));
            let logits: Vec<Vec<f32>> = (0..case.tokens.len()).map(|p| run.logits(p).unwrap()).collect();
            (explanations, logits)
        };
        let expected = everything(&model.run(&case.tokens).unwrap());
        // Tokens of this question up to a cut, then those of another; and the same again from there.
        let vocabulary = case.config.vocab_size as u32;
        let mut run: Option<Run> = None;
        for cut in cuts {
            let mut tokens = case.tokens[..cut.index(case.tokens.len())].to_vec();
            tokens.extend(earlier.tokens.iter().map(|token| token % vocabulary));
            tokens.truncate(case.config.n_positions);
            let next = match &run {
                Some(run) => run.with_tokens(&tokens).unwrap(),
                None => model.run(&tokens).unwrap(),
            };
            prop_assert_eq!(next.tokens(), &tokens);
            next.logits(looked.index(tokens.len())).unwrap();
            run = Some(next);
        }
        let reused = run.unwrap().with_tokens(&case.tokens).unwrap();
        prop_assert_eq!(everything(&reused), expected);
    }

    /// However questions follow one another, each is answered as if it were the first. Also of two runs at a time.
    #[test]
    fn a_run_answers_as_if_asked_once(
        case in cases(),
        asked in proptest::collection::vec((any::<bool>(), any::<prop::sample::Index>(), any::<Option<prop::sample::Index>>(), 0..3_usize, any::<Option<prop::sample::Index>>()), 1..12),
    ) {
        let (model, _) = models(&case.config, case.seed);
        let reversed: Vec<u32> = case.tokens.iter().rev().copied().collect();
        let runs = [&case.tokens, &reversed].map(|tokens| model.run(tokens).unwrap());
        for (other, answer, incorrect, form, position) in asked {
            // Few answers, so that they come again.
            let token = |index: prop::sample::Index| index.index(3.min(case.config.vocab_size)) as u32;
            let position = position.map_or(Position::All, |p| Position::At(p.index(case.tokens.len()) as i64));
            let answer = token(answer);
            let incorrect = incorrect.map(token).filter(|&incorrect| incorrect != answer);
            let case = Case { answer, incorrect, ..case.clone() };
            let run = &runs[usize::from(other)];
            let ours = case.explain(run, Form::ALL[form], position);
            let alone = case.explain(&model.run(run.tokens()).unwrap(), Form::ALL[form], position);
            prop_assert_eq!(ours, alone);
        }
    }

    #[test]
    fn a_pattern_is_what_the_values_were_mixed_by(case in cases()) {
        let (model, reference) = models(&case.config, case.seed);
        let run = model.run(&case.tokens).unwrap();
        let trace = reference.run(&case.tokens);
        for (layer, block) in trace.layers.iter().enumerate() {
            for (head, theirs) in block.patterns.iter().enumerate() {
                let values: Vec<Vec<f32>> = run.values(layer, head).unwrap().to_vec2().unwrap();
                for (query, theirs) in theirs.iter().enumerate() {
                    let pattern = run.pattern(layer, head, query).unwrap();
                    prop_assert_eq!(pattern.len(), query + 1);
                    // A weight is as far off as its score.
                    let added = reference.added_for_scores(layer, head, query, &trace);
                    for (ours, theirs) in pattern.iter().zip(theirs) {
                        prop_assert!(close((*ours).into(), *theirs, 1e-5 * added.max(10.0)));
                    }
                    let z = run.read(Site::Z(layer), &[query]).unwrap().to_vec2::<f32>().unwrap();
                    let d_head = values[0].len();
                    for (i, z) in z[0][head * d_head..(head + 1) * d_head].iter().enumerate() {
                        let mixed: f32 = pattern.iter().zip(&values).map(|(weight, v)| weight * v[i]).sum();
                        prop_assert!(close(mixed.into(), (*z).into(), 1e-4));
                    }
                }
            }
        }
    }
}

#[test]
fn what_a_run_does_not_have_is_refused() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let case = cases().new_tree(&mut runner).unwrap().current();
    let (model, _) = models(&case.config, case.seed);
    let run = model.run(&case.tokens).unwrap();
    let (layers, heads, n) = (case.config.n_layer, case.config.n_head, case.tokens.len());
    for (result, name) in [
        (run.pattern(layers, 0, 0).map(drop), "layer: "),
        (run.pattern(0, heads, 0).map(drop), "head: "),
        (run.pattern(0, 0, n).map(drop), "position: "),
        (run.values(layers, 0).map(drop), "layer: "),
        (run.values(0, heads).map(drop), "head: "),
        (run.read(Site::MlpOut(layers), &[0]).map(drop), "layer: "),
        (run.read(Site::Embed, &[n]).map(drop), "position: "),
        (run.read(Site::Embed, &[]).map(drop), "position: "),
        (run.ln_final_scale(&[n]).map(drop), "position: "),
        (run.logits(n).map(drop), "position: "),
    ] {
        let message = result.unwrap_err().to_string();
        assert!(message.starts_with(name), "{message}");
    }
}
