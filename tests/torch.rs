//! `pytorch_model.bin`: files as PyTorch writes them (tests/data/torch/make.py), damaged ones, and malicious ones.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use logitscope::Result;
use logitscope::gpt2::{Checkpoint, Gpt2, Gpt2Config};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const TOKENS: [u32; 6] = [1, 5, 9, 33, 2, 47];

fn config() -> Gpt2Config {
    Gpt2Config::from_json(&fs::read_to_string("tests/data/tiny-a/config.json").unwrap()).unwrap()
}

fn read(name: &str) -> Vec<u8> {
    fs::read(Path::new("tests/data/torch").join(name)).unwrap()
}

fn load<'a>(file: &str, chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Arc<Gpt2>> {
    let mut checkpoint = Checkpoint::with_file(config(), file)?;
    checkpoint.begin(file, None)?;
    for chunk in chunks {
        checkpoint.push(chunk)?;
    }
    checkpoint.end()?;
    checkpoint.finish().map(Arc::new)
}

fn refusal(bytes: &[u8]) -> String {
    load("pytorch_model.bin", [bytes]).unwrap_err().to_string()
}

fn logits(model: &Arc<Gpt2>) -> Vec<f32> {
    let run = model.run(&TOKENS).unwrap();
    (0..TOKENS.len())
        .flat_map(|position| run.logits(position).unwrap())
        .collect()
}

/// To the bit what the same weights give from safetensors, wherever chunks end.
#[test]
fn every_way_of_saving_gives_the_same_model() {
    let of = |bytes: Vec<u8>| logits(&load("model.safetensors", [&bytes[..]]).unwrap());
    let tiny = of(fs::read("tests/data/tiny-a/model.safetensors").unwrap());
    let (half, bfloat16) = (of(read("half.safetensors")), of(read("bfloat16.safetensors")));
    for (file, expected) in [
        ("state_dict.bin", &tiny),
        ("protocol_4.bin", &tiny),
        ("wrapped.bin", &tiny),
        ("views.bin", &tiny),
        ("half.bin", &half),
        ("bfloat16.bin", &bfloat16),
    ] {
        let bytes = read(file);
        for size in [1, 7, 4096, bytes.len()] {
            let model = load("pytorch_model.bin", bytes.chunks(size)).unwrap_or_else(|e| panic!("{file}: {e}"));
            assert_eq!(logits(&model), *expected, "{file} in chunks of {size}");
        }
    }
    // Of one format by the name of the other.
    let bytes = read("state_dict.bin");
    assert_eq!(logits(&load("model.safetensors", [&bytes[..]]).unwrap()), tiny);
}

#[test]
fn nothing_is_executed_and_what_is_no_list_of_tensors_is_refused_by_name() {
    assert_eq!(
        refusal(&read("evil.bin")),
        "pytorch_model.bin: its list of tensors cannot be read: it names \"posix.system\", which no list of tensors needs; \
         if it is yours, save model.state_dict() alone"
    );
    let old = refusal(&read("old.bin"));
    assert!(
        old.starts_with("pytorch_model.bin: is a pickle, or of torch.save before PyTorch 1.6; "),
        "{old}"
    );
    assert!(old.contains("owner/name@refs/pr/1"), "{old}");

    // An opcode that builds an object by its class: not in any state dict.
    let mut opcode = read("state_dict.bin");
    let at = opcode.windows(2).position(|bytes| bytes == b"\x80\x02").unwrap();
    opcode[at + 2] = b'i';
    assert!(
        refusal(&opcode).contains("it has the opcode 'i' (0x69)"),
        "{}",
        refusal(&opcode)
    );

    // A file from which other things were saved.
    let mut module = read("state_dict.bin");
    let at = module.windows(10).position(|bytes| bytes == b"_rebuild_t").unwrap();
    module[at] = b'-';
    assert!(
        refusal(&module).contains("torch._utils.-rebuild_tensor_v2"),
        "{}",
        refusal(&module)
    );

    let order = [b"little".to_vec(), b"bigbig".to_vec()];
    let mut big = read("state_dict.bin");
    let at = big.windows(6).position(|bytes| bytes == order[0]).unwrap();
    big[at..at + 6].copy_from_slice(&order[1]);
    assert!(refusal(&big).contains("big-endian"), "{}", refusal(&big));

    let mut compressed = read("state_dict.bin");
    compressed[8] = 8;
    assert!(
        refusal(&compressed).contains("compressed or encrypted"),
        "{}",
        refusal(&compressed)
    );
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let bytes = read("state_dict.bin");
    let list_of_entries = bytes.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    for end in (0..list_of_entries).step_by(97) {
        let message = refusal(&bytes[..end]);
        assert!(
            message.starts_with("pytorch_model.bin: is cut short: it ends after "),
            "{message}"
        );
    }
    // With its length known already at the list, before there is room for what that promises.
    let mut checkpoint = Checkpoint::with_file(config(), "pytorch_model.bin").unwrap();
    checkpoint.begin("pytorch_model.bin", Some(20_000)).unwrap();
    let message = checkpoint.push(&bytes[..20_000]).unwrap_err().to_string();
    let expected = "pytorch_model.bin: is cut short: it has 20000 bytes, but its list of tensors describes ";
    assert!(message.starts_with(expected), "{message}");
}

/// A pickle says once what it refers to again and again, in two bytes. Each of these lists has half a megabyte, and would be some gigabytes.
#[test]
fn what_a_list_repeats_is_not_copied_each_time() {
    const TIMES: usize = 100_000;
    let text = |text: &str| [b"X", &(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat();
    let file = |pickle: &[u8]| {
        let length = (pickle.len() as u32).to_le_bytes();
        let header = [
            b"PK\x03\x04",
            &[0; 14][..],
            &length,
            &length,
            &10_u16.to_le_bytes(),
            &[0; 2],
        ]
        .concat();
        [&header, &b"a/data.pkl"[..], pickle, b"PK\x01\x02"].concat()
    };
    // A tensor of so many dimensions, remembered as 1.
    let tensor = |dimensions: usize| {
        let storage = [
            &b"(("[..],
            &text("storage"),
            b"ctorch\nFloatStorage\n",
            &text("0"),
            &text("cpu"),
            b"K\x01tQK\0",
        ]
        .concat();
        let sizes = [&b"("[..], &b"K\x01".repeat(dimensions), b"t"].concat();
        let arguments = [&storage[..], &sizes, &sizes, b"t"].concat();
        [b"ctorch._utils\n_rebuild_tensor_v2\n", &arguments[..], b"Rq\x010"].concat()
    };
    let long = "a".repeat(TIMES * 3);
    let names = [
        &tensor(0)[..],
        b"}(",
        &text(&long),
        b"q\0h\x01",
        &b"h\0h\x01".repeat(TIMES / 10),
        b"u.",
    ]
    .concat();
    assert_eq!(
        refusal(&file(&names)),
        "pytorch_model.bin: has one name for two tensors"
    );
    let entries: Vec<u8> = (0..TIMES / 10)
        .flat_map(|i| [&text(&i.to_string())[..], b"h\x01"].concat())
        .collect();
    let dimensions = [&tensor(TIMES)[..], b"}(", &entries, b"u."].concat();
    assert_eq!(
        refusal(&file(&dimensions)),
        "pytorch_model.bin: the tensor \"0\" in its list cannot be read: its shape is no list of numbers"
    );
    let globals = [
        &text("torch")[..],
        b"q\0",
        &text(&(long + "Storage")),
        b"q\x01",
        &b"h\0h\x01\x93".repeat(TIMES),
        b".",
    ]
    .concat();
    assert_eq!(
        refusal(&file(&globals)),
        "pytorch_model.bin: its list of tensors cannot be read: it names what has a name of more than 255 bytes"
    );
}

/// Damage is refused, or is in a value or in what is not read; it never panics, and asks for no memory that is not there.
#[test]
fn damage_anywhere_never_panics() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for file in ["state_dict.bin", "protocol_4.bin", "views.bin"] {
        let bytes = read(file);
        // The headers and the list of tensors come first.
        let list = 6000.min(bytes.len());
        let mut refused = 0;
        for _ in 0..3000 {
            let mut damaged = bytes.clone();
            for _ in 0..rng.random_range(1..4) {
                let within = if rng.random_ratio(3, 4) { list } else { bytes.len() };
                let at = rng.random_range(0..within);
                damaged[at] = match rng.random_range(0..3) {
                    0 => rng.random(),
                    1 => damaged[at] ^ (1 << rng.random_range(0..8)),
                    _ => *[0x00, 0x7F, 0xFF, b'(', b'R', b'X']
                        .get(rng.random_range(0..6))
                        .unwrap(),
                };
            }
            refused += usize::from(load("pytorch_model.bin", damaged.chunks(1000)).is_err());
        }
        assert!(refused > 1000, "{file}: {refused}");
    }
}
