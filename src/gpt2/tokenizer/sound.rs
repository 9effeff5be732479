//! What a tokenizer.json may be made of. On the rest `tokenizers` would panic, or ask for memory without bounds; no GPT-2
//! needs it.

use serde_json::Value;

use super::{charsmap, growth};

const MODELS: [&str; 4] = ["BPE", "WordPiece", "WordLevel", "Unigram"];
const NORMALIZERS: [&str; 14] = [
    "BertNormalizer",
    "ByteLevel",
    "Lowercase",
    "NFC",
    "NFD",
    "NFKC",
    "NFKD",
    "Nmt",
    "Precompiled",
    "Prepend",
    "Replace",
    "Sequence",
    "Strip",
    "StripAccents",
];
const PRE_TOKENIZERS: [&str; 12] = [
    "BertPreTokenizer",
    "ByteLevel",
    "CharDelimiterSplit",
    "Digits",
    "FixedLength",
    "Metaspace",
    "Punctuation",
    "Sequence",
    "Split",
    "UnicodeScripts",
    "Whitespace",
    "WhitespaceSplit",
];
const DECODERS: [&str; 9] = [
    "BPEDecoder",
    "ByteFallback",
    "ByteLevel",
    "Fuse",
    "Metaspace",
    "Replace",
    "Sequence",
    "Strip",
    "WordPiece",
];

/// Checks every part of a `tokenizer.json`.
pub(super) fn check(json: &Value) -> Result<(), String> {
    check_model(&json["model"])?;
    check_part("normalizer", "normalizers", &NORMALIZERS, &json["normalizer"])?;
    check_part(
        "pre_tokenizer",
        "pretokenizers",
        &PRE_TOKENIZERS,
        &json["pre_tokenizer"],
    )?;
    check_part("decoder", "decoders", &DECODERS, &json["decoder"])?;
    growth::check(json)
}

/// Checks a part, and those that it is a sequence of.
fn check_part(name: &str, sequence: &str, known: &[&str], part: &Value) -> Result<(), String> {
    if part.is_null() {
        return Ok(());
    }
    let kind = part["type"].as_str().unwrap_or_default();
    if !known.contains(&kind) {
        return Err(format!(
            "its {name} is {}, which no GPT-2 needs; it must be one of {}",
            part["type"],
            known.join(", ")
        ));
    }
    match kind {
        "Sequence" => {
            let parts = part[sequence].as_array().map(Vec::as_slice).unwrap_or_default();
            return parts
                .iter()
                .try_for_each(|part| check_part(name, sequence, known, part));
        }
        "Precompiled" => charsmap::check(&part["precompiled_charsmap"])
            .map_err(|why| format!("the precompiled_charsmap of its normalizer {why}"))?,
        "Strip" if name == "decoder" && part["stop"] != 0 => {
            return Err(format!(
                "its decoder strips {} characters at the end of a token; it must be 0",
                part["stop"]
            ));
        }
        "Replace" if name == "normalizer" => {
            let pattern = &part["pattern"];
            if least_length(pattern) == 0 {
                return Err(format!(
                    "its normalizer replaces {pattern}, which can be found where there is no text"
                ));
            }
        }
        "Prepend" if part["prepend"] == "" => return Err("its normalizer prepends nothing".into()),
        "FixedLength" if part["length"] == 0 => return Err("its pre_tokenizer cuts pieces of length 0".into()),
        _ => {}
    }
    Ok(())
}

/// How many bytes what a pattern finds has at least; 0 if that is not known.
pub(super) fn least_length(pattern: &Value) -> usize {
    match pattern["Regex"].as_str() {
        Some(regex) => regex_syntax::parse(regex)
            .ok()
            .and_then(|hir| hir.properties().minimum_len())
            .unwrap_or(0),
        None => pattern["String"].as_str().map_or(0, str::len),
    }
}

fn check_model(model: &Value) -> Result<(), String> {
    let kind = model["type"].as_str();
    if kind.is_some_and(|kind| !MODELS.contains(&kind)) {
        return Err(format!(
            "its model is {}; it must be one of {}",
            model["type"],
            MODELS.join(", ")
        ));
    }
    match &model["vocab"] {
        Value::Object(vocabulary) => {
            let most = 1 << 31;
            if let Some((token, id)) = vocabulary
                .iter()
                .find(|(_, id)| id.as_u64().is_none_or(|id| id >= most))
            {
                return Err(format!(
                    "the id of its token {token:?} is {id}; it must be a whole number below 2^31"
                ));
            }
        }
        Value::Array(pieces) => {
            if let Some(piece) = pieces.iter().find(|piece| piece[0].as_str().is_none_or(str::is_empty)) {
                return Err(format!("its vocabulary has a piece without text, {piece}"));
            }
        }
        _ => return Err("has no vocabulary".into()),
    }
    check_merges(model)
}

/// Checks that each merge of a BPE makes a token.
fn check_merges(model: &Value) -> Result<(), String> {
    let (Some(vocabulary), Some(merges)) = (model["vocab"].as_object(), model["merges"].as_array()) else {
        return Ok(());
    };
    let prefix = model["continuing_subword_prefix"].as_str().unwrap_or_default();
    for merge in merges {
        let pair = match merge {
            Value::String(pair) => pair.split_once(' '),
            pair => pair[0].as_str().zip(pair[1].as_str()),
        };
        let token = pair.and_then(|(left, right)| Some(format!("{left}{}", right.strip_prefix(prefix)?)));
        if !token.is_some_and(|token| vocabulary.contains_key(&token)) {
            return Err(format!("merge {merge} makes no token of its vocabulary"));
        }
    }
    Ok(())
}
