use std::{env, path::PathBuf};

use anyhow::{Context, Result};
use xshell::cmd;

use crate::project::Project;

/// wasm-bindgen's programs, of exactly the version of the crate in Cargo.lock: they refuse any other.
pub struct Bindgen {
    pub cli: PathBuf,
    pub test_runner: PathBuf,
}

pub fn find_or_install(project: &Project) -> Result<Bindgen> {
    let sh = &project.shell;
    let package = cmd!(sh, "cargo pkgid wasm-bindgen").quiet().read()?;
    let (_, version) = package
        .rsplit_once('@')
        .context("cargo pkgid gives no version of wasm-bindgen")?;
    let tools = project.target("tools");
    let own = tools.join("bin");
    let path = env::var_os("PATH").unwrap_or_default();
    for directory in [own.clone()].into_iter().chain(env::split_paths(&path)) {
        let found = in_directory(directory);
        let right = |program: &PathBuf| {
            program.is_file()
                && cmd!(sh, "{program} --version")
                    .quiet()
                    .ignore_stderr()
                    .read()
                    .is_ok_and(|answer| answer.split_whitespace().nth(1) == Some(version))
        };
        if right(&found.cli) && right(&found.test_runner) {
            return Ok(found);
        }
    }
    println!(
        "wasm-bindgen {version}, which writes the JavaScript side of the module, is missing. Installing it to {} \
         (some minutes).",
        tools.display()
    );
    // Without --locked: its lock file can name releases that a registry mirror does not have yet. Without TLS, as all that it asks
    // is on this machine. Not optimized: that takes minutes, and spares seconds.
    cmd!(
        sh,
        "cargo install wasm-bindgen-cli --version ={version} --no-default-features --root {tools} --force --quiet"
    )
    .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
    .run()?;
    Ok(in_directory(own))
}

fn in_directory(directory: PathBuf) -> Bindgen {
    Bindgen {
        cli: directory
            .join("wasm-bindgen")
            .with_extension(env::consts::EXE_EXTENSION),
        test_runner: directory
            .join("wasm-bindgen-test-runner")
            .with_extension(env::consts::EXE_EXTENSION),
    }
}
