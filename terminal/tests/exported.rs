//! The answers that the page's tests show without a model, www/e2e/exported, are what this program writes.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const PROMPT: &str = "When Mary and John went to the store, John gave a drink to";
const OTHER: &str = "When Mary and John went to the store, Mary gave a drink to";
const NAMES: [&str; 4] = ["--answer", " Mary", "--incorrect", " John"];

/// Kernels differ in how they round, and what is summed up of a sum of rounding is rounding.
const ROOM: f64 = 1e-3;

#[track_caller]
fn is_written(name: &str, command: &str, texts: &[&str]) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = Command::new(env!("CARGO_BIN_EXE_logitscope"))
        .args(command.split(' '))
        .args(["--model", "www/public/models/bundled", "--format", "json"])
        .args(texts)
        .current_dir(&repository)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let written: Value = serde_json::from_slice(&output.stdout).unwrap();
    let file = repository.join(format!("www/e2e/exported/{name}.json"));
    let kept: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    same(&written, &kept, name);
}

#[track_caller]
fn same(written: &Value, kept: &Value, at: &str) {
    match (written, kept) {
        (Value::Number(written), Value::Number(kept)) => {
            let (written, kept) = (written.as_f64().unwrap(), kept.as_f64().unwrap());
            let room = ROOM * kept.abs().max(1.0);
            assert!(
                (written - kept).abs() <= room,
                "{at}: {written}, and {kept} in the file"
            );
        }
        (Value::Array(written), Value::Array(kept)) if written.len() == kept.len() => {
            let pairs = written.iter().zip(kept).enumerate();
            pairs.for_each(|(i, (written, kept))| same(written, kept, &format!("{at}[{i}]")));
        }
        (Value::Object(written), Value::Object(kept)) => {
            assert!(written.keys().eq(kept.keys()), "{at}: {:?}", written.keys());
            written
                .iter()
                .for_each(|(key, written)| same(written, &kept[key], &format!("{at}.{key}")));
        }
        _ => assert_eq!(written, kept, "{at}"),
    }
}

#[test]
fn attributions() {
    let prompt = [["--prompt", PROMPT].as_slice(), &NAMES].concat();
    is_written("heads", "attribute --unit head", &prompt);
    is_written("sources", "attribute --unit source --of L3H4", &prompt);
    let difference = [prompt.as_slice(), &["--corrupted", OTHER]].concat();
    is_written("difference", "attribute --unit component", &difference);
    is_written(
        "score",
        "attribute --explain score:L3H4@12:key --unit component",
        &prompt[..2],
    );
    is_written(
        "set",
        "attribute --prompts www/e2e/exported/set.csv --unit component",
        &[],
    );
}

#[test]
fn the_lens_effects_and_patching() {
    let prompt = [["--prompt", PROMPT].as_slice(), &NAMES].concat();
    is_written(
        "lens",
        "lens --position all --top 3",
        &["--prompt", PROMPT, "--answer", " Mary"],
    );
    is_written("effects", "effects --unit head", &prompt);
    let two = [prompt.as_slice(), &["--corrupted", OTHER]].concat();
    is_written("patching", "patch --site z_by_position", &two);
}
