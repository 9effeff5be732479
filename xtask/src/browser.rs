use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use which::which;
use xshell::cmd;

use crate::{apt, project::Project};

/// A Chromium, and the chromedriver of the same version.
pub struct Browser {
    pub binary: PathBuf,
    pub driver: PathBuf,
}

/// Flags for a Chromium that runs tests: without a display, as root too (which its sandbox refuses), and without
/// traffic of its own.
pub const FLAGS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

const BINARIES: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const BY_HAND: &str = "    npx @puppeteer/browsers install chrome@stable
    npx @puppeteer/browsers install chromedriver@stable
and set CHROME and CHROMEDRIVER to the two programs.";

pub fn find_or_install(project: &Project) -> Result<Browser> {
    if let Some(browser) = find(project) {
        return Ok(browser);
    }
    let missing = "Chromium and a chromedriver of its version, for the tests, are missing";
    apt::install(project, missing, &["chromium", "chromium-driver"], BY_HAND)?;
    find(project).ok_or_else(|| anyhow!("{missing}, also after the installation. What works:\n{BY_HAND}"))
}

/// The first browser and driver of one version; `CHROME` and `CHROMEDRIVER` have the first word.
fn find(project: &Project) -> Option<Browser> {
    let candidates = |variable: &str, names: &[&str]| -> Vec<PathBuf> {
        match std::env::var_os(variable) {
            Some(path) => vec![path.into()],
            None => names.iter().filter_map(|name| which(name).ok()).collect(),
        }
    };
    // GitHub's runners have drivers outside of the PATH too.
    let github = std::env::var("CHROMEWEBDRIVER").unwrap_or_default() + "/chromedriver";
    let drivers = candidates("CHROMEDRIVER", &["chromedriver", &github]);
    candidates("CHROME", &BINARIES).into_iter().find_map(|binary| {
        let version = major(project, &binary)?;
        let driver = drivers
            .iter()
            .find(|driver| major(project, driver) == Some(version))?
            .clone();
        Some(Browser { binary, driver })
    })
}

/// 156 of "Chromium 156.0.8078.79 built on Debian".
fn major(project: &Project, program: &Path) -> Option<u32> {
    let sh = &project.shell;
    let answer = cmd!(sh, "{program} --version").quiet().ignore_stderr().read().ok()?;
    answer
        .split_whitespace()
        .find_map(|word| word.split_once('.')?.0.parse().ok())
}
