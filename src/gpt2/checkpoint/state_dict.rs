//! The tensors that a pickle of `torch.save` lists, and where in which storage each has its values.

use std::collections::{HashMap, HashSet};

use safetensors::Dtype;

use super::header::Entry;
use super::pickle::{Id, Pickle, Value};

/// A tensor of a state dict.
#[derive(Debug)]
pub(super) struct View {
    pub entry: Entry,
    /// The name of its storage.
    pub storage: String,
    /// In elements, as the following.
    pub offset: u64,
    pub strides: Vec<u64>,
}

/// Values that tensors are views of.
#[derive(Debug)]
pub(super) struct Storage {
    /// In bytes.
    pub size: u64,
}

/// Dimensions of a tensor, and bytes of a storage's name. What a pickle says once it can refer to a million times, and each time it is copied here.
const MOST_DIMENSIONS: usize = 64;
const LONGEST_KEY: usize = 255;

/// Reads the list of tensors. What else a state dict holds is left out.
pub(super) fn parse(bytes: &[u8]) -> Result<(Vec<View>, HashMap<String, Storage>), String> {
    let pickle = Pickle::read(bytes).map_err(|why| format!("its list of tensors cannot be read: {why}"))?;
    let storages = storages(&pickle)?;
    let (mut views, mut seen) = (Vec::new(), HashSet::new());
    for &(id, value) in state_dict(&pickle)? {
        let Some(name) = pickle.text(id) else {
            continue;
        };
        if !seen.insert(id) {
            return Err("has one name for two tensors".into());
        }
        if let Some(tensor) = tensor(&pickle, value) {
            let view = view(&pickle, name, tensor)
                .map_err(|why| format!("the tensor {name:?} in its list cannot be read: {why}"))?;
            views.push(view);
        }
    }
    if views.is_empty() {
        return Err(
            "has no tensors by name; it must be a state dict, as torch.save(model.state_dict(), file) writes".into(),
        );
    }
    Ok((views, storages))
}

/// The dictionary of tensors: the whole, or what a training wrapped with other things under a usual name.
fn state_dict(pickle: &Pickle) -> Result<&[(Id, Id)], String> {
    const WRAPPED: [&str; 4] = ["state_dict", "model_state_dict", "model", "module"];
    let Value::Dict(entries) = pickle.get(pickle.root()) else {
        return Err("is no state dict, but another thing that was pickled; save model.state_dict()".into());
    };
    let wrapped = entries.iter().find_map(|&(name, value)| {
        let is_usual = pickle.text(name).is_some_and(|name| WRAPPED.contains(&name));
        match pickle.get(value) {
            Value::Dict(entries) if is_usual => Some(entries),
            _ => None,
        }
    });
    Ok(wrapped.unwrap_or(entries))
}

/// The arguments of the call that makes a tensor, if that is what a value is.
fn tensor(pickle: &Pickle, value: Id) -> Option<&[Id]> {
    match pickle.call(value)? {
        ("torch._utils._rebuild_tensor_v2" | "torch._utils._rebuild_tensor", arguments) => Some(arguments),
        ("torch._utils._rebuild_parameter" | "torch.nn.parameter.Parameter", &[inner, ..]) => made(pickle, inner),
        ("torch._tensor._rebuild_from_type_v2", &[_, _, arguments, ..]) => match pickle.tuple(arguments)? {
            &[inner] | &[inner, _] => made(pickle, inner).or(pickle.tuple(arguments)),
            arguments => Some(arguments),
        },
        _ => None,
    }
}

/// As [`tensor`], without another wrapping: a pickle can refer to itself.
fn made(pickle: &Pickle, value: Id) -> Option<&[Id]> {
    match pickle.call(value)? {
        ("torch._utils._rebuild_tensor_v2" | "torch._utils._rebuild_tensor", arguments) => Some(arguments),
        _ => None,
    }
}

/// A storage as the pickle refers to it.
struct Described<'a> {
    key: &'a str,
    dtype: Dtype,
    /// In elements.
    length: u64,
}

impl Described<'_> {
    fn element(&self) -> u64 {
        self.dtype.bitsize() as u64 / 8
    }
}

fn described(pickle: &Pickle, storage: Id) -> Result<Described<'_>, &'static str> {
    let Some(&[_, class, key, _, length, ..]) = pickle.tuple(storage) else {
        return Err("its storage is not described");
    };
    let (Value::Global(class), Some(key)) = (pickle.get(class), pickle.text(key)) else {
        return Err("its storage is not named");
    };
    if key.len() > LONGEST_KEY {
        return Err("its storage has a name that is too long");
    }
    Ok(Described {
        key,
        dtype: dtype(class).ok_or("its storage is of an unknown type")?,
        length: pickle.natural(length).ok_or("its storage has no length")?,
    })
}

/// All storages that the pickle refers to, those of an optimizer too: how long one is, the file says nowhere else.
fn storages(pickle: &Pickle) -> Result<HashMap<String, Storage>, String> {
    let mut storages: HashMap<String, Storage> = HashMap::new();
    for storage in pickle.persistent() {
        let Ok(storage) = described(pickle, storage) else {
            continue;
        };
        let size = storage
            .length
            .checked_mul(storage.element())
            .ok_or("has a storage beyond 64 bits")?;
        let known = storages.entry(storage.key.into()).or_insert(Storage { size });
        if known.size != size {
            return Err(format!("has two sizes for its storage {:?}", storage.key));
        }
    }
    Ok(storages)
}

fn view(pickle: &Pickle, name: &str, arguments: &[Id]) -> Result<View, &'static str> {
    let &[storage, offset, shape, strides, ..] = arguments else {
        return Err("it has too few arguments");
    };
    let Value::Persistent(storage) = *pickle.get(storage) else {
        return Err("it has no storage");
    };
    let storage = described(pickle, storage)?;
    let naturals = |id: Id| -> Option<Vec<u64>> {
        let ids = match pickle.call(id) {
            Some(("torch.Size", &[inner])) => pickle.tuple(inner)?,
            _ => pickle.tuple(id)?,
        };
        if ids.len() > MOST_DIMENSIONS {
            return None;
        }
        ids.iter().map(|&id| pickle.natural(id)).collect()
    };
    let shape = naturals(shape).ok_or("its shape is no list of numbers")?;
    let strides = naturals(strides).ok_or("its strides are no list of numbers")?;
    let offset = pickle.natural(offset).ok_or("its offset is no number")?;
    if shape.len() != strides.len() {
        return Err("its shape and strides differ in length");
    }
    let beyond = "it goes beyond its storage";
    let elements = shape
        .iter()
        .try_fold(1_u64, |n, &size| n.checked_mul(size))
        .ok_or(beyond)?;
    let last = shape.iter().zip(&strides).try_fold(offset, |at, (&size, &stride)| {
        at.checked_add(size.saturating_sub(1).checked_mul(stride)?)
    });
    if elements > 0 && last.is_none_or(|last| last >= storage.length) {
        return Err(beyond);
    }
    Ok(View {
        entry: Entry {
            name: name.into(),
            dtype: storage.dtype,
            shape,
            bytes: elements.checked_mul(storage.element()).ok_or(beyond)?,
        },
        storage: storage.key.into(),
        offset,
        strides,
    })
}

impl View {
    /// Whether its values follow one another, the last dimension's first.
    pub fn is_contiguous(&self) -> bool {
        let mut next = 1_u64;
        self.entry
            .shape
            .iter()
            .zip(&self.strides)
            .rev()
            .all(|(&size, &stride)| {
                let fits = size == 1 || stride == next;
                next = next.saturating_mul(size);
                fits
            })
    }

    /// The bytes of the storage that it has values in, as the first and the one after the last.
    pub fn bytes(&self) -> (u64, u64) {
        let size = self.entry.dtype.bitsize() as u64 / 8;
        if self.entry.bytes == 0 {
            return (0, 0);
        }
        let reach = self
            .entry
            .shape
            .iter()
            .zip(&self.strides)
            .map(|(&size, &stride)| (size - 1) * stride);
        (self.offset * size, (self.offset + reach.sum::<u64>() + 1) * size)
    }

    /// Hands on the bytes of each element in row-major order, of `from`, the bytes of [`bytes`](Self::bytes).
    pub fn in_order(&self, from: &[u8], mut take: impl FnMut(&[u8]) -> Result<(), String>) -> Result<(), String> {
        let size = self.entry.dtype.bitsize() / 8;
        let shape = &self.entry.shape;
        let mut index = vec![0; shape.len()];
        for _ in 0..self.entry.bytes / size as u64 {
            let at: u64 = index
                .iter()
                .zip(&self.strides)
                .map(|(&i, &stride): (&u64, _)| i * stride)
                .sum();
            let at = at as usize * size;
            take(&from[at..at + size])?;
            for (i, &size) in index.iter_mut().zip(shape).rev() {
                *i += 1;
                if *i < size {
                    break;
                }
                *i = 0;
            }
        }
        Ok(())
    }
}

fn dtype(class: &str) -> Option<Dtype> {
    let (_, name) = class.rsplit_once('.')?;
    Some(match name {
        "FloatStorage" => Dtype::F32,
        "HalfStorage" => Dtype::F16,
        "BFloat16Storage" => Dtype::BF16,
        "DoubleStorage" => Dtype::F64,
        "LongStorage" => Dtype::I64,
        "IntStorage" => Dtype::I32,
        "ShortStorage" => Dtype::I16,
        "CharStorage" => Dtype::I8,
        "ByteStorage" => Dtype::U8,
        "BoolStorage" => Dtype::BOOL,
        _ => return None,
    })
}
