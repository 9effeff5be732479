//! The tensors of one file: what is known of them before their values come, and what they become.

use std::collections::BTreeSet;
use std::hash::Hasher;

use candle_core::Tensor;

use super::header::Entry;
use super::place::{Incoming, Target};
use super::weights::{Content, check_shard};
use crate::Error;
use crate::gpt2::Gpt2Config;
use crate::gpt2::config::{bytes as readable, check_size};

/// What is wrong with a file, or with something else than the file.
#[derive(Debug)]
pub(super) enum Fault {
    File(String),
    Other(Error),
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self::File(message)
    }
}

impl From<&str> for Fault {
    fn from(message: &str) -> Self {
        Self::File(message.into())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// What an index of shards says of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shard<'a> {
    /// The index's own file.
    pub index: &'a str,
    pub tensors: &'a BTreeSet<String>,
    /// Of all files together.
    pub content: &'a Content,
}

/// What a file is read for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub config: &'a Gpt2Config,
    pub shard: Option<Shard<'a>>,
    /// The bytes of the weights that other files gave.
    pub held: u64,
}

impl Wanted<'_> {
    /// Checks everything about a file's tensors but their values, and makes room for these; in the order of `entries`.
    pub fn prepare<'a>(
        &self,
        entries: impl Iterator<Item = &'a Entry> + Clone,
    ) -> Result<(Vec<Incoming>, Content), Fault> {
        let names = entries.clone().map(|entry| entry.name.as_str());
        let content = match self.shard {
            None => Content::of(self.config, names)?,
            Some(shard) => {
                let others = check_shard(self.config, shard.tensors, names, shard.index)?;
                shard.content.with_others(others)
            }
        };
        let mut tensors = entries
            .map(|entry| Incoming::new(entry, self.config, &content))
            .collect::<Result<Vec<_>, String>>()?;
        self.make_room(&mut tensors)?;
        Ok((tensors, content))
    }

    fn make_room(&self, tensors: &mut [Incoming]) -> Result<(), Error> {
        for tensor in &*tensors {
            check_size(&format!("tensor {:?}", tensor.name), tensor.size())?;
        }
        let bytes = tensors
            .iter()
            .fold(self.held, |bytes, tensor| bytes.saturating_add(tensor.size()));
        if bytes >= usize::MAX as u64 {
            return Err(Error::Memory(format!(
                "the weights take {}, more than can be addressed here",
                readable(bytes)
            )));
        }
        let allocated = tensors.iter_mut().try_for_each(Incoming::allocate);
        allocated.ok_or_else(|| {
            Error::Memory(format!(
                "the weights take {}, which is more than is free here; close other programs or tabs, or choose a smaller \
                 model",
                readable(bytes)
            ))
        })
    }
}

/// The tensors that are complete.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub weights: Vec<(String, Tensor)>,
    /// The hash of an `lm_head.weight` in a tied model.
    pub tied_head: Option<u64>,
}

impl Done {
    pub fn take(&mut self, tensor: Incoming) -> Result<(), String> {
        match tensor.target {
            Target::Weight(weight) => {
                let weight = weight.finish().map_err(|e| e.to_string())?;
                self.weights.push((tensor.name, weight));
            }
            Target::TiedHead { hasher, .. } => self.tied_head = Some(hasher.finish()),
            Target::Nowhere => {}
        }
        Ok(())
    }
}
