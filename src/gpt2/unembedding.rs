//! What the unembedding makes of many vectors at once, read once for all of them: block after block of the vocabulary, and never all
//! logits at a time.

use std::ops::Range;

use super::best::Best;
use super::{Gpt2, Prediction};
use crate::kernel::{BLOCK, Columns, Softmax, extremes};
use crate::{Error, Result};

/// Multiply-adds that one step should not exceed.
const STEP_COST: usize = 400_000_000;

/// The tokens whose unembeddings have the highest and the lowest products with each of some vectors, in the making. Products are in
/// float32.
pub(crate) struct Outermost {
    columns: Columns,
    /// Highest and lowest, `[n]`.
    best: Vec<[Best; 2]>,
    steps: Vec<Range<usize>>,
}

impl Outermost {
    /// Of vectors `[n, d_model]`, `k` tokens of either kind.
    pub fn new(model: &Gpt2, x: &[f32], k: usize) -> Self {
        let columns = Columns::new(x, model.config().n_embd);
        Self {
            best: vec![[Best::new(k), Best::new(k)]; x.len() / model.config().n_embd],
            steps: steps(model, columns.width()).rev().collect(),
            columns,
        }
    }

    /// Does one step, of some hundredths of a second, and returns its multiply-adds. None once all is known.
    pub fn advance(&mut self, model: &Gpt2) -> Result<Option<u64>> {
        let Some(tokens) = self.steps.pop() else {
            return Ok(None);
        };
        let Self { columns, best, .. } = self;
        let (width, cost) = (columns.width(), Expectations::cost(model, best.len()));
        let done = cost / model.config().vocab_size as u64 * tokens.len() as u64;
        model.unembed_all(tokens, columns, |first, block| {
            let [largest, smallest] = extremes(block, width);
            for (column, [highest, lowest]) in best.iter_mut().enumerate() {
                if highest.considers(largest[column]) || lowest.considers(-smallest[column]) {
                    for (token, product) in of_column(block, width, column, first) {
                        highest.offer(token, product);
                        lowest.offer(token, -product);
                    }
                }
            }
        })?;
        Ok(Some(done))
    }

    /// Once there are no more steps: of each vector the tokens with the highest products, highest first, and with the lowest.
    pub fn finish(self) -> impl Iterator<Item = [Vec<u32>; 2]> {
        let tokens = |best: Best| best.sorted().into_iter().map(|(_, token)| token).collect();
        self.best.into_iter().map(move |both| both.map(tokens))
    }
}

/// What the unembedding makes of one vector.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Expected {
    /// The likeliest tokens, likeliest first.
    pub top: Vec<Guess>,
    /// Of the probabilities of all tokens, in nats.
    pub entropy: f64,
    /// The token that was asked for, and how many are likelier.
    pub answer: Option<(Guess, usize)>,
}

/// A token that is expected.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Guess {
    /// Its id.
    pub token: u32,
    /// Centered on the mean over the vocabulary.
    pub logit: f64,
    /// By softmax over the whole vocabulary.
    pub probability: f64,
}

impl Guess {
    /// With its rank and its text.
    pub fn prediction(self, rank: usize, text: String) -> Prediction {
        Prediction {
            id: self.token,
            text,
            logit: self.logit,
            probability: self.probability,
            rank,
        }
    }
}

/// What is expected after each of some rows, in the making. Each is computed by itself, to the last bit, whatever the others are.
pub(crate) struct Expectations {
    columns: Columns,
    /// The mean over the vocabulary of the logits of each row.
    means: Vec<f64>,
    best: Vec<Best>,
    softmax: Softmax,
    answer: Option<Answer>,
    steps: Vec<Range<usize>>,
}

/// The token that is asked for, in each column.
struct Answer {
    token: u32,
    /// `[width]`
    logits: Vec<f32>,
    /// How many tokens are likelier so far, `[width]`.
    likelier: Vec<u32>,
}

impl Expectations {
    /// Of rows of what the unembedding reads, `[n, d_model]`: the `k` likeliest tokens, and what is expected of the answer.
    pub fn new(model: &Gpt2, x: &[f32], k: usize, answer: Option<u32>) -> Result<Self> {
        let d = model.config().n_embd;
        let columns = Columns::new(x, d);
        let width = columns.width();
        let mean = model.unembedding_mean()?;
        let along = |x: &[f32]| mean.iter().zip(x).map(|(mean, &x)| mean * f64::from(x)).sum();
        let mut of_answer = None;
        if let Some(token) = answer {
            let (row, mut logits) = (token as usize, Vec::new());
            model.unembed_all(row..row + 1, &columns, |_, block| logits = block.to_vec())?;
            of_answer = Some(Answer {
                token,
                logits,
                likelier: vec![0; width],
            });
        }
        Ok(Self {
            means: x.chunks_exact(d).map(along).collect(),
            best: vec![Best::new(k); x.len() / d],
            softmax: Softmax::new(width),
            answer: of_answer,
            steps: steps(model, width).rev().collect(),
            columns,
        })
    }

    /// Multiply-adds of all steps, of so many rows.
    pub fn cost(model: &Gpt2, rows: usize) -> u64 {
        rows as u64 * model.config().vocab_size as u64 * model.config().n_embd as u64
    }

    /// Does one step, of some hundredths of a second, and returns its multiply-adds. None once all is known.
    pub fn advance(&mut self, model: &Gpt2) -> Result<Option<u64>> {
        let Some(tokens) = self.steps.pop() else {
            return Ok(None);
        };
        let Self {
            columns,
            best,
            softmax,
            answer,
            ..
        } = self;
        let (width, n) = (columns.width(), tokens.len());
        model.unembed_all(tokens, columns, |first, block| {
            let [largest, _] = extremes(block, width);
            softmax.add(block, &largest);
            for (column, best) in best.iter_mut().enumerate() {
                if best.considers(largest[column]) {
                    of_column(block, width, column, first).for_each(|(token, logit)| best.offer(token, logit));
                }
            }
            if let Some(answer) = answer {
                answer.compare(block, first);
            }
        })?;
        Ok(Some((self.means.len() * n * model.config().n_embd) as u64))
    }

    /// All that is known once there are no more steps; `named` says which row is which if a logit is infinite or not a number.
    ///
    /// # Errors
    /// [`Error::Overflow`] then.
    pub fn finish(self, named: impl Fn(usize) -> String) -> Result<Vec<Expected>> {
        let Self {
            means,
            best,
            softmax,
            answer,
            ..
        } = self;
        let expected = |(row, best): (usize, Best)| {
            let entropy = softmax.entropy(row);
            if !entropy.is_finite() {
                let message = format!("the logits of {} are infinite or not numbers", named(row));
                return Err(Error::Overflow(message));
            }
            let guess = |(logit, token)| Guess {
                token,
                logit: f64::from(logit) - means[row],
                probability: softmax.probability(row, logit),
            };
            let of_answer = |answer: &Answer| {
                let guess = guess((answer.logits[row], answer.token));
                (guess, answer.likelier[row] as usize)
            };
            Ok(Expected {
                top: best.sorted().into_iter().map(guess).collect(),
                // Rounding alone makes it negative.
                entropy: entropy.max(0.0),
                answer: answer.as_ref().map(of_answer),
            })
        };
        best.into_iter().enumerate().map(expected).collect()
    }
}

impl Answer {
    /// Of tokens that are equally likely the first ranks higher, as among predictions.
    fn compare(&mut self, block: &[f32], first: usize) {
        let width = self.logits.len();
        for (token, row) in (first..).zip(block.chunks_exact(width)) {
            let columns = self.likelier.iter_mut().zip(row).zip(&self.logits);
            match token.cmp(&(self.token as usize)) {
                std::cmp::Ordering::Less => columns.for_each(|((n, x), own)| *n += u32::from(x >= own)),
                std::cmp::Ordering::Equal => {}
                std::cmp::Ordering::Greater => columns.for_each(|((n, x), own)| *n += u32::from(x > own)),
            }
        }
    }
}

/// The vocabulary in steps of whole blocks.
fn steps(model: &Gpt2, width: usize) -> impl DoubleEndedIterator<Item = Range<usize>> {
    let (d, vocabulary) = (model.config().n_embd, model.config().vocab_size);
    let step = (STEP_COST / (width * d * BLOCK)).max(1) * BLOCK;
    let starts = 0..vocabulary.div_ceil(step);
    starts.map(move |i| i * step..((i + 1) * step).min(vocabulary))
}

/// The numbers of one column of a block `[tokens, width]`, each with its token.
fn of_column(block: &[f32], width: usize, column: usize, first: usize) -> impl Iterator<Item = (u32, f32)> {
    (first as u32..).zip(block[column..].iter().step_by(width).copied())
}
