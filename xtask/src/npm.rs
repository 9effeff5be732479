use std::fs;

use anyhow::{Result, ensure};
use which::which;
use xshell::cmd;

use crate::project::Project;

const BY_HAND: &str = "install Node 20.19 or newer with npm (https://nodejs.org, or your system's packages)";

/// Installs the page's npm packages.
pub fn install(project: &Project) -> Result<()> {
    install_in(project, "www")
}

/// Installs a folder's npm packages, if its package-lock.json changed since it was last done.
pub fn install_in(project: &Project, folder: &str) -> Result<()> {
    ensure!(
        which("node").is_ok() && which("npm").is_ok(),
        "Node is missing: {BY_HAND}"
    );
    let lock = fs::read(project.path(folder).join("package-lock.json"))?;
    let installed = project.path(folder).join("node_modules/.installed-package-lock.json");
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("The npm packages of {folder} are missing or out of date. Installing them to {folder}/node_modules.");
    let sh = &project.shell;
    let _there = sh.push_dir(folder);
    cmd!(sh, "npm ci --no-audit --no-fund").run()?;
    fs::write(installed, lock)?;
    Ok(())
}
