//! The sentences that the bundled model learns from, and those that it is tested with. Everything is written here, from
//! a seed; nothing is downloaded.
//!
//! What is held out is an arrangement, never a word. Indirect objects: neither the beginning, nor the end, nor the pair
//! of names of a held-out sentence occurs in training. Agreement: no held-out pair of nouns does. Facts and pronouns: the
//! facts are those of training (nobody can guess one), their wordings are not. Induction: the words are random. A pair is
//! held out if its places in the list add up to a multiple of [`HELD_OUT_PAIRS`].

#![allow(dead_code, reason = "each program that shares this module uses a part of it")]

mod facts;
mod grammar;
mod people;

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use facts::Asked;

/// One in so many pairs of names or nouns is held out.
const HELD_OUT_PAIRS: usize = 8;

/// What a sentence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// Indirect-object identification, in either order: "When Mary and John went to the store, John gave a drink to"
    IndirectObject,
    /// "The capital city of France is"
    Capital,
    /// The language or the continent of a country, or the country of a capital.
    OtherFact,
    /// Random words, said twice.
    Induction,
    /// "The keys to the cabinet"
    Agreement,
    /// "Mary said that"
    Pronoun,
}

impl Task {
    pub const ALL: [Task; 6] = [
        Task::IndirectObject,
        Task::Capital,
        Task::OtherFact,
        Task::Induction,
        Task::Agreement,
        Task::Pronoun,
    ];

    /// How the task is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Task::IndirectObject => "indirect object",
            Task::Capital => "capitals",
            Task::OtherFact => "languages, continents, countries",
            Task::Induction => "induction",
            Task::Agreement => "subject-verb agreement",
            Task::Pronoun => "pronoun of a name",
        }
    }

    /// How many of 20 sentences are about it.
    fn share(self) -> usize {
        match self {
            Task::IndirectObject => 8,
            Task::Capital => 3,
            Task::OtherFact => 3,
            Task::Induction => 3,
            Task::Agreement => 2,
            Task::Pronoun => 1,
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
            let (i, j) = (rng.random_range(0..n), rng.random_range(0..n));
            let held_out = (i + j).is_multiple_of(HELD_OUT_PAIRS);
            if i != j && held_out == (self == Split::HeldOut) {
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
    /// With its leading space; one token, in induction several.
    pub answer: String,
    /// The token to compare the answer with, where there is an obvious one.
    pub incorrect: Option<String>,
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
            Task::IndirectObject => indirect_object(split, rng),
            Task::Capital => fact(split, |asked| asked == Asked::Capital, task, rng),
            Task::OtherFact => fact(split, |asked| asked != Asked::Capital, task, rng),
            Task::Induction => induction(rng),
            Task::Agreement => agreement(split, rng),
            Task::Pronoun => pronoun(split, rng),
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

fn indirect_object(split: Split, rng: &mut ChaCha8Rng) -> Sentence {
    use people::*;
    let (a, b) = split.pair(NAMES.len(), rng);
    let (a, b) = (NAMES[a], NAMES[b]);
    let (giver, receiver) = if rng.random() { (a, b) } else { (b, a) };
    let opener = pick(split.of(OPENERS, HELD_OUT_OPENERS), rng);
    let closer = pick(split.of(CLOSERS, HELD_OUT_CLOSERS), rng);
    let mut fill = |template: &str| {
        template
            .replace("{A}", a)
            .replace("{B}", b)
            .replace("{S}", giver)
            .replace("{P}", pick(PLACES, rng))
            .replace("{O}", pick(OBJECTS, rng))
    };
    Sentence {
        task: Task::IndirectObject,
        prompt: fill(opener) + &fill(closer),
        answer: format!(" {receiver}"),
        incorrect: Some(format!(" {giver}")),
        rest: ".".into(),
    }
}

fn fact(split: Split, asks: impl Fn(Asked) -> bool, task: Task, rng: &mut ChaCha8Rng) -> Sentence {
    use facts::*;
    let wordings: Vec<Wording> = split
        .of(WORDINGS, HELD_OUT_WORDINGS)
        .iter()
        .copied()
        .filter(|(asked, _)| asks(*asked))
        .collect();
    let (asked, wording) = pick(&wordings, rng);
    let prefix = pick(split.of(PREFIXES, HELD_OUT_PREFIXES), rng);
    let (country, capital, language, continent) = pick(COUNTRIES, rng);
    let (given, answer) = match asked {
        Asked::Capital => (country, capital),
        Asked::Language => (country, language),
        Asked::Continent => (country, continent),
        Asked::Country => (capital, country),
    };
    Sentence {
        task,
        prompt: capitalized(&format!("{prefix}{}", wording.replace("{X}", given))),
        answer: format!(" {answer}"),
        incorrect: None,
        rest: ".".into(),
    }
}

fn induction(rng: &mut ChaCha8Rng) -> Sentence {
    let words = [people::NAMES, people::PLACES, people::OBJECTS, grammar::ADJECTIVES].concat();
    let n = rng.random_range(4..=16);
    let words: Vec<&str> = words.sample(rng, n).copied().collect();
    let said = words.join(" ");
    let (first, others) = said.split_once(' ').expect("at least four words");
    Sentence {
        task: Task::Induction,
        prompt: format!("{said} {first}"),
        answer: format!(" {others}"),
        incorrect: None,
        rest: ".".into(),
    }
}

fn agreement(split: Split, rng: &mut ChaCha8Rng) -> Sentence {
    use grammar::*;
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
        rest: format!(" {}.", pick(ADJECTIVES, rng)),
    }
}

fn pronoun(split: Split, rng: &mut ChaCha8Rng) -> Sentence {
    use grammar::*;
    let n = people::NAMES.len();
    let name = rng.random_range(0..n);
    let (answer, incorrect) = if name < n / 2 { (" she", " he") } else { (" he", " she") };
    let start = pick(split.of(BEFORE_PRONOUN, HELD_OUT_BEFORE_PRONOUN), rng);
    Sentence {
        task: Task::Pronoun,
        prompt: start
            .replace("{N}", people::NAMES[name])
            .replace("{P}", pick(people::PLACES, rng)),
        answer: answer.into(),
        incorrect: Some(incorrect.into()),
        rest: pick(AFTER_PRONOUN, rng).into(),
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
