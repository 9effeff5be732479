//! Rows on their way through a block: those of one prompt, or of many variants of it at a time.

use std::ops::Range;

use candle_core::Tensor;

use super::Place;
use super::edit::{self, Edit};
use super::layers::{Block, Written, resid_mid};
use super::segments::Segments;
use crate::Result;

/// A prompt of which some rows go through.
pub(super) struct Sequence<'a> {
    /// Has the keys and values that come before its rows.
    pub before: &'a Segments,
    /// How many those are.
    pub start: usize,
    pub edits: &'a [Edit],
}

/// Whose row it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub sequence: usize,
    pub position: usize,
}

/// Keys and values that sequences have of their own, `[.., 2 d_model]`.
pub(super) struct Own<'a> {
    pub kv: &'a Tensor,
    /// Which rows are each sequence's.
    pub places: &'a [Range<usize>],
}

/// A block, and who goes through. A row of a result is computed by itself, whatever the others are.
pub(super) struct Pass<'a> {
    pub block: &'a Block,
    pub layer: usize,
    pub sequences: &'a [Sequence<'a>],
}

impl Pass<'_> {
    /// The residual stream before the block, as patches have it.
    pub fn enter(&self, resid_pre: Tensor, rows: &[Row]) -> Result<Tensor> {
        self.edited(resid_pre, rows, Place::ResidPre(self.layer))
    }

    /// Keys and values `[rows, 2 d_model]`, as patches have them.
    pub fn edited_kv(&self, kv: Tensor, rows: &[Row]) -> Result<Tensor> {
        let d = kv.dim(1)? / 2;
        let layer = self.layer;
        self.put(kv, rows, |edit| match edit.place {
            Place::V { layer: at, head } if at == layer => Some(d + self.block.attn.columns_of(head).start),
            _ => None,
        })
    }

    /// What the block writes at some rows, and the residual stream after it. `x` is what attention reads there, ln_1 of `resid_pre`; `own`
    /// are the sequences' keys and values from their starts on, if they have any.
    pub fn write(&self, resid_pre: &Tensor, x: &Tensor, own: Option<&Own>, rows: &[Row]) -> Result<(Written, Tensor)> {
        let q = self.block.attn.q(x)?;
        let z = self.mixed(&q, own, rows)?;
        let attn_out = self.edited(self.block.attn.c_proj.forward(&z)?, rows, Place::AttnOut(self.layer))?;
        let resid_mid = resid_mid(resid_pre, &attn_out)?;
        let mlp_out = self.block.mlp.forward(&self.block.ln_2.forward(&resid_mid)?)?;
        let mlp_out = self.edited(mlp_out, rows, Place::MlpOut(self.layer))?;
        let resid_post = (&resid_mid + &mlp_out)?;
        let written = Written {
            q,
            z,
            attn_out,
            mlp_out,
        };
        Ok((written, resid_post))
    }

    fn mixed(&self, q: &Tensor, own: Option<&Own>, rows: &[Row]) -> Result<Tensor> {
        let mut mixed = Vec::new();
        let mut first = 0;
        for of_sequence in rows.chunk_by(|a, b| a.sequence == b.sequence) {
            let sequence = of_sequence[0].sequence;
            let positions: Vec<usize> = of_sequence.iter().map(|row| row.position).collect();
            let kv = self.kv(sequence, own)?;
            let q = q.narrow(0, first, positions.len())?;
            let z = self.block.attn.z(&q, &kv, &positions)?;
            mixed.push(self.edited_z(z, &kv, of_sequence)?);
            first += positions.len();
        }
        match &mixed[..] {
            [z] => Ok(z.clone()),
            all => Ok(Tensor::cat(all, 0)?),
        }
    }

    /// The keys and values that a sequence's rows see.
    fn kv(&self, sequence: usize, own: Option<&Own>) -> Result<Vec<Tensor>> {
        let Sequence { before, start, .. } = self.sequences[sequence];
        let mut kv = before.kv(self.layer, start)?;
        if let Some(Own { kv: own, places }) = own {
            kv.push(own.narrow(0, places[sequence].start, places[sequence].len())?);
        }
        Ok(kv)
    }

    /// By other patterns, then replaced whole.
    fn edited_z(&self, z: Tensor, kv: &[Tensor], rows: &[Row]) -> Result<Tensor> {
        let (attention, at) = (&self.block.attn, self.layer);
        let mut mixed = Vec::new();
        for (i, row, edit) in self.edits(rows) {
            if let (Place::Pattern { layer, head }, Some(pattern)) = (edit.place, edit.at(row.position))
                && layer == at
            {
                mixed.push((i, attention.columns_of(head).start, attention.mix(pattern, kv, head)?));
            }
        }
        let z = edit::put(z, mixed.iter().map(|(i, column, values)| (*i, *column, &values[..])))?;
        self.put(z, rows, |edit| match edit.place {
            Place::Z { layer, head } if layer == at => Some(attention.columns_of(head).start),
            _ => None,
        })
    }

    fn edited(&self, x: Tensor, rows: &[Row], place: Place) -> Result<Tensor> {
        self.put(x, rows, |edit| (edit.place == place).then_some(0))
    }

    /// Puts the edits in whose first column `column` says.
    fn put(&self, x: Tensor, rows: &[Row], column: impl Fn(&Edit) -> Option<usize>) -> Result<Tensor> {
        let patched = self.edits(rows);
        edit::put(
            x,
            patched.filter_map(|(i, row, edit)| Some((i, column(edit)?, edit.at(row.position)?))),
        )
    }

    /// Every edit of each row's sequence.
    fn edits(&self, rows: &[Row]) -> impl Iterator<Item = (usize, Row, &Edit)> {
        let rows = rows.iter().copied().enumerate();
        rows.flat_map(|(i, row)| {
            self.sequences[row.sequence]
                .edits
                .iter()
                .map(move |edit| (i, row, edit))
        })
    }
}
