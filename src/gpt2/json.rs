//! JSON as Python reads and writes it: with numbers that JSON has not.

use serde::de::DeserializeOwned;

/// In Python's JSON, each is a number.
const NOT_FINITE: [&str; 3] = ["NaN", "Infinity", "-Infinity"];

/// Reads JSON, after a byte order mark if there is one. A number that is not finite comes as a text, as `"NaN"`: whoever
/// needs a number refuses it by name.
pub(super) fn read<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
    serde_json::from_slice(json).or_else(|_| serde_json::from_slice(&quoted(json)))
}

/// With the numbers that are not finite in quotes.
fn quoted(json: &[u8]) -> Vec<u8> {
    let (mut quoted, mut rest, mut in_text) = (Vec::with_capacity(json.len()), json, false);
    while let Some(&byte) = rest.first() {
        let number = NOT_FINITE
            .iter()
            .find(|name| !in_text && rest.starts_with(name.as_bytes()));
        let length = match number {
            Some(name) => name.len(),
            // What is escaped ends no text.
            None => rest.len().min(if in_text && byte == b'\\' { 2 } else { 1 }),
        };
        let (part, after) = rest.split_at(length);
        match number {
            Some(_) => quoted.extend([b"\"", part, b"\""].concat()),
            None => quoted.extend_from_slice(part),
        }
        in_text ^= byte == b'"';
        rest = after;
    }
    quoted
}
