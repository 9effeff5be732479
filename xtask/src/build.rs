use std::thread;

use anyhow::Result;
use xshell::cmd;

use crate::{
    bindgen,
    module::MODULES,
    npm,
    project::Project,
    toolchain::{self, Std},
};

/// Compiles the crate for the browser into www/src/wasm: its modules, and their JavaScript sides with types.
pub fn wasm(project: &Project) -> Result<()> {
    let toolchain = toolchain::find_or_install(project)?;
    let bindgen = bindgen::find_or_install(project)?.cli;
    npm::install(project)?;
    let folder = project.path("www/src/wasm");
    // The two target directories at once: a link keeps one processor busy for a minute.
    thread::scope(|scope| {
        let lanes = [true, false].map(|ordinary| {
            let (toolchain, bindgen, folder, yes) = (&toolchain, &bindgen, &folder, project.yes);
            scope.spawn(move || {
                let project = Project::open(yes)?;
                let mut modules = MODULES
                    .iter()
                    .filter(|module| (module.std == Std::Ordinary) == ordinary);
                modules.try_for_each(|module| module.build(&project, toolchain, bindgen, folder))
            })
        });
        lanes
            .into_iter()
            .try_for_each(|lane| lane.join().expect("a build panicked"))
    })?;
    MODULES.iter().try_for_each(|module| module.check_glue(project))
}

/// Builds the page into dist/.
pub fn dist(project: &Project) -> Result<()> {
    wasm(project)?;
    let sh = &project.shell;
    let _www = sh.push_dir("www");
    cmd!(sh, "npm run --silent build").run()?;
    Ok(())
}
