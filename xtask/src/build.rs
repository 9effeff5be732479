use std::{fs, path::Path, time::SystemTime};

use anyhow::{Context, Result};
use xshell::cmd;

use crate::{bindgen, npm, project::Project, toolchain};

/// Compiles the crate for the browser into www/src/wasm: `logitscope.js`, its types, and `logitscope_bg.wasm`.
pub fn wasm(project: &Project) -> Result<()> {
    let toolchain = toolchain::find_or_install(project)?;
    let bindgen = bindgen::find_or_install(project)?.cli;
    npm::install(project)?;
    // The crate type is named here and not in Cargo.toml: cargo does not optimise a library of two types as one program.
    toolchain
        .cargo(project, "rustc")
        .args([
            "--profile",
            "web",
            "--no-default-features",
            "--lib",
            "--crate-type",
            "cdylib",
        ])
        .run()?;

    let compiled = project.target("wasm32-unknown-unknown/web/logitscope.wasm");
    let directory = project.path("www/src/wasm");
    let module = directory.join("logitscope_bg.wasm");
    if modified(&module) > modified(&compiled) {
        return Ok(());
    }
    let sh = &project.shell;
    // Outside of www/src/wasm, where only a finished module is to be seen.
    let bound = project.target("wasm-bindgen");
    cmd!(
        sh,
        "{bindgen} --target web --out-dir {bound} --out-name logitscope {compiled}"
    )
    .run()?;
    let optimizer = project.path("www/node_modules/.bin/wasm-opt");
    let optimized = bound.join("logitscope_bg.wasm");
    cmd!(sh, "{optimizer} -O2 --enable-simd --enable-bulk-memory --enable-sign-ext --enable-nontrapping-float-to-int --enable-mutable-globals --enable-reference-types --enable-multivalue {optimized} -o {optimized}").run()?;
    fs::create_dir_all(&directory)?;
    for file in [
        "logitscope.js",
        "logitscope.d.ts",
        "logitscope_bg.wasm.d.ts",
        "logitscope_bg.wasm",
    ] {
        fs::copy(bound.join(file), directory.join(file)).with_context(|| format!("{file} of wasm-bindgen"))?;
    }
    println!(
        "www/src/wasm/logitscope_bg.wasm: {:.2} MB",
        fs::metadata(&module)?.len() as f64 / 1e6
    );
    Ok(())
}

/// Builds the page into dist/.
pub fn dist(project: &Project) -> Result<()> {
    wasm(project)?;
    let sh = &project.shell;
    let _www = sh.push_dir("www");
    cmd!(sh, "npm run --silent build").run()?;
    Ok(())
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}
