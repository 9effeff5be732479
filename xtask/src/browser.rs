use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use which::which;
use xshell::cmd;

use crate::{apt, project::Project};

/// The browsers that the page is tested in.
pub struct Browsers {
    pub chromium: Chromium,
    pub firefox: PathBuf,
    /// WebKitGTK's driver, which brings its browser; None where the page is not tested in WebKit.
    pub webkit: Option<PathBuf>,
}

/// A Chromium, and the chromedriver of the same version.
pub struct Chromium {
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

const CHROMIUMS: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const FIREFOXES: [&str; 3] = [
    "firefox-esr",
    "firefox",
    "/Applications/Firefox.app/Contents/MacOS/firefox",
];

/// What is missing, as the user is told of it.
struct Missing {
    what: &'static str,
    packages: &'static [&'static str],
    by_hand: &'static str,
}

const CHROMIUM: Missing = Missing {
    what: "Chromium with a chromedriver of its version",
    packages: &["chromium", "chromium-driver"],
    by_hand: "    npx @puppeteer/browsers install chrome@stable
    npx @puppeteer/browsers install chromedriver@stable
and set CHROME and CHROMEDRIVER to the two programs.",
};

const FIREFOX: Missing = Missing {
    what: "Firefox",
    packages: &["firefox-esr"],
    by_hand: "    npx @puppeteer/browsers install firefox@stable
and set FIREFOX to the program (a snap's cannot be driven).",
};

const WEBKIT: Missing = Missing {
    what: "driver of WebKitGTK with Xvfb (a display that nobody sees)",
    packages: &["webkit2gtk-driver", "xvfb"],
    by_hand: "    your system's packages of WebKitGTK with its WebKitWebDriver, and of Xvfb
and set WEBKIT_DRIVER to the driver; or set it to nothing, and the page is not tested in WebKit.",
};

/// Chromium alone.
pub fn chromium(project: &Project) -> Result<Chromium> {
    find_or_install(project, |project| find_chromium(project).ok_or(vec![&CHROMIUM]))
}

/// All that the page is tested in.
pub fn all(project: &Project) -> Result<Browsers> {
    if !has_webkit() {
        println!(
            "The page is not tested in WebKit: this takes WebKitGTK, of Linux, and a WEBKIT_DRIVER that is not empty."
        );
    }
    find_or_install(project, find_all)
}

/// Installs what is missing, all in one go.
fn find_or_install<T>(project: &Project, find: impl Fn(&Project) -> Result<T, Vec<&'static Missing>>) -> Result<T> {
    let missing = match find(project) {
        Ok(found) => return Ok(found),
        Err(missing) => missing,
    };
    let list = |of: fn(&Missing) -> &str, between| missing.iter().map(|one| of(one)).collect::<Vec<_>>().join(between);
    let what = format!("For the tests, there is no {}", list(|one| one.what, ", no "));
    let packages: Vec<&str> = missing.iter().flat_map(|one| one.packages).copied().collect();
    let by_hand = list(|one| one.by_hand, "\n");
    apt::install(project, &what, &packages, &by_hand)?;
    find(project).map_err(|_| anyhow!("{what}, also after the installation. What works:\n{by_hand}"))
}

fn find_all(project: &Project) -> Result<Browsers, Vec<&'static Missing>> {
    let (chromium, firefox) = (find_chromium(project), find_firefox(project));
    let webkit = if has_webkit() {
        find_webkit().map(Some)
    } else {
        Some(None)
    };
    match (chromium, firefox, webkit) {
        (Some(chromium), Some(firefox), Some(webkit)) => Ok(Browsers {
            chromium,
            firefox,
            webkit,
        }),
        (chromium, firefox, webkit) => Err([
            chromium.is_none().then_some(&CHROMIUM),
            firefox.is_none().then_some(&FIREFOX),
            webkit.is_none().then_some(&WEBKIT),
        ]
        .into_iter()
        .flatten()
        .collect()),
    }
}

/// The first browser and driver of one version; `CHROME` and `CHROMEDRIVER` have the first word.
fn find_chromium(project: &Project) -> Option<Chromium> {
    // GitHub's runners have drivers outside of the PATH too.
    let github = std::env::var("CHROMEWEBDRIVER").unwrap_or_default() + "/chromedriver";
    let drivers = candidates("CHROMEDRIVER", &["chromedriver", &github]);
    candidates("CHROME", &CHROMIUMS).into_iter().find_map(|binary| {
        let version = major(project, &binary)?;
        let driver = drivers
            .iter()
            .find(|driver| major(project, driver) == Some(version))?
            .clone();
        Some(Chromium { binary, driver })
    })
}

/// The first that starts: Ubuntu's `firefox` may only say that it is a snap to be installed.
fn find_firefox(project: &Project) -> Option<PathBuf> {
    candidates("FIREFOX", &FIREFOXES)
        .into_iter()
        .find(|binary| major(project, binary).is_some())
}

/// Whether the page is tested in WebKit: where WebKitGTK exists, unless `WEBKIT_DRIVER` is set to nothing.
fn has_webkit() -> bool {
    cfg!(target_os = "linux") && std::env::var_os("WEBKIT_DRIVER").is_none_or(|driver| !driver.is_empty())
}

fn find_webkit() -> Option<PathBuf> {
    which("Xvfb").ok()?;
    candidates("WEBKIT_DRIVER", &["WebKitWebDriver"])
        .into_iter()
        .find(|driver| driver.exists())
}

/// Where a program may be; the variable, if it is set, has the only word.
fn candidates(variable: &str, names: &[&str]) -> Vec<PathBuf> {
    match std::env::var_os(variable) {
        Some(path) => vec![path.into()],
        None => names.iter().filter_map(|name| which(name).ok()).collect(),
    }
}

/// 156 of "Chromium 156.0.8078.79 built on Debian".
fn major(project: &Project, program: &Path) -> Option<u32> {
    let sh = &project.shell;
    let answer = cmd!(sh, "{program} --version").quiet().ignore_stderr().read().ok()?;
    answer
        .split_whitespace()
        .find_map(|word| word.split_once('.')?.0.parse().ok())
}
