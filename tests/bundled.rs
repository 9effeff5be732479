//! The committed bundled model: does what its card and its presets say.

#[path = "../examples/first_answer/answer.rs"]
mod answer;
#[path = "../examples/corpus/mod.rs"]
mod corpus;
#[path = "../examples/evaluation/mod.rs"]
mod evaluation;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use logitscope::attribution::{Form, Part, Question, Unit, attribute};
use logitscope::gpt2::LanguageModel;
use serde::Deserialize;
use serde_json::Value;

use corpus::{Sentence, Split, Task, random};
use evaluation::{Pattern, Score};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public/models/bundled")
}

/// What the page knows about the model.
fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/src")
}

fn model() -> LanguageModel {
    LanguageModel::open(&folder()).unwrap()
}

/// What a browser fetches to begin with.
#[test]
fn at_most_five_megabytes_and_a_context_of_64() {
    let files = ["config.json", "tokenizer.json", "model.safetensors"];
    let size: u64 = files
        .iter()
        .map(|file| fs::metadata(folder().join(file)).unwrap().len())
        .sum();
    assert!(size <= 5_000_000, "{size} bytes");
    let model = model();
    let config = model.gpt2.config();
    assert!(config.n_positions >= 64 && config.n_layer >= 4);
}

/// The least share of right answers that the model was made for, and the least mean logit difference.
fn goal(task: Task) -> (f64, Option<f64>) {
    match task {
        Task::IndirectObjectAbba | Task::IndirectObjectBaba => (0.98, Some(3.0)),
        Task::Agreement => (0.97, None),
        _ => (0.95, None),
    }
}

/// The goals are met by a sample, and by the table of the model card, which `evaluate_bundled` printed of these weights.
#[test]
fn held_out_sentences_are_answered_as_the_card_says() {
    let model = model();
    let card = fs::read_to_string(folder().join("README.md")).unwrap();
    for task in Task::ALL {
        let score = Score::measure(&model, task, 300, &mut random(3, 0)).unwrap();
        let name = task.name();
        let (accuracy, difference) = goal(task);
        // A sample of 300 may be a little off.
        assert!(score.accuracy >= accuracy - 0.01, "{name}: {score}");
        if let Some(least) = difference {
            assert!(score.mean_logit_difference.unwrap() >= least, "{name}: {score}");
        }
        // The first table of the card is of these weights; that of the second training comes later.
        let row = card.lines().find_map(|line| line.strip_prefix(&format!("| {name} | ")));
        let row: Vec<&str> = row.unwrap_or_else(|| panic!("no {name}")).split(" | ").collect();
        let said = row[1].trim_end_matches('%').parse::<f64>().unwrap() / 100.0;
        assert!(said >= accuracy, "{name}: {said}");
        assert!((said - score.accuracy).abs() < 0.02, "{name}: {said} and {score}");
    }
}

#[test]
fn at_least_150_facts() {
    let facts: usize = Task::ALL
        .into_iter()
        .filter(|task| task.is_fact())
        .map(|task| corpus::facts(task).iter().collect::<HashSet<_>>().len())
        .sum();
    assert!(facts >= 150, "{facts}");
}

#[test]
fn no_held_out_prompt_occurs_in_training() {
    let mut rng = random(6, 0);
    let trained: HashSet<String> = (0..100_000)
        .map(|_| Sentence::any(Split::Train, &mut rng).prompt)
        .collect();
    for _ in 0..5_000 {
        let sentence = Sentence::any(Split::HeldOut, &mut rng);
        // Of a sentence that begins with a quote, what is held out comes after the answer.
        if sentence.prompt.starts_with('"') {
            continue;
        }
        assert!(!trained.contains(&sentence.prompt), "{sentence:?}");
    }
}

#[derive(Deserialize)]
struct Record {
    tasks: Vec<String>,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    step: u64,
    accuracy: Vec<f64>,
    weights: Option<String>,
}

/// The weights of every checkpoint do what `training.json` says of them, and the last are those of the bundled model.
#[test]
fn checkpoints_are_of_the_training_that_is_recorded() {
    let record: Record = serde_json::from_slice(&fs::read(folder().join("training.json")).unwrap()).unwrap();
    assert!(record.tests.is_sorted_by(|a, b| a.step < b.step));
    let kept: Vec<&Test> = record.tests.iter().filter(|test| test.weights.is_some()).collect();
    assert!((7..=10).contains(&kept.len()));
    assert_eq!(kept.last().unwrap().weights.as_deref(), Some("model.safetensors"));
    assert_eq!(kept.last().unwrap().step, record.tests.last().unwrap().step);
    for test in kept {
        let model = LanguageModel::open_weights(&folder(), test.weights.as_ref().unwrap()).unwrap();
        for task in [
            Task::IndirectObjectAbba,
            Task::Induction,
            Task::Capital,
            Task::GreaterThan,
        ] {
            let score = Score::measure(&model, task, 150, &mut random(7, 0)).unwrap();
            let i = record.tasks.iter().position(|name| name == task.name()).unwrap();
            let said = test.accuracy[i];
            assert!(
                (said - score.accuracy).abs() < 0.1,
                "step {}, {}: {said} and {score}",
                test.step,
                task.name()
            );
        }
    }
}

#[derive(Deserialize)]
struct Found {
    head: Part,
    looks: String,
    mean: f64,
}

/// `heads.json`, from which the page says what a head is known for.
#[test]
fn heads_look_where_the_page_says() {
    let heads: Vec<Found> = serde_json::from_slice(&fs::read(page().join("heads.json")).unwrap()).unwrap();
    let model = model();
    for pattern in Pattern::ALL {
        let measured: HashMap<Part, f64> = pattern
            .measure(&model, 100, &mut random(8, 0))
            .unwrap()
            .into_iter()
            .map(|(head, paid)| (head, paid.mean))
            .collect();
        for Found { head, mean, .. } in heads.iter().filter(|head| head.looks == pattern.to_string()) {
            assert!(
                (measured[head] - mean).abs() < 0.1,
                "{head} {pattern}: {mean}, and {}",
                measured[head]
            );
        }
    }
    // Without a pair of these no model does induction.
    for pattern in [Pattern::PreviousToken, Pattern::Induction] {
        assert!(heads.iter().any(|head| head.looks == pattern.to_string()), "{pattern}");
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
    for _ in 0..1_000 {
        let text = Sentence::any(Split::HeldOut, &mut rng).text();
        let tokens = model.tokens(&text, true).unwrap();
        let unknown = tokens.iter().find(|id| !trained.contains(id));
        assert_eq!(unknown.map(|&id| model.token_text(id)), None, "in {text:?}");
        assert_eq!(tokens.len(), 1 + words(&text), "{text:?}");
    }
}

/// Words, marks and `'s`; a year is a century and a number.
fn words(text: &str) -> usize {
    let mut words = 0;
    for word in text
        .split([' ', '(', ')', '[', ']', '"', '.', ',', '\''])
        .filter(|word| !word.is_empty())
    {
        words += if word.parse::<u32>().is_ok() { word.len() / 2 } else { 1 };
    }
    words + text.matches(['(', ')', '[', ']', '"', '.', ',']).count()
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
    task: String,
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
    strongest: HashMap<Form, Vec<Part>>,
    /// What a part adds is at least this share of the whole, or at most, where the share is negative.
    shares: Vec<(Part, f64)>,
    /// Heads, what they look at, and from where.
    #[serde(default)]
    looks: Vec<Look>,
    /// No head adds or takes away a larger share.
    largest_head: Option<f64>,
    /// Of the probability of all numbers of two digits, the least that is on those after the first.
    later: Option<(u32, f64)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Look {
    head: Part,
    /// A token of the prompt where it occurs last; the last token if none is named.
    from: Option<String>,
    /// All tokens of this text.
    to: String,
    /// The least attention paid to them.
    least: f64,
}

#[test]
fn presets_show_what_their_notes_say() {
    let presets: Vec<Preset> = serde_json::from_slice(&fs::read(page().join("presets.json")).unwrap()).unwrap();
    let model = model();
    for preset in &presets {
        let Preset {
            name, note, evidence, ..
        } = preset;
        assert!(
            Task::ALL.iter().any(|task| task.name() == preset.task),
            "{name}: no {}",
            preset.task
        );
        let tokens = model.tokens(&preset.prompt, true).unwrap();
        let run = model.gpt2.run(&tokens).unwrap();
        let best = &model.predictions(&run, tokens.len() - 1, 1).unwrap()[0];
        assert_eq!(best.text, preset.answer, "{name}");

        let answer = model.single_token(&preset.answer).unwrap();
        let incorrect = preset.incorrect.as_ref().map(|text| model.single_token(text).unwrap());
        let mut shares: HashMap<Part, f64> = HashMap::new();
        for unit in [Unit::Component, Unit::Head] {
            let question = Question::new(answer).rather_than(incorrect);
            let result = attribute(&run, &question, unit).unwrap();
            assert!(result.identity.is_exact(), "{name}");
            let mut parts = result.top(usize::MAX);
            parts.retain(|(part, _)| *part != Part::Remainder);
            parts.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
            let said = &evidence.strongest[&Form::Parts(unit)];
            let strongest: Vec<Part> = parts.iter().take(said.len()).map(|&(part, _)| part).collect();
            assert_eq!(&strongest, said, "{name}: {parts:.2?}");
            shares.extend(
                parts
                    .iter()
                    .map(|&(part, value)| (part, value / result.identity.total[0])),
            );
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
        for Look {
            head: part,
            from,
            to,
            least,
        } in &evidence.looks
        {
            let &Part::Head { layer, head } = part else {
                panic!("{name}: {part} is no head");
            };
            let text = |id: &u32| model.token_text(*id);
            let from = match from {
                Some(from) => tokens.iter().rposition(|id| text(id) == *from).unwrap(),
                None => tokens.len() - 1,
            };
            let pattern = &run.pattern(layer, head, from).unwrap();
            let looked_at = tokens.iter().zip(pattern).filter(|(id, _)| text(id) == *to);
            let paid: f64 = looked_at.map(|(_, &paid)| f64::from(paid)).sum();
            assert!(paid >= *least, "{name}: {part} pays {paid} to {to:?}");
        }
        if let Some((year, least)) = evidence.later {
            let logits = run.logits(tokens.len() - 1).unwrap();
            let mass = |years: std::ops::Range<u32>| -> f64 {
                let ids = years.map(|year| model.single_token(&format!("{year:02}")).unwrap() as usize);
                ids.map(|id| f64::from(logits[id]).exp()).sum()
            };
            let share = mass(year + 1..100) / mass(2..100);
            assert!(share >= least, "{name}: {share}");
        }
        // A note names no part that was not checked.
        let words = note.split(|c: char| !c.is_alphanumeric() && c != '_');
        for part in words.filter_map(|word| word.parse::<Part>().ok()) {
            let checked = evidence.shares.iter().any(|(shared, _)| *shared == part)
                || evidence.looks.iter().any(|look| look.head == part);
            assert!(checked, "{name}: nothing checks what is said of {part}");
        }
    }
    let shown: HashSet<&str> = presets.iter().map(|preset| preset.task.as_str()).collect();
    for task in [
        Task::IndirectObjectAbba,
        Task::IndirectObjectBaba,
        Task::Induction,
        Task::Capital,
        Task::GreaterThan,
        Task::Agreement,
        Task::Pronoun,
        Task::Closing,
    ] {
        assert!(shown.contains(task.name()), "no preset shows {}", task.name());
    }
}

#[test]
fn the_first_sentence_has_a_wide_margin() {
    let model = model();
    let tokens = model
        .tokens("When Mary and John went to the store, John gave a drink to", true)
        .unwrap();
    let run = model.gpt2.run(&tokens).unwrap();
    let logits = run.logits(tokens.len() - 1).unwrap();
    let logit = |text| logits[model.single_token(text).unwrap() as usize];
    assert!(logit(" Mary") - logit(" John") > 10.0);
}

/// What the page shows before the model is there is what the model says.
#[test]
fn the_page_opens_with_the_model_s_answer() {
    let committed: Value = serde_json::from_slice(&fs::read(page().join("first-answer.json")).unwrap()).unwrap();
    let computed = answer::first_answer(page().parent().unwrap()).unwrap();
    assert!(
        alike(&committed, &computed),
        "write www/src/first-answer.json with `cargo run --release --example first_answer`"
    );
}

/// The same but for the rounding of another machine's float32.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| alike(a, b)))
        }
        (Value::Number(a), Value::Number(b)) => (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-4,
        _ => a == b,
    }
}
