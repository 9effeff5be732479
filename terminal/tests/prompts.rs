//! Many prompts in the terminal: as a stream of lines, in several processes, with other contrasts and effects, as a chart.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_logitscope");

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn command(arguments: &str) -> Command {
    let mut words = arguments.split(' ');
    let mut command = Command::new(PROGRAM);
    let model = repository().join("tests/data/tiny-a");
    command.arg(words.next().unwrap()).arg("--model").arg(model).args(words);
    command
}

fn succeeds(arguments: &str) -> String {
    let output = command(arguments).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn json_of(arguments: &str) -> Value {
    serde_json::from_str(&succeeds(&format!("{arguments} --format json"))).unwrap()
}

#[test]
fn lines_are_answered_as_they_come() {
    let mut program = command("attribute --prompts - --unit head")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, mut output) = (
        program.stdin.take().unwrap(),
        BufReader::new(program.stdout.take().unwrap()),
    );
    let mut ask = |line: &[u8]| {
        input.write_all(line).unwrap();
        let mut answer = String::new();
        output.read_line(&mut answer).unwrap();
        serde_json::from_str::<Value>(&answer).unwrap()
    };
    let alone = json_of("attribute --tokens 1,5,9 --answer #7 --incorrect #12 --incorrect #3 --unit head");
    let asked = json!({ "tokens": [1, 5, 9], "answer": 7, "incorrect": [12, 3] }).to_string() + "\n";
    let answer = ask(asked.as_bytes());
    for (field, expected) in [
        ("labels", &alone["labels"]),
        ("attribution", &alone["attribution"]),
        ("bias", &alone["bias"][0]),
        ("total", &alone["total"][0]),
        ("unit", &json!("head")),
        ("tokens", &json!([1, 5, 9])),
        ("index", &json!(0)),
        ("position", &json!(2)),
    ] {
        assert_eq!(&answer[field], expected, "{field}");
    }
    let long = ["\n{\"tokens\": [", &"1, ".repeat(400_000), "1], \"answer\": 7}\n"].concat();
    for (line, index, message) in [
        (
            &b"{\"tokens\": [1], \"answer\": 999999}\n"[..],
            1,
            "token id 999999 is not in the vocabulary",
        ),
        (b"{\"tokens\": [1]}\n", 2, "prompts: line 3: there is no answer"),
        (b"\xff\n", 3, "prompts: line 4: is not UTF-8"),
        (long.as_bytes(), 4, "prompts: line 6 is longer than 1048576 bytes"),
    ] {
        let answer = ask(line);
        assert_eq!(
            (answer.as_object().unwrap().len(), &answer["index"]),
            (2, &json!(index))
        );
        assert!(answer["message"].as_str().unwrap().contains(message), "{answer}");
    }
    assert_eq!(ask(asked.as_bytes())["attribution"], alone["attribution"]);

    // Nobody reads any more: that is no error.
    drop(output);
    while input.write_all(asked.as_bytes()).is_ok() {}
    let mut errors = String::new();
    program.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert_eq!((program.wait().unwrap().code(), errors.as_str()), (Some(0), ""));
}

#[test]
fn several_processes_share_the_lines_as_the_readme_says() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let mut examples = readme.lines().filter(|line| line.contains("--filter="));
    let (example, dir) = (examples.next().unwrap().trim(), tempfile::tempdir().unwrap());
    std::os::unix::fs::symlink(repository().canonicalize().unwrap().join("www"), dir.path().join("www")).unwrap();
    let countries = ["France", "Italy", "Spain", "Egypt", "Japan"];
    let prompt = |country| json!({ "prompt": format!("The capital city of {country} is"), "answer": " Paris" });
    let lines: Vec<String> = countries.map(|country| prompt(country).to_string()).into();
    fs::write(dir.path().join("prompts.jsonl"), lines.join("\n") + "\n").unwrap();
    let folder = Path::new(PROGRAM).parent().unwrap().display().to_string();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
    let shell = Command::new("sh")
        .args(["-c", example])
        .env("PATH", path)
        .current_dir(&dir)
        .output()
        .unwrap();
    assert!(shell.status.success() && shell.stderr.is_empty(), "{shell:?}");
    let answers = ["answers-aa.jsonl", "answers-ab.jsonl"].map(|file| {
        let text = fs::read_to_string(dir.path().join(file)).unwrap();
        text.lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .collect::<Vec<_>>()
    });
    // Dealt out in turn.
    for (i, country) in countries.into_iter().enumerate() {
        let answer = &answers[i % 2][i / 2];
        assert_eq!(answer["prompt"], prompt(country)["prompt"]);
        assert_eq!(answer["right"], json!(country == "France"), "{country}");
    }
}

#[test]
fn effects_and_contrasts_are_those_of_each_prompt() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name| dir.path().join(name).display().to_string();
    let file = at("prompts.csv");
    fs::write(
        &file,
        "tokens,answer,incorrect,incorrect\n1 5 9,#7,#12,#3\n2 5 9,#7,#12,\n",
    )
    .unwrap();
    let each = ["--tokens 1,5,9 --answer #7", "--tokens 2,5,9 --answer #7"];
    let named = ["--incorrect #12 --incorrect #3", "--incorrect #12"];
    let rows = |field: &str, ask: &dyn Fn(usize) -> String| {
        let all = (0..2).map(|i| json_of(&ask(i))[field].as_array().unwrap().clone());
        Value::from(all.flatten().collect::<Vec<_>>())
    };

    let more = "--unit component --ablation mean --at last";
    let all = json_of(&format!("effects --prompts {file} {more}"));
    for field in ["effect", "direct"] {
        let alone = rows(field, &|i| format!("effects {} {} {more}", each[i], named[i]));
        assert_eq!(all[field], alone, "{field}");
    }
    let more = "--contrast log-probability --unit head";
    let all = json_of(&format!("attribute --prompts {file} {more}"));
    assert_eq!(
        all["attribution"],
        rows("attribution", &|i| format!("attribute {} {more}", each[i]))
    );
    let total = all["total"].as_f64().unwrap();
    let mean = all["mean"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mean| mean.as_f64().unwrap());
    assert!((mean.sum::<f64>() - total).abs() < 1e-9);
    assert!((total - (all["meanLogit"].as_f64().unwrap() - all["bias"].as_f64().unwrap())).abs() < 1e-4);

    for (arguments, title) in [
        (
            format!("attribute --prompts {file} --unit component"),
            "the mean logit difference over 2 prompts",
        ),
        (
            format!("attribute --prompts {file} {more}"),
            "the mean logit over 2 prompts − all, by probability",
        ),
        (
            format!("effects --prompts {file} --unit head"),
            "the mean logit difference over 2 prompts",
        ),
    ] {
        succeeds(&format!("{arguments} --svg {}", at("chart.svg")));
        let svg = fs::read_to_string(at("chart.svg")).unwrap();
        assert!(svg.contains(title), "{title}");
    }
    for (command, unit) in [("attribute", "head"), ("attribute", "source"), ("effects", "head")] {
        let file = match unit {
            "source" => at("roles.csv"),
            _ => file.clone(),
        };
        fs::write(at("roles.csv"), "tokens,answer,first\n1 5 9,#7,@0\n2 5 9,#7,@1\n").unwrap();
        the_strongest_are_told_in_every_format(&format!("{command} --prompts {file} --unit {unit}"));
    }
    let refused = command(&format!(
        "attribute --prompts {file} --unit source --svg {}",
        at("none.svg")
    ))
    .output()
    .unwrap();
    assert!(!refused.status.success() && !dir.path().join("none.svg").exists());
}

/// The same parts, with the same numbers as among all.
fn the_strongest_are_told_in_every_format(arguments: &str) {
    let (all, few) = (json_of(arguments), json_of(&format!("{arguments} --top 2")));
    let ranked = match all["roles"]["first"].as_object() {
        Some(role) => &role["attribution"]["mean"],
        None => &all["mean"],
    };
    let size = |row: &usize| ranked[*row].as_f64().unwrap().abs();
    let mut rows: Vec<usize> = (0..all["labels"].as_array().unwrap().len()).collect();
    rows.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let labels: Vec<&str> = rows[..2]
        .iter()
        .map(|&row| all["labels"][row].as_str().unwrap())
        .collect();
    assert_eq!(few["labels"], json!(labels), "{arguments}");
    for field in ["mean", "sd", "same"] {
        assert_eq!(few[field][1], all[field][rows[1]], "{field}");
    }
    for field in ["attribution", "effect", "direct"] {
        assert_eq!(few[field][3], all[field][rows.len() + rows[1]], "{field}");
    }
    let role = |of: &Value, row: usize| of["roles"]["first"]["pattern"]["mean"][row].clone();
    assert_eq!(role(&few, 1), role(&all, rows[1]));
    for format in ["csv", "table"] {
        let told = succeeds(&format!("{arguments} --top 2 --format {format}"));
        let tables = told
            .lines()
            .filter(|line| line.split([',', ' ']).any(|cell| cell == labels[0]))
            .count();
        let others = rows[2..].iter().filter(|&&row| {
            let label = all["labels"][row].as_str().unwrap();
            told.lines()
                .any(|line| line.split([',', ' ']).any(|cell| cell == label))
        });
        assert!(tables > 0 && others.count() == 0, "{told}");
    }
}
