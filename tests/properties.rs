//! What holds for every GPT-2: random small models of every shape and setting, against a float64 recomputation.
#![cfg(not(target_arch = "wasm32"))]

mod reference;

use candle_core::{Device, Tensor};
use logitscope::attribution::{
    Attributor, DirectLogitAttribution, LogitDirection, Position, Unit, attribute_activations, direct_logit_attribution,
};
use logitscope::gpt2::{Activation, ActivationCache, Activations, Gpt2, Gpt2Config};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use reference::Reference;

/// What is asked of a model.
#[derive(Debug, Clone)]
struct Question {
    config: Gpt2Config,
    seed: u64,
    tokens: Vec<u32>,
    answer: u32,
    incorrect: Option<u32>,
}

impl Question {
    fn attribute(
        &self,
        model: &Gpt2,
        cache: &ActivationCache,
        unit: Unit,
        position: Position,
    ) -> DirectLogitAttribution {
        direct_logit_attribution(model, cache, self.answer, self.incorrect, unit, position).unwrap()
    }
}

fn configs() -> impl Strategy<Value = Gpt2Config> {
    let activation = prop_oneof![
        Just(Activation::GeluTanh),
        Just(Activation::Gelu),
        Just(Activation::Relu)
    ];
    let d_head = prop_oneof![2..=6usize, 15..=21usize];
    let sizes = (1..=3usize, 1..=4usize, d_head, 1..=40usize, 3..=40usize, 1..=14usize);
    (sizes, -6.0..-2.0, activation, any::<[bool; 3]>()).prop_map(
        |((n_layer, n_head, d_head, n_inner, vocab_size, n_positions), eps, activation_function, flags)| {
            let mut config = Gpt2Config::default();
            config.n_embd = n_head * d_head;
            config.n_layer = n_layer;
            config.n_head = n_head;
            config.n_positions = n_positions;
            config.n_inner = n_inner;
            config.vocab_size = vocab_size;
            config.layer_norm_epsilon = 10f64.powf(eps);
            config.activation_function = activation_function;
            config.scale_attn_weights = flags[0];
            config.scale_attn_by_inverse_layer_idx = flags[1];
            config.tie_word_embeddings = flags[2];
            config.bos_token_id = None;
            config
        },
    )
}

fn questions() -> impl Strategy<Value = Question> {
    configs().prop_flat_map(|config| {
        let id = 0..config.vocab_size as u32;
        let tokens = proptest::collection::vec(id.clone(), 1..=config.n_positions);
        let incorrect = proptest::option::of(id.clone());
        (Just(config), any::<u64>(), tokens, id, incorrect).prop_map(|(config, seed, tokens, answer, incorrect)| {
            Question {
                config,
                seed,
                tokens,
                answer,
                incorrect: incorrect.filter(|&token| token != answer),
            }
        })
    })
}

/// The same random weights twice: on candle, and for the float64 reference.
fn models(config: &Gpt2Config, seed: u64) -> (Gpt2, Reference) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut weights = std::collections::HashMap::new();
    let model = Gpt2::new(config, |name, shape| {
        let middle = if name.contains("ln_") && name.ends_with("weight") {
            1.0
        } else {
            0.0
        };
        // Wider models with smaller weights: else their scores are so large that softmax turns rounding into anything.
        let largest = 0.7 * (24.0 / config.n_embd as f32).sqrt().min(1.0);
        let values: Vec<f32> = (0..shape.iter().product())
            .map(|_| middle + rng.random_range(-largest..largest))
            .collect();
        let width = *shape.last().unwrap();
        let rows = values
            .chunks(width)
            .map(|row| row.iter().map(|&x| f64::from(x)).collect())
            .collect();
        weights.insert(name.to_string(), rows);
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?)
    });
    let reference = Reference {
        config: config.clone(),
        weights,
    };
    (model.unwrap(), reference)
}

/// Equal up to float32's rounding in a forward pass.
fn close(ours: f64, theirs: f64, tolerance: f64) -> bool {
    (ours - theirs).abs() <= tolerance * theirs.abs().max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_number_is_the_float64_recomputation_s(question in questions()) {
        let (model, reference) = models(&question.config, question.seed);
        let cache = model.run(&question.tokens).unwrap();
        let trace = reference.run(&question.tokens);
        for unit in Unit::ALL {
            let ours = question.attribute(&model, &cache, unit, Position::All);
            let (rows, logit, b_u) = reference.attribution(&trace, question.answer, question.incorrect, unit);
            prop_assert_eq!(ours.labels.len(), rows.len());
            for (i, row) in rows.iter().enumerate() {
                for (p, &value) in row.iter().enumerate() {
                    prop_assert!(close(ours.row(i)[p], value, 1e-4), "{} at {p}: {} is not {value}", ours.labels[i], ours.row(i)[p]);
                }
            }
            for (p, &logit) in logit.iter().enumerate() {
                prop_assert!(close(ours.logit[p], logit, 1e-4));
                prop_assert!(close(ours.bias[p], b_u, 1e-9));
            }
        }
        let last = question.tokens.len() - 1;
        let logits = model.logits(&cache, last).unwrap();
        let mean = trace.logits[last].iter().sum::<f64>() / logits.len() as f64;
        for (ours, theirs) in logits.iter().zip(&trace.logits[last]) {
            prop_assert!(close((*ours).into(), theirs - mean, 1e-4));
        }
    }

    #[test]
    fn the_parts_sum_to_the_logit_less_its_bias(question in questions()) {
        let (model, _) = models(&question.config, question.seed);
        let cache = model.run(&question.tokens).unwrap();
        let [component, layer, head] = Unit::ALL.map(|unit| question.attribute(&model, &cache, unit, Position::All));
        for p in 0..question.tokens.len() {
            let target = layer.logit[p] - layer.bias[p];
            let sum = |of: &DirectLogitAttribution| (0..of.labels.len()).map(|i| of.row(i)[p]).sum::<f64>();
            prop_assert!(close(sum(&component), target, 1e-4));
            prop_assert!(close(sum(&head), target, 1e-4));
            prop_assert!(close(layer.row(layer.labels.len() - 1)[p], target, 1e-4));
            // What the result says of itself is exact: its sums are float64's.
            prop_assert!(close(component.total[p], sum(&component), 1e-12));
            prop_assert!(close(head.total[p], sum(&head), 1e-12));
            prop_assert_eq!(layer.total[p], layer.row(layer.labels.len() - 1)[p]);
            for of in [&component, &layer, &head] {
                prop_assert_eq!(of.error[p], of.total[p] - (of.logit[p] - of.bias[p]));
            }
        }
        prop_assert!(component.is_exact() && layer.is_exact() && head.is_exact());
    }

    #[test]
    fn all_positions_are_each_position(question in questions()) {
        let (model, _) = models(&question.config, question.seed);
        let cache = model.run(&question.tokens).unwrap();
        let n = question.tokens.len();
        for unit in Unit::ALL {
            let all = question.attribute(&model, &cache, unit, Position::All);
            prop_assert_eq!(&all.positions, &(0..n).collect::<Vec<_>>());
            for p in 0..n {
                let one = question.attribute(&model, &cache, unit, Position::At(p as i64));
                let from_the_end = question.attribute(&model, &cache, unit, Position::At(p as i64 - n as i64));
                prop_assert_eq!(&one, &from_the_end);
                prop_assert_eq!(&one.positions, &vec![p]);
                prop_assert_eq!(&one.attribution, &(0..all.labels.len()).map(|i| all.row(i)[p]).collect::<Vec<_>>());
                prop_assert_eq!((one.logit[0], one.bias[0], one.total[0], one.error[0]), (all.logit[p], all.bias[p], all.total[p], all.error[p]));
            }
        }
    }

    #[test]
    fn swapping_answer_and_incorrect_turns_every_sign(question in questions(), incorrect in any::<prop::sample::Index>()) {
        let (model, _) = models(&question.config, question.seed);
        let cache = model.run(&question.tokens).unwrap();
        let incorrect = incorrect.index(question.config.vocab_size) as u32;
        let there = Question { incorrect: Some(incorrect), ..question.clone() };
        let back = Question { answer: incorrect, incorrect: Some(question.answer), ..question };
        for unit in Unit::ALL {
            let there = there.attribute(&model, &cache, unit, Position::All);
            let back = back.attribute(&model, &cache, unit, Position::All);
            for (a, b) in [(&there.attribution, &back.attribution), (&there.logit, &back.logit), (&there.bias, &back.bias), (&there.total, &back.total)] {
                prop_assert_eq!(a, &b.iter().map(|x| -x).collect::<Vec<_>>());
            }
        }
    }

    /// Whatever an earlier run had in common with it, a run is the same to the last bit, wherever one looks.
    #[test]
    fn a_run_from_an_earlier_one_is_the_same_as_from_nothing(
        question in questions(),
        earlier in questions(),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 1..4),
        looked in any::<prop::sample::Index>(),
    ) {
        let (model, _) = models(&question.config, question.seed);
        let everything = |cache: &ActivationCache| {
            let all: Vec<usize> = (0..question.tokens.len()).collect();
            let attributions = Unit::ALL.map(|unit| question.attribute(&model, cache, unit, Position::All));
            let logits: Vec<Vec<f32>> = all.iter().map(|&p| model.logits(cache, p).unwrap()).collect();
            (attributions, logits)
        };
        let expected = everything(&model.run(&question.tokens).unwrap());
        // Tokens of this question up to a cut, then those of another; and the same again from there.
        let vocabulary = question.config.vocab_size as u32;
        let mut run = None;
        for cut in cuts {
            let mut tokens = question.tokens[..cut.index(question.tokens.len())].to_vec();
            tokens.extend(earlier.tokens.iter().map(|token| token % vocabulary));
            tokens.truncate(question.config.n_positions);
            let next = match &run {
                Some(run) => model.run_from(run, &tokens).unwrap(),
                None => model.run(&tokens).unwrap(),
            };
            prop_assert_eq!(next.tokens(), &tokens);
            model.logits(&next, looked.index(tokens.len())).unwrap();
            run = Some(next);
        }
        let reused = model.run_from(&run.unwrap(), &question.tokens).unwrap();
        prop_assert_eq!(everything(&reused), expected);
    }

    /// However questions follow one another, an attributor gives what each gets alone.
    #[test]
    fn an_attributor_answers_as_if_asked_once(
        question in questions(),
        asked in proptest::collection::vec((any::<prop::sample::Index>(), any::<Option<prop::sample::Index>>(), 0..3_usize, any::<Option<prop::sample::Index>>()), 1..12),
    ) {
        let (model, _) = models(&question.config, question.seed);
        let cache = model.run(&question.tokens).unwrap();
        let mut attributor = Attributor::default();
        for (answer, incorrect, unit, position) in asked {
            // Few answers, so that they come again.
            let token = |index: prop::sample::Index| index.index(3.min(question.config.vocab_size)) as u32;
            let position = position.map_or(Position::All, |p| Position::At(p.index(question.tokens.len()) as i64));
            let question = Question { answer: token(answer), incorrect: incorrect.map(token), ..question.clone() };
            let Question { answer, incorrect, .. } = question;
            let ours = attributor.attribute(&model, &cache, answer, incorrect, Unit::ALL[unit], position).unwrap();
            let alone = question.attribute(&model, &cache, Unit::ALL[unit], position);
            prop_assert_eq!(&ours.positions, &alone.positions);
            prop_assert_eq!((&ours.logit, &ours.bias), (&alone.logit, &alone.bias));
            for (ours, alone) in ours.attribution.iter().zip(&alone.attribution) {
                prop_assert!(close(*ours, *alone, 1e-10), "{ours} is not {alone}");
            }
        }
    }

    #[test]
    fn a_pattern_is_what_the_values_were_mixed_by(question in questions()) {
        let (model, reference) = models(&question.config, question.seed);
        let cache = model.run(&question.tokens).unwrap();
        let trace = reference.run(&question.tokens);
        for (layer, block) in trace.layers.iter().enumerate() {
            let pattern = model.pattern(&cache, layer).unwrap().to_vec3::<f32>().unwrap();
            for (ours, theirs) in pattern.iter().zip(&block.patterns) {
                for (ours, theirs) in ours.iter().flatten().zip(theirs.iter().flatten()) {
                    prop_assert!(close((*ours).into(), *theirs, 1e-4));
                }
            }
        }
    }

    /// The identity is measured, not assumed: whatever activation is changed after the run, the result says so.
    #[test]
    fn a_changed_cache_is_not_exact(question in questions(), layer in any::<prop::sample::Index>()) {
        let (model, _) = models(&question.config, question.seed);
        let cache = model.run(&question.tokens).unwrap();
        let layer = layer.index(question.config.n_layer);
        let direction = LogitDirection::new(&model, question.answer, question.incorrect).unwrap();
        prop_assume!(direction.residual.iter().map(|x| x * x).sum::<f64>() > 0.1);
        let push: Vec<f32> = direction.residual.iter().map(|&x| x as f32).collect();
        let push = Tensor::new(push, &Device::Cpu).unwrap();
        let pushed = |x: &Tensor| x.broadcast_add(&push).unwrap();
        let changed = |unit, change: &dyn Fn(&mut Activations)| {
            let mut activations = model.activations(&cache, &[question.tokens.len() - 1]).unwrap();
            change(&mut activations);
            !attribute_activations(&model, &activations, &direction, unit).unwrap().is_exact()
        };
        prop_assert!(changed(Unit::Component, &|of| of.embed = pushed(&of.embed)));
        prop_assert!(changed(Unit::Component, &|of| of.blocks[layer].attn_out = pushed(&of.blocks[layer].attn_out)));
        prop_assert!(changed(Unit::Head, &|of| of.blocks[layer].mlp_out = pushed(&of.blocks[layer].mlp_out)));
        prop_assert!(changed(Unit::Layer, &|of| of.resid_final = pushed(&of.resid_final)));
        for unit in Unit::ALL {
            prop_assert!(changed(unit, &|of| of.ln_final = pushed(&of.ln_final)));
            prop_assert!(changed(unit, &|of| of.ln_final_scale.fill(f32::NAN)));
            prop_assert!(changed(unit, &|of| of.ln_final_scale.fill(0.0)));
        }
    }
}
