//! What runs keep, and how they share it.

use std::ops::Range;
use std::sync::Arc;

use candle_core::Tensor;

use super::layers::Written;
use super::ops;
use crate::{Result, kernel};

/// The activations of consecutive tokens. In all tensors, rows are positions.
#[derive(Debug)]
pub(super) struct Segment {
    /// All blocks but the last.
    pub blocks: Vec<SegmentBlock>,
    /// The residual stream before the last block.
    pub resid_pre: Tensor,
    /// Keys, then values, of each block, `[pos, 2 d_model]`.
    pub kv: Vec<Tensor>,
}

#[derive(Debug)]
pub(super) struct SegmentBlock {
    pub resid_pre: Tensor,
    pub written: Written,
}

impl Segment {
    /// The residual stream before a block.
    pub fn resid_pre(&self, layer: usize) -> &Tensor {
        match self.blocks.get(layer) {
            Some(block) => &block.resid_pre,
            None => &self.resid_pre,
        }
    }

    /// A copy of the first rows, in memory of its own.
    fn beginning(&self, rows: usize) -> Result<Self> {
        let copy = |x: &Tensor| x.narrow(0, 0, rows)?.force_contiguous();
        let blocks = self.blocks.iter().map(|SegmentBlock { resid_pre, written }| {
            Ok(SegmentBlock {
                resid_pre: copy(resid_pre)?,
                written: Written {
                    q: copy(&written.q)?,
                    z: copy(&written.z)?,
                    attn_out: copy(&written.attn_out)?,
                    mlp_out: copy(&written.mlp_out)?,
                },
            })
        });
        Ok(Self {
            blocks: blocks.collect::<Result<_>>()?,
            resid_pre: copy(&self.resid_pre)?,
            kv: self.kv.iter().map(copy).collect::<candle_core::Result<_>>()?,
        })
    }
}

/// The activations of one run from its first token on, some of them shared with other runs.
#[derive(Debug, Default)]
pub(super) struct Segments(Vec<Shared>);

/// The first rows of a segment.
#[derive(Debug)]
struct Shared {
    segment: Arc<Segment>,
    rows: usize,
}

impl Segments {
    /// Those of the first `len` tokens. A segment of which less than half is wanted is copied: so a run never holds more
    /// than twice what it needs, whatever the runs were that it begins like.
    pub fn beginning(&self, len: usize) -> Result<Self> {
        let mut missing = len;
        let mut beginning = Vec::new();
        for Shared { segment, rows } in &self.0 {
            let rows = missing.min(*rows);
            if rows == 0 {
                break;
            }
            let segment = match 2 * rows < segment.resid_pre.dim(0)? {
                true => Arc::new(segment.beginning(rows)?),
                false => Arc::clone(segment),
            };
            beginning.push(Shared { segment, rows });
            missing -= rows;
        }
        Ok(Self(beginning))
    }

    pub fn push(&mut self, segment: Segment, rows: usize) {
        let segment = Arc::new(segment);
        self.0.push(Shared { segment, rows });
    }

    /// The rows at some positions of what every segment has.
    pub fn rows(&self, positions: &[usize], of: impl Fn(&Segment) -> &Tensor) -> Result<Tensor> {
        let mut starts = Vec::with_capacity(self.0.len());
        let mut start = 0;
        for Shared { rows, .. } in &self.0 {
            starts.push(start);
            start += rows;
        }
        gather(positions.iter().map(|&position| {
            let i = starts.partition_point(|&start| start <= position) - 1;
            (of(&self.0[i].segment), position - starts[i])
        }))
    }

    /// Keys and values of one block, of the first `len` tokens: the rows of one tensor follow those of the one before.
    pub fn kv(&self, layer: usize, len: usize) -> Result<Vec<Tensor>> {
        let mut missing = len;
        let mut kv = Vec::with_capacity(self.0.len());
        for Shared { segment, rows } in &self.0 {
            let rows = missing.min(*rows);
            if rows > 0 {
                kv.push(segment.kv[layer].narrow(0, 0, rows)?);
            }
            missing -= rows;
        }
        Ok(kv)
    }

    /// The products of the first `n` rows of keys and values of one block, of some of their columns, with a vector;
    /// `[n]`. If `SQUARED`, of the squares of what it adds up.
    pub fn kv_along<const SQUARED: bool>(
        &self,
        layer: usize,
        n: usize,
        columns: Range<usize>,
        x: &[f64],
    ) -> Result<Vec<f64>> {
        let mut along = Vec::with_capacity(n);
        for kv in self.kv(layer, n)? {
            let width = kv.dim(1)?;
            along.extend(ops::with_float32s(&kv, |kv| {
                kernel::dots_f64::<SQUARED>(kv, width, columns.clone(), x)
            })?);
        }
        Ok(along)
    }

    /// As [`kv_along`](Self::kv_along), of each head of the columns from `start` on; `[head][n]`.
    pub fn kv_by_head(&self, layer: usize, n: usize, start: usize, d_head: usize, x: &[f64]) -> Result<Vec<Vec<f64>>> {
        let mut by_head = vec![Vec::with_capacity(n); x.len() / d_head];
        for kv in self.kv(layer, n)? {
            let (rows, width) = kv.dims2()?;
            let dots = ops::with_float32s(&kv, |kv| kernel::dots_by_head(kv, width, start, d_head, x))?;
            for (head, dots) in by_head.iter_mut().zip(dots.chunks(rows.max(1))) {
                head.extend(dots);
            }
        }
        Ok(by_head)
    }

    /// Replaces a row of a run that is one segment, for tests.
    #[cfg(test)]
    pub fn put(&mut self, position: usize, row: &[f32], of: impl FnOnce(&mut Segment) -> &mut Tensor) {
        let [Shared { segment, .. }] = &mut self.0[..] else {
            panic!("the run has several segments");
        };
        let rows = of(Arc::get_mut(segment).unwrap());
        let row = Tensor::new(row, rows.device()).unwrap().unsqueeze(0).unwrap();
        *rows = rows.slice_scatter(&row, 0, position).unwrap();
    }
}

/// One tensor of rows of several; a view where they lie one after the other.
fn gather<'a>(rows: impl Iterator<Item = (&'a Tensor, usize)>) -> Result<Tensor> {
    let mut runs: Vec<(&Tensor, usize, usize)> = Vec::new();
    for (tensor, row) in rows {
        match runs.last_mut() {
            Some((last, start, n)) if std::ptr::eq(*last, tensor) && *start + *n == row => *n += 1,
            _ => runs.push((tensor, row, 1)),
        }
    }
    let views = runs.iter().map(|(tensor, start, n)| tensor.narrow(0, *start, *n));
    let views = views.collect::<candle_core::Result<Vec<_>>>()?;
    match &views[..] {
        [view] => Ok(view.clone()),
        views => Ok(Tensor::cat(views, 0)?),
    }
}
