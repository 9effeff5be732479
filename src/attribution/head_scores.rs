//! What heads are, whatever is asked: where they look in random tokens said twice, and whether they say what they read.

use std::sync::Arc;

use serde::Serialize;

use super::direction::{centered, dot};
use crate::gpt2::{Forward, Gpt2, LanguageModel, Progress, Run, Site, to_f64};
use crate::{Error, Result};

/// How many random tokens are said twice, if nobody says otherwise and the model has room for so many.
const USUAL: usize = 50;
/// What follows a token is another one.
const FEWEST: usize = 2;

/// What each head does on `length` different random tokens, said twice after the token that begins a text (if the model has one). They
/// are whole words of the vocabulary, or any tokens but special ones where there are no words.
///
/// Where it looks is the mean attention over the tokens from which there is something to look at. TransformerLens's `detect_head`
/// (`error_measure="mul"`) has the same sum, divided by the number of all tokens, `2 length + 1`.
///
/// Each is `[layer][head]`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HeadScores {
    /// How many tokens are said twice.
    pub length: usize,
    /// What they are drawn by.
    pub seed: u64,
    /// All tokens of the prompt, `[pos]`.
    pub tokens: Vec<u32>,
    /// Attention to the token before, from every token but the first.
    pub previous: Vec<Vec<f64>>,
    /// Attention to where the same token stood the first time, from the second time on.
    pub duplicate: Vec<Vec<f64>>,
    /// Attention to what followed the same token the first time, from the second time on: what comes next (Olsson et al. 2022).
    pub induction: Vec<Vec<f64>>,
    /// Attention to the first token of all, from every other.
    pub first: Vec<Vec<f64>>,
    /// Whether its OV circuit raises the token that it reads: of two of the random tokens, how much more often what the head moves from
    /// one (as it stands there the first time, through `ln_1`, W_V and W_O, to the final LayerNorm's weight and the unembedding)
    /// raises that one more than the other, than it does the other more: 1 for always, 0 for chance, -1 for never. Wang et al.'s copy
    /// score (2022) by pairs, in place of the share of tokens among their five highest.
    pub copying: Vec<Vec<f64>>,
}

/// Head scores in the making.
pub struct HeadScoresTrial {
    model: Arc<Gpt2>,
    scores: HeadScores,
    /// Where the random tokens begin.
    start: usize,
    forward: Forward,
    run: Option<Arc<Run>>,
    /// How many tokens the last block has been computed at.
    read: usize,
    /// What each random token's logit is read along, `[token][d_model]`.
    directions: Vec<Vec<f64>>,
    /// What is moved from each random token to the logit of each, in the layer that comes next, `[logit][head][token]`.
    moved: Vec<Vec<Vec<f64>>>,
}

/// Asks what the heads of a model are. No `length` is 50, or as many as fit into the model's context; the same `seed` draws the same
/// tokens, on every machine.
///
/// # Errors
/// [`Error::Argument`] for a length that does not fit into the model's context or vocabulary, or is less than 2.
pub fn head_scores(model: &LanguageModel, length: Option<usize>, seed: u64) -> Result<HeadScoresTrial> {
    let gpt2 = &model.gpt2;
    let bos = model.bos().ok().map(|bos| bos.id);
    let start = usize::from(bos.is_some());
    let mut ordinary = ordinary(model, bos);
    let context = gpt2.config().n_positions;
    let most = (context.saturating_sub(start) / 2).min(ordinary.len());
    let refused = |why: String| Err(Error::Argument(format!("length: {why}")));
    let length = match length {
        _ if most < FEWEST => {
            return refused(format!(
                "no {FEWEST} random tokens can be said twice to this model, which takes {context} tokens of {} different ones",
                ordinary.len()
            ));
        }
        None => USUAL.min(most),
        Some(length) if (FEWEST..=most).contains(&length) => length,
        Some(length) => {
            return refused(format!(
                "{length} is not between {FEWEST} and {most}: random tokens are said twice, and this model takes {context} tokens \
                 of {} different ones",
                ordinary.len()
            ));
        }
    };
    draw(&mut ordinary, length, seed);
    let tokens: Vec<u32> = bos.into_iter().chain([&ordinary[..], &ordinary[..]].concat()).collect();
    let gamma = to_f64(&gpt2.ln_f.weight)?;
    let direction = |&token| Ok(centered(&gamma, &gpt2.unembedding(token)?));
    Ok(HeadScoresTrial {
        forward: Forward::new(gpt2, &tokens, None)?,
        run: None,
        read: 0,
        start,
        directions: ordinary.iter().map(direction).collect::<Result<_>>()?,
        moved: Vec::new(),
        model: Arc::clone(gpt2),
        scores: HeadScores {
            length,
            seed,
            tokens,
            previous: Vec::new(),
            duplicate: Vec::new(),
            induction: Vec::new(),
            first: Vec::new(),
            copying: Vec::new(),
        },
    })
}

impl HeadScoresTrial {
    /// Does some hundredths of a second of the work, and tells whether there is more.
    ///
    /// # Errors
    /// [`Error::Memory`] and [`Error::Overflow`] as a run.
    pub fn advance(&mut self) -> Result<bool> {
        let layers = self.model.h.len();
        let Some(run) = self.run.clone() else {
            self.run = self.forward.advance()?;
            return Ok(true);
        };
        if self.read < run.tokens().len() {
            let end = (self.read.saturating_add(self.forward.step())).min(run.tokens().len());
            run.read(Site::Q(layers - 1), &(self.read..end).collect::<Vec<_>>())?;
            self.read = end;
        } else if self.scores.copying.len() < layers {
            self.read_logit(&run)?;
        }
        Ok(self.scores.copying.len() < layers)
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let config = self.model.config();
        let (layers, d) = (config.n_layer as u64, config.n_embd as u64);
        let of_layer = 4 * d * d + 2 * d * config.n_inner as u64;
        let (tokens, length) = (self.scores.tokens.len() as u64, self.scores.length as u64);
        let passed = match self.run {
            Some(_) => tokens,
            None => self.forward.done() as u64,
        };
        let logits = self.scores.copying.len() as u64 * length + self.moved.len() as u64;
        Progress {
            done: (passed * layers + self.read as u64) * of_layer + logits * d * d,
            total: tokens * (layers + 1) * of_layer + layers * length * d * d,
        }
    }

    /// What is known by now: the layers from the first on.
    pub fn scores(&self) -> &HeadScores {
        &self.scores
    }

    /// All of it.
    ///
    /// # Errors
    /// As [`advance`](Self::advance).
    pub fn finish(mut self) -> Result<HeadScores> {
        while self.advance()? {}
        Ok(self.scores)
    }

    /// What the next layer moves to one more of the logits; after the last of them, what its heads are.
    fn read_logit(&mut self, run: &Run) -> Result<()> {
        let (layer, length) = (self.scores.copying.len(), self.scores.length);
        let (attention, d_head) = (&self.model.h[layer].attn, self.model.config().d_head());
        let direction = &self.directions[self.moved.len()];
        let along = attention
            .c_proj
            .along::<false>(0..direction.len(), 0..direction.len(), direction)?;
        let mut of_heads = run.values_by_head(layer, self.start + length, &along)?;
        let biases = along.chunks(d_head).zip(attention.b_v.chunks(d_head));
        for (moved, (along, b_v)) in of_heads.iter_mut().zip(biases) {
            let bias = dot(along, b_v);
            moved.drain(..self.start);
            moved.iter_mut().for_each(|x| *x -= bias);
        }
        self.moved.push(of_heads);
        if self.moved.len() < length {
            return Ok(());
        }
        let moved = std::mem::take(&mut self.moved);
        let heads = 0..self.model.config().n_head;
        let looks = heads.clone().map(|head| Ok(self.looks(&run.patterns(layer, head)?)));
        let looks = looks.collect::<Result<Vec<_>>>()?;
        let scores = &mut self.scores;
        for (i, score) in [
            &mut scores.previous,
            &mut scores.duplicate,
            &mut scores.induction,
            &mut scores.first,
        ]
        .into_iter()
        .enumerate()
        {
            score.push(looks.iter().map(|looks| looks[i]).collect());
        }
        let copying = |head: usize| raised(length, |logit, token| moved[logit][head][token]);
        scores.copying.push(heads.map(copying).collect());
        Ok(())
    }

    /// Mean attention to the token before, to the same token, to what followed it, and to the first token of all.
    fn looks(&self, pattern: &[f32]) -> [f64; 4] {
        let length = self.scores.length;
        let mean = |from: usize, key: &dyn Fn(usize) -> usize| {
            let queries = from..self.scores.tokens.len();
            let paid = queries
                .clone()
                .map(|query| f64::from(pattern[query * (query + 1) / 2 + key(query)]));
            paid.sum::<f64>() / queries.len() as f64
        };
        let again = self.start + length;
        [
            mean(1, &|query| query - 1),
            mean(again, &|query| query - length),
            mean(again, &|query| query - length + 1),
            mean(1, &|_| 0),
        ]
    }
}

/// Of two tokens, how much more often what is moved from one raises that one more than the other, than it does the other more;
/// by `moved(logit, token)`.
fn raised(tokens: usize, moved: impl Fn(usize, usize) -> f64) -> f64 {
    let pairs = (0..tokens).flat_map(|token| (0..tokens).map(move |other| (token, other)));
    let signs = pairs.filter(|(token, other)| token != other).map(|(token, other)| {
        let (own, others) = (moved(token, token), moved(other, token));
        f64::from(i8::from(own > others) - i8::from(own < others))
    });
    signs.sum::<f64>() / (tokens * (tokens - 1)) as f64
}

/// The tokens that are drawn from: whole words, each a space and letters, since a model may never have seen the rest of its vocabulary;
/// where those are few, all that are nothing special.
fn ordinary(model: &LanguageModel, bos: Option<u32>) -> Vec<u32> {
    let ids = (0..model.gpt2.config().vocab_size as u32).filter(|&id| Some(id) != bos);
    let Some(tokenizer) = &model.tokenizer else {
        return ids.collect();
    };
    let ids = ids.filter(|&id| (id as usize) < tokenizer.size() && !tokenizer.is_special(id));
    let is_word = |&id: &u32| {
        let text = tokenizer.token_text(id);
        let word = text.strip_prefix(' ');
        word.is_some_and(|word| !word.is_empty() && word.chars().all(char::is_alphabetic))
    };
    let words: Vec<u32> = ids.clone().filter(is_word).collect();
    match words.len() < USUAL {
        true => ids.collect(),
        false => words,
    }
}

/// Leaves so many, drawn one by one: Fisher and Yates's shuffle by SplitMix64 (Steele et al. 2014).
fn draw(ids: &mut Vec<u32>, n: usize, mut seed: u64) {
    let mut next = || {
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    for i in 0..n {
        let left = (ids.len() - i) as u64;
        ids.swap(i, i + (next() % left) as usize);
    }
    ids.truncate(n);
}
