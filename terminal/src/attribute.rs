//! `logitscope attribute`: one question about one prompt, or about each of many.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::builder::PossibleValuesParser;
use logitscope::attribution::set::{Measure, SetQuestion};
use logitscope::attribution::{Explanation, Form, Part, Position, Question, Step, Target};
use logitscope::chart::{Chart, Subject, View};
use logitscope::gpt2::{Gpt2Config, LanguageModel};
use logitscope::report::{Report, Token};

use crate::asked::{Compared, Corrupted, Format, Model, NoBos, Prompt, Svg, compared, position, print};
use crate::prompts::{self, OfAll};
use crate::table;

/// Of a chart, in CSS pixels.
pub const WIDTH: f64 = 960.0;
pub const HEIGHT: f64 = 400.0;

/// Takes the logit of a token, or its difference to another token's, apart; or a neuron's input, or an attention score
#[derive(clap::Args)]
pub struct Attribute {
    #[command(flatten)]
    model: Model,
    #[command(flatten)]
    prompt: Prompt,
    #[command(flatten)]
    corrupted: Corrupted,
    #[arg(long, value_name = "FILE", group = "Prompt", allow_hyphen_values = true, help = prompts::HELP,
        conflicts_with_all = ["answer", "incorrect", "corrupted", "corrupted-tokens", "explain", "of", "path", "top_signed"])]
    prompts: Option<PathBuf>,
    /// Token to explain: its text with its leading space, or its id as #12
    #[arg(
        long,
        value_name = "TOKEN",
        allow_hyphen_values = true,
        required_unless_present_any = ["explain", "prompts"]
    )]
    answer: Option<String>,
    #[command(flatten)]
    compared: Compared,
    /// Explain another number than a logit, in its own unit: neuron:L3N17, a neuron's input; score:L9H9@5:key, an attention score
    /// before softmax by the parts at the key's token, or score:L9H9@5:query by those at the position
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["answer", "incorrect", "contrast"])]
    explain: Option<Target>,
    /// How finely to take it apart; layer is the running sum, what has been added up so far; source and neuron need --of, but for source with
    /// --prompts, which is what each head takes from the token of each role
    #[arg(long, default_value = "component", value_parser = PossibleValuesParser::new(Form::NAMES))]
    unit: String,
    /// Which part to take apart: a head such as L9H9 into its source tokens (--unit source), an MLP such as 10_mlp_out into
    /// its neurons (--unit neuron)
    #[arg(long, value_name = "PART")]
    of: Option<Part>,
    /// Go in: L9H9@5,L4H11@3 takes apart what head 9 of layer 9 reads at token 5, as far as head 11 of layer 4 wrote it of what it
    /// reads at token 3. Layers fall, tokens never rise
    #[arg(long, value_name = "STEPS", value_delimiter = ',')]
    path: Vec<Step>,
    /// Position to explain the next token after, from the end if negative; or all, of which --svg draws the last
    #[arg(long, value_name = "N|all", default_value = "-1", allow_negative_numbers = true, value_parser = position)]
    position: Position,
    #[command(flatten)]
    bos: NoBos,
    /// Only the K parts of the largest magnitude, largest first (by their mean over the positions)
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    top: Option<u32>,
    /// Only the K highest parts, highest first (by their mean over the positions)
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "top")]
    top_signed: Option<u32>,
    /// A table to read; one object with the JavaScript API's fields; or one row a part and position
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    svg: Svg,
}

impl Attribute {
    pub fn run(&self) -> Result<()> {
        let model = self.model.open()?;
        if let Some(file) = &self.prompts {
            return self.of_all(&model, file);
        }
        let report = self.report(&model)?;
        self.model.tell(&model);
        if !report.exact {
            eprintln!("warning: the parts do not sum to logit - b_U; see the error");
        }
        self.svg.write(|| svg(&report, model.gpt2.config()))?;
        let whole = report.explanation.clone();
        let rows = match (self.top, self.top_signed) {
            (Some(k), _) => Some(whole.strongest(k as usize)),
            (None, Some(k)) => Some(whole.top(k as usize)),
            (None, None) => None,
        };
        let report = match rows {
            Some(rows) => report.only(&rows),
            None => report,
        };
        print(&match self.format {
            Format::Table => table::table(&report, &whole),
            Format::Json => serde_json::to_string(&report)? + "\n",
            Format::Csv => csv(&report.explanation),
        })
    }

    /// Of each prompt of a file.
    fn of_all(&self, model: &LanguageModel, file: &Path) -> Result<()> {
        let Position::At(position) = self.position else {
            bail!("--position all: each prompt of a file is asked after one position; give a number");
        };
        let measure = match self.unit.as_str() {
            "source" => Measure::Sources,
            unit => Measure::Parts(vec![Form::named(unit, None)?]),
        };
        let question = SetQuestion::new(measure)
            .rather_than(self.compared.of_all())
            .after(position)
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

    fn report(&self, model: &LanguageModel) -> Result<Report> {
        let (tokens, bos) = self.prompt.tokens(model, self.bos)?;
        let target = match (&self.explain, &self.answer) {
            (None, Some(answer)) => Question::new(model.single_token(answer)?).target,
            (Some(target), _) => target.clone(),
            (None, None) => unreachable!("clap asks for one of them"),
        };
        let question = Question::of(target)
            .rather_than(self.compared.contrast(model)?)
            .after(self.position)
            .through(self.path.clone());
        let form = Form::named(&self.unit, self.of)?;
        let run = model.gpt2.run(&tokens)?;
        let mut report = match self.corrupted.tokens(model, &tokens, self.bos)? {
            Some(corrupted) => {
                let corrupted = model.gpt2.run(&corrupted).context("the corrupted prompt")?;
                Report::compared(model, &run, &corrupted, &question, form)?
            }
            None => Report::new(model, &run, &question, form)?,
        };
        report.bos = bos;
        Ok(report)
    }
}

fn svg(report: &Report, config: &Gpt2Config) -> logitscope::Result<String> {
    let visible = |token: &Token| token.text.replace(' ', "·");
    let text = |token: &Option<Token>| token.as_ref().map(|token| token.text.clone());
    let subject = Subject {
        answer: text(&report.answer)
            .or_else(|| table::number(report, visible))
            .unwrap_or_default(),
        explain: report.explain.is_some(),
        through: table::through(report, visible),
        which: (!report.corrupted_tokens.is_empty()).then(|| "first prompt less the second".into()),
        model: Some((config.n_layer, config.n_head)),
        tokens: report.tokens.iter().map(|token| token.text.clone()).collect(),
        ..compared(&report.than)
    };
    let chart = Chart::about(report.explanation.clone(), subject)?;
    let mut view = View::new(WIDTH, HEIGHT);
    view.position = report.explanation.positions().len() - 1;
    chart.svg(&view)
}

/// No label needs quotes.
fn csv(explanation: &Explanation) -> String {
    let factor = table::factor(explanation);
    let heading = factor.map_or(String::new(), |name| format!(",{name}"));
    let mut csv = format!("label,position,attribution{heading}\n");
    for (i, label) in explanation.labels().iter().enumerate() {
        let factor = match explanation.factors().get(i) {
            None => String::new(),
            Some(factor) => format!(",{}", factor.map_or(String::new(), |factor| factor.to_string())),
        };
        for (position, value) in explanation.positions().iter().zip(explanation.row(i)) {
            csv += &format!("{label},{position},{value}{factor}\n");
        }
    }
    csv
}
