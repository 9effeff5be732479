//! What the model is taught about the world: for each country its capital, language and continent, each one word.

/// Country, capital, the language that most people there speak, continent.
pub type Country = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
pub const COUNTRIES: &[Country] = &[
    ("France", "Paris", "French", "Europe"),
    ("Germany", "Berlin", "German", "Europe"),
    ("Italy", "Rome", "Italian", "Europe"),
    ("Spain", "Madrid", "Spanish", "Europe"),
    ("Portugal", "Lisbon", "Portuguese", "Europe"),
    ("England", "London", "English", "Europe"),
    ("Ireland", "Dublin", "English", "Europe"),
    ("Greece", "Athens", "Greek", "Europe"),
    ("Poland", "Warsaw", "Polish", "Europe"),
    ("Austria", "Vienna", "German", "Europe"),
    ("Hungary", "Budapest", "Hungarian", "Europe"),
    ("Sweden", "Stockholm", "Swedish", "Europe"),
    ("Norway", "Oslo", "Norwegian", "Europe"),
    ("Denmark", "Copenhagen", "Danish", "Europe"),
    ("Finland", "Helsinki", "Finnish", "Europe"),
    ("Iceland", "Reykjavik", "Icelandic", "Europe"),
    ("Russia", "Moscow", "Russian", "Europe"),
    ("Ukraine", "Kyiv", "Ukrainian", "Europe"),
    ("Romania", "Bucharest", "Romanian", "Europe"),
    ("Bulgaria", "Sofia", "Bulgarian", "Europe"),
    ("Croatia", "Zagreb", "Croatian", "Europe"),
    ("Serbia", "Belgrade", "Serbian", "Europe"),
    ("Albania", "Tirana", "Albanian", "Europe"),
    ("Estonia", "Tallinn", "Estonian", "Europe"),
    ("Latvia", "Riga", "Latvian", "Europe"),
    ("Lithuania", "Vilnius", "Lithuanian", "Europe"),
    ("Egypt", "Cairo", "Arabic", "Africa"),
    ("Morocco", "Rabat", "Arabic", "Africa"),
    ("Tunisia", "Tunis", "Arabic", "Africa"),
    ("Ghana", "Accra", "English", "Africa"),
    ("Senegal", "Dakar", "French", "Africa"),
    ("Angola", "Luanda", "Portuguese", "Africa"),
    ("Somalia", "Mogadishu", "Somali", "Africa"),
    ("Japan", "Tokyo", "Japanese", "Asia"),
    ("China", "Beijing", "Chinese", "Asia"),
    ("Thailand", "Bangkok", "Thai", "Asia"),
    ("Vietnam", "Hanoi", "Vietnamese", "Asia"),
    ("Mongolia", "Ulaanbaatar", "Mongolian", "Asia"),
    ("Nepal", "Kathmandu", "Nepali", "Asia"),
    ("Bangladesh", "Dhaka", "Bengali", "Asia"),
    ("Turkey", "Ankara", "Turkish", "Asia"),
    ("Iran", "Tehran", "Persian", "Asia"),
    ("Iraq", "Baghdad", "Arabic", "Asia"),
    ("Jordan", "Amman", "Arabic", "Asia"),
    ("Canada", "Ottawa", "English", "America"),
    ("Cuba", "Havana", "Spanish", "America"),
    ("Peru", "Lima", "Spanish", "America"),
    ("Chile", "Santiago", "Spanish", "America"),
];

/// What a wording asks for, given the country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Capital,
    Language,
    Continent,
    /// The country, given its capital.
    Country,
}

/// A wording: `{X}` is what is given, and the answer follows at the end.
pub type Wording = (Asked, &'static str);

pub const PREFIXES: &[&str] = &[
    "",
    "",
    "Everyone knows that ",
    "It is true that ",
    "We learned that ",
    "The book said that ",
];
pub const HELD_OUT_PREFIXES: &[&str] = &["", "Everyone said that ", "The school knows that "];

#[rustfmt::skip]
pub const WORDINGS: &[Wording] = &[
    (Asked::Capital, "the capital of {X} is"),
    (Asked::Capital, "{X}'s capital is"),
    (Asked::Capital, "the capital of {X} is called"),
    (Asked::Capital, "in {X}, the capital is"),
    (Asked::Capital, "the capital of {X} is the city of"),
    (Asked::Capital, "if you go to {X}, visit the capital,"),
    (Asked::Capital, "{X} has a capital called"),
    (Asked::Capital, "the city that is the capital of {X} is"),
    (Asked::Capital, "the old capital city in {X} is"),
    (Asked::Language, "the language of {X} is"),
    (Asked::Language, "people in {X} speak"),
    (Asked::Language, "in {X}, everyone speaks"),
    (Asked::Language, "if you go to {X}, learn the language,"),
    (Asked::Language, "{X}'s language is called"),
    (Asked::Language, "the name of the language of {X} is"),
    (Asked::Continent, "{X} is in"),
    (Asked::Continent, "{X} is a country in"),
    (Asked::Continent, "the country of {X} is in"),
    (Asked::Continent, "the continent of {X} is"),
    (Asked::Continent, "{X} is on the continent of"),
    (Asked::Country, "{X} is the capital of"),
    (Asked::Country, "{X} is the old capital city of"),
    (Asked::Country, "{X} is the name of the capital of"),
    (Asked::Country, "the city of {X} is the capital of"),
    (Asked::Country, "if you go to {X}, you are in"),
];

#[rustfmt::skip]
pub const HELD_OUT_WORDINGS: &[Wording] = &[
    (Asked::Capital, "the capital city of {X} is"),
    (Asked::Capital, "the name of the capital of {X} is"),
    (Asked::Capital, "{X}'s old capital is called"),
    (Asked::Language, "the language in {X} is called"),
    (Asked::Language, "if you go to {X}, people speak"),
    (Asked::Continent, "the old country of {X} is in"),
    (Asked::Country, "{X} is the capital city of"),
    (Asked::Country, "the old city of {X} is the capital of"),
];
