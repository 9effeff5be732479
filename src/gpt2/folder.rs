//! What of a model's folder is read, and in which order: what `transformers` does with the same folder. Does no I/O.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Checkpoint, Gpt2Config, LanguageModel, Tokenizer, TokenizerFiles, checkpoint, json};
use crate::{Error, Result};

/// The files of weights of a folder, or the lists of their shards, the best first.
const WEIGHTS: [&str; 4] = [
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
];

const FIRST: [&str; 3] = ["config.json", "tokenizer.json", "tokenizer_config.json"];
/// What is read in place of a tokenizer.json.
const PARTS: [&str; 4] = [
    "vocab.json",
    "merges.txt",
    "added_tokens.json",
    "special_tokens_map.json",
];
/// Tokenizers that are not read, but named.
const OTHER_TOKENIZERS: [&str; 3] = ["encoder.json", "vocab.txt", "tokenizer.model"];

/// A model's folder being read.
///
/// As long as there are [`wanted`](Self::wanted) files, [`give`](Self::give) each of them. Then make the
/// [`checkpoint`](Self::checkpoint) of the first of [`weights`](Self::weights) that is there, feed it, and
/// [`finish`](Self::finish).
#[derive(Debug, Default)]
pub struct Folder {
    /// The weights to read, if they were named.
    weights: Option<String>,
    /// Every file that was given; None if it is not there.
    given: BTreeMap<String, Option<Vec<u8>>>,
    config: Option<Gpt2Config>,
    tokenizer: Option<Tokenizer>,
    notices: Vec<String>,
}

impl Folder {
    /// A folder whose weights are in the file `weights`, or else where they usually are.
    ///
    /// # Errors
    /// [`Error::Argument`] if `weights` is not the name of a file of weights.
    pub fn new(weights: Option<&str>) -> Result<Self> {
        weights.map_or(Ok(()), checkpoint::check_name)?;
        Ok(Self {
            weights: weights.map(str::to_string),
            ..Self::default()
        })
    }

    /// The names of the files to be given next, in any order, as far as they are there. All are small.
    pub fn wanted(&self) -> Vec<&'static str> {
        let lacks = |names: &[&str]| names.iter().any(|name| !self.given.contains_key(*name));
        let next: &[&str] = match () {
            () if lacks(&FIRST) => &FIRST,
            () if !self.has("config.json") => &["adapter_config.json"],
            () if !cfg!(feature = "tokenizers") => &[],
            () if self.has("tokenizer.json") && self.lists_added_tokens() => &[],
            () if self.has("tokenizer.json") => &["added_tokens.json", "special_tokens_map.json"],
            () if lacks(&PARTS) => &PARTS,
            () if self.has("vocab.json") && self.has("merges.txt") => &[],
            () => &OTHER_TOKENIZERS,
        };
        next.iter()
            .copied()
            .filter(|name| !self.given.contains_key(*name))
            .collect()
    }

    /// Takes a file, or that it is not there.
    ///
    /// # Errors
    /// As [`Gpt2Config::from_json`] and [`Tokenizer::from_files`]; [`Error::Config`] if the folder is that of an adapter.
    pub fn give(&mut self, name: &str, bytes: Option<Vec<u8>>) -> Result<()> {
        if let ("config.json", Some(bytes)) = (name, &bytes) {
            self.config = Some(Gpt2Config::from_json(&text(name, bytes)?)?);
        }
        if let ("adapter_config.json", Some(bytes)) = (name, &bytes) {
            return Err(adapter(bytes));
        }
        self.given.insert(name.into(), bytes);
        if self.config.is_some() && self.wanted().is_empty() {
            self.read_tokenizer()?;
        }
        Ok(())
    }

    /// The files that the weights are in, or that list their shards: the first that is there is the one to read.
    pub fn weights(&self) -> Vec<&str> {
        match &self.weights {
            Some(name) => vec![name],
            None => WEIGHTS.to_vec(),
        }
    }

    /// What takes the weights of `file`, one of [`weights`](Self::weights); `index` is its text if it lists shards.
    ///
    /// # Errors
    /// As [`Checkpoint::with_file`] and [`Checkpoint::with_index`]; [`Error::Config`] if there is no config.json.
    pub fn checkpoint(&self, file: &str, index: Option<&[u8]>) -> Result<Checkpoint> {
        let config = self
            .config
            .clone()
            .ok_or_else(|| Error::Config("is not there".into()))?;
        match index {
            Some(json) => Checkpoint::with_index(config, file, &text(file, json)?),
            None => Checkpoint::with_file(config, file),
        }
    }

    /// The model, of the checkpoint that was fed.
    ///
    /// # Errors
    /// As [`Checkpoint::finish`].
    pub fn finish(self, checkpoint: Checkpoint) -> Result<LanguageModel> {
        let mut notices = self.notices;
        notices.extend(checkpoint.notices().iter().cloned());
        let mut model = LanguageModel::new(checkpoint.finish()?, self.tokenizer);
        model.notices = notices;
        let known = model.tokenizer.as_ref().map_or(0, Tokenizer::size);
        let size = model.gpt2.config().vocab_size;
        if known > size {
            model.notices.push(format!(
                "The tokenizer knows {known} tokens, but the model {size}: a prompt that holds one of the others is refused."
            ));
        }
        Ok(model)
    }

    fn has(&self, name: &str) -> bool {
        self.file(name).is_some()
    }

    fn file(&self, name: &str) -> Option<&[u8]> {
        self.given.get(name)?.as_deref()
    }

    /// Whether tokenizer_config.json is of the newer form, which names all added and special tokens by itself.
    fn lists_added_tokens(&self) -> bool {
        let config = self.file("tokenizer_config.json");
        let config = config.and_then(|bytes| json::read::<Value>(bytes).ok());
        config.is_some_and(|config| config.get("added_tokens_decoder").is_some())
    }

    fn read_tokenizer(&mut self) -> Result<()> {
        if !cfg!(feature = "tokenizers") {
            return Ok(());
        }
        let files = TokenizerFiles {
            tokenizer: self.file("tokenizer.json"),
            vocab: self.file("vocab.json"),
            merges: self.file("merges.txt"),
            added_tokens: self.file("added_tokens.json"),
            config: self.file("tokenizer_config.json"),
            special_tokens_map: self.file("special_tokens_map.json"),
        };
        self.tokenizer = Tokenizer::of_model(&files, self.config.as_ref().map(|config| config.vocab_size))?;
        if self.tokenizer.is_some() {
            return Ok(());
        }
        for (there, other) in [("vocab.json", "merges.txt"), ("merges.txt", "vocab.json")] {
            if self.has(there) {
                self.notices.push(format!(
                    "There is {there}, but neither {other} nor tokenizer.json: without them a prompt is token ids, not text."
                ));
            }
        }
        if let Some(there) = OTHER_TOKENIZERS.into_iter().find(|name| self.has(name)) {
            let (wanted, remedy) = match there {
                "encoder.json" => ("vocab.json", "rename it, and vocab.bpe to merges.txt"),
                _ => ("tokenizer.json", "AutoTokenizer's save_pretrained() writes it"),
            };
            self.notices.push(format!(
                "There is {there}, but no {wanted}: without it a prompt is token ids, not text; {remedy}."
            ));
        }
        Ok(())
    }
}

fn text(name: &str, bytes: &[u8]) -> Result<String> {
    let text = str::from_utf8(bytes).map_err(|_| Error::Checkpoint {
        file: name.into(),
        message: "is not UTF-8 text".into(),
    })?;
    Ok(text.trim_start_matches('\u{FEFF}').into())
}

/// A folder of what PEFT trained beside a model is none of a model.
fn adapter(config: &[u8]) -> Error {
    let config: Value = json::read(config).unwrap_or_default();
    let base = match config["base_model_name_or_path"].as_str() {
        Some(name) => format!("of {name:?}"),
        None => "of another model".into(),
    };
    Error::Config(format!(
        "is not there, but adapter_config.json: this is a PEFT adapter {base}, not a model; merge the two with \
         merge_and_unload() and save the result"
    ))
}
