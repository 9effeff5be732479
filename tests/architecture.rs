//! The invariants of ARCHITECTURE.md that can be read from the sources.
#![cfg(not(target_arch = "wasm32"))]

use std::path::{Path, PathBuf};

/// Every file below `dir` whose name ends in `extension`, with its text.
fn sources(dir: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut dirs = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(dir)];
    let mut sources = Vec::new();
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.to_str().unwrap().ends_with(extension) {
                let text = std::fs::read_to_string(&path).unwrap();
                sources.push((path, text));
            }
        }
    }
    assert!(!sources.is_empty());
    sources
}

/// Lines with one of `words` in files below `dir`, but for those in `except`.
fn lines_with(dir: &str, extension: &str, except: &[&str], words: &[&str]) -> Vec<String> {
    let sources = sources(dir, extension).into_iter();
    let kept = sources.filter(|(path, _)| !except.iter().any(|except| path.to_str().unwrap().contains(except)));
    kept.flat_map(|(path, text)| {
        let lines = text.lines().filter(|line| words.iter().any(|word| line.contains(word)));
        lines
            .map(|line| format!("{}: {line}", path.display()))
            .collect::<Vec<_>>()
    })
    .collect()
}

#[test]
fn only_web_knows_javascript() {
    let words = ["wasm_bindgen", "js_sys", "web_sys", "plotters_canvas"];
    assert_eq!(lines_with("src", ".rs", &["src/web"], &words), [""; 0]);
}

#[test]
fn no_module_knows_what_comes_after_it() {
    for (module, after) in [
        ("src/gpt2", &["attribution", "chart", "report", "web"][..]),
        ("src/attribution", &["chart", "report", "web"]),
        ("src/chart", &["gpt2", "report", "web"]),
    ] {
        for after in after {
            let words = [format!("crate::{after}"), format!("super::super::{after}")];
            assert_eq!(
                lines_with(module, ".rs", &[], &words.each_ref().map(String::as_str)),
                [""; 0],
                "{module}"
            );
        }
    }
}

#[test]
fn only_the_folder_reader_and_the_terminal_touch_a_disk() {
    let words = ["std::fs", "fs::", "File::"];
    assert_eq!(
        lines_with("src", ".rs", &["src/gpt2/folder.rs", "src/bin"], &words),
        [""; 0]
    );
}

#[test]
fn the_page_enters_through_the_api() {
    let mut imports = lines_with("www/src", ".ts", &["src/api", "src/wasm"], &["/api/", "/wasm/"]);
    imports.retain(|line| !line.contains("api/logitscope'"));
    assert_eq!(imports, [""; 0]);
}

/// Files below `dir` with a line that imports from `from`, relative to it.
fn importers(dir: &str, from: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
    let with_import = sources(dir, ".ts").into_iter().filter(|(_, text)| text.contains(from));
    let mut importers: Vec<String> = with_import
        .map(|(path, _)| path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/"))
        .collect();
    importers.sort();
    importers
}

#[test]
fn elements_get_properties_and_give_events() {
    // What holds stores; all others could stand on any page.
    let containers = ["answer/answer-charts.ts", "page/page.ts"];
    assert_eq!(importers("www/src/elements", "/stores/"), containers);
    let mut imports = lines_with("www/src/elements", ".ts", &[], &["/stores/"]);
    imports.retain(|line| !line.contains(": import type {"));
    assert_eq!(imports, [""; 0], "a store is given, as a property");
    for below in ["www/src/stores", "www/src/state", "www/src/words"] {
        assert_eq!(importers(below, "/elements/"), [""; 0], "{below}");
    }
    for below in ["www/src/state", "www/src/words"] {
        assert_eq!(importers(below, "/stores/"), [""; 0], "{below}");
    }
    let globals = lines_with(
        "www/src",
        ".ts",
        &["src/api", "src/wasm", "src/main.ts"],
        &["export const", "export let"],
    );
    let instances = globals.into_iter().filter(|line| line.contains("= new "));
    assert_eq!(instances.collect::<Vec<_>>(), [""; 0], "state is a store's");
}
