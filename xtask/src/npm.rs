use std::fs;

use anyhow::{Result, ensure};
use which::which;
use xshell::cmd;

use crate::project::Project;

const BY_HAND: &str = "install Node 20.19 or newer with npm (https://nodejs.org, or your system's packages)";

/// Installs the page's npm packages, if www/package-lock.json changed since it was last done.
pub fn install(project: &Project) -> Result<()> {
    ensure!(
        which("node").is_ok() && which("npm").is_ok(),
        "Node is missing: {BY_HAND}"
    );
    let lock = fs::read(project.path("www/package-lock.json"))?;
    let installed = project.path("www/node_modules/.installed-package-lock.json");
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("The page's npm packages are missing or out of date. Installing them to www/node_modules.");
    let sh = &project.shell;
    let _www = sh.push_dir("www");
    cmd!(sh, "npm ci --no-audit --no-fund").run()?;
    fs::write(installed, lock)?;
    Ok(())
}
