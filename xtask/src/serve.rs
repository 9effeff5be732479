use anyhow::Result;
use xshell::cmd;

use crate::{build, project::Project};

/// Builds the page and serves dist/ on this machine until interrupted.
pub fn serve(project: &Project, port: u16) -> Result<()> {
    build::dist(project)?;
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
