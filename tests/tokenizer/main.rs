//! GPT-2's own tokenizer, against ids on which three other implementations agree.

mod hostile;

use std::path::Path;

use logitscope::gpt2::Tokenizer;
use serde::Deserialize;
use serde_json::{Value, json};

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

/// The first tokens and merges of GPT-2's.
fn small() -> Value {
    let mut json: Value = serde_json::from_slice(&read("tokenizer.json")).unwrap();
    let size = 280;
    let model = json["model"].as_object_mut().unwrap();
    model["merges"].as_array_mut().unwrap().truncate(size - 256);
    let vocabulary = model["vocab"].as_object_mut().unwrap();
    vocabulary.retain(|_, id| id.as_u64().unwrap() < size as u64);
    json["added_tokens"][0]["id"] = json!(size);
    json
}

#[test]
fn neither_cuts_nor_pads() {
    let mut json = small();
    json["truncation"] = json!({"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0});
    json["padding"] = json!({
        "strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0,
        "pad_token": "!",
    });
    let tokenizer = Tokenizer::from_json(json.to_string().as_bytes()).unwrap();
    let ids = tokenizer.encode(" the<|endoftext|> cat").unwrap();
    let pieces: Vec<String> = ids.iter().map(|&id| tokenizer.token_text(id)).collect();
    assert_eq!(pieces, [" the", "<|endoftext|>", " c", "at"]);
}

fn of_model(model: Value, parts: Value) -> Tokenizer {
    let mut json = json!({"version": "1.0", "added_tokens": [], "model": model});
    json.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    Tokenizer::from_json(json.to_string().as_bytes()).unwrap()
}

/// In the vocabularies of SentencePiece and WordPiece, a word and a part of one are spelled alike but for a mark.
#[test]
fn two_tokens_never_look_the_same() {
    let metaspace = json!({"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true});
    let sentence_piece = of_model(
        json!({"type": "Unigram", "unk_id": 0, "byte_fallback": true, "vocab": [["<unk>", 0.0], ["▁the", -1.0], ["the", -2.0], ["A", -3.0], ["<0x41>", -4.0]]}),
        json!({"pre_tokenizer": metaspace, "decoder": metaspace}),
    );
    let texts = |tokenizer: &Tokenizer, ids: &[u32]| -> Vec<String> {
        ids.iter().map(|&id| tokenizer.token_text(id)).collect()
    };
    assert_eq!(texts(&sentence_piece, &[1, 2, 3, 4]), [" the", "the", "A", "\\x41"]);
    assert_eq!(sentence_piece.encode("the").unwrap(), [1]);
    assert_eq!(sentence_piece.decode(&[1, 1]), "the the");

    let word_piece = of_model(
        json!({
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": {"[UNK]": 0, "cat": 1, "##s": 2, "s": 3},
        }),
        json!({"pre_tokenizer": {"type": "BertPreTokenizer"}, "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true}}),
    );
    assert_eq!(word_piece.encode("cats s").unwrap(), [1, 2, 3]);
    assert_eq!(texts(&word_piece, &[1, 2, 3]), ["cat", "##s", "s"]);
    assert_eq!(word_piece.decode(&[1, 2, 3]), "cats s");
}

/// Dropout makes other tokens of the same text, which helps in training alone.
#[test]
fn the_same_text_is_always_the_same_tokens() {
    let mut json: Value = serde_json::from_slice(&read("tokenizer.json")).unwrap();
    json["model"]["dropout"] = json!(0.5);
    let tokenizer = Tokenizer::from_json(json.to_string().as_bytes()).unwrap();
    let text = " Yesterday everyone understood extraordinarily complicated circumstances";
    let ids = gpt2().encode(text).unwrap();
    for _ in 0..20 {
        assert_eq!(tokenizer.encode(text).unwrap(), ids);
    }
}

#[test]
fn damage_is_an_error_and_never_a_panic() {
    let refused = |json: &[u8]| Tokenizer::from_json(json).unwrap_err().to_string();
    assert!(refused(b"<!DOCTYPE html>").starts_with("tokenizer.json: is a web page"));
    assert!(refused(b"version https://git-lfs").starts_with("tokenizer.json: is a Git LFS pointer"));
    let mut json = small();
    json["model"]["merges"][3] = json!("e zz");
    assert_eq!(
        refused(json.to_string().as_bytes()),
        "tokenizer.json: merge \"e zz\" makes no token of its vocabulary"
    );

    let json = small().to_string().into_bytes();
    for end in 0..json.len() {
        refused(&json[..end]);
    }
    for at in 0..json.len() {
        for damage in [1, 4, 0x20, 0x80] {
            let mut json = json.clone();
            json[at] ^= damage;
            if let Ok(tokenizer) = Tokenizer::from_json(&json)
                && let Ok(ids) = tokenizer.encode(" the 日本 cat's<|endoftext|>")
            {
                tokenizer.decode(&ids);
                ids.into_iter().for_each(|id| drop(tokenizer.token_text(id)));
            }
        }
    }
}
