use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    time::{Instant, SystemTime},
};

use anyhow::{Context, Result, ensure};
use flate2::{Compression, write::GzEncoder};
use xshell::cmd;

use crate::{project::Project, toolchain::Toolchain};

/// A WebAssembly module, to be found as `name`.wasm.
pub struct Module {
    name: &'static str,
    /// Its JavaScript side. Kernels do not show there, so modules that differ in nothing else share it.
    glue: &'static str,
    features: &'static str,
    pub threads: bool,
}

/// The modules that the page ships, in www/src/wasm.
pub const MODULES: [Module; 5] = [
    Module {
        name: "charts",
        glue: "charts",
        features: "charts",
        threads: false,
    },
    Module {
        name: "model",
        glue: "model",
        features: "model",
        threads: false,
    },
    Module {
        name: "model-relaxed",
        glue: "model",
        features: "model,relaxed-simd",
        threads: false,
    },
    Module {
        name: "model-threads",
        glue: "model-threads",
        features: "threads",
        threads: true,
    },
    Module {
        name: "model-threads-relaxed",
        glue: "model-threads",
        features: "threads,relaxed-simd",
        threads: true,
    },
];

/// What the benchmark takes for the machine's floor.
pub const FLOOR: Module = Module {
    name: "floor",
    glue: "floor",
    features: "bench,relaxed-simd",
    threads: false,
};

/// A larger module keeps readers waiting.
const MOST_GZIPPED: usize = 1_000_000;

/// What every browser with WebAssembly SIMD knows, and what the modules are made of.
const WASM_FEATURES: [&str; 9] = [
    "--enable-simd",
    "--enable-relaxed-simd",
    "--enable-threads",
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

impl Module {
    /// Compiles the module, and puts it and its JavaScript side into a folder, if anything changed.
    pub fn build(&self, project: &Project, toolchain: &Toolchain, bindgen: &Path, folder: &Path) -> Result<()> {
        let Self {
            name,
            glue,
            features,
            threads,
        } = self;
        let start = Instant::now();
        toolchain
            .cargo(project, "build", *threads)
            .args([
                "--profile",
                "web",
                "--package",
                "logitscope-wasm",
                "--features",
                features,
                "--bin",
                "module",
            ])
            .run()?;
        let directory = if *threads {
            project.target("threads")
        } else {
            project.target("")
        };
        let compiled = directory.join("wasm32-unknown-unknown/web/module.wasm");
        let compiling = start.elapsed();

        let module = folder.join(name).with_extension("wasm");
        let current = modified(&module);
        if current > modified(&compiled) && current > modified(&env::current_exe()?) {
            return Ok(());
        }
        let sh = &project.shell;
        let bound = self.bound(project);
        cmd!(
            sh,
            "{bindgen} --target web --omit-default-module-path --out-dir {bound} --out-name {glue} {compiled}"
        )
        .run()?;
        let optimizer = project.path("www/node_modules/.bin/wasm-opt");
        let unoptimized = bound.join(format!("{glue}_bg.wasm"));
        let optimized = bound.join(format!("{glue}.wasm"));
        // That nothing is below the first kilobyte, which Rust's stack sees to, lets constants become offsets of loads: a tenth
        // of the kernels' time.
        cmd!(
            sh,
            "{optimizer} -O1 --low-memory-unused --optimize-added-constants-propagate {WASM_FEATURES...} {unoptimized} -o {optimized}"
        )
        .run()?;
        fs::create_dir_all(folder)?;
        for extension in ["js", "d.ts"] {
            let file = format!("{glue}.{extension}");
            fs::copy(bound.join(&file), folder.join(&file)).with_context(|| format!("{file} of wasm-bindgen"))?;
        }
        fs::copy(optimized, &module)?;

        let bytes = fs::read(&module)?;
        let gzipped = gzipped(&bytes)?;
        println!(
            "{name:<22} {:>7.2} MB, {:.2} MB gzipped; compiled in {:.0} s, optimised in {:.0} s",
            bytes.len() as f64 / 1e6,
            gzipped as f64 / 1e6,
            compiling.as_secs_f64(),
            (start.elapsed() - compiling).as_secs_f64()
        );
        if gzipped > MOST_GZIPPED {
            println!("{name} is larger than it should be: {MOST_GZIPPED} bytes gzipped at most");
        }
        Ok(())
    }

    /// Fails if the module's JavaScript side is not the one that ships.
    pub fn check_glue(&self, project: &Project) -> Result<()> {
        let Self { name, glue, .. } = self;
        let file = format!("{glue}.js");
        ensure!(
            fs::read(self.bound(project).join(&file))? == fs::read(project.path("www/src/wasm").join(&file))?,
            "wasm-bindgen wrote another {file} for {name} than for the other module that it serves. \
             What the two export and import must be the same."
        );
        Ok(())
    }

    /// Outside of www/src/wasm, where only finished modules are to be seen.
    fn bound(&self, project: &Project) -> PathBuf {
        project.target("wasm-bindgen").join(self.name)
    }
}

fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}
