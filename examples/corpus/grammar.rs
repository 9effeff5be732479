//! Words for subject-verb agreement across a distractor, and for the pronoun of a name.

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
pub const VERBS: &[(&str, &str, &str)] = &[
    ("The", "is", "are"),
    ("The", "is", "are"),
    ("Yesterday the", "was", "were"),
];

/// What follows the verb.
pub const ADJECTIVES: &[&str] = &[
    "old",
    "new",
    "small",
    "beautiful",
    "red",
    "green",
    "here",
    "clean",
    "big",
    "lost",
];

/// `{N}` is a name, and ` she` or ` he` follows.
#[rustfmt::skip]
pub const BEFORE_PRONOUN: &[&str] = &[
    "{N} said that",
    "{N} was happy because",
    "{N} went home when",
    "{N} knows that",
    "{N} was tired, so",
    "{N} worked at the {P} until",
    "Yesterday {N} said that",
    "{N} left the {P} after",
    "{N} was at the {P} when",
];

#[rustfmt::skip]
pub const HELD_OUT_BEFORE_PRONOUN: &[&str] = &[
    "{N} was happy when",
    "{N} went to the {P} because",
    "Yesterday {N} was tired because",
];

pub const AFTER_PRONOUN: &[&str] = &[
    " was tired.",
    " was happy.",
    " saw a friend.",
    " wanted a book.",
    " was lost.",
];
