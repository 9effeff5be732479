//! Random words, said twice: induction (Olsson et al. 2022).

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::facts::COUNTRIES;
use super::grammar::{ADJECTIVES, NOUNS};
use super::people::{NAMES, OBJECTS, PLACES};
use super::{Sentence, Task};

/// What is said.
pub fn words() -> Vec<&'static str> {
    let nouns: Vec<&str> = NOUNS.iter().map(|(_, plural)| *plural).collect();
    let countries: Vec<&str> = COUNTRIES.iter().flat_map(|c| [c.0, c.1]).collect();
    [NAMES, PLACES, OBJECTS, ADJECTIVES, &nouns, &countries].concat()
}

pub fn sentence(rng: &mut ChaCha8Rng) -> Sentence {
    let words = words();
    let n = rng.random_range(4..=16);
    let words: Vec<&str> = words.sample(rng, n).copied().collect();
    let said = words.join(" ");
    let (first, others) = said.split_once(' ').expect("at least four words");
    Sentence {
        task: Task::Induction,
        prompt: format!("{said} {first}"),
        answer: format!(" {others}"),
        incorrect: None,
        also_right: Vec::new(),
        cue: words[1].into(),
        rest: ".".into(),
    }
}
