//! The last block, which is computed at a position when someone looks there: no other position reads it.

use std::sync::Arc;

use candle_core::{Device, Tensor};

use super::layers::Written;
use super::pass::{Pass, Row, Sequence};
use super::{Run, overflow, room};
use crate::Result;

/// The last block and the final LayerNorm at one position, `[d_model]` each.
#[derive(Debug)]
pub(super) struct LastBlock {
    pub q: Vec<f32>,
    pub z: Vec<f32>,
    pub attn_out: Vec<f32>,
    pub mlp_out: Vec<f32>,
    pub resid_final: Vec<f32>,
    pub ln_final: Vec<f32>,
    pub ln_final_scale: f32,
}

impl Run {
    pub(super) fn read_last(&self, positions: &[usize], of: impl Fn(&LastBlock) -> &Vec<f32>) -> Result<Tensor> {
        let rows: Vec<f32> = self
            .last_blocks(positions)?
            .iter()
            .flat_map(|block| of(block))
            .copied()
            .collect();
        let width = rows.len() / positions.len();
        Ok(Tensor::from_vec(rows, (positions.len(), width), &Device::Cpu)?)
    }

    /// The last block and the final LayerNorm at some positions, computed where nobody has looked yet.
    pub(super) fn last_blocks(&self, positions: &[usize]) -> Result<Vec<Arc<LastBlock>>> {
        let looked = |position: &usize| self.last[*position].get();
        let new: Vec<usize> = positions.iter().copied().filter(|p| looked(p).is_none()).collect();
        if !new.is_empty() {
            self.finish(&new)?;
        }
        Ok(positions.iter().filter_map(looked).map(Arc::clone).collect())
    }

    fn finish(&self, positions: &[usize]) -> Result<()> {
        room::check_block(self.model().config(), positions.len())?;
        let layer = self.model().h.len() - 1;
        let block = &self.model().h[layer];
        let resid_pre = self.segments.rows(positions, |segment| &segment.resid_pre)?;
        let x = block.ln_1.forward(&resid_pre)?;
        let sequences = &[Sequence {
            before: &self.segments,
            start: self.tokens().len(),
            edits: &self.edits,
        }];
        let rows: Vec<Row> = (positions.iter().map(|&position| Row { sequence: 0, position })).collect();
        let pass = Pass {
            block,
            layer,
            sequences,
        };
        let (written, resid_final) = pass.write(&resid_pre, &x, None, &rows)?;
        let ln_f = &self.model().ln_f;
        let (ln_final, scale) = (ln_f.forward(&resid_final)?, ln_f.scale(&resid_final)?);
        // Whatever is not finite anywhere is not finite here either, but for what the model itself has no use for.
        if !overflow::is_finite(&ln_final)? || scale.iter().any(|scale| !scale.is_finite()) {
            return Err(overflow::first(self, positions, &written, &resid_final));
        }
        let Written {
            q,
            z,
            attn_out,
            mlp_out,
        } = &written;
        for (row, &position) in positions.iter().enumerate() {
            // A row by itself: a later run that shares it shares nothing else.
            let at = |x: &Tensor| x.get(row)?.to_vec1::<f32>();
            let computed = LastBlock {
                q: at(q)?,
                z: at(z)?,
                attn_out: at(attn_out)?,
                mlp_out: at(mlp_out)?,
                resid_final: at(&resid_final)?,
                ln_final: at(&ln_final)?,
                ln_final_scale: scale[row],
            };
            // Another thread may have been here meanwhile, with the same numbers.
            let _ = self.last[position].set(Arc::new(computed));
        }
        Ok(())
    }
}
