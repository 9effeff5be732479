//! Sentences in which one of two people gives something to the other: indirect-object identification (Wang et al. 2022).
//! `{A}` and `{B}` are the people in the order of their appearance, `{S}` the giver, `{P}` a place, `{O}` an object.

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

#[rustfmt::skip]
pub const OPENERS: &[&str] = &[
    "After {A} and {B} went to the {P}, ",
    "While {A} and {B} were at the {P}, ",
    "When {A} and {B} were at the {P}, ",
    "When {A} and {B} got a {O} at the {P}, ",
    "Then, {A} and {B} went to the {P}. ",
    "Then, {A} and {B} had a long day at the {P}. ",
    "{A} and {B} went to the {P}. Later, ",
    "{A} and {B} had a long day at the {P}, and ",
    "Yesterday {A} and {B} met at the {P}. ",
    "Once {A} and {B} arrived at the {P}, ",
    "As {A} and {B} left the {P}, ",
    "Before {A} and {B} left the {P}, ",
    "{A} met {B} at the {P}. ",
    "{A} was with {B} at the {P} when ",
    "Because {A} and {B} were friends, ",
    "{A} saw {B} at the {P}, and ",
    "In the {P}, {A} and {B} talked for a long time. ",
    "On the way to the {P}, {A} met {B}. Then ",
    "The friends {A} and {B} found a {O} at the {P}. ",
    "The {P} was closed, so {A} and {B} went home. There ",
    "When {A} came to the {P} with {B}, ",
    "{A} sat next to {B} at the {P}. After that, ",
    "One day {A} and {B} walked to the {P}. ",
    "While {A} worked at the {P} with {B}, ",
    "At the {P}, {A} and {B} were happy, so ",
    "Yesterday, when {A} and {B} came home, ",
];

#[rustfmt::skip]
pub const HELD_OUT_OPENERS: &[&str] = &[
    "When {A} and {B} went to the {P}, ",
    "After {A} met {B} at the {P}, ",
    "Yesterday {A} and {B} walked to the {P}, and ",
    "While {A} and {B} talked at the {P}, ",
    "{A} and {B} arrived at the {P} after a long day. ",
    "One day {A} saw {B} at the {P}. Then ",
];

#[rustfmt::skip]
pub const CLOSERS: &[&str] = &[
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
];

#[rustfmt::skip]
pub const HELD_OUT_CLOSERS: &[&str] = &[
    "{S} gave a {O} to",
    "{S} offered a {O} to",
    "{S} wrote a long letter to",
    "{S} bought the {O} for",
    "{S} wanted to say hello to",
];
