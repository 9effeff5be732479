//! The presets with other names: are the committed files what the corpus gives today, of the presets' structure, and does the bundled
//! model do on all of them what it does on the presets themselves?

#[path = "../examples/corpus/mod.rs"]
mod corpus;

use std::fs;
use std::path::{Path, PathBuf};

use corpus::presets::csv;
use logitscope::attribution::set::{Measure, SetAnswer, ask_all, read_prompts};
use logitscope::attribution::{Form, Part, Unit};
use logitscope::gpt2::LanguageModel;
use serde::Deserialize;

#[derive(Deserialize)]
struct Preset {
    name: String,
    prompt: String,
    set: String,
    prompts: usize,
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
    ask_all(read_prompts(&text).unwrap(), measure, -1, true)
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
        let n = preset.prompts;
        assert_eq!((right, answer.prompts.len()), (n, n), "{}", preset.name);
    }
}

/// What the notes say of where heads look, on the mean of all prompts: the preset, the head, the role, and by how much at least.
const LOOKS: [(&str, &str, &str, f64); 15] = [
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
];

#[test]
fn heads_look_where_the_notes_say() {
    let model = model();
    let sets = presets();
    for (name, head, role, least) in LOOKS {
        let preset = sets.iter().find(|preset| preset.name == name).unwrap();
        let (mean, _) = looks(&ask(&model, &preset.set, Measure::Sources), head, role);
        assert!(mean >= least, "{name}: {head} looks at {role} by {mean:.3}");
    }
}

/// Mean and standard deviation of a head's attention to a role.
fn looks(answer: &SetAnswer, head: &str, role: &str) -> (f64, f64) {
    let mut tables = answer.tables.iter();
    let table = tables
        .find(|table| table.name == "pattern" && table.role.as_deref() == Some(role))
        .unwrap();
    let head = head.parse::<Part>().unwrap();
    let at = table.labels.iter().position(|&label| label == head).unwrap();
    (table.moments.mean()[at], table.moments.sd()[at])
}

/// The table of the model card over the presets' prompts, and the links in it.
#[test]
fn the_card_says_what_the_sets_come_to() {
    let model = model();
    let card = fs::read_to_string(page().join("public/models/bundled/README.md")).unwrap();
    for preset in presets() {
        let forms = [Unit::Component, Unit::Head].map(Form::Parts).to_vec();
        let parts = ask(&model, &preset.set, Measure::Parts(forms));
        let sources = ask(&model, &preset.set, Measure::Sources);
        let right = parts.prompts.iter().filter(|prompt| prompt.right).count();
        let (logit, sd) = moments(&parts.prompts.iter().map(|prompt| prompt.logit).collect::<Vec<_>>());
        let writers = parts.tables.iter().flat_map(|table| {
            let moments = table.moments.mean().iter().zip(table.moments.sd());
            table
                .labels
                .iter()
                .zip(moments)
                .filter(|(part, _)| matches!(part, Part::Head { .. } | Part::MlpOut(_)))
        });
        let (most, (mean, most_sd)) = writers
            .max_by(|(_, (a, _)), (_, (b, _))| a.abs().total_cmp(&b.abs()))
            .unwrap();
        let link = format!(
            "../../#view=always&set=preset:{}",
            preset.set.trim_start_matches("prompts/").trim_end_matches(".csv")
        );
        let seen = LOOKS
            .iter()
            .filter(|(name, ..)| *name == preset.name)
            .map(|(_, head, role, _)| {
                let (mean, sd) = looks(&sources, head, role);
                format!("[{head}]({link}&unit=head&selected={head}) at the {role} {mean:.2} ± {sd:.2}")
            });
        let row = format!(
            "| [{}]({link}) | {right} of {} | {logit:.2} ± {sd:.2} | {most} {mean:.2} ± {most_sd:.2} | {} |",
            preset.name,
            parts.prompts.len(),
            seen.collect::<Vec<_>>().join(", "),
        );
        assert!(card.contains(&row), "the card lacks {row}");
    }
}

fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0)).sqrt())
}
