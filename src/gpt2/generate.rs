//! Continues a prompt, token by token.

use std::sync::Arc;

use candle_core::{Device, Tensor};
use candle_transformers::generation::{self, LogitsProcessor};
use serde::{Deserialize, Serialize};

use super::{Gpt2, LanguageModel, Run};
use crate::{Error, Result};

/// Below this temperature, sampling is greedy: dividing by it would leave float32's range.
const MIN_TEMPERATURE: f64 = 1e-7;

/// How the next token is chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// The most tokens to generate.
    pub max_tokens: usize,
    /// What logits are divided by; 0 always takes the most probable token.
    pub temperature: f64,
    /// Considers only so many tokens, the most probable ones.
    pub top_k: Option<usize>,
    /// The same seed gives the same tokens.
    pub seed: u64,
}

/// Why a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stop {
    /// `max_tokens` were generated.
    MaxTokens,
    /// Prompt and continuation fill the model's `n_positions`.
    Positions,
    /// The model chose the token that ends a text.
    EndOfText,
}

/// A continuation in the making. Each step computes one position only, and takes the earlier ones from the run before.
pub struct Generation {
    gpt2: Arc<Gpt2>,
    /// Ends a text.
    eos: Option<u32>,
    tokens: Vec<u32>,
    run: Option<Run>,
    processor: LogitsProcessor,
    remaining: usize,
    stop: Option<Stop>,
}

impl Generation {
    /// Starts after `prompt`, which is used as it is.
    ///
    /// # Errors
    /// [`Error::Argument`] for a temperature below 0, or a `top_k` of 0.
    pub fn new(model: &LanguageModel, prompt: &[u32], sampling: &Sampling) -> Result<Self> {
        let temperature = sampling.temperature;
        if !temperature.is_finite() || temperature < 0.0 {
            return Err(Error::Argument(format!(
                "temperature: {temperature} cannot be used; it must be 0 (greedy) or more"
            )));
        }
        let chosen = match sampling.top_k {
            Some(0) => {
                return Err(Error::Argument(
                    "top-k: 0 leaves no token to choose from; it must be 1 or more".into(),
                ));
            }
            _ if temperature < MIN_TEMPERATURE => generation::Sampling::ArgMax,
            Some(k) => generation::Sampling::TopK { k, temperature },
            None => generation::Sampling::All { temperature },
        };
        Ok(Self {
            gpt2: Arc::clone(&model.gpt2),
            eos: model.eos(),
            tokens: prompt.to_vec(),
            run: None,
            processor: LogitsProcessor::from_sampling(sampling.seed, chosen),
            remaining: sampling.max_tokens,
            stop: None,
        })
    }

    /// Starts after the tokens of a run, and computes none of them again.
    ///
    /// # Errors
    /// As [`new`](Self::new); [`Error::Argument`] for the run of another model.
    pub fn from_run(model: &LanguageModel, run: Run, sampling: &Sampling) -> Result<Self> {
        model.check_run(&run)?;
        let generation = Self::new(model, run.tokens(), sampling)?;
        Ok(Self {
            run: Some(run),
            ..generation
        })
    }

    /// The next token, or None once the generation has ended.
    ///
    /// # Errors
    /// [`Error::Prompt`] if the prompt is empty, too long or holds an unknown id; [`Error::Memory`] and [`Error::Overflow`] as
    /// a run.
    #[allow(clippy::should_implement_trait)] // Each token can fail.
    pub fn next(&mut self) -> Result<Option<u32>> {
        let gpt2 = &self.gpt2;
        gpt2.check_tokens(&self.tokens)?;
        if self.stop.is_none() {
            if self.remaining == 0 {
                self.stop = Some(Stop::MaxTokens);
            } else if self.tokens.len() == gpt2.config().n_positions {
                self.stop = Some(Stop::Positions);
            }
        }
        if self.stop.is_some() {
            return Ok(None);
        }
        let run = match &self.run {
            Some(earlier) => earlier.with_tokens(&self.tokens)?,
            None => gpt2.run(&self.tokens)?,
        };
        let logits = run.logits(self.tokens.len() - 1)?;
        self.run = Some(run);
        let token = self.processor.sample(&Tensor::new(logits, &Device::Cpu)?)?;
        self.tokens.push(token);
        if self.eos == Some(token) {
            self.stop = Some(Stop::EndOfText);
            return Ok(None);
        }
        self.remaining -= 1;
        Ok(Some(token))
    }

    /// Why it ended, once it has.
    pub fn stop(&self) -> Option<Stop> {
        self.stop
    }
}
