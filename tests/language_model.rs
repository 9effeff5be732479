//! What a prompt, an answer and a generation do with a model and GPT-2's own tokenizer.

use std::sync::Arc;

use candle_core::{Device, Tensor};
use logitscope::gpt2::{Generation, Gpt2, Gpt2Config, LanguageModel, Sampling, Stop, Tokenizer};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const N_POSITIONS: usize = 12;

/// Random weights of GPT-2's vocabulary, but tiny, and GPT-2's tokenizer.
fn model() -> LanguageModel {
    let json = std::fs::read("tests/data/gpt2-tokenizer/tokenizer.json").unwrap();
    LanguageModel::new(random(50257, 50256), Some(Tokenizer::from_json(&json).unwrap()))
}

fn random(vocab_size: usize, bos: u32) -> Gpt2 {
    let config = Gpt2Config::from_json(&format!(
        r#"{{"model_type": "gpt2", "n_embd": 8, "n_layer": 2, "n_head": 2, "n_positions": {N_POSITIONS},
            "vocab_size": {vocab_size}, "bos_token_id": {bos}}}"#
    ));
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    Gpt2::new(&config.unwrap(), |_, shape| {
        let values: Vec<f32> = (0..shape.iter().product())
            .map(|_| rng.random_range(-1.0..1.0))
            .collect();
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?)
    })
    .unwrap()
}

fn message<T: std::fmt::Debug>(result: logitscope::Result<T>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_prompt_begins_with_bos_unless_told_otherwise() {
    let model = model();
    assert_eq!(model.tokens("When Mary", true).unwrap(), [50256, 2215, 5335]);
    assert_eq!(model.tokens("When Mary", false).unwrap(), [2215, 5335]);
    assert_eq!(message(model.tokens("", true)), "prompt: is empty; give it some text");
    assert_eq!(
        message(model.tokens(&" Mary".repeat(12), true)),
        "prompt: has 13 tokens, but this model reads at most 12; shorten it"
    );
    assert_eq!(model.tokens(&" Mary".repeat(12), false).unwrap().len(), 12);
}

#[test]
fn a_text_of_any_length_is_answered_at_once() {
    let model = model();
    let text = " Mary".repeat(2_000_000);
    assert_eq!(
        message(model.tokens(&text, true)),
        "prompt: has 10000000 bytes, but this model reads at most 12 tokens; shorten it"
    );
    assert_eq!(
        message(model.single_token(&text)),
        "answer: has 10000000 bytes; an answer is exactly one token"
    );
    let long = message(model.single_token(&text[..10_000]));
    assert!(long.len() < 300 && long.contains("splits into 2000 tokens"), "{long}");
}

#[test]
fn without_a_tokenizer_all_is_token_ids() {
    let without = LanguageModel::new(random(100, 60000), None);
    assert_eq!(
        message(without.bos()),
        "prompt: there is no token to put first: no file names one that this model has"
    );
    let bos = LanguageModel::new(random(100, 7), None).bos().unwrap();
    assert_eq!((bos.id, &*bos.named_by), (7, "config.json"));
    assert_eq!(without.token_text(12), "#12");
    assert_eq!(without.single_token("#12").unwrap(), 12);
    assert_eq!(
        message(without.tokens("When", true)),
        "prompt: this model has no tokenizer (tokenizer.json, or vocab.json and merges.txt), so it takes token ids, not text"
    );
    assert_eq!(
        message(without.single_token("Mary")),
        r#"answer: "Mary" is text, but this model has no tokenizer; give a token id, as #12"#
    );
}

#[test]
fn an_answer_is_one_token_or_the_error_shows_the_way() {
    let model = model();
    assert_eq!(model.single_token(" Mary").unwrap(), 5335);
    assert_eq!(model.single_token("#12").unwrap(), 12);
    let cases = [
        (
            "Ottawa",
            r#""Ottawa" splits into 2 tokens, "Ott" "awa"; an answer is exactly one token. Try " Ottawa", with a leading space."#,
        ),
        ("", "is empty; an answer is exactly one token."),
        (
            " Paris ",
            r#"" Paris " splits into 2 tokens, " Paris" " "; an answer is exactly one token. Try " Paris", with a leading space."#,
        ),
        (
            "日",
            r#""日" splits into 2 tokens, "\xE6\x97" "\xA5"; an answer is exactly one token."#,
        ),
        (
            "a b c d e f g h i j",
            r#""a b c d e f g h i j" splits into 10 tokens, "a" " b" " c" " d" " e" " f" " g" " h" …; an answer is exactly one token."#,
        ),
        (
            "#50257",
            "token id 50257 is not in the vocabulary, which has ids 0 to 50256",
        ),
    ];
    for (answer, expected) in cases {
        assert_eq!(message(model.single_token(answer)), format!("answer: {expected}"));
    }
}

#[test]
fn tokens_that_the_model_lacks_are_refused_where_they_are_used() {
    let model = LanguageModel::new(random(5000, 0), model().tokenizer);
    assert_eq!(model.tokens("When", false).unwrap(), [2215]);
    assert_eq!(
        message(model.tokens("When Mary", false)),
        "prompt: the tokenizer knows the token \" Mary\" (id 5335), but the model does not: it has ids 0 to 4999; leave it out"
    );
    assert_eq!(
        message(model.single_token(" Mary")),
        "answer: the tokenizer knows the token \" Mary\" (id 5335), but the model does not: it has ids 0 to 4999; leave it out"
    );
    assert_eq!(
        message(model.tokens("When", true)),
        "prompt: there is no token to put first: \"<|endoftext|>\", named by GPT-2's default, has the id 50256, which this \
         model does not have"
    );
}

#[test]
fn predictions_are_the_softmax_of_the_logits() {
    let model = model();
    let run = model.gpt2.run(&[1, 2, 3]).unwrap();
    let all = model.predictions(&run, 1, usize::MAX).unwrap();
    assert_eq!(all.len(), 50257);
    assert!(all.is_sorted_by(|a, b| a.logit >= b.logit));
    let sum: f64 = all.iter().map(|p| p.probability).sum();
    assert!((sum - 1.0).abs() < 1e-9);
    let (a, b) = (&all[0], &all[50]);
    assert!(((a.logit - b.logit).exp() - a.probability / b.probability).abs() < 1e-6);

    assert_eq!(model.predictions(&run, 1, 10).unwrap(), all[..10]);
    assert!(model.predictions(&run, 1, 0).unwrap().is_empty());
    assert!(all.iter().enumerate().all(|(place, each)| each.rank == place));
    let some: Vec<u32> = [0, 7, 50256].map(|place: usize| all[place].id).into();
    let expected = [0, 7, 50256].map(|place: usize| all[place].clone());
    assert_eq!(model.expectations(&run, 1, &some).unwrap(), expected);
    assert_eq!(
        message(model.expectations(&run, 1, &[3, 50257])),
        "token: 50257 is beyond the vocabulary of 50257 tokens"
    );
    assert_eq!(a.text, model.token_text(a.id));
    assert_eq!(
        message(model.predictions(&run, 3, 10)),
        "position: 3 is outside the run, which has positions 0 to 2"
    );
}

const GREEDY: Sampling = Sampling {
    max_tokens: 5,
    temperature: 0.0,
    top_k: None,
    seed: 0,
};

fn generate(model: &LanguageModel, prompt: &[u32], sampling: &Sampling) -> (Vec<u32>, Stop) {
    let mut generation = Generation::new(model, prompt, sampling).unwrap();
    let mut tokens = Vec::new();
    while let Some(token) = generation.next().unwrap() {
        tokens.push(token);
    }
    assert_eq!(generation.next().unwrap(), None);
    (tokens, generation.stop().unwrap())
}

#[test]
fn greedy_generation_is_what_full_runs_predict() {
    let model = LanguageModel::new(random(100, 60000), None);
    let (tokens, stop) = generate(&model, &[1, 2, 3], &GREEDY);
    assert_eq!((tokens.len(), stop), (5, Stop::MaxTokens));
    let mut prompt = vec![1, 2, 3];
    for token in tokens {
        let run = model.gpt2.run(&prompt).unwrap();
        let best = &model.predictions(&run, prompt.len() - 1, 1).unwrap()[0];
        assert_eq!(best.id, token);
        prompt.push(token);
    }
    let run = model.gpt2.run(&[1, 2, 3]).unwrap();
    let mut from_run = Generation::from_run(&model, run, &GREEDY).unwrap();
    for &token in &prompt[3..] {
        assert_eq!(from_run.next().unwrap(), Some(token));
    }
    assert_eq!(from_run.next().unwrap(), None);
    let other = random(100, 60000);
    let refused = Generation::from_run(&model, Arc::new(other).run(&[1]).unwrap(), &GREEDY);
    assert!(
        refused
            .err()
            .unwrap()
            .to_string()
            .starts_with("run: is of another model")
    );
    let top_1 = Sampling {
        temperature: 1.0,
        top_k: Some(1),
        ..GREEDY
    };
    assert_eq!(generate(&model, &[1, 2, 3], &top_1).0, prompt[3..]);
}

#[test]
fn sampling_follows_its_seed_and_its_limits() {
    let model = LanguageModel::new(random(100, 60000), None);
    let sampling = |seed, temperature, top_k| Sampling {
        max_tokens: 100,
        temperature,
        top_k,
        seed,
    };
    let (tokens, stop) = generate(&model, &[1, 2, 3], &sampling(1, 1.0, None));
    assert_eq!((tokens.len(), stop), (N_POSITIONS - 3, Stop::Positions));
    assert_eq!(generate(&model, &[1, 2, 3], &sampling(1, 1.0, None)).0, tokens);
    assert_ne!(generate(&model, &[1, 2, 3], &sampling(2, 1.0, None)).0, tokens);

    // Whatever the seed, a token is one of the k that are most probable at its place.
    for seed in 0..20 {
        let mut tokens = vec![1, 2, 3];
        tokens.extend(generate(&model, &[1, 2, 3], &sampling(seed, 5.0, Some(3))).0);
        let run = model.gpt2.run(&tokens).unwrap();
        for (position, &token) in tokens.iter().enumerate().skip(3) {
            let top = model.predictions(&run, position - 1, 3).unwrap();
            assert!(top.iter().any(|p| p.id == token));
        }
    }

    // A model that ends every text at once.
    let (first, _) = generate(&model, &[1, 2, 3], &GREEDY);
    let ends = LanguageModel::new(random(100, first[0]), None);
    assert_eq!(generate(&ends, &[1, 2, 3], &GREEDY), (vec![], Stop::EndOfText));

    let full: Vec<u32> = (0..N_POSITIONS as u32).collect();
    assert_eq!(generate(&model, &full, &GREEDY), (vec![], Stop::Positions));
    for prompt in [&[][..], &[0; N_POSITIONS + 1], &[100]] {
        let error = Generation::new(&model, prompt, &GREEDY).unwrap().next().unwrap_err();
        assert!(matches!(error, logitscope::Error::Prompt(_)), "{error}");
    }
    for bad in [
        sampling(1, -1.0, None),
        sampling(1, f64::NAN, None),
        sampling(1, 1.0, Some(0)),
    ] {
        assert!(Generation::new(&model, &[1], &bad).is_err());
    }
}
