//! Subject-verb agreement across a distractor, and the pronoun of a name.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::people::{NAMES, PLACES};
use super::{Sentence, Split, Task, pick};

/// Singular and plural.
#[rustfmt::skip]
pub const NOUNS: &[(&str, &str)] = &[
    ("key", "keys"), ("picture", "pictures"), ("book", "books"), ("letter", "letters"), ("flower", "flowers"),
    ("table", "tables"), ("window", "windows"), ("door", "doors"), ("cabinet", "cabinets"), ("house", "houses"),
    ("garden", "gardens"), ("school", "schools"), ("car", "cars"), ("tree", "trees"), ("dog", "dogs"), ("cat", "cats"),
    ("horse", "horses"), ("bird", "birds"), ("road", "roads"), ("room", "rooms"), ("bottle", "bottles"),
    ("teacher", "teachers"), ("farmer", "farmers"), ("doctor", "doctors"), ("friend", "friends"),
];

pub const PREPOSITIONS: &[&str] = &["near", "behind", "to", "from", "with", "beside"];

/// What comes before the subject, and the verb that it asks for, singular and plural.
#[rustfmt::skip]
const VERBS: &[(&str, &str, &str)] = &[
    ("The", "is", "are"),
    ("The", "is", "are"),
    ("Yesterday the", "was", "were"),
];

pub const ADJECTIVES: &[&str] = &[
    "old",
    "new",
    "small",
    "beautiful",
    "red",
    "green",
    "quiet",
    "clean",
    "big",
    "lost",
];

/// `{N}` is a name, and ` she` or ` he` follows.
#[rustfmt::skip]
const BEFORE_PRONOUN: &[&str] = &[
    "{N} said that",
    "{N} was happy because",
    "{N} went home when",
    "{N} knows that",
    "{N} was tired, so",
    "{N} worked at the {P} until",
    "Yesterday {N} said that",
    "{N} left the {P} after",
    "{N} was at the {P} when",
    "{N} was late because",
    "{N} came home after",
    "{N} walked to the {P} because",
    "One day {N} knew that",
    "{N} was happy until",
    "Yesterday {N} left the {P} when",
];

#[rustfmt::skip]
const HELD_OUT_BEFORE_PRONOUN: &[&str] = &[
    "{N} was happy when",
    "{N} went to the {P} because",
    "Yesterday {N} was tired because",
];

const AFTER_PRONOUN: &[&str] = &[
    " was tired.",
    " was happy.",
    " saw a friend.",
    " wanted a book.",
    " was lost.",
];

pub fn agreement(split: Split, rng: &mut ChaCha8Rng) -> Sentence {
    let (subject, distractor) = split.pair(NOUNS.len(), rng);
    let (start, is, are) = pick(VERBS, rng);
    let number = |(singular, plural): (&'static str, &'static str), plural_wanted| match plural_wanted {
        true => plural,
        false => singular,
    };
    let (plural, other_plural) = (rng.random(), rng.random());
    let subject = number(NOUNS[subject], plural);
    let distractor = number(NOUNS[distractor], other_plural);
    Sentence {
        task: Task::Agreement,
        prompt: format!("{start} {subject} {} the {distractor}", pick(PREPOSITIONS, rng)),
        answer: format!(" {}", number((is, are), plural)),
        incorrect: Some(format!(" {}", number((is, are), !plural))),
        also_right: Vec::new(),
        cue: subject.into(),
        rest: format!(" {}.", pick(ADJECTIVES, rng)),
    }
}

pub fn pronoun(split: Split, rng: &mut ChaCha8Rng) -> Sentence {
    let n = NAMES.len();
    let name = rng.random_range(0..n);
    let (answer, incorrect) = if name < n / 2 { (" she", " he") } else { (" he", " she") };
    let start = pick(split.of(BEFORE_PRONOUN, HELD_OUT_BEFORE_PRONOUN), rng);
    Sentence {
        task: Task::Pronoun,
        prompt: start.replace("{N}", NAMES[name]).replace("{P}", pick(PLACES, rng)),
        answer: answer.into(),
        incorrect: Some(incorrect.into()),
        also_right: Vec::new(),
        cue: NAMES[name].into(),
        rest: pick(AFTER_PRONOUN, rng).into(),
    }
}
