use std::{fs, thread};

use anyhow::Result;
use xshell::cmd;

use crate::{
    build::{self, Tools},
    module::{MODULES, Module},
    project::Project,
};

/// Builds the page and serves dist/ on this machine until interrupted: at first with what most browsers open it with alone, if the
/// other modules are still to be compiled.
pub fn serve(project: &Project, port: u16) -> Result<()> {
    let tools = Tools::find_or_install(project)?;
    let is_new = build::modules(project, &tools, Module::opens_page)?;
    let folder = project.path("www/src/wasm");
    let later = || MODULES.iter().filter(|module| !module.opens_page());
    if is_new {
        // Those that are there are of other sources.
        for file in later().map(|module| module.file(&folder)).filter(|file| file.exists()) {
            fs::remove_file(file)?;
        }
    }
    if later().all(|module| module.file(&folder).exists()) {
        build::dist(project)?;
    } else {
        let sh = &project.shell;
        let _www = sh.push_dir("www");
        cmd!(sh, "node_modules/.bin/vite build --logLevel error")
            .env("UNBUILT", "1")
            .run()?;
        println!(
            "The page opens in browsers with relaxed SIMD, such as Chrome and Firefox, and computes on one thread. The modules for threads, and \
             for other browsers, are being compiled meanwhile (some minutes)."
        );
        let yes = project.yes;
        thread::spawn(
            move || match Project::open(yes).and_then(|project| build::dist(&project)) {
                Ok(()) => println!("All modules are there: load the page again."),
                Err(error) => {
                    eprintln!("error: the other modules were not compiled, the page goes on without them: {error:#}")
                }
            },
        );
    }
    let sh = &project.shell;
    let _www = sh.push_dir("www");
    let port = port.to_string();
    cmd!(
        sh,
        "node_modules/.bin/vite preview --host localhost --port {port} --strictPort"
    )
    .run()?;
    Ok(())
}
