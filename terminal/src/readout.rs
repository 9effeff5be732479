//! `logitscope readout`: what parts say to the whole vocabulary.

use std::sync::Arc;

use anyhow::Result;
use logitscope::attribution::{Position, Written, readouts};
use logitscope::report::{Token, Word, Words};
use serde::Serialize;

use crate::asked::{Format, Model, NoBos, Prompt, one_position, print};
use crate::printable::{quoted, shown};
use crate::table::{aligned, written};

/// Says which tokens a part promotes and suppresses: its attribution for each token as the answer
#[derive(clap::Args)]
pub struct ReadoutCommand {
    #[command(flatten)]
    model: Model,
    #[command(flatten)]
    prompt: Prompt,
    /// The part: 3_attn_out, 10_mlp_out, L9H9, L10N373, or L9H9@5 for what a head takes from one token; several times for several,
    /// which one pass over the unembedding serves
    #[arg(long = "part", value_name = "PART", required = true)]
    parts: Vec<Written>,
    /// Position to ask after, from the end if negative
    #[arg(long, value_name = "N", default_value = "-1", allow_negative_numbers = true, value_parser = one_position)]
    position: i64,
    #[command(flatten)]
    bos: NoBos,
    /// So many tokens of each kind
    #[arg(long, value_name = "K", default_value = "10", value_parser = clap::value_parser!(u32).range(1..))]
    top: u32,
    /// A table to read; one object with the JavaScript API's fields; or one row a token
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// As JSON.
#[derive(Serialize)]
struct Report {
    tokens: Vec<Token>,
    position: usize,
    readouts: Vec<Words>,
}

impl ReadoutCommand {
    pub fn run(&self) -> Result<()> {
        let model = self.model.open()?;
        let (tokens, _) = self.prompt.tokens(&model, self.bos)?;
        let run = Arc::new(model.gpt2.run(&tokens)?);
        let position = Position::At(self.position).resolve(tokens.len())?[0];
        let said = readouts(&run, &self.parts, position, self.top as usize)?.finish()?;
        self.model.tell(&model);
        let report = Report {
            tokens: tokens.into_iter().map(|id| Token::new(&model, id)).collect(),
            position,
            readouts: said.iter().map(|readout| Words::new(&model, readout)).collect(),
        };
        print(&match self.format {
            Format::Table => table(&report),
            Format::Json => serde_json::to_string(&report)? + "\n",
            Format::Csv => csv(&report.readouts),
        })
    }
}

fn table(report: &Report) -> String {
    let after = shown(&report.tokens[report.position]);
    let of_part = |words: &Words| {
        let heading = format!(
            "What {} adds to the logit of each token after {after} (position {}):\n\n",
            words.part, report.position
        );
        heading
            + &aligned(
                &[
                    columns("promoted", &words.promoted),
                    columns("suppressed", &words.suppressed),
                ]
                .concat(),
            )
    };
    let parts: Vec<String> = report.readouts.iter().map(of_part).collect();
    parts.join("\n")
}

fn columns(heading: &str, words: &[Word]) -> [Vec<String>; 2] {
    let largest = words.iter().fold(0.0, |most: f64, word| most.max(word.value.abs()));
    let text = |word: &Word| quoted(word.id, &word.text);
    let value = |word: &Word| written(word.value, largest);
    [
        std::iter::once(heading.into()).chain(words.iter().map(text)).collect(),
        std::iter::once("value".into()).chain(words.iter().map(value)).collect(),
    ]
}

fn csv(readouts: &[Words]) -> String {
    let mut csv = "part,side,id,text,value\n".to_string();
    for Words {
        part,
        promoted,
        suppressed,
        ..
    } in readouts
    {
        for (side, words) in [("promoted", promoted), ("suppressed", suppressed)] {
            for Word { id, text, value } in words {
                csv += &format!("{part},{side},{id},\"{}\",{value}\n", text.replace('"', "\"\""));
            }
        }
    }
    csv
}
