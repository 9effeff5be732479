//! The committed bundled model: does what its card and its presets say.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../examples/corpus/mod.rs"]
mod corpus;
#[path = "../examples/evaluation/mod.rs"]
mod evaluation;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use logitscope::attribution::{Part, Position, Unit, direct_logit_attribution};
use logitscope::gpt2::LanguageModel;
use serde::Deserialize;

use corpus::{Sentence, Split, Task, random};
use evaluation::Score;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public/models/bundled")
}

fn model() -> LanguageModel {
    LanguageModel::open(&folder()).unwrap()
}

#[test]
fn at_most_five_megabytes_and_a_context_of_64() {
    let size: u64 = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .sum();
    assert!(size <= 5_000_000, "{size} bytes");
    let model = model();
    let config = model.gpt2.config();
    assert!(config.n_positions >= 64 && config.n_layer >= 4);
}

#[test]
fn held_out_sentences_are_answered() {
    let model = model();
    for (task, least) in [
        (Task::IndirectObject, 0.95),
        (Task::Capital, 0.95),
        (Task::OtherFact, 0.95),
        (Task::Induction, 0.95),
        (Task::Agreement, 0.95),
        (Task::Pronoun, 0.95),
    ] {
        let score = Score::measure(&model, task, 200, &mut random(3, 0)).unwrap();
        assert!(score.accuracy() >= least, "{}: {score}", task.name());
    }
}

/// Held-out sentences hold nothing new but their arrangement: no word in several tokens, no token unknown to training.
#[test]
fn the_vocabulary_holds_every_word_of_the_corpus() {
    let model = model();
    let mut rng = random(4, 0);
    let trained: HashSet<u32> = (0..20_000)
        .flat_map(|_| {
            let text = Sentence::any(Split::Train, &mut rng).text();
            let within = model.tokens(&format!(" {text}"), true).unwrap();
            [model.tokens(&text, true).unwrap(), within].concat()
        })
        .collect();
    for _ in 0..500 {
        let text = Sentence::any(Split::HeldOut, &mut rng).text();
        let tokens = model.tokens(&text, true).unwrap();
        let unknown = tokens.iter().find(|id| !trained.contains(id));
        assert_eq!(unknown.map(|&id| model.token_text(id)), None, "in {text:?}");
        let words = text.replace(['.', ','], " ,").replace("'s", " 's");
        assert_eq!(tokens.len(), 1 + words.split_whitespace().count(), "{text:?}");
    }
}

#[test]
fn any_text_has_tokens_and_comes_back() {
    let model = model();
    let text = " Ünïcödé, 日本語 🙂\n\tx = 17; \u{0}~";
    let tokens = model.tokens(text, true).unwrap();
    assert_eq!(model.tokenizer.unwrap().decode(&tokens[1..]), text);
}

#[derive(Deserialize)]
struct Preset {
    name: String,
    prompt: String,
    answer: String,
    incorrect: Option<String>,
    note: String,
    evidence: Evidence,
}

/// What a preset's note says, so that it can be computed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Evidence {
    /// The parts of the largest attribution, either way, largest first; `remainder` does not count.
    strongest: HashMap<Unit, Vec<Part>>,
    /// What a part adds is at least this share of the whole, or at most, where the share is negative.
    shares: Vec<(Part, f64)>,
    /// The least attention that a head pays, at the last position, to a token of the prompt.
    attention: Vec<(Part, String, f32)>,
    /// No head adds or takes away a larger share.
    largest_head: Option<f64>,
}

#[test]
fn presets_show_what_their_notes_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/src/presets.json");
    let presets: Vec<Preset> = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert!((4..=6).contains(&presets.len()));
    let model = model();
    for preset in presets {
        let Preset {
            name, note, evidence, ..
        } = &preset;
        let tokens = model.tokens(&preset.prompt, true).unwrap();
        let cache = model.gpt2.run(&tokens).unwrap();
        let best = &model.predictions(&cache, tokens.len() - 1, 1).unwrap()[0];
        assert_eq!(best.text, preset.answer, "{name}");

        let answer = model.single_token(&preset.answer).unwrap();
        let incorrect = preset.incorrect.as_ref().map(|text| model.single_token(text).unwrap());
        let mut shares: HashMap<Part, f64> = HashMap::new();
        for unit in [Unit::Component, Unit::Head] {
            let result =
                direct_logit_attribution(&model.gpt2, &cache, answer, incorrect, unit, Position::At(-1)).unwrap();
            assert!(result.is_exact(), "{name}");
            let mut parts = result.top(usize::MAX);
            parts.retain(|(part, _)| *part != Part::Remainder);
            parts.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
            let said = &evidence.strongest[&unit];
            let strongest: Vec<Part> = parts.iter().take(said.len()).map(|&(part, _)| part).collect();
            assert_eq!(&strongest, said, "{name}: {parts:.2?}");
            shares.extend(parts.iter().map(|&(part, value)| (part, value / result.total[0])));
            if let (Unit::Head, Some(limit)) = (unit, evidence.largest_head) {
                let share = shares[&parts[0].0];
                assert!(share.abs() <= limit, "{name}: {} adds {share:.3}", parts[0].0);
            }
        }
        for (part, least) in &evidence.shares {
            let share = shares[part];
            let holds = if *least < 0.0 { share <= *least } else { share >= *least };
            assert!(holds, "{name}: {part} adds {share:.3}");
        }
        for (part, token, least) in &evidence.attention {
            let &Part::Head { layer, head } = part else {
                panic!("{name}: {part} is no head");
            };
            let pattern = cache.blocks[layer].pattern.get(head).unwrap();
            let pattern: Vec<f32> = pattern.get(tokens.len() - 1).unwrap().to_vec1().unwrap();
            let looked_at = tokens
                .iter()
                .zip(pattern)
                .filter(|&(&id, _)| model.token_text(id) == *token);
            let paid: f32 = looked_at.map(|(_, paid)| paid).sum();
            assert!(paid >= *least, "{name}: {part} pays {paid} to {token:?}");
        }
        // A note names no part that was not checked.
        let words = note.split(|c: char| !c.is_alphanumeric() && c != '_');
        for part in words.filter_map(|word| word.parse::<Part>().ok()) {
            let checked = evidence.shares.iter().any(|(shared, _)| *shared == part)
                || evidence.attention.iter().any(|(head, ..)| *head == part);
            assert!(checked, "{name}: nothing checks what is said of {part}");
        }
    }
}

#[test]
fn the_first_sentence_has_a_wide_margin() {
    let model = model();
    let tokens = model
        .tokens("When Mary and John went to the store, John gave a drink to", true)
        .unwrap();
    let cache = model.gpt2.run(&tokens).unwrap();
    let logits = model.gpt2.logits(&cache, tokens.len() - 1).unwrap();
    let logit = |text| logits[model.single_token(text).unwrap() as usize];
    assert!(logit(" Mary") - logit(" John") > 10.0);
}
