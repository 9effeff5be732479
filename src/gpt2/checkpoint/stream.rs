//! One file as a stream: its header, and then its tensors, in the order of their bytes.

use std::collections::{BTreeSet, VecDeque};
use std::hash::Hasher;

use candle_core::Tensor;

use super::header;
use super::place::{Incoming, Target, fill};
use super::weights::{check_names, check_shard};
use crate::gpt2::config::{bytes as readable, check_size};
use crate::gpt2::{Gpt2Config, foreign};
use crate::{Error, Result};

/// In bytes. No GPT-2's header comes near; a longer one is refused unread.
const MAX_HEADER: u64 = 10_000_000;

/// A file that is being read.
#[derive(Debug)]
pub(super) struct Stream {
    pub name: String,
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

impl Stream {
    pub fn new(name: &str, byte_length: Option<u64>) -> Self {
        Self {
            name: name.into(),
            byte_length,
            position: 0,
            state: State::Start(Vec::new()),
        }
    }

    fn error(&self, message: impl Into<String>) -> Error {
        Error::Checkpoint {
            file: self.name.clone(),
            message: message.into(),
        }
    }

    /// Takes the next bytes. `shard`: the tensors that the file holds by the index, if there is one.
    pub fn push(&mut self, mut bytes: &[u8], config: &Gpt2Config, shard: Option<&BTreeSet<String>>) -> Result<()> {
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
        let before = 8 + header.len() as u64;
        let described = entries.iter().fold(before, |n, entry| n.saturating_add(entry.bytes));
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
            None => check_names(config, names),
            Some(expected) => check_shard(expected, names),
        }
        .map_err(|message| self.error(message))?;
        let tensors = entries
            .into_iter()
            .map(|entry| Incoming::new(entry, config))
            .collect::<Result<_, String>>()
            .map_err(|message| self.error(message))?;
        Body::allocate(tensors)
    }

    pub fn end(self) -> Result<Body> {
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

/// The part of a file after its header.
#[derive(Debug)]
pub(super) struct Body {
    /// Those that are not complete, in the order of their bytes; the first is being read.
    tensors: VecDeque<Incoming>,
    /// The first bytes of an element that was cut by the end of a chunk.
    cut: Vec<u8>,
    pub done: Vec<(String, Tensor)>,
    /// The hash of an `lm_head.weight` in a tied model.
    pub tied_head: Option<u64>,
}

impl Body {
    fn allocate(mut tensors: VecDeque<Incoming>) -> Result<Self> {
        for tensor in &tensors {
            check_size(&format!("tensor {:?}", tensor.name), tensor.size())?;
        }
        let bytes = tensors.iter().map(|tensor| tensor.remaining).sum();
        for tensor in &mut tensors {
            tensor.allocate().ok_or_else(|| {
                Error::Memory(format!(
                    "the weights take {}, which is more than is free here; close other programs or tabs, or choose a \
                     smaller model",
                    readable(bytes)
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
                let n = usize::try_from(tensor.remaining).unwrap_or(usize::MAX);
                let (now, later) = bytes.split_at(bytes.len().min(n));
                tensor.push(now, &mut self.cut)?;
                bytes = later;
            }
            if tensor.remaining == 0
                && let Some(tensor) = self.tensors.pop_front()
            {
                match tensor.target {
                    Target::Weight(weight) => {
                        let weight = weight.finish().map_err(|e| e.to_string())?;
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
