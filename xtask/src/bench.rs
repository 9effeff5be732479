use std::{env, ffi::OsStr, fs, io::stderr, path::Path, process::Command};

use anyhow::{Result, ensure};
use xshell::cmd;

use crate::{
    browser,
    build::{self, Tools},
    module::FLOOR,
    npm,
    project::Project,
};

/// The benchmark's npm package, in which the measuring is done.
const PACKAGE: &str = "xtask/bench";

/// Measures dist/ against the project's goals and prints the report, the only output on stdout. `only`: parts of the titles of what
/// is measured, or all.
pub fn bench(project: &Project, json: bool, python: Option<&Path>, only: &[String]) -> Result<()> {
    let sh = &project.shell;
    let xtask = env::current_exe()?;
    let yes = project.yes.then_some("--yes");
    let preparation = cmd!(sh, "{xtask} bench --prepare {yes...}");
    let prepared = Command::from(preparation).stdout(stderr()).status()?;
    ensure!(prepared.success(), "there is nothing to measure");

    let browser = browser::chromium(project)?.binary;
    let (dist, work) = (project.path("dist"), project.target("bench"));
    let json = json.then_some("--json");
    let python = python
        .into_iter()
        .flat_map(|python| [OsStr::new("--python"), python.as_os_str()]);
    let only = only.iter().flat_map(|text| ["--only", text]);
    let _package = sh.push_dir(PACKAGE);
    cmd!(
        sh,
        "node --import tsx src/node/run.ts --dist {dist} --work {work} {json...} {python...} {only...}"
    )
    .env("CHROME", browser)
    .env("CHROME_FLAGS", browser::FLAGS.join(" "))
    .quiet()
    .run()?;
    Ok(())
}

/// Builds and fetches all that is measured.
pub fn prepare(project: &Project) -> Result<()> {
    build::dist(project)?;
    floor(project)?;
    npm::install_in(project, PACKAGE)?;
    browser::chromium(project)?;
    models(project)
}

/// Checks the types of the benchmark's TypeScript, which uses those of dist/.
pub fn check(project: &Project) -> Result<()> {
    npm::install_in(project, PACKAGE)?;
    let sh = &project.shell;
    let _package = sh.push_dir(PACKAGE);
    Ok(cmd!(sh, "npm run --silent check").run()?)
}

/// Makes the models that are measured, unless they are there.
fn models(project: &Project) -> Result<()> {
    let sh = &project.shell;
    for (name, dtype) in [("float32", "f32"), ("float16", "f16")] {
        let folder = project.target("bench/models").join(name);
        if folder.join("model.safetensors").exists() {
            continue;
        }
        // Not where it will be looked for before it is whole.
        let making = folder.with_extension("incomplete");
        cmd!(
            sh,
            "cargo run --quiet --release --example random_checkpoint -- {making} --dtype {dtype}"
        )
        .run()?;
        fs::rename(making, folder)?;
    }
    let folder = project.target("bench/models/float32");
    cmd!(sh, "cargo run --quiet --release --example export_onnx -- {folder}").run()?;
    Ok(())
}

/// Compiles the module that knows the machine's floor.
fn floor(project: &Project) -> Result<()> {
    let tools = Tools::find_or_install(project)?;
    FLOOR.build(project, &tools, &project.target("bench/floor"))?;
    Ok(())
}
