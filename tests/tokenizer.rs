//! GPT-2's own tokenizer, against ids on which three other implementations agree.

use std::path::Path;

use logitscope::gpt2::Tokenizer;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    text: String,
    ids: Vec<u32>,
    decoded: String,
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(Path::new("tests/data/gpt2-tokenizer").join(name)).unwrap()
}

fn gpt2() -> Tokenizer {
    Tokenizer::from_json(&read("tokenizer.json")).unwrap()
}

#[test]
fn agrees_with_other_implementations() {
    let tokenizer = gpt2();
    let cases: Vec<Case> = serde_json::from_slice(&read("cases.json")).unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        assert_eq!(tokenizer.encode(&case.text).unwrap(), case.ids, "{:?}", case.text);
        assert_eq!(tokenizer.decode(&case.ids), case.decoded);
    }
}

#[test]
fn shows_parts_of_characters_as_what_they_are() {
    let tokenizer = gpt2();
    let pieces = |text: &str| -> Vec<String> {
        let ids = tokenizer.encode(text).unwrap();
        ids.into_iter().map(|id| tokenizer.token_text(id)).collect()
    };
    assert_eq!(pieces(" Mary\n"), [" Mary", "\n"]);
    assert_eq!(pieces("日本"), ["\\xE6\\x97", "\\xA5", "\\xE6\\x9C", "\\xAC"]);
    assert_eq!(pieces("é—"), ["é", "—"]);
    assert_eq!(pieces("<|endoftext|>"), ["<|endoftext|>"]);
    assert_eq!(tokenizer.token_text(50257), "#50257");
}
