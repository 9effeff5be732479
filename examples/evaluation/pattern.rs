//! Where heads look: the attention patterns by which the literature names heads.

use std::fmt;

use anyhow::{Context, Result};
use logitscope::attribution::Part;
use logitscope::gpt2::LanguageModel;
use rand_chacha::ChaCha8Rng;

use super::{Spread, Subject, last_token_of};
use crate::corpus::{Sentence, Split, Task};

/// The position that looks, and the one that is looked at.
type Pair = (usize, usize);

/// From which tokens a head would look to which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// From each token to the one before it.
    PreviousToken,
    /// From a word said again to where it was said first.
    DuplicateToken,
    /// From a word said again to what followed it the first time.
    Induction,
    /// From the end to the indirect object, wherever it was named, as name movers look.
    NameMover,
    /// From the end to the person named first.
    FirstName,
    /// From the end to the person named second.
    SecondName,
    /// From the end to the giver's second mention, as S-inhibition heads look.
    SubjectInhibition,
    /// From the giver's second mention to the first.
    DuplicateName,
}

/// What the head looks at.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Pattern::PreviousToken => "at the token before, in random words",
            Pattern::DuplicateToken => "at the same word before, in random words said twice",
            Pattern::Induction => "at what followed the same word before, in random words said twice",
            Pattern::NameMover => "from the end at the indirect object, wherever it was named",
            Pattern::FirstName => "from the end at the person named first",
            Pattern::SecondName => "from the end at the person named second",
            Pattern::SubjectInhibition => "from the end at the giver's second mention",
            Pattern::DuplicateName => "from the giver's second mention at the first",
        })
    }
}

impl Pattern {
    pub const ALL: [Pattern; 8] = [
        Pattern::PreviousToken,
        Pattern::DuplicateToken,
        Pattern::Induction,
        Pattern::NameMover,
        Pattern::FirstName,
        Pattern::SecondName,
        Pattern::SubjectInhibition,
        Pattern::DuplicateName,
    ];

    /// What the literature calls a head that looks that way, where it has a name for it.
    pub fn head(self) -> Option<&'static str> {
        match self {
            Pattern::PreviousToken => Some("previous-token head"),
            Pattern::DuplicateToken => Some("duplicate-token head"),
            Pattern::Induction => Some("induction head"),
            Pattern::NameMover => Some("name mover"),
            _ => None,
        }
    }

    /// How much each head looks that way, most first, over `n` held-out sentences.
    pub fn measure<'a>(
        self,
        subject: impl Into<Subject<'a>>,
        n: usize,
        rng: &mut ChaCha8Rng,
    ) -> Result<Vec<(Part, Spread)>> {
        let subject = subject.into();
        let model = subject.model;
        let config = model.gpt2.config();
        let parts = (0..config.n_layer).flat_map(|layer| (0..config.n_head).map(move |head| (layer, head)));
        let parts: Vec<(usize, usize)> = parts.collect();
        let mut values = vec![Vec::new(); parts.len()];
        for i in 0..n {
            let task = match self {
                Pattern::PreviousToken | Pattern::DuplicateToken | Pattern::Induction => Task::Induction,
                _ if i % 2 == 0 => Task::IndirectObjectAbba,
                _ => Task::IndirectObjectBaba,
            };
            let sentence = Sentence::about(task, Split::HeldOut, rng);
            let (tokens, pairs) = self.pairs(model, &sentence)?;
            let run = subject.run(&tokens)?;
            for (values, &(layer, head)) in values.iter_mut().zip(&parts) {
                let mut paid = 0.0;
                for &(from, to) in &pairs {
                    paid += f64::from(run.pattern(layer, head, from)?[to]);
                }
                values.push(paid / pairs.len() as f64);
            }
        }
        let mut heads: Vec<(Part, Spread)> = parts
            .iter()
            .zip(&values)
            .map(|(&(layer, head), values)| (Part::Head { layer, head }, Spread::of(values)))
            .collect();
        heads.sort_by(|(_, a), (_, b)| b.mean.total_cmp(&a.mean));
        Ok(heads)
    }

    /// The tokens of a sentence, and the pairs of positions that the pattern speaks of.
    fn pairs(self, model: &LanguageModel, sentence: &Sentence) -> Result<(Vec<u32>, Vec<Pair>)> {
        if sentence.task == Task::Induction {
            let tokens = model.tokens(&format!("{}{}", sentence.prompt, sentence.answer), true)?;
            // BOS, n words, and the same n again. The first word is another token than the same one later.
            let n = (tokens.len() - 1) / 2;
            let pairs = match self {
                Pattern::PreviousToken => (2..=2 * n).map(|i| (i, i - 1)).collect(),
                Pattern::DuplicateToken => (2..=n).map(|i| (n + i, i)).collect(),
                _ => (2..n).map(|i| (n + i, i + 1)).collect(),
            };
            return Ok((tokens, pairs));
        }
        let tokens = model.tokens(&sentence.prompt, true)?;
        let giver = sentence.incorrect.as_deref().unwrap_or_default().trim();
        let second = last_token_of(model, &tokens, giver).context("the giver is named")?;
        let first = last_token_of(model, &tokens[..second], giver).context("the giver is named twice")?;
        let receiver = last_token_of(model, &tokens, &sentence.cue).context("the receiver is named")?;
        let end = tokens.len() - 1;
        let pair = match self {
            Pattern::NameMover => (end, receiver),
            Pattern::FirstName => (end, first.min(receiver)),
            Pattern::SecondName => (end, first.max(receiver)),
            Pattern::SubjectInhibition => (end, second),
            _ => (second, first),
        };
        Ok((tokens, vec![pair]))
    }
}
