//! A safetensors file: its header, and then its tensors, in the order of their bytes.

use std::collections::VecDeque;

use super::header;
use super::place::{Incoming, fill};
use super::tensors::{Done, Fault, Wanted};
use super::weights::Content;
use crate::gpt2::foreign;

/// In bytes. No GPT-2's header comes near; a longer one is refused unread.
const MAX_HEADER: u64 = 10_000_000;

#[derive(Debug)]
pub(super) enum SafetensorsFile {
    /// In the header.
    Header { length: usize, bytes: Vec<u8> },
    /// In the tensors: those that are not complete, the first is being read.
    Body {
        tensors: VecDeque<Incoming>,
        content: Content,
        done: Done,
    },
}

impl SafetensorsFile {
    /// Of a file that starts with these bytes, which give the header's length, and has so many in all, if that is known.
    pub fn start(start: [u8; 8], byte_length: Option<u64>) -> Result<Self, Fault> {
        let length = u64::from_le_bytes(start);
        if !(2..=MAX_HEADER).contains(&length) {
            return Err(match foreign::recognize(&start) {
                Some(what) => what.into(),
                None if start[0] == b'{' => "is JSON, not safetensors; it may be a server's error message".into(),
                None => format!(
                    "is not a safetensors file, or a damaged one: its first 8 bytes promise a header of {length} bytes, \
                     which must be 2 to {MAX_HEADER}"
                )
                .into(),
            });
        }
        match byte_length {
            Some(n) if n < 8 + length => Err(format!(
                "is cut short: it has {n} bytes, but its header alone ends at byte {}",
                8 + length
            )
            .into()),
            _ => Ok(Self::Header {
                length: length as usize,
                bytes: Vec::new(),
            }),
        }
    }

    pub fn push(&mut self, mut bytes: &[u8], byte_length: Option<u64>, wanted: Wanted) -> Result<(), Fault> {
        if let Self::Header { length, bytes: header } = self {
            fill(header, *length, &mut bytes);
            if header.len() < *length {
                return Ok(());
            }
            *self = Self::read_header(header, byte_length, wanted)?;
        }
        let Self::Body { tensors, done, .. } = self else {
            return Ok(());
        };
        while let Some(tensor) = tensors.front_mut() {
            if tensor.remaining > 0 {
                if bytes.is_empty() {
                    return Ok(());
                }
                let n = usize::try_from(tensor.remaining).unwrap_or(usize::MAX);
                let (now, later) = bytes.split_at(bytes.len().min(n));
                tensor.push(now)?;
                bytes = later;
            }
            if tensor.remaining == 0
                && let Some(tensor) = tensors.pop_front()
            {
                done.take(tensor)?;
            }
        }
        match bytes.len() {
            0 => Ok(()),
            _ => Err("goes on after the last tensor that its header describes".into()),
        }
    }

    /// Checks the header, and everything about the tensors that it tells; then makes room for them.
    fn read_header(header: &[u8], byte_length: Option<u64>, wanted: Wanted) -> Result<Self, Fault> {
        let entries = header::parse(header)?;
        let before = 8 + header.len() as u64;
        let described = entries.iter().fold(before, |n, entry| n.saturating_add(entry.bytes));
        match byte_length {
            Some(n) if n < described => {
                return Err(format!("is cut short: it has {n} bytes, but its header describes {described}").into());
            }
            Some(n) if n > described => {
                return Err(format!("has {n} bytes, but its header describes only {described}").into());
            }
            _ => {}
        }
        let (tensors, content) = wanted.prepare(entries.iter())?;
        Ok(Self::Body {
            tensors: tensors.into(),
            content,
            done: Done::default(),
        })
    }

    /// What it held, or where it is.
    pub fn end(self) -> Result<(Done, Content), String> {
        match self {
            Self::Header { length, .. } => Err(format!("inside its header of {length} bytes")),
            Self::Body { tensors, content, done } => match tensors.front() {
                Some(tensor) => Err(format!("inside tensor {:?}", tensor.name)),
                None => Ok((done, content)),
            },
        }
    }
}
