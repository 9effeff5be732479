//! The header of a safetensors file, checked in full.

use std::collections::HashSet;
use std::fmt;

use safetensors::Dtype;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// One tensor of a file.
#[derive(Debug)]
pub(super) struct Entry {
    /// As the file names it.
    pub name: String,
    pub dtype: Dtype,
    pub shape: Vec<u64>,
    /// Its size in the file.
    pub bytes: u64,
}

/// Reads a header: the tensors in the order of their bytes, which follow one another without gap or overlap.
pub(super) fn parse(header: &[u8]) -> Result<Vec<Entry>, String> {
    let Header(mut tensors) = serde_json::from_slice(header)
        .map_err(|e| format!("is not a safetensors file, or a damaged one: its header is wrong: {e}"))?;
    let mut seen = HashSet::new();
    if let Some((name, _)) = tensors.iter().find(|(name, _)| !seen.insert(name)) {
        return Err(format!("tensor {name:?} is there twice"));
    }
    tensors.sort_by_key(|(_, info)| info.data_offsets);
    let mut at = 0;
    let mut before = None;
    for (name, info) in &tensors {
        let (start, end) = info.data_offsets;
        if start != at || end < start {
            return Err(match before {
                Some(before) if start < at => {
                    format!(
                        "tensors {before:?} and {name:?} overlap: one ends at byte {at}, the other starts at {start}"
                    )
                }
                _ if start > at => {
                    format!("bytes {at} to {start}, before tensor {name:?}, belong to no tensor")
                }
                _ => format!("tensor {name:?} ends at byte {end}, before its start at {start}"),
            });
        }
        let bits = info
            .shape
            .iter()
            .try_fold(info.dtype.bitsize() as u128, |n, &x| n.checked_mul(x.into()));
        let length = end - start;
        if bits != Some(u128::from(length) * 8) {
            return Err(format!(
                "tensor {name:?} has {length} bytes, which is not the size of {} {:?}",
                info.dtype, info.shape
            ));
        }
        at = end;
        before = Some(name);
    }
    let entry = |(name, info): (String, TensorInfo)| Entry {
        name,
        dtype: info.dtype,
        shape: info.shape,
        bytes: info.data_offsets.1 - info.data_offsets.0,
    };
    Ok(tensors.into_iter().map(entry).collect())
}

/// What a header says of a tensor. In 64 bits, which safetensors' own has not everywhere: a file may be larger than memory.
#[derive(Deserialize)]
struct TensorInfo {
    dtype: Dtype,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

/// The header as it stands. safetensors' own `Metadata` would take the last of two tensors of one name, and report
/// other faults without naming the tensor.
struct Header(Vec<(String, TensorInfo)>);

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
        let mut tensors = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let info = map
                .next_value()
                .map_err(|e| A::Error::custom(format!("tensor {name:?}: {e}")))?;
            tensors.push((name, info));
        }
        Ok(Header(tensors))
    }
}
