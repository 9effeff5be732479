//! The weights of one model, from safetensors files that arrive as streams. Does no I/O.
//!
//! A header is checked in full before anything is allocated for it; then each value goes to its final place as its bytes
//! arrive, in the format in which it is stored. No file, and no tensor, is ever held twice.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::hash::{DefaultHasher, Hasher};

use candle_core::{DType, Device, Tensor, WithDType};
use half::{bf16, f16};
use safetensors::Dtype;
use serde::Deserialize;

use super::config::bytes as readable;
use super::header::{self, Entry};
use super::linear::Packer;
use super::weights::{self, Role, canonical};
use super::{Gpt2, Gpt2Config, foreign};
use crate::{Error, Result};

/// The one file of a checkpoint that has no index, unless another is named.
const WEIGHTS: &str = "model.safetensors";
/// Where a checkpoint in shards says which tensor is in which file.
const INDEX: &str = "model.safetensors.index.json";
/// In bytes. No GPT-2's header comes near; a longer one is refused unread.
const MAX_HEADER: u64 = 10_000_000;

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
    open: Option<OpenFile>,
}

impl Checkpoint {
    /// A checkpoint of one file, `model.safetensors`.
    pub fn new(config: Gpt2Config) -> Self {
        Self {
            config,
            file: WEIGHTS.into(),
            shards: None,
            read: BTreeSet::new(),
            weights: HashMap::new(),
            tied_head: None,
            open: None,
        }
    }

    /// A checkpoint of one file of another name, e.g. an earlier one of the same training.
    ///
    /// # Errors
    /// [`Error::Argument`] if `file` is not the name of a `.safetensors` file in the model's folder.
    pub fn with_file(config: Gpt2Config, file: &str) -> Result<Self> {
        if file.contains(['/', '\\', ':']) || !file.ends_with(".safetensors") {
            return Err(Error::Argument(format!(
                "weights: {file:?} is not the name of a .safetensors file in the model's folder"
            )));
        }
        Ok(Self {
            file: file.into(),
            ..Self::new(config)
        })
    }

    /// A checkpoint in shards, by its `model.safetensors.index.json`.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] if the index is damaged, points outside its folder, or does not list the weights that
    /// `config` asks for.
    pub fn with_index(config: Gpt2Config, index_json: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Index {
            weight_map: BTreeMap<String, String>,
        }
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
        weights::check_names(&config, weight_map.keys().map(String::as_str)).map_err(error)?;
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
            ..Self::new(config)
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
        self.open = Some(OpenFile {
            name: file.into(),
            byte_length,
            position: 0,
            state: State::Start(Vec::new()),
        });
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

    fn take_open(&mut self) -> Result<OpenFile> {
        self.open
            .take()
            .ok_or_else(|| Error::Argument("no file was begun; begin one first".into()))
    }
}

/// A file that is being read.
#[derive(Debug)]
struct OpenFile {
    name: String,
    byte_length: Option<u64>,
    /// Number of bytes seen.
    position: u64,
    state: State,
}

#[derive(Debug)]
enum State {
    /// In the first 8 bytes, which give the header's length.
    Start(Vec<u8>),
    /// In the header.
    Header { length: usize, bytes: Vec<u8> },
    /// In the tensors.
    Body(Body),
}

impl OpenFile {
    fn error(&self, message: impl Into<String>) -> Error {
        Error::Checkpoint {
            file: self.name.clone(),
            message: message.into(),
        }
    }

    fn push(&mut self, mut bytes: &[u8], config: &Gpt2Config, shard: Option<&BTreeSet<String>>) -> Result<()> {
        self.position += bytes.len() as u64;
        while !bytes.is_empty() {
            let next = match &mut self.state {
                State::Start(start) => {
                    fill(start, 8, &mut bytes);
                    match <[u8; 8]>::try_from(start.as_slice()) {
                        Ok(start) => Some(self.start_header(start)?),
                        Err(_) => None,
                    }
                }
                State::Header { length, bytes: header } => {
                    fill(header, *length, &mut bytes);
                    match header.len() == *length {
                        true => {
                            let header = std::mem::take(header);
                            Some(State::Body(self.start_body(&header, config, shard)?))
                        }
                        false => None,
                    }
                }
                State::Body(body) => {
                    let pushed = body.push(bytes);
                    bytes = &[];
                    pushed.map_err(|message| self.error(message))?;
                    None
                }
            };
            if let Some(next) = next {
                self.state = next;
            }
        }
        Ok(())
    }

    fn start_header(&self, start: [u8; 8]) -> Result<State> {
        let length = u64::from_le_bytes(start);
        if !(2..=MAX_HEADER).contains(&length) {
            return Err(self.error(match foreign::recognize(&start) {
                Some(what) => what,
                None if start[0] == b'{' => "is JSON, not safetensors; it may be a server's error message".into(),
                None => format!(
                    "is not a safetensors file, or a damaged one: its first 8 bytes promise a header of {length} bytes, \
                     which must be 2 to {MAX_HEADER}"
                ),
            }));
        }
        match self.byte_length {
            Some(n) if n < 8 + length => Err(self.error(format!(
                "is cut short: it has {n} bytes, but its header alone ends at byte {}",
                8 + length
            ))),
            _ => Ok(State::Header {
                length: length as usize,
                bytes: Vec::new(),
            }),
        }
    }

    /// Checks the header, and everything about the tensors that it tells; then makes room for them.
    fn start_body(&self, header: &[u8], config: &Gpt2Config, shard: Option<&BTreeSet<String>>) -> Result<Body> {
        let entries = header::parse(header).map_err(|message| self.error(message))?;
        let described = 8 + header.len() as u64 + entries.iter().map(|entry| entry.bytes as u64).sum::<u64>();
        match self.byte_length {
            Some(n) if n < described => {
                return Err(self.error(format!(
                    "is cut short: it has {n} bytes, but its header describes {described}"
                )));
            }
            Some(n) if n > described => {
                return Err(self.error(format!("has {n} bytes, but its header describes only {described}")));
            }
            _ => {}
        }
        let names = entries.iter().map(|entry| entry.name.as_str());
        match shard {
            None => weights::check_names(config, names),
            Some(expected) => check_shard(expected, names),
        }
        .map_err(|message| self.error(message))?;
        let tensors = entries
            .into_iter()
            .map(|entry| Incoming::new(entry, config))
            .collect::<Result<_, String>>()
            .map_err(|message| self.error(message))?;
        Body::allocate(tensors, config)
    }

    fn end(self) -> Result<Body> {
        let place = match &self.state {
            State::Start(start) => match foreign::recognize(start) {
                Some(what) => return Err(self.error(what)),
                None => "before its header".into(),
            },
            State::Header { length, .. } => format!("inside its header of {length} bytes"),
            State::Body(body) => match body.tensors.front() {
                Some(tensor) => format!("inside tensor {:?}", tensor.name),
                None => String::new(),
            },
        };
        match self.state {
            State::Body(body) if body.tensors.is_empty() => Ok(body),
            _ => Err(self.error(format!("is cut short: it ends after {} bytes, {place}", self.position))),
        }
    }
}

/// Moves bytes until `to` has `length`, or they run out.
fn fill(to: &mut Vec<u8>, length: usize, bytes: &mut &[u8]) {
    let n = bytes.len().min(length - to.len());
    to.extend_from_slice(&bytes[..n]);
    *bytes = &bytes[n..];
}

/// Checks that a shard holds the tensors that the index says it holds.
fn check_shard<'a>(expected: &BTreeSet<String>, names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut missing: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
    for name in names {
        if !missing.remove(name) {
            return Err(match expected.contains(name) {
                true => format!("tensor {name:?} is there twice"),
                false => format!("tensor {name:?} should not be in this file, by {INDEX}"),
            });
        }
    }
    match missing.first() {
        Some(name) => Err(format!(
            "tensor {name:?} should be in this file, by {INDEX}, but is missing"
        )),
        None => Ok(()),
    }
}

/// The part of a file after its header.
#[derive(Debug)]
struct Body {
    /// Those that are not complete, in the order of their bytes; the first is being read.
    tensors: VecDeque<Incoming>,
    /// The first bytes of an element that was cut by the end of a chunk.
    cut: Vec<u8>,
    done: Vec<(String, Tensor)>,
    tied_head: Option<u64>,
}

impl Body {
    fn allocate(mut tensors: VecDeque<Incoming>, config: &Gpt2Config) -> Result<Self> {
        let bytes: usize = tensors.iter().map(|tensor| tensor.remaining).sum();
        for tensor in &mut tensors {
            tensor.allocate(config).ok_or_else(|| {
                Error::Memory(format!(
                    "the weights take {}, which is more than is free here; close other programs or tabs, or choose a \
                     smaller model",
                    readable(bytes as u64)
                ))
            })?;
        }
        Ok(Self {
            tensors,
            cut: Vec::new(),
            done: Vec::new(),
            tied_head: None,
        })
    }

    fn push(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        while let Some(tensor) = self.tensors.front_mut() {
            if tensor.remaining > 0 {
                if bytes.is_empty() {
                    return Ok(());
                }
                let (now, later) = bytes.split_at(bytes.len().min(tensor.remaining));
                tensor.push(now, &mut self.cut)?;
                bytes = later;
            }
            if tensor.remaining == 0
                && let Some(tensor) = self.tensors.pop_front()
            {
                match tensor.target {
                    Target::Weight(weight) => {
                        let weight = weight.finish(tensor.shape).map_err(|e| e.to_string())?;
                        self.done.push((tensor.name, weight));
                    }
                    Target::TiedHead { hasher, .. } => self.tied_head = Some(hasher.finish()),
                    Target::Nowhere => {}
                }
            }
        }
        match bytes.len() {
            0 => Ok(()),
            _ => Err("goes on after the last tensor that its header describes".into()),
        }
    }
}

/// A tensor whose bytes arrive.
#[derive(Debug)]
struct Incoming {
    /// Canonical.
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    /// Bytes yet to come.
    remaining: usize,
    target: Target,
}

/// Where the values of a tensor go.
#[derive(Debug)]
enum Target {
    Weight(Weight),
    TiedHead { hasher: DefaultHasher, chunk: Vec<f32> },
    Nowhere,
}

/// A weight in the making. Matrices are kept in the format in which they come, vectors as float32.
#[derive(Debug)]
enum Weight {
    F32(Place<f32>),
    F16(Place<f16>),
    BF16(Place<bf16>),
}

#[derive(Debug)]
enum Place<T> {
    /// As the file has it.
    Flat(Vec<T>),
    /// For a layer of the model.
    Panels(Packer<T>),
}

impl Incoming {
    /// Checks dtype and shape.
    fn new(entry: Entry, config: &Gpt2Config) -> Result<Self, String> {
        let Entry {
            name,
            dtype,
            shape,
            bytes,
        } = entry;
        let name = canonical(&name).to_string();
        let (expected, target) = match weights::role(config, &name) {
            Some(Role::Weight(shape)) => (Some(shape), Target::Weight(Weight::F32(Place::Flat(Vec::new())))),
            Some(Role::TiedHead(shape)) => {
                let (hasher, chunk) = (DefaultHasher::new(), Vec::new());
                (Some(shape), Target::TiedHead { hasher, chunk })
            }
            Some(Role::Mask) | None => (None, Target::Nowhere),
        };
        if let Some(expected) = expected {
            if shape != expected {
                return Err(format!(
                    "tensor {name:?} has shape {shape:?}, but config.json makes it {expected:?}"
                ));
            }
            if !matches!(dtype, Dtype::F32 | Dtype::F16 | Dtype::BF16) {
                return Err(format!(
                    "tensor {name:?} is stored as {dtype}; it must be F32, F16 or BF16"
                ));
            }
        }
        Ok(Self {
            name,
            dtype,
            shape,
            remaining: bytes,
            target,
        })
    }

    /// Makes room for the values; None if there is none.
    fn allocate(&mut self, config: &Gpt2Config) -> Option<()> {
        if let Target::Weight(weight) = &mut self.target {
            let packed = weights::is_layer(config, &self.name);
            *weight = match (&self.shape[..], self.dtype) {
                ([_, _], Dtype::F16) => Weight::F16(Place::new(&self.shape, packed)?),
                ([_, _], Dtype::BF16) => Weight::BF16(Place::new(&self.shape, packed)?),
                _ => Weight::F32(Place::new(&self.shape, packed)?),
            };
        }
        Some(())
    }

    /// Takes bytes of this tensor only.
    fn push(&mut self, bytes: &[u8], cut: &mut Vec<u8>) -> Result<(), String> {
        self.remaining -= bytes.len();
        match &mut self.target {
            Target::Weight(weight) => weight
                .push(self.dtype, bytes, cut)
                .map_err(|x| format!("tensor {:?} holds {x}; every weight must be a finite number", self.name)),
            Target::TiedHead { hasher, chunk } => {
                chunk.clear();
                match self.dtype {
                    Dtype::F16 => elements(bytes, cut, |b| f16::from_le_bytes(b).to_f32(), |x| chunk.extend(x)),
                    Dtype::BF16 => elements(bytes, cut, |b| bf16::from_le_bytes(b).to_f32(), |x| chunk.extend(x)),
                    _ => elements(bytes, cut, f32::from_le_bytes, |x| chunk.extend(x)),
                }
                hash(chunk, hasher);
                Ok(())
            }
            Target::Nowhere => Ok(()),
        }
    }
}

impl Weight {
    /// Takes bytes, or refuses a number that is not finite.
    fn push(&mut self, dtype: Dtype, bytes: &[u8], cut: &mut Vec<u8>) -> Result<(), f32> {
        match (self, dtype) {
            (Weight::F16(place), _) => place
                .push(bytes, cut, f16::from_le_bytes, f16::is_finite)
                .map_err(f16::to_f32),
            (Weight::BF16(place), _) => place
                .push(bytes, cut, bf16::from_le_bytes, bf16::is_finite)
                .map_err(bf16::to_f32),
            (Weight::F32(place), Dtype::F16) => {
                place.push(bytes, cut, |b| f16::from_le_bytes(b).to_f32(), f32::is_finite)
            }
            (Weight::F32(place), Dtype::BF16) => {
                place.push(bytes, cut, |b| bf16::from_le_bytes(b).to_f32(), f32::is_finite)
            }
            (Weight::F32(place), _) => place.push(bytes, cut, f32::from_le_bytes, f32::is_finite),
        }
    }

    fn finish(self, shape: Vec<usize>) -> candle_core::Result<Tensor> {
        match self {
            Weight::F32(place) => place.finish(shape),
            Weight::F16(place) => place.finish(shape),
            Weight::BF16(place) => place.finish(shape),
        }
    }
}

impl<T: Default + WithDType> Place<T> {
    fn new(shape: &[usize], packed: bool) -> Option<Self> {
        if let (&[d_in, d_out], true) = (shape, packed) {
            return Some(Self::Panels(Packer::new(d_in, d_out)?));
        }
        let mut values = Vec::new();
        values.try_reserve_exact(shape.iter().product()).ok()?;
        Some(Self::Flat(values))
    }

    fn push<const N: usize>(
        &mut self,
        bytes: &[u8],
        cut: &mut Vec<u8>,
        value: impl Fn([u8; N]) -> T,
        is_finite: impl Fn(T) -> bool,
    ) -> Result<(), T> {
        let mut wrong = None;
        elements(bytes, cut, value, |values| {
            // Without an early exit the common case is one fast pass.
            if !values.iter().fold(true, |finite, &x| finite & is_finite(x)) {
                wrong = wrong.or_else(|| values.iter().copied().find(|&x| !is_finite(x)));
            }
            match self {
                Self::Flat(to) => to.extend(values),
                Self::Panels(packer) => packer.extend(values),
            }
        });
        wrong.map_or(Ok(()), Err)
    }

    fn finish(self, shape: Vec<usize>) -> candle_core::Result<Tensor> {
        match self {
            Self::Flat(values) => Tensor::from_vec(values, shape, &Device::Cpu),
            Self::Panels(packer) => packer.finish(),
        }
    }
}

fn hash(values: &[f32], hasher: &mut DefaultHasher) {
    values.iter().for_each(|x| hasher.write_u32(x.to_bits()));
}

/// Hands little-endian elements on, some at a time. `cut` holds the start of an element that the chunk before ended in, and
/// takes the start of one that this chunk ends in.
fn elements<const N: usize, T: Copy + Default>(
    mut bytes: &[u8],
    cut: &mut Vec<u8>,
    value: impl Fn([u8; N]) -> T,
    mut take: impl FnMut(&[T]),
) {
    const SOME: usize = 1024;
    if !cut.is_empty() {
        fill(cut, N, &mut bytes);
        let Ok(element) = <[u8; N]>::try_from(cut.as_slice()) else {
            return;
        };
        take(&[value(element)]);
        cut.clear();
    }
    let (whole, rest) = bytes.as_chunks();
    let mut values = [T::default(); SOME];
    for some in whole.chunks(SOME) {
        for (value_of, &element) in values.iter_mut().zip(some) {
            *value_of = value(element);
        }
        take(&values[..some.len()]);
    }
    cut.extend_from_slice(rest);
}
