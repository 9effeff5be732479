//! Who is examined: a model, or what is left of it without a part.

use anyhow::Result;
use logitscope::attribution::{Ablation, Part, without};
use logitscope::gpt2::{LanguageModel, Run};

#[derive(Clone, Copy)]
pub struct Subject<'a> {
    pub model: &'a LanguageModel,
    /// A part that writes nothing, at every token.
    pub without: Option<Part>,
}

impl Subject<'_> {
    pub fn run(&self, tokens: &[u32]) -> Result<Run> {
        let run = self.model.gpt2.run(tokens)?;
        match self.without {
            Some(part) => Ok(without(&run, part, Ablation::Zero, None)?),
            None => Ok(run),
        }
    }
}

impl<'a> From<&'a LanguageModel> for Subject<'a> {
    fn from(model: &'a LanguageModel) -> Self {
        Self { model, without: None }
    }
}
