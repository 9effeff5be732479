//! The presets with other names: are the committed files what the corpus gives today, of the presets' structure, and does the bundled
//! model do on all of them what it does on the presets themselves?

#[path = "../examples/corpus/mod.rs"]
mod corpus;

use std::fs;
use std::path::{Path, PathBuf};

use corpus::presets::csv;
use logitscope::attribution::set::{Measure, SetAnswer, SetQuestion, ask_all, read_prompts};
use logitscope::attribution::{Form, Part, Unit};
use logitscope::gpt2::LanguageModel;
use serde::Deserialize;

#[derive(Deserialize)]
struct Preset {
    name: String,
    prompt: String,
    set: String,
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www")
}

fn presets() -> Vec<Preset> {
    serde_json::from_slice(&fs::read(page().join("src/presets.json")).unwrap()).unwrap()
}

fn model() -> LanguageModel {
    LanguageModel::open(&page().join("public/models/bundled")).unwrap()
}

fn ask(model: &LanguageModel, set: &str, measure: Measure) -> SetAnswer {
    let text = fs::read_to_string(page().join("public").join(set)).unwrap();
    ask_all(read_prompts(&text).unwrap(), SetQuestion::new(measure))
        .unwrap()
        .finish(model)
        .unwrap()
}

#[test]
fn the_files_are_those_of_the_corpus() {
    let model = model();
    for (index, preset) in presets().iter().enumerate() {
        let text = fs::read_to_string(page().join("public").join(&preset.set)).unwrap();
        let written = csv(&model, index, &preset.name, &preset.prompt).unwrap();
        assert!(
            text == written,
            "{}: write it with `cargo run --release --example preset_prompts`",
            preset.set
        );
    }
}

#[test]
fn the_model_answers_them() {
    let model = model();
    for preset in presets() {
        let answer = ask(&model, &preset.set, Measure::Parts(vec![Form::Parts(Unit::Component)]));
        let right = answer.prompts.iter().filter(|prompt| prompt.right).count();
        assert_eq!(answer.failed, [], "{}", preset.name);
        assert!(answer.prompts.iter().all(|prompt| prompt.exact), "{}", preset.name);
        // There are no more countries than 48, nor names than 64.
        let n = match preset.name.as_str() {
            "A capital, not a language" => 48,
            "She or he?" => 64,
            _ => 100,
        };
        assert_eq!((right, answer.prompts.len()), (n, n), "{}", preset.name);
    }
}

/// What the notes say of where heads look, on the mean of all prompts.
#[test]
fn heads_look_where_the_notes_say() {
    let model = model();
    let sets = presets();
    for (name, head, role, least) in [
        ("Who gets the drink?", "L2H5", "first", 0.9),
        ("Who gets the drink?", "L2H4", "first", 0.9),
        ("Who gets the drink?", "L2H0", "second", 0.9),
        ("Who gets the drink?", "L3H2", "object", 0.9),
        ("The names swapped", "L2H5", "first", 0.9),
        ("The names swapped", "L2H2", "second", 0.9),
        ("Random words, twice", "L2H4", "next", 0.9),
        ("A capital", "L0H1", "country", 0.8),
        ("A capital, not a language", "L3H4", "capital", 0.9),
        ("Who wrote it?", "L0H1", "book", 0.85),
        ("A war that began in 1732", "L0H4", "year", 0.8),
        ("The keys to the cabinet", "L3H0", "subject", 0.9),
        ("She or he?", "L3H1", "name", 0.9),
        ("Which bracket closes?", "L0H1", "bracket", 0.5),
        ("End of the quote", "L3H1", "quote", 0.7),
    ] {
        let preset = sets.iter().find(|preset| preset.name == name).unwrap();
        let answer = ask(&model, &preset.set, Measure::Sources);
        let of_role = |name: &str| {
            let tables = answer.tables.iter();
            tables
                .filter(|table| table.role.as_deref() == Some(role))
                .find(|table| table.name == name)
                .unwrap()
        };
        let table = of_role("pattern");
        let at = table
            .labels
            .iter()
            .position(|&label| label == head.parse::<Part>().unwrap())
            .unwrap();
        let mean = table.moments.mean()[at];
        assert!(mean >= least, "{name}: {head} looks at {role} by {mean:.3}");
    }
}
