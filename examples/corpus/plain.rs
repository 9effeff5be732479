//! Plain sentences of the corpus's words, so that the model knows more of language than its tasks. Cut before a word that
//! cannot be foreseen, but whose kind can.

use rand_chacha::ChaCha8Rng;

use super::grammar::{ADJECTIVES, NOUNS, PREPOSITIONS};
use super::people::{NAMES, OBJECTS, PLACES};
use super::{Sentence, Split, Task, fill, pick};

pub const VERBS: &[&str] = &[
    "saw", "liked", "wanted", "found", "lost", "bought", "sold", "opened", "painted", "had",
];
pub const MOVES: &[&str] = &["went", "walked", "ran", "came"];

/// `{N}` is a person, `{1}` and `{2}` are nouns, `{V}` and `{G}` are verbs, `{J}` is an adjective, `{O}` an object, `{P}` a place.
/// The last mark of each is what is asked for.
#[rustfmt::skip]
const TEMPLATES: &[&str] = &[
    "{N} {V} the {J} {1}",
    "{N} {V} a {O} at the {P}",
    "The {J} {1} was near the {2}",
    "There was a {1} in the {P}",
    "{N} {G} to the {P}",
    "The {1} {G} to the {P}",
    "{N} lived near the {P}",
    "It was a {J} {1}",
    "{N} had a {O} and a {O}",
    "Yesterday the {1} was {J}",
    "The {P} was {J}",
    "One day {N} {V} the {O}",
    "{N} was at the {P}",
    "The {1} was {J}",
    "One day the {1} was at the {P}",
    "One day the {J} {1} was near the {2}",
    "There was a {J} {O} in the {P}",
    "Yesterday the {J} {1} {G} to the {P}",
];

#[rustfmt::skip]
const HELD_OUT_TEMPLATES: &[&str] = &[
    "One day {N} {G} to the {P}",
    "The {J} {1} {G} to the {P}",
    "{N} {V} the {1}",
    "There was a {J} {1} near the {P}",
    "Yesterday {N} {V} a {O} at the {P}",
    "One day the {1} was {J}",
];

pub fn sentence(split: Split, rng: &mut ChaCha8Rng) -> Sentence {
    let (first, second) = split.pair(NOUNS.len(), rng);
    let template = pick(split.of(TEMPLATES, HELD_OUT_TEMPLATES), rng);
    let asked = &template[template.len() - 3..];
    let nouns: Vec<&str> = NOUNS.iter().map(|(singular, _)| *singular).collect();
    let kinds: [(&str, &[&str]); 8] = [
        ("{1}", &nouns[first..=first]),
        ("{2}", &nouns[second..=second]),
        ("{N}", NAMES),
        ("{V}", VERBS),
        ("{G}", MOVES),
        ("{J}", ADJECTIVES),
        ("{O}", OBJECTS),
        ("{P}", PLACES),
    ];
    let text = fill(template.to_owned(), &kinds, rng);
    let kind = match asked {
        // What is beautiful may as well be at the lake.
        "{J}" => [ADJECTIVES, PREPOSITIONS, &["at"]].concat(),
        // An adjective may always come before a noun.
        _ => [&nouns, OBJECTS, PLACES, ADJECTIVES].concat(),
    };
    let (prompt, answer) = text.rsplit_once(' ').expect("a sentence has several words");
    Sentence {
        task: Task::Plain,
        prompt: prompt.into(),
        answer: format!(" {answer}"),
        incorrect: None,
        also_right: kind.iter().map(|word| format!(" {word}")).collect(),
        cue: String::new(),
        rest: ".".into(),
    }
}
