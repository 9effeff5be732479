use anyhow::Result;
use xshell::cmd;

use crate::{bindgen, module::MODULES, npm, project::Project, toolchain};

/// Compiles the crate for the browser into www/src/wasm: its modules, and their JavaScript sides with types.
pub fn wasm(project: &Project) -> Result<()> {
    let toolchain = toolchain::find_or_install(project)?;
    let bindgen = bindgen::find_or_install(project)?.cli;
    npm::install(project)?;
    let folder = project.path("www/src/wasm");
    for module in &MODULES {
        module.build(project, &toolchain, &bindgen, &folder)?;
    }
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
