//! The invariants of ARCHITECTURE.md that can be read from the sources.

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

/// The crate's modules of which a source file names something, in paths or in `use` trees such as `crate::{gpt2::Run, Error}`.
fn modules_named(source: &str) -> Vec<String> {
    let code: String = source
        .lines()
        .map(|line| line.split_once("//").map_or(line, |(code, _)| code))
        .collect::<Vec<_>>()
        .join(" ");
    let mut named = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        let tree = code[at + path.len()..].trim_start();
        let Some(inside) = tree.strip_prefix('{') else {
            named.push(tree.to_string());
            continue;
        };
        // The branches of the outermost braces.
        let (mut depth, mut branch) = (0, String::new());
        for c in inside.chars() {
            match c {
                '}' if depth == 0 => break,
                ',' if depth == 0 => named.push(std::mem::take(&mut branch)),
                '{' => depth += 1,
                '}' => depth -= 1,
                c => branch.push(c),
            }
        }
        named.push(branch);
    }
    let first = |path: String| {
        let path = path.trim_start();
        let end = path
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(path.len());
        path[..end].to_string()
    };
    named.into_iter().map(first).filter(|name| !name.is_empty()).collect()
}

#[test]
fn use_trees_are_seen_through() {
    let named = modules_named(
        "use crate::{Error, attribution::{Form, Unit}, chart};\nuse crate::gpt2::Run;\n// crate::web\nlet x = crate::kernel::linear();\nuse crate::{\n    report,\n};",
    );
    assert_eq!(named, ["Error", "attribution", "chart", "gpt2", "kernel", "report"]);
}

/// Data flows one way: kernel, gpt2, attribution, chart and report. Each module is listed with all that it may know.
#[test]
fn no_module_knows_what_comes_after_it() {
    let common = ["Error", "Result", "error"];
    for (module, known) in [
        ("src/kernel", &[][..]),
        ("src/gpt2", &["gpt2", "kernel"]),
        ("src/attribution", &["attribution", "gpt2"]),
        ("src/chart", &["attribution", "chart"]),
    ] {
        for (path, text) in sources(module, ".rs") {
            for name in modules_named(&text) {
                assert!(
                    known.contains(&name.as_str()) || common.contains(&name.as_str()),
                    "{} names crate::{name}",
                    path.display()
                );
            }
            let above = format!(
                "super::{}",
                "super::".repeat(
                    path.strip_prefix(env!("CARGO_MANIFEST_DIR"))
                        .unwrap()
                        .components()
                        .count()
                        - 3
                )
            );
            assert!(
                !text.contains(&format!("{above}super::")),
                "{} climbs out of its module",
                path.display()
            );
        }
    }
}

#[test]
fn the_library_knows_no_browser_and_no_terminal() {
    let words = [
        "wasm_bindgen",
        "js_sys",
        "web_sys",
        "plotters_canvas",
        "clap",
        "println!",
    ];
    assert_eq!(lines_with("src", ".rs", &["src/lib.rs"], &words), [""; 0]);
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let (_, dependencies) = manifest.split_once("\n[dependencies]\n").unwrap();
    let (dependencies, _) = dependencies.split_once("\n[").unwrap();
    for word in ["wasm-bindgen", "web-sys", "js-sys", "getrandom", "clap", "console"] {
        assert!(!dependencies.contains(word), "{word} is not a library's dependency");
    }
}

#[test]
fn only_the_reader_of_disks_touches_a_disk() {
    let words = ["std::fs", "fs::", "File::open", "File::create"];
    assert_eq!(lines_with("src", ".rs", &["src/gpt2/disk.rs"], &words), [""; 0]);
}

#[test]
fn the_page_enters_through_the_api() {
    let the_api_s_own = ["src/api", "src/wasm", "src/package"];
    let mut imports = lines_with("www/src", ".ts", &the_api_s_own, &["/api/", "/wasm/"]);
    // Its part without a model; and that with the module in it, for what stands alone.
    let entries = ["api/logitscope'", "api/logitscope.js'", "api/charts'", "api/packed'"];
    imports.retain(|line| !entries.iter().any(|entry| line.contains(entry)));
    assert_eq!(imports, [""; 0]);
}

#[test]
fn answers_are_shown_without_a_model() {
    assert_eq!(importers("www/src/embed", "/stores/"), [""; 0]);
    let asks_a_model = ["embed/live.ts", "embed/shared-model.ts"];
    let mut imports = lines_with(
        "www/src/embed",
        ".ts",
        &asks_a_model,
        &["api/logitscope", "state/source'"],
    );
    imports.retain(|line| !line.contains(": import type {"));
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
    let containers = [
        "always/mean-charts.ts",
        "answer/answer-charts.ts",
        "ask/token-strip.ts",
        "page/answer-section.ts",
        "page/ask-section.ts",
        "page/cited.ts",
        "page/embed-view.ts",
        "page/lens-section.ts",
        "page/lesson-section.ts",
        "page/page-header.ts",
        "page/page.ts",
        "page/patch-section.ts",
        "page/present-section.ts",
        "page/set-section.ts",
        "what-if/compared-view.ts",
        "what-if/what-if-charts.ts",
    ];
    assert_eq!(importers("www/src/elements", "/stores/"), containers);
    let mut imports = lines_with("www/src/elements", ".ts", &[], &["/stores/"]);
    imports.retain(|line| !line.contains(": import type {"));
    assert_eq!(imports, [""; 0], "a store is given, as a property");
    assert_eq!(importers("www/src/lessons", "/stores/"), [""; 0]);
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
