//! The sentences that the bundled model learns from, and those that it is tested with. Everything is written here, from
//! a seed; nothing is downloaded.
//!
//! What is held out is an arrangement, never a word:
//!
//! - indirect objects: the beginning (what two people did, and how the sentence goes on from there), the end, and the pair
//!   of names;
//! - facts and pronouns: the wording (the facts are those of training: nobody can guess one);
//! - years: the wording, and the earlier year with its century;
//! - agreement: the pair of nouns;
//! - closing: the pair of nouns, and what is bracketed with what is around it (of a sentence that begins with a quote, that
//!   is what follows the answer);
//! - plain sentences: the wording, and the pair of nouns;
//! - induction: nothing, the words are random.
//!
//! A pair is held out if its places in the lists, or its numbers, add up to a multiple of [`HELD_OUT_PAIRS`].

#![allow(
    dead_code,
    unused_imports,
    reason = "each program that shares this module uses a part of it"
)]

mod closing;
mod facts;
mod grammar;
mod induction;
mod people;
mod plain;
pub mod presets;
mod years;

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub use facts::facts;

/// One in so many pairs of names, nouns or numbers is held out.
const HELD_OUT_PAIRS: usize = 8;

/// What a sentence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// Indirect-object identification (Wang et al. 2022): "When Mary and John went to the store, John gave a drink to"
    IndirectObjectAbba,
    /// The same, with the giver named first: "When John and Mary went to the store, John gave a drink to"
    IndirectObjectBaba,
    /// Random words, said twice (Olsson et al. 2022).
    Induction,
    /// "The capital city of France is"
    Capital,
    /// "The language in France is called"
    Language,
    /// "France is a small country in"
    Continent,
    /// "The Louvre stands in the city of"
    Landmark,
    /// "The book Ulysses was written by"
    Author,
    /// "The chemical symbol of gold is"
    Element,
    /// Greater-than (Hanna et al. 2023): "The war lasted from the year 1732 to the year 17"
    GreaterThan,
    /// "The keys to the cabinet"
    Agreement,
    /// "Mary said that"
    Pronoun,
    /// Closing brackets and quotes: "The key (behind the old door"
    Closing,
    /// "Yesterday Mary bought a"
    Plain,
}

impl Task {
    pub const ALL: [Task; 14] = [
        Task::IndirectObjectAbba,
        Task::IndirectObjectBaba,
        Task::Induction,
        Task::Capital,
        Task::Language,
        Task::Continent,
        Task::Landmark,
        Task::Author,
        Task::Element,
        Task::GreaterThan,
        Task::Agreement,
        Task::Pronoun,
        Task::Closing,
        Task::Plain,
    ];

    /// How the task is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Task::IndirectObjectAbba => "indirect object, ABBA",
            Task::IndirectObjectBaba => "indirect object, BABA",
            Task::Induction => "induction",
            Task::Capital => "capitals",
            Task::Language => "languages",
            Task::Continent => "continents",
            Task::Landmark => "landmarks",
            Task::Author => "authors",
            Task::Element => "elements",
            Task::GreaterThan => "greater-than",
            Task::Agreement => "subject-verb agreement",
            Task::Pronoun => "pronoun of a name",
            Task::Closing => "closing brackets and quotes",
            Task::Plain => "plain sentences",
        }
    }

    /// Whether it asks for one of the [`facts`].
    pub fn is_fact(self) -> bool {
        use Task::*;
        matches!(self, Capital | Language | Continent | Landmark | Author | Element)
    }

    /// How many of 48 sentences are about it.
    fn share(self) -> usize {
        match self {
            Task::IndirectObjectAbba | Task::IndirectObjectBaba => 6,
            Task::Induction => 5,
            Task::GreaterThan => 6,
            Task::Closing => 4,
            Task::Pronoun => 5,
            _ => 2,
        }
    }
}

/// What the model may learn from, and what it is tested with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    Train,
    HeldOut,
}

impl Split {
    fn of<T>(self, train: &'static [T], held_out: &'static [T]) -> &'static [T] {
        match self {
            Split::Train => train,
            Split::HeldOut => held_out,
        }
    }

    /// Two different indices below `n` whose pair belongs to this split.
    fn pair(self, n: usize, rng: &mut ChaCha8Rng) -> (usize, usize) {
        loop {
            let (i, j) = self.place(n, n, rng);
            if i != j {
                return (i, j);
            }
        }
    }

    /// An index below `n` and one below `m` whose pair belongs to this split.
    fn place(self, n: usize, m: usize, rng: &mut ChaCha8Rng) -> (usize, usize) {
        loop {
            let (i, j) = (rng.random_range(0..n), rng.random_range(0..m));
            let held_out = (i + j).is_multiple_of(HELD_OUT_PAIRS);
            if held_out == (self == Split::HeldOut) {
                return (i, j);
            }
        }
    }
}

/// A sentence, cut where the model is asked to go on. `prompt + answer + rest` is the sentence.
#[derive(Debug, Clone)]
pub struct Sentence {
    pub task: Task,
    pub prompt: String,
    /// With its leading space, if it has one; one token, in induction several.
    pub answer: String,
    /// The token to compare the answer with, where there is an obvious one.
    pub incorrect: Option<String>,
    /// Where one answer is as right as another, all that are: the later years, the words of a kind.
    pub also_right: Vec<String>,
    /// The word of the prompt, where it occurs last, that decides the answer; empty if none does.
    pub cue: String,
    pub rest: String,
}

impl Sentence {
    /// A sentence about a task drawn by its share.
    pub fn any(split: Split, rng: &mut ChaCha8Rng) -> Self {
        let all = Task::ALL;
        let task = all
            .choose_weighted(rng, |task| task.share())
            .expect("shares are positive");
        Self::about(*task, split, rng)
    }

    /// A sentence about `task`.
    pub fn about(task: Task, split: Split, rng: &mut ChaCha8Rng) -> Self {
        match task {
            Task::IndirectObjectAbba | Task::IndirectObjectBaba => people::sentence(task, split, rng),
            Task::Induction => induction::sentence(rng),
            Task::GreaterThan => years::sentence(split, rng),
            Task::Agreement => grammar::agreement(split, rng),
            Task::Pronoun => grammar::pronoun(split, rng),
            Task::Closing => closing::sentence(split, rng),
            Task::Plain => plain::sentence(split, rng),
            fact => facts::sentence(fact, split, rng),
        }
    }

    /// The whole sentence.
    pub fn text(&self) -> String {
        format!("{}{}{}", self.prompt, self.answer, self.rest)
    }
}

/// The random numbers of one purpose (a training step, a test), independent of those of every other.
pub fn random(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    rng
}

fn pick<T: Copy>(items: &[T], rng: &mut ChaCha8Rng) -> T {
    *items.choose(rng).expect("no list is empty")
}

/// Puts a word of its kind in the place of each mark.
fn fill(mut text: String, kinds: &[(&str, &[&str])], rng: &mut ChaCha8Rng) -> String {
    for (mark, words) in kinds {
        while text.contains(mark) {
            text = text.replacen(mark, pick(words, rng), 1);
        }
    }
    text
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
