//! `logitscope heads`: what each head does, whatever is asked.

use anyhow::Result;
use logitscope::attribution::{HeadScores, Part, head_scores};

use crate::asked::{Format, Model, print};
use crate::table::aligned;

/// Says what each head is, by random tokens said twice: whether it looks at the token before, at the same token, at what followed that or
/// at the first token (mean attention, 0 to 1), and whether it raises the token that it reads (copying, -1 to 1)
#[derive(clap::Args)]
pub struct Heads {
    #[command(flatten)]
    model: Model,
    /// How many random tokens are said twice [default: 50, or as many as the model takes]
    #[arg(long, value_name = "N")]
    length: Option<usize>,
    /// The same seed draws the same tokens
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// A table to read; one object with the JavaScript API's fields; or one row a head
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl Heads {
    pub fn run(&self) -> Result<()> {
        let model = self.model.open()?;
        let scores = head_scores(&model, self.length, self.seed)?.finish()?;
        self.model.tell(&model);
        print(&match self.format {
            Format::Table => table(&scores),
            Format::Json => serde_json::to_string(&scores)? + "\n",
            Format::Csv => csv(&scores),
        })
    }
}

const SCORES: [&str; 5] = ["previous", "duplicate", "induction", "first", "copying"];

/// Each head with its scores.
fn rows(scores: &HeadScores) -> Vec<(Part, [f64; SCORES.len()])> {
    let all = [
        &scores.previous,
        &scores.duplicate,
        &scores.induction,
        &scores.first,
        &scores.copying,
    ];
    let row = |layer, head| (Part::Head { layer, head }, all.map(|score| score[layer][head]));
    let heads = scores.previous.iter().enumerate();
    heads
        .flat_map(|(layer, heads)| (0..heads.len()).map(move |head| row(layer, head)))
        .collect()
}

fn table(scores: &HeadScores) -> String {
    let rows = rows(scores);
    let labels = rows.iter().map(|(label, _)| label.to_string());
    let mut columns = vec![std::iter::once("head".to_string()).chain(labels).collect()];
    for (i, name) in SCORES.into_iter().enumerate() {
        let values = rows.iter().map(|(_, values)| format!("{:.3}", values[i]));
        columns.push(std::iter::once(name.to_string()).chain(values).collect());
    }
    let heading = format!(
        "On {} random tokens, said twice (seed {}):\n\n",
        scores.length, scores.seed
    );
    heading + &aligned(&columns)
}

fn csv(scores: &HeadScores) -> String {
    let mut csv = format!("label,{}\n", SCORES.join(","));
    for (label, values) in rows(scores) {
        csv += &format!("{label},{}\n", values.map(|value| value.to_string()).join(","));
    }
    csv
}
