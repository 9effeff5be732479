//! What a run becomes when activations are replaced.

use super::edit::Edit;
use super::layers::Written;
use super::segments::SegmentBlock;
use super::{Patch, Place, Run, Site, room};
use crate::Result;

impl Run {
    /// The run with activations replaced, and all that reads them computed anew; it can be asked whatever this one can. The layers
    /// below the lowest patch, and the tokens before the first, are those of this run. What this run itself has replaced stays so.
    ///
    /// The parts of such a run still add up to its logits: a part that was replaced is what it was replaced by, and what was put
    /// into the residual stream is a part of its own ([`Part::Patch`](crate::attribution::Part::Patch)).
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) for a layer or head that the model does not have, or a value that cannot be put
    /// there; [`Error::Position`](crate::Error::Position) for a position outside the run;
    /// [`Error::Memory`](crate::Error::Memory) as [`Gpt2::run`](super::Gpt2::run).
    pub fn with(&self, patches: &[Patch]) -> Result<Self> {
        let new: Vec<Edit> = patches
            .iter()
            .map(|patch| Edit::new(self, patch))
            .collect::<Result<_>>()?;
        let n = self.tokens().len();
        let start = new.iter().map(|edit| edit.positions[0]).min().unwrap_or(n);
        let mut run = self.beginning(start, self.tokens())?;
        run.edits = self.edits.iter().cloned().chain(new).collect();
        if let Some(first) = patches.iter().map(|patch| patch.place.layer()).min() {
            room::check(self.model().config(), start, n - start)?;
            let (blocks, kv) = self.below(first, start)?;
            let positions: Vec<usize> = (start..n).collect();
            let resid = self.read(Site::ResidPre(first), &positions)?;
            let segment = run.compute(start, blocks, kv, resid)?;
            run.segments.push(segment, n - start);
        }
        Ok(run)
    }

    /// What the blocks before `layer` did at the tokens from `start` on, and their keys and values.
    fn below(&self, layer: usize, start: usize) -> Result<(Vec<SegmentBlock>, Vec<candle_core::Tensor>)> {
        let positions: Vec<usize> = (start..self.tokens().len()).collect();
        let block = |layer| {
            let of = |site| self.read(site, &positions);
            Ok(SegmentBlock {
                resid_pre: of(Site::ResidPre(layer))?,
                written: Written {
                    q: of(Site::Q(layer))?,
                    z: of(Site::Z(layer))?,
                    attn_out: of(Site::AttnOut(layer))?,
                    mlp_out: of(Site::MlpOut(layer))?,
                },
            })
        };
        let kv = |layer| self.segments.rows(&positions, |segment| &segment.kv[layer]);
        Ok((
            (0..layer).map(block).collect::<Result<_>>()?,
            (0..layer).map(kv).collect::<Result<_>>()?,
        ))
    }

    /// What an activation was replaced by at a position, if it was.
    pub(super) fn replaced_by(&self, place: Place, position: usize) -> Option<&[f32]> {
        let mut edits = self.edits.iter().rev().filter(|edit| edit.place == place);
        edits.find_map(|edit| edit.at(position))
    }

    /// Whether an activation was replaced at a position.
    pub fn is_replaced(&self, place: Place, position: usize) -> bool {
        self.replaced_by(place, position).is_some()
    }

    /// Refuses a place that the model does not have.
    pub(super) fn check_place(&self, place: Place) -> Result<()> {
        self.check_layer(place.layer())?;
        place.head().map_or(Ok(()), |head| self.columns_of(head).map(drop))
    }
}
