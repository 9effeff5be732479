use std::{
    fs,
    io::{BufRead, BufReader},
    ops::Add,
    path::Path,
    process::{Command, Stdio, exit},
    time::Instant,
};

use anyhow::{Context, Error, Result, bail, ensure};
use serde_json::{Value, json};
use xshell::cmd;

use crate::{
    bench,
    bindgen::{self, Bindgen},
    browser::{self, Browsers, Chromium},
    build, library, notebook, npm, package,
    project::Project,
    toolchain::{self, Std, Toolchain},
};

/// Runs every test, step by step, and stops at the first step that fails. The last line says how many tests passed and
/// failed.
pub fn test(project: &Project) -> ! {
    let mut report = Report::default();
    let result = steps(project, &mut report);
    report.print(result.as_ref().err());
    exit(result.is_err().into())
}

fn steps(project: &Project, report: &mut Report) -> Result<()> {
    let sh = &project.shell;
    let (toolchain, bindgen, browsers) = report.step("set-up", || {
        npm::install(project)?;
        Ok((
            toolchain::find_or_install(project)?,
            bindgen::find_or_install(project)?,
            browser::all(project)?,
        ))
    })?;
    report.step("formatting", || Ok(cmd!(sh, "cargo fmt --all --check").run()?))?;
    report.step("lints", || {
        Ok(cmd!(sh, "cargo clippy --quiet --workspace --all-targets -- -D warnings").run()?)
    })?;
    report.step("features", || features(project))?;
    report.tests("native", || {
        let commands = library::tests(project)?;
        commands
            .into_iter()
            .try_fold(Counts::default(), |counts, command| Ok(counts + rust_tests(command)?))
    })?;
    report.step("page", || build::dist(project))?;
    report.step("the package", || package::install(project))?;
    report.tests("notebooks", || notebook::test(project))?;
    report.step("the library in another module", || dependent(project, &toolchain))?;
    report.step("the benchmark's types", || bench::check(project))?;
    report.tests("in the browser", || {
        in_browser(project, &toolchain, &bindgen, &browsers.chromium)
    })?;
    report.tests("the page", || page(project, &browsers))
}

/// What a user of the library can leave out, and all that there is at once.
fn features(project: &Project) -> Result<()> {
    let sh = &project.shell;
    for features in ["", "charts", "tokenizers"] {
        cmd!(
            sh,
            "cargo check --quiet --package logitscope --no-default-features --features {features}"
        )
        .run()?;
    }
    Ok(cmd!(sh, "cargo check --quiet --workspace --all-features").run()?)
}

/// A module that someone builds on the library exports what is theirs, and nothing of ours.
fn dependent(project: &Project, toolchain: &Toolchain) -> Result<()> {
    let cargo = toolchain.cargo(project, "build", Std::Ordinary);
    cargo.args(["--profile", "web", "--package", "dependent"]).run()?;
    let module = project.target("wasm32-unknown-unknown/web/dependent.wasm");
    let list = "for (const { name } of WebAssembly.Module.exports(new WebAssembly.Module(fs.readFileSync(process.argv[1])))) console.log(name)";
    let exports = cmd!(project.shell, "node -e {list} {module}").quiet().read()?;
    // What begins so is the compiler's, or comes with getrandom; but for what wasm-bindgen makes of a type.
    let ours = |name: &&str| !name.starts_with("__") || (name.starts_with("__wbg_") && name.ends_with("_free"));
    let mut exports: Vec<&str> = exports.lines().filter(ours).collect();
    exports.sort_unstable();
    ensure!(
        exports == ["answer", "memory"],
        "a module that depends on the library exports {}",
        exports.join(", ")
    );
    Ok(())
}

/// The tests of www/wasm, in a headless browser.
fn in_browser(project: &Project, toolchain: &Toolchain, bindgen: &Bindgen, chromium: &Chromium) -> Result<Counts> {
    let capabilities = json!({ "goog:chromeOptions": { "binary": chromium.binary, "args": browser::FLAGS } });
    let file = project.target("webdriver.json");
    fs::write(&file, capabilities.to_string())?;
    let cargo = toolchain
        .cargo(project, "test", Std::Ordinary)
        .args([
            "--profile",
            "web",
            "--package",
            "logitscope-wasm",
            "--features",
            "charts,model",
            "--test",
            "web",
        ])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &bindgen.test_runner)
        .env("CHROMEDRIVER", &chromium.driver)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", file);
    rust_tests(cargo.into())
}

/// The Playwright tests of dist/.
fn page(project: &Project, browsers: &Browsers) -> Result<Counts> {
    let sh = &project.shell;
    let _www = sh.push_dir("www");
    let results = project.target("playwright.json");
    let finished = cmd!(sh, "node_modules/.bin/playwright test --reporter=list,json")
        .env("CHROME", &browsers.chromium.binary)
        .env("FIREFOX", &browsers.firefox)
        .env("WEBKIT_DRIVER", browsers.webkit.as_deref().unwrap_or(Path::new("")))
        .env("JUPYTER", notebook::jupyter(project))
        .env("PLAYWRIGHT_JSON_OUTPUT_NAME", &results)
        .run();
    let results: Value = serde_json::from_str(&fs::read_to_string(results)?)?;
    let count = |kind: &str| {
        results["stats"][kind]
            .as_u64()
            .context("Playwright's report has no counts")
    };
    let counts = Counts {
        passed: count("expected")? + count("flaky")?,
        failed: count("unexpected")?,
    };
    finished.map(|()| counts).or_else(|error| {
        if counts.failed > 0 {
            Ok(counts)
        } else {
            Err(error.into())
        }
    })
}

/// Runs a command that ends in libtest's `test result:` lines and adds them up.
fn rust_tests(mut command: Command) -> Result<Counts> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let mut counts = Counts::default();
    for line in BufReader::new(child.stdout.take().context("stdout is piped")?).lines() {
        let line = line?;
        println!("{line}");
        if let Some(result) = line.strip_prefix("test result: ") {
            let count = |kind: &str| -> Option<u64> {
                result
                    .split([';', '.'])
                    .find_map(|part| part.trim().strip_suffix(kind)?.trim().parse().ok())
            };
            counts.passed += count("passed").context("no count of passed tests")?;
            counts.failed += count("failed").context("no count of failed tests")?;
        }
    }
    if !child.wait()?.success() && counts.failed == 0 {
        bail!("`{}` failed", command.get_program().display());
    }
    Ok(counts)
}

/// How many tests there were.
#[derive(Clone, Copy, Default)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
        }
    }
}

#[derive(Default)]
struct Report {
    counts: Counts,
    lines: Vec<String>,
}

impl Report {
    /// Runs a step that has no tests to count: it counts as one failed test if it fails.
    fn step<T>(&mut self, name: &str, run: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("\n== {name}");
        let start = Instant::now();
        let result = run();
        self.lines
            .push(format!("{:>7.1} s  {name}", start.elapsed().as_secs_f64()));
        if result.is_err() {
            self.counts.failed += 1;
        }
        result.with_context(|| name.to_owned())
    }

    /// Runs a step that consists of tests.
    fn tests(&mut self, name: &str, run: impl FnOnce() -> Result<Counts>) -> Result<()> {
        let counts = self.step(name, run)?;
        self.counts.passed += counts.passed;
        self.counts.failed += counts.failed;
        if counts.passed + counts.failed == 0 {
            bail!("{name}: there are no tests");
        }
        if counts.failed > 0 {
            bail!("{name}: {} failed", counts.failed);
        }
        Ok(())
    }

    fn print(&self, error: Option<&Error>) {
        println!();
        for line in &self.lines {
            println!("{line}");
        }
        if let Some(error) = error {
            println!("\nStopped at the first step that failed: {error:#}");
        }
        println!("\n{} passed, {} failed", self.counts.passed, self.counts.failed);
    }
}
