//! The weights of one model, from safetensors files that arrive as streams. Does no I/O.
//!
//! A header is checked in full before anything is allocated for it; then each value goes to its final place as its bytes
//! arrive, in the format in which it is stored. No file, and no tensor, is ever held twice.

mod header;
mod place;
mod stream;
mod weights;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hasher};

use candle_core::{DType, Tensor};
use serde::Deserialize;

use self::place::hash;
use self::stream::{Body, Stream};
use self::weights::INDEX;
use super::{Gpt2, Gpt2Config, foreign};
use crate::{Error, Result};

/// The one file of a checkpoint that has no index, unless another is named.
const WEIGHTS: &str = "model.safetensors";

/// Collects the weights of one model.
///
/// For each of [`files`](Self::files): [`begin`](Self::begin), [`push`](Self::push) its bytes in order, in chunks of any
/// size, [`end`](Self::end). Then [`finish`](Self::finish). After an error the file in hand is forgotten and can be begun
/// anew; the files that were read before it stay.
#[derive(Debug)]
pub struct Checkpoint {
    config: Gpt2Config,
    /// The one file of a checkpoint without an index.
    file: String,
    /// The tensors that each file holds, by the index.
    shards: Option<BTreeMap<String, BTreeSet<String>>>,
    read: BTreeSet<String>,
    weights: HashMap<String, Tensor>,
    /// The hash of an `lm_head.weight` in a tied model.
    tied_head: Option<u64>,
    open: Option<Stream>,
}

impl Checkpoint {
    /// A checkpoint of one file, `model.safetensors`.
    ///
    /// # Errors
    /// As [`Gpt2Config::validate`].
    pub fn new(config: Gpt2Config) -> Result<Self> {
        config.validate()?;
        Ok(Self {
            config,
            file: WEIGHTS.into(),
            shards: None,
            read: BTreeSet::new(),
            weights: HashMap::new(),
            tied_head: None,
            open: None,
        })
    }

    /// A checkpoint of one file of another name, e.g. an earlier one of the same training.
    ///
    /// # Errors
    /// As [`Gpt2Config::validate`]; [`Error::Argument`] if `file` is not the name of a `.safetensors` file in the model's folder.
    pub fn with_file(config: Gpt2Config, file: &str) -> Result<Self> {
        if file.contains(['/', '\\', ':']) || !file.ends_with(".safetensors") {
            return Err(Error::Argument(format!(
                "weights: {file:?} is not the name of a .safetensors file in the model's folder"
            )));
        }
        Ok(Self {
            file: file.into(),
            ..Self::new(config)?
        })
    }

    /// A checkpoint in shards, by its `model.safetensors.index.json`.
    ///
    /// # Errors
    /// As [`Gpt2Config::validate`]; [`Error::Checkpoint`] if the index is damaged, points outside its folder, or does not list the weights that
    /// `config` asks for.
    pub fn with_index(config: Gpt2Config, index_json: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Index {
            weight_map: BTreeMap<String, String>,
        }
        let checkpoint = Self::new(config)?;
        let error = |message| Error::Checkpoint {
            file: INDEX.into(),
            message,
        };
        if let Some(what) = foreign::recognize(index_json.as_bytes()) {
            return Err(error(what));
        }
        let Index { weight_map } = serde_json::from_str(index_json).map_err(|e| {
            error(format!(
                "is not an index of safetensors files ({e}); it may have been cut short"
            ))
        })?;
        weights::check_names(&checkpoint.config, weight_map.keys().map(String::as_str)).map_err(error)?;
        let mut shards: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, file) in weight_map {
            if file.contains(['/', '\\', ':']) || !file.ends_with(".safetensors") {
                return Err(error(format!(
                    "tensor {name:?} is said to be in {file:?}; it must be in a .safetensors file in the same folder"
                )));
            }
            shards.entry(file).or_default().insert(name);
        }
        Ok(Self {
            shards: Some(shards),
            ..checkpoint
        })
    }

    /// The names of the files to feed, which lie beside `config.json`.
    pub fn files(&self) -> Vec<String> {
        match &self.shards {
            None => vec![self.file.clone()],
            Some(shards) => shards.keys().cloned().collect(),
        }
    }

    /// Starts a file. If its length is known, a file that was cut short is found out at its header already.
    ///
    /// # Errors
    /// [`Error::Argument`] if `file` is not one of [`files`](Self::files), or was read already.
    pub fn begin(&mut self, file: &str, byte_length: Option<u64>) -> Result<()> {
        let files = self.files();
        if !files.iter().any(|name| name == file) {
            return Err(Error::Argument(format!(
                "{file:?} is not a file of this checkpoint; it has {}",
                files.join(", ")
            )));
        }
        if self.read.contains(file) {
            return Err(Error::Argument(format!("{file:?} was read already")));
        }
        self.open = Some(Stream::new(file, byte_length));
        Ok(())
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] as soon as the bytes so far are wrong: a damaged header or one that does not fit the config,
    /// a weight that is not finite, bytes after the end. [`Error::Memory`] if there is no room for the weights.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        let mut file = self.take_open()?;
        let shard = self.shards.as_ref().and_then(|shards| shards.get(&file.name));
        file.push(bytes, &self.config, shard)?;
        self.open = Some(file);
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] if bytes are missing.
    pub fn end(&mut self) -> Result<()> {
        let file = self.take_open()?;
        let name = file.name.clone();
        let Body { done, tied_head, .. } = file.end()?;
        self.weights.extend(done);
        self.tied_head = self.tied_head.or(tied_head);
        self.read.insert(name);
        Ok(())
    }

    /// The model.
    ///
    /// # Errors
    /// [`Error::Argument`] if a file was not read; [`Error::Checkpoint`] if there is an `lm_head.weight` other than the
    /// `wte.weight` that the config says it is.
    pub fn finish(mut self) -> Result<Gpt2> {
        if let Some(file) = self.files().iter().find(|file| !self.read.contains(*file)) {
            return Err(Error::Argument(format!("{file:?} was not read to its end")));
        }
        let file = if self.shards.is_some() { INDEX } else { &self.file };
        let error = |message: String| Error::Checkpoint {
            file: file.into(),
            message,
        };
        if let (Some(head), Some(wte)) = (self.tied_head, self.weights.get("wte.weight")) {
            let mut hasher = DefaultHasher::new();
            for row in 0..wte.dim(0)? {
                hash(&wte.get(row)?.to_dtype(DType::F32)?.to_vec1()?, &mut hasher);
            }
            if hasher.finish() != head {
                return Err(error(
                    "tensor \"lm_head.weight\" differs from \"wte.weight\", but tie_word_embeddings in config.json \
                     makes them one; set it to false to use both"
                        .into(),
                ));
            }
        }
        let mut take = |name: &str| self.weights.remove(name);
        Gpt2::new(&self.config, |name, _| {
            take(name).ok_or_else(|| error(format!("tensor {name:?} is missing")))
        })
    }

    fn take_open(&mut self) -> Result<Stream> {
        self.open
            .take()
            .ok_or_else(|| Error::Argument("no file was begun; begin one first".into()))
    }
}
