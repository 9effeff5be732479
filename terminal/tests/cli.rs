//! The terminal program, run as a user runs it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use logitscope::attribution::Part;
use logitscope::report::Report;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use safetensors::tensor::{Dtype, TensorView};

struct Output {
    code: i32,
    stdout: String,
    stderr: String,
}

fn logitscope(arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_logitscope"))
        .args(arguments)
        .output()
        .unwrap();
    Output {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// `attribute` on a model, its arguments separated by spaces.
fn attribute(model: &Path, arguments: &str) -> Output {
    let mut all = vec!["attribute", "--model", model.to_str().unwrap()];
    all.extend(arguments.split(' '));
    logitscope(&all)
}

fn succeeds(output: Output) -> String {
    assert_eq!((output.code, output.stderr.as_str()), (0, ""));
    output.stdout
}

fn report(output: Output) -> Report {
    serde_json::from_str(&succeeds(output)).unwrap()
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data").join(name)
}

/// A folder with a random model of GPT-2's vocabulary, and GPT-2's tokenizer.
fn with_tokenizer() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let config = serde_json::json!({
        "model_type": "gpt2", "n_embd": 4, "n_layer": 1, "n_head": 2, "n_positions": 16, "n_inner": null, "vocab_size": 50257,
        "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new", "bos_token_id": 50256,
    });
    std::fs::write(dir.path().join("config.json"), config.to_string()).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let shapes: [(&str, &[usize]); 16] = [
        ("wte.weight", &[50257, 4]),
        ("wpe.weight", &[16, 4]),
        ("h.0.ln_1.weight", &[4]),
        ("h.0.ln_1.bias", &[4]),
        ("h.0.attn.c_attn.weight", &[4, 12]),
        ("h.0.attn.c_attn.bias", &[12]),
        ("h.0.attn.c_proj.weight", &[4, 4]),
        ("h.0.attn.c_proj.bias", &[4]),
        ("h.0.ln_2.weight", &[4]),
        ("h.0.ln_2.bias", &[4]),
        ("h.0.mlp.c_fc.weight", &[4, 16]),
        ("h.0.mlp.c_fc.bias", &[16]),
        ("h.0.mlp.c_proj.weight", &[16, 4]),
        ("h.0.mlp.c_proj.bias", &[4]),
        ("ln_f.weight", &[4]),
        ("ln_f.bias", &[4]),
    ];
    let mut random = |shape: &[usize]| -> Vec<u8> {
        (0..shape.iter().product())
            .flat_map(|_| rng.random_range(-1f32..1.0).to_le_bytes())
            .collect()
    };
    let weights: HashMap<&str, (&[usize], Vec<u8>)> = shapes.map(|(name, shape)| (name, (shape, random(shape)))).into();
    let views = weights
        .iter()
        .map(|(name, (shape, bytes))| (*name, TensorView::new(Dtype::F32, shape.to_vec(), bytes).unwrap()));
    safetensors::serialize_to_file(views, None, &dir.path().join("model.safetensors")).unwrap();
    std::fs::copy(data("gpt2-tokenizer/tokenizer.json"), dir.path().join("tokenizer.json")).unwrap();
    dir
}

#[test]
fn a_table_shows_the_parts_and_how_they_add_up() {
    let table = succeeds(attribute(&data("tiny-a"), "--tokens 1,5,9 --answer #7 --incorrect #12"));
    let (table, error) = table.trim_end().rsplit_once('\n').unwrap();
    let expected = "\
Why #7 rather than #12 after #9 (position 2)?

component     attribution   share
embed             -0.1836    2.7%
pos_embed         -0.1657    2.4%
0_attn_out        -0.3549    5.2%
0_mlp_out         -4.3960   64.0%
1_attn_out        +0.8005   11.6%
1_mlp_out         +0.9728   14.2%

total             -3.3269
logit - b_U       -3.3269
";
    assert_eq!(table, expected.trim_end());
    let error: f64 = error.strip_prefix("error").unwrap().trim().parse().unwrap();
    assert!(error.abs() < 1e-5);
}

#[test]
fn a_table_of_all_positions_has_a_column_for_each() {
    let table = succeeds(attribute(
        &data("tiny-a"),
        "--tokens 1,5,9 --answer #7 --unit layer --position all",
    ));
    let (table, _) = table.trim_end().rsplit_once('\n').unwrap();
    let expected = "\
Why #7 after each token?

position            0         1         2
layer              #1        #5        #9
0_pre         +0.0384   +0.1133   -0.4926
0_mid         +0.6850   +1.0425   -0.8442
1_pre         +1.2802   +1.3556   -4.1187
1_mid         +2.3682   +2.4586   -3.2195
final_post    +3.0762   +2.4810   -1.8420

total         +3.0762   +2.4810   -1.8420
logit - b_U   +3.0762   +2.4810   -1.8420
";
    assert_eq!(table, expected.trim_end());
}

#[test]
fn a_chart_is_drawn_into_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("chart.svg");
    for unit in [
        "component --position all",
        "layer --position all",
        "head --position all",
        "source --of L1H2",
        "neuron --of 1_mlp_out",
        "component --path L1H2@1",
        "layer --path L1H2@1",
        "head --path L1H2@1,L0H0@0",
    ] {
        let question = format!("--tokens 1,5,9 --answer #7 --incorrect #12 --unit {unit} --top 1");
        let table = succeeds(attribute(
            &data("tiny-a"),
            &format!("{question} --svg {}", file.display()),
        ));
        assert_eq!(table, succeeds(attribute(&data("tiny-a"), &question)));
        let svg = std::fs::read_to_string(&file).unwrap();
        assert!(svg.starts_with("<svg ") && svg.contains("#12") && svg.trim_end().ends_with("</svg>"));
    }
}

#[test]
fn json_has_the_api_s_fields() {
    let json = succeeds(attribute(
        &data("tiny-a"),
        "--tokens 1,5,9 --answer #7 --unit head --position all --format json",
    ));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let mut fields: Vec<&String> = json.as_object().unwrap().keys().collect();
    fields.sort();
    let expected = [
        "answer",
        "attribution",
        "bias",
        "error",
        "exact",
        "incorrect",
        "labels",
        "logit",
        "positions",
        "tokens",
        "total",
        "unit",
    ];
    assert_eq!(fields, expected);
    assert_eq!(json["tokens"][1], serde_json::json!({"id": 5, "text": "#5"}));
    assert_eq!(json["answer"]["id"], 7);
    assert!(json["incorrect"].is_null());
    assert_eq!(json["unit"], "head");
    assert_eq!(
        json["labels"],
        serde_json::json!(["L0H0", "L0H1", "L0H2", "L1H0", "L1H1", "L1H2", "remainder"])
    );
    assert_eq!(json["positions"], serde_json::json!([0, 1, 2]));
    assert_eq!(json["exact"], true);
    assert_eq!(json["attribution"].as_array().unwrap().len(), 7 * 3);
    for field in ["logit", "bias", "total", "error"] {
        assert_eq!(json[field].as_array().unwrap().len(), 3, "{field}");
    }
}

/// Against what transformers and TransformerLens make of them.
#[test]
fn folders_as_people_have_them_give_their_tokens_and_numbers() {
    for case in std::fs::read_dir(data("cases")).unwrap() {
        let case = case.unwrap().path();
        let expected = std::fs::read(case.join("expected.json")).unwrap();
        let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
        let [prompt, answer, incorrect] = ["prompt", "answer", "incorrect"].map(|name| match &expected[name] {
            serde_json::Value::String(text) => text.clone(),
            id => format!("#{id}"),
        });
        let case_dir = case.to_str().unwrap();
        let output = logitscope(&[
            "attribute",
            "--model",
            case_dir,
            "--prompt",
            &prompt,
            "--answer",
            &answer,
            "--incorrect",
            &incorrect,
            "--format",
            "json",
        ]);
        assert_eq!(output.code, 0, "{}: {}", case.display(), output.stderr);
        let json: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
        let ids: Vec<&serde_json::Value> = json["tokens"]
            .as_array()
            .unwrap()
            .iter()
            .map(|token| &token["id"])
            .collect();
        assert_eq!(serde_json::json!(ids), expected["tokens"], "{}", case.display());
        assert_eq!(json["bos"]["id"], expected["tokens"][0]);
        assert!(json["bos"]["namedBy"].is_string());
        for field in ["total", "logit"] {
            let off = json[field][0].as_f64().unwrap() - expected[field].as_f64().unwrap();
            assert!(off.abs() < 1e-4, "{}: {field} is off by {off}", case.display());
        }
    }
}

/// The numbers are those that `transformer_lens.rs` checks in the library.
#[test]
fn every_format_has_the_same_numbers() {
    let question = "--tokens 1,5,9,33,2,47 --answer #7 --incorrect #12 --position 4";
    let report = report(attribute(&data("tiny-a"), &format!("{question} --format json")));
    let csv = succeeds(attribute(&data("tiny-a"), &format!("{question} --format csv")));
    let mut csv = csv.lines();
    assert_eq!(csv.next(), Some("label,position,attribution"));
    let explanation = report.explanation;
    let table = succeeds(attribute(&data("tiny-a"), question));
    for (label, value) in explanation.labels().iter().zip(explanation.values()) {
        let in_csv = csv.next().unwrap().strip_prefix(&format!("{label},4,")).unwrap();
        assert!((in_csv.parse::<f64>().unwrap() - value).abs() < 1e-12);
        let line = table
            .lines()
            .find(|line| line.starts_with(&format!("{label} ")))
            .unwrap();
        assert_eq!(line.split_whitespace().nth(1).unwrap(), format!("{value:+.4}"));
    }
}

#[test]
fn weights_can_be_those_of_another_file() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(data("tiny-a/config.json"), dir.path().join("config.json")).unwrap();
    std::fs::copy(
        data("tiny-a/model.safetensors"),
        dir.path().join("model.step-400.safetensors"),
    )
    .unwrap();
    let question = "--tokens 1,5,9 --answer #7";
    assert_eq!(
        succeeds(attribute(
            dir.path(),
            &format!("{question} --weights model.step-400.safetensors")
        )),
        succeeds(attribute(&data("tiny-a"), question))
    );
}

#[test]
fn top_keeps_the_strongest_and_the_totals_of_all() {
    let question = "--tokens 1,5,9,33,2,47 --answer #7 --unit head --position all --format json";
    let all = report(attribute(&data("tiny-a"), question));
    let kept = |option: &str| report(attribute(&data("tiny-a"), &format!("{question} {option}")));
    for (kept, expected) in [
        (kept("--top 3"), all.explanation.strongest(3)),
        (kept("--top-signed 3"), all.explanation.top(3)),
    ] {
        let parts: Vec<Part> = expected.iter().map(|&(part, _)| part).collect();
        assert_eq!(kept.explanation.labels(), parts);
        assert_eq!(kept.explanation.top(3), all.explanation.only(&expected).top(3));
        assert_eq!(kept.explanation.identity().total, all.explanation.identity().total);
        assert!(kept.exact);
    }
    assert!(all.explanation.strongest(3) != all.explanation.top(3));

    // What is not kept is one row, so that the column adds up.
    let table = succeeds(attribute(
        &data("tiny-a"),
        "--tokens 1,5,9 --answer #7 --incorrect #12 --top 2",
    ));
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[3][..2], ["0_mlp_out", "-4.3960"]);
    assert_eq!(rows[4][..2], ["1_mlp_out", "+0.9728"]);
    assert_eq!(rows[5], ["4", "others", "+0.0963"]);
    assert_eq!(rows[7], ["total", "-3.3269"]);
}

#[test]
fn a_head_is_taken_apart_into_its_tokens_and_one_goes_in_through_it() {
    let ask = |question: &str| {
        attribute(
            &data("tiny-a"),
            &format!("--tokens 1,5,9,33,2,47 --answer #7 --incorrect #12 {question}"),
        )
    };
    let table = succeeds(ask("--unit source --of L1H2"));
    let (table, _) = table.trim_end().rsplit_once('\n').unwrap();
    let expected = "\
Why #7 rather than #12 after #47 (position 5)?
What L1H2 takes from each token.

source      attribution   share   attention
@0 #1           +0.0512   12.8%       60.7%
@1 #5           +0.0078    2.0%        1.3%
@2 #9           -0.0238    6.0%       13.1%
@3 #33          +0.0000    0.0%        0.1%
@4 #2           +0.0001    0.0%        0.0%
@5 #47          -0.3153   79.2%       24.8%

total           -0.2801
its share       -0.2801";
    assert_eq!(table, expected);

    // One of them is what comes in through it, and is taken apart once more.
    let sources = report(ask("--unit source --of L1H2 --format json"));
    for unit in ["component", "layer", "head"] {
        let inside = report(ask(&format!("--path L1H2@5 --unit {unit} --format json")));
        let share = sources.explanation.row(5)[0];
        assert_eq!(inside.explanation.identity().logit, [share], "{unit}");
        assert!((inside.explanation.identity().total[0] - share).abs() < 1e-6, "{unit}");
        assert_eq!(inside.path, ["L1H2@5".parse().unwrap()]);
    }
    let deeper = succeeds(ask("--path L1H2@5,L0H1@3 --unit component"));
    assert!(
        deeper.contains("\nThrough L1H2 at #47 (5), L0H1 at #33 (3).\n"),
        "{deeper}"
    );
    let parts: Vec<&str> = deeper.lines().skip(4).take(2).collect();
    assert!(
        parts[0].starts_with("embed ") && parts[1].starts_with("pos_embed "),
        "{deeper}"
    );
    // However small it has become, there are digits.
    let digits = |line: &str| line.chars().filter(|c| ('1'..='9').contains(c)).count();
    assert!(parts.iter().all(|line| digits(line) > 4), "{deeper}");

    let csv = succeeds(ask("--unit source --of L1H2 --format csv"));
    assert!(
        csv.starts_with("label,position,attribution,pattern\n@0,5,0.05"),
        "{csv}"
    );
    assert_eq!(csv.lines().count(), 7);
}

#[test]
fn an_mlp_is_taken_apart_into_neurons_and_a_neuron_s_input_is_explained() {
    let ask = |question: &str| attribute(&data("tiny-a"), &format!("--tokens 1,5,9,33,2,47 {question}"));
    let question = "--answer #7 --unit neuron --of 1_mlp_out";
    let neurons = report(ask(&format!("{question} --format json")));
    let [.., Part::MlpBias(1)] = neurons.explanation.labels() else {
        panic!("{:?}", neurons.explanation.labels());
    };
    let csv = succeeds(ask(&format!("{question} --format csv")));
    assert!(csv.starts_with("label,position,attribution,activation\nL1N0,5,"));
    // No neuron writes the bias, and it has no activation.
    assert!(csv.lines().last().unwrap().ends_with(','), "{csv}");
    let table = succeeds(ask(&format!("{question} --top 2")));
    assert!(table.contains("What each neuron of 1_mlp_out adds.\n"), "{table}");
    assert!(table.contains("\nL1N78 ") && table.contains("\n95 others "), "{table}");

    for (explain, asked) in [
        ("neuron:L1N3", "Why the input of L1N3 at #47 (position 5)?\n"),
        (
            "score:L1H0@2:key",
            "Why the score of L1H0 for #9 (2) at #47 (position 5), by the parts at the key?\n",
        ),
        (
            "score:L1H0@2:query",
            "Why the score of L1H0 for #9 (2) at #47 (position 5), by the parts at the query?\n",
        ),
    ] {
        let table = succeeds(ask(&format!("--explain {explain}")));
        assert!(table.starts_with(asked) && table.contains("\nvalue - bias "), "{table}");
        let report = report(ask(&format!("--explain {explain} --unit head --format json")));
        assert_eq!((report.explain.as_deref(), &report.answer), (Some(explain), &None));
        assert!(report.exact);
    }
}

#[test]
fn text_is_tokenized_after_a_bos_token() {
    let dir = with_tokenizer();
    let ask = |more: &[&str]| {
        let mut arguments = vec![
            "attribute",
            "--model",
            dir.path().to_str().unwrap(),
            "--prompt",
            "When Mary and John",
        ];
        arguments.extend(more);
        logitscope(&arguments)
    };
    let asked = report(ask(&["--answer", " Mary", "--incorrect", "#1757", "--format", "json"]));
    let texts: Vec<&str> = asked.tokens.iter().map(|token| token.text.as_str()).collect();
    assert_eq!(texts, ["<|endoftext|>", "When", " Mary", " and", " John"]);
    let answer = asked.answer.unwrap();
    assert_eq!((answer.id, answer.text.as_str()), (5335, " Mary"));
    assert_eq!(asked.than.incorrect[0].text, " John");
    assert_eq!(asked.explanation.positions(), [4]);

    let without_bos = report(ask(&["--no-bos", "--answer", " Mary", "--format", "json"]));
    assert_eq!(without_bos.tokens.len(), 4);

    let table = succeeds(ask(&["--answer", " Mary", "--incorrect", " John"]));
    assert!(
        table.starts_with("Why \" Mary\" rather than \" John\" after \" John\" (position 4)?\n"),
        "{table}"
    );
}

#[test]
fn token_ids_are_written_as_people_have_them() {
    let ask = |ids: &str| {
        let folder = data("tiny-a");
        let model = folder.to_str().unwrap();
        succeeds(logitscope(&[
            "attribute",
            "--model",
            model,
            "--tokens",
            ids,
            "--answer",
            "#7",
        ]))
    };
    let expected = ask("1,5,9");
    for ids in ["1, 5, 9", "[1, 5, 9]", "[1,5,9]", "1 5 9", "[1 5 9]", " 1,\t5 ,9\n"] {
        assert_eq!(ask(ids), expected, "{ids:?}");
    }
}

#[test]
fn a_value_may_begin_with_a_hyphen() {
    let dir = with_tokenizer();
    let ask = |prompt: &str, answer: &str, incorrect: &str| {
        let model = dir.path().to_str().unwrap();
        let question = ["--prompt", prompt, "--answer", answer, "--incorrect", incorrect];
        report(logitscope(
            &[&["attribute", "--model", model][..], &question, &["--format", "json"]].concat(),
        ))
    };
    for (prompt, answer, incorrect) in [("-5 + 3 =", "--", "-"), ("--help", "-", "--"), ("--", " -", "---")] {
        let report = ask(prompt, answer, incorrect);
        let texts: Vec<&str> = report.tokens[1..].iter().map(|token| token.text.as_str()).collect();
        assert_eq!(texts.concat(), prompt);
        assert_eq!(
            (
                report.answer.unwrap().text.as_str(),
                report.than.incorrect[0].text.as_str()
            ),
            (answer, incorrect)
        );
    }
}

/// GPT-2's vocabulary has such tokens, and names of files may be anything.
#[test]
fn nothing_that_a_terminal_obeys_is_printed_raw() {
    let dir = with_tokenizer();
    let hostile = "\u{202E}\u{1B}[31m\u{200B}";
    let question = |answer: &str, format: &str| {
        let model = dir.path().to_str().unwrap();
        logitscope(&[
            "attribute",
            "--model",
            model,
            "--prompt",
            hostile,
            "--answer",
            answer,
            "--position",
            "all",
            "--format",
            format,
        ])
    };
    let raw = |text: &str| {
        text.chars()
            .any(|c| c != '\n' && (c.is_control() || matches!(c, '\u{200B}' | '\u{202E}')))
    };
    let table = succeeds(question("#187", "table"));
    assert!(!raw(&table) && table.contains("\\u{1b}"), "{table}");
    let json = report(question("#187", "json"));
    assert_eq!(json.tokens.len(), json.explanation.positions().len());

    for output in [
        question(hostile, "table"),
        attribute(Path::new(hostile), "--tokens 1 --answer #1"),
    ] {
        assert_eq!((output.code, output.stdout.as_str()), (1, ""));
        assert!(
            !raw(&output.stderr) && output.stderr.contains("\\u{202e}"),
            "{}",
            output.stderr
        );
    }
    let long = question(&"x".repeat(100_000), "table");
    assert!(long.code == 1 && long.stderr.len() < 2_100, "{}", long.stderr.len());
}

/// A safetensors file of which the first number of a tensor is 1e30.
fn with_huge(file: &[u8], tensor: &str) -> Vec<u8> {
    let start = 8 + u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&file[8..start]).unwrap();
    let at = start
        + header[format!("transformer.{tensor}")]["data_offsets"][0]
            .as_u64()
            .unwrap() as usize;
    let mut file = file.to_vec();
    file[at..at + 4].copy_from_slice(&1e30_f32.to_le_bytes());
    file
}

#[test]
fn bad_input_is_one_line_that_names_it_and_the_fix() {
    let tiny = data("tiny-a");
    let tokenizer = with_tokenizer();
    let empty = tempfile::tempdir().unwrap();
    let mismatched = tempfile::tempdir().unwrap();
    for file in ["config.json", "model.safetensors"] {
        std::fs::copy(tiny.join(file), mismatched.path().join(file)).unwrap();
    }
    std::fs::copy(
        data("gpt2-tokenizer/tokenizer.json"),
        mismatched.path().join("tokenizer.json"),
    )
    .unwrap();
    let truncated = tempfile::tempdir().unwrap();
    std::fs::copy(tiny.join("config.json"), truncated.path().join("config.json")).unwrap();
    let weights = std::fs::read(tiny.join("model.safetensors")).unwrap();
    std::fs::write(
        truncated.path().join("model.safetensors"),
        &weights[..weights.len() - 1],
    )
    .unwrap();
    let overflowing = tempfile::tempdir().unwrap();
    std::fs::copy(tiny.join("config.json"), overflowing.path().join("config.json")).unwrap();
    std::fs::write(
        overflowing.path().join("model.safetensors"),
        with_huge(&weights, "h.0.mlp.c_proj.bias"),
    )
    .unwrap();

    for (model, arguments, expected) in [
        (
            overflowing.path(),
            "--tokens 1,2 --answer #1",
            "overflow: what ln_1 of layer 1 divides by is inf at position 0",
        ),
        (empty.path(), "--tokens 1 --answer #1", "config.json: is not in"),
        (Path::new("no/such/folder"), "--tokens 1 --answer #1", "no/such/folder"),
        (truncated.path(), "--tokens 1 --answer #1", "model.safetensors: "),
        (
            mismatched.path(),
            "--prompt When --no-bos --answer #1",
            "prompt: the tokenizer knows the token \"When\" (id 2215), but the model does not",
        ),
        (
            mismatched.path(),
            "--prompt When --answer #1",
            "prompt: there is no token to put first: \"<|endoftext|>\", named by GPT-2's default, has the id 50256, which this \
             model does not have; --no-bos does without",
        ),
        (
            &tiny,
            "--tokens 1 --answer #1 --weights step-9.safetensors",
            "step-9.safetensors: is not in",
        ),
        (
            &tiny,
            "--tokens 1 --answer #1 --weights ../tiny-b/model.safetensors",
            "weights: \"../tiny-b/model.safetensors\" is not the name of a .safetensors, .bin, .pt or .pth file",
        ),
        (
            &tiny,
            "--prompt When --answer #1",
            "prompt: this model has no tokenizer (tokenizer.json, or vocab.json and merges.txt)",
        ),
        (
            &tiny,
            "--tokens 97 --answer #1",
            "prompt: token id 97 is not in the vocabulary, which has ids 0 to 96",
        ),
        (
            &tiny,
            "--tokens 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25 --answer #1",
            "prompt: has 25 tokens, but this model reads at most 24",
        ),
        (
            &tiny,
            "--tokens 1 --answer #97",
            "answer: token id 97 is not in the vocabulary, which has ids 0 to 96",
        ),
        (&tiny, "--tokens 1 --answer #1 --incorrect #97", "--incorrect: "),
        (
            &tiny,
            "--tokens 1 --answer #1 --incorrect #1",
            "answer: token #1 is compared with itself",
        ),
        (&tiny, "--tokens [] --answer #1", "prompt: is empty"),
        (
            &tiny,
            "--tokens 1 --answer Mary",
            "answer: \"Mary\" is text, but this model has no tokenizer",
        ),
        (
            &tiny,
            "--tokens 1,2 --answer #1 --position 2",
            "position: 2 is outside the prompt, whose 2 tokens have positions 0 to 1",
        ),
        (
            &tiny,
            "--tokens 1,2 --answer #1 --position -3",
            "position: -3 is outside the prompt",
        ),
        (
            &tiny,
            "--tokens 1 --answer #1 --svg no/such/folder/chart.svg",
            "no/such/folder/chart.svg",
        ),
        (
            &tiny,
            "--tokens 1,2 --answer #1 --unit source",
            "of: unit source takes a head apart, such as L9H9; none is given",
        ),
        (
            &tiny,
            "--tokens 1,2 --answer #1 --unit neuron --of L1H0",
            "of: unit neuron takes an MLP apart, such as 10_mlp_out; L1H0 is none",
        ),
        (
            &tiny,
            "--tokens 1,2 --answer #1 --of L1H0",
            "of: unit component takes the whole number apart",
        ),
        (
            &tiny,
            "--tokens 1,2 --answer #1 --unit source --of L1H9",
            "of: there is no head 9; each layer has heads 0 to 2",
        ),
        (
            &tiny,
            "--tokens 1,2 --answer #1 --unit neuron --of 9_mlp_out",
            "of: there is no layer 9; this model has layers 0 to 1",
        ),
        (
            &tiny,
            "--tokens 1,2 --answer #1 --path L1H0@1 --unit neuron --of 1_mlp_out",
            "of: the MLP of layer 1 comes after what is read here, 1_pre; the last before that is the MLP of layer 0",
        ),
        (
            &tiny,
            "--tokens 1,2 --answer #1 --path L0H0@1,L1H0@1",
            "path: step 2, L1H0@1: layer 1 comes after what is read here, 0_pre; only the embeddings come before that",
        ),
        (
            &tiny,
            "--tokens 1,2 --answer #1 --path L1H0@0,L0H0@1",
            "path: step 2, L0H0@1: the head is at token 0, and cannot read token 1",
        ),
        (
            &tiny,
            "--tokens 1,2 --answer #1 --path L1H0@0 --position all",
            "position: a path, a neuron and a score are those of one position; give one",
        ),
        (
            &tiny,
            "--tokens 1,2 --explain neuron:L1N999",
            "explain: layer 1 has no neuron 999",
        ),
        (
            &tiny,
            "--tokens 1,2 --explain score:L1H0@2:key",
            "explain: the query at token 1 does not see the key at token 2",
        ),
        (
            &tiny,
            "--tokens 1,2 --explain score:L5H0@1:key",
            "explain: there is no layer 5; this model has layers 0 to 1",
        ),
        (tokenizer.path(), "--prompt  --answer #1", "prompt: is empty"),
        (
            tokenizer.path(),
            "--prompt When --answer Australopithecus",
            "an answer is exactly one token",
        ),
        (tokenizer.path(), "--prompt When --answer elephant", "Try \" elephant\""),
        (tokenizer.path(), "--prompt When --answer ", "answer: is empty"),
    ] {
        let output = attribute(model, arguments);
        assert_eq!(
            (output.code, output.stdout.as_str()),
            (1, ""),
            "{arguments}: {}",
            output.stderr
        );
        assert_eq!(output.stderr.lines().count(), 1, "{arguments}: {}", output.stderr);
        assert!(output.stderr.contains(expected), "{arguments}: {}", output.stderr);
    }
}

/// A command on the model without a tokenizer, its arguments separated by spaces.
fn tiny(command: &str, arguments: &str) -> Output {
    let model = data("tiny-a");
    let mut all = vec![command, "--model", model.to_str().unwrap()];
    all.extend(arguments.split_whitespace());
    logitscope(&all)
}

fn json(output: Output) -> serde_json::Value {
    serde_json::from_str(&succeeds(output)).unwrap()
}

fn numbers(json: &serde_json::Value) -> Vec<f64> {
    json.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

const LOST: &str = "--tokens 1,5,9 --answer #7 --incorrect #12";

#[test]
fn effects_say_what_is_lost_without_each_part() {
    let json = json(tiny(
        "effects",
        &format!("{LOST} --unit component --at last --format json"),
    ));
    let mut fields: Vec<&String> = json.as_object().unwrap().keys().collect();
    fields.sort();
    let expected = [
        "ablation",
        "after",
        "answer",
        "at",
        "direct",
        "effect",
        "incorrect",
        "labels",
        "logit",
        "position",
        "renormalized",
        "tokens",
        "unit",
    ];
    assert_eq!(fields, expected);
    assert_eq!(
        json["labels"],
        serde_json::json!(["0_attn_out", "0_mlp_out", "1_attn_out", "1_mlp_out"])
    );
    assert_eq!(
        (&json["unit"], &json["ablation"]),
        (&"component".into(), &"zero".into())
    );
    assert_eq!((&json["at"], &json["position"]), (&serde_json::json!([2]), &2.into()));
    // What they add themselves is what the attribution says.
    let whole = report(attribute(&data("tiny-a"), &format!("{LOST} --format json")));
    assert_eq!(numbers(&json["direct"]), whole.explanation.values()[2..]);
    let (logit, effect) = (json["logit"].as_f64().unwrap(), numbers(&json["effect"]));
    for (after, effect) in numbers(&json["after"]).into_iter().zip(&effect) {
        assert_eq!(logit - after, *effect);
    }
    let csv = succeeds(tiny(
        "effects",
        &format!("{LOST} --unit component --at last --format csv"),
    ));
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(
        (rows.len(), rows[0]),
        (5, "label,logit,after,effect,direct,renormalized")
    );
    let row: Vec<&str> = rows[3].split(',').collect();
    assert_eq!((row[0], row[3].parse()), ("1_attn_out", Ok(effect[2])));

    let table = succeeds(tiny("effects", &format!("{LOST} --ablation mean --at -2 --top 2")));
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("The logit of #7 less that of #12 after #9 (position 2) is "));
    assert_eq!(
        lines[1],
        "Without a part, replaced by its mean over the prompt at #5 (position 1):"
    );
    assert_eq!(
        lines[3].split_whitespace().collect::<Vec<_>>().join(" "),
        "head total effect logit after direct direct, ln anew"
    );
    assert_eq!(lines.len(), 6, "the two strongest heads: {table}");
    assert!(lines[4].starts_with("L0H") || lines[4].starts_with("L1H"));
}

#[test]
fn two_prompts_are_compared_part_by_part() {
    let asked = "--answer #7 --incorrect #12 --unit head --format json";
    let of = |prompt: &str| json(tiny("attribute", &format!("{prompt} {asked}")));
    let both = of("--tokens 1,5,9 --corrupted-tokens 1,6,9");
    let (clean, corrupted) = (of("--tokens 1,5,9"), of("--tokens 1,6,9"));
    for field in ["attribution", "logit", "total"] {
        let [both, clean, corrupted] = [&both, &clean, &corrupted].map(|of| numbers(&of[field]));
        for i in 0..both.len() {
            assert!((both[i] - (clean[i] - corrupted[i])).abs() < 1e-12);
        }
    }
    assert_eq!(both["corrupted_tokens"][1]["id"], 6);
}

#[test]
fn patch_says_what_single_activations_bring_back() {
    let both = "--tokens 1,5,9 --corrupted-tokens 1,6,9 --answer #7 --incorrect #12";
    for (site, shape) in [
        ("resid_pre", vec![2, 3]),
        ("attn_out", vec![2, 3]),
        ("mlp_out", vec![2, 3]),
        ("z", vec![2, 3]),
        ("v", vec![2, 3]),
        ("pattern", vec![2, 3]),
        ("z_by_position", vec![2, 3, 3]),
    ] {
        let json = json(tiny("patch", &format!("{both} --site {site} --format json")));
        let mut fields: Vec<&String> = json.as_object().unwrap().keys().collect();
        fields.sort();
        let expected = [
            "answer",
            "clean",
            "corrupted",
            "corrupted_tokens",
            "incorrect",
            "logit",
            "position",
            "shape",
            "site",
            "tokens",
        ];
        assert_eq!(fields, expected);
        assert_eq!(
            (&json["site"], &json["shape"]),
            (&site.into(), &serde_json::json!(shape))
        );
        let logits = numbers(&json["logit"]);
        assert_eq!(logits.len(), shape.iter().product::<usize>());
        if site == "resid_pre" {
            // Before the first layer, the token that differs is all that there is of the clean prompt.
            assert!((logits[1] - json["clean"].as_f64().unwrap()).abs() < 1e-4);
            assert_eq!(logits[0], json["corrupted"].as_f64().unwrap());
        }
        let csv = succeeds(tiny("patch", &format!("{both} --site {site} --format csv")));
        let rows: Vec<&str> = csv.lines().collect();
        let second = match (site, shape.len()) {
            (_, 3) => "position,head",
            ("z" | "v" | "pattern", _) => "head",
            _ => "position",
        };
        assert_eq!(rows[0], format!("layer,{second},logit,clean,corrupted"));
        assert_eq!(rows.len(), logits.len() + 1);
        let last: Vec<&str> = rows[logits.len()].split(',').collect();
        assert_eq!(
            last[..shape.len()],
            shape.iter().map(|n| (n - 1).to_string()).collect::<Vec<_>>()
        );
        assert_eq!(last[shape.len()].parse(), Ok(logits[logits.len() - 1]));
    }
    let table = succeeds(tiny("patch", both));
    let lines: Vec<&str> = table.lines().collect();
    assert!(
        lines[0].starts_with("The logit of #7 less that of #12 after position 2: "),
        "{table}"
    );
    assert_eq!(
        lines[3].split_whitespace().collect::<Vec<_>>(),
        ["0", "#1", "1", "#6", "2", "#9"]
    );
    assert_eq!(
        lines[4].split_whitespace().collect::<Vec<_>>()[..4],
        ["layer", "0", "+0.000", "+1.000"]
    );
    // Of prompts that say the same nothing is a share.
    let same = succeeds(tiny("patch", "--tokens 1,5,9 --corrupted-tokens 1,5,9 --answer #7"));
    assert!(same.contains("how far from the corrupted logit, which is the clean one:"));
    assert!(same.contains("+0.000") && !same.contains("NaN"));
}

#[test]
fn effects_and_patching_are_drawn_into_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("chart.svg");
    let both = "--tokens 1,5,9 --corrupted-tokens 1,6,9 --answer #7 --incorrect #12";
    for (command, arguments) in [
        ("effects", format!("{LOST} --top 1")),
        ("effects", format!("{LOST} --unit component --format json")),
        ("lens", "--tokens 1,5,9 --answer #12".to_string()),
        ("lens", "--tokens 12,5,9 --position all --format csv".to_string()),
        ("patch", both.to_string()),
        ("patch", format!("{both} --site z_by_position --head 2")),
    ] {
        let printed = succeeds(tiny(command, &format!("{arguments} --svg {}", file.display())));
        assert_eq!(printed, succeeds(tiny(command, &arguments)));
        let svg = std::fs::read_to_string(&file).unwrap();
        assert!(svg.starts_with("<svg ") && svg.contains("#12") && svg.trim_end().ends_with("</svg>"));
        std::fs::remove_file(&file).unwrap();
    }
}

#[test]
fn what_effects_and_patch_cannot_answer_is_one_line() {
    for (command, arguments, expected) in [
        ("effects", "--tokens 1,5,9 --answer #7 --at 3", "position: 3"),
        ("effects", "--tokens 1,5,9 --answer #7 --at -4", "position: -4"),
        ("effects", "--tokens 1,5,9 --answer #7 --position 3", "position: 3"),
        ("effects", "--tokens 1,5,9 --answer Mary", "Mary"),
        (
            "patch",
            "--tokens 1,5 --corrupted-tokens 1,6 --answer #7 --site z --head 1",
            "--head: of --site z all heads are drawn",
        ),
        (
            "patch",
            "--tokens 1,5,9 --corrupted-tokens 1,6 --answer #7",
            "corrupted: has 2 tokens, and the clean prompt 3; both need as many. Clean: #1 #5 #9. Corrupted: #1 #6",
        ),
        (
            "attribute",
            "--tokens 1,5,9 --corrupted-tokens 1,6 --answer #7",
            "corrupted: has 2 tokens, and the clean prompt 3",
        ),
        (
            "attribute",
            "--tokens 1,5,9 --corrupted-tokens 1,6,9 --answer #7 --unit source --of L0H1",
            "of: two runs differ in what each part adds",
        ),
        (
            "patch",
            "--tokens 1,5,9 --corrupted-tokens 1,6,99999 --answer #7",
            "the corrupted prompt: ",
        ),
        (
            "patch",
            "--tokens 1,5 --corrupted-tokens 1,6 --answer #7 --site z_by_position --head 3 --svg chart.svg",
            "chart: head 3 of layers of 3",
        ),
        (
            "patch",
            "--tokens 1,5 --corrupted-tokens 1,6 --answer #7 --svg no/such/folder/a.svg",
            "--svg: no/such/folder/a.svg",
        ),
    ] {
        let output = tiny(command, arguments);
        assert_eq!((output.code, output.stdout.as_str()), (1, ""), "{arguments}");
        assert_eq!(output.stderr.lines().count(), 1, "{arguments}: {}", output.stderr);
        assert!(output.stderr.contains(expected), "{arguments}: {}", output.stderr);
    }
}

#[test]
fn bad_usage_is_2() {
    for arguments in [
        "",
        "explain",
        "attribute --tokens 1 --answer #1",
        "attribute --model . --answer #1",
        "attribute --model . --tokens 1",
        "attribute --model . --tokens 1 --prompt a --answer #1",
        "attribute --model . --tokens one --answer #1",
        "attribute --model . --tokens 1,,2 --answer #1",
        "attribute --model . --tokens [1,2 --answer #1",
        "attribute --model . --tokens -1 --answer #1",
        "attribute --model . --tokens 4294967296 --answer #1",
        "attribute --model . --tokens 1 --answer #1 --unit position",
        "attribute --model . --tokens 1 --answer #1 --position last",
        "attribute --model . --tokens 1 --answer #1 --top 0",
        "attribute --model . --tokens 1 --answer #1 --top 1 --top-signed 1",
        "attribute --model . --tokens 1 --answer #1 --unit source --of head",
        "attribute --model . --tokens 1 --answer #1 --path L1H2",
        "attribute --model . --tokens 1 --explain L1H2",
        "attribute --model . --tokens 1 --explain neuron:L1N3 --answer #1",
        "attribute --model . --tokens 1 --answer #1 --format yaml",
        "attribute --model . --tokens 1 --answer #1 --colour",
        "effects --model . --tokens 1",
        "effects --model . --tokens 1 --answer #1 --unit layer",
        "effects --model . --tokens 1 --answer #1 --ablation noise",
        "effects --model . --tokens 1 --answer #1 --at first",
        "effects --model . --tokens 1 --answer #1 --position all",
        "patch --model . --tokens 1 --answer #1",
        "patch --model . --tokens 1 --corrupted a --corrupted-tokens 1 --answer #1",
        "patch --model . --tokens 1 --corrupted-tokens 1 --answer #1 --site q",
    ] {
        let output = logitscope(&arguments.split_whitespace().collect::<Vec<_>>());
        assert_eq!(output.code, 2, "{arguments}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments}");
    }
    assert_eq!(logitscope(&["--help"]).code, 0);
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_logitscope"))
        .args([
            "attribute",
            "--model",
            data("tiny-a").to_str().unwrap(),
            "--tokens",
            "1",
            "--answer",
            "#1",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert!(output.status.success());
}

#[test]
fn several_tokens_and_all_by_probability_are_compared_with() {
    let ask = |asked: &str| tiny("attribute", &format!("--tokens 1,5,9 --answer #7 {asked}"));
    let table = succeeds(ask("--incorrect #12 --incorrect #13"));
    assert!(
        table.starts_with("Why #7 rather than the mean of #12, #13 after #9 (position 2)?"),
        "{table}"
    );
    let several = json(ask("--incorrect #12 --incorrect #13 --format json"));
    assert_eq!(several["incorrect"][1]["id"], 13);
    assert!(several.get("contrast").is_none());
    let all = json(ask("--contrast log-probability --format json"));
    assert!(all["incorrect"].is_null());
    assert_eq!(
        (&all["contrast"], &all["exact"]),
        (&"log-probability".into(), &true.into())
    );
    let lost = succeeds(tiny("effects", "--tokens 1,5,9 --answer #7 --contrast log-probability"));
    assert!(
        lost.starts_with("The logit of #7 less the mean of all by their probability after"),
        "{lost}"
    );
    for (asked, why) in [
        ("--incorrect #12 --contrast log-probability", "cannot be used with"),
        ("--contrast mean", "is not log-probability"),
    ] {
        let refused = ask(asked).stderr;
        assert!(refused.contains(why), "{refused}");
    }
}

#[test]
fn the_lens_says_what_the_model_would_say_at_each_state() {
    let ask = |asked: &str| tiny("lens", &format!("--tokens 1,5,9 --answer #7 --top 3 {asked}"));
    let table = succeeds(ask(""));
    assert!(
        table.starts_with("What the model would say after #9 (position 2), if it stopped at each state:"),
        "{table}"
    );
    assert!(table.lines().last().unwrap().starts_with("final_post"), "{table}");
    let lens = json(ask("--format json"));
    let states = lens["labels"].as_array().unwrap().len();
    assert_eq!(
        (&lens["positions"], &lens["answer_token"]["id"]),
        (&serde_json::json!([2]), &7.into())
    );
    assert_eq!(lens["top"][states - 1][0].as_array().unwrap().len(), 3);
    assert_eq!(lens["top"][0][0][2]["rank"], 2);
    assert!(lens["answer"]["rank"][0][0].is_u64() && lens["entropy"][0][0].is_f64());
    let csv = succeeds(ask("--format csv --position all"));
    assert_eq!(csv.lines().count(), 1 + states * 3 * 3);
    assert!(succeeds(ask("--position all")).starts_with("The likeliest token after each token"));
    assert!(
        tiny("lens", "--tokens 1,5,9 --position 3")
            .stderr
            .starts_with("error: position: 3 is outside")
    );
}

#[test]
fn a_part_s_words_are_its_attributions() {
    let ask = |asked: &str| {
        tiny(
            "readout",
            &format!("--tokens 1,5,9 --top 2 --part L1H0 --part L1H0@1 {asked}"),
        )
    };
    let said = json(ask("--format json"));
    let promoted = &said["readouts"][1]["promoted"];
    assert_eq!(
        (&said["readouts"][1]["part"], promoted.as_array().unwrap().len()),
        (&"L1H0@1".into(), 2)
    );
    let asked = format!(
        "--tokens 1,5,9 --answer #{} --unit source --of L1H0 --format json",
        promoted[0]["id"]
    );
    let [value, taken] = [
        &promoted[0]["value"],
        &json(tiny("attribute", &asked))["attribution"][1],
    ]
    .map(|x| x.as_f64().unwrap());
    assert!((value - taken).abs() < 1e-6, "{value} is not {taken}");
    assert!(succeeds(ask("")).starts_with("What L1H0 adds to the logit of each token after #9 (position 2):"));
    assert_eq!(succeeds(ask("--format csv")).lines().count(), 1 + 2 * 2 * 2);
    let refused = tiny("readout", "--tokens 1,5,9 --part 0_mid").stderr;
    assert!(refused.contains("a state of the residual stream"), "{refused}");
}

#[test]
fn heads_are_scored() {
    let model = data("tiny-a");
    let run = |more: &str| {
        let mut all = vec!["heads", "--model", model.to_str().unwrap()];
        all.extend(more.split_whitespace());
        logitscope(&all)
    };
    let json: serde_json::Value = serde_json::from_str(&succeeds(run("--length 4 --seed 7 --format json"))).unwrap();
    assert_eq!((&json["length"], &json["seed"]), (&4.into(), &7.into()));
    let csv = succeeds(run("--length 4 --seed 7 --format csv"));
    let [heading, first, ..] = csv.lines().collect::<Vec<_>>()[..] else {
        panic!("{csv}")
    };
    assert_eq!(heading, "label,previous,duplicate,induction,first,copying");
    let scores = heading.split(',').skip(1).map(|name| json[name][0][0].to_string());
    let scores: Vec<f64> = scores.map(|score| score.parse().unwrap()).collect();
    let first: Vec<f64> = first
        .strip_prefix("L0H0,")
        .unwrap()
        .split(',')
        .map(|x| x.parse().unwrap())
        .collect();
    assert_eq!(first, scores);
    let table = succeeds(run("--length 4"));
    assert!(
        table.starts_with("On 4 random tokens, said twice (seed 0):\n\nhead   previous"),
        "{table}"
    );
    let refused = run("--length 1000");
    assert!(
        refused.code != 0 && refused.stderr.starts_with("error: length: 1000 is not between 2 and"),
        "{}",
        refused.stderr
    );
}

#[test]
fn many_prompts_are_asked_the_same() {
    let (dir, model) = (tempfile::tempdir().unwrap(), data("tiny-a"));
    let file = dir.path().join("prompts.csv");
    let ask = |text: &str, more: &str| {
        std::fs::write(&file, text).unwrap();
        let mut all = vec![
            "attribute",
            "--model",
            model.to_str().unwrap(),
            "--prompts",
            file.to_str().unwrap(),
        ];
        all.extend(more.split_whitespace());
        logitscope(&all)
    };
    let prompts = "tokens,answer,incorrect,who\n1 5 9,#7,#12,@1\n2 5 9,#7,#12,@0\n1 5 999999,#7,#12,@1\n";
    let alone = ["1,5,9", "2,5,9"].map(|tokens| {
        report(attribute(
            &model,
            &format!("--tokens {tokens} --answer #7 --incorrect #12 --format json"),
        ))
        .explanation
    });
    let output = ask(prompts, "--format json");
    assert!(
        output
            .stderr
            .starts_with("note: prompt 3 is left out: prompt: token id 999999 is not in the vocabulary"),
        "{}",
        output.stderr
    );
    let json: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let values: Vec<f64> = alone.iter().flat_map(|alone| alone.values().to_vec()).collect();
    assert_eq!(json["attribution"], serde_json::json!(values));
    assert_eq!(
        (&json["n"], &json["unit"], &json["failed"][0]["index"]),
        (&2.into(), &"component".into(), &2.into())
    );
    let (a, b) = (alone[0].values()[0], alone[1].values()[0]);
    let (mean, sd) = (json["mean"][0].as_f64().unwrap(), json["sd"][0].as_f64().unwrap());
    assert!((mean - (a + b) / 2.0).abs() < 1e-12 && (sd - (a - b).abs() / 2f64.sqrt()).abs() < 1e-12);

    let prompts = prompts.rsplit_once("1 5 999999").unwrap().0;
    let csv = succeeds(ask(prompts, "--format csv"));
    assert!(
        csv.starts_with(&format!("of,label,n,mean,sd\ncomponent,embed,2,{mean},{sd}\n")),
        "{csv}"
    );
    let table = succeeds(ask(prompts, "--top 1 --unit source"));
    assert!(
        table.starts_with("2 prompts, ") && table.contains("pattern of who") && table.contains("attribution of who"),
        "{table}"
    );

    for (text, more, message) in [
        (
            "tokens,answer\n1 5 9,#7,#8\n",
            "",
            "prompts: line 2 has 3 cells, but line 1 names 2 columns",
        ),
        (
            "tokens,answer\n1 5 9,#7\n",
            "--unit source",
            "no prompt names a token by a role",
        ),
        (
            "tokens,answer\n1 5 9,#7\n",
            "--position all",
            "--position all: each prompt of a file is asked after one position",
        ),
        (
            "tokens,answer\n1 5 9,#7\n",
            "--unit neuron",
            "of: unit neuron takes an MLP apart",
        ),
    ] {
        let output = ask(text, more);
        assert!(
            output.code != 0 && output.stderr.contains(message),
            "{}\n{message}",
            output.stderr
        );
    }
}
