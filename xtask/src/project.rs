use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;
use xshell::{Shell, cmd};

/// The checkout that the tasks work on, and a shell that stands at its root.
pub struct Project {
    pub shell: Shell,
    root: PathBuf,
    target: PathBuf,
    /// Whether packages of the system may be installed through sudo.
    pub yes: bool,
    /// The minor version of the oldest Rust that compiles the project: 95 for 1.95.
    pub rust_minor: u32,
}

impl Project {
    pub fn open(yes: bool) -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask is not in a checkout")?
            .to_owned();
        let shell = Shell::new()?;
        shell.change_dir(&root);
        let metadata = cmd!(shell, "cargo metadata --no-deps --format-version 1")
            .quiet()
            .read()?;
        let metadata: Value = serde_json::from_str(&metadata)?;
        let target = metadata["target_directory"]
            .as_str()
            .context("cargo metadata names no target directory")?
            .into();
        let rust_minor = metadata["packages"]
            .as_array()
            .into_iter()
            .flatten()
            .find_map(|package| minor(package["rust_version"].as_str()?))
            .context("Cargo.toml names no rust-version")?;
        Ok(Self {
            shell,
            root,
            target,
            yes,
            rust_minor,
        })
    }

    /// `relative` in the checkout.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// `relative` in cargo's target directory.
    pub fn target(&self, relative: &str) -> PathBuf {
        self.target.join(relative)
    }
}

/// The second number of a version: 95 of "1.95.0".
pub fn minor(version: &str) -> Option<u32> {
    version.split('.').nth(1)?.parse().ok()
}
