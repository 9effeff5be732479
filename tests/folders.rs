//! Models' folders as people have them, against what `transformers` and TransformerLens make of them.

use std::fs;
use std::path::{Path, PathBuf};

use logitscope::attribution::{Question, Unit, attribute};
use logitscope::gpt2::LanguageModel;
use safetensors::tensor::TensorView;
use safetensors::{SafeTensors, serialize};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

const PROMPT: &str = "When Mary and John";

fn case(name: &str) -> PathBuf {
    Path::new("tests/data/cases").join(name)
}

/// What `transformers` and TransformerLens make of a folder.
#[derive(Deserialize)]
struct Expected {
    why: String,
    prompt: String,
    answer: u32,
    incorrect: u32,
    tokens: Vec<u32>,
    logit: f64,
    total: f64,
}

#[test]
fn every_folder_gives_the_tokens_and_numbers_of_transformer_lens() {
    let mut worst = 0f64;
    let cases = fs::read_dir("tests/data/cases")
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let cases: Vec<PathBuf> = cases.collect();
    assert!(cases.len() >= 14);
    for case in cases {
        let expected: Expected = serde_json::from_slice(&fs::read(case.join("expected.json")).unwrap()).unwrap();
        let shown = format!("{}: {}", case.display(), expected.why);
        let model = LanguageModel::open(&case).unwrap_or_else(|e| panic!("{shown}: {e}"));
        let tokens = model.tokens(&expected.prompt, true).unwrap();
        assert_eq!(tokens, expected.tokens, "{shown}");
        let run = model.gpt2.run(&tokens).unwrap();
        let question = Question::new(expected.answer).rather_than(expected.incorrect);
        for unit in [Unit::Component, Unit::Head] {
            let identity = attribute(&run, &question, unit).unwrap().identity;
            assert!(identity.is_exact(), "{shown}: {:?}", identity.error);
            let off = (identity.total[0] - expected.total).abs();
            let off = off.max((identity.logit[0] - expected.logit).abs());
            assert!(off < 1e-4, "{shown}: off by {off}");
            worst = worst.max(off);
        }
    }
    println!("farthest from TransformerLens: {worst:.1e}");
}

/// A folder like one of the cases, with other files.
fn like(name: &str, change: impl FnOnce(&mut Files)) -> TempDir {
    let mut files = Files(Vec::new());
    for entry in fs::read_dir(case(name)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_string();
        if name != "expected.json" {
            files.0.push((name, fs::read(path).unwrap()));
        }
    }
    change(&mut files);
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files.0 {
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    dir
}

struct Files(Vec<(String, Vec<u8>)>);

impl Files {
    fn remove(&mut self, name: &str) {
        self.0.retain(|(file, _)| file != name);
    }

    fn put(&mut self, name: &str, json: Value) {
        self.write(name, json.to_string());
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        let (_, bytes) = self.0.iter().find(|(file, _)| file == name).unwrap();
        bytes.clone()
    }

    fn write(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.remove(name);
        self.0.push((name.into(), bytes.into()));
    }

    /// Gives the model more tokens than its tokenizer has.
    fn widen(&mut self, by: usize) {
        const WTE: &str = "transformer.wte.weight";
        let bytes = self.bytes("model.safetensors");
        let weights = SafeTensors::deserialize(&bytes).unwrap();
        let wte = weights.tensor(WTE).unwrap();
        let [rows, columns] = wte.shape() else { panic!() };
        let row = wte.data().len() / rows;
        let data = [wte.data(), &wte.data()[..by * row]].concat();
        let wide = TensorView::new(wte.dtype(), vec![rows + by, *columns], &data).unwrap();
        let tensors = weights.iter().map(|(name, tensor)| match name {
            WTE => (name, wide.clone()),
            _ => (name, tensor),
        });
        let file = serialize(tensors, None).unwrap();
        self.change("config.json", |config| config["vocab_size"] = json!(rows + by));
        self.write("model.safetensors", file);
    }

    fn change(&mut self, name: &str, change: impl FnOnce(&mut Value)) {
        let mut json = serde_json::from_slice(&self.bytes(name)).unwrap();
        change(&mut json);
        self.put(name, json);
    }
}

const STARTS: &str = "<|startoftext|>";
const ENDS: &str = "<|endoftext|>";

/// In "bos_of_tokenizer", ENDS is 0 and STARTS is 1; in "n_ctx", ENDS is 0 and `Anna` 290. What is first, and who named it, is
/// what transformers 5.24 and TransformerLens 4.3.0 put there.
#[test]
fn the_first_token_is_the_one_of_transformer_lens() {
    type Change = fn(&mut Files);
    let cases: [(&str, Change, u32, &str); 13] = [
        (
            "bos_of_tokenizer",
            |files| {
                files.remove("tokenizer_config.json");
                files.put(
                    "special_tokens_map.json",
                    json!({"bos_token": STARTS, "eos_token": ENDS}),
                );
            },
            1,
            "special_tokens_map.json",
        ),
        (
            "bos_of_tokenizer",
            |files| {
                files.remove("tokenizer_config.json");
                files.put(
                    "special_tokens_map.json",
                    json!({"bos_token": {"content": STARTS, "normalized": false}}),
                );
            },
            1,
            "special_tokens_map.json",
        ),
        (
            "bos_of_tokenizer",
            |files| {
                let bos = json!({"__type": "AddedToken", "content": STARTS});
                files.put("tokenizer_config.json", json!({"bos_token": bos}));
            },
            1,
            "tokenizer_config.json",
        ),
        (
            "bos_of_tokenizer",
            |files| {
                let config =
                    json!({"bos_token": null, "eos_token": STARTS, "tokenizer_class": "PreTrainedTokenizerFast"});
                files.put("tokenizer_config.json", config);
            },
            1,
            "tokenizer_config.json",
        ),
        (
            "bos_of_tokenizer",
            |files| {
                files.put(
                    "tokenizer_config.json",
                    json!({"eos_token": STARTS, "tokenizer_class": "PreTrainedTokenizerFast"}),
                );
            },
            1,
            "tokenizer_config.json",
        ),
        (
            "bos_of_tokenizer",
            |files| {
                files.put(
                    "tokenizer_config.json",
                    json!({"eos_token": STARTS, "tokenizer_class": "GPT2Tokenizer"}),
                )
            },
            0,
            "GPT-2's default",
        ),
        (
            "bos_of_tokenizer",
            |files| {
                files.put("tokenizer_config.json", json!({"bos_token": ENDS}));
                files.put("special_tokens_map.json", json!({"bos_token": STARTS}));
            },
            1,
            "special_tokens_map.json",
        ),
        (
            "bos_of_tokenizer",
            |files| {
                let listed =
                    json!({"0": {"content": ENDS, "special": true}, "1": {"content": STARTS, "special": true}});
                files.put(
                    "tokenizer_config.json",
                    json!({"bos_token": ENDS, "added_tokens_decoder": listed}),
                );
                files.put("special_tokens_map.json", json!({"bos_token": STARTS}));
            },
            0,
            "tokenizer_config.json",
        ),
        (
            "bos_of_tokenizer",
            |files| files.remove("tokenizer_config.json"),
            0,
            "GPT-2's default",
        ),
        (
            "bos_of_tokenizer",
            |files| {
                files.remove("tokenizer_config.json");
                files.change("config.json", |config| config["bos_token_id"] = json!(1));
            },
            0,
            "GPT-2's default",
        ),
        (
            "n_ctx",
            |files| files.change("tokenizer.json", |tokenizer| tokenizer["added_tokens"] = json!([])),
            0,
            "GPT-2's default",
        ),
        (
            "n_ctx",
            |files| files.put("tokenizer_config.json", json!({"bos_token": "Anna"})),
            290,
            "tokenizer_config.json",
        ),
        // Not in TransformerLens, which would put a token that the model does not have.
        (
            "n_ctx",
            |files| {
                files.change("tokenizer.json", |tokenizer| {
                    tokenizer["added_tokens"] = json!([{"id": 1, "content": "!", "special": true}]);
                    rename_endoftext(tokenizer);
                });
                files.change("config.json", |config| config["bos_token_id"] = json!(1));
            },
            1,
            "config.json",
        ),
    ];
    for (base, change, id, named_by) in cases {
        let folder = like(base, change);
        let model = LanguageModel::open(folder.path()).unwrap();
        let bos = model.bos().unwrap();
        assert_eq!((bos.id, &*bos.named_by), (id, named_by));
        let text = match base {
            "n_ctx" => vec![319, 292, 265, 291],
            _ => vec![297, 79, 293, 266, 292],
        };
        assert_eq!(model.tokens(PROMPT, false).unwrap(), text);
        assert_eq!(model.tokens(PROMPT, true).unwrap(), [vec![id], text].concat());
    }
}

fn rename_endoftext(tokenizer: &mut Value) {
    let vocabulary = tokenizer["model"]["vocab"].as_object_mut().unwrap();
    let id = vocabulary.remove(ENDS).unwrap();
    vocabulary.insert("<x>".into(), id);
}

#[test]
fn an_ordinary_or_unknown_token_is_never_put_first() {
    let refused = |change: fn(&mut Files)| {
        let folder = like("n_ctx", change);
        let model = LanguageModel::open(folder.path()).unwrap();
        model.tokens(PROMPT, false).unwrap();
        model.tokens(PROMPT, true).unwrap_err().to_string()
    };
    let ordinary = refused(|files| {
        files.change("tokenizer.json", |tokenizer| {
            tokenizer["added_tokens"] = json!([]);
            rename_endoftext(tokenizer);
        });
        files.change("config.json", |config| config["bos_token_id"] = json!(290));
    });
    assert_eq!(
        ordinary,
        "prompt: there is no token to put first: the tokenizer's files name none, and config.json's bos_token_id 290 is \
         \"Anna\", an ordinary token"
    );
    let unknown = refused(|files| files.put("tokenizer_config.json", json!({"bos_token": "<s>"})));
    assert_eq!(
        unknown,
        "prompt: there is no token to put first: \"<s>\", named by tokenizer_config.json, has the id 320, which this model \
         does not have"
    );
}

/// Ids as transformers 5.24 gives them.
#[test]
fn the_smaller_files_change_the_tokens_as_in_transformers() {
    type Change = fn(&mut Files);
    let prefix: Change = |files| {
        files.change("tokenizer.json", |tokenizer| {
            tokenizer["pre_tokenizer"]["add_prefix_space"] = json!(true)
        });
    };
    let cases: [(&str, Change, &[u32]); 8] = [
        // GPT-2's class sets it anew.
        ("n_ctx", prefix, &[319, 292, 265, 291]),
        (
            "n_ctx",
            |files| {
                files.put(
                    "tokenizer_config.json",
                    json!({"add_prefix_space": true, "tokenizer_class": "GPT2Tokenizer"}),
                )
            },
            &[221, 319, 292, 265, 291],
        ),
        (
            "n_ctx",
            |files| {
                files.change("tokenizer.json", |tokenizer| {
                    tokenizer["pre_tokenizer"]["add_prefix_space"] = json!(true);
                });
                files.put(
                    "tokenizer_config.json",
                    json!({"tokenizer_class": "PreTrainedTokenizerFast"}),
                );
            },
            &[221, 319, 292, 265, 291],
        ),
        (
            "n_ctx",
            |files| {
                let listed = json!({"300": {"content": " Mary", "special": false}});
                files.put("tokenizer_config.json", json!({"added_tokens_decoder": listed}));
            },
            &[319, 320, 265, 291],
        ),
        (
            "vocab_and_merges",
            |files| files.remove("tokenizer_config.json"),
            &[319, 292, 265, 291],
        ),
        (
            "vocab_and_merges",
            |files| {
                files.remove("tokenizer_config.json");
                files.put("added_tokens.json", json!({" Mary": 320, "John": 321}));
                files.put("special_tokens_map.json", json!({"bos_token": ENDS}));
            },
            &[319, 320, 265, 221, 321],
        ),
        (
            "vocab_and_merges",
            |files| files.put("tokenizer_config.json", json!({"add_prefix_space": true})),
            &[221, 319, 292, 265, 291],
        ),
        (
            "vocab_and_merges",
            |files| {
                files.put(
                    "tokenizer_config.json",
                    json!({"added_tokens_decoder": {"0": {"content": ENDS, "special": true}}}),
                )
            },
            &[319, 292, 265, 291],
        ),
    ];
    for (base, change, ids) in cases {
        let folder = like(base, change);
        let model = LanguageModel::open(folder.path()).unwrap();
        let tokenizer = model.tokenizer.as_ref().unwrap();
        assert_eq!(tokenizer.encode(PROMPT).unwrap(), ids);
        let bos = model.bos().unwrap().id;
        assert_eq!(tokenizer.encode(&format!("{ENDS}When")).unwrap()[0], bos);
    }
}

/// Ids as transformers 4.57.3 and 5.24 both give them; where one of them does not open the folder, the other.
#[test]
fn tokens_that_any_file_adds_are_there_as_in_transformers() {
    type Change = fn(&mut Files);
    const TEXT: &str = "<bos>John [PAD]<|endoftext|> x<mask> and";
    const BOS: &[u32] = &[28, 66, 79, 83, 30];
    const PAD: &[u32] = &[221, 59, 48, 33, 36, 61];
    const MASK: &[u32] = &[28, 77, 65, 83, 75, 30];
    // By this: how `<bos>`, ` [PAD]`, `<|endoftext|>` and `<mask>` are read, and what is first.
    type Case = (&'static str, Change, [&'static [u32]; 4], u32);
    const NO_END: &[u32] = &[28, 92, 298, 68, 79, 70, 84, 69, 88, 84, 92, 30];
    let cases: [Case; 14] = [
        ("n_ctx", added, [&[320], &[221, 321], &[0], MASK], 0),
        (
            "n_ctx",
            |files| {
                added(files);
                files.put(
                    CONFIG,
                    json!({"tokenizer_class": "GPT2Tokenizer", "bos_token": "<bos>"}),
                );
            },
            [&[320], &[221, 321], &[0], MASK],
            320,
        ),
        (
            "n_ctx",
            |files| {
                added(files);
                files.put("special_tokens_map.json", json!({"bos_token": "[PAD]"}));
            },
            [&[320], &[221, 321], &[0], MASK],
            321,
        ),
        (
            "n_ctx",
            |files| {
                added(files);
                files.put(
                    CONFIG,
                    json!({"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<bos>"}),
                );
            },
            [&[320], &[221, 321], &[0], MASK],
            320,
        ),
        // Of the newer form, which lists all.
        (
            "n_ctx",
            |files| {
                added(files);
                files.put(
                    CONFIG,
                    json!({"added_tokens_decoder": {"320": {"content": "<mask>", "special": true}}}),
                );
            },
            [BOS, PAD, &[0], &[320]],
            0,
        ),
        // As tokenizer.json describes them, whatever names them again.
        (
            "n_ctx",
            |files| {
                added(files);
                files.put("special_tokens_map.json", json!({"pad_token": "[PAD]"}));
                files.change("tokenizer.json", |tokenizer| {
                    let tokens = tokenizer["added_tokens"].as_array_mut().unwrap();
                    tokens.push(json!({"id": 320, "content": "<bos>", "special": true}));
                    tokens.push(json!({"id": 321, "content": "[PAD]", "special": true, "lstrip": true}));
                });
            },
            [&[320], &[321], &[0], MASK],
            0,
        ),
        (
            "n_ctx",
            |files| files.put(CONFIG, json!({"extra_special_tokens": ["<mask>", "[PAD]"]})),
            [BOS, &[221, 321], &[0], &[320]],
            0,
        ),
        (
            "vocab_and_merges",
            |files| files.put(CONFIG, json!({"extra_special_tokens": ["<mask>", "[PAD]"]})),
            [BOS, &[221, 321], &[0], &[320]],
            0,
        ),
        (
            "n_ctx",
            |files| files.put(CONFIG, json!({"extra_special_tokens": {"mask": "<mask>"}})),
            [BOS, PAD, &[0], &[320]],
            0,
        ),
        (
            "n_ctx",
            |files| files.put(CONFIG, json!({"model_specific_special_tokens": {"mask": "<mask>"}})),
            [BOS, PAD, &[0], &[320]],
            0,
        ),
        // In no file, it is the next one.
        ("n_ctx", without_endoftext, [BOS, PAD, &[320], MASK], 320),
        (
            "n_ctx",
            |files| {
                without_endoftext(files);
                files.put("special_tokens_map.json", json!({"pad_token": "[PAD]"}));
            },
            [BOS, &[221, 321], &[320], MASK],
            320,
        ),
        (
            "n_ctx",
            |files| {
                without_endoftext(files);
                files.put("added_tokens.json", json!({"[PAD]": 320}));
            },
            [BOS, &[221, 320], &[321], MASK],
            321,
        ),
        (
            "n_ctx",
            |files| {
                without_endoftext(files);
                files.put(
                    CONFIG,
                    json!({"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "Anna"}),
                );
            },
            [BOS, PAD, NO_END, MASK],
            290,
        ),
    ];
    for (i, (base, change, [bos, pad, end, mask], first)) in cases.into_iter().enumerate() {
        let folder = like(base, |files| {
            files.widen(4);
            change(files);
        });
        let model = LanguageModel::open(folder.path()).unwrap();
        let ids = [&[first], bos, &[271, 278], pad, end, &[221, 88], mask, &[265]].concat();
        assert_eq!(model.tokens(TEXT, true).unwrap(), ids, "{i}");
    }
    let damaged = like("n_ctx", |files| files.write("added_tokens.json", "{\"<bos>\": "));
    let error = LanguageModel::open(damaged.path()).unwrap_err().to_string();
    assert!(error.starts_with("added_tokens.json: is not a JSON object"), "{error}");
    let empty = like("n_ctx", |files| {
        files.put("special_tokens_map.json", json!({"bos_token": ""}))
    });
    assert_eq!(
        LanguageModel::open(empty.path()).unwrap_err().to_string(),
        "special_tokens_map.json: its bos_token is empty; leave it out, or name a token"
    );
}

const CONFIG: &str = "tokenizer_config.json";

fn added(files: &mut Files) {
    files.put("added_tokens.json", json!({"[PAD]": 321, "<bos>": 320}));
}

fn without_endoftext(files: &mut Files) {
    files.change("tokenizer.json", |tokenizer| {
        tokenizer["added_tokens"] = json!([]);
        rename_endoftext(tokenizer);
    });
}

/// The same merges, as editors and other tools leave their file.
#[test]
fn merges_are_read_as_people_have_them() {
    let with = |change: &dyn Fn(&str) -> String| {
        let folder = like("vocab_and_merges", |files| {
            let merges = String::from_utf8(files.bytes("merges.txt")).unwrap();
            files.write("merges.txt", change(&merges));
        });
        LanguageModel::open(folder.path()).map_err(|e| e.to_string())
    };
    let cases: [&dyn Fn(&str) -> String; 7] = [
        &|merges| format!("\u{FEFF}{merges}"),
        &|merges| merges.replace("#version: 0.2", "# my own merges, of 2024"),
        &|merges| merges.replace("#version: 0.2\n", ""),
        &|merges| merges.replace('\n', " \r\n"),
        &|merges| merges.replace("h e", "h\te"),
        &|merges| merges.replace("h e", "\nh e\n  "),
        &|merges| merges.trim_end().into(),
    ];
    for change in cases {
        assert_eq!(
            with(change).unwrap().tokens(PROMPT, false).unwrap(),
            [319, 292, 265, 291]
        );
    }
    for (line, why) in [
        ("h e e", "is not two tokens with a space between"),
        ("# of mine", "is not two tokens with a space between"),
        ("Q Z", "merges what vocab.json has not, or into what it has not"),
        ("中 a", "merges what vocab.json has not, or into what it has not"),
    ] {
        let error = with(&|merges| merges.replace("h e", line)).unwrap_err();
        assert_eq!(error, format!("merges.txt: its line {line:?} {why}"));
    }
}

#[test]
fn a_tokenizer_that_is_not_read_is_none_and_says_so() {
    for (there, notice) in [
        (
            "encoder.json",
            "There is encoder.json, but no vocab.json: without it a prompt is token ids, not text; rename it, and vocab.bpe to \
             merges.txt.",
        ),
        (
            "vocab.txt",
            "There is vocab.txt, but no tokenizer.json: without it a prompt is token ids, not text; AutoTokenizer's \
             save_pretrained() writes it.",
        ),
        ("tokenizer.model", "There is tokenizer.model, but no tokenizer.json: "),
    ] {
        let folder = like("n_ctx", |files| {
            files.remove("tokenizer.json");
            files.write(there, "what it holds");
        });
        let model = LanguageModel::open(folder.path()).unwrap();
        assert!(model.tokenizer.is_none());
        assert!(model.notices[0].starts_with(notice), "{:?}", model.notices);
    }
}

#[test]
fn half_a_tokenizer_is_none_and_says_so() {
    for (missing, there) in [("merges.txt", "vocab.json"), ("vocab.json", "merges.txt")] {
        let folder = like("vocab_and_merges", |files| files.remove(missing));
        let model = LanguageModel::open(folder.path()).unwrap();
        assert!(model.tokenizer.is_none());
        assert!(
            model.notices[0].starts_with(&format!("There is {there}, but neither {missing}")),
            "{:?}",
            model.notices
        );
    }
}

/// A folder is meant by its files, by the folders around it, and by the one that the hub keeps it in.
#[test]
fn folders_are_found_where_people_look_for_them() {
    let root = tempfile::tempdir().unwrap();
    let copy = |name: &str, to: &str| {
        let to = root.path().join(to);
        fs::create_dir_all(&to).unwrap();
        for entry in fs::read_dir(case(name)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    };
    copy("n_ctx", "runs/checkpoint-500");
    copy("n_ctx", "models--gpt2/snapshots/0123");
    copy("n_ctx", "models--gpt2/snapshots/4567");
    fs::create_dir_all(root.path().join("models--gpt2/refs")).unwrap();
    fs::write(root.path().join("models--gpt2/refs/main"), "4567\n").unwrap();
    fs::create_dir_all(root.path().join("empty")).unwrap();
    let open = |path: &str| LanguageModel::open(&root.path().join(path)).map_err(|e| e.to_string());
    for found in [
        "runs",
        "runs/checkpoint-500",
        "runs/checkpoint-500/config.json",
        "runs/checkpoint-500/model.safetensors",
        "runs/checkpoint-500/tokenizer.json",
        "models--gpt2",
        "models--gpt2/snapshots",
    ] {
        match open(found) {
            Ok(model) => assert_eq!(model.tokens(PROMPT, true).unwrap().len(), 5, "{found}"),
            Err(e) => assert!(
                found == "models--gpt2/snapshots" && e.contains("snapshots/0123"),
                "{found}: {e}"
            ),
        }
    }
    copy("n_ctx", "runs/checkpoint-1000");
    let several = open("runs").unwrap_err();
    assert!(several.starts_with("config.json: is not in "), "{several}");
    assert!(
        several.contains("runs/checkpoint-1000, ") && several.contains("runs/checkpoint-500"),
        "{several}"
    );
    let none = open("empty").unwrap_err();
    assert!(
        none.ends_with("a model's folder holds config.json, its weights (model.safetensors) and tokenizer.json"),
        "{none}"
    );
    let name = open("gpt2").unwrap_err();
    assert!(name.contains("hf download openai-community/gpt2"), "{name}");
}

/// As in the hub's cache, where a download was cut short or what links lead to was removed.
#[cfg(unix)]
#[test]
fn a_link_to_nothing_is_named() {
    for name in [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "added_tokens.json",
    ] {
        let folder = like("n_ctx", |files| files.remove(name));
        std::os::unix::fs::symlink("../blobs/0123", folder.path().join(name)).unwrap();
        assert_eq!(
            LanguageModel::open(folder.path()).unwrap_err().to_string(),
            format!("{name}: is a link to nothing: ../blobs/0123 is not there; download it again")
        );
    }
    let link = tempfile::tempdir().unwrap().path().with_extension("link");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    let error = LanguageModel::open(&link).unwrap_err().to_string();
    fs::remove_file(&link).unwrap();
    assert!(
        error.contains("which is a link to nothing: nowhere is not there"),
        "{error}"
    );
}

#[test]
fn weights_that_are_not_read_are_named_with_the_way_out() {
    for other in [
        "tf_model.h5",
        "flax_model.msgpack",
        "model.onnx",
        "model.ckpt",
        "model.gguf",
    ] {
        let folder = like("n_ctx", |files| {
            files.remove("model.safetensors");
            files.0.push((other.into(), vec![1, 2, 3]));
        });
        let error = LanguageModel::open(folder.path()).unwrap_err().to_string();
        assert!(error.starts_with("model.safetensors: is not in "), "{error}");
        assert!(
            error.contains(&format!("but {other}; ")) && error.contains("save_pretrained()"),
            "{error}"
        );
    }
    let shards = like("n_ctx", |files| {
        let weights = files.bytes("model.safetensors");
        files.remove("model.safetensors");
        files.write("model-00001-of-00002.safetensors", weights);
    });
    let error = LanguageModel::open(shards.path()).unwrap_err().to_string();
    assert!(
        error.ends_with(
            "but model-00001-of-00002.safetensors; these are shards, and the index that lists them, as \
             model.safetensors.index.json, is missing"
        ),
        "{error}"
    );
    let adapter = like("n_ctx", |files| {
        files.remove("config.json");
        files.remove("model.safetensors");
        files.put(
            "adapter_config.json",
            json!({"base_model_name_or_path": "gpt2", "peft_type": "LORA"}),
        );
        files.0.push(("adapter_model.safetensors".into(), vec![1, 2, 3]));
    });
    let error = LanguageModel::open(adapter.path()).unwrap_err().to_string();
    assert!(
        error.contains("this is a PEFT adapter of \"gpt2\"") && error.contains("merge_and_unload()"),
        "{error}"
    );
}
