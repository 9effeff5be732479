//! Years of which the second is later than the first: greater-than (Hanna et al. 2023). `{C}` is a century, `{Y}` the year
//! in it.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{HELD_OUT_PAIRS, Sentence, Split, Task, pick};

/// The first two digits of a year.
const CENTURIES: std::ops::RangeInclusive<u32> = 11..=19;
/// The last two of the earlier year.
const YEARS: std::ops::RangeInclusive<u32> = 2..=96;
/// Nothing that we tell of lasts for fewer years.
const SHORTEST: u32 = 3;

#[rustfmt::skip]
pub const EVENTS: &[&str] = &[
    "war", "siege", "reign", "voyage", "strike", "drought", "feud", "journey", "famine", "plague", "rule", "expedition",
    "conflict", "peace", "winter",
];

#[rustfmt::skip]
const WORDINGS: &[&str] = &[
    "The {E} lasted from {C}{Y} to {C}",
    "The {E} lasted from the year {C}{Y} until the year {C}",
    "The {E} went on from the year {C}{Y} to the year {C}",
    "The {E} went on from {C}{Y} until {C}",
    "The {E} began in {C}{Y} and ended in {C}",
    "The {E} began in the year {C}{Y} and ended in the year {C}",
    "From {C}{Y} to {C}",
    "The long {E} was from {C}{Y} to {C}",
    "There was a {E} from the year {C}{Y} to the year {C}",
];

#[rustfmt::skip]
const HELD_OUT_WORDINGS: &[&str] = &[
    "The {E} lasted from the year {C}{Y} to the year {C}",
    "The {E} began in {C}{Y} and went on until {C}",
    "The old {E} was from the year {C}{Y} to the year {C}",
];

pub fn sentence(split: Split, rng: &mut ChaCha8Rng) -> Sentence {
    let (century, year) = loop {
        let (century, year) = (rng.random_range(CENTURIES), rng.random_range(YEARS));
        let held_out = (century + year).is_multiple_of(HELD_OUT_PAIRS as u32);
        if held_out == (split == Split::HeldOut) {
            break (century, year);
        }
    };
    let later = rng.random_range(year + SHORTEST..100);
    let event = pick(EVENTS, rng);
    let wording = pick(split.of(WORDINGS, HELD_OUT_WORDINGS), rng);
    let rest = match wording.starts_with("From") {
        true => format!(" there was a {event}."),
        false => ".".into(),
    };
    Sentence {
        task: Task::GreaterThan,
        prompt: wording
            .replace("{E}", event)
            .replace("{C}", &century.to_string())
            .replace("{Y}", &format!("{year:02}")),
        answer: format!("{later:02}"),
        incorrect: None,
        also_right: (year + 1..100).map(|year| format!("{year:02}")).collect(),
        cue: format!("{year:02}"),
        rest,
    }
}
