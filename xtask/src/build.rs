use std::{path::PathBuf, thread};

use anyhow::Result;
use xshell::cmd;

use crate::{
    bindgen,
    module::{MODULES, Module},
    npm,
    project::Project,
    toolchain::{self, Std, Toolchain},
};

/// What compiles the crate for the browser, and what the page's build takes from npm.
pub struct Tools {
    pub toolchain: Toolchain,
    pub bindgen: PathBuf,
}

impl Tools {
    pub fn find_or_install(project: &Project) -> Result<Self> {
        let toolchain = toolchain::find_or_install(project)?;
        let bindgen = bindgen::find_or_install(project)?.cli;
        npm::install(project)?;
        Ok(Self { toolchain, bindgen })
    }
}

/// Compiles the crate for the browser into www/src/wasm: its modules, and their JavaScript sides with types.
pub fn wasm(project: &Project) -> Result<()> {
    modules(project, &Tools::find_or_install(project)?, |_| true)?;
    MODULES.iter().try_for_each(|module| module.check_glue(project))
}

/// Compiles those modules that are wanted; tells whether any was not up to date.
pub fn modules(project: &Project, tools: &Tools, wanted: impl Fn(&Module) -> bool + Sync) -> Result<bool> {
    let folder = project.path("www/src/wasm");
    // The two target directories at once: a link keeps one processor busy for a minute.
    thread::scope(|scope| {
        let lanes = [true, false].map(|ordinary| {
            let (folder, wanted, yes) = (&folder, &wanted, project.yes);
            scope.spawn(move || -> Result<bool> {
                let project = Project::open(yes)?;
                let modules = MODULES
                    .iter()
                    .filter(|module| (module.std == Std::Ordinary) == ordinary && wanted(module));
                let mut is_new = false;
                for module in modules {
                    is_new |= module.build(&project, tools, folder)?;
                }
                Ok(is_new)
            })
        });
        let lanes = lanes.map(|lane| lane.join().expect("a build panicked"));
        lanes.into_iter().try_fold(false, |any, lane| Ok(any | lane?))
    })
}

/// Builds the page into dist/.
pub fn dist(project: &Project) -> Result<()> {
    wasm(project)?;
    let sh = &project.shell;
    let _www = sh.push_dir("www");
    cmd!(sh, "npm run --silent build").run()?;
    Ok(())
}
