//! The forward pass's own candle operations, on the kernels.

use std::ops::Range;

use candle_core::{CpuStorage, CustomOp1, CustomOp2, CustomOp3, DType, Layout, Result, Shape, Storage, Tensor, bail};
use half::{bf16, f16};

use crate::kernel::{self, Element};

/// Some columns of `x W + b`: of x `[rows, in]`, W as panels, one after the other, in any float format, b `[out]`.
pub(super) struct Linear {
    pub columns: Range<usize>,
}

impl CustomOp3 for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (rows, k) = x_layout.shape().dims2()?;
        let x = contiguous(x.as_slice()?, x_layout)?;
        let bias = contiguous(bias.as_slice()?, bias_layout)?;
        fn columns<E: Element>(
            op: &Linear,
            x: &[f32],
            k: usize,
            w: &[E],
            layout: &Layout,
            b: &[f32],
        ) -> Result<Vec<f32>> {
            Ok(kernel::linear(x, k, contiguous(w, layout)?, b, op.columns.clone()))
        }
        let y = match weight {
            CpuStorage::F32(w) => columns(self, x, k, w, weight_layout, bias)?,
            CpuStorage::F16(w) => columns::<f16>(self, x, k, w, weight_layout, bias)?,
            CpuStorage::BF16(w) => columns::<bf16>(self, x, k, w, weight_layout, bias)?,
            _ => bail!("weights are F32, F16 or BF16"),
        };
        Ok((CpuStorage::F32(y), (rows, self.columns.len()).into()))
    }
}

/// `M x` of a matrix `[rows, k]` in any float format and a vector `[k]`.
pub(super) struct MatrixVector;

impl CustomOp2 for MatrixVector {
    fn name(&self) -> &'static str {
        "matrix-vector"
    }

    fn cpu_fwd(
        &self,
        matrix: &CpuStorage,
        matrix_layout: &Layout,
        x: &CpuStorage,
        x_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let x = contiguous(x.as_slice()?, x_layout)?;
        let y = match matrix {
            CpuStorage::F32(m) => kernel::matrix_vector(contiguous(m, matrix_layout)?, x),
            CpuStorage::F16(m) => kernel::matrix_vector(contiguous(m, matrix_layout)?, x),
            CpuStorage::BF16(m) => kernel::matrix_vector(contiguous(m, matrix_layout)?, x),
            _ => bail!("weights are F32, F16 or BF16"),
        };
        let rows = y.len();
        Ok((CpuStorage::F32(y), rows.into()))
    }
}

/// LayerNorm of x `[rows, d]` with weight and bias `[d]`.
pub(super) struct LayerNorm {
    pub eps: f32,
}

impl CustomOp3 for LayerNorm {
    fn name(&self) -> &'static str {
        "layer-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let y = kernel::layer_norm(
            contiguous(x.as_slice()?, x_layout)?,
            contiguous(weight.as_slice()?, weight_layout)?,
            contiguous(bias.as_slice()?, bias_layout)?,
            self.eps,
        );
        Ok((CpuStorage::F32(y), x_layout.shape().clone()))
    }
}

/// What LayerNorm divides the rows of x `[rows, d]` by, `[rows]`.
pub(super) struct Scale {
    pub eps: f32,
}

impl CustomOp1 for Scale {
    fn name(&self) -> &'static str {
        "layer-norm-scale"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (rows, d) = layout.shape().dims2()?;
        let scale = kernel::scale(contiguous(x.as_slice()?, layout)?, d, self.eps);
        Ok((CpuStorage::F32(scale), rows.into()))
    }
}

/// GELU by its tanh approximation.
pub(super) struct GeluTanh;

impl CustomOp1 for GeluTanh {
    fn name(&self) -> &'static str {
        "gelu-tanh"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let y = kernel::gelu_tanh(contiguous(x.as_slice()?, layout)?);
        Ok((CpuStorage::F32(y), layout.shape().clone()))
    }
}

/// A function of each element. candle's own are compiled for every type that it has, at some 50 kB each in a browser.
pub(super) struct Each(pub fn(f32) -> f32);

impl CustomOp1 for Each {
    fn name(&self) -> &'static str {
        "each"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let x: &[f32] = contiguous(x.as_slice()?, layout)?;
        let y = x.iter().map(|&x| (self.0)(x)).collect();
        Ok((CpuStorage::F32(y), layout.shape().clone()))
    }
}

/// Causal attention of queries `[rows, d]`: the values mixed by softmax of the scores, `[rows, d]`.
pub(super) struct Attention<'a> {
    /// Keys, then values, of the tokens from the first on: `[.., 2 d]` each.
    pub kv: &'a [Tensor],
    /// Where each query stands, `[rows]`: it sees the keys up to there.
    pub positions: &'a [usize],
    pub n_head: usize,
    pub scale: f32,
}

impl CustomOp1 for Attention<'_> {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(&self, q: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let q = contiguous(q.as_slice()?, layout)?;
        let z = self.with(q, layout.shape().dims2()?.1, kernel::attention)?;
        Ok((CpuStorage::F32(z), layout.shape().clone()))
    }
}

impl Attention<'_> {
    /// The scores and the patterns of some heads, row after row.
    pub fn patterns(&self, q: &Tensor, heads: Range<usize>) -> Result<Vec<[Vec<f32>; 2]>> {
        let d = q.dims2()?.1;
        with_float32s(&q.contiguous()?, |q| {
            self.with(q, d, |attention| kernel::patterns(attention, heads))
        })?
    }

    fn with<T>(&self, q: &[f32], d: usize, of: impl FnOnce(&kernel::Attention) -> T) -> Result<T> {
        with_blocks(self.kv, |kv| {
            of(&kernel::Attention {
                q,
                kv,
                seen: &self.positions.iter().map(|p| p + 1).collect::<Vec<_>>(),
                n_head: self.n_head,
                d_head: d / self.n_head,
                scale: self.scale,
            })
        })
    }
}

/// The values of one head, which has some columns, mixed by a pattern `[key]`. Of `kv` as in [`Attention`], the first rows.
pub(super) fn mix(pattern: &[f32], kv: &[Tensor], columns: Range<usize>) -> Result<Vec<f32>> {
    let d = kv
        .first()
        .map_or(Ok(0), |kv| Ok::<_, candle_core::Error>(kv.dim(1)? / 2))?;
    with_blocks(kv, |kv| kernel::mixed(pattern, kv, d, columns))
}

/// Hands the numbers of several tensors to a function.
fn with_blocks<T>(tensors: &[Tensor], of: impl FnOnce(&[&[f32]]) -> T) -> Result<T> {
    let storages: Vec<_> = tensors.iter().map(Tensor::storage_and_layout).collect();
    let blocks = storages.iter().map(|(storage, layout)| match &**storage {
        Storage::Cpu(storage) => contiguous(storage.as_slice()?, layout),
        _ => bail!("keys and values are on the CPU"),
    });
    Ok(of(&blocks.collect::<Result<Vec<_>>>()?))
}

/// Hands the numbers of a weight, `[T]` of any float format, to an expression.
macro_rules! with_weight {
    ($tensor:expr, |$numbers:ident| $of:expr) => {{
        use candle_core::{CpuStorage, Storage};
        use $crate::gpt2::ops::contiguous;

        let (storage, layout) = $tensor.storage_and_layout();
        match &*storage {
            Storage::Cpu(CpuStorage::F32(all)) => contiguous(all, layout).map(|$numbers| $of),
            Storage::Cpu(CpuStorage::F16(all)) => contiguous(all, layout).map(|$numbers| $of),
            Storage::Cpu(CpuStorage::BF16(all)) => contiguous(all, layout).map(|$numbers| $of),
            _ => Err(candle_core::Error::Msg(
                "weights are F32, F16 or BF16, on the CPU".into(),
            )),
        }
    }};
}

pub(super) use with_weight;

/// Hands a tensor's numbers to a function.
pub(super) fn with_float32s<T>(x: &Tensor, of: impl FnOnce(&[f32]) -> T) -> Result<T> {
    let (storage, layout) = x.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => Ok(of(contiguous(storage.as_slice()?, layout)?)),
        _ => bail!("activations are on the CPU"),
    }
}

/// A tensor's numbers, which must lie one after the other.
pub(super) fn contiguous<'a, T>(storage: &'a [T], layout: &Layout) -> Result<&'a [T]> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&storage[start..end]),
        None => bail!("a tensor of shape {:?} is not contiguous", layout.shape()),
    }
}

/// Whether weights can be of this type.
pub(super) fn is_weight(dtype: DType) -> bool {
    matches!(dtype, DType::F32 | DType::F16 | DType::BF16)
}
