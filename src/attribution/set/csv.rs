//! Comma-separated values, as RFC 4180 has them: a cell in quotes may hold commas, line breaks, and quotes said twice.

/// A row, and the line that it begins at.
pub struct Record {
    pub line: usize,
    pub cells: Vec<String>,
}

/// The rows of a text, but for empty lines. An error names the line.
pub fn records(text: &str) -> Result<Vec<Record>, String> {
    let (mut records, mut line, mut rest) = (Vec::new(), 1, text);
    while !rest.is_empty() {
        let mut record = Record {
            line,
            cells: Vec::new(),
        };
        loop {
            let (cell, after) = match rest.strip_prefix('"') {
                Some(quoted) => {
                    unquoted(quoted).ok_or_else(|| format!("line {line}: a quote opens a cell, and none closes it"))?
                }
                None => {
                    let (cell, after) = rest.split_at(rest.find([',', '\n']).unwrap_or(rest.len()));
                    match after.starts_with(',') {
                        true => (cell.to_string(), after),
                        false => (cell.strip_suffix('\r').unwrap_or(cell).to_string(), after),
                    }
                }
            };
            line += rest[..rest.len() - after.len()].matches('\n').count();
            record.cells.push(cell);
            let end = after.strip_prefix('\r').unwrap_or(after);
            if let Some(next) = after.strip_prefix(',') {
                rest = next;
            } else if end.is_empty() || end.starts_with('\n') {
                rest = end.strip_prefix('\n').unwrap_or("");
                break;
            } else {
                return Err(format!(
                    "line {line}: a cell goes on after its closing quote; a quote within quotes is said twice"
                ));
            }
        }
        line += 1;
        if record.cells != [""] {
            records.push(record);
        }
    }
    Ok(records)
}

/// What stands before the closing quote, and what comes after it.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let (mut cell, mut rest) = (String::new(), quoted);
    loop {
        let (text, after) = rest.split_once('"')?;
        cell += text;
        match after.strip_prefix('"') {
            Some(more) => {
                cell.push('"');
                rest = more;
            }
            None => return Some((cell, after)),
        }
    }
}
