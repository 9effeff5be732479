//! What all commands ask for.

use std::io::{ErrorKind, Write, stdout};
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, anyhow, bail};
use logitscope::attribution::{Contrast, Position, Question, Target};
use logitscope::chart::{Contrasted, Subject, Weights};
use logitscope::gpt2::{Bos, LanguageModel};
use logitscope::report::{Than, Token};
use serde::Serialize;

use crate::printable::shown;

#[derive(clap::Args)]
pub struct Model {
    /// Folder of the model: config.json, its weights (model.safetensors or pytorch_model.bin, or their shards) and its tokenizer
    /// (tokenizer.json, or vocab.json and merges.txt)
    #[arg(long, value_name = "DIR", allow_hyphen_values = true)]
    model: PathBuf,
    /// Weights to read instead of model.safetensors: another file in the folder, e.g. an earlier checkpoint of the training
    #[arg(long, value_name = "FILE", allow_hyphen_values = true)]
    weights: Option<String>,
}

impl Model {
    pub fn open(&self) -> Result<LanguageModel> {
        Ok(match &self.weights {
            Some(weights) => LanguageModel::open_weights(&self.model, weights)?,
            None => LanguageModel::open(&self.model)?,
        })
    }

    /// What is to be known of how it was read.
    pub fn tell(&self, model: &LanguageModel) {
        for notice in &model.notices {
            eprintln!("note: {notice}");
        }
    }
}

#[derive(clap::Args, Clone, Copy)]
pub struct NoBos {
    /// Do not put the beginning-of-sequence token before the text
    #[arg(long)]
    pub no_bos: bool,
}

/// A logit, or the difference of two, after one position.
#[derive(clap::Args)]
pub struct Logit {
    /// Token to explain: its text with its leading space, or its id as #12
    #[arg(long, value_name = "TOKEN", allow_hyphen_values = true)]
    answer: String,
    #[command(flatten)]
    compared: Compared,
    /// Position to ask after, from the end if negative
    #[arg(long, value_name = "N", default_value = "-1", allow_negative_numbers = true, value_parser = one_position)]
    position: i64,
}

impl Logit {
    pub fn question(&self, model: &LanguageModel) -> Result<Question> {
        self.compared.question(model, &self.answer, self.position)
    }
}

/// What an answer is compared with.
#[derive(clap::Args)]
pub struct Compared {
    /// Another token to compare it with, or, given several times, some whose mean logit it is compared with; without one, the answer's
    /// own logit is explained
    #[arg(long, value_name = "TOKEN", allow_hyphen_values = true)]
    incorrect: Vec<String>,
    /// Compare it with all tokens by their probability (log-probability): what raises the logarithm of the answer's probability
    #[arg(long, value_name = "log-probability", conflicts_with = "incorrect")]
    contrast: Option<Contrast>,
}

impl Compared {
    /// The same for every prompt of a file, if it is; tokens to compare with are the prompts' own.
    pub fn of_all(&self) -> Option<Contrast> {
        self.contrast.clone()
    }

    pub fn question(&self, model: &LanguageModel, answer: &str, position: i64) -> Result<Question> {
        Ok(Question::new(model.single_token(answer)?)
            .rather_than(self.contrast(model)?)
            .after(Position::At(position)))
    }

    pub fn contrast(&self, model: &LanguageModel) -> Result<Contrast> {
        let token = |token: &String| model.single_token(token).context("--incorrect");
        let tokens = self.incorrect.iter().map(token).collect::<Result<Vec<_>>>()?;
        Ok(match (&self.contrast, tokens.is_empty()) {
            (Some(contrast), _) => contrast.clone(),
            (None, true) => Contrast::Mean,
            (None, false) => tokens.into(),
        })
    }
}

/// A logit that was asked for, as JSON has it.
#[derive(Serialize)]
pub struct Asked {
    answer: Token,
    #[serde(flatten)]
    than: Than,
}

impl Asked {
    pub fn new(model: &LanguageModel, question: &Question) -> Result<Self> {
        let Target::Logit { answer, contrast } = &question.target else {
            bail!("answer: a logit is asked for");
        };
        Ok(Self {
            answer: Token::new(model, *answer),
            than: Than::new(model, contrast),
        })
    }

    /// `The logit of " Mary" less that of " John"`.
    pub fn sentence(&self) -> String {
        let less = match (&self.than.incorrect[..], &self.than.contrast) {
            ([], None) => String::new(),
            ([], Some(_)) => " less the mean of all by their probability".into(),
            ([token], _) => format!(" less that of {}", shown(token)),
            (tokens, _) => format!(" less the mean of {}", listed(tokens)),
        };
        format!("The logit of {}{less}", shown(&self.answer))
    }

    /// As charts say it.
    pub fn subject(&self) -> Subject {
        Subject {
            answer: self.answer.text.clone(),
            ..compared(&self.than)
        }
    }
}

/// What an answer is compared with, as charts say it.
pub fn compared(than: &Than) -> Subject {
    let text = |token: &Token| token.text.clone();
    let (incorrect, contrast) = match (&than.incorrect[..], &than.contrast) {
        ([], None) => (None, None),
        ([], Some(_)) => (None, Some(Contrasted::All(Weights::Probability))),
        ([token], _) => (Some(text(token)), None),
        (tokens, _) => (None, Some(Contrasted::Mean(tokens.iter().map(text).collect()))),
    };
    Subject {
        incorrect,
        contrast,
        ..Subject::default()
    }
}

/// Tokens one after the other.
pub fn listed(tokens: &[Token]) -> String {
    let tokens: Vec<String> = tokens.iter().map(shown).collect();
    tokens.join(", ")
}

/// A position, or all of them.
pub fn position(text: &str) -> Result<Position, String> {
    match text {
        "all" => Ok(Position::All),
        _ => text
            .parse()
            .map(Position::At)
            .map_err(|_| "not a whole number or \"all\"".into()),
    }
}

/// One position alone.
pub fn one_position(text: &str) -> Result<i64, String> {
    text.parse()
        .map_err(|_| "not a whole number; this is asked after one position".into())
}

/// The file that a chart is drawn into.
#[derive(clap::Args)]
pub struct Svg {
    /// Also draw a chart into this file
    #[arg(long, value_name = "FILE", allow_hyphen_values = true)]
    svg: Option<PathBuf>,
}

impl Svg {
    pub fn is_asked_for(&self) -> bool {
        self.svg.is_some()
    }

    /// Draws the chart, if one is asked for.
    pub fn write(&self, draw: impl FnOnce() -> logitscope::Result<String>) -> Result<()> {
        match &self.svg {
            Some(file) => {
                std::fs::write(file, draw()?).with_context(|| format!("--svg: {} cannot be written", file.display()))
            }
            None => Ok(()),
        }
    }
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub struct Prompt {
    /// Text to run the model on
    #[arg(long = "prompt", value_name = "TEXT", allow_hyphen_values = true)]
    text: Option<String>,
    /// Token ids to run the model on, as they are: "1,5,9", "1 5 9" or "[1, 5, 9]"
    #[arg(long, value_name = "IDS", allow_hyphen_values = true)]
    tokens: Option<Ids>,
}

impl Prompt {
    /// Its ids, and the token that was put before its text.
    pub fn tokens(&self, model: &LanguageModel, NoBos { no_bos }: NoBos) -> Result<(Vec<u32>, Option<Bos>)> {
        match self {
            Prompt { text: Some(text), .. } => of_text(model, text, no_bos),
            Prompt { tokens, .. } => Ok((tokens.clone().map_or_else(Vec::new, |Ids(ids)| ids), None)),
        }
    }
}

/// Another prompt, of as many tokens.
#[derive(clap::Args)]
#[group(multiple = false)]
pub struct Corrupted {
    /// A second text, the corrupted one, of as many tokens, which the first is compared with
    #[arg(id = "corrupted", long, value_name = "TEXT", allow_hyphen_values = true)]
    text: Option<String>,
    /// Its token ids
    #[arg(id = "corrupted-tokens", long, value_name = "IDS", allow_hyphen_values = true)]
    ids: Option<Ids>,
}

impl Corrupted {
    /// Its ids, if it is given.
    pub fn tokens(&self, model: &LanguageModel, clean: &[u32], NoBos { no_bos }: NoBos) -> Result<Option<Vec<u32>>> {
        let ids = match (&self.text, &self.ids) {
            (Some(text), _) => of_text(model, text, no_bos)?.0,
            (None, Some(Ids(ids))) => ids.clone(),
            (None, None) => return Ok(None),
        };
        if ids.len() != clean.len() {
            bail!(
                "corrupted: has {} tokens, and the clean prompt {}; both need as many. Clean: {}. Corrupted: {}",
                ids.len(),
                clean.len(),
                written_out(model, clean),
                written_out(model, &ids)
            );
        }
        Ok(Some(ids))
    }
}

fn written_out(model: &LanguageModel, ids: &[u32]) -> String {
    let shown: Vec<String> = ids.iter().map(|&id| shown(&Token::new(model, id))).collect();
    shown.join(" ")
}

fn of_text(model: &LanguageModel, text: &str, no_bos: bool) -> Result<(Vec<u32>, Option<Bos>)> {
    let bos = match model.tokenizer.is_some() && !no_bos {
        true => Some(model.bos().map_err(|e| anyhow!("{e}; --no-bos does without"))?),
        false => None,
    };
    Ok((model.tokens(text, !no_bos)?, bos))
}

#[derive(Clone)]
pub struct Ids(Vec<u32>);

impl FromStr for Ids {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let bare = match (text.strip_prefix('['), text.ends_with(']')) {
            (Some(opened), true) => &opened[..opened.len() - 1],
            (None, false) => text,
            _ => return Err("a bracket has no other; write [1, 5, 9] or 1,5,9".into()),
        };
        let id = |id: &str| {
            id.parse()
                .map_err(|_| format!("{id:?} is not a token id; write 1,5,9 or [1, 5, 9]"))
        };
        // Between commas, ids are separated by spaces. Between two commas there is one.
        let between = bare.split(',').filter(|_| !bare.trim().is_empty());
        let ids = between.flat_map(|ids| match ids.trim() {
            "" => vec![""],
            ids => ids.split_whitespace().collect(),
        });
        Ok(Self(ids.map(id).collect::<Result<_, _>>()?))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Table,
    Json,
    Csv,
}

/// A reader that has seen enough, such as `head`, is no error.
pub fn print(text: &str) -> Result<()> {
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.context("stdout"),
    }
}
