//! Sets of prompts as text: CSV, JSON lines or one JSON list.

use std::collections::BTreeMap;
use std::io::Read;

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use super::{Input, Role, SetPrompt};
use crate::{Error, Result};

/// Reads prompts with their answers.
///
/// - CSV, its first row the names of columns: `prompt`, or `tokens` with ids such as `1 5 9`; `answer`; `incorrect`, if there is
///   something to compare with, in several columns of that name if it is compared with the mean of several tokens. Each further column is a
///   role. A space that begins a cell is part of its text. An empty cell of `incorrect`, or of a role, is none.
/// - JSON lines, an object each with the same names, `tokens` as a list and tokens as text or ids, `incorrect` as one or a list, and roles as
///   text or positions: under their own names or as `roles`. Or all of them as one list.
///
/// # Errors
/// [`Error::Argument`] names the line and the column of what cannot be read. Whether a model knows the tokens is not asked here.
pub fn read_prompts(text: &str) -> Result<Vec<SetPrompt>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let prompts = match text.trim_start().chars().next() {
        Some('[') => json_list(text)?,
        Some('{') => json_lines(text)?,
        _ => csv(text)?,
    };
    match prompts.is_empty() {
        true => Err(refused(
            "there is none; give rows with the columns prompt and answer, or JSON lines with these names",
        )),
        false => Ok(prompts),
    }
}

fn refused(why: impl AsRef<str>) -> Error {
    Error::Argument(format!("prompts: {}", why.as_ref()))
}

fn csv(text: &str) -> Result<Vec<SetPrompt>> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes().chain(END.as_bytes()));
    let records: std::result::Result<Vec<StringRecord>, _> = reader.records().collect();
    let mut records = records.map_err(|error| refused(error.to_string()))?;
    if let Some(last) = records.pop().filter(|last| last.iter().ne([END.trim_start()])) {
        return Err(refused(format!(
            "line {}: a quote is opened there, and closed nowhere; within a cell in quotes, write \"\" for one",
            line_of(&last)
        )));
    }
    let mut records = records.into_iter();
    let columns = records.next().unwrap_or_default();
    let mut names: Vec<&str> = columns.iter().map(str::trim).collect();
    // A spreadsheet may write columns that nothing is in.
    while names.last() == Some(&"") {
        names.pop();
    }
    if names.contains(&"") {
        return Err(refused(format!(
            "line 1 names the columns {}; give each a name",
            names.join(", ")
        )));
    }
    let twice = |&i: &usize| names[i] != "incorrect" && names[..i].contains(&names[i]);
    if let Some(name) = (1..names.len()).find(twice) {
        return Err(refused(format!("line 1 names the column {:?} twice", names[name])));
    }
    let column = |name: &str| names.iter().position(|&column| column == name);
    let missing = |name: &str| {
        let names = names.join(", ");
        refused(format!(
            "line 1 names the columns {names}, and none is {name}; prompt (or tokens) and answer are needed"
        ))
    };
    let input = column("prompt")
        .or_else(|| column("tokens"))
        .ok_or_else(|| missing("prompt"))?;
    let answer = column("answer").ok_or_else(|| missing("answer"))?;
    let prompt = |cells: StringRecord| {
        let line = line_of(&cells);
        let mut further = cells.iter().skip(names.len());
        if cells.len() < names.len() || further.any(|text| !text.is_empty()) {
            return Err(refused(format!(
                "line {line} has {} cells, but line 1 names {} columns; a cell with a comma is put in quotes",
                cells.len(),
                names.len()
            )));
        }
        let cell = |column: usize| cells[column].to_string();
        let text = cell(input);
        Ok(SetPrompt {
            input: match names[input] {
                "prompt" => Input::Text(text),
                _ => Input::Tokens(ids(&text).map_err(|id| {
                    refused(format!(
                        "line {line}, column tokens: {id:?} is not a token id; write 1 5 9"
                    ))
                })?),
            },
            answer: cell(answer),
            incorrect: (names.iter().zip(&cells))
                .filter(|(name, text)| **name == "incorrect" && !text.is_empty())
                .map(|(_, text)| text.to_string())
                .collect(),
            roles: (names.iter().enumerate())
                .filter(|(_, name)| !FIELDS.contains(name))
                .map(|(column, name)| (name.to_string(), cell(column)))
                .filter(|(_, text)| !text.is_empty())
                .map(|(name, text)| (name, Role::Text(text)))
                .collect(),
        })
    };
    records.map(prompt).collect()
}

/// A row of its own below the text, unless that ends within quotes: then all rows from there on are one cell, and `csv` is content.
const END: &str = "\n\0";

fn line_of(cells: &StringRecord) -> u64 {
    cells.position().map_or(0, csv::Position::line)
}

/// What is said of a prompt by a name of its own; others are roles.
const FIELDS: [&str; 5] = ["prompt", "tokens", "answer", "incorrect", "roles"];

fn ids(text: &str) -> std::result::Result<Vec<u32>, &str> {
    let bare = text.trim().trim_start_matches('[').trim_end_matches(']');
    let ids = bare.split([',', ' ']).filter(|id| !id.is_empty());
    ids.map(|id| id.parse().map_err(|_| id)).collect()
}

fn json_lines(text: &str) -> Result<Vec<SetPrompt>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(i, line)| read_line(line, i + 1)).collect()
}

/// Reads one line of JSON lines, counted from 1.
///
/// # Errors
/// As [`read_prompts`].
pub fn read_line(text: &str, line: usize) -> Result<SetPrompt> {
    let place = format!("line {line}");
    let value = serde_json::from_str(text).map_err(|error| {
        let column = error.column();
        refused(format!("{place}, column {column}: is not a JSON object: {error}"))
    })?;
    of_json(&place, value)
}

fn json_list(text: &str) -> Result<Vec<SetPrompt>> {
    let values: Vec<Value> =
        serde_json::from_str(text).map_err(|error| refused(format!("is not a JSON list: {error}")))?;
    let each = values.into_iter().enumerate();
    each.map(|(i, value)| of_json(&format!("[{i}]"), value)).collect()
}

fn of_json(place: &str, value: Value) -> Result<SetPrompt> {
    let wrong = |name: &str, given: &Value, what: &str| refused(format!("{place}, {name}: {given} is not {what}"));
    let Value::Object(mut fields) = value else {
        return Err(refused(format!(
            "{place}: {value} is not an object with prompt and answer"
        )));
    };
    let mut given = |name: &str| fields.remove(name).filter(|value| !value.is_null());
    let input = match (given("prompt"), given("tokens")) {
        (Some(Value::String(text)), None) => Input::Text(text),
        (Some(list @ Value::Array(_)), None) | (None, Some(list)) => Input::Tokens(
            serde_json::from_value(list.clone()).map_err(|_| wrong("tokens", &list, "a list of token ids"))?,
        ),
        (Some(other), None) => return Err(wrong("prompt", &other, "text or a list of token ids")),
        (None, None) => return Err(refused(format!("{place}: there is no prompt, and no tokens"))),
        (Some(_), Some(_)) => {
            return Err(refused(format!(
                "{place}: has both prompt and tokens; give one of them"
            )));
        }
    };
    let token = |name: &str, value: Value| match value {
        Value::String(text) => Ok(text),
        Value::Number(id) if id.is_u64() => Ok(format!("#{id}")),
        other => Err(wrong(name, &other, "a token: its text or its id")),
    };
    let answer = given("answer").ok_or_else(|| refused(format!("{place}: there is no answer")))?;
    let answer = token("answer", answer)?;
    let incorrect = match given("incorrect") {
        None => Vec::new(),
        Some(Value::Array(several)) => several,
        Some(one) => vec![one],
    };
    let incorrect = incorrect.into_iter().map(|value| token("incorrect", value));
    let incorrect = incorrect.collect::<Result<_>>()?;
    let roles = match given("roles") {
        None => Map::new(),
        Some(Value::Object(roles)) => roles,
        Some(other) => return Err(wrong("roles", &other, "an object")),
    };
    let role = |(name, value): (String, Value)| match value {
        Value::Null => Ok(None),
        other => match serde_json::from_value(other.clone()) {
            Ok(role) => Ok(Some((name, role))),
            Err(_) => Err(wrong(&name, &other, "a role's text or position")),
        },
    };
    let roles = roles.into_iter().chain(fields).map(role);
    Ok(SetPrompt {
        input,
        answer,
        incorrect,
        roles: roles
            .filter_map(Result::transpose)
            .collect::<Result<BTreeMap<_, _>>>()?,
    })
}
