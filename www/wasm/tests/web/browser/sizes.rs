//! Sizes that 32 bits cannot hold: an error says what is too large, and nothing is written where it does not belong.

use std::sync::Arc;

use logitscope::Error;
use logitscope::candle_core::{DType, Device, Tensor};
use logitscope::gpt2::{Checkpoint, Gpt2, Gpt2Config};
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

const WEIGHTS: &str = "model.safetensors";

/// One number wide, but for the MLP.
fn config(n_inner: usize) -> Gpt2Config {
    let mut config = Gpt2Config::default();
    config.n_embd = 1;
    config.n_layer = 2;
    config.n_head = 1;
    config.n_inner = n_inner;
    config.vocab_size = 2;
    config.bos_token_id = None;
    config
}

/// A file's bytes up to its tensors, and its length.
pub fn header(tensors: impl IntoIterator<Item = (String, &'static str, u64, Vec<u64>)>) -> (Vec<u8>, u64) {
    let mut at = 0;
    let mut header = json!({});
    for (name, dtype, width, shape) in tensors {
        let end = at + width * shape.iter().product::<u64>();
        header[name] = json!({ "dtype": dtype, "shape": shape, "data_offsets": [at, end] });
        at = end;
    }
    let header = header.to_string();
    let bytes = [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
    let length = bytes.len() as u64 + at;
    (bytes, length)
}

fn weights(config: &Gpt2Config) -> impl Iterator<Item = (String, &'static str, u64, Vec<u64>)> {
    config
        .weights()
        .map(|(name, shape)| (name, "F32", 4, shape.into_iter().map(|n| n as u64).collect()))
}

/// As panels, a matrix of one column has 8 times its elements: here 2^33 bytes and 32.
#[wasm_bindgen_test]
fn a_matrix_that_is_too_large_in_memory_is_refused_by_name() {
    let mut config = config(268_435_457);
    config.n_layer = 1;
    let (bytes, length) = header(weights(&config));
    let mut checkpoint = Checkpoint::new(config).unwrap();
    checkpoint.begin(WEIGHTS, Some(length)).unwrap();
    let error = checkpoint.push(&bytes).unwrap_err();
    assert!(matches!(error, Error::Memory(_)));
    assert_eq!(
        error.to_string(),
        "out of memory: tensor \"h.0.mlp.c_proj.weight\" takes 8589 MB here, where one tensor can take 2147 MB at most; \
         choose a smaller model"
    );
}

/// Old files have masks, which the model leaves out.
#[wasm_bindgen_test]
fn a_file_may_be_larger_than_memory() {
    let config = config(4);
    let mask = ("h.0.attn.bias".to_string(), "BOOL", 1, vec![1, 1, 100_000, 50_000]);
    let (bytes, length) = header([mask].into_iter().chain(weights(&config)));
    assert!(length > 5_000_000_000);
    let mut checkpoint = Checkpoint::new(config).unwrap();
    checkpoint.begin(WEIGHTS, Some(length)).unwrap();
    checkpoint.push(&bytes).unwrap();
    checkpoint.push(&[1; 1000]).unwrap();
    assert_eq!(
        checkpoint.end().unwrap_err().to_string(),
        format!(
            "model.safetensors: is cut short: it ends after {} bytes, inside tensor \"h.0.attn.bias\"",
            bytes.len() + 1000
        )
    );
}

#[wasm_bindgen_test]
fn more_weights_than_can_be_addressed_are_refused() {
    let mut config = config(4);
    config.vocab_size = 1 << 31;
    assert_eq!(
        config.validate().unwrap_err().to_string(),
        "out of memory: this model's weights take 4294 MB as float16, more than can be addressed here"
    );
}

/// The MLP's 1,024 rows of 4,194,305 numbers are 2^32 and 1,024.
#[wasm_bindgen_test]
fn a_prompt_that_is_too_large_in_memory_is_refused() {
    let config = config(4_194_305);
    let zeros = |_: &str, shape: &[usize]| Ok(Tensor::zeros(shape, DType::F32, &Device::Cpu)?);
    let model = Arc::new(Gpt2::new(&config, zeros).unwrap());
    let error = model.run(&[1; 1024]).unwrap_err();
    assert!(matches!(error, Error::Memory(_)), "{error}");
    // The model lives.
    model.run(&[1; 4]).unwrap().logits(3).unwrap();
}

/// GPT-2 XL takes 3.1 GB as float16, which can be addressed, and 6.2 GB as float32, which cannot: the file says which it is.
#[wasm_bindgen_test]
fn a_model_is_refused_by_the_size_in_which_it_is_stored() {
    let mut xl = Gpt2Config::default();
    (xl.n_embd, xl.n_layer, xl.n_head, xl.n_inner) = (1600, 48, 25, 6400);
    let mut checkpoint = Checkpoint::new(xl.clone()).unwrap();
    let (header, length) = header(weights(&xl));
    checkpoint.begin(WEIGHTS, Some(length)).unwrap();
    let Err(Error::Memory(message)) = checkpoint.push(&header) else {
        panic!("as float32 it must be refused");
    };
    assert!(
        message.contains("the weights take 6230 MB, more than can be addressed"),
        "{message}"
    );

    (xl.n_embd, xl.n_inner) = (3200, 12800);
    assert!(matches!(Checkpoint::new(xl), Err(Error::Memory(_))));
}
