//! Puts the inputs that are kept into the program, which may run where there are no files.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap());
    let mut list = String::from("&[\n");
    for kind in ["corpus", "crashes"] {
        println!("cargo::rerun-if-changed={kind}");
        for target in entries(&root.join(kind)) {
            for input in entries(&target) {
                let name = target.file_name().unwrap();
                writeln!(list, "({name:?}, include_bytes!({input:?})),").unwrap();
            }
        }
    }
    list += "]";
    fs::write(Path::new(&env::var("OUT_DIR").unwrap()).join("seeds.rs"), list).unwrap();
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}
