//! `--prompts`: the same question of each prompt of a file.

use std::iter::once;
use std::path::Path;

use anyhow::{Context, Result, bail};
use logitscope::attribution::Contrast;
use logitscope::attribution::set::{SetAnswer, SetPrompt, SetQuestion, SetTable, ask_all, read_prompts};
use logitscope::chart::{Chart, Contrasted, Scatter, Subject, View, Weights};
use logitscope::gpt2::{Gpt2Config, LanguageModel};
use serde_json::{Map, Value, json};

use crate::asked::{Format, Svg, print};
use crate::printable::printable;
use crate::table::{aligned, written};
use crate::{attribute, effects, stream};

/// Of a reason, in characters.
const LONGEST: usize = 300;

/// What `--prompts` takes.
pub const HELP: &str = "File of prompts, each asked after its own last token (or --position): CSV with the columns prompt (or tokens), answer and \
    incorrect (several for the mean of several tokens), and one more for each role, or JSON lines with the same names. A space that begins an \
    answer is part of it. A role is a token of the prompt, by its text or as @5. With - JSON lines come from standard input, and each is answered \
    by a JSON line as it comes";

/// The same question of each prompt of a file.
pub struct OfAll<'a> {
    pub question: SetQuestion,
    pub unit: &'a str,
    /// Only so many parts, by the magnitude of their mean.
    pub top: Option<u32>,
    pub format: Format,
    pub svg: &'a Svg,
}

impl OfAll<'_> {
    pub fn run(self, model: &LanguageModel, file: &Path) -> Result<()> {
        if file == Path::new("-") {
            if self.top.is_some() || self.format == Format::Csv || self.svg.is_asked_for() {
                bail!("--prompts -: writes a JSON line for each prompt; leave out --top, --svg and --format csv");
            }
            return stream::ask_each(model, &self.question, self.unit);
        }
        let place = || format!("--prompts: {}", file.display());
        let text = std::fs::read_to_string(file).with_context(place)?;
        let prompts = read_prompts(&text).with_context(place)?;
        let number = number(&prompts, self.question.contrast.as_ref());
        let answer = ask_all(prompts, self.question)?.finish(model)?;
        tell(&answer)?;
        self.svg.write(|| svg(&answer, number.clone(), model.gpt2.config()))?;
        let rows = rows(&answer.tables, self.top);
        print(&match self.format {
            Format::Table => {
                let tables: Vec<String> = answer.tables.iter().map(|t| table(t, &rows)).collect();
                heading(&answer, &number) + &tables.join("\n")
            }
            Format::Json => json(&answer, self.unit, &rows).to_string() + "\n",
            Format::Csv => csv(&answer.tables, &rows),
        })
    }
}

/// What is wrong with some of the prompts, or with all.
fn tell(answer: &SetAnswer) -> Result<()> {
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
    Ok(())
}

/// What is taken apart, as charts say it: the logit, or its difference to another, if every prompt, or none, names one.
fn number(prompts: &[SetPrompt], contrast: Option<&Contrast>) -> Subject {
    let compared = prompts.iter().filter(|prompt| !prompt.incorrect.is_empty()).count();
    let number = match compared {
        _ if contrast.is_some() => "logit",
        0 => "logit",
        all if all == prompts.len() => "logit difference",
        _ => "logit (difference)",
    };
    Subject {
        answer: format!("the mean {number}"),
        contrast: contrast.map(|_| Contrasted::All(Weights::Probability)),
        mean: true,
        ..Subject::default()
    }
}

/// The means with how they vary; of effects, the mean of what is lost against that of what was written.
fn svg(answer: &SetAnswer, mut subject: Subject, config: &Gpt2Config) -> logitscope::Result<String> {
    let n = answer.prompts.len();
    subject.answer += &format!(" over {n} prompt{}", if n == 1 { "" } else { "s" });
    subject.model = Some((config.n_layer, config.n_head));
    match &answer.tables[..] {
        [effect, direct] if effect.role.is_none() => {
            let means = |table: &SetTable| table.moments.mean().to_vec();
            let scatter = Scatter::new(effect.labels.clone(), means(direct), means(effect), subject)?;
            scatter.svg(&View::new(effects::WIDTH, effects::HEIGHT))
        }
        tables => {
            let of_roles = || {
                logitscope::Error::Chart(
                    "--svg: how heads look at roles is a table; a chart is of another --unit".into(),
                )
            };
            let means = tables[0].explanation().ok_or_else(of_roles)?;
            let mut chart = Chart::about(means, subject)?;
            chart.spread(n, &tables[0].moments.sd())?;
            chart.svg(&View::new(attribute::WIDTH, attribute::HEIGHT))
        }
    }
}

fn heading(answer: &SetAnswer, number: &Subject) -> String {
    let n = answer.prompts.len();
    let right = answer.prompts.iter().filter(|prompt| prompt.right).count();
    let mean = answer.logit.mean()[0];
    let less = number
        .contrast
        .as_ref()
        .map_or("", |_| " less the mean of all by their probability");
    format!(
        "{n} prompts, {right} of them answered right; {}{less} is {}.\n\n",
        number.answer,
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

/// The parts that are told: all in their order, or those of the largest mean. Effects are ranked by what is lost, and roles by what is
/// taken from any; attention is none of either.
fn rows(tables: &[SetTable], top: Option<u32>) -> Vec<usize> {
    let ranking: Vec<&[f64]> = match tables.iter().find(|table| table.role.is_none()) {
        Some(first) => vec![first.moments.mean()],
        None => (tables.iter().filter(|table| table.name != "pattern"))
            .map(|table| table.moments.mean())
            .collect(),
    };
    let largest = |row: usize| ranking.iter().fold(0.0, |most: f64, mean| most.max(mean[row].abs()));
    let mut rows: Vec<usize> = (0..tables[0].labels.len()).collect();
    if let Some(k) = top {
        rows.sort_by(|&a, &b| largest(b).total_cmp(&largest(a)));
        rows.truncate(k as usize);
    }
    rows
}

fn table(table: &SetTable, rows: &[usize]) -> String {
    let (mean, sd) = (table.moments.mean(), table.moments.sd());
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
fn json(answer: &SetAnswer, unit: &str, rows: &[usize]) -> Value {
    let tables = &answer.tables;
    let of_rows = |all: &[f64]| rows.iter().map(|&row| all[row]).collect::<Vec<_>>();
    let every = |table: &SetTable| -> Vec<f64> { table.values.chunks(table.labels.len()).flat_map(of_rows).collect() };
    let mut all = json!({
        "n": answer.prompts.len(),
        "logit": answer.prompts.iter().map(|prompt| prompt.logit).collect::<Vec<_>>(),
        "meanLogit": answer.logit.mean()[0],
        "sdLogit": answer.logit.sd()[0],
        "error": answer.error,
        "prompts": answer.prompts,
        "failed": answer.failed,
        "labels": rows.iter().map(|&row| tables[0].labels[row]).collect::<Vec<_>>(),
    });
    let Some(role_less) = tables.iter().find(|table| table.role.is_none()) else {
        let moments =
            |table: &SetTable| json!({ "mean": of_rows(table.moments.mean()), "sd": of_rows(&table.moments.sd()) });
        all["roles"] = by_role(tables, moments);
        return all;
    };
    all["unit"] = json!(unit);
    all["mean"] = json!(of_rows(role_less.moments.mean()));
    all["sd"] = json!(of_rows(&role_less.moments.sd()));
    let same = role_less.moments.same_sign();
    all["same"] = rows.iter().map(|&row| same[row]).collect();
    match role_less.explanation() {
        Some(means) => {
            all["attribution"] = json!(every(role_less));
            all["bias"] = json!(means.identity().bias[0]);
            all["total"] = json!(means.identity().total[0]);
        }
        None => {
            for table in tables {
                all[&table.name] = json!(every(table));
            }
        }
    }
    all
}

/// What there is of each role, under its name.
pub fn by_role(tables: &[SetTable], of: impl Fn(&SetTable) -> Value) -> Value {
    let mut roles = Map::new();
    for table in tables {
        let name = table.role.clone().unwrap_or_default();
        let role = roles.entry(name).or_insert_with(|| json!({ "n": table.moments.n() }));
        role[&table.name] = of(table);
    }
    roles.into()
}

/// A row a part: its mean and deviation; with roles, a row a role and a part, for attention and for attribution.
fn csv(tables: &[SetTable], rows: &[usize]) -> String {
    let mut csv = "of,label,n,mean,sd\n".to_string();
    for table in tables {
        let of = title(table);
        let of = match of.contains([',', '"', '\n']) {
            true => format!("\"{}\"", of.replace('"', "\"\"")),
            false => of,
        };
        let (n, mean, sd) = (table.moments.n(), table.moments.mean(), table.moments.sd());
        for &row in rows {
            let sd = match sd[row].is_nan() {
                true => String::new(),
                false => sd[row].to_string(),
            };
            csv += &format!("{of},{},{n},{},{sd}\n", table.labels[row], mean[row]);
        }
    }
    csv
}
