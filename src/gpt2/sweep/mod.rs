//! Many variants of a run, each with something replaced, as rows of the same pass.

mod batch;

use std::sync::Arc;

use self::batch::{Batch, costs};
use super::edit::Edit;
use super::{Gpt2Config, Patch, Place, Run, Site};
use crate::Result;

/// Rows that go through a block together, but for a single prompt that has more: enough for the weights to be read seldom.
const TOGETHER: usize = 256;
/// What a run would end with after a position if something were replaced: for many such variants, computed step by step. Each is
/// the same to the last bit as [`Run::with`].
pub struct Sweep {
    run: Arc<Run>,
    position: usize,
    /// Those to come, the next one last.
    waiting: Vec<Variant>,
    /// Those that nothing can come of.
    unaffected: Vec<usize>,
    batch: Option<Batch>,
    progress: Progress,
}

/// How much of the work is done, in multiply-adds of the linear layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// So far.
    pub done: u64,
    /// In the end.
    pub total: u64,
}

impl Progress {
    pub(crate) fn of(total: u64) -> Self {
        Self { done: 0, total }
    }
}

/// What the unembedding reads in one variant.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Outcome {
    /// Which of the variants.
    pub variant: usize,
    /// The final LayerNorm's output at the position, `[d_model]`.
    pub ln_final: Vec<f32>,
}

struct Variant {
    index: usize,
    patches: Vec<Patch>,
    /// The first layer of which anything changes.
    layer: usize,
    /// Its first token of which anything changes.
    start: usize,
}

impl Sweep {
    /// Of the run with each of several lists of patches, as it goes on after `position`.
    ///
    /// # Errors
    /// As [`Run::with`], and [`Error::Position`](crate::Error::Position) for a position outside the run.
    pub fn new(run: &Arc<Run>, variants: Vec<Vec<Patch>>, position: usize) -> Result<Self> {
        // What all have in common.
        run.read(Site::LnFinal, &[position])?;
        let mut sweep = Self {
            run: Arc::clone(run),
            position,
            waiting: Vec::new(),
            unaffected: Vec::new(),
            batch: None,
            progress: Progress::of(0),
        };
        for (index, patches) in variants.into_iter().enumerate() {
            match Variant::new(run, index, patches, position)? {
                Some(variant) => sweep.waiting.push(variant),
                None => sweep.unaffected.push(index),
            }
        }
        let config = run.model().config();
        let costs = sweep.waiting.iter().map(|variant| variant.cost(config, position));
        sweep.progress.total = costs.sum();
        // The highest layers have least to do, and come first; in one layer, in their order.
        sweep
            .waiting
            .sort_by_key(|variant| (variant.layer, std::cmp::Reverse(variant.index)));
        Ok(sweep)
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// Does one step, of some hundredths of a second on GPT-2 small, and returns what is known by that. None once all is known.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::Error::Memory) if there is no room for a prompt's activations, [`Error::Overflow`](crate::Error::Overflow) if a variant ends with what is
    /// infinite or not a number.
    pub fn advance(&mut self) -> Result<Option<Vec<Outcome>>> {
        if !self.unaffected.is_empty() {
            let ln_final = self
                .run
                .read(Site::LnFinal, &[self.position])?
                .squeeze(0)?
                .to_vec1::<f32>()?;
            let same = |variant| Outcome {
                variant,
                ln_final: ln_final.clone(),
            };
            return Ok(Some(self.unaffected.drain(..).map(same).collect()));
        }
        let mut batch = match self.batch.take() {
            Some(batch) => batch,
            None if self.waiting.is_empty() => return Ok(None),
            None => {
                let variants = self.next_variants();
                Batch::new(&self.run, variants, self.position)?
            }
        };
        self.progress.done += batch.advance(&self.run)?;
        if batch.layer < self.run.model().h.len() {
            self.batch = Some(batch);
            return Ok(Some(Vec::new()));
        }
        Ok(Some(batch.outcomes(&self.run)?))
    }

    /// As many as go through together, from the lowest layer up.
    fn next_variants(&mut self) -> Vec<Variant> {
        let mut variants: Vec<Variant> = Vec::new();
        let mut rows = 0;
        while let Some(next) = self.waiting.last() {
            rows += self.position + 1 - next.start;
            if rows > TOGETHER && !variants.is_empty() {
                break;
            }
            variants.extend(self.waiting.pop());
        }
        variants.reverse();
        variants
    }
}

impl Variant {
    /// None if nothing changes after the position.
    fn new(run: &Run, index: usize, mut patches: Vec<Patch>, position: usize) -> Result<Option<Self>> {
        let last = run.model().h.len() - 1;
        for patch in &mut patches {
            let mut positions = Edit::check(run, patch)?;
            // Of the last layer, what it writes elsewhere is read by nothing; of any, what is there later.
            match patch.place {
                Place::ResidPre(_) | Place::V { .. } => positions.retain(|&at| at <= position),
                place if place.layer() == last => positions.retain(|&at| at == position),
                _ => positions.retain(|&at| at <= position),
            }
            patch.positions = Some(positions);
        }
        patches.retain(|patch| patch.positions.as_ref().is_some_and(|positions| !positions.is_empty()));
        let layer = patches.iter().map(|patch| patch.place.layer()).min();
        let start = patches
            .iter()
            .filter_map(|patch| patch.positions.as_ref()?.first().copied())
            .min();
        let (Some(layer), Some(start)) = (layer, start) else {
            return Ok(None);
        };
        Ok(Some(Self {
            index,
            patches,
            layer,
            start,
        }))
    }

    /// Multiply-adds.
    fn cost(&self, config: &Gpt2Config, position: usize) -> u64 {
        let (keys, rest) = costs(config);
        let rows = (position + 1 - self.start) as u64;
        let whole = (config.n_layer - 1 - self.layer) as u64;
        (whole * rows + rows) * keys + (whole * rows + 1) * rest
    }
}
