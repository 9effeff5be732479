//! A run in the making.

use std::sync::Arc;

use super::{Gpt2, Run};
use crate::Result;

/// Multiply-adds of the linear layers in one step: some hundredths of a second.
const STEP: u64 = 500_000_000;

/// A forward pass, some tokens a step, so that whoever asked can stop, or ask something else in between. It ends with the same run,
/// to the last bit, as [`Gpt2::run`].
pub struct Forward {
    model: Arc<Gpt2>,
    tokens: Vec<u32>,
    /// Of an earlier prompt at first, then of the beginning of this one.
    begun: Option<Arc<Run>>,
}

impl Forward {
    /// The pass over `tokens`, from what they have in common with the beginning of an earlier run.
    ///
    /// # Errors
    /// As [`Gpt2::run`], but for [`Error::Memory`](crate::Error::Memory).
    pub fn new(model: &Arc<Gpt2>, tokens: &[u32], earlier: Option<&Arc<Run>>) -> Result<Self> {
        model.check_tokens(tokens)?;
        Ok(Self {
            model: Arc::clone(model),
            tokens: tokens.to_vec(),
            begun: earlier.map(Arc::clone),
        })
    }

    /// How many tokens go through in one step.
    pub fn step(&self) -> usize {
        let config = self.model.config();
        let (d, inner) = (config.n_embd as u64, config.n_inner as u64);
        let of_token = config.n_layer as u64 * (4 * d * d + 2 * d * inner);
        usize::try_from(STEP / of_token).unwrap_or(usize::MAX).max(1)
    }

    /// How many tokens have gone through.
    pub fn done(&self) -> usize {
        self.begun.as_ref().map_or(0, |run| run.common_prefix(&self.tokens))
    }

    /// Does one step, and returns the run once it is whole.
    ///
    /// # Errors
    /// As [`Gpt2::run`].
    pub fn advance(&mut self) -> Result<Option<Arc<Run>>> {
        let end = self.done().saturating_add(self.step()).min(self.tokens.len());
        let run = Arc::new(match &self.begun {
            Some(begun) => begun.with_tokens(&self.tokens[..end])?,
            None => self.model.run(&self.tokens[..end])?,
        });
        self.begun = Some(Arc::clone(&run));
        Ok((end == self.tokens.len()).then_some(run))
    }
}
