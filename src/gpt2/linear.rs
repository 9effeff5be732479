//! The one layer whose speed matters: weights packed once, at load.

use std::ops::Range;

use candle_core::{Device, Tensor, WithDType};

use super::config::check_size;
use super::ops::{self, with_weight};
use crate::kernel::{self, PANEL, packed_len, place};
use crate::{Error, Result};

/// `x W + b`. GPT-2 stores the weight as `[in, out]`; here it is kept as blocks of panels, in the order in which products read it, and
/// in the format of the checkpoint.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    weight: Tensor,
    bias: Tensor,
    d_in: usize,
    d_out: usize,
}

impl Linear {
    /// Takes a weight as `[in, out]` or as panels, one after the other, and a bias `[out]`.
    pub fn new(weight: Tensor, bias: Tensor, d_in: usize, d_out: usize) -> Result<Self> {
        let packed = weight.rank() == 1 && weight.elem_count() as u64 == packed_len(d_in, d_out);
        if !(packed || weight.dims() == [d_in, d_out]) || bias.dims() != [d_out] || !ops::is_weight(weight.dtype()) {
            let message = format!("weight {weight:?} and bias {bias:?} are not of a layer from {d_in} to {d_out}");
            return Err(Error::Argument(message));
        }
        let weight = if packed { weight } else { pack(&weight)? };
        Ok(Self {
            weight,
            bias,
            d_in,
            d_out,
        })
    }

    /// `[rows, in]` to `[rows, out]`
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.columns(x, 0..self.d_out)
    }

    /// Some columns of [`forward`](Self::forward), `[rows, columns]`, and the work for no others.
    pub fn columns(&self, x: &Tensor, columns: Range<usize>) -> Result<Tensor> {
        let x = x.contiguous()?;
        Ok(x.apply_op3_no_bwd(&self.weight, &self.bias, &ops::Linear { columns })?)
    }

    /// The bias, `[out]`.
    pub fn bias(&self) -> &Tensor {
        &self.bias
    }

    /// `W u` of some rows and columns of W, with `u` a number a column, in float64, `[rows]`. If `SQUARED`, of the squares of
    /// what it adds up.
    pub fn along<const SQUARED: bool>(&self, rows: Range<usize>, columns: Range<usize>, u: &[f64]) -> Result<Vec<f64>> {
        let (d_in, d_out) = (self.d_in, self.d_out);
        Ok(with_weight!(self.weight, |w| kernel::along::<_, SQUARED>(
            w, d_in, d_out, rows, columns, u
        ))?)
    }

    /// `x W` of each `d_head` rows of W alone for `x` `[in]`, in float64, `[in / d_head, out]`.
    pub fn by_head(&self, d_head: usize, x: &[f64]) -> Result<Vec<f64>> {
        Ok(with_weight!(self.weight, |w| kernel::by_head(
            w, d_head, x, self.d_out
        ))?)
    }

    /// One row of W, `[out]`.
    pub fn row(&self, row: usize) -> Result<Vec<f32>> {
        let (d_in, d_out) = (self.d_in, self.d_out);
        Ok(with_weight!(self.weight, |w| kernel::row(w, d_in, d_out, row))?)
    }

    /// The squared length of each row of W, in float64, `[in]`.
    pub fn squared_rows(&self) -> Result<Vec<f64>> {
        Ok(with_weight!(self.weight, |w| kernel::squared_rows(w, self.d_in))?)
    }
}

/// `[in, out]` to panels.
fn pack(weight: &Tensor) -> Result<Tensor> {
    let (d_in, d_out) = weight.dims2()?;
    let size = packed_len(d_in, d_out).saturating_mul(weight.dtype().size_in_bytes() as u64);
    check_size(&format!("a weight [{d_in}, {d_out}]"), size)?;
    let weight = weight.contiguous()?;
    let packed = with_weight!(weight, |values| {
        let mut packer = Packer::new(d_in, d_out);
        packer.allocate().map(|()| {
            packer.extend(values);
            packer.finish()
        })
    })?;
    Ok(packed.ok_or_else(|| Error::Memory(format!("there is no room for a weight [{d_in}, {d_out}]")))??)
}

/// The values of one weight `[in, out]`, placed as they arrive.
#[derive(Debug)]
pub(super) struct Packer<T> {
    panels: Vec<T>,
    d_in: usize,
    d_out: usize,
    /// Number of values placed.
    len: usize,
}

impl<T: Default + WithDType> Packer<T> {
    /// Has no room yet.
    pub fn new(d_in: usize, d_out: usize) -> Self {
        Self {
            panels: Vec::new(),
            d_in,
            d_out,
            len: 0,
        }
    }

    /// How many values the panels hold; saturates.
    pub fn room(&self) -> u64 {
        packed_len(self.d_in, self.d_out)
    }

    /// Makes room; None if there is none.
    pub fn allocate(&mut self) -> Option<()> {
        let room = usize::try_from(self.room()).ok()?;
        self.panels.try_reserve_exact(room).ok()?;
        self.panels.resize(room, T::default());
        Some(())
    }

    /// Places the next values, for which there must be room.
    pub fn extend(&mut self, mut values: &[T]) {
        while !values.is_empty() {
            let (row, column) = (self.len / self.d_out, self.len % self.d_out);
            // To the end of the panel's row, of the matrix's row, or of what has come.
            let n = (PANEL - column % PANEL).min(self.d_out - column).min(values.len());
            let at = place(row, column, self.d_in, self.d_out);
            match (
                self.panels[at..].first_chunk_mut::<PANEL>(),
                values.first_chunk::<PANEL>(),
            ) {
                // Of a length known here, which makes it a few moves and no call.
                (Some(to), Some(from)) if n == PANEL => *to = *from,
                _ => self.panels[at..at + n].copy_from_slice(&values[..n]),
            }
            values = &values[n..];
            self.len += n;
        }
    }

    pub fn finish(self) -> candle_core::Result<Tensor> {
        let len = self.panels.len();
        Tensor::from_vec(self.panels, len, &Device::Cpu)
    }
}
