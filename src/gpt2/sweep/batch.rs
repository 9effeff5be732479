//! Variants of a run on their way through the blocks, a step at a time.

use std::ops::Range;

use candle_core::Tensor;

use super::{Outcome, Variant};
use crate::gpt2::edit::Edit;
use crate::gpt2::layers::Written;
use crate::gpt2::pass::{Own, Pass, Row, Sequence};
use crate::gpt2::{Gpt2Config, Run, Site, overflow, room};
use crate::{Error, Result};

/// Rows of one step of the work, at most and at least, and the multiply-adds that it should not exceed in between.
const STEP: (usize, usize) = (128, 16);
const STEP_COST: u64 = 800_000_000;

/// Variants that go through the blocks together.
pub(super) struct Batch {
    /// By the layers that they enter at.
    variants: Vec<Entered>,
    position: usize,
    /// The block that is next.
    pub layer: usize,
    /// The variants that have entered by this layer.
    entered: usize,
    /// The residual stream before the layer, at the rows of those that have entered, one after the other.
    resid: Vec<Tensor>,
    /// Keys and values of the layer, so far.
    kv: Vec<Tensor>,
    /// What the block makes of the rows, so far.
    resid_post: Vec<Tensor>,
    stage: Stage,
}

struct Entered {
    index: usize,
    edits: Vec<Edit>,
    layer: usize,
    start: usize,
}

/// What is next in a layer: from which row on.
#[derive(Clone, Copy)]
enum Stage {
    Enter,
    Keys(usize),
    Write(usize),
}

impl Batch {
    pub fn new(run: &Run, variants: Vec<Variant>, position: usize) -> Result<Self> {
        let rows: usize = variants.iter().map(|variant| position + 1 - variant.start).sum();
        room::check_block(run.model().config(), rows)?;
        let entered = |variant: Variant| {
            Ok(Entered {
                index: variant.index,
                edits: variant
                    .patches
                    .iter()
                    .map(|patch| Edit::new(run, patch))
                    .collect::<Result<_>>()?,
                layer: variant.layer,
                start: variant.start,
            })
        };
        let variants: Vec<Entered> = variants.into_iter().map(entered).collect::<Result<_>>()?;
        Ok(Self {
            layer: variants.first().map_or(0, |variant| variant.layer),
            variants,
            position,
            entered: 0,
            resid: Vec::new(),
            kv: Vec::new(),
            resid_post: Vec::new(),
            stage: Stage::Enter,
        })
    }

    /// Does one step, and returns its multiply-adds.
    pub fn advance(&mut self, run: &Run) -> Result<u64> {
        if let Stage::Enter = self.stage {
            self.enter(run)?;
        }
        let config = run.model().config();
        let (keys, rest) = costs(config);
        let all = self.rows();
        match self.stage {
            Stage::Enter => Ok(0),
            Stage::Keys(from) => {
                let step = step(from, all.len(), keys);
                let cost = step.len() as u64 * keys;
                self.keys(run, &all, step.clone())?;
                self.stage = match step.end == all.len() {
                    true => Stage::Write(0),
                    false => Stage::Keys(step.end),
                };
                Ok(cost)
            }
            Stage::Write(from) => {
                let wanted = self.wanted(config, &all);
                let step = step(from, wanted.len(), rest);
                let cost = step.len() as u64 * rest;
                self.write(run, &all, &wanted[step.clone()])?;
                self.stage = Stage::Write(step.end);
                if step.end == wanted.len() {
                    self.resid = std::mem::take(&mut self.resid_post);
                    self.kv.clear();
                    self.layer += 1;
                    self.stage = Stage::Enter;
                }
                Ok(cost)
            }
        }
    }

    /// Takes in those that change from this layer on.
    fn enter(&mut self, run: &Run) -> Result<()> {
        while let Some(variant) = self
            .variants
            .get(self.entered)
            .filter(|variant| variant.layer == self.layer)
        {
            let positions: Vec<usize> = (variant.start..=self.position).collect();
            self.resid.push(run.read(Site::ResidPre(self.layer), &positions)?);
            self.entered += 1;
        }
        let resid = joined(&self.resid)?;
        let sequences = self.sequences(run);
        self.resid = vec![self.pass(run, &sequences).enter(resid, &self.rows())?];
        self.stage = Stage::Keys(0);
        Ok(())
    }

    fn keys(&mut self, run: &Run, all: &[Row], step: Range<usize>) -> Result<()> {
        let block = &run.model().h[self.layer];
        let x = block.ln_1.forward(&self.resid[0].narrow(0, step.start, step.len())?)?;
        let sequences = self.sequences(run);
        let kv = self.pass(run, &sequences).edited_kv(block.attn.kv(&x)?, &all[step])?;
        self.kv.push(kv);
        Ok(())
    }

    /// Goes on with some of all rows.
    fn write(&mut self, run: &Run, all: &[Row], rows: &[usize]) -> Result<()> {
        self.kv = vec![joined(&self.kv)?];
        let sequences = self.sequences(run);
        let pass = self.pass(run, &sequences);
        let resid_pre = match (rows.first(), rows.last()) {
            (Some(&first), Some(&last)) if last - first == rows.len() - 1 => {
                self.resid[0].narrow(0, first, rows.len())?
            }
            _ => {
                let rows: Vec<u32> = rows.iter().map(|&row| row as u32).collect();
                self.resid[0].index_select(&Tensor::new(rows, self.resid[0].device())?, 0)?
            }
        };
        let x = pass.block.ln_1.forward(&resid_pre)?;
        let own = Own {
            kv: &self.kv[0],
            places: &places(all),
        };
        let rows: Vec<Row> = rows.iter().map(|&row| all[row]).collect();
        let (Written { .. }, resid_post) = pass.write(&resid_pre, &x, Some(&own), &rows)?;
        self.resid_post.push(resid_post);
        Ok(())
    }

    /// What the unembedding reads of each.
    pub fn outcomes(self, run: &Run) -> Result<Vec<Outcome>> {
        let ln_final = run.model().ln_f.forward(&joined(&self.resid)?)?;
        if !overflow::is_finite(&ln_final)? {
            return Err(Error::Overflow(format!(
                "with an activation replaced, what the final LayerNorm gives is infinite or not a number at position {}",
                self.position
            )));
        }
        let rows = ln_final.to_vec2::<f32>()?;
        let outcome = |(variant, ln_final): (&Entered, _)| Outcome {
            variant: variant.index,
            ln_final,
        };
        Ok(self.variants.iter().zip(rows).map(outcome).collect())
    }

    /// The rows of those that have entered.
    fn rows(&self) -> Vec<Row> {
        let variants = self.variants[..self.entered].iter().enumerate();
        let of = |(sequence, variant): (usize, &Entered)| {
            (variant.start..=self.position).map(move |position| Row { sequence, position })
        };
        variants.flat_map(of).collect()
    }

    /// Which of the rows are read by what comes after: in the last layer the position alone.
    fn wanted(&self, config: &Gpt2Config, all: &[Row]) -> Vec<usize> {
        let last = self.layer + 1 == config.n_layer;
        let rows = all.iter().enumerate();
        let wanted = rows.filter(|(_, row)| !last || row.position == self.position);
        wanted.map(|(i, _)| i).collect()
    }

    fn sequences<'a>(&'a self, run: &'a Run) -> Vec<Sequence<'a>> {
        let sequence = |variant: &'a Entered| Sequence {
            before: &run.segments,
            start: variant.start,
            edits: &variant.edits,
        };
        self.variants.iter().map(sequence).collect()
    }

    fn pass<'a>(&self, run: &'a Run, sequences: &'a [Sequence<'a>]) -> Pass<'a> {
        Pass {
            block: &run.model().h[self.layer],
            layer: self.layer,
            sequences,
        }
    }
}

/// The next rows of `n`, each of which costs so much.
fn step(from: usize, n: usize, cost: u64) -> Range<usize> {
    let (most, least) = STEP;
    let rows = usize::try_from(STEP_COST / cost.max(1))
        .unwrap_or(most)
        .clamp(least, most);
    from..(from + rows).min(n)
}

/// Where the rows of each sequence are.
fn places(rows: &[Row]) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    for of_sequence in rows.chunk_by(|a, b| a.sequence == b.sequence) {
        let start = places.last().map_or(0, |place: &Range<usize>| place.end);
        places.push(start..start + of_sequence.len());
    }
    places
}

fn joined(rows: &[Tensor]) -> Result<Tensor> {
    match rows {
        [one] => Ok(one.clone()),
        all => Ok(Tensor::cat(all, 0)?),
    }
}

/// Multiply-adds of a row in a block: of keys and values, and of all else.
pub(super) fn costs(config: &Gpt2Config) -> (u64, u64) {
    let (d, inner) = (config.n_embd as u64, config.n_inner as u64);
    (2 * d * d, 2 * d * d + 2 * d * inner)
}
