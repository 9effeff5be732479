//! Direct logit attribution from a terminal.

#[cfg(not(target_arch = "wasm32"))]
mod attribute;
#[cfg(not(target_arch = "wasm32"))]
mod table;

/// A browser has no terminal; whoever builds this for one without leaving it out gets nothing.
#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    use std::process::ExitCode;

    use clap::Parser;

    /// Which parts of a GPT-2 pushed for the next token? Exact: the parts sum to the logit.
    #[derive(Parser)]
    #[command(name = "logitscope", version)]
    enum Cli {
        Attribute(attribute::Attribute),
    }

    let Cli::Attribute(attribute) = Cli::parse();
    match attribute.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let lines = format!("{error:#}");
            eprintln!("error: {}", lines.split_whitespace().collect::<Vec<_>>().join(" "));
            ExitCode::FAILURE
        }
    }
}
