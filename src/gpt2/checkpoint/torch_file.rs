//! A file of `torch.save`: the list of its tensors, and then their storages, in any order.

use std::collections::HashMap;

use super::place::Incoming;
use super::state_dict::{self, Storage, View};
use super::tensors::{Done, Fault, Wanted};
use super::weights::Content;
use super::zip::{Entries, Zip};

#[derive(Debug)]
pub(super) struct TorchFile {
    zip: Zip,
    list: Option<List>,
}

/// What the list of tensors says.
#[derive(Debug)]
struct List {
    storages: HashMap<String, Storage>,
    /// Those that are not complete.
    tensors: Vec<Tensor>,
    /// The storage that is being read, and how much of it was.
    reading: (String, u64),
    content: Content,
    done: Done,
}

#[derive(Debug)]
struct Tensor {
    view: View,
    incoming: Incoming,
    /// Its part of the storage, if its values are not in their order there.
    gathered: Vec<u8>,
}

impl TorchFile {
    pub fn new() -> Self {
        Self {
            zip: Zip::new(),
            list: None,
        }
    }

    pub fn push(&mut self, bytes: &[u8], byte_length: Option<u64>, wanted: Wanted) -> Result<(), Fault> {
        let list = &mut self.list;
        let reader = &mut Reader {
            list,
            byte_length,
            wanted,
        };
        self.zip.push(bytes, reader)
    }

    /// What it held, or where it is.
    pub fn end(self) -> Result<(Done, Content), String> {
        if let Some(place) = self.zip.place() {
            return Err(place);
        }
        match self.list {
            None => Err("without the list of its tensors, data.pkl".into()),
            Some(list) => match list.tensors.first() {
                Some(tensor) => Err(format!("without the values of tensor {:?}", tensor.view.entry.name)),
                None => Ok((list.done, list.content)),
            },
        }
    }
}

/// Takes the entries of the zip file.
struct Reader<'a> {
    list: &'a mut Option<List>,
    /// Of the file, if that is known.
    byte_length: Option<u64>,
    wanted: Wanted<'a>,
}

/// An entry's name without the folder that all are in.
fn inner(name: &str) -> &str {
    name.split_once('/').map_or(name, |(_, name)| name)
}

impl Entries for Reader<'_> {
    fn begin(&mut self, name: &str) -> Result<Option<u64>, Fault> {
        let Some(key) = inner(name).strip_prefix("data/") else {
            return match inner(name) {
                "constants.pkl" => Err("is a TorchScript program, not weights; save model.state_dict()".into()),
                name if name.starts_with("code/") => {
                    Err("is a TorchScript program, not weights; save model.state_dict()".into())
                }
                _ => Ok(None),
            };
        };
        let Some(list) = self.list else {
            return Err("has its tensors before the list of them; save it again, by torch.save".into());
        };
        let Some(storage) = list.storages.remove(key) else {
            return Ok(None);
        };
        list.reading = (key.into(), 0);
        Ok(Some(storage.size))
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let Some(list) = self.list else { return Ok(()) };
        let from = list.reading.1;
        list.reading.1 += bytes.len() as u64;
        for tensor in list
            .tensors
            .iter_mut()
            .filter(|tensor| tensor.view.storage == list.reading.0)
        {
            let (start, end) = tensor.view.bytes();
            let place = |at: u64| at.saturating_sub(from).min(bytes.len() as u64) as usize;
            tensor.push(&bytes[place(start)..place(end)])?;
        }
        Ok(list.finish()?)
    }

    fn small(&mut self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        match inner(name) {
            "data.pkl" if self.list.is_some() => Err("has two lists of tensors, data.pkl".into()),
            "data.pkl" => {
                let (views, storages) = state_dict::parse(bytes)?;
                let described = storages
                    .values()
                    .fold(0, |n: u64, storage| n.saturating_add(storage.size));
                if let Some(n) = self.byte_length.filter(|&n| n < described) {
                    return Err(format!(
                        "is cut short: it has {n} bytes, but its list of tensors describes {described}"
                    )
                    .into());
                }
                let (incoming, content) = self.wanted.prepare(views.iter().map(|view| &view.entry))?;
                let tensor = |(view, incoming)| Tensor {
                    view,
                    incoming,
                    gathered: Vec::new(),
                };
                let kept = views
                    .into_iter()
                    .zip(incoming)
                    .filter(|(_, incoming)| incoming.is_kept());
                let list = self.list.insert(List {
                    storages,
                    tensors: kept.map(tensor).collect(),
                    reading: (String::new(), 0),
                    content,
                    done: Done::default(),
                });
                Ok(list.finish()?)
            }
            "byteorder" if bytes != b"little" => {
                Err("has its numbers in big-endian order; save it again on another machine".into())
            }
            _ => Ok(()),
        }
    }
}

impl List {
    /// Takes out the tensors that are complete.
    fn finish(&mut self) -> Result<(), String> {
        let complete = |tensor: &mut Tensor| tensor.incoming.remaining == 0;
        for tensor in self.tensors.extract_if(.., complete) {
            self.done.take(tensor.incoming)?;
        }
        Ok(())
    }
}

impl Tensor {
    /// Takes the next bytes of its part of the storage.
    fn push(&mut self, bytes: &[u8]) -> Result<(), String> {
        if bytes.is_empty() || self.view.is_contiguous() {
            return self.incoming.push(bytes);
        }
        self.gathered.extend_from_slice(bytes);
        let (start, end) = self.view.bytes();
        if self.gathered.len() as u64 == end - start {
            let gathered = std::mem::take(&mut self.gathered);
            self.view.in_order(&gathered, |element| self.incoming.push(element))?;
        }
        Ok(())
    }
}
