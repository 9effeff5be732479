//! Loads a model.

use logitscope::gpt2::{Checkpoint, Gpt2Config, LanguageModel, Tokenizer};
use wasm_bindgen::prelude::*;

use crate::{JsResult, Model};

/// Collects the files of one model, then becomes it.
#[wasm_bindgen]
pub struct ModelLoader {
    checkpoint: Checkpoint,
    tokenizer: Option<Tokenizer>,
}

#[wasm_bindgen]
impl ModelLoader {
    /// Takes the text of `config.json` and the bytes of `tokenizer.json`, if there is one. The weights are in
    /// `model.safetensors`; or in shards, by the text of `model.safetensors.index.json`; or in the file named `weights`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        config: &str,
        tokenizer: Option<Box<[u8]>>,
        index: Option<String>,
        weights: Option<String>,
    ) -> JsResult<ModelLoader> {
        let config = Gpt2Config::from_json(config)?;
        Ok(Self {
            tokenizer: tokenizer.map(|json| Tokenizer::from_json(&json)).transpose()?,
            checkpoint: match (weights, index) {
                (Some(file), _) => Checkpoint::with_file(config, &file)?,
                (None, Some(index)) => Checkpoint::with_index(config, &index)?,
                (None, None) => Checkpoint::new(config)?,
            },
        })
    }

    /// The names of the weights files to feed, in order.
    pub fn files(&self) -> Vec<String> {
        self.checkpoint.files()
    }

    /// Begins a file; `byteLength` is its exact length, if known.
    pub fn begin(
        &mut self,
        file: &str,
        #[wasm_bindgen(js_name = byteLength)] byte_length: Option<f64>,
    ) -> JsResult<()> {
        Ok(self.checkpoint.begin(file, byte_length.map(|n| n as u64))?)
    }

    /// The file's next bytes, as many as there happen to be.
    pub fn push(&mut self, chunk: &[u8]) -> JsResult<()> {
        Ok(self.checkpoint.push(chunk)?)
    }

    /// Ends the file; a file that was cut short is found here.
    pub fn end(&mut self) -> JsResult<()> {
        Ok(self.checkpoint.end()?)
    }

    /// The model, once every file has been fed.
    pub fn finish(self) -> JsResult<Model> {
        let model = LanguageModel::new(self.checkpoint.finish()?, self.tokenizer)?;
        Ok(Model::new(model))
    }
}
