//! `--prompts -`: JSON lines in, JSON lines out, one after the other.

use std::io::{self, BufRead, ErrorKind, Read, Write, stdin, stdout};

use anyhow::{Context, Result};
use logitscope::attribution::set::{Failed, SetAnswer, SetPrompt, SetQuestion, ask_all, read_line};
use logitscope::gpt2::LanguageModel;
use serde_json::{Value, json};

use crate::prompts::by_role;

/// Of a line, in bytes: what is longer is no prompt of any GPT-2.
const LONGEST: usize = 1 << 20;

/// Answers each line of standard input before the next is read. Of all that was asked nothing stays. A line that cannot be asked is
/// answered by the reason; a reader that has seen enough is no error.
pub fn ask_each(model: &LanguageModel, question: &SetQuestion, unit: &str) -> Result<()> {
    // What is wrong with the question is so before any prompt is read.
    ask_all(Vec::new(), question.clone())?;
    let (mut input, mut output) = (stdin().lock(), stdout().lock());
    let (mut line, mut number, mut index) = (Vec::new(), 0, 0);
    while next(&mut input, &mut line).context("stdin")? {
        number += 1;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let mut answer = match read(&line, number) {
            Ok(prompt) => answered(model, question, prompt, unit)?,
            Err(message) => json!({ "message": message }),
        };
        answer["index"] = json!(index);
        index += 1;
        let written = writeln!(output, "{answer}").and_then(|()| output.flush());
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            written => written.context("stdout")?,
        }
    }
    Ok(())
}

/// The next line, if there is one; of one that is too long a part that is.
fn next(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    input.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', line)?;
    if line.len() > LONGEST && !line.ends_with(b"\n") {
        input.skip_until(b'\n')?;
    }
    Ok(!line.is_empty())
}

fn read(line: &[u8], number: usize) -> Result<SetPrompt, String> {
    if line.len() > LONGEST {
        return Err(format!(
            "prompts: line {number} is longer than {LONGEST} bytes; give one prompt a line"
        ));
    }
    let text = str::from_utf8(line).map_err(|error| format!("prompts: line {number}: is not UTF-8: {error}"))?;
    let text = text.trim_start_matches('\u{feff}').trim_end();
    read_line(text, number).map_err(|error| error.to_string())
}

/// The prompt with the JavaScript API's fields of one that was asked, and its row.
fn answered(model: &LanguageModel, question: &SetQuestion, prompt: SetPrompt, unit: &str) -> Result<Value> {
    let input = json!(prompt.input);
    let SetAnswer {
        prompts,
        failed,
        tables,
        ..
    } = ask_all(vec![prompt], question.clone())?.finish(model)?;
    let [asked] = &prompts[..] else {
        let message = failed.into_iter().map(|Failed { message, .. }| message).next();
        return Ok(json!({ "message": message }));
    };
    let mut answer = json!(asked);
    for (name, given) in input.as_object().into_iter().flatten() {
        answer[name] = given.clone();
    }
    answer["labels"] = json!(tables.first().map(|table| &table.labels));
    if tables.iter().all(|table| table.role.is_some()) {
        answer["roles"] = by_role(&tables, |table| json!(table.values));
        return Ok(answer);
    }
    answer["unit"] = json!(unit);
    for table in &tables {
        match table.explanation() {
            Some(row) => {
                answer["attribution"] = json!(table.values);
                answer["bias"] = json!(row.identity().bias[0]);
                answer["total"] = json!(row.identity().total[0]);
            }
            None => answer[&table.name] = json!(table.values),
        }
    }
    Ok(answer)
}
