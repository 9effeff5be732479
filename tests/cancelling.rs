//! Pairs of parts that cancel, against a float64 recomputation by the definition.

#[allow(dead_code, reason = "other tests use what this one does not")]
mod reference;

use candle_core::DType;
use logitscope::attribution::{Cancelling, Part, Position, Unit, cancelling, labels};
use proptest::prelude::*;
use reference::random::{cases, close, models};

fn centered(x: &[f64]) -> Vec<f64> {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    x.iter().map(|x| x - mean).collect()
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

fn when(part: Part) -> usize {
    match part {
        Part::AttnOut(layer) | Part::Head { layer, .. } => 2 * layer + 1,
        Part::MlpOut(layer) => 2 * layer + 2,
        _ => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pairs_are_those_of_the_definition(case in cases(1..=3), by_head in any::<bool>()) {
        let (model, reference) = models(&case.config, case.seed, DType::F32);
        let question = case.question(Position::At(-1));
        let unit = if by_head { Unit::Head } else { Unit::Component };
        let run = model.run(&case.tokens).unwrap();
        let ours = cancelling(&run, &question, unit).unwrap();

        let (trace, position, layers) = (reference.run(&case.tokens), case.tokens.len() - 1, case.config.n_layer);
        let mut parts = labels::components(layers, layers);
        if by_head {
            parts.retain(|part| !matches!(part, Part::AttnOut(_)));
            parts.extend(labels::heads(layers, case.config.n_head));
            parts.pop();
        }
        let written = parts.iter().map(|&part| reference.part(&trace, part, layers, &trace.resid_final[position], position));
        let written: Vec<Vec<f64>> = written.map(|x| centered(&x)).collect();
        let shares = written.iter().map(|x| reference.comes_to(&trace, &question.target, position, &[], x));
        let shares: Vec<f64> = shares.collect();
        let all: f64 = shares.iter().map(|share| share.abs()).sum();
        let found = |earlier: Part, later: Part| ours.iter().find(|pair| (pair.earlier, pair.later) == (earlier, later));
        for i in 0..parts.len() {
            for j in 0..parts.len() {
                let projection = dot(&written[i], &written[j]) / dot(&written[i], &written[i]);
                let smaller = shares[i].abs().min(shares[j].abs());
                let opposite = shares[i] * shares[j] < 0.0 && when(parts[i]) < when(parts[j]);
                let margin = |by: f64| opposite && projection <= -0.2 - by && smaller >= (0.02 + by) * all;
                match found(parts[i], parts[j]) {
                    None => prop_assert!(!margin(1e-4), "{} {} is left out", parts[i], parts[j]),
                    Some(Cancelling { projection: ours, attribution, .. }) => {
                        prop_assert!(margin(-1e-4), "{} {} is too much", parts[i], parts[j]);
                        prop_assert!(close(*ours, projection, 1e-4));
                        prop_assert!(close(attribution[0], shares[i], 1e-3) && close(attribution[1], shares[j], 1e-3));
                    }
                }
            }
        }
        let cancelled: Vec<f64> = ours.iter().map(|pair| pair.attribution[0].abs().min(pair.attribution[1].abs())).collect();
        prop_assert!(cancelled.is_sorted_by(|a, b| a >= b));
    }
}
