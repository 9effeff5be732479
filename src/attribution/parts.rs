//! A number taken apart into what each part of the model wrote to the residual stream, and its result.

use super::neurons::Neurons;
use super::sources::Source;
use super::{Identity, Part, Question, Reading, Rows, Unit, heads, labels, unit};
use crate::gpt2::{Run, Site};
use crate::{Error, Result};

/// A number as a sum of what each part of the model adds to it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Attribution {
    /// How finely.
    pub unit: Unit,
    /// The parts, in TransformerLens's order and by its labels, `[component]`.
    pub labels: Vec<Part>,
    /// What each part adds, row-major `[component, position]`.
    pub attribution: Vec<f64>,
    /// By how much what each part has to say is multiplied, `[component]`: the attention paid to a source, a neuron's
    /// activation, none for the output bias. Empty for other units.
    pub factors: Vec<Option<f64>>,
    /// The positions of the question, ascending, `[position]`.
    pub positions: Vec<usize>,
    /// What the parts add up to, and what they should.
    pub identity: Identity,
}

impl Attribution {
    /// The `k` highest parts with their values, highest first; with several positions, by the mean over them. As
    /// TransformerLens's `DirectLogitAttribution.top`.
    pub fn top(&self, k: usize) -> Vec<(Part, f64)> {
        unit::top(&self.labels, &self.attribution, k)
    }

    /// The `k` parts of the largest magnitude with their values, largest first; with several positions, by that of their mean.
    pub fn strongest(&self, k: usize) -> Vec<(Part, f64)> {
        unit::strongest(&self.labels, &self.attribution, k)
    }
}

/// Takes a number apart: the logit of the answer, or its difference to what it is compared with, as it is or as far as it
/// comes through a path; a neuron's input; an attention score.
///
/// Everything is read from the run; what the last block does at the positions asked is computed if nobody asked before,
/// and nothing grows with the vocabulary, but for the probabilities that a [`Contrast`](super::Contrast) asks for. This is what each part itself wrote to the residual stream, as it is read there:
/// at the scale that the LayerNorm had in this run, and with attention's patterns as they were. What a part does by changing the
/// input of later parts is counted with those, and what it does to scales and patterns is not counted.
///
/// # Errors
/// [`Error::Answer`] for an id outside the vocabulary, or a token that is compared with itself; [`Error::Position`] for
/// a position outside the run, or all of them where one is needed; [`Error::Path`] for a step that cannot be taken;
/// [`Error::Argument`] for a part that there is not; [`Error::Overflow`] as [`Run::read`].
pub fn attribute(run: &Run, question: &Question, unit: Unit) -> Result<Attribution> {
    taken_apart(Reading::new(run, question)?, unit)
}

pub(super) fn taken_apart(reading: Reading, unit: Unit) -> Result<Attribution> {
    let config = reading.run.model().config();
    let attentions = reading.stream.attentions(config);
    let mut factors = Vec::new();
    let (parts, attribution, identity) = match unit {
        Unit::Component => {
            let (parts, rows) = components(&reading)?;
            let identity = Identity::measure(&reading, totals(&rows), &vec![0.0; reading.at.len()])?;
            (parts, rows.concat(), identity)
        }
        Unit::Head => {
            let mut rows = heads::heads(&reading)?;
            rows.push(heads::remainder(&reading)?);
            let identity = Identity::measure(&reading, totals(&rows), &heads::rounding(&reading)?)?;
            (labels::heads(attentions, config.n_head), rows.concat(), identity)
        }
        Unit::Source { layer, head } => {
            one_position(&reading)?;
            reading.check_head(layer, head).map_err(of)?;
            let source = Source::of(&reading, layer, head)?;
            let identity = source.identity(&reading, layer, head)?;
            factors = source.pattern.into_iter().map(Some).collect();
            (labels::sources(factors.len()), source.attribution, identity)
        }
        Unit::Neuron { layer } => {
            one_position(&reading)?;
            reading.check_mlp(layer).map_err(of)?;
            let neurons = Neurons::of(&reading, layer)?;
            let identity = neurons.identity(&reading, layer)?;
            factors = neurons.activation.into_iter().map(Some).chain([None]).collect();
            (labels::neurons(layer, config.n_inner), neurons.attribution, identity)
        }
    };
    Ok(Attribution {
        unit,
        labels: parts,
        attribution,
        factors,
        positions: reading.positions,
        identity,
    })
}

fn of(why: String) -> Error {
    Error::Argument(format!("of: {why}"))
}

fn one_position(reading: &Reading) -> Result<()> {
    match reading.positions.len() {
        1 => Ok(()),
        _ => Err(Error::Position(
            "a head's sources, or an MLP's neurons, are those of one position; give one".into(),
        )),
    }
}

fn totals(rows: &Rows) -> Vec<f64> {
    let positions = rows.first().map_or(0, Vec::len);
    (0..positions).map(|p| rows.iter().map(|row| row[p]).sum()).collect()
}

fn components(reading: &Reading) -> Result<(Vec<Part>, Rows)> {
    let config = reading.run.model().config();
    let (attentions, mlps) = (reading.stream.attentions(config), reading.stream.mlps(config));
    let (mut parts, mut rows) = (labels::components(attentions, mlps), Rows::new());
    for part in &parts {
        rows.push(reading.of(match *part {
            Part::PosEmbed => Site::PosEmbed,
            Part::AttnOut(layer) => Site::AttnOut(layer),
            Part::MlpOut(layer) => Site::MlpOut(layer),
            _ => Site::Embed,
        })?);
    }
    for (layer, row) in reading.patches()? {
        parts.push(Part::Patch(layer));
        rows.push(row);
    }
    Ok((parts, rows))
}

/// What each head takes from each token, at one position.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Sources {
    /// The heads that are parts of what is read, layer by layer, `[head]`.
    pub heads: Vec<Part>,
    /// What each takes from each token up to where it reads, row-major `[head, key]`.
    pub attribution: Vec<f64>,
    /// The attention that each pays, row-major `[head, key]`.
    pub pattern: Vec<f64>,
}

/// What each head takes from each token: as unit `source`, of all heads in one pass over attention's output weights.
///
/// # Errors
/// As [`attribute`].
pub fn sources(run: &Run, question: &Question) -> Result<Sources> {
    let reading = Reading::new(run, question)?;
    one_position(&reading)?;
    let config = run.model().config();
    let layers = reading.stream.attentions(config);
    let mut heads = labels::heads(layers, config.n_head);
    heads.pop();
    let (mut attribution, mut pattern) = (Vec::new(), Vec::new());
    for layer in 0..layers {
        for source in Source::of_layer(&reading, layer)? {
            attribution.extend(source.attribution);
            pattern.extend(source.pattern);
        }
    }
    Ok(Sources {
        heads,
        attribution,
        pattern,
    })
}
