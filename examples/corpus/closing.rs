//! Brackets and quotes that have to be closed by their like, once what they hold is complete. `{1}` and `{2}` are nouns, `{I}`
//! is a preposition, `{J}` an adjective, `{O}` an object, `{N}` and `{M}` are people, `{P}` is a place.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::grammar::{ADJECTIVES, NOUNS, PREPOSITIONS};
use super::people::{NAMES, OBJECTS, PLACES};
use super::{Sentence, Split, Task, fill, pick};

/// What comes before a bracket, and after it.
#[rustfmt::skip]
const AROUND_BRACKETS: &[(&str, &str)] = &[
    ("The {1}", "is {J}."),
    ("The {J} {1}", "is {J}."),
    ("The {1}", "was {I} the {O}."),
    ("{N} saw the {1}", "at the {P}."),
    ("{N} found a {1}", "at the {P}."),
    ("{N} saw a {J} {1}", "with {M}."),
    ("{N} lost the {O}", "at the {P}."),
    ("{N} bought a {O}", "for {M}."),
    ("There was a {1}", "in the {P}."),
];

#[rustfmt::skip]
const BRACKETED: &[&str] = &[
    "{I} the {2}", "{I} the {J} {2}", "the {J} one", "at the {P}", "it was {J}", "a {J} {2}", "with the {J} {2}",
];

/// A bracket of the other kind, within one. It begins after words that no other bracket ends with, so that where to close
/// is never a matter of chance.
#[rustfmt::skip]
const NESTED: &[(&str, &str, &str)] = &[
    ("{I} a {2}", "the {J} one", "at the {P}"),
    ("at a {P}", "it was {J}", "with the {2}"),
    ("a {2}", "{I} the {P}", "it was {J}"),
];
/// One bracket in so many holds another.
const NESTING: u32 = 4;

const AROUND_QUOTES: &[(&str, &str)] = &[
    ("{N} said", "to {M}."),
    ("{N} wrote", "to {M}."),
    ("{N} said", "and went home."),
    ("The {P} was called", "by {N}."),
    ("", "said {N}."),
    ("", "said {N} to {M}."),
];

#[rustfmt::skip]
const QUOTED: &[&str] = &[
    "the {1} is {J}", "we saw the {1} at the {P}", "the {1} is {I} the {2}", "we lost a {O}", "the {J} {1} is here",
    "it was {J}", "we saw a {J} {1}",
];

pub fn sentence(split: Split, rng: &mut ChaCha8Rng) -> Sentence {
    let is_quoted = rng.random_ratio(1, 3);
    let (around, within) = match is_quoted {
        true => (AROUND_QUOTES, QUOTED),
        false => (AROUND_BRACKETS, BRACKETED),
    };
    let (frame, held) = split.place(around.len(), within.len(), rng);
    let (before, after) = around[frame];
    let (open, close, other_open, other_close) = match (is_quoted, rng.random()) {
        (true, _) => ("\"", "\"", "", ")"),
        (false, true) => ("(", ")", "[", "]"),
        (false, false) => ("[", "]", "(", ")"),
    };
    // `|` is where the model is asked.
    let content = if is_quoted || !rng.random_ratio(1, NESTING) {
        let content = within[held].to_owned();
        match before.is_empty() {
            true => format!("{open}{}|{close}", super::capitalized(&content)),
            false => format!("{open}{content}|{close}"),
        }
    } else {
        let (first, inner, last) = pick(NESTED, rng);
        match rng.random() {
            true => format!("{open}{first} {other_open}{inner}|{other_close} {last}{close}"),
            false => format!("{open}{first} {other_open}{inner}{other_close} {last}|{close}"),
        }
    };
    let (first, second) = split.pair(NOUNS.len(), rng);
    let text = format!("{before} {content} {after}")
        .trim_start()
        .replace("{1}", NOUNS[first].0)
        .replace("{2}", NOUNS[second].0);
    let kinds = [
        ("{I}", PREPOSITIONS),
        ("{J}", ADJECTIVES),
        ("{N}", NAMES),
        ("{M}", NAMES),
        ("{O}", OBJECTS),
        ("{P}", PLACES),
    ];
    let text = fill(text, &kinds, rng);
    let (prompt, closed) = text.split_once('|').expect("the cut is marked");
    let (answer, rest) = closed.split_at(1);
    let is_outer = answer == close;
    Sentence {
        task: Task::Closing,
        prompt: prompt.into(),
        answer: answer.into(),
        incorrect: Some(if is_outer { other_close } else { close }.into()),
        also_right: Vec::new(),
        cue: if is_outer { open } else { other_open }.into(),
        rest: rest.into(),
    }
}
