//! Direct logit attribution from a terminal.

mod asked;
mod attribute;
mod effects;
mod heads;
mod lens;
mod patch;
mod printable;
mod prompts;
mod readout;
mod stream;
mod table;

use std::process::ExitCode;

use clap::Parser;

/// Which parts of a GPT-2 pushed for the next token? Exact: the parts sum to the logit.
#[derive(Parser)]
#[command(name = "logitscope", version)]
enum Cli {
    Attribute(attribute::Attribute),
    Effects(effects::EffectsCommand),
    Heads(heads::Heads),
    Lens(lens::LensCommand),
    Patch(patch::PatchCommand),
    Readout(readout::ReadoutCommand),
}

/// Of an error, in characters.
const LONGEST: usize = 2_000;

fn main() -> ExitCode {
    let done = match Cli::parse() {
        Cli::Attribute(attribute) => attribute.run(),
        Cli::Effects(effects) => effects.run(),
        Cli::Heads(heads) => heads.run(),
        Cli::Lens(lens) => lens.run(),
        Cli::Patch(patch) => patch.run(),
        Cli::Readout(readout) => readout.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let lines = format!("{error:#}");
            let line: Vec<&str> = lines.split_whitespace().collect();
            eprintln!("error: {}", printable::printable(&line.join(" "), LONGEST));
            ExitCode::FAILURE
        }
    }
}
