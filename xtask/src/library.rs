//! The library as crates.io has it: what is packed of it, and its tests from there.

use std::{collections::BTreeSet, ffi::OsStr, fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};
use which::which;
use xshell::cmd;

use crate::project::Project;

/// What crates.io takes at most.
const MOST_BYTES: u64 = 10_000_000;

/// The native tests, each of them once: the library's as one who has unpacked it runs them, then those that are only in the
/// checkout, then the other packages'.
pub fn tests(project: &Project) -> Result<[Command; 3]> {
    let package = unpack(project)?;
    let packed = tests_in(package.join("tests"))?;
    let left_out = tests_in(project.path("tests"))?;
    let left_out = left_out.difference(&packed).flat_map(|test| ["--test", test]);
    let sh = &project.shell;
    let target = project.target("");
    // In the same target directory: its dependencies are the checkout's, and compiled with the same profile.
    let mut from_package = Command::from(cmd!(sh, "cargo test --no-fail-fast --target-dir {target}"));
    from_package.current_dir(package);
    Ok([
        from_package,
        cmd!(sh, "cargo test --package logitscope --no-fail-fast {left_out...}").into(),
        cmd!(sh, "cargo test --workspace --exclude logitscope --no-fail-fast").into(),
    ])
}

/// Compares the public API with that of `baseline`, a commit or tag, by the rules that cargo's versions follow.
pub fn semver(project: &Project, baseline: &str) -> Result<()> {
    let sh = &project.shell;
    let tools = project.target("tools");
    let own = tools.join("bin/cargo-semver-checks");
    let program = which("cargo-semver-checks").unwrap_or(own);
    if !program.exists() {
        println!(
            "cargo-semver-checks is missing. Installing it to {} (some minutes).",
            tools.display()
        );
        cmd!(sh, "cargo install cargo-semver-checks --root {tools} --quiet").run()?;
    }
    Ok(cmd!(
        sh,
        "{program} semver-checks --package logitscope --default-features --baseline-rev {baseline}"
    )
    .run()?)
}

/// Packs the library as `cargo publish` does, and gives the folder that it unpacks to.
fn unpack(project: &Project) -> Result<PathBuf> {
    let sh = &project.shell;
    let folder = project.target("package");
    let name = concat!("logitscope-", env!("CARGO_PKG_VERSION"));
    let (archive, unpacked) = (folder.join(name).with_added_extension("crate"), folder.join(name));
    // What cargo would build of it, the tests do.
    cmd!(
        sh,
        "cargo package --quiet --package logitscope --allow-dirty --no-verify --offline"
    )
    .quiet()
    .ignore_stderr()
    .run()?;
    let bytes = fs::metadata(&archive)?.len();
    ensure!(
        bytes <= MOST_BYTES,
        "{} has {bytes} bytes, and crates.io takes {MOST_BYTES}: see `include` in Cargo.toml",
        archive.display()
    );
    if unpacked.exists() {
        fs::remove_dir_all(&unpacked)?;
    }
    cmd!(sh, "tar -xzf {archive} -C {folder}").run()?;
    Ok(unpacked)
}

/// The names of the integration tests in a folder.
fn tests_in(folder: PathBuf) -> Result<BTreeSet<String>> {
    let mut tests = BTreeSet::new();
    for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("rs")) {
            tests.extend(path.file_stem().and_then(OsStr::to_str).map(String::from));
        }
    }
    Ok(tests)
}
