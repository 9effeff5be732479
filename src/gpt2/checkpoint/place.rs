//! One tensor: its values, from the file's bytes to their final place.

use std::hash::{DefaultHasher, Hasher};

use candle_core::{Device, Tensor, WithDType};
use half::{bf16, f16};
use safetensors::Dtype;

use super::header::Entry;
use super::weights::{self, Content, Role};
use crate::gpt2::Gpt2Config;
use crate::gpt2::linear::Packer;

/// A tensor whose bytes arrive.
#[derive(Debug)]
pub(super) struct Incoming {
    /// Canonical.
    pub name: String,
    dtype: Dtype,
    /// Bytes yet to come.
    pub remaining: u64,
    /// The first bytes of an element that was cut by the end of a chunk.
    cut: Vec<u8>,
    pub target: Target,
}

/// Where the values of a tensor go.
#[derive(Debug)]
pub(super) enum Target {
    Weight(Weight),
    TiedHead { hasher: DefaultHasher, chunk: Vec<f32> },
    Nowhere,
}

/// A weight in the making. Matrices are kept in the format in which they come, but for float64, which is rounded to float32 as
/// vectors are.
#[derive(Debug)]
pub(super) enum Weight {
    F32(Place<f32>),
    F16(Place<f16>),
    BF16(Place<bf16>),
}

#[derive(Debug)]
pub(super) enum Place<T> {
    /// As the file has it.
    Flat { values: Vec<T>, shape: Vec<usize> },
    /// For a layer of the model.
    Panels(Packer<T>),
}

impl Incoming {
    /// Checks dtype and shape. Takes no room yet.
    pub fn new(entry: &Entry, config: &Gpt2Config, content: &Content) -> Result<Self, String> {
        let Entry {
            dtype, shape, bytes, ..
        } = entry;
        let name = content.name(&entry.name);
        let check = |expected: &[usize]| {
            let is = |expected: &mut dyn Iterator<Item = &usize>| shape.iter().copied().eq(expected.map(|&n| n as u64));
            if !is(&mut expected.iter()) {
                if expected.len() == 2 && is(&mut expected.iter().rev()) && name.starts_with("h.") {
                    return Err(format!(
                        "tensor {name:?} is transposed: it has the shape {shape:?} that nn.Linear makes, [out, in], but \
                         GPT-2's Conv1D has {expected:?}; transpose it"
                    ));
                }
                return Err(format!(
                    "tensor {name:?} has shape {shape:?}, but config.json makes it {expected:?}"
                ));
            }
            match *dtype {
                Dtype::F64 | Dtype::F32 | Dtype::F16 | Dtype::BF16 => Ok(()),
                _ => Err(format!(
                    "tensor {name:?} is stored as {dtype}; it must be F64, F32, F16 or BF16"
                )),
            }
        };
        let target = match weights::role(config, &name)? {
            Role::Weight(shape) => {
                check(&shape)?;
                Target::Weight(Weight::new(*dtype, shape, weights::is_layer(config, &name)))
            }
            Role::TiedHead(shape) => {
                check(&shape)?;
                let (hasher, chunk) = (DefaultHasher::new(), Vec::new());
                Target::TiedHead { hasher, chunk }
            }
            Role::Mask | Role::Other => Target::Nowhere,
        };
        Ok(Self {
            name,
            dtype: *dtype,
            remaining: *bytes,
            cut: Vec::new(),
            target,
        })
    }

    /// The bytes that the values take here, which in panels are more than in the file.
    pub fn size(&self) -> u64 {
        match &self.target {
            Target::Weight(weight) => weight.size(),
            _ => 0,
        }
    }

    /// Whether its values matter.
    pub fn is_kept(&self) -> bool {
        !matches!(self.target, Target::Nowhere)
    }

    /// Makes room for the values; None if there is none.
    pub fn allocate(&mut self) -> Option<()> {
        match &mut self.target {
            Target::Weight(weight) => weight.allocate(),
            _ => Some(()),
        }
    }

    /// Takes bytes of this tensor only.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.remaining -= bytes.len() as u64;
        let cut = &mut self.cut;
        match &mut self.target {
            Target::Weight(weight) => weight
                .push(self.dtype, bytes, cut)
                .map_err(|x| format!("tensor {:?} holds {x}; every weight must be a finite number", self.name)),
            Target::TiedHead { hasher, chunk } => {
                chunk.clear();
                match self.dtype {
                    Dtype::F16 => elements(bytes, cut, |b| f16::from_le_bytes(b).to_f32(), |x| chunk.extend(x)),
                    Dtype::BF16 => elements(bytes, cut, |b| bf16::from_le_bytes(b).to_f32(), |x| chunk.extend(x)),
                    Dtype::F64 => elements(bytes, cut, |b| f64::from_le_bytes(b) as f32, |x| chunk.extend(x)),
                    _ => elements(bytes, cut, f32::from_le_bytes, |x| chunk.extend(x)),
                }
                hash(chunk, hasher);
                Ok(())
            }
            Target::Nowhere => Ok(()),
        }
    }
}

/// What a weight does in the same way in any format.
macro_rules! in_any_format {
    ($weight:expr, $place:ident => $of:expr) => {
        match $weight {
            Weight::F32($place) => $of,
            Weight::F16($place) => $of,
            Weight::BF16($place) => $of,
        }
    };
}

impl Weight {
    fn new(dtype: Dtype, shape: Vec<usize>, packed: bool) -> Self {
        match (&shape[..], dtype) {
            ([_, _], Dtype::F16) => Self::F16(Place::new(shape, packed)),
            ([_, _], Dtype::BF16) => Self::BF16(Place::new(shape, packed)),
            _ => Self::F32(Place::new(shape, packed)),
        }
    }

    fn size(&self) -> u64 {
        in_any_format!(self, place => place.size())
    }

    fn allocate(&mut self) -> Option<()> {
        in_any_format!(self, place => place.allocate())
    }

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
            (Weight::F32(place), Dtype::F64) => {
                place.push(bytes, cut, |b| f64::from_le_bytes(b) as f32, f32::is_finite)
            }
            (Weight::F32(place), _) => place.push(bytes, cut, f32::from_le_bytes, f32::is_finite),
        }
    }

    pub fn finish(self) -> candle_core::Result<Tensor> {
        in_any_format!(self, place => place.finish())
    }
}

impl<T: Default + WithDType> Place<T> {
    fn new(shape: Vec<usize>, packed: bool) -> Self {
        match shape[..] {
            [d_in, d_out] if packed => Self::Panels(Packer::new(d_in, d_out)),
            _ => Self::Flat {
                values: Vec::new(),
                shape,
            },
        }
    }

    /// In bytes; saturates.
    fn size(&self) -> u64 {
        let len = match self {
            Self::Flat { shape, .. } => shape.iter().fold(1, |n: u64, &x| n.saturating_mul(x as u64)),
            Self::Panels(packer) => packer.room(),
        };
        len.saturating_mul(size_of::<T>() as u64)
    }

    fn allocate(&mut self) -> Option<()> {
        match self {
            Self::Flat { values, shape } => values.try_reserve_exact(shape.iter().product()).ok(),
            Self::Panels(packer) => packer.allocate(),
        }
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
                Self::Flat { values: to, .. } => to.extend(values),
                Self::Panels(packer) => packer.extend(values),
            }
        });
        wrong.map_or(Ok(()), Err)
    }

    fn finish(self) -> candle_core::Result<Tensor> {
        match self {
            Self::Flat { values, shape } => Tensor::from_vec(values, shape, &Device::Cpu),
            Self::Panels(packer) => packer.finish(),
        }
    }
}

pub(super) fn hash(values: &[f32], hasher: &mut DefaultHasher) {
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

/// Moves bytes until `to` has at least `length`, or they run out.
pub(super) fn fill(to: &mut Vec<u8>, length: usize, bytes: &mut &[u8]) {
    let n = bytes.len().min(length.saturating_sub(to.len()));
    to.extend_from_slice(&bytes[..n]);
    *bytes = &bytes[n..];
}
