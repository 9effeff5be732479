//! Rust for the browser: the wasm32 standard library and, for the modules with threads, its source, through rustup, or
//! through Debian's packages where rustup cannot reach its server. Not through `targets` in rust-toolchain.toml, which makes every rustup command try the network.

use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Result, anyhow};
use serde_json::json;
use wait_timeout::ChildExt;
use which::which;
use xshell::{Cmd, cmd};

use crate::{
    apt,
    project::{Project, minor},
};

pub enum Toolchain {
    /// The cargo on the PATH has the target, and the source of its standard library.
    Installed,
    /// Debian's cargo compiles the standard library along with the project, from the source in its rust-web-src, and
    /// links with Debian's lld.
    Debian { linker: PathBuf },
}

const TARGET: &str = "wasm32-unknown-unknown";
const BY_HAND: &str = "    rustup target add wasm32-unknown-unknown\n    rustup component add rust-src";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// What a module's standard library is like. But for the ordinary one it is compiled along with the module, whose flags are other
/// flags for every crate: in a target directory of its own.
#[derive(Clone, Copy, PartialEq)]
pub enum Std {
    Ordinary,
    /// With atomics.
    Threads,
    /// Without what makes sorting, formatting and searching quick and large, and without the words of panics.
    Small,
}

impl Std {
    /// Where `cargo` puts what it compiles.
    pub fn target(self, project: &Project) -> PathBuf {
        project.target(if self == Self::Ordinary { "" } else { "std" })
    }
}

impl Toolchain {
    /// `cargo COMMAND` for wasm32. Debian's builds libtest too when no test needs it: otherwise nothing that is compiled for the
    /// page could be used for its tests.
    pub fn cargo<'a>(&self, project: &'a Project, command: &str, std: Std) -> Cmd<'a> {
        let sh = &project.shell;
        let cargo = match self {
            Self::Installed => cmd!(sh, "cargo {command} --target {TARGET}"),
            Self::Debian { linker } => cmd!(sh, "{DEBIAN_CARGO} {command} --target {TARGET}")
                .env("RUSTC", DEBIAN_RUSTC)
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                // Of the rustup toolchain that runs this program.
                .env_remove("LD_LIBRARY_PATH"),
        };
        // Cargo adds these to the flags of its configuration files.
        let flags = self.remap(project).join(", ");
        let mut cargo = cargo
            .arg("--config")
            .arg(format!("target.{TARGET}.rustflags = [{flags}]"));
        if std != Std::Ordinary || matches!(self, Self::Debian { .. }) {
            let libraries = if std == Std::Ordinary {
                "std,panic_abort,test"
            } else {
                "std,panic_abort"
            };
            cargo = cargo
                .arg(format!("-Zbuild-std={libraries}"))
                .env("RUSTC_BOOTSTRAP", "1");
        }
        if std != Std::Ordinary {
            cargo = cargo.arg("--target-dir").arg(std.target(project));
        }
        match std {
            Std::Ordinary => cargo,
            Std::Threads => cargo.arg("--config").arg(project.path(".cargo/threads.toml")),
            Std::Small => cargo
                .arg("-Zbuild-std-features=optimize_for_size")
                .arg("--config")
                .arg(project.path(".cargo/small.toml")),
        }
    }

    /// Flags for rustc, as TOML: where panics are is told in paths that are the same on every machine, and not in those of
    /// this one. Sources of the project itself are given to rustc relative to it.
    fn remap(&self, project: &Project) -> Vec<String> {
        let sysroot = match self {
            Self::Installed => printed(project, &["--print", "sysroot"]),
            Self::Debian { .. } => Some("/usr".into()),
        };
        let rust = sysroot.map(|root| root.join("lib/rustlib/src/rust"));
        let folders = [(rust, "/rust"), (cargo_home(), "/cargo")];
        let flag = |(folder, name): (Option<PathBuf>, &str)| {
            // As a TOML string, whose escapes are JSON's.
            Some(json!(format!("--remap-path-prefix={}={name}", folder?.to_str()?)).to_string())
        };
        folders.into_iter().filter_map(flag).collect()
    }
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installed => write!(f, "the cargo on the PATH"),
            Self::Debian { .. } => write!(f, "{DEBIAN_CARGO}, with its own build of the standard library"),
        }
    }
}

pub fn find_or_install(project: &Project) -> Result<Toolchain> {
    if missing(project).is_empty() {
        return Ok(Toolchain::Installed);
    }
    if let Ok(toolchain) = debian(project) {
        return Ok(toolchain);
    }
    if which("rustup").is_ok() {
        for (what, command) in missing(project) {
            println!("{what} is missing. Installing it: rustup {}", command.join(" "));
            if !rustup(project, &command)? {
                break;
            }
        }
        if missing(project).is_empty() {
            return Ok(Toolchain::Installed);
        }
        println!("rustup could not install it; trying Debian's packages.");
    }
    // The second round is for the linker, whose version only the installed compiler tells.
    for _ in 0..2 {
        let Err(packages) = debian(project) else { break };
        let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
        let missing = format!("Rust's standard library for {TARGET} is missing");
        apt::install(project, &missing, &packages, BY_HAND)?;
    }
    debian(project).map_err(|_| {
        anyhow!(
            "Debian's Rust does not compile this project: it has to be 1.{} or newer. What works:\n{BY_HAND}",
            project.rust_minor
        )
    })
}

/// What the Rust on the PATH lacks, with the commands of rustup that install it.
fn missing(project: &Project) -> Vec<(&'static str, [&'static str; 3])> {
    let compiled = ["--print", "target-libdir", "--target", TARGET];
    let std = printed(project, &compiled).is_some_and(|directory| {
        let files = fs::read_dir(directory).into_iter().flatten().flatten();
        files
            .into_iter()
            .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
    });
    let source = printed(project, &["--print", "sysroot"])
        .is_some_and(|root| root.join("lib/rustlib/src/rust/library/std/Cargo.toml").exists());
    let std = (!std).then_some(("Rust's standard library for the browser", ["target", "add", TARGET]));
    let source = (!source).then_some((
        "The source of Rust's standard library",
        ["component", "add", "rust-src"],
    ));
    std.into_iter().chain(source).collect()
}

/// Where cargo keeps the sources of dependencies.
pub fn cargo_home() -> Option<PathBuf> {
    let home = || Some(env::home_dir()?.join(".cargo"));
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home)
}

fn printed(project: &Project, arguments: &[&str]) -> Option<PathBuf> {
    let sh = &project.shell;
    let rustc = cmd!(sh, "rustc {arguments...}").quiet().ignore_stderr();
    rustc.read().ok().map(PathBuf::from)
}

/// [`Toolchain::Debian`], or the packages still to be installed for it.
fn debian(project: &Project) -> Result<Toolchain, Vec<String>> {
    let compiler = ["rustc-web", "cargo-web", "rust-web-src"].map(String::from).to_vec();
    let sh = &project.shell;
    let Ok(version) = cmd!(sh, "{DEBIAN_RUSTC} -vV")
        .env_remove("LD_LIBRARY_PATH")
        .quiet()
        .ignore_stderr()
        .read()
    else {
        return Err(compiler);
    };
    let field = |name: &str| {
        version
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_default()
    };
    let recent = minor(field("release: ")).is_some_and(|minor| minor >= project.rust_minor);
    let source = Path::new("/usr/lib/rustlib/src/rust/library/std/Cargo.toml");
    if !recent || !source.exists() || !Path::new(DEBIAN_CARGO).exists() {
        return Err(compiler);
    }
    let llvm = field("LLVM version: ").split('.').next().unwrap_or_default();
    let linker = PathBuf::from(format!("/usr/bin/wasm-ld-{llvm}"));
    if linker.exists() {
        Ok(Toolchain::Debian { linker })
    } else {
        Err(vec![format!("lld-{llvm}")])
    }
}

/// Whether rustup did it; a server that does not answer counts as no.
fn rustup(project: &Project, command: &[&str]) -> Result<bool> {
    let sh = &project.shell;
    let mut rustup = std::process::Command::from(cmd!(sh, "rustup {command...}").env("RUSTUP_MAX_RETRIES", "1"))
        .stdin(Stdio::null())
        .spawn()?;
    let Some(status) = rustup.wait_timeout(Duration::from_secs(180))? else {
        rustup.kill()?;
        rustup.wait()?;
        return Ok(false);
    };
    Ok(status.success())
}
