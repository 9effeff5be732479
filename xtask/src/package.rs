use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::cmd;

use crate::{build, module::gzipped, npm, project::Project};

/// The projects that use the package, each in its own way.
const EMBED: &str = "tests/embed";

/// Builds the npm package, with the modules that it takes.
pub fn package(project: &Project) -> Result<()> {
    build::wasm(project)?;
    let archive = pack(project)?;
    println!("npm publish {}", archive.display());
    Ok(())
}

/// Builds the npm package into package/ from www/src/wasm, prints how large it is, and packs it as npm does.
pub fn pack(project: &Project) -> Result<PathBuf> {
    let sh = &project.shell;
    {
        let _www = sh.push_dir("www");
        cmd!(sh, "npm run --silent package").run()?;
    }
    let manifest: Value = serde_json::from_str(&fs::read_to_string(project.path("package/package.json"))?)?;
    let version = manifest["version"].as_str().context("the package has no version")?;
    ensure!(
        version == env!("CARGO_PKG_VERSION"),
        "www/package.json has version {version}, and Cargo.toml {}",
        env!("CARGO_PKG_VERSION")
    );
    sizes(project)?;
    let target = project.target("");
    cmd!(sh, "npm pack --silent ./package --pack-destination {target}")
        .quiet()
        .ignore_stdout()
        .run()?;
    let archive = target.join(format!("logitscope-{version}.tgz"));
    println!(
        "{:<30} {:>20.1} kB",
        "packed",
        fs::metadata(&archive)?.len() as f64 / 1e3
    );
    Ok(archive)
}

/// Installs the packed package in tests/embed, as its users do.
pub fn install(project: &Project) -> Result<()> {
    let archive = pack(project)?;
    npm::install_in(project, EMBED)?;
    let sh = &project.shell;
    let _embed = sh.push_dir(EMBED);
    Ok(cmd!(sh, "npm install --silent --no-save --no-audit --no-fund {archive}").run()?)
}

fn sizes(project: &Project) -> Result<()> {
    let mut files: Vec<PathBuf> = fs::read_dir(project.path("package"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "js" || extension == "wasm")
    });
    files.sort();
    for file in files {
        let bytes = fs::read(&file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        println!(
            "{name:<30} {:>8.1} kB, {:>7.1} kB gzipped",
            bytes.len() as f64 / 1e3,
            gzipped(&bytes)? as f64 / 1e3
        );
    }
    Ok(())
}
