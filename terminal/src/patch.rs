//! `logitscope patch`: a corrupted prompt with single activations of a clean one.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use logitscope::attribution::{PatchSite, Patching, patch};
use logitscope::chart::{PatchGrid, PatchView};
use logitscope::report::Token;
use serde::Serialize;

use crate::asked::{Asked, Corrupted, Format, Logit, Model, NoBos, Prompt, Svg, print};
use crate::printable::shown;
use crate::table::{aligned, written};

/// Of the heatmap, in CSS pixels: its width, the height of a row, that of what is above and below, and the most that it is high.
const WIDTH: f64 = 960.0;
const ROW: f64 = 22.0;
const AROUND: f64 = 80.0;
const HIGHEST: f64 = 4000.0;

/// Activation patching: runs a corrupted prompt with one activation of the clean prompt in its place, for each of a site
#[derive(clap::Args)]
#[command(mut_group("Corrupted", |group| group.required(true)))]
pub struct PatchCommand {
    #[command(flatten)]
    model: Model,
    #[command(flatten)]
    prompt: Prompt,
    #[command(flatten)]
    corrupted: Corrupted,
    #[command(flatten)]
    logit: Logit,
    /// Which activations: resid_pre, attn_out or mlp_out at each layer and token; z, v or pattern of each head at all tokens;
    /// z_by_position of each head at each token
    #[arg(long, value_name = "SITE", default_value = "resid_pre")]
    site: PatchSite,
    #[command(flatten)]
    bos: NoBos,
    /// A table to read, with 0 for the corrupted prompt's logit and 1 for the clean one's; one object with the JavaScript API's fields; or
    /// one row an activation
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    svg: Svg,
    /// With --svg and --site z_by_position, the head of each layer that is drawn
    #[arg(long, value_name = "N")]
    head: Option<usize>,
}

/// As JSON.
#[derive(Serialize)]
struct Report {
    tokens: Vec<Token>,
    corrupted_tokens: Vec<Token>,
    #[serde(flatten)]
    asked: Asked,
    #[serde(flatten)]
    patching: Patching,
}

impl PatchCommand {
    pub fn run(&self) -> Result<()> {
        if self.head.is_some() && self.site != PatchSite::ZByPosition {
            bail!("--head: of --site {} all heads are drawn; leave it out", self.site);
        }
        let model = self.model.open()?;
        let (clean, _) = self.prompt.tokens(&model, self.bos)?;
        let corrupted = self.corrupted.tokens(&model, &clean, self.bos)?.unwrap_or_default();
        let question = self.logit.question(&model)?;
        let run = |ids, what| Ok::<_, anyhow::Error>(Arc::new(model.gpt2.run(ids).context(what)?));
        let patching = patch(
            &run(&clean, "the clean prompt")?,
            &run(&corrupted, "the corrupted prompt")?,
            &question,
            self.site,
        )?;
        let patching = patching.finish()?;
        self.model.tell(&model);
        let token = |id| Token::new(&model, id);
        let report = Report {
            tokens: clean.into_iter().map(token).collect(),
            corrupted_tokens: corrupted.into_iter().map(token).collect(),
            asked: Asked::new(&model, &question)?,
            patching,
        };
        self.svg.write(|| svg(&report, self.head.unwrap_or_default()))?;
        print(&match self.format {
            Format::Table => table(&report),
            Format::Json => serde_json::to_string(&report)? + "\n",
            Format::Csv => csv(&report.patching),
        })
    }
}

/// The heatmap.
fn svg(report: &Report, head: usize) -> logitscope::Result<String> {
    let texts = |tokens: &[Token]| -> Vec<String> { tokens.iter().map(|token| token.text.clone()).collect() };
    let (clean, corrupted) = (texts(&report.tokens), texts(&report.corrupted_tokens));
    let grid = PatchGrid::new(report.patching.clone(), &clean, &corrupted, report.asked.subject())?;
    let mut view = PatchView::new(WIDTH, (AROUND + ROW * report.patching.shape[1] as f64).min(HIGHEST));
    view.head = head;
    grid.svg(&view)
}

fn table(report: &Report) -> String {
    let Report { patching, .. } = report;
    let values = match patching.way() {
        Some(_) => "0 being the corrupted logit and 1 the clean one",
        None => "how far from the corrupted logit, which is the clean one",
    };
    let heading = format!(
        "{} after position {}: {} in the clean prompt, {} in the corrupted one.\nThe corrupted prompt with {} of the clean \
         one, {values}:\n\n",
        report.asked.sentence(),
        patching.position,
        written(patching.clean, patching.clean.abs()),
        written(patching.corrupted, patching.corrupted.abs()),
        patching.site,
    );
    let [first @ .., columns] = &patching.shape[..] else {
        return heading;
    };
    let rows = first.iter().product::<usize>();
    let mut table = vec![
        std::iter::once(String::new())
            .chain((0..rows).map(|row| name(first, row)))
            .collect::<Vec<_>>(),
    ];
    for column in 0..*columns {
        let heading = match patching.site {
            PatchSite::ResidPre | PatchSite::AttnOut | PatchSite::MlpOut => {
                format!("{column} {}", shown(&report.corrupted_tokens[column]))
            }
            _ => format!("H{column}"),
        };
        let values = (0..rows).map(|row| format!("{:+.3}", patching.recovered(patching.logit[row * columns + column])));
        table.push(std::iter::once(heading).chain(values).collect());
    }
    heading + &aligned(&table)
}

/// Of a layer, or of a layer and a token.
fn name(shape: &[usize], row: usize) -> String {
    match shape {
        [_, tokens] => format!("layer {} @{}", row / tokens, row % tokens),
        _ => format!("layer {row}"),
    }
}

fn csv(patching: &Patching) -> String {
    let second = match patching.site {
        PatchSite::ResidPre | PatchSite::AttnOut | PatchSite::MlpOut => "position",
        PatchSite::ZByPosition => "position,head",
        _ => "head",
    };
    let mut csv = format!("layer,{second},logit,clean,corrupted\n");
    let inner: usize = patching.shape[1..].iter().product();
    for (i, logit) in patching.logit.iter().enumerate() {
        let rest = i % inner;
        let place = match patching.shape[..] {
            [_, _, heads] => format!("{},{}", rest / heads, rest % heads),
            _ => rest.to_string(),
        };
        csv += &format!(
            "{},{place},{logit},{},{}\n",
            i / inner,
            patching.clean,
            patching.corrupted
        );
    }
    csv
}
