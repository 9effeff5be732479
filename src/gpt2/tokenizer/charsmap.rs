//! SentencePiece's compiled normalization rules: a trie as a double array, and the texts that its values point into.
//!
//! The format is that of `DoubleArray` in Darts-clone, as `spm_precompiled` walks it, which trusts every index.

use serde_json::Value;

/// Checks that no text leads the walk outside.
pub(super) fn check(charsmap: &Value) -> Result<(), &'static str> {
    let bytes = decoded(charsmap)?;
    let (trie, texts) = split(&bytes)?;
    let (units, _) = trie.as_chunks();
    let trie = Trie {
        units: units.iter().map(|&unit| u32::from_le_bytes(unit)).collect(),
        texts,
    };
    trie.check()
}

/// How many bytes the longest text has that a rule can put in a character's place; 0 of what is no charsmap.
pub(super) fn longest(charsmap: &Value) -> usize {
    let bytes = decoded(charsmap).unwrap_or_default();
    split(&bytes).map_or(0, |(_, texts)| texts.split('\0').map(str::len).max().unwrap_or(0))
}

fn decoded(charsmap: &Value) -> Result<Vec<u8>, &'static str> {
    let text = charsmap.as_str().ok_or("is not text")?;
    base64::decode(text).map_err(|_| "is not base64")
}

/// The trie, and the texts.
fn split(bytes: &[u8]) -> Result<(&[u8], &str), &'static str> {
    let (size, rest) = bytes.split_first_chunk().ok_or("is cut short")?;
    let size = u32::from_le_bytes(*size) as usize / 4 * 4;
    let (trie, texts) = rest.split_at_checked(size).ok_or("is cut short")?;
    let texts = str::from_utf8(texts).map_err(|_| "holds texts that are not UTF-8")?;
    Ok((trie, texts))
}

struct Trie<'a> {
    units: Vec<u32>,
    texts: &'a str,
}

impl Trie<'_> {
    fn check(&self) -> Result<(), &'static str> {
        let outside = "has a rule that points outside of it";
        let root = *self.units.first().ok_or("has no rules")?;
        let mut seen = vec![false; self.units.len()];
        let mut open = vec![offset(root)];
        // The walk is at a node's children, `from`, and looks at each byte's place there.
        while let Some(from) = open.pop() {
            for byte in 1..=255 {
                let at = from ^ byte;
                let unit = *self.units.get(at).ok_or(outside)?;
                if unit & (1 << 31 | 0xFF) != byte as u32 || std::mem::replace(&mut seen[at], true) {
                    continue;
                }
                let children = at ^ offset(unit);
                if unit >> 8 & 1 == 1 {
                    let value = self.units.get(children).ok_or(outside)? & (u32::MAX >> 1);
                    if !self.texts.is_char_boundary(value as usize) {
                        return Err(outside);
                    }
                }
                open.push(children);
            }
        }
        Ok(())
    }
}

fn offset(unit: u32) -> usize {
    ((unit >> 10) as usize) << ((unit & 1 << 9) >> 6)
}
