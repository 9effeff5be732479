//! `--prompts`: the same question of each prompt of a file.

use std::iter::once;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use logitscope::attribution::set::{SetAnswer, SetPrompt, SetTable, read_prompts};
use serde_json::{Map, Value, json};

use crate::asked::{Format, print};
use crate::printable::printable;
use crate::table::{aligned, written};

/// Of a reason, in characters.
const LONGEST: usize = 300;

#[derive(clap::Args)]
pub struct Prompts {
    /// File of prompts, each asked after its own last token (or --position): CSV with the columns prompt (or tokens), answer and incorrect, and one
    /// more for each role, or JSON lines with the same names. A space that begins an answer is part of it. A role is a token of the
    /// prompt, by its text or as @5
    #[arg(long, value_name = "FILE", group = "Prompt", allow_hyphen_values = true,
        conflicts_with_all = ["answer", "incorrect", "contrast", "corrupted", "corrupted-tokens", "explain", "of", "path", "top_signed", "svg"])]
    prompts: Option<PathBuf>,
}

impl Prompts {
    /// The prompts of the file, if there is one.
    pub fn read(&self) -> Result<Option<Vec<SetPrompt>>> {
        let Some(file) = &self.prompts else {
            return Ok(None);
        };
        let place = || format!("--prompts: {}", file.display());
        let text = std::fs::read_to_string(file).with_context(place)?;
        Ok(Some(read_prompts(&text).with_context(place)?))
    }
}

/// Prints what all prompts come to: the `top` parts by the magnitude of their mean, if only so many are asked for.
pub fn print_all(answer: &SetAnswer, top: Option<u32>, format: Format) -> Result<()> {
    for failed in &answer.failed {
        let why = printable(&failed.message, LONGEST);
        eprintln!("note: prompt {} is left out: {why}", failed.index + 1);
    }
    if answer.prompts.is_empty() {
        bail!("--prompts: no prompt could be asked");
    }
    if answer.prompts.iter().any(|prompt| !prompt.exact) {
        eprintln!("warning: the parts of some prompts do not sum to logit - b_U; see the errors");
    }
    if answer.tables.is_empty() {
        bail!(
            "--prompts: no prompt names a token by a role; add a column to the file, such as name, and --unit source says how heads look at it"
        );
    }
    print(&match format {
        Format::Table => {
            heading(answer)
                + &answer
                    .tables
                    .iter()
                    .map(|t| table(t, top))
                    .collect::<Vec<_>>()
                    .join("\n")
        }
        Format::Json => json(answer).to_string() + "\n",
        Format::Csv => csv(&answer.tables),
    })
}

fn heading(answer: &SetAnswer) -> String {
    let n = answer.prompts.len();
    let right = answer.prompts.iter().filter(|prompt| prompt.right).count();
    let mean = answer.prompts.iter().map(|prompt| prompt.logit).sum::<f64>() / n as f64;
    format!(
        "{n} prompts, {right} of them answered right; the mean logit (difference) is {}.\n\n",
        written(mean, mean.abs())
    )
}

/// What a table is of, and its labels.
fn title(table: &SetTable) -> String {
    match &table.role {
        Some(role) => format!("{} of {role}", table.name),
        None => table.name.clone(),
    }
}

fn table(table: &SetTable, top: Option<u32>) -> String {
    let (mean, sd) = (table.moments.mean(), table.moments.sd());
    let mut rows: Vec<usize> = (0..table.labels.len()).collect();
    if let Some(k) = top {
        rows.sort_by(|&a, &b| mean[b].abs().total_cmp(&mean[a].abs()));
        rows.truncate(k as usize);
    }
    let largest = mean.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    let unsigned = |value: f64| match value.is_nan() {
        true => "–".into(),
        false => written(value, largest).trim_start_matches('+').to_string(),
    };
    let column = |name: &str, values: &dyn Fn(usize) -> String| {
        let values = rows.iter().map(|&row| values(row));
        once(name.to_string()).chain(values).collect()
    };
    aligned(&[
        column(&title(table), &|row| table.labels[row].to_string()),
        column("mean", &|row| match table.name.as_str() {
            "pattern" => unsigned(mean[row]),
            _ => written(mean[row], largest),
        }),
        column("sd", &|row| unsigned(sd[row])),
    ])
}

/// The JavaScript API's fields.
fn json(answer: &SetAnswer) -> Value {
    let moments = |table: &SetTable| json!({ "mean": table.moments.mean(), "sd": table.moments.sd() });
    let mut all = json!({
        "n": answer.prompts.len(),
        "logit": answer.prompts.iter().map(|prompt| prompt.logit).collect::<Vec<_>>(),
        "prompts": answer.prompts,
        "failed": answer.failed,
        "labels": answer.tables[0].labels,
    });
    match &answer.tables[..] {
        [table] if table.role.is_none() => {
            all["unit"] = json!(table.name);
            all["mean"] = json!(table.moments.mean());
            all["sd"] = json!(table.moments.sd());
            all["attribution"] = json!(table.values);
        }
        tables => {
            let mut roles = Map::new();
            for table in tables {
                let role = roles
                    .entry(table.role.clone().unwrap_or_default())
                    .or_insert_with(|| json!({}));
                role["n"] = json!(table.moments.n());
                role[&table.name] = moments(table);
            }
            all["roles"] = roles.into();
        }
    }
    all
}

/// A row a part: its mean and deviation; with roles, a row a role and a part, for attention and for attribution.
fn csv(tables: &[SetTable]) -> String {
    let mut csv = "of,label,n,mean,sd\n".to_string();
    for table in tables {
        let of = title(table);
        let of = match of.contains([',', '"', '\n']) {
            true => format!("\"{}\"", of.replace('"', "\"\"")),
            false => of,
        };
        let n = table.moments.n();
        for ((label, mean), sd) in table.labels.iter().zip(table.moments.mean()).zip(table.moments.sd()) {
            csv += &format!(
                "{of},{label},{n},{mean},{}\n",
                if sd.is_nan() { String::new() } else { sd.to_string() }
            );
        }
    }
    csv
}
