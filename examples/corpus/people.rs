//! Sentences in which one of two people gives something to the other: indirect-object identification (Wang et al. 2022).
//! `{A}` and `{B}` are the people in the order of their appearance, `{S}` the giver, `{P}` a place, `{O}` an object.

use rand_chacha::ChaCha8Rng;

use super::{Sentence, Split, Task, capitalized, pick};

/// Women first, then as many men.
#[rustfmt::skip]
pub const NAMES: &[&str] = &[
    "Mary", "Alice", "Anna", "Emma", "Sarah", "Laura", "Julia", "Kate", "Lucy", "Jane", "Rose", "Helen", "Linda", "Susan",
    "Karen", "Amy", "Rachel", "Maria", "Grace", "Ruth", "Sophie", "Clara", "Eva", "Nina", "Diana", "Emily", "Lisa",
    "Jessica", "Olivia", "Hannah", "Carol", "Betty",
    "John", "Tom", "James", "Robert", "David", "Paul", "Mark", "Peter", "George", "Henry", "Frank", "Jack", "Simon",
    "Daniel", "Michael", "Andrew", "Steven", "Kevin", "Brian", "Eric", "Adam", "Martin", "Oliver", "Charles", "William",
    "Richard", "Joseph", "Thomas", "Alan", "Victor", "Oscar", "Leo",
];

#[rustfmt::skip]
pub const PLACES: &[&str] = &[
    "store", "park", "school", "beach", "office", "garden", "station", "market", "library", "restaurant", "hospital",
    "museum", "house", "farm", "church", "hotel", "river", "lake", "shop", "theatre",
];

#[rustfmt::skip]
pub const OBJECTS: &[&str] = &[
    "drink", "book", "ring", "letter", "ball", "key", "cake", "flower", "gift", "hat", "bottle", "basket", "pen",
    "picture", "map", "coat", "cup", "bag", "kiss", "phone",
];

/// What the two did. The first is that of Wang et al.'s best-known sentence.
#[rustfmt::skip]
const MEETINGS: &[&str] = &[
    "{A} and {B} went to the {P}",
    "{A} and {B} were at the {P}",
    "{A} and {B} had a long day at the {P}",
    "{A} and {B} met at the {P}",
    "{A} and {B} arrived at the {P}",
    "{A} and {B} left the {P}",
    "{A} and {B} walked to the {P}",
    "{A} and {B} talked at the {P}",
    "{A} and {B} found a {O} at the {P}",
    "{A} and {B} came home",
    "{A} and {B} were friends",
    "{A} met {B} at the {P}",
    "{A} saw {B} at the {P}",
    "{A} was with {B} at the {P}",
    "{A} came to the {P} with {B}",
    "{A} talked with {B} at the {P}",
    "{A} worked at the {P} with {B}",
    "the friends {A} and {B} got a {O} at the {P}",
];

/// How the sentence goes on from there: `{}` is what they did.
#[rustfmt::skip]
const FRAMES: &[&str] = &[
    "When {}, ",
    "After {}, ",
    "While {}, ",
    "Once {}, ",
    "As {}, ",
    "Before {}, ",
    "Because {}, ",
    "{}. Later, ",
    "{}. Then ",
    "{}, and ",
    "{}, so ",
    "{} when ",
    "Then, {}. ",
    "Yesterday {}. ",
    "Yesterday {}, and ",
    "Yesterday, when {}, ",
    "One day {}. Then ",
    "One day {}. ",
    "One day {}, and ",
    "{}. After that, ",
];

#[rustfmt::skip]
const CLOSERS: &[&str] = &[
    "{S} gave the {O} to",
    "{S} wanted to give a {O} to",
    "{S} decided to give the {O} to",
    "{S} handed a {O} to",
    "{S} passed the {O} to",
    "{S} showed a {O} to",
    "{S} sold the {O} to",
    "{S} brought a {O} to",
    "{S} said hello to",
    "{S} offered the {O} to",
    "{S} sent a {O} to",
    "{S} threw the {O} to",
    "{S} bought a {O} for",
    "{S} made a {O} for",
    "{S} found the {O} for",
    "{S} told a long story to",
    "{S} waved to",
    "{S} wrote a letter to",
    "{S} wanted to buy a {O} for",
    "{S} left the {O} for",
    "{S} decided to say hello to",
    "{S} opened the door for",
    "{S} gave the old {O} to",
    "{S} wanted to show the {O} to",
    "{S} decided to sell a {O} to",
    "{S} read a long story to",
    "{S} took the {O} to",
    "{S} wrote a story for",
    "{S} decided to buy the {O} for",
    "{S} offered a new {O} to",
];

#[rustfmt::skip]
const HELD_OUT_CLOSERS: &[&str] = &[
    "{S} gave a {O} to",
    "{S} offered a {O} to",
    "{S} wrote a long letter to",
    "{S} bought the {O} for",
    "{S} wanted to say hello to",
];

/// In the order ABBA the giver is named second, in BABA first.
pub fn sentence(task: Task, split: Split, rng: &mut ChaCha8Rng) -> Sentence {
    let (first, second) = split.pair(NAMES.len(), rng);
    let (first, second) = (NAMES[first], NAMES[second]);
    let (giver, receiver) = match task {
        Task::IndirectObjectAbba => (second, first),
        _ => (first, second),
    };
    let (meeting, frame) = split.place(MEETINGS.len(), FRAMES.len(), rng);
    let opener = capitalized(&FRAMES[frame].replace("{}", MEETINGS[meeting]));
    let closer = pick(split.of(CLOSERS, HELD_OUT_CLOSERS), rng);
    let mut fill = |template: &str| {
        template
            .replace("{A}", first)
            .replace("{B}", second)
            .replace("{S}", giver)
            .replace("{P}", pick(PLACES, rng))
            .replace("{O}", pick(OBJECTS, rng))
    };
    Sentence {
        task,
        prompt: fill(&opener) + &fill(closer),
        answer: format!(" {receiver}"),
        incorrect: Some(format!(" {giver}")),
        also_right: Vec::new(),
        cue: receiver.into(),
        rest: ".".into(),
    }
}
