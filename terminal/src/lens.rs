//! `logitscope lens`: what the model would say if it stopped at each state of the residual stream.

use std::iter::once;
use std::sync::Arc;

use anyhow::Result;
use logitscope::attribution::{Position, lens};
use logitscope::chart::{self, Awaited, LensView, Said, Sayings};
use logitscope::gpt2::Prediction;
use logitscope::report::{LensTable, Token};
use serde::Serialize;

use crate::asked::{Format, Model, NoBos, Prompt, Svg, position, print};
use crate::printable::{quoted, shown};
use crate::table::aligned;

/// Of the table as a chart, in CSS pixels: its width, the height of a row, that of what is above and below, and the most that it is high.
const WIDTH: f64 = 960.0;
const ROW: f64 = 24.0;
const AROUND: f64 = 64.0;
const HIGHEST: f64 = 4000.0;

/// Reads each state of the residual stream through the final LayerNorm anew and the unembedding: what the model would say if it stopped there
#[derive(clap::Args)]
pub struct LensCommand {
    #[command(flatten)]
    model: Model,
    #[command(flatten)]
    prompt: Prompt,
    /// Also the probability and rank of this token: its text with its leading space, or its id as #12
    #[arg(long, value_name = "TOKEN", allow_hyphen_values = true)]
    answer: Option<String>,
    /// Position to look after, from the end if negative; or all
    #[arg(long, value_name = "N|all", default_value = "-1", allow_negative_numbers = true, value_parser = position)]
    position: Position,
    #[command(flatten)]
    bos: NoBos,
    /// So many of the likeliest tokens; the table shows the first
    #[arg(long, value_name = "K", default_value = "5", value_parser = clap::value_parser!(u32).range(1..))]
    top: u32,
    /// A table to read; one object with the JavaScript API's fields; or one row a token
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    svg: Svg,
}

/// As JSON.
#[derive(Serialize)]
struct Report {
    tokens: Vec<Token>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_token: Option<Token>,
    #[serde(flatten)]
    lens: LensTable,
}

impl LensCommand {
    pub fn run(&self) -> Result<()> {
        let model = self.model.open()?;
        let (tokens, _) = self.prompt.tokens(&model, self.bos)?;
        let answer = (self.answer.as_ref())
            .map(|answer| model.single_token(answer))
            .transpose()?;
        let run = Arc::new(model.gpt2.run(&tokens)?);
        let positions = self.position.resolve(tokens.len())?;
        let lens = lens(&run, &positions, answer, self.top as usize)?.finish()?;
        self.model.tell(&model);
        let token = |id| Token::new(&model, id);
        let report = Report {
            tokens: tokens.into_iter().map(token).collect(),
            answer_token: answer.map(token),
            lens: LensTable::new(&model, &lens),
        };
        self.svg.write(|| svg(&report))?;
        print(&match self.format {
            Format::Table => table(&report),
            Format::Json => serde_json::to_string(&report)? + "\n",
            Format::Csv => csv(&report.lens),
        })
    }
}

fn svg(
    Report {
        tokens,
        answer_token,
        lens,
    }: &Report,
) -> logitscope::Result<String> {
    let said = |Prediction { text, probability, .. }: &Prediction| Said {
        text: text.clone(),
        probability: *probability,
    };
    let row = |row: &Vec<Vec<Prediction>>| row.iter().map(|top| top.iter().map(said).collect()).collect();
    let ranks = |ranks: &Vec<usize>| ranks.iter().map(|&rank| rank as f64).collect();
    let sayings = Sayings {
        labels: lens.labels.clone(),
        positions: lens.positions.clone(),
        top: lens.top.iter().map(row).collect(),
        entropy: lens.entropy.clone(),
        answer: lens.answer.as_ref().map(|answer| Awaited {
            rank: answer.rank.iter().map(ranks).collect(),
        }),
    };
    let texts = tokens.iter().map(|token| token.text.clone()).collect();
    let height = (AROUND + ROW * lens.positions.len() as f64).min(HIGHEST);
    let answer = answer_token.as_ref().map(|token| token.text.clone());
    chart::LensTable::new(sayings, texts, answer)?.svg(&LensView::new(WIDTH, height))
}

fn likeliest(predictions: &[Prediction]) -> String {
    predictions
        .first()
        .map_or(String::new(), |first| quoted(first.id, &first.text))
}

fn table(report: &Report) -> String {
    let Report { lens, tokens, .. } = report;
    let states: Vec<String> = lens.labels.iter().map(ToString::to_string).collect();
    let column = |heading: &str, cell: &dyn Fn(usize) -> String| -> Vec<String> {
        once(heading.to_string()).chain((0..states.len()).map(cell)).collect()
    };
    let labels = column("state", &|state| states[state].clone());
    let &[position] = &lens.positions[..] else {
        let at = |(p, position): (usize, &usize)| {
            let heading = format!("{position} {}", shown(&tokens[*position]));
            column(&heading, &|state| likeliest(&lens.top[state][p]))
        };
        let columns = lens.positions.iter().enumerate().map(at);
        let heading = "The likeliest token after each token, if the model stopped at each state:\n\n";
        return heading.to_string() + &aligned(&once(labels).chain(columns).collect::<Vec<_>>());
    };
    let mut columns = vec![
        labels,
        column("likeliest", &|state| likeliest(&lens.top[state][0])),
        column("probability", &|state| {
            lens.top[state][0]
                .first()
                .map_or(String::new(), |first| percent(first.probability))
        }),
        column("entropy", &|state| format!("{:.3}", lens.entropy[state][0])),
    ];
    if let (Some(answer), Some(token)) = (&lens.answer, &report.answer_token) {
        columns.push(column(&shown(token), &|state| percent(answer.probability[state][0])));
        columns.push(column("rank", &|state| answer.rank[state][0].to_string()));
    }
    let heading = format!(
        "What the model would say after {} (position {position}), if it stopped at each state:\n\n",
        shown(&tokens[position])
    );
    heading + &aligned(&columns)
}

fn percent(probability: f64) -> String {
    format!("{:.2}%", 100.0 * probability)
}

fn csv(lens: &LensTable) -> String {
    let heading = lens.answer.as_ref().map(|_| ",answer_probability,answer_rank");
    let mut csv = format!(
        "state,position,rank,id,text,logit,probability,entropy{}\n",
        heading.unwrap_or_default()
    );
    for (state, label) in lens.labels.iter().enumerate() {
        for (p, position) in lens.positions.iter().enumerate() {
            let entropy = lens.entropy[state][p];
            let of_answer = lens.answer.as_ref().map(|answer| {
                let (probability, rank) = (answer.probability[state][p], answer.rank[state][p]);
                format!(",{probability},{rank}")
            });
            for Prediction {
                id,
                text,
                logit,
                probability,
                rank,
            } in &lens.top[state][p]
            {
                let text = text.replace('"', "\"\"");
                csv += &format!("{label},{position},{rank},{id},\"{text}\",{logit},{probability},{entropy}");
                csv += of_answer.as_deref().unwrap_or_default();
                csv.push('\n');
            }
        }
    }
    csv
}
