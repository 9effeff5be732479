use std::{
    borrow::Cow,
    env, fs,
    io::Write,
    path::{MAIN_SEPARATOR, Path, PathBuf},
    time::{Instant, SystemTime},
};

use anyhow::{Context, Result, bail, ensure};
use flate2::{Compression, write::GzEncoder};
use xshell::cmd;

use crate::{
    build::Tools,
    project::Project,
    toolchain::{self, Std},
};

/// A WebAssembly module, to be found as `name`.wasm.
pub struct Module {
    name: &'static str,
    /// Its JavaScript side. Kernels do not show there, so modules that differ in nothing else share it.
    glue: &'static str,
    features: &'static str,
    /// Of cargo.
    profile: &'static str,
    pub std: Std,
}

/// The modules that the page ships, in www/src/wasm.
pub const MODULES: [Module; 5] = [
    Module {
        name: "charts",
        glue: "charts",
        features: "charts",
        profile: "small",
        std: Std::Small,
    },
    Module {
        name: "model",
        glue: "model",
        features: "model",
        profile: "web",
        std: Std::Ordinary,
    },
    Module {
        name: "model-relaxed",
        glue: "model",
        features: "model,relaxed-simd",
        profile: "web",
        std: Std::Ordinary,
    },
    Module {
        name: "model-threads",
        glue: "model-threads",
        features: "threads",
        profile: "web",
        std: Std::Threads,
    },
    Module {
        name: "model-threads-relaxed",
        glue: "model-threads",
        features: "threads,relaxed-simd",
        profile: "web",
        std: Std::Threads,
    },
];

/// What the benchmark takes for the machine's floor.
pub const FLOOR: Module = Module {
    name: "floor",
    glue: "floor",
    features: "bench,relaxed-simd",
    profile: "web",
    std: Std::Ordinary,
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
    /// Whether the page opens with it in most browsers.
    pub fn opens_page(&self) -> bool {
        matches!(self.name, "charts" | "model-relaxed")
    }

    /// Where it is in a folder.
    pub fn file(&self, folder: &Path) -> PathBuf {
        folder.join(self.name).with_extension("wasm")
    }

    /// Compiles the module, and puts it and its JavaScript side into a folder, if anything changed; tells whether it did.
    pub fn build(&self, project: &Project, Tools { toolchain, bindgen }: &Tools, folder: &Path) -> Result<bool> {
        let Self {
            name,
            glue,
            features,
            profile,
            std,
        } = self;
        let start = Instant::now();
        toolchain
            .cargo(project, "build", *std)
            .args([
                "--profile",
                profile,
                "--package",
                "logitscope-wasm",
                "--features",
                features,
                "--bin",
                "module",
            ])
            .run()?;
        let compiled = std
            .target(project)
            .join(format!("wasm32-unknown-unknown/{profile}/module.wasm"));
        let compiling = start.elapsed();

        let module = self.file(folder);
        let current = modified(&module);
        if current > modified(&compiled) && current > modified(&env::current_exe()?) {
            return Ok(false);
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
        let passes: &[&str] = match std {
            Std::Small => &[
                "--flatten",
                "--rereloop",
                "-Oz",
                "-Oz",
                "--converge",
                "--strip-producers",
                "--strip-target-features",
            ],
            _ => &["-O1"],
        };
        // That nothing is below the first kilobyte, which Rust's stack sees to, lets constants become offsets of loads: a tenth
        // of the kernels' time.
        cmd!(
            sh,
            "{optimizer} {passes...} --low-memory-unused --optimize-added-constants-propagate {WASM_FEATURES...} {unoptimized} -o {optimized}"
        )
        .run()?;
        fs::create_dir_all(folder)?;
        for extension in ["js", "d.ts"] {
            let file = format!("{glue}.{extension}");
            fs::copy(bound.join(&file), folder.join(&file)).with_context(|| format!("{file} of wasm-bindgen"))?;
        }
        fs::copy(optimized, &module)?;

        let bytes = fs::read(&module)?;
        if let Some(folder) = names_folder(&bytes, &machine_s_folders(project)) {
            fs::remove_file(&module)?;
            bail!("{name} names {folder}, a folder of this machine; see Toolchain::remap");
        }
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
        Ok(true)
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

/// What a module that is the same from every machine does not name.
fn machine_s_folders(project: &Project) -> Vec<PathBuf> {
    let own = [project.path(""), project.target("")];
    let users = [env::home_dir(), toolchain::cargo_home()];
    let folders = own.into_iter().chain(users.into_iter().flatten());
    // The root of the file system is named by every path.
    folders.filter(|folder| folder.components().count() > 1).collect()
}

/// The first of the folders whose path is somewhere in the bytes.
fn names_folder<'a>(bytes: &[u8], folders: &'a [PathBuf]) -> Option<Cow<'a, str>> {
    let names = |folder: &&PathBuf| {
        // With a separator: /root is in /rooted too.
        let path = format!(
            "{}{MAIN_SEPARATOR}",
            folder.display().to_string().trim_end_matches(MAIN_SEPARATOR)
        );
        bytes.windows(path.len()).any(|window| window == path.as_bytes())
    };
    folders.iter().find(names).map(|folder| folder.to_string_lossy())
}

pub fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_the_machine_is_found_in_a_module() {
        let folders = ["/home/someone/logitscope/", "/home/someone"].map(PathBuf::from);
        let found = |text: &str| names_folder(text.as_bytes(), &folders).map(String::from);
        assert_eq!(
            found("\0asm /home/someone/.cargo/x.rs").as_deref(),
            Some("/home/someone")
        );
        assert_eq!(
            found("in /home/someone/logitscope/src").as_deref(),
            Some("/home/someone/logitscope/")
        );
        assert_eq!(
            found("\0asm /cargo/registry/x.rs, /rust/library, /home/someone-else/y.rs"),
            None
        );
    }
}
