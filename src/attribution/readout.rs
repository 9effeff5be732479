//! What a part says: the tokens that it promotes and suppresses.
//!
//! With what a part wrote x, centered, and the final LayerNorm's scale as it was in the run,
//!
//! ```text
//! value of token t = (W_U[:, t] - mean over the vocabulary of W_U) . (gamma * x / scale)
//! ```
//!
//! which is the part's attribution for t as the answer. So one pass over the unembedding says it of all tokens, and of many parts.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::direction::dot;
use super::reading::{check_head, check_layer, put_before};
use super::{Part, Step};
use crate::gpt2::{Expectations, Outermost, Place, Progress, Run, Site, to_f64};
use crate::{Error, Result};

/// Parts that go over the unembedding together: enough for it to be read seldom.
const TOGETHER: usize = 256;

/// What writes to the residual stream at a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[non_exhaustive]
pub enum Written {
    /// A part of unit `component`, `head` or `neuron`.
    By(Part),
    /// `L9H9@5`: a head, of what it takes from one token.
    From(Step),
}

/// What a part says to the whole vocabulary.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Readout {
    /// Who says it.
    pub part: Written,
    /// The tokens that it raises most, with its attribution for each as the answer, highest first.
    pub promoted: Vec<(u32, f64)>,
    /// Those that it lowers most, lowest first.
    pub suppressed: Vec<(u32, f64)>,
}

/// What some parts say, in the making.
pub struct ReadoutTrial {
    run: Arc<Run>,
    position: usize,
    k: usize,
    /// How what was written is read: gamma / scale, `[d_model]`.
    read: Vec<f64>,
    /// Parts to come, the next one last.
    waiting: Vec<Written>,
    /// Those that go over the unembedding together, each with what its products are with, `[d_model]`.
    together: Vec<(Written, Vec<f64>)>,
    scan: Option<Outermost>,
    said: Vec<Readout>,
    progress: Progress,
}

/// What some parts say after a position: of each the `k` tokens that it promotes most, and suppresses most. In one pass over the
/// unembedding for many of them; up to 16 take little longer than one.
///
/// # Errors
/// As [`Run::read`].
pub fn readouts(run: &Arc<Run>, parts: &[Written], position: usize, k: usize) -> Result<ReadoutTrial> {
    let scale = f64::from(run.ln_final_scale(&[position])?[0]);
    let gamma = to_f64(&run.model().ln_f.weight)?;
    Ok(ReadoutTrial {
        run: Arc::clone(run),
        position,
        k,
        read: gamma.iter().map(|gamma| gamma / scale).collect(),
        waiting: parts.iter().rev().copied().collect(),
        together: Vec::new(),
        scan: None,
        said: Vec::new(),
        progress: Progress::of(Expectations::cost(run.model(), parts.len())),
    })
}

impl ReadoutTrial {
    /// Does some hundredths of a second of the work, and tells whether there is more.
    ///
    /// # Errors
    /// [`Error::Argument`] for what is no part of this model, or was replaced; as [`Run::read`].
    pub fn advance(&mut self) -> Result<bool> {
        let model = self.run.model();
        if let Some(scan) = &mut self.scan {
            match scan.advance(model)? {
                Some(done) => self.progress.done += done,
                None => self.leave()?,
            }
        } else if let Some(part) = self.waiting.pop_if(|_| self.together.len() < TOGETHER) {
            self.together.push((part, self.along(part)?));
        } else if !self.together.is_empty() {
            let numbers = self.together.iter().flat_map(|(_, along)| along);
            let rows: Vec<f32> = numbers.map(|&x| x as f32).collect();
            self.scan = Some(Outermost::new(model, &rows, self.k));
        }
        Ok(!self.waiting.is_empty() || !self.together.is_empty())
    }

    /// What a token's unembedding is multiplied by, `[d_model]`.
    fn along(&self, part: Written) -> Result<Vec<f64>> {
        let written = written(&self.run, part, self.position)?;
        let mean = written.iter().sum::<f64>() / written.len() as f64;
        let number = |(x, read): (&f64, &f64)| read * (x - mean);
        Ok(written.iter().zip(&self.read).map(number).collect())
    }

    /// What those that went together say, in float64.
    fn leave(&mut self) -> Result<()> {
        let model = self.run.model();
        let mean = model.unembedding_mean()?;
        let found = self.scan.take().into_iter().flat_map(Outermost::finish);
        for ((part, along), tokens) in self.together.drain(..).zip(found) {
            let value = |token| Ok((token, dot(&model.unembedding(token)?, &along) - dot(mean, &along)));
            let valued = |tokens: Vec<u32>| tokens.into_iter().map(value).collect::<Result<Vec<(u32, f64)>>>();
            let [promoted, suppressed] = tokens.map(valued);
            let (mut promoted, mut suppressed) = (promoted?, suppressed?);
            // What was found in float32 may be in another order.
            promoted.sort_by(|(_, a), (_, b)| b.total_cmp(a));
            suppressed.sort_by(|(_, a), (_, b)| a.total_cmp(b));
            self.said.push(Readout {
                part,
                promoted,
                suppressed,
            });
        }
        Ok(())
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// Of the first parts, those of which all is known by now.
    pub fn said(&self) -> &[Readout] {
        &self.said
    }

    /// All of it, in the order of the parts.
    ///
    /// # Errors
    /// As [`advance`](Self::advance).
    pub fn finish(mut self) -> Result<Vec<Readout>> {
        while self.advance()? {}
        Ok(self.said)
    }
}

/// What a part wrote at a position, `[d_model]`.
fn written(run: &Run, part: Written, position: usize) -> Result<Vec<f64>> {
    let model = run.model();
    let (config, d) = (model.config(), model.config().n_embd);
    let refused = |why| Error::Argument(format!("part: {part}: {why}"));
    let row = |site| to_f64(&run.read(site, &[position])?.squeeze(0)?);
    let layer = match part {
        Written::By(part) => part.layer(),
        Written::From(step) => Some(step.layer),
    };
    layer
        .map_or(Ok(()), |layer| check_layer(model, layer))
        .map_err(refused)?;
    let no_head = |layer| run.is_replaced(Place::AttnOut(layer), position);
    match part {
        Written::By(Part::Embed) => row(Site::Embed),
        Written::By(Part::PosEmbed) => row(Site::PosEmbed),
        Written::By(Part::AttnOut(layer)) => row(Site::AttnOut(layer)),
        Written::By(Part::MlpOut(layer)) => row(Site::MlpOut(layer)),
        Written::By(Part::Patch(layer)) => match run.is_replaced(Place::ResidPre(layer), position) {
            true => put_before(run, layer, position),
            false => Err(refused("nothing was put there".into())),
        },
        Written::By(Part::Head { layer, head }) => {
            check_head(model, head).map_err(refused)?;
            match no_head(layer) {
                true => Ok(vec![0.0; d]),
                false => Ok(run.head_results(layer, position)?[head * d..(head + 1) * d].to_vec()),
            }
        }
        Written::By(Part::Remainder) => remainder(run, position),
        Written::By(Part::MlpBias(layer)) => to_f64(model.h[layer].mlp.c_proj.bias()),
        Written::By(Part::Neuron { layer, neuron }) => {
            if run.is_replaced(Place::MlpOut(layer), position) {
                return Err(refused(
                    "what the MLP writes there was replaced, and comes from no neuron".into(),
                ));
            }
            let activation = run.neurons(layer, position)?.post.get(neuron).copied();
            let activation =
                activation.ok_or_else(|| refused(format!("each layer has neurons 0 to {}", config.n_inner - 1)))?;
            let row = model.h[layer].mlp.c_proj.row(neuron)?;
            Ok(row.into_iter().map(|w| f64::from(activation) * f64::from(w)).collect())
        }
        Written::From(Step { layer, head, token }) => {
            check_head(model, head).map_err(refused)?;
            if token > position {
                return Err(refused(format!(
                    "the head is at token {position}, and cannot read what comes after it"
                )));
            }
            if no_head(layer) || run.is_replaced(Place::Z { layer, head }, position) {
                return Err(refused(
                    "what the head writes there was replaced, and comes from no token".into(),
                ));
            }
            let attention = &model.h[layer].attn;
            let columns = config.columns_of(head);
            let value = to_f64(&run.values(layer, head)?.get(token)?)?;
            let paid = f64::from(run.pattern(layer, head, position)?[token]);
            let mut z = vec![0.0; d];
            for ((z, value), b_v) in z[columns.clone()].iter_mut().zip(value).zip(&attention.b_v[columns]) {
                *z = paid * (value - b_v);
            }
            let results = attention.c_proj.by_head(config.d_head(), &z)?;
            Ok(results[head * d..(head + 1) * d].to_vec())
        }
        Written::By(Part::Source(_)) => Err(refused("is read by many heads; name one, as L9H9@5".into())),
        Written::By(Part::Pre(_) | Part::Mid(_) | Part::FinalPost) => {
            Err(refused("is a state of the residual stream, and no part of it".into()))
        }
    }
}

/// What no head writes, as unit `head` has it.
fn remainder(run: &Run, position: usize) -> Result<Vec<f64>> {
    let model = run.model();
    let part = |part| written(run, Written::By(part), position);
    let mut sum = part(Part::Embed)?;
    let mut add = |x: Vec<f64>| sum.iter_mut().zip(x).for_each(|(sum, x)| *sum += x);
    add(part(Part::PosEmbed)?);
    for layer in 0..model.config().n_layer {
        add(match run.is_replaced(Place::AttnOut(layer), position) {
            true => part(Part::AttnOut(layer))?,
            false => model.h[layer].attn.b_o.clone(),
        });
        add(part(Part::MlpOut(layer))?);
        if run.is_replaced(Place::ResidPre(layer), position) {
            add(part(Part::Patch(layer))?);
        }
    }
    Ok(sum)
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Written::By(part) => part.fmt(f),
            Written::From(step) => step.fmt(f),
        }
    }
}

impl FromStr for Written {
    type Err = Error;

    fn from_str(label: &str) -> Result<Self> {
        match label.parse() {
            Ok(step) => Ok(Written::From(step)),
            Err(_) => label.parse().map(Written::By).map_err(|_| {
                Error::Argument(format!(
                    "part: {label:?} is not a label such as 3_mlp_out, L3H7 or L3N17, or L3H7@5 for what a head takes from a token"
                ))
            }),
        }
    }
}

impl From<Written> for String {
    fn from(part: Written) -> Self {
        part.to_string()
    }
}

impl TryFrom<String> for Written {
    type Error = Error;

    fn try_from(label: String) -> Result<Self> {
        label.parse()
    }
}
