//! Every layout of a checkpoint gives the same numbers, and every damaged one an error that says what is wrong.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use candle_core::{Device, Tensor};
use half::{bf16, f16};
use logitscope::gpt2::{Checkpoint, Gpt2, Gpt2Config, LanguageModel};
use logitscope::{Error, Result};
use proptest::prelude::*;
use serde_json::{Value, json};

const WEIGHTS: &str = "model.safetensors";

fn config(changes: Value) -> Gpt2Config {
    let mut fields = json!({
        "model_type": "gpt2", "n_embd": 4, "n_layer": 2, "n_head": 2, "n_positions": 6, "vocab_size": 9,
    });
    let changes = changes.as_object().unwrap().clone();
    fields.as_object_mut().unwrap().extend(changes);
    Gpt2Config::from_json(&fields.to_string()).unwrap()
}

/// A tensor as a file holds it.
#[derive(Clone)]
struct Stored {
    name: String,
    dtype: &'static str,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

/// Random weights by the names that the model asks for, and the model that has them. The values are multiples of 1/64
/// below 2, which every dtype holds exactly.
fn random(config: &Gpt2Config) -> (Arc<Gpt2>, Vec<Stored>) {
    let mut tensors = Vec::new();
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 24) as f32 - 128.0) / 64.0
    };
    let model = Gpt2::new(config, |name, shape| {
        let values: Vec<f32> = (0..shape.iter().product()).map(|_| next()).collect();
        tensors.push(Stored {
            name: name.into(),
            dtype: "F32",
            shape: shape.to_vec(),
            bytes: values.iter().flat_map(|x| x.to_le_bytes()).collect(),
        });
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?)
    });
    (Arc::new(model.unwrap()), tensors)
}

fn values(tensor: &Stored) -> Vec<f32> {
    let elements = tensor.bytes.chunks_exact(4);
    elements.map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}

fn store_as(tensor: &Stored, dtype: &'static str) -> Stored {
    let encode = |x: f32| match dtype {
        "F16" => f16::from_f32(x).to_le_bytes().to_vec(),
        "BF16" => bf16::from_f32(x).to_le_bytes().to_vec(),
        "F64" => f64::from(x).to_le_bytes().to_vec(),
        _ => x.to_le_bytes().to_vec(),
    };
    let bytes = values(tensor).into_iter().flat_map(encode).collect();
    Stored {
        dtype,
        bytes,
        ..tensor.clone()
    }
}

fn renamed(tensor: &Stored, name: &str) -> Stored {
    Stored {
        name: name.into(),
        ..tensor.clone()
    }
}

fn named<'a>(tensors: &'a mut [Stored], name: &str) -> &'a mut Stored {
    tensors.iter_mut().find(|tensor| tensor.name == name).unwrap()
}

fn raw(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

fn header(tensors: &[Stored]) -> Value {
    let mut at = 0;
    let mut header = json!({"__metadata__": {"format": "pt"}});
    for Stored {
        name,
        dtype,
        shape,
        bytes,
    } in tensors
    {
        let end = at + bytes.len();
        header[name] = json!({"dtype": dtype, "shape": shape, "data_offsets": [at, end]});
        at = end;
    }
    header
}

fn data(tensors: &[Stored]) -> Vec<u8> {
    tensors.iter().flat_map(|tensor| tensor.bytes.clone()).collect()
}

fn file(tensors: &[Stored]) -> Vec<u8> {
    raw(&header(tensors).to_string(), &data(tensors))
}

fn load(config: &Gpt2Config, bytes: &[u8]) -> Result<Arc<Gpt2>> {
    load_in_chunks(config, [bytes])
}

fn load_in_chunks<'a>(config: &Gpt2Config, chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Arc<Gpt2>> {
    let mut checkpoint = Checkpoint::new(config.clone()).unwrap();
    checkpoint.begin(WEIGHTS, None)?;
    for chunk in chunks {
        checkpoint.push(chunk)?;
    }
    checkpoint.end()?;
    checkpoint.finish().map(Arc::new)
}

/// The message, without the file's name, of the error that loading ends with; the same with the file's length known or
/// not, except for what is asserted about length alone.
fn refusal(config: &Gpt2Config, bytes: &[u8]) -> String {
    let Err(Error::Checkpoint { file, message }) = load(config, bytes) else {
        panic!("must be refused");
    };
    assert_eq!(file, WEIGHTS);
    message
}

/// Every logit at every position, which every weight has a part in.
fn logits(model: &Arc<Gpt2>) -> Vec<Vec<f32>> {
    let Gpt2Config {
        n_positions,
        vocab_size,
        ..
    } = *model.config();
    let tokens: Vec<u32> = (0..n_positions).map(|i| (i % vocab_size) as u32).collect();
    let run = model.run(&tokens).unwrap();
    (0..n_positions).map(|p| run.logits(p).unwrap()).collect()
}

#[test]
fn every_layout_gives_the_same_numbers() {
    for tie_word_embeddings in [true, false] {
        let config = config(json!({"tie_word_embeddings": tie_word_embeddings, "n_inner": 5}));
        let (model, tensors) = random(&config);
        let expected = logits(&model);
        for dtype in ["F64", "F32", "F16", "BF16"] {
            for prefix in ["", "transformer."] {
                let tensors = tensors.iter().map(|tensor| {
                    let prefix = if tensor.name == "lm_head.weight" { "" } else { prefix };
                    renamed(&store_as(tensor, dtype), &format!("{prefix}{}", tensor.name))
                });
                let mut tensors: Vec<Stored> = tensors.collect();
                assert_eq!(logits(&load(&config, &file(&tensors)).unwrap()), expected);

                // Old files have masks; their order is any.
                for layer in 0..2 {
                    let mask = |part, dtype, shape: &[usize], bytes: &[u8]| Stored {
                        name: format!("{prefix}h.{layer}.attn.{part}"),
                        dtype,
                        shape: shape.to_vec(),
                        bytes: bytes.to_vec(),
                    };
                    tensors.insert(layer, mask("bias", "BOOL", &[1, 1, 6, 6], &[1; 36]));
                    tensors.push(mask("masked_bias", "F32", &[], &f32::NEG_INFINITY.to_le_bytes()));
                }
                tensors.reverse();
                assert_eq!(logits(&load(&config, &file(&tensors)).unwrap()), expected);
            }
        }
    }
}

#[test]
fn headers_of_any_length_are_read() {
    let config = config(json!({}));
    let (_, tensors) = random(&config);
    let header = header(&tensors).to_string();
    for padding in 0..512 {
        load(&config, &raw(&(header.clone() + &" ".repeat(padding)), &data(&tensors))).unwrap();
    }
}

#[test]
fn a_tied_head_may_be_stored_but_must_be_the_embedding() {
    let config = config(json!({}));
    let (model, mut tensors) = random(&config);
    let wte = named(&mut tensors, "wte.weight").clone();
    tensors.insert(0, wte.clone());
    for dtype in ["F64", "F16"] {
        tensors[0] = renamed(&store_as(&wte, dtype), "lm_head.weight");
        assert_eq!(logits(&load(&config, &file(&tensors)).unwrap()), logits(&model));
    }

    tensors[0].bytes[3] ^= 1;
    assert_eq!(
        refusal(&config, &file(&tensors)),
        "tensor \"lm_head.weight\" differs from \"wte.weight\", but tie_word_embeddings in config.json makes them one; \
         set it to false to use both"
    );
}

/// As `transformers` leaves it out, which says so in a log.
#[test]
fn a_bias_of_the_unembedding_is_left_out_and_named() {
    let config = config(json!({}));
    let (model, mut tensors) = random(&config);
    tensors.push(Stored {
        name: "lm_head.bias".into(),
        dtype: "F32",
        shape: vec![9],
        bytes: vec![1; 36],
    });
    let mut checkpoint = Checkpoint::new(config).unwrap();
    checkpoint.begin(WEIGHTS, None).unwrap();
    checkpoint.push(&file(&tensors)).unwrap();
    checkpoint.end().unwrap();
    assert_eq!(
        checkpoint.notices(),
        [
            "model.safetensors also has tensors that are not of the language model, which were left out: lm_head.bias. GPT-2's \
          class in transformers leaves lm_head.bias out as well: logits are without it."
        ]
    );
    assert_eq!(logits(&Arc::new(checkpoint.finish().unwrap())), logits(&model));
}

#[test]
fn shards_give_the_same_numbers_in_any_order() {
    let config = config(json!({"tie_word_embeddings": false}));
    let (model, tensors) = random(&config);
    let (first, second) = tensors.split_at(9);
    let names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    let entry = |file| move |tensor: &Stored| (tensor.name.clone(), json!(file));
    let map: serde_json::Map<String, Value> = first
        .iter()
        .map(entry(names[0]))
        .chain(second.iter().map(entry(names[1])))
        .collect();
    let index = json!({"metadata": {"total_size": 1}, "weight_map": map});

    let mut checkpoint =
        Checkpoint::with_index(config.clone(), "model.safetensors.index.json", &index.to_string()).unwrap();
    assert_eq!(checkpoint.files(), names);
    for (name, tensors) in [(names[1], second), (names[0], first)] {
        let bytes = file(tensors);
        checkpoint.begin(name, Some(bytes.len() as u64)).unwrap();
        checkpoint.push(&bytes).unwrap();
        checkpoint.end().unwrap();
    }
    assert_eq!(logits(&Arc::new(checkpoint.finish().unwrap())), logits(&model));

    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("config.json"), serde_json::to_string(&config).unwrap()).unwrap();
    fs::write(dir.path().join("model.safetensors.index.json"), index.to_string()).unwrap();
    fs::write(dir.path().join(names[0]), file(first)).unwrap();
    assert_eq!(
        LanguageModel::open(dir.path()).unwrap_err().to_string(),
        format!("{}: is not in {}", names[1], dir.path().display())
    );
    fs::write(dir.path().join(names[1]), file(second)).unwrap();
    assert_eq!(logits(&LanguageModel::open(dir.path()).unwrap().gpt2), logits(&model));

    // Named in another way, and with more in one than the index lists.
    let dotted = index.to_string().replace("model-", "./model-");
    let mut checkpoint = Checkpoint::with_index(config.clone(), "model.safetensors.index.json", &dotted).unwrap();
    assert_eq!(checkpoint.files(), names);
    let more = |name: &str| renamed(&tensors[0], name);
    let second_and_more = [second, &[more("h.0.attn.bias"), more("score.weight")]].concat();
    for (name, tensors) in [(names[0], first), (names[1], &second_and_more)] {
        checkpoint.begin(name, None).unwrap();
        checkpoint.push(&file(tensors)).unwrap();
        checkpoint.end().unwrap();
    }
    assert_eq!(
        checkpoint.notices(),
        [format!(
            "{} also has tensors that are not of the language model, which were left out: score.weight.",
            names[1]
        )]
    );
    assert_eq!(logits(&Arc::new(checkpoint.finish().unwrap())), logits(&model));

    // A shard in the other's place.
    let mut checkpoint =
        Checkpoint::with_index(config.clone(), "model.safetensors.index.json", &index.to_string()).unwrap();
    checkpoint.begin(names[0], None).unwrap();
    let error = checkpoint.push(&file(second)).unwrap_err().to_string();
    assert!(
        error.contains("should not be in this file, by model.safetensors.index.json"),
        "{error}"
    );

    // An index that lies.
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut index = index.clone();
        change(&mut index["weight_map"]);
        Checkpoint::with_index(config.clone(), "model.safetensors.index.json", &index.to_string())
            .unwrap_err()
            .to_string()
    };
    let outside = refused(&|map| map["wte.weight"] = json!("../wte.safetensors"));
    assert!(
        outside.contains("it must be in a .safetensors, .bin, .pt or .pth file in the same folder"),
        "{outside}"
    );
    let unknown = refused(&|map| map["h.2.ln_1.bias"] = json!(names[0]));
    assert!(
        unknown.contains("tensor \"h.2.ln_1.bias\" is not one of a GPT-2 with n_layer 2"),
        "{unknown}"
    );
    let lacking = refused(&|map| drop(map.as_object_mut().unwrap().remove("wpe.weight")));
    assert!(
        lacking.contains("tensor \"wpe.weight\", which config.json asks for, is missing"),
        "{lacking}"
    );
    for index in [
        "",
        "{}",
        "[]",
        "<!DOCTYPE html>",
        r#"{"weight_map": {"wte.weight": 3}}"#,
    ] {
        let error = Checkpoint::with_index(config.clone(), "model.safetensors.index.json", index)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("model.safetensors.index.json: is "), "{error}");
    }
}

proptest! {
    #[test]
    fn chunks_may_end_anywhere(
        dtype in prop::sample::select(vec!["F64", "F32", "F16", "BF16"]),
        sizes in prop::collection::vec(0_usize..700, 1..30),
    ) {
        let config = config(json!({}));
        let (model, tensors) = random(&config);
        let tensors: Vec<Stored> = tensors.iter().map(|tensor| store_as(tensor, dtype)).collect();
        let bytes = file(&tensors);
        let mut rest = &bytes[..];
        let mut sizes = sizes.into_iter().cycle();
        let mut chunks = Vec::new();
        while !rest.is_empty() {
            // At least one byte at times, or a cycle of zeros would never end.
            let n = sizes.next().unwrap().max(chunks.len() % 2).min(rest.len());
            let (chunk, later) = rest.split_at(n);
            chunks.push(chunk);
            rest = later;
        }
        prop_assert_eq!(logits(&load_in_chunks(&config, chunks).unwrap()), logits(&model));
    }
}

#[test]
fn a_file_cut_anywhere_is_refused_and_can_be_read_anew() {
    let config = config(json!({}));
    let (model, tensors) = random(&config);
    let bytes = file(&tensors);
    let length = Some(bytes.len() as u64);
    let mut checkpoint = Checkpoint::new(config.clone()).unwrap();
    for end in 0..bytes.len() {
        let cut = &bytes[..end];
        let message = refusal(&config, cut);
        let expected = format!("is cut short: it ends after {end} bytes, ");
        assert!(message.starts_with(&expected), "{message}");

        // As a connection that breaks: the length was announced.
        checkpoint.begin(WEIGHTS, length).unwrap();
        checkpoint.push(cut).unwrap();
        assert!(checkpoint.end().is_err());

        // As a file on a disk: its length is the wrong one.
        checkpoint.begin(WEIGHTS, Some(end as u64)).unwrap();
        let refused = checkpoint.push(cut).and_then(|()| checkpoint.end());
        assert!(refused.unwrap_err().to_string().contains("is cut short"));
    }
    assert!(refusal(&config, &bytes[..bytes.len() - 1]).ends_with("inside tensor \"ln_f.bias\""));

    checkpoint.begin(WEIGHTS, length).unwrap();
    checkpoint.push(&bytes).unwrap();
    checkpoint.end().unwrap();
    assert_eq!(logits(&Arc::new(checkpoint.finish().unwrap())), logits(&model));

    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(
        refusal(&config, &longer),
        "goes on after the last tensor that its header describes"
    );
}

#[test]
fn a_damaged_header_is_refused_by_its_fault() {
    let config = config(json!({}));
    let (_, tensors) = random(&config);
    let data = data(&tensors);
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut header = header(&tensors);
        change(&mut header);
        refusal(&config, &raw(&header.to_string(), &data))
    };
    let nothing = || json!({"dtype": "F32", "shape": [0], "data_offsets": [0, 0]});
    type Change<'a> = &'a dyn Fn(&mut Value);
    let cases: [(Change, &str); 16] = [
        (
            &|h| h["wte.weight"]["shape"] = json!([10, 4]),
            "tensor \"wte.weight\" has 144 bytes, which is not the size of F32 [10, 4]",
        ),
        (
            &|h| h["wte.weight"]["shape"] = json!([4, 9]),
            "tensor \"wte.weight\" has shape [4, 9], but config.json makes it [9, 4]",
        ),
        (
            &|h| h["wte.weight"]["shape"] = json!([u32::MAX, u32::MAX, u32::MAX]),
            "tensor \"wte.weight\" has 144 bytes, which is not the size of F32 [4294967295, 4294967295, 4294967295]",
        ),
        (
            &|h| h["wte.weight"]["dtype"] = json!("I32"),
            "tensor \"wte.weight\" is stored as I32; it must be F64, F32, F16 or BF16",
        ),
        (&|h| h["wte.weight"]["dtype"] = json!("F31"), "unknown variant `F31`"),
        (
            &|h| h["wpe.weight"]["data_offsets"] = json!([140, 240]),
            "tensors \"wte.weight\" and \"wpe.weight\" overlap: one ends at byte 144, the other starts at 140",
        ),
        (
            &|h| h["wpe.weight"]["data_offsets"] = json!([148, 240]),
            "bytes 144 to 148, before tensor \"wpe.weight\", belong to no tensor",
        ),
        (
            &|h| h["wpe.weight"]["data_offsets"] = json!([144, 100]),
            "tensor \"wpe.weight\" ends at byte 100, before its start at 144",
        ),
        (
            &|h| h["wpe.weight"]["data_offsets"] = json!([144, -1]),
            "tensor \"wpe.weight\": invalid value",
        ),
        (
            &|h| drop(h.as_object_mut().unwrap().remove("ln_f.bias")),
            "tensor \"ln_f.bias\", which config.json asks for, is missing",
        ),
        (
            &|h| h["h.0.attn.c_attn.lora_A.weight"] = nothing(),
            "tensor \"h.0.attn.c_attn.lora_A.weight\" is of a PEFT adapter that was not merged into the weights",
        ),
        (
            &|h| h["base_model.model.lm_head.lora_B.default.weight"] = nothing(),
            "tensor \"lm_head.lora_B.default.weight\" is of a PEFT adapter that was not merged into the weights",
        ),
        (
            &|h| h["base_model.model.lm_head.modules_to_save.default.weight"] = nothing(),
            "tensor \"lm_head.modules_to_save.default.weight\" is of a PEFT adapter",
        ),
        (
            &|h| h["transformer.wte.lora_embedding_A"] = nothing(),
            "tensor \"wte.lora_embedding_A\" is of a PEFT adapter",
        ),
        (
            &|h| {
                let wte = h.as_object_mut().unwrap().remove("wte.weight").unwrap();
                h["transformer.wte.base_layer.weight"] = wte;
            },
            "tensor \"wte.base_layer.weight\" is of a PEFT adapter",
        ),
        (
            &|h| h["transformer.wte.weight"] = nothing(),
            "tensor \"wte.weight\" is there twice",
        ),
    ];
    for (change, expected) in cases {
        let message = refused(change);
        assert!(message.contains(expected), "{message}");
    }

    // JSON lets a name appear twice, for other bytes or for the same.
    let mut same = header(&tensors);
    same["wpe.weight"] = same["wte.weight"].clone();
    for header in [header(&tensors), same] {
        let twice = header.to_string().replace("wpe.weight", "wte.weight");
        assert_eq!(
            refusal(&config, &raw(&twice, &data)),
            "tensor \"wte.weight\" is there twice"
        );
    }

    for bad in ["", "{", "[]", "\"\"", "null", "{\"a\": 1}", "{} {}"] {
        let message = refusal(&config, &raw(bad, &data));
        assert!(
            message.starts_with("is not a safetensors file, or a damaged one: its "),
            "{message}"
        );
    }
    for length in [0, 1, 10_000_001, u64::from(u32::MAX), u64::MAX] {
        let message = refusal(&config, &length.to_le_bytes());
        assert_eq!(
            message,
            format!(
                "is not a safetensors file, or a damaged one: its first 8 bytes promise a header of {length} bytes, \
                 which must be 2 to 10000000"
            )
        );
    }
}

#[test]
fn other_files_are_recognized() {
    let config = config(json!({}));
    let cases: [(&[u8], &str); 10] = [
        (b"<!DOCTYPE html><html><title>404</title>", "is a web page"),
        (b"\n\n  <html>", "is a web page"),
        (b"<p>", "is a web page"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:",
            "is a Git LFS pointer",
        ),
        (
            b"\x80\x02\x8A\nl\xFC\x9CF\xF9 j\xA8P\x19.",
            "is a pickle, or of torch.save before",
        ),
        (b"\x80\x03}q\x00(X\x03\x00\x00\x00", "is a pickle, or"),
        (b"\x80\x04\x95\x0F\x00\x00\x00\x00\x01\x00\x00", "is a pickle, or"),
        (b"\x89HDF\r\n\x1A\n\0\0", "is an HDF5 file"),
        (b"GGUF\x03\0\0\0\0", "is a GGUF file"),
        (b"{\"error\": \"Repository not found\"}", "is JSON"),
    ];
    for (bytes, expected) in cases {
        let message = refusal(&config, bytes);
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn a_weight_that_is_not_finite_names_its_tensor() {
    let config = config(json!({}));
    for (dtype, bits, shown) in [
        ("F32", &f32::NAN.to_le_bytes()[..], "NaN"),
        ("F32", &f32::NEG_INFINITY.to_le_bytes(), "-inf"),
        ("F16", &f16::INFINITY.to_le_bytes(), "inf"),
        ("BF16", &bf16::NAN.to_le_bytes(), "NaN"),
    ] {
        let (_, tensors) = random(&config);
        let mut tensors: Vec<Stored> = tensors.iter().map(|tensor| store_as(tensor, dtype)).collect();
        let bytes = &mut named(&mut tensors, "h.1.mlp.c_fc.weight").bytes;
        let at = bytes.len() - 3 * bits.len();
        bytes[at..at + bits.len()].copy_from_slice(bits);
        assert_eq!(
            refusal(&config, &file(&tensors)),
            format!("tensor \"h.1.mlp.c_fc.weight\" holds {shown}; every weight must be a finite number")
        );
    }
}

#[test]
fn more_weights_than_memory_are_an_error() {
    let refused = |changes| {
        let config = config(changes);
        let (header, _) = promised(&config);
        load(&config, &raw(&header.to_string(), &[])).unwrap_err().to_string()
    };
    assert_eq!(
        refused(json!({"n_embd": 1 << 20, "vocab_size": 1_u32 << 31})),
        "out of memory: the weights take 9112752 GB, which is more than is free here; close other programs or \
         tabs, or choose a smaller model"
    );
    // No allocator can be asked for it.
    assert_eq!(
        refused(json!({"n_embd": (1 << 29) + 2, "n_inner": 1, "n_layer": 1, "vocab_size": u32::MAX})),
        "out of memory: tensor \"wte.weight\" takes 9223372069 GB here, where one tensor can take 9223372036 GB at most; \
         choose a smaller model"
    );
}

/// A mask is left out, so that its size is no matter, even where the sum of all wraps.
#[test]
fn a_file_may_be_larger_than_memory() {
    let config = config(json!({}));
    let (mut header, at) = promised(&config);
    let mask = json!({"dtype": "BOOL", "shape": [u64::MAX - at as u64], "data_offsets": [at, u64::MAX]});
    header["h.0.attn.bias"] = mask;
    let bytes = raw(&header.to_string(), &vec![0; at + 5]);
    assert_eq!(
        refusal(&config, &bytes),
        format!(
            "is cut short: it ends after {} bytes, inside tensor \"h.0.attn.bias\"",
            bytes.len()
        )
    );
}

/// The header of a file with all weights of `config`, and how long they are.
fn promised(config: &Gpt2Config) -> (Value, usize) {
    let mut at = 0;
    let mut header = json!({});
    for (name, shape) in config.weights() {
        let end = at + 4 * shape.iter().product::<usize>();
        header[name] = json!({"dtype": "F32", "shape": shape, "data_offsets": [at, end]});
        at = end;
    }
    (header, at)
}

#[test]
fn calls_out_of_order_are_refused() {
    let (_, tensors) = random(&config(json!({})));
    let bytes = file(&tensors);
    let mut checkpoint = Checkpoint::new(config(json!({}))).unwrap();
    assert!(matches!(checkpoint.push(&bytes), Err(Error::Argument(_))));
    assert!(matches!(checkpoint.end(), Err(Error::Argument(_))));
    assert!(matches!(
        checkpoint.begin("other.safetensors", None),
        Err(Error::Argument(_))
    ));
    checkpoint.begin(WEIGHTS, None).unwrap();
    checkpoint.push(&bytes).unwrap();
    checkpoint.end().unwrap();
    assert!(matches!(checkpoint.begin(WEIGHTS, None), Err(Error::Argument(_))));
    assert!(matches!(
        Checkpoint::new(config(json!({}))).unwrap().finish(),
        Err(Error::Argument(_))
    ));
}

/// Loads what a damaged file may hold. Any error will do; a panic would end a browser's worker.
fn survives(config: &Gpt2Config, bytes: &[u8]) {
    if let Ok(model) = load(config, bytes) {
        logits(&model);
    }
}

#[test]
fn no_damage_to_a_file_makes_it_panic() {
    let json = fs::read_to_string("tests/data/tiny-b/config.json").unwrap();
    let config = Gpt2Config::from_json(&json).unwrap();
    let bytes = fs::read("tests/data/tiny-b/model.safetensors").unwrap();
    let header_end = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    for at in 0..header_end + 16 {
        for damage in [1, 0x10, 0x80, 0xFF] {
            let mut bytes = bytes.clone();
            bytes[at] ^= damage;
            survives(&config, &bytes);
        }
    }
}

#[test]
fn another_file_of_the_folder_can_have_the_weights() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    for (from, to) in [
        ("config.json", "config.json"),
        ("model.safetensors", "model.step-400.safetensors"),
    ] {
        fs::copy(Path::new("tests/data/tiny-a").join(from), path.join(to)).unwrap();
    }
    let expected = logits(&LanguageModel::open("tests/data/tiny-a".as_ref()).unwrap().gpt2);
    // Neither weights nor an index of the usual name have a say.
    for usual in ["model.safetensors", "model.safetensors.index.json"] {
        fs::write(path.join(usual), "neither").unwrap();
        let model = LanguageModel::open_weights(path, "model.step-400.safetensors").unwrap();
        assert_eq!(logits(&model.gpt2), expected);
    }
    let refusal = |name: &str| LanguageModel::open_weights(path, name).unwrap_err().to_string();
    assert_eq!(
        refusal("model.step-7.safetensors"),
        format!(
            "model.step-7.safetensors: is not in {}, but model.safetensors, model.step-400.safetensors; name the file if it is of \
             safetensors or torch.save and ends in .safetensors, .bin, .pt or .pth, or save the model as safetensors with \
             save_pretrained()",
            path.display()
        )
    );
    fs::write(
        path.join("cut.safetensors"),
        &fs::read("tests/data/tiny-a/model.safetensors").unwrap()[..5000],
    )
    .unwrap();
    assert!(refusal("cut.safetensors").starts_with("cut.safetensors: "));
    for name in [
        "",
        "tf_model.h5",
        "../model.safetensors",
        "a\\b.safetensors",
        "C:model.safetensors",
    ] {
        assert_eq!(
            refusal(name),
            format!(
                "weights: {name:?} is not the name of a .safetensors, .bin, .pt or .pth file in the model's folder"
            )
        );
    }
}

#[test]
fn a_folder_without_weights_says_what_it_lacks() {
    let dir = tempfile::tempdir().unwrap();
    let open = |dir: &Path| LanguageModel::open(dir).unwrap_err().to_string();
    let path = dir.path().display();
    assert_eq!(
        open(dir.path()),
        format!(
            "config.json: is not in {path}; a model's folder holds config.json, its weights (model.safetensors) and tokenizer.json"
        )
    );
    fs::copy("tests/data/tiny-a/config.json", dir.path().join("config.json")).unwrap();
    assert_eq!(
        open(dir.path()),
        format!(
            "model.safetensors: is not in {path}; a model's folder holds its weights beside config.json, as model.safetensors or \
             pytorch_model.bin"
        )
    );
    fs::write(dir.path().join("pytorch_model.bin"), "").unwrap();
    assert!(open(dir.path()).starts_with("pytorch_model.bin: is cut short"));
    let nowhere = open(&dir.path().join("nowhere"));
    assert!(
        nowhere.starts_with(&format!(
            "config.json: is not in {path}/nowhere, which is not a folder; "
        )),
        "{nowhere}"
    );
}
