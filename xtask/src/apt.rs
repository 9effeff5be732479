use std::io::{IsTerminal, stdin};

use anyhow::{Context, Result, bail};
use which::which;
use xshell::cmd;

use crate::project::Project;

/// Installs Debian packages: as root, or through sudo where the user has said `--yes`. Otherwise stops with what is
/// `missing`, the command that installs it, and `otherwise`, what there is instead.
pub fn install(project: &Project, missing: &str, packages: &[&str], otherwise: &str) -> Result<()> {
    let packages_in_words = packages.join(" ");
    let stop = format!(
        "{missing}. To install it, run\n    sudo apt-get install {packages_in_words}\nor let `cargo xtask --yes ...` run it; \
         or, without Debian's packages,\n{otherwise}\nThen run this again."
    );
    let (Ok(apt), Ok(id)) = (which("apt-get"), which("id")) else {
        bail!("{missing}. To install it, run\n{otherwise}\nThen run this again.")
    };
    let sh = &project.shell;
    let root = cmd!(sh, "{id} -u").quiet().read()? == "0";
    let Some(as_root) = as_root(root, project.yes, which("sudo").is_ok(), stdin().is_terminal()) else {
        bail!(stop)
    };
    println!("{missing}. Installing it: apt-get install {packages_in_words}");
    let as_root = [as_root, &["env", "DEBIAN_FRONTEND=noninteractive"]].concat();
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

/// What a command is put behind to be run as root, or None where it must not be: nobody becomes root without having said
/// `--yes`.
fn as_root(root: bool, yes: bool, sudo: bool, terminal: bool) -> Option<&'static [&'static str]> {
    match (root, yes && sudo) {
        (true, _) => Some(&[]),
        (false, true) if terminal => Some(&["sudo"]),
        // Nobody is there to type a password.
        (false, true) => Some(&["sudo", "--non-interactive"]),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::as_root;

    #[test]
    fn nobody_becomes_root_unasked() {
        for (sudo, terminal) in [(false, false), (false, true), (true, false), (true, true)] {
            assert_eq!(as_root(false, false, sudo, terminal), None);
            assert_eq!(as_root(true, false, sudo, terminal), Some(&[][..]));
            assert_eq!(as_root(true, true, sudo, terminal), Some(&[][..]));
        }
        assert_eq!(as_root(false, true, false, true), None);
        assert_eq!(as_root(false, true, true, true), Some(&["sudo"][..]));
        assert_eq!(
            as_root(false, true, true, false),
            Some(&["sudo", "--non-interactive"][..])
        );
    }
}
