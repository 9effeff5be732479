//! Texts of models and files, as a terminal can show them.

use logitscope::report::Token;

/// The text with escapes for whatever a terminal obeys or does not show: controls, marks that turn the direction of
/// writing, what has no width, blanks that are no space. Of a text longer than `most` characters, the ends.
pub fn printable(text: &str, most: usize) -> String {
    let mut printable = String::new();
    for (i, c) in shortened(text, most).chars().enumerate() {
        match is_hidden(c, i == 0) {
            true => printable.extend(c.escape_unicode()),
            false => printable.push(c),
        }
    }
    printable
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_string();
    }
    let half = most.saturating_sub(1) / 2;
    let start = text.chars().take(half);
    let mut end: Vec<char> = text.chars().rev().take(half).collect();
    end.reverse();
    start.chain(['…']).chain(end).collect()
}

/// Whether nothing is to be seen of a character where it stands; an accent that is `first` has no letter to stand on.
fn is_hidden(c: char, first: bool) -> bool {
    // Letters to Unicode, and yet blank; and what only chooses between forms of the character before.
    const BLANK: [char; 8] = [
        '\u{34F}', '\u{115F}', '\u{1160}', '\u{17B4}', '\u{17B5}', '\u{2800}', '\u{3164}', '\u{FFA0}',
    ];
    let selects = matches!(c, '\u{180B}'..='\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}');
    // Rust's own idea of what can be printed. A first character has to stand by itself.
    let before = if first { "" } else { "x" };
    let escaped = format!("{before}{c}").escape_debug().any(|c| c == '{');
    BLANK.contains(&c) || selects || (escaped && c != '{') || c.is_control()
}

/// Of a token, in characters.
const LONGEST: usize = 40;

/// A token in quotes, so that its spaces are seen, or the id of one that has no text.
pub fn shown(token: &Token) -> String {
    quoted(token.id, &token.text)
}

/// The same, by its id and text.
pub fn quoted(id: u32, text: &str) -> String {
    if text == format!("#{id}") {
        return text.to_string();
    }
    format!("\"{}\"", printable(text, LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped_and_all_else_is_not() {
        let hidden = "\u{202E}\u{2066}\u{200B}\u{200D}\u{200F}\u{FEFF}\u{AD}\u{A0}\u{2028}\u{3164}\u{E0041}\u{FE0F}\0\t\n\r\u{1B}\u{7F}\u{9B}";
        for c in hidden.chars() {
            let shown = printable(&format!("a{c}b"), 10);
            assert_eq!(shown, format!("a{}b", c.escape_unicode()));
        }
        let seen = "The \"café\" {it's} \\xE6 日本語 हिन्दी ไม่ العربية 🙂 e\u{301} …–";
        assert_eq!(printable(seen, 1000), seen);
        assert_eq!(printable("\u{301}", 10), "\\u{301}");
    }

    #[test]
    fn a_long_text_keeps_its_ends() {
        assert_eq!(printable("abcdefg", 7), "abcdefg");
        assert_eq!(printable("abcdefgh", 7), "abc…fgh");
        assert_eq!(printable(&"é".repeat(1_000_000), 5), "éé…éé");
    }
}
