//! Direct logit attribution from a terminal.

mod attribute;
mod printable;
mod table;

use std::process::ExitCode;

use clap::Parser;

/// Which parts of a GPT-2 pushed for the next token? Exact: the parts sum to the logit.
#[derive(Parser)]
#[command(name = "logitscope", version)]
enum Cli {
    Attribute(attribute::Attribute),
}

/// Of an error, in characters.
const LONGEST: usize = 2_000;

fn main() -> ExitCode {
    let Cli::Attribute(attribute) = Cli::parse();
    match attribute.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let lines = format!("{error:#}");
            let line: Vec<&str> = lines.split_whitespace().collect();
            eprintln!("error: {}", printable::printable(&line.join(" "), LONGEST));
            ExitCode::FAILURE
        }
    }
}
