//! The Python package, and a JupyterLab that its tests open.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use which::which;
use xshell::cmd;

use crate::{apt, build, module::gzipped, project::Project, test::Counts};

const REQUIREMENTS: &str = "python/tests/requirements.txt";
const BY_HAND: &str = "    install Python 3.11 or newer with venv (https://www.python.org, or your system's packages)";

/// Builds the wheel, with the modules that it takes.
pub fn wheel(project: &Project) -> Result<()> {
    build::wasm(project)?;
    let wheel = pack(project, &environment(project)?)?;
    println!("twine upload {}", wheel.display());
    Ok(())
}

/// Installs the wheel, as its users do, beside a JupyterLab, and runs its tests that take no browser.
pub fn test(project: &Project) -> Result<Counts> {
    let python = environment(project)?;
    let wheel = pack(project, &python)?;
    let sh = &project.shell;
    cmd!(
        sh,
        "{python} -m pip install --quiet --force-reinstall --no-deps {wheel}"
    )
    .run()?;
    let output = cmd!(sh, "{python} -m unittest discover --start-directory python/tests")
        .ignore_status()
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    print!("{said}");
    counts(&said).context("unittest says no count of tests")
}

/// The program that starts the JupyterLab.
pub fn jupyter(project: &Project) -> PathBuf {
    program(project, "jupyter")
}

/// Builds the wheel from www/src/wasm, and prints how large it is.
fn pack(project: &Project, python: &Path) -> Result<PathBuf> {
    let sh = &project.shell;
    {
        let _www = sh.push_dir("www");
        cmd!(sh, "npm run --silent notebook").run()?;
    }
    let folder = project.target("wheel");
    sh.remove_path(&folder)?;
    // What builds it is there already.
    cmd!(
        sh,
        "{python} -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir {folder} ./python"
    )
    .run()?;
    let version = env!("CARGO_PKG_VERSION");
    let wheel = folder.join(format!("logitscope-{version}-py3-none-any.whl"));
    ensure!(
        wheel.exists(),
        "python/pyproject.toml has another version than Cargo.toml, {version}"
    );
    for script in ["answer.js", "model.js"] {
        let bytes = fs::read(project.path("python/src/logitscope/static").join(script))?;
        println!(
            "{script:<30} {:>8.1} kB, {:>7.1} kB gzipped",
            bytes.len() as f64 / 1e3,
            gzipped(&bytes)? as f64 / 1e3
        );
    }
    println!(
        "{:<30} {:>8.1} kB",
        "the wheel",
        fs::metadata(&wheel)?.len() as f64 / 1e3
    );
    Ok(wheel)
}

/// A Python with JupyterLab, installed if the list of what it is to have changed since it was last done.
fn environment(project: &Project) -> Result<PathBuf> {
    let sh = &project.shell;
    let python = program(project, "python");
    let required = fs::read(project.path(REQUIREMENTS))?;
    let installed = project.target("notebook/installed-requirements.txt");
    // A system's Python may have become another since.
    let starts = || {
        let import = cmd!(sh, "{python} -c 'import jupyterlab'");
        import.quiet().ignore_stderr().run().is_ok()
    };
    if fs::read(&installed).is_ok_and(|installed| installed == required) && starts() {
        return Ok(python);
    }
    let folder = project.target("notebook");
    println!(
        "JupyterLab is missing or out of date. Installing it from PyPI, as {REQUIREMENTS} lists it, to {}.",
        folder.display()
    );
    let system = with_venv(project)?;
    cmd!(sh, "{system} -m venv --clear {folder}").run()?;
    let requirements = project.path(REQUIREMENTS);
    cmd!(
        sh,
        "{python} -m pip install --quiet --disable-pip-version-check --requirement {requirements}"
    )
    .run()?;
    fs::write(installed, required)?;
    Ok(python)
}

/// A Python that makes environments: Debian's does by a package of its own.
fn with_venv(project: &Project) -> Result<PathBuf> {
    let found = || {
        which("python3").ok().filter(|python| {
            let import = cmd!(project.shell, "{python} -c 'import ensurepip, venv'");
            import.quiet().ignore_stderr().run().is_ok()
        })
    };
    if let Some(python) = found() {
        return Ok(python);
    }
    apt::install(project, "Python 3 with venv is missing", &["python3-venv"], BY_HAND)?;
    found().with_context(|| format!("python3 has no venv:\n{BY_HAND}"))
}

fn program(project: &Project, name: &str) -> PathBuf {
    let folder = if cfg!(windows) {
        "notebook/Scripts"
    } else {
        "notebook/bin"
    };
    project.target(folder).join(name)
}

/// Of unittest's last lines: `Ran 12 tests in 0.1s`, and `OK` or `FAILED (failures=1, errors=1)`.
fn counts(said: &str) -> Option<Counts> {
    let of = |before: &str| -> Option<u64> {
        let rest = &said[said.rfind(before)? + before.len()..];
        rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    };
    let ran = of("\nRan ")?;
    let failed = of("failures=").unwrap_or(0) + of("errors=").unwrap_or(0);
    Some(Counts {
        passed: ran.saturating_sub(failed),
        failed,
    })
}
