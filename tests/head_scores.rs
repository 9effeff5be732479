//! What heads are: on random models, against TransformerLens's definition and a float64 recomputation; refusals in words.

#[allow(dead_code, reason = "other tests use what this one does not")]
mod reference;

use std::path::Path;
use std::sync::Arc;

use candle_core::DType;
use logitscope::attribution::{HeadScores, Question, head_scores};
use logitscope::gpt2::{Gpt2, LanguageModel};
use proptest::prelude::*;
use reference::random::{cases, close, models};
use reference::{Matrix, Reference, Trace};

fn without_tokenizer(gpt2: Arc<Gpt2>) -> LanguageModel {
    LanguageModel {
        gpt2,
        tokenizer: None,
        notices: Vec::new(),
    }
}

fn bundled() -> LanguageModel {
    LanguageModel::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public/models/bundled")).unwrap()
}

/// TransformerLens's `get_..._head_detection_pattern`, and its sum over the pattern, which `detect_head` divides by the tokens.
fn detected(tokens: &[u32], pattern: &Matrix, looks: impl Fn(usize, usize) -> bool) -> f64 {
    let pairs = (0..tokens.len()).flat_map(|query| (0..=query).map(move |key| (query, key)));
    let on = pairs.filter(|&(query, key)| looks(query, key));
    on.map(|(query, key)| pattern[query][key]).sum::<f64>() / tokens.len() as f64
}

/// The least and the most that the copying score can be: what is as good as equal counts as either.
fn copying(reference: &Reference, trace: &Trace, scores: &HeadScores, layer: usize, head: usize) -> [f64; 2] {
    let (mut least, mut most) = (0.0, 0.0);
    let said = &scores.tokens[..scores.length];
    for (at, &own) in said.iter().enumerate() {
        let written = reference.source(trace, layer, head, at, at);
        for &other in said.iter().filter(|&&other| other != own) {
            let target = Question::new(own).rather_than(other).target;
            let more = reference.comes_to(trace, &target, at, &[], &written);
            let sign = |x: f64| f64::from(i8::from(x > 0.0) - i8::from(x < 0.0));
            least += sign(more - 1e-5);
            most += sign(more + 1e-5);
        }
    }
    [least, most].map(|sum| sum / (said.len() * (said.len() - 1)) as f64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scores_are_those_of_the_definition(case in cases(1..=3), seed in any::<u64>()) {
        prop_assume!(case.config.n_positions >= 4);
        let (model, reference) = models(&case.config, case.seed, DType::F32);
        let scores = head_scores(&without_tokenizer(Arc::clone(&model)), None, seed).unwrap().finish().unwrap();
        let (n, tokens) = (scores.length, &scores.tokens);
        prop_assert_eq!(n, (case.config.n_positions / 2).min(case.config.vocab_size));
        prop_assert_eq!(&tokens[..n], &tokens[n..]);
        let mut once = tokens[..n].to_vec();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once.len(), n);

        let trace = reference.run(tokens);
        for layer in 0..case.config.n_layer {
            for head in 0..case.config.n_head {
                let pattern = &trace.layers[layer].patterns[head];
                let same = |query: usize, key: usize| key != query && tokens[query] == tokens[key];
                let by = |score: &Vec<Vec<f64>>, queries: usize| score[layer][head] * queries as f64 / tokens.len() as f64;
                for (ours, theirs) in [
                    (by(&scores.previous, 2 * n - 1), detected(tokens, pattern, |query, key| key + 1 == query)),
                    (by(&scores.duplicate, n), detected(tokens, pattern, same)),
                    (by(&scores.induction, n), detected(tokens, pattern, |query, key| key > 0 && same(query, key - 1))),
                    (by(&scores.first, 2 * n - 1), detected(tokens, pattern, |query, key| key == 0 && query > 0)),
                ] {
                    prop_assert!(close(ours, theirs, 1e-4), "{ours} is not {theirs}");
                }
                let [least, most] = copying(&reference, &trace, &scores, layer, head);
                let ours = scores.copying[layer][head];
                prop_assert!((least - 1e-9..=most + 1e-9).contains(&ours), "{ours} is not in {least}..={most}");
            }
        }
    }
}

/// As the model's card has it: L0H7 looks one word back everywhere, and heads of layer 2 at what came next, which they then say.
#[test]
fn the_bundled_models_heads() {
    let scores = head_scores(&bundled(), None, 0).unwrap().finish().unwrap();
    assert_eq!((scores.length, scores.tokens.len()), (31, 63));
    let best = |score: &[Vec<f64>]| {
        let heads = score.iter().enumerate();
        let heads = heads.flat_map(|(layer, row)| row.iter().enumerate().map(move |(head, x)| (*x, layer, head)));
        heads.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
    };
    let (value, layer, head) = best(&scores.previous);
    assert!((layer, head) == (0, 7) && value > 0.5, "L{layer}H{head} {value}");
    let again = head_scores(&bundled(), Some(31), 0).unwrap().finish().unwrap();
    assert_eq!(again, scores);
    // It was taught with up to sixteen words.
    let short = head_scores(&bundled(), Some(16), 0).unwrap().finish().unwrap();
    for (score, least) in [(&short.induction, 0.3), (&short.copying, 0.8)] {
        let (value, layer, head) = best(score);
        assert!(layer == 2 && value > least, "L{layer}H{head} {value}");
    }
    let other = head_scores(&bundled(), None, 1).unwrap().finish().unwrap();
    assert_ne!(other.tokens, scores.tokens);
}

#[test]
fn a_length_without_room_is_refused() {
    for length in [0, 1, 32, usize::MAX] {
        let Err(error) = head_scores(&bundled(), Some(length), 0) else {
            panic!("{length}")
        };
        let message = error.to_string();
        assert!(
            message.starts_with(&format!(
                "length: {length} is not between 2 and 31: random tokens are said twice"
            )),
            "{message}"
        );
    }
}
