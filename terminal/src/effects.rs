//! `logitscope effects`: what is lost without each part.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use logitscope::attribution::set::{Measure, SetQuestion};
use logitscope::attribution::{Ablation, Effects, Form, Unit, effects};
use logitscope::chart::{Scatter, View};
use logitscope::gpt2::LanguageModel;
use logitscope::report::Token;
use serde::Serialize;

use crate::asked::{Asked, Compared, Format, Model, NoBos, Prompt, Svg, one_position, print};
use crate::printable::shown;
use crate::prompts::{self, OfAll};
use crate::table::{aligned, written};

/// Of the scatter, in CSS pixels.
pub const WIDTH: f64 = 720.0;
pub const HEIGHT: f64 = 560.0;

/// Takes one part out, lets the rest of the model react, and asks again: what is lost without each head, or each layer's attention and MLP
#[derive(clap::Args)]
pub struct EffectsCommand {
    #[command(flatten)]
    model: Model,
    #[command(flatten)]
    prompt: Prompt,
    #[arg(long, value_name = "FILE", group = "Prompt", allow_hyphen_values = true, help = prompts::HELP,
        conflicts_with_all = ["answer", "incorrect"])]
    prompts: Option<PathBuf>,
    /// Token to explain: its text with its leading space, or its id as #12
    #[arg(
        long,
        value_name = "TOKEN",
        allow_hyphen_values = true,
        required_unless_present = "prompts"
    )]
    answer: Option<String>,
    #[command(flatten)]
    compared: Compared,
    /// Position to ask after, from the end if negative
    #[arg(long, value_name = "N", default_value = "-1", allow_negative_numbers = true, value_parser = one_position)]
    position: i64,
    /// Which parts are taken out, each alone
    #[arg(long, default_value = "head", value_parser = PossibleValuesParser::new(["component", "head"]))]
    unit: String,
    /// What a part is replaced by: nothing (a head by nothing beyond its value bias), or its mean over the prompt's tokens
    #[arg(long, value_name = "zero|mean", default_value = "zero")]
    ablation: Ablation,
    /// At which token it is taken out, from the end if negative: all of them, the last, or one
    #[arg(long, value_name = "all|last|N", default_value = "all", allow_negative_numbers = true, value_parser = at)]
    at: At,
    #[command(flatten)]
    bos: NoBos,
    /// Only the K parts of the largest total effect, largest first
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    top: Option<u32>,
    /// A table to read; one object with the JavaScript API's fields; or one row a part
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    svg: Svg,
}

#[derive(Clone, Copy)]
enum At {
    All,
    One(i64),
}

impl At {
    fn token(self) -> Option<[i64; 1]> {
        match self {
            At::All => None,
            At::One(at) => Some([at]),
        }
    }
}

fn at(text: &str) -> Result<At, String> {
    match text {
        "all" => Ok(At::All),
        "last" => Ok(At::One(-1)),
        _ => text
            .parse()
            .map(At::One)
            .map_err(|_| "not all, last or a whole number".into()),
    }
}

/// As JSON.
#[derive(Serialize)]
struct Report {
    tokens: Vec<Token>,
    #[serde(flatten)]
    asked: Asked,
    #[serde(flatten)]
    effects: Effects,
}

impl EffectsCommand {
    pub fn run(&self) -> Result<()> {
        let model = self.model.open()?;
        if let Some(file) = &self.prompts {
            return self.of_all(&model, file);
        }
        let (tokens, _) = self.prompt.tokens(&model, self.bos)?;
        let answer = self.answer.as_deref().unwrap_or_default();
        let question = self.compared.question(&model, answer, self.position)?;
        let (unit, one) = (self.unit()?, self.at.token());
        let run = Arc::new(model.gpt2.run(&tokens)?);
        let at = one.as_ref().map(|at| &at[..]);
        let effects = effects(&run, &question, unit, self.ablation, at)?.finish()?;
        self.model.tell(&model);
        let token = |id| Token::new(&model, id);
        let mut report = Report {
            tokens: tokens.iter().copied().map(token).collect(),
            asked: Asked::new(&model, &question)?,
            effects,
        };
        self.svg.write(|| svg(&report))?;
        if let Some(k) = self.top {
            report.effects = strongest(&report.effects, k as usize);
        }
        print(&match self.format {
            Format::Table => table(&report),
            Format::Json => serde_json::to_string(&report)? + "\n",
            Format::Csv => csv(&report.effects),
        })
    }

    /// Over the prompts of a file.
    fn of_all(&self, model: &LanguageModel, file: &Path) -> Result<()> {
        let measure = Measure::Effects {
            unit: self.unit()?,
            ablation: self.ablation,
            at: self.at.token().map(Vec::from),
        };
        let question = SetQuestion::new(measure)
            .rather_than(self.compared.of_all())
            .after(self.position)
            .prepend_bos(!self.bos.no_bos);
        self.model.tell(model);
        OfAll {
            question,
            unit: &self.unit,
            top: self.top,
            format: self.format,
            svg: &self.svg,
        }
        .run(model, file)
    }

    fn unit(&self) -> Result<Unit> {
        match Form::named(&self.unit, None)? {
            Form::Parts(unit) => Ok(unit),
            _ => unreachable!("clap asks for component or head"),
        }
    }
}

/// Direct against total effects, of all parts.
fn svg(report: &Report) -> logitscope::Result<String> {
    let Effects {
        labels, direct, effect, ..
    } = report.effects.clone();
    Scatter::new(labels, direct, effect, report.asked.subject())?.svg(&View::new(WIDTH, HEIGHT))
}

/// The parts of the largest effects alone.
fn strongest(effects: &Effects, k: usize) -> Effects {
    let mut rows: Vec<usize> = (0..effects.labels.len()).collect();
    rows.sort_by(|&a, &b| effects.effect[b].abs().total_cmp(&effects.effect[a].abs()));
    rows.truncate(k);
    let mut few = effects.clone();
    few.labels = rows.iter().map(|&i| effects.labels[i]).collect();
    for (of, all) in [
        (&mut few.after, &effects.after),
        (&mut few.effect, &effects.effect),
        (&mut few.direct, &effects.direct),
        (&mut few.renormalized, &effects.renormalized),
    ] {
        *of = rows.iter().map(|&i| all[i]).collect();
    }
    few
}

fn table(report: &Report) -> String {
    let Report { effects, .. } = report;
    let by = match effects.ablation {
        Ablation::Zero => "nothing",
        Ablation::Mean => "its mean over the prompt",
    };
    let at = match effects.at.as_deref() {
        Some(&[at]) => format!("{} (position {at})", shown(&report.tokens[at])),
        _ => "every token".into(),
    };
    let heading = format!(
        "{} after {} (position {}) is {}.\nWithout a part, replaced by {by} at {at}:\n\n",
        report.asked.sentence(),
        shown(&report.tokens[effects.position]),
        effects.position,
        written(effects.logit, effects.logit.abs()),
    );
    let column = |name: &str, values: &[f64]| {
        let largest = values.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let values = values.iter().map(|&value| written(value, largest));
        std::iter::once(name.to_string()).chain(values).collect()
    };
    let labels = effects.labels.iter().map(ToString::to_string);
    let columns = [
        std::iter::once(effects.unit.clone()).chain(labels).collect(),
        column("total effect", &effects.effect),
        column("logit after", &effects.after),
        column("direct", &effects.direct),
        column("direct, ln anew", &effects.renormalized),
    ];
    heading + &aligned(&columns)
}

fn csv(effects: &Effects) -> String {
    let mut csv = "label,logit,after,effect,direct,renormalized\n".to_string();
    for (i, label) in effects.labels.iter().enumerate() {
        let numbers = [
            effects.logit,
            effects.after[i],
            effects.effect[i],
            effects.direct[i],
            effects.renormalized[i],
        ];
        csv += &format!("{label},{}\n", numbers.map(|number| number.to_string()).join(","));
    }
    csv
}
