//! The page's presets with other names: each preset's template, filled from the same lists as the sentences. What a sentence holds out of
//! training (see [`super`]) is held out here too.

use std::collections::HashSet;

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use logitscope::gpt2::LanguageModel;

use super::facts::COUNTRIES;
use super::grammar::{ADJECTIVES, NOUNS, PREPOSITIONS};
use super::people::{NAMES, OBJECTS, PLACES};
use super::years::EVENTS;
use super::{Split, Task, facts, induction, pick, random};

/// A preset with other names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Variation {
    pub prompt: String,
    pub answer: String,
    pub incorrect: Option<String>,
    /// Tokens that have a part in it, by their texts or as `@5`.
    pub roles: Vec<(&'static str, String)>,
}

/// How many draws that bring nothing new show that there is nothing new.
const IDLE: usize = 2_000;

/// Up to `n` different variations of the preset that is the `index`-th and has this name, of those that are `kept`.
pub fn variations(index: usize, name: &str, n: usize, kept: impl Fn(&Variation) -> bool) -> Vec<Variation> {
    let mut rng = random(14, index as u64);
    let (mut known, mut all) = (HashSet::new(), Vec::new());
    let mut idle = 0;
    while all.len() < n && idle < IDLE {
        let variation = draw(name, &mut rng);
        if kept(&variation) && known.insert(variation.prompt.clone() + variation.incorrect.as_deref().unwrap_or("")) {
            all.push(variation);
            idle = 0;
        }
        idle += 1;
    }
    all
}

fn draw(preset: &str, rng: &mut ChaCha8Rng) -> Variation {
    match preset {
        "Who gets the drink?" => giving(true, rng),
        "The names swapped" => giving(false, rng),
        "Random words, twice" => said_twice(rng),
        "A capital" => fact(Task::Capital, "The capital city of {X} is", "country", rng),
        "A capital, not a language" => {
            let (country, capital, language, _) = pick(COUNTRIES, rng);
            Variation {
                prompt: format!("The capital city of {country} is"),
                answer: format!(" {capital}"),
                incorrect: Some(format!(" {language}")),
                roles: vec![("country", country.into()), ("capital", "capital".into())],
            }
        }
        "Who wrote it?" => fact(Task::Author, "The book {X} was written by", "book", rng),
        "A war that began in 1732" => years(rng),
        "The keys to the cabinet" => agreement(rng),
        "She or he?" => {
            let name = rng.random_range(0..NAMES.len());
            let (she, he) = (" she".to_string(), " he".to_string());
            let (answer, incorrect) = if name < NAMES.len() / 2 { (she, he) } else { (he, she) };
            Variation {
                prompt: format!("{} was happy when", NAMES[name]),
                answer,
                incorrect: Some(incorrect),
                roles: vec![("name", NAMES[name].into())],
            }
        }
        "Which bracket closes?" => {
            let (first, second) = Split::HeldOut.pair(NOUNS.len(), rng);
            let [open, close, other] = if rng.random() { ["(", ")", "]"] } else { ["[", "]", ")"] };
            let (first, second) = (NOUNS[first].0, NOUNS[second].0);
            Variation {
                prompt: format!("The {first} {open}{} the {second}", pick(PREPOSITIONS, rng)),
                answer: close.into(),
                incorrect: Some(other.into()),
                roles: vec![("bracket", open.into())],
            }
        }
        "End of the quote" => Variation {
            prompt: format!(
                "{} said \"the {} is {}",
                pick(NAMES, rng),
                pick(NOUNS, rng).0,
                pick(ADJECTIVES, rng)
            ),
            answer: "\"".into(),
            incorrect: Some(")".into()),
            roles: vec![("quote", "\"".into())],
        },
        other => panic!("{other:?} is no preset that is known here"),
    }
}

/// In the order ABBA the giver is named second.
fn giving(abba: bool, rng: &mut ChaCha8Rng) -> Variation {
    let (first, second) = Split::HeldOut.pair(NAMES.len(), rng);
    let (first, second) = (NAMES[first], NAMES[second]);
    let (giver, receiver) = if abba { (second, first) } else { (first, second) };
    let (place, object) = (pick(PLACES, rng), pick(OBJECTS, rng));
    Variation {
        prompt: format!("When {first} and {second} went to the {place}, {giver} gave a {object} to"),
        answer: format!(" {receiver}"),
        incorrect: Some(format!(" {giver}")),
        roles: vec![
            ("first", first.into()),
            ("second", second.into()),
            ("object", object.into()),
        ],
    }
}

fn said_twice(rng: &mut ChaCha8Rng) -> Variation {
    let words: Vec<&str> = induction::words().sample(rng, 5).copied().collect();
    let (before, next) = (words[3], words[4]);
    Variation {
        prompt: format!("{} {}", words.join(" "), words[..4].join(" ")),
        answer: format!(" {next}"),
        incorrect: None,
        roles: vec![("before", before.into()), ("next", next.into())],
    }
}

/// Compared with what is right of another thing.
fn fact(task: Task, template: &str, role: &'static str, rng: &mut ChaCha8Rng) -> Variation {
    let facts = facts(task);
    let (given, answer) = pick(&facts, rng);
    let incorrect = loop {
        match pick(&facts, rng) {
            (_, other) if other != answer => break other,
            _ => {}
        }
    };
    Variation {
        prompt: template.replace("{X}", given),
        answer: format!(" {answer}"),
        incorrect: Some(format!(" {incorrect}")),
        roles: vec![(role, given.into())],
    }
}

/// A later year rather than an earlier one.
fn years(rng: &mut ChaCha8Rng) -> Variation {
    let (century, year) = loop {
        let (century, year) = (rng.random_range(11..=19), rng.random_range(12..=87));
        if century != year {
            break (century, year);
        }
    };
    let (later, earlier) = (rng.random_range(year + 3..100), rng.random_range(2..year));
    Variation {
        prompt: format!(
            "The {} lasted from the year {century}{year} to the year {century}",
            pick(EVENTS, rng)
        ),
        answer: format!("{later:02}"),
        incorrect: Some(format!("{earlier:02}")),
        roles: vec![("year", year.to_string())],
    }
}

/// The noun beside the verb is of the other number.
fn agreement(rng: &mut ChaCha8Rng) -> Variation {
    let (subject, beside) = Split::HeldOut.pair(NOUNS.len(), rng);
    let (subject, beside) = (NOUNS[subject], NOUNS[beside]);
    let plural: bool = rng.random();
    let (subject, beside) = if plural {
        (subject.1, beside.0)
    } else {
        (subject.0, beside.1)
    };
    let (is, are) = (" is".to_string(), " are".to_string());
    let (answer, incorrect) = if plural { (are, is) } else { (is, are) };
    Variation {
        prompt: format!("The {subject} {} the {beside}", pick(PREPOSITIONS, rng)),
        answer,
        incorrect: Some(incorrect),
        roles: vec![("subject", subject.into()), ("beside", beside.into())],
    }
}

/// Up to a hundred variations of a preset as CSV: those that have as many tokens as the preset's own prompt, and answers of one token.
pub fn csv(model: &LanguageModel, index: usize, name: &str, prompt: &str) -> logitscope::Result<String> {
    let tokens = model.tokens(prompt, true)?.len();
    let alike = |variation: &Variation| {
        model
            .tokens(&variation.prompt, true)
            .is_ok_and(|ids| ids.len() == tokens)
            && model.single_token(&variation.answer).is_ok()
            && (variation.incorrect.iter()).all(|incorrect| model.single_token(incorrect).is_ok())
    };
    let all = variations(index, name, 100, alike);
    let cell = |text: &str| match text.contains([',', '"']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_string(),
    };
    let has_incorrect = all.iter().any(|variation| variation.incorrect.is_some());
    let mut csv = String::new();
    let mut line = |cells: Vec<&str>| csv += &(cells.into_iter().map(cell).collect::<Vec<_>>().join(",") + "\n");
    let roles = all.first().map_or(&[][..], |variation| &variation.roles);
    let incorrect = has_incorrect.then_some("incorrect");
    line(
        [Some("prompt"), Some("answer"), incorrect]
            .into_iter()
            .flatten()
            .chain(roles.iter().map(|role| role.0))
            .collect(),
    );
    for Variation {
        prompt,
        answer,
        incorrect,
        roles,
    } in &all
    {
        let asked = [Some(prompt), Some(answer), incorrect.as_ref()].into_iter().flatten();
        line(
            asked
                .chain(roles.iter().map(|role| &role.1))
                .map(String::as_str)
                .collect(),
        );
    }
    Ok(csv)
}
