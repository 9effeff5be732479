//! When it was known: what the model would say if it stopped at any state of the residual stream.

use std::sync::Arc;

use super::Part;
use super::stream::Stream;
use crate::Result;
use crate::gpt2::{Expectations, Expected, Progress, Run, Site};

/// Rows that go over the unembedding together, but for the states of a single position that has more: enough for it to be read
/// seldom.
const TOGETHER: usize = 256;

/// The logit lens (nostalgebraist 2020): each state of the residual stream through the final LayerNorm anew and the unembedding, as
/// TransformerLens has it of `accumulated_resid(incl_mid=True)`. Other than the [running sum](super::RunningSum), it is scaled by what
/// is there, so that steps between its rows are no shares of anything.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Lens {
    /// The states, first to last: `0_pre`, `0_mid`, `1_pre`, ..., `final_post`, `[state]`.
    pub labels: Vec<Part>,
    /// The positions of the question, ascending, `[position]`.
    pub positions: Vec<usize>,
    /// What the model would say, `[state][position]`; none where it is not known yet.
    pub expected: Vec<Vec<Option<Expected>>>,
}

/// The lens in the making.
pub struct LensTrial {
    run: Arc<Run>,
    lens: Lens,
    states: Vec<Site>,
    k: usize,
    answer: Option<u32>,
    /// Entries of the positions that go together; those to come, the next ones last.
    waiting: Vec<Vec<usize>>,
    batch: Option<(Vec<usize>, Expectations)>,
    progress: Progress,
}

/// Looks through the lens after some positions: the `k` likeliest tokens of each state, the entropy, and with an answer its probability
/// and rank. The last position comes first.
///
/// # Errors
/// [`Error::Position`](crate::Error::Position) for a position outside the run, or none; [`Error::Answer`](crate::Error::Answer) for an id outside the vocabulary.
pub fn lens(run: &Arc<Run>, positions: &[usize], answer: Option<u32>, k: usize) -> Result<LensTrial> {
    let model = run.model();
    let mut positions = positions.to_vec();
    positions.sort_unstable();
    positions.dedup();
    run.check_positions(&positions)?;
    answer.map(|answer| model.unembedding(answer)).transpose()?;
    let (labels, states): (Vec<Part>, Vec<Site>) = Stream::Final.states(model.config()).into_iter().unzip();
    let all: Vec<usize> = (0..positions.len()).collect();
    let (rest, last) = all.split_at(positions.len() - 1);
    let mut waiting: Vec<Vec<usize>> = rest.chunks((TOGETHER / labels.len()).max(1)).map(Vec::from).collect();
    waiting.reverse();
    waiting.push(last.to_vec());
    Ok(LensTrial {
        run: Arc::clone(run),
        progress: Progress::of(Expectations::cost(model, labels.len() * positions.len())),
        lens: Lens {
            expected: vec![vec![None; positions.len()]; labels.len()],
            labels,
            positions,
        },
        states,
        k,
        answer,
        waiting,
        batch: None,
    })
}

impl LensTrial {
    /// Does some hundredths of a second of the work, and tells whether there is more.
    ///
    /// # Errors
    /// [`Error::Overflow`](crate::Error::Overflow) for logits that are infinite or not numbers; as [`Run::read`].
    pub fn advance(&mut self) -> Result<bool> {
        let (places, mut batch) = match (self.batch.take(), self.waiting.pop()) {
            (Some(batch), waiting) => {
                self.waiting.extend(waiting);
                batch
            }
            (None, Some(places)) => (places.clone(), self.enter(&places)?),
            (None, None) => return Ok(false),
        };
        match batch.advance(self.run.model())? {
            Some(done) => {
                self.progress.done += done;
                self.batch = Some((places, batch));
            }
            None => self.leave(&places, batch)?,
        }
        Ok(self.batch.is_some() || !self.waiting.is_empty())
    }

    /// All states at some positions, state by state.
    fn enter(&self, places: &[usize]) -> Result<Expectations> {
        let at: Vec<usize> = places.iter().map(|&place| self.lens.positions[place]).collect();
        let model = self.run.model();
        let mut rows = Vec::new();
        for &state in &self.states {
            let normalized = model.ln_f.forward(&self.run.read(state, &at)?)?;
            rows.extend(normalized.flatten_all()?.to_vec1::<f32>()?);
        }
        Expectations::new(model, &rows, self.k, self.answer)
    }

    fn leave(&mut self, places: &[usize], batch: Expectations) -> Result<()> {
        let Lens {
            labels,
            positions,
            expected,
        } = &mut self.lens;
        let place = |row: usize| (row / places.len(), places[row % places.len()]);
        let named = |row| {
            let (state, place) = place(row);
            format!("{} after position {}", labels[state], positions[place])
        };
        for (row, known) in batch.finish(named)?.into_iter().enumerate() {
            let (state, place) = place(row);
            expected[state][place] = Some(known);
        }
        Ok(())
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// What is known by now.
    pub fn lens(&self) -> &Lens {
        &self.lens
    }

    /// All of it.
    ///
    /// # Errors
    /// As [`advance`](Self::advance).
    pub fn finish(mut self) -> Result<Lens> {
        while self.advance()? {}
        Ok(self.lens)
    }
}
