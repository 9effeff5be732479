use std::io::{IsTerminal, stdin};

use anyhow::{Context, Result, bail};
use which::which;
use xshell::cmd;

use crate::project::Project;

/// Installs Debian packages. Where that is not possible, stops with what is `missing` and with `by_hand`, the commands
/// to run instead.
pub fn install(project: &Project, missing: &str, packages: &[&str], by_hand: &str) -> Result<()> {
    let stop = format!("{missing}. To install it, then run this again:\n{by_hand}");
    let (Ok(apt), Ok(id)) = (which("apt-get"), which("id")) else {
        bail!(stop)
    };
    let sh = &project.shell;
    let mut as_root: Vec<&str> = Vec::new();
    if cmd!(sh, "{id} -u").quiet().read()? != "0" {
        if which("sudo").is_err() {
            bail!(stop);
        }
        as_root.push("sudo");
        if !stdin().is_terminal() {
            as_root.push("--non-interactive");
        }
    }
    println!("{missing}. Installing Debian's {}.", packages.join(", "));
    let as_root = [&as_root[..], &["env", "DEBIAN_FRONTEND=noninteractive"]].concat();
    let (program, arguments) = as_root.split_first().context("env is the least")?;
    // A mirror that is down does not matter if the others have the packages.
    cmd!(sh, "{program} {arguments...} {apt} update --quiet=2")
        .ignore_status()
        .run()?;
    // --no-remove: a Rust of another Debian package stays.
    cmd!(
        sh,
        "{program} {arguments...} {apt} install --quiet=2 --yes --no-remove --no-install-recommends {packages...}"
    )
    .run()
    .with_context(|| stop)
}
