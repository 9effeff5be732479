//! The weights of one model, from files of safetensors or `torch.save` that arrive as streams. Does no I/O.
//!
//! A header is checked in full before anything is allocated for it; then each value goes to its final place as its bytes
//! arrive, in the format in which it is stored. No file, and no tensor, is ever held twice.

mod header;
mod pickle;
mod place;
mod safetensors_file;
mod state_dict;
mod stream;
mod tensors;
mod torch_file;
mod weights;
mod zip;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hasher};

use candle_core::{DType, Device, Tensor};
use serde::Deserialize;

use self::place::hash;
use self::stream::Stream;
use self::tensors::{Shard, Wanted};
use self::weights::Content;
use super::{Gpt2, Gpt2Config, foreign, json};
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
    shards: Option<Shards>,
    read: BTreeSet<String>,
    weights: HashMap<String, Tensor>,
    /// The hash of an `lm_head.weight` in a tied model.
    tied_head: Option<u64>,
    notices: Vec<String>,
    open: Option<Stream>,
}

/// What an index says.
#[derive(Debug)]
struct Shards {
    /// The index's own file.
    index: String,
    /// The tensors that each file holds.
    files: BTreeMap<String, BTreeSet<String>>,
    content: Content,
}

/// How names of files of weights end.
const ENDINGS: [&str; 4] = [".safetensors", ".bin", ".pt", ".pth"];
/// Of the tensors that were left out, as many as this are named.
const NAMED: usize = 4;

/// Checks the name of a file of weights.
pub(super) fn check_name(file: &str) -> Result<()> {
    match is_weights_file(file) {
        true => Ok(()),
        false => Err(Error::Argument(format!(
            "weights: {file:?} is not the name of a .safetensors, .bin, .pt or .pth file in the model's folder"
        ))),
    }
}

fn is_weights_file(name: &str) -> bool {
    !name.contains(['/', '\\', ':']) && ENDINGS.iter().any(|ending| name.ends_with(ending))
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
            notices: Vec::new(),
            open: None,
        })
    }

    /// A checkpoint of one file of another name: of another format, or an earlier one of the same training.
    ///
    /// # Errors
    /// As [`Gpt2Config::validate`]; [`Error::Argument`] if `file` is not the name of a file of weights in the model's folder.
    pub fn with_file(config: Gpt2Config, file: &str) -> Result<Self> {
        check_name(file)?;
        Ok(Self {
            file: file.into(),
            ..Self::new(config)?
        })
    }

    /// A checkpoint in shards, by its `model.safetensors.index.json` or `pytorch_model.bin.index.json`, whose name is `index`.
    ///
    /// # Errors
    /// As [`Gpt2Config::validate`]; [`Error::Checkpoint`] if the index is damaged, points outside its folder, or does not list the
    /// weights that `config` asks for.
    pub fn with_index(config: Gpt2Config, index: &str, text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Index {
            weight_map: BTreeMap<String, String>,
        }
        let mut checkpoint = Self::new(config)?;
        let error = |message| Error::Checkpoint {
            file: index.into(),
            message,
        };
        if let Some(what) = foreign::recognize(text.as_bytes()) {
            return Err(error(what));
        }
        let Index { weight_map } = json::read(text.as_bytes())
            .map_err(|e| error(format!("is not an index of shards ({e}); it may have been cut short")))?;
        let names = weight_map.keys().map(String::as_str);
        let content = Content::of(&checkpoint.config, names).map_err(error)?;
        checkpoint.note_others(index, &content);
        let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, file) in weight_map {
            let file = file.trim_start_matches("./");
            if !is_weights_file(file) {
                return Err(error(format!(
                    "tensor {name:?} is said to be in {file:?}; it must be in a .safetensors, .bin, .pt or .pth file in the same folder"
                )));
            }
            files.entry(file.into()).or_default().insert(name);
        }
        checkpoint.shards = Some(Shards {
            index: index.into(),
            files,
            content,
        });
        Ok(checkpoint)
    }

    /// What is to be known of the files read so far, as sentences: which tensors were left out.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    fn note_others(&mut self, file: &str, content: &Content) {
        let others = &content.others;
        if others.is_empty() {
            return;
        }
        let mut named = others.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        if others.len() > NAMED {
            named += &format!(" and {} more", others.len() - NAMED);
        }
        let mut notice =
            format!("{file} also has tensors that are not of the language model, which were left out: {named}.");
        if others.iter().any(|name| name.ends_with("lm_head.bias")) {
            notice += " GPT-2's class in transformers leaves lm_head.bias out as well: logits are without it.";
        }
        self.notices.push(notice);
    }

    /// The names of the files to feed, which lie beside `config.json`.
    pub fn files(&self) -> Vec<String> {
        match &self.shards {
            None => vec![self.file.clone()],
            Some(shards) => shards.files.keys().cloned().collect(),
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
        let shards = self.shards.as_ref();
        let held = self
            .weights
            .values()
            .map(|weight| (weight.elem_count() * weight.dtype().size_in_bytes()) as u64);
        let wanted = Wanted {
            config: &self.config,
            shard: shards.and_then(|shards| {
                Some(Shard {
                    index: &shards.index,
                    tensors: shards.files.get(&file.name)?,
                    content: &shards.content,
                })
            }),
            held: held.sum(),
        };
        file.push(bytes, wanted)?;
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
        let (done, content) = file.end()?;
        self.weights.extend(done.weights);
        self.tied_head = self.tied_head.or(done.tied_head);
        self.note_others(&name, &content);
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
        let file = self.shards.as_ref().map_or(&self.file, |shards| &shards.index);
        let error = |message: String| Error::Checkpoint {
            file: file.clone(),
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
        Gpt2::new(&self.config, |name, shape| match take(name) {
            Some(weight) => Ok(weight),
            None if name.ends_with(".bias") => {
                let zeros = vec![0_f32; shape.iter().product()];
                Ok(Tensor::from_vec(zeros, shape, &Device::Cpu)?)
            }
            None => Err(error(format!("tensor {name:?} is missing"))),
        })
    }

    fn take_open(&mut self) -> Result<Stream> {
        self.open
            .take()
            .ok_or_else(|| Error::Argument("no file was begun; begin one first".into()))
    }
}
