//! How much longer than a text is what the parts of a tokenizer make of it. Each part may make two characters of one, and a sequence of
//! them may be long: a file of a kilobyte could ask for more memory than there is.

use serde_json::Value;

use super::charsmap;
use super::sound::least_length;

/// The most that a tokenizer may make of a byte. Of the long sequence of ALBERT's this reckons with 5,000 at most.
const MOST: u64 = 1 << 13;

/// Checks the parts that change texts.
pub(super) fn check(json: &Value) -> Result<(), String> {
    let before = by_normalizer(json).saturating_mul(of("pretokenizers", &json["pre_tokenizer"]));
    for (grown, what) in [
        (before, "its normalizer and pre_tokenizer"),
        (of("decoders", &json["decoder"]), "its decoder"),
    ] {
        if grown > MOST {
            return Err(format!(
                "{what} can make {grown} bytes of one, which no GPT-2 needs; it must be {MOST} at most"
            ));
        }
    }
    Ok(())
}

/// The most bytes that the normalizer makes of one.
pub(super) fn by_normalizer(json: &Value) -> u64 {
    of("normalizers", &json["normalizer"])
}

/// The most bytes that a part makes of one; saturates. The parts of a sequence are in its field `sequence`.
fn of(sequence: &str, part: &Value) -> u64 {
    let length = |name: &str| part[name].as_str().map_or(0, str::len) as u64;
    match part["type"].as_str().unwrap_or_default() {
        "Sequence" => {
            let parts = part[sequence].as_array().map(Vec::as_slice).unwrap_or_default();
            parts
                .iter()
                .fold(1, |n: u64, part| n.saturating_mul(of(sequence, part)))
        }
        // A byte as a character of two, and a space before it.
        "ByteLevel" => 4,
        "Replace" => replaced(&part["pattern"], length("content")),
        "Prepend" => 1 + length("prepend"),
        "Metaspace" => 1 + part["replacement"].as_str().map_or(3, str::len) as u64,
        "Precompiled" => 1 + charsmap::longest(&part["precompiled_charsmap"]) as u64,
        "Lowercase" => 2,
        "NFC" | "NFD" | "BertNormalizer" => 3,
        "NFKC" | "NFKD" => 11,
        _ => 1,
    }
}

/// Of a pattern, wherever it is found, `content`: between any two bytes if it may be found where there is nothing.
fn replaced(pattern: &Value, content: u64) -> u64 {
    match least_length(pattern) {
        0 => 1 + 2 * content,
        found => content.div_ceil(found as u64).max(1),
    }
}
