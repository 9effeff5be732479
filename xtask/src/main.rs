//! The project's tasks. `cargo xtask` alone explains them.

mod apt;
mod bench;
mod bindgen;
mod browser;
mod build;
mod library;
mod module;
mod notebook;
mod npm;
mod package;
mod project;
mod serve;
mod test;
mod toolchain;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, Parser, Subcommand};

use crate::project::Project;

/// Logitscope's tasks. Each one first finds what it needs, and installs what is missing: it says what and why before it
/// does. Where that takes a system's packages, and so root, it stops with the commands to run, unless it is told --yes.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    /// Install packages of the system too, through sudo
    #[arg(long, global = true)]
    yes: bool,
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    /// Install what the other tasks need: Rust for wasm32, wasm-bindgen, npm packages, browsers and their drivers
    Setup,
    /// Compile the Rust code for the browser, into www/src/wasm
    Wasm,
    /// Build the page into dist/: static files for any file server and any path
    Build,
    /// Build the npm package into package/, pack it, and print how large its files are
    Package,
    /// Build the Python package into target/wheel, and print how large it is
    Wheel,
    /// Build the page and serve it on this machine, the first time as soon as it opens in most browsers
    Serve {
        #[arg(long, default_value_t = 4173)]
        port: u16,
    },
    /// Run every test: formatting, lints, native, in the browser, types, the page
    Test,
    /// Compare the library's API with that of an earlier commit or tag: does the change need the version that it has?
    Semver { baseline: String },
    /// Measure GPT-2 small's shape in Chromium, side by side with onnxruntime-web, against the project's goals
    ///
    /// Builds the page, makes a model of random weights and its ONNX graph in target/bench (1 GB), and fetches
    /// onnxruntime-web from npm. Takes about five minutes after that. Leave the machine alone meanwhile.
    Bench {
        /// Print a report for programs
        #[arg(long)]
        json: bool,
        /// Only build and fetch what is measured
        #[arg(long, conflicts_with = "json")]
        prepare: bool,
        /// Also measure what TransformerLens takes for the same, with a Python that has it
        #[arg(long, value_name = "PYTHON", conflicts_with = "prepare")]
        python: Option<PathBuf>,
        /// Measure only the sections with this in their titles, in either case; several times, or with commas, for several
        #[arg(long, value_name = "TEXT", conflicts_with = "prepare")]
        only: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(Arguments { yes, task }: Arguments) -> Result<()> {
    let Some(task) = task else {
        return Ok(Arguments::command().print_help()?);
    };
    let project = Project::open(yes)?;
    match task {
        Task::Setup => setup(&project),
        Task::Wasm => build::wasm(&project),
        Task::Build => build::dist(&project),
        Task::Package => package::package(&project),
        Task::Wheel => notebook::wheel(&project),
        Task::Serve { port } => serve::serve(&project, port),
        Task::Test => test::test(&project),
        Task::Semver { baseline } => library::semver(&project, &baseline),
        Task::Bench { prepare: true, .. } => bench::prepare(&project),
        Task::Bench { json, python, only, .. } => bench::bench(&project, json, python.as_deref(), &only),
    }
}

fn setup(project: &Project) -> Result<()> {
    let toolchain = toolchain::find_or_install(project)?;
    let bindgen = bindgen::find_or_install(project)?;
    npm::install(project)?;
    let browsers = browser::all(project)?;
    println!("Rust for wasm32  {toolchain}");
    println!("wasm-bindgen     {}", bindgen.cli.display());
    println!("npm packages     {}", project.path("www/node_modules").display());
    println!("Chromium         {}", browsers.chromium.binary.display());
    println!("its driver       {}", browsers.chromium.driver.display());
    println!("Firefox          {}", browsers.firefox.display());
    if let Some(driver) = browsers.webkit {
        println!("WebKit's driver  {}", driver.display());
    }
    Ok(())
}
