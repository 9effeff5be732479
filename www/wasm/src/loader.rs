//! Loads a model.

use logitscope::Error;
use logitscope::gpt2::{Checkpoint, Folder};
use wasm_bindgen::prelude::*;

use crate::{JsResult, Model};

/// Collects the files of one model, then becomes it.
#[wasm_bindgen]
pub struct ModelLoader {
    folder: Folder,
    checkpoint: Option<Checkpoint>,
}

#[wasm_bindgen]
impl ModelLoader {
    /// Of a model whose weights are in the file `weights`, or else where they usually are.
    #[wasm_bindgen(constructor)]
    pub fn new(weights: Option<String>) -> JsResult<ModelLoader> {
        Ok(Self {
            folder: Folder::new(weights.as_deref())?,
            checkpoint: None,
        })
    }

    /// The names of the small files to give next, in any order. None when all are given.
    pub fn wanted(&self) -> Vec<String> {
        self.folder.wanted().into_iter().map(String::from).collect()
    }

    /// Takes a small file, or that it is not there.
    pub fn give(&mut self, name: &str, bytes: Option<Box<[u8]>>) -> JsResult<()> {
        Ok(self.folder.give(name, bytes.map(Vec::from))?)
    }

    /// The files that the weights are in, or that list their shards: the first that is there is the one to choose.
    pub fn weights(&self) -> Vec<String> {
        self.folder.weights().into_iter().map(String::from).collect()
    }

    /// Chooses the weights: a file of them, or a list of shards by its bytes, `index`. Gives the names of the files to feed, in
    /// order.
    pub fn choose(&mut self, file: &str, index: Option<Box<[u8]>>) -> JsResult<Vec<String>> {
        let checkpoint = self.checkpoint.insert(self.folder.checkpoint(file, index.as_deref())?);
        Ok(checkpoint.files())
    }

    /// Begins a file; `byteLength` is its exact length, if known.
    pub fn begin(
        &mut self,
        file: &str,
        #[wasm_bindgen(js_name = byteLength)] byte_length: Option<f64>,
    ) -> JsResult<()> {
        Ok(self.checkpoint()?.begin(file, byte_length.map(|n| n as u64))?)
    }

    /// The file's next bytes, as many as there happen to be.
    pub fn push(&mut self, chunk: &[u8]) -> JsResult<()> {
        Ok(self.checkpoint()?.push(chunk)?)
    }

    /// Ends the file; a file that was cut short is found here.
    pub fn end(&mut self) -> JsResult<()> {
        Ok(self.checkpoint()?.end()?)
    }

    /// The model, once every file has been fed.
    pub fn finish(self) -> JsResult<Model> {
        let checkpoint = self.checkpoint.ok_or_else(not_chosen)?;
        Ok(Model::new(self.folder.finish(checkpoint)?))
    }
}

impl ModelLoader {
    fn checkpoint(&mut self) -> Result<&mut Checkpoint, Error> {
        self.checkpoint.as_mut().ok_or_else(not_chosen)
    }
}

fn not_chosen() -> Error {
    Error::Argument("no weights were chosen; choose some first".into())
}
