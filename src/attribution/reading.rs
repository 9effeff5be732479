//! A number of a run that reads the residual stream along a direction: a logit, and what a head, a neuron or a score made of
//! it.

use std::ops::Range;

use super::direction::{centered, dot};
use super::rounding;
use super::sources::Source;
use super::stream::Stream;
use super::{LogitDirection, Position, Question, Side, Step, Target};
use crate::gpt2::{Gpt2, Linear, Place, Run, Site, to_f64};
use crate::{Error, Result};

/// A question about a run, ready to be put to any part of the residual stream.
pub(super) struct Reading<'a> {
    pub run: &'a Run,
    /// The positions of the question, `[position]`.
    pub positions: Vec<usize>,
    /// What is read.
    pub stream: Stream,
    /// At which token it is read for each position, `[position]`.
    pub at: Vec<usize>,
    /// The direction that it is read along: the LayerNorm's weight folded in, and centered, `[d_model]`.
    pub direction: Vec<f64>,
    /// What the LayerNorm divides by there, `[position]`.
    pub scale: Vec<f64>,
    /// The number as the forward pass has it, `[position]`.
    pub value: Vec<f64>,
    /// Its share that comes from biases, and from no part of the residual stream.
    pub bias: f64,
    /// The variance of what lies between the residual stream and the number, in roundings squared, `[position]`.
    pub rounding: Vec<f64>,
}

impl<'a> Reading<'a> {
    pub fn new(run: &'a Run, question: &Question) -> Result<Self> {
        let positions = question.position.resolve(run.tokens().len())?;
        let only = || match (positions.as_slice(), question.position) {
            (&[position], _) => Ok(position),
            (_, Position::All) => Err(Error::Position(
                "a path, a neuron and a score are those of one position; give one".into(),
            )),
            _ => unreachable!("one position is one position"),
        };
        let mut reading = match question.target {
            Target::Logit { answer, ref contrast } => {
                let direction = LogitDirection::new(run, &positions, answer, contrast)?;
                Self::of_logit(run, positions.clone(), direction)?
            }
            Target::Neuron { layer, neuron } => Self::of_neuron(run, only()?, layer, neuron)?,
            Target::Score { step, side } => Self::of_score(run, only()?, step, side)?,
        };
        if !question.path.is_empty() {
            only()?;
        }
        for (i, &step) in question.path.iter().enumerate() {
            reading = reading.follow(step).map_err(|error| match error {
                Error::Path(why) => Error::Path(format!("step {}, {step}: {why}", i + 1)),
                other => other,
            })?;
        }
        reading.check_finite(question)?;
        Ok(reading)
    }

    /// Refuses numbers that the pass itself never needed, as a neuron's input that its activation function makes zero.
    fn check_finite(&self, question: &Question) -> Result<()> {
        let numbers = (self.value.iter().chain(&self.direction)).chain([&self.bias]);
        match numbers.copied().find(|x| !x.is_finite()) {
            Some(x) => {
                let through: Vec<String> = question.path.iter().map(|step| format!(" through {step}")).collect();
                Err(Error::Overflow(format!(
                    "what explains {}{} at position {} is {x}",
                    question.target,
                    through.concat(),
                    self.positions[0]
                )))
            }
            None => Ok(()),
        }
    }

    pub fn of_logit(run: &'a Run, positions: Vec<usize>, direction: LogitDirection) -> Result<Self> {
        let scale: Vec<f64> = run.ln_final_scale(&positions)?.into_iter().map(f64::from).collect();
        let outputs = rows(run, Site::LnFinal, &positions)?;
        let inputs = rows(run, Site::ResidFinal, &positions)?;
        let rounding = (outputs.iter().zip(&inputs).zip(&scale))
            .map(|((output, input), &scale)| {
                rounding::layer_norm(&run.model().ln_f, input, output, scale, &direction.unembedding)
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            run,
            stream: Stream::Final,
            at: positions.clone(),
            positions,
            scale,
            value: outputs.iter().map(|x| dot(x, &direction.unembedding)).collect(),
            bias: direction.bias,
            direction: direction.residual,
            rounding,
        })
    }

    fn of_neuron(run: &'a Run, position: usize, layer: usize, neuron: usize) -> Result<Self> {
        let model = run.model();
        check_layer(model, layer).map_err(explain)?;
        let d_mlp = model.config().n_inner;
        if neuron >= d_mlp {
            return Err(explain(format!(
                "layer {layer} has no neuron {neuron}; its neurons are 0 to {}",
                d_mlp - 1
            )));
        }
        let pre = f64::from(run.neurons(layer, position)?.pre[neuron]);
        let c_fc = &model.h[layer].mlp.c_fc;
        let read = Read {
            stream: Stream::Mid(layer),
            at: position,
            linear: c_fc,
            columns: neuron..neuron + 1,
            coefficients: &[1.0],
            outputs: &[pre],
        };
        read.by(run, position)
    }

    fn of_score(run: &'a Run, position: usize, Step { layer, head, token }: Step, side: Side) -> Result<Self> {
        let model = run.model();
        check_layer(model, layer).map_err(explain)?;
        check_head(model, head).map_err(explain)?;
        if token > position {
            return Err(explain(format!(
                "the query at token {position} does not see the key at token {token}, which comes after it"
            )));
        }
        let attention = &model.h[layer].attn;
        let (d, of_head) = (model.config().n_embd, model.config().columns_of(head));
        let of = |site, at| head_of(run, site, at, &of_head);
        let (query, key) = (of(Site::Q(layer), position)?, of(Site::K(layer), token)?);
        let (at, start, outputs, other) = match side {
            Side::Key => (token, d, key, query),
            Side::Query => (position, 0, query, key),
        };
        let coefficients: Vec<f64> = other.iter().map(|x| x * attention.score_scale).collect();
        let read = Read {
            stream: Stream::Pre(layer),
            at,
            linear: &attention.c_attn,
            columns: start + of_head.start..start + of_head.end,
            coefficients: &coefficients,
            outputs: &outputs,
        };
        read.by(run, position)
    }

    /// What a head, which is a part of this reading, reads at a token: as it moves this reading.
    fn follow(&self, Step { layer, head, token }: Step) -> Result<Reading<'a>> {
        let (run, model, at) = (self.run, self.run.model(), self.at[0]);
        self.check_head(layer, head).map_err(Error::Path)?;
        if token > at {
            return Err(Error::Path(format!(
                "the head is at token {at}, and cannot read token {token}, which comes after it"
            )));
        }
        if self.replaced(Place::V { layer, head }, token) {
            return Err(Error::Path(format!(
                "the value of L{layer}H{head} at token {token} was replaced, and comes from nothing there"
            )));
        }
        let source = Source::of(self, layer, head)?;
        let attention = &model.h[layer].attn;
        let of_head = model.config().columns_of(head);
        let first = 2 * model.config().n_embd;
        let coefficients: Vec<f64> = source.along.iter().map(|w| w * source.pattern[token]).collect();
        let read = Read {
            stream: Stream::Pre(layer),
            at: token,
            linear: &attention.c_attn,
            columns: first + of_head.start..first + of_head.end,
            coefficients: &coefficients,
            outputs: &head_of(run, Site::V(layer), token, &of_head)?,
        };
        let mut reading = read.by(run, self.positions[0])?;
        // A head's value bias is in no source.
        let bias = &attention.b_v[of_head];
        reading.rounding[0] += rounding::of_bias(bias, &coefficients, model.config().n_embd);
        (reading.value, reading.bias) = (vec![source.attribution[token]], 0.0);
        Ok(reading)
    }

    /// Refuses a head that is not a part of what is read, saying why.
    pub fn check_head(&self, layer: usize, head: usize) -> std::result::Result<(), String> {
        let model = self.run.model();
        check_layer(model, layer)?;
        check_head(model, head)?;
        self.check_before(layer, self.stream.attentions(model.config()), "layer")?;
        match self.heads_replaced(layer, self.at[0]) || self.replaced(Place::Z { layer, head }, self.at[0]) {
            true => Err(format!(
                "what L{layer}H{head} writes at token {} was replaced, and comes from no token",
                self.at[0]
            )),
            false => Ok(()),
        }
    }

    /// Whether what all heads of a layer write at a token was replaced as one.
    pub fn heads_replaced(&self, layer: usize, at: usize) -> bool {
        self.replaced(Place::AttnOut(layer), at)
    }

    fn replaced(&self, place: Place, at: usize) -> bool {
        self.run.is_replaced(place, at)
    }

    /// What was put into the residual stream as far as it is read, beyond what was there: of each layer before which something
    /// was, `[position]`.
    pub fn patches(&self) -> Result<Vec<(usize, Vec<f64>)>> {
        let before = self.stream.states(self.run.model().config());
        let layers = before.iter().filter_map(|&(_, site)| match site {
            Site::ResidPre(layer) => Some(layer),
            _ => None,
        });
        let mut patches = Vec::new();
        for layer in layers {
            let put = |at: &usize| self.replaced(Place::ResidPre(layer), *at);
            if !self.at.iter().any(put) {
                continue;
            }
            let mut row = vec![0.0; self.at.len()];
            for (p, at) in self.at.iter().enumerate().filter(|(_, at)| put(at)) {
                row[p] = dot(&put_before(self.run, layer, *at)?, &self.direction) / self.scale[p];
            }
            patches.push((layer, row));
        }
        Ok(patches)
    }

    /// Refuses an MLP that is not a part of what is read, saying why.
    pub fn check_mlp(&self, layer: usize) -> std::result::Result<(), String> {
        let model = self.run.model();
        check_layer(model, layer)?;
        self.check_before(layer, self.stream.mlps(model.config()), "the MLP of layer")?;
        match self.replaced(Place::MlpOut(layer), self.at[0]) {
            true => Err(format!(
                "what the MLP of layer {layer} writes at token {} was replaced, and comes from no neuron",
                self.at[0]
            )),
            false => Ok(()),
        }
    }

    /// Refuses a layer that is not one of the first `n`, whose parts have been added by what is read.
    fn check_before(&self, layer: usize, n: usize, what: &str) -> std::result::Result<(), String> {
        let last = match n.checked_sub(1) {
            Some(last) if layer <= last => return Ok(()),
            Some(last) => format!("the last before that is {what} {last}"),
            None => "only the embeddings come before that".into(),
        };
        let state = self.stream.state();
        Err(format!("{what} {layer} comes after what is read here, {state}; {last}"))
    }

    /// `(x . u) / scale` of a part x of the residual stream, `[position]`.
    pub fn of(&self, part: Site) -> Result<Vec<f64>> {
        let along = |(x, scale): (Vec<f64>, &f64)| dot(&x, &self.direction) / scale;
        Ok(self.rows(part)?.into_iter().zip(&self.scale).map(along).collect())
    }

    /// The sum of the squares of what [`of`](Self::of) sums, `[position]`.
    pub fn squares(&self, part: Site) -> Result<Vec<f64>> {
        let squares = |(x, scale): (Vec<f64>, &f64)| {
            let squares = x.iter().zip(&self.direction).map(|(x, u)| (x * u).powi(2));
            squares.sum::<f64>() / (scale * scale)
        };
        Ok(self.rows(part)?.into_iter().zip(&self.scale).map(squares).collect())
    }

    /// An activation where the stream is read, `[position][width]`.
    pub fn rows(&self, site: Site) -> Result<Vec<Vec<f64>>> {
        rows(self.run, site, &self.at)
    }
}

/// Some outputs of a linear layer that reads the residual stream through a LayerNorm, as a sum with coefficients.
struct Read<'a> {
    stream: Stream,
    at: usize,
    linear: &'a Linear,
    columns: Range<usize>,
    /// `[columns]`
    coefficients: &'a [f64],
    /// What the forward pass made of them, `[columns]`.
    outputs: &'a [f64],
}

impl Read<'_> {
    /// As a question after `position` asks for it.
    fn by<'a>(&self, run: &'a Run, position: usize) -> Result<Reading<'a>> {
        let Read {
            stream,
            at,
            linear,
            coefficients,
            outputs,
            ..
        } = *self;
        let model = run.model();
        let norm = match stream {
            Stream::Pre(layer) => &model.h[layer].ln_1,
            Stream::Mid(layer) => &model.h[layer].ln_2,
            Stream::Final => &model.ln_f,
        };
        let input = run.read(stream.site(), &[at])?;
        let output = to_f64(&norm.forward(&input)?.squeeze(0)?)?;
        let scale = f64::from(norm.scale(&input)?[0]);
        let d = model.config().n_embd;
        let w = linear.along::<false>(0..d, self.columns.clone(), coefficients)?;
        let (gamma, beta) = (to_f64(&norm.weight)?, to_f64(&norm.bias)?);
        let bias = to_f64(&linear.bias().narrow(0, self.columns.start, self.columns.len())?)?;

        let squares = linear.along::<true>(0..d, self.columns.clone(), coefficients)?;
        let walked: f64 = output.iter().zip(&squares).map(|(x, w)| x * x * w).sum();
        let input = to_f64(&input.squeeze(0)?)?;
        let rounding =
            rounding::layer_norm(norm, &input, &output, scale, &w)? + rounding::sums(d, outputs, coefficients, walked);
        Ok(Reading {
            run,
            positions: vec![position],
            stream,
            at: vec![at],
            direction: centered(&gamma, &w),
            scale: vec![scale],
            value: vec![dot(outputs, coefficients)],
            bias: dot(&bias, coefficients) + dot(&beta, &w),
            rounding: vec![rounding],
        })
    }
}

/// An activation at some positions, `[position][width]`.
fn rows(run: &Run, site: Site, positions: &[usize]) -> Result<Vec<Vec<f64>>> {
    let x = run.read(site, positions)?;
    (0..positions.len()).map(|p| to_f64(&x.get(p)?)).collect()
}

fn stream(run: &Run, site: Site, at: usize) -> Result<Vec<f64>> {
    to_f64(&run.read(site, &[at])?.squeeze(0)?)
}

/// What was put into the residual stream before a layer at a token, beyond what was there.
pub(super) fn put_before(run: &Run, layer: usize, at: usize) -> Result<Vec<f64>> {
    let (new, old) = (stream(run, Site::ResidPre(layer), at)?, written_by(run, layer, at)?);
    Ok(new.iter().zip(old).map(|(new, old)| new - old).collect())
}

/// The residual stream that the parts below a layer have written at a token.
fn written_by(run: &Run, layer: usize, at: usize) -> Result<Vec<f64>> {
    let [a, b] = match layer.checked_sub(1) {
        Some(below) => [Site::ResidMid(below), Site::MlpOut(below)],
        None => [Site::Embed, Site::PosEmbed],
    };
    let (a, b) = (stream(run, a, at)?, stream(run, b, at)?);
    Ok(a.iter().zip(b).map(|(a, b)| a + b).collect())
}

/// One head's columns of an activation at one token.
fn head_of(run: &Run, site: Site, at: usize, columns: &Range<usize>) -> Result<Vec<f64>> {
    let row = run.read(site, &[at])?.squeeze(0)?;
    to_f64(&row.narrow(0, columns.start, columns.len())?)
}

fn explain(why: String) -> Error {
    Error::Argument(format!("explain: {why}"))
}

pub(super) fn check_layer(model: &Gpt2, layer: usize) -> std::result::Result<(), String> {
    match model.h.len() {
        n if layer < n => Ok(()),
        n => Err(format!(
            "there is no layer {layer}; this model has layers 0 to {}",
            n - 1
        )),
    }
}

pub(super) fn check_head(model: &Gpt2, head: usize) -> std::result::Result<(), String> {
    match model.config().n_head {
        n if head < n => Ok(()),
        n => Err(format!("there is no head {head}; each layer has heads 0 to {}", n - 1)),
    }
}
