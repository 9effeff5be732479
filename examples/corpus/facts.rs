//! What the model is taught about the world, each answer one word.

use super::{Sentence, Split, Task, capitalized, pick};
use rand_chacha::ChaCha8Rng;

/// Country, capital, the language that most people there speak, continent.
type Country = (&'static str, &'static str, &'static str, &'static str);

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

/// Landmark and its city.
#[rustfmt::skip]
const LANDMARKS: &[(&str, &str)] = &[
    ("the Eiffel Tower", "Paris"), ("the Louvre", "Paris"), ("the Colosseum", "Rome"), ("the Pantheon", "Rome"),
    ("the Parthenon", "Athens"), ("the Acropolis", "Athens"), ("the Kremlin", "Moscow"), ("the Bolshoi", "Moscow"),
    ("the Prado", "Madrid"), ("the Reichstag", "Berlin"), ("the Brandenburg Gate", "Berlin"), ("Big Ben", "London"),
    ("Buckingham Palace", "London"), ("the Uffizi", "Florence"), ("the Rialto", "Venice"), ("the Alhambra", "Granada"),
    ("the Rijksmuseum", "Amsterdam"), ("the Atomium", "Brussels"), ("Tivoli", "Copenhagen"), ("the Hofburg", "Vienna"),
    ("Wawel", "Krakow"), ("the Taj Mahal", "Agra"), ("the Charminar", "Hyderabad"), ("the Sphinx", "Giza"),
    ("the Kaaba", "Mecca"), ("Topkapi", "Istanbul"), ("the Skytree", "Tokyo"), ("Broadway", "Manhattan"),
    ("the Space Needle", "Seattle"), ("the Pentagon", "Arlington"), ("Kinkakuji", "Kyoto"), ("the Potala", "Lhasa"),
    ("the Bund", "Shanghai"), ("the Zwinger", "Dresden"), ("Holyrood", "Edinburgh"), ("the Merlion", "Singapore"),
    ("Hradcany", "Prague"), ("the Burj Khalifa", "Dubai"),
];

/// Book or play and its author.
#[rustfmt::skip]
const BOOKS: &[(&str, &str)] = &[
    ("Hamlet", "Shakespeare"), ("Macbeth", "Shakespeare"), ("Othello", "Shakespeare"), ("Ulysses", "Joyce"),
    ("Dracula", "Stoker"), ("Frankenstein", "Shelley"), ("Walden", "Thoreau"), ("Lolita", "Nabokov"),
    ("Candide", "Voltaire"), ("Faust", "Goethe"), ("Inferno", "Dante"), ("Odyssey", "Homer"), ("Iliad", "Homer"),
    ("Aeneid", "Virgil"), ("Beloved", "Morrison"), ("Persuasion", "Austen"), ("Middlemarch", "Eliot"),
    ("Ivanhoe", "Scott"), ("Kidnapped", "Stevenson"), ("Nostromo", "Conrad"), ("Leviathan", "Hobbes"),
    ("Metamorphoses", "Ovid"), ("Antigone", "Sophocles"), ("Medea", "Euripides"), ("Tartuffe", "Moliere"),
    ("Pygmalion", "Shaw"), ("Nausea", "Sartre"), ("Siddhartha", "Hesse"), ("Dune", "Herbert"),
    ("Neuromancer", "Gibson"), ("Solaris", "Lem"), ("Foundation", "Asimov"), ("Cosmos", "Sagan"), ("Kim", "Kipling"),
    ("Villette", "Bronte"), ("Oblomov", "Goncharov"), ("Germinal", "Zola"), ("Nana", "Zola"),
];

/// Element and its symbol.
#[rustfmt::skip]
const ELEMENTS: &[(&str, &str)] = &[
    ("hydrogen", "H"), ("helium", "He"), ("lithium", "Li"), ("boron", "B"), ("carbon", "C"), ("nitrogen", "N"),
    ("oxygen", "O"), ("neon", "Ne"), ("sodium", "Na"), ("magnesium", "Mg"), ("aluminium", "Al"), ("silicon", "Si"),
    ("sulphur", "S"), ("chlorine", "Cl"), ("argon", "Ar"), ("potassium", "K"), ("calcium", "Ca"), ("titanium", "Ti"),
    ("chromium", "Cr"), ("iron", "Fe"), ("cobalt", "Co"), ("nickel", "Ni"), ("copper", "Cu"), ("zinc", "Zn"),
    ("arsenic", "As"), ("bromine", "Br"), ("krypton", "Kr"), ("silver", "Ag"), ("tin", "Sn"), ("iodine", "I"),
    ("xenon", "Xe"), ("tungsten", "W"), ("platinum", "Pt"), ("gold", "Au"), ("mercury", "Hg"), ("lead", "Pb"),
    ("radium", "Ra"), ("uranium", "U"),
];

/// What is given and what is asked for, of every fact of a task.
pub fn facts(task: Task) -> Vec<(&'static str, &'static str)> {
    match task {
        Task::Capital => COUNTRIES.iter().map(|c| (c.0, c.1)).collect(),
        Task::Language => COUNTRIES.iter().map(|c| (c.0, c.2)).collect(),
        Task::Continent => COUNTRIES.iter().map(|c| (c.0, c.3)).collect(),
        Task::Landmark => LANDMARKS.to_vec(),
        Task::Author => BOOKS.to_vec(),
        Task::Element => ELEMENTS.to_vec(),
        other => panic!("{other:?} asks for no fact"),
    }
}

const PREFIXES: &[&str] = &[
    "",
    "",
    "",
    "everyone knows that ",
    "it is true that ",
    "we learned that ",
    "the book said that ",
];
const HELD_OUT_PREFIXES: &[&str] = &["", "everyone said that ", "the teacher knows that "];

/// Wordings of training, and those held out: `{X}` is what is given, and the answer follows at the end.
#[rustfmt::skip]
fn wordings(task: Task) -> (&'static [&'static str], &'static [&'static str]) {
    match task {
        Task::Capital => (&[
            "the capital of {X} is", "{X}'s capital is", "the capital of {X} is called", "in {X}, the capital is",
            "the capital of {X} is the city of", "if you go to {X}, visit the capital,", "{X} has a capital called",
            "the city that is the capital of {X} is", "the old capital city in {X} is", "the old capital of {X} is called",
            "{X}'s capital city is called",
        ], &[
            "the capital city of {X} is", "the name of the capital of {X} is", "{X}'s old capital is called",
        ]),
        Task::Language => (&[
            "the language of {X} is", "people in {X} speak", "in {X}, everyone speaks",
            "if you go to {X}, learn the language,", "{X}'s language is called", "the name of the language of {X} is", "the language in {X} is",
            "the old language of {X} is called",
        ], &[
            "the language in {X} is called", "if you go to {X}, people speak",
        ]),
        Task::Continent => (&[
            "{X} is in", "{X} is a country in", "the country of {X} is in", "the continent of {X} is",
            "{X} is on the continent of", "the name of the continent of {X} is", "{X} is a beautiful country in",
            "the small country of {X} is in", "we went to {X}, a country in",
        ], &[
            "the old country of {X} is in", "{X} is a small country in",
        ]),
        Task::Landmark => (&[
            "{X} is in", "{X} is in the city of", "you can see {X} in", "if you want to see {X}, go to",
            "{X} stands in", "people visit {X} in", "the city of {X} is", "to visit {X}, you go to",
        ], &[
            "{X} stands in the city of", "if you want to visit {X}, go to", "people can see {X} in",
        ]),
        Task::Author => (&[
            "{X} was written by", "the author of {X} is", "the book {X} is by", "{X} is a book by",
            "the writer of {X} is called", "{X}, a famous book, is by", "we read {X}, which was written by",
            "the name of the author of {X} is", "the famous book {X} is by", "{X}, a long book, was written by",
            "we read the book {X} by",
        ], &[
            "the book {X} was written by", "the author of {X} is called", "{X}, a famous book, was written by",
        ]),
        Task::Element => (&[
            "the symbol of {X} is", "the symbol for {X} is", "{X} has the symbol", "in chemistry, {X} is called",
            "{X}'s symbol is", "the chemical symbol for {X} is", "the element {X} is called",
            "in chemistry, {X} has the symbol", "we write {X} as", "the element {X} is written",
        ], &[
            "the chemical symbol of {X} is", "the element {X} has the symbol", "in chemistry, {X} is written",
        ]),
        other => panic!("{other:?} asks for no fact"),
    }
}

pub fn sentence(task: Task, split: Split, rng: &mut ChaCha8Rng) -> Sentence {
    let (train, held_out) = wordings(task);
    let prefix = pick(split.of(PREFIXES, HELD_OUT_PREFIXES), rng);
    let wording = pick(split.of(train, held_out), rng);
    let (given, answer) = pick(&facts(task), rng);
    let last_word = given.rsplit(' ').next().expect("nothing given is empty");
    Sentence {
        task,
        prompt: capitalized(&format!("{prefix}{}", wording.replace("{X}", given))),
        answer: format!(" {answer}"),
        incorrect: None,
        also_right: Vec::new(),
        cue: last_word.into(),
        rest: ".".into(),
    }
}
