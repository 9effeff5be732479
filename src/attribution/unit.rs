//! The ways to take a logit apart, and the names of the parts and of what they add up to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// How finely a number, or one part's share of it, is taken apart, into parts that add up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unit {
    /// The embeddings, and each layer's attention and MLP.
    Component,
    /// Each attention head, and one remainder for everything else.
    Head,
    /// What one head takes from each token that it sees.
    Source {
        /// The head's layer.
        layer: usize,
        /// The head.
        head: usize,
    },
    /// Each neuron of one MLP, and its output bias.
    Neuron {
        /// The MLP's layer.
        layer: usize,
    },
}

impl Unit {
    /// The part that is taken apart, if it is not the whole number.
    pub fn of(self) -> Option<Part> {
        match self {
            Unit::Source { layer, head } => Some(Part::Head { layer, head }),
            Unit::Neuron { layer } => Some(Part::MlpOut(layer)),
            Unit::Component | Unit::Head => None,
        }
    }
}

/// One part of the model, or the residual stream between two; displayed and parsed as TransformerLens's label.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Part {
    /// `embed`
    Embed,
    /// `pos_embed`
    PosEmbed,
    /// `3_attn_out`
    AttnOut(usize),
    /// `3_mlp_out`
    MlpOut(usize),
    /// `3_patch`: what a patch put into the residual stream before layer 3, beyond what was there.
    Patch(usize),
    /// `3_pre`: the residual stream before layer 3.
    Pre(usize),
    /// `3_mid`: the residual stream between attention and MLP of layer 3.
    Mid(usize),
    /// `final_post`: the residual stream after the last layer.
    FinalPost,
    /// `L3H7`
    Head {
        /// Counted from 0.
        layer: usize,
        /// Counted from 0.
        head: usize,
    },
    /// `remainder`: what no head wrote, i.e. embeddings, MLPs, attention's output biases and its value biases.
    Remainder,
    /// `@5`: the token at a position, as what a head reads.
    Source(usize),
    /// `L3N17`
    Neuron {
        /// Counted from 0.
        layer: usize,
        /// Counted from 0.
        neuron: usize,
    },
    /// `3_mlp_bias`: the output bias of the MLP of layer 3, which no neuron writes.
    MlpBias(usize),
}

impl Part {
    /// The layer that the part belongs to, if it belongs to one.
    pub fn layer(self) -> Option<usize> {
        match self {
            Part::AttnOut(layer)
            | Part::MlpOut(layer)
            | Part::Patch(layer)
            | Part::Pre(layer)
            | Part::Mid(layer)
            | Part::MlpBias(layer) => Some(layer),
            Part::Head { layer, .. } | Part::Neuron { layer, .. } => Some(layer),
            Part::Embed | Part::PosEmbed | Part::FinalPost | Part::Remainder | Part::Source(_) => None,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Part::Embed => f.write_str("embed"),
            Part::PosEmbed => f.write_str("pos_embed"),
            Part::AttnOut(layer) => write!(f, "{layer}_attn_out"),
            Part::MlpOut(layer) => write!(f, "{layer}_mlp_out"),
            Part::Patch(layer) => write!(f, "{layer}_patch"),
            Part::Pre(layer) => write!(f, "{layer}_pre"),
            Part::Mid(layer) => write!(f, "{layer}_mid"),
            Part::FinalPost => f.write_str("final_post"),
            Part::Head { layer, head } => write!(f, "L{layer}H{head}"),
            Part::Remainder => f.write_str("remainder"),
            Part::Source(token) => write!(f, "@{token}"),
            Part::Neuron { layer, neuron } => write!(f, "L{layer}N{neuron}"),
            Part::MlpBias(layer) => write!(f, "{layer}_mlp_bias"),
        }
    }
}

impl From<Part> for String {
    fn from(part: Part) -> Self {
        part.to_string()
    }
}

impl TryFrom<String> for Part {
    type Error = Error;

    fn try_from(label: String) -> Result<Self> {
        label.parse()
    }
}

impl FromStr for Part {
    type Err = Error;

    fn from_str(label: &str) -> Result<Self> {
        let part = match label {
            "embed" => Some(Part::Embed),
            "pos_embed" => Some(Part::PosEmbed),
            "final_post" => Some(Part::FinalPost),
            "remainder" => Some(Part::Remainder),
            _ => parse(label),
        };
        part.ok_or_else(|| {
            Error::Argument(format!(
                "part: {label:?} is not a label such as embed, 3_attn_out, 3_mid, L3H7, L3N17 or remainder"
            ))
        })
    }
}

/// A label with a number in it.
fn parse(label: &str) -> Option<Part> {
    // Not with a sign, which `parse` would take.
    let index = |digits: &str| {
        digits
            .bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| digits.parse().ok())?
    };
    if let Some(token) = label.strip_prefix('@') {
        return Some(Part::Source(index(token)?));
    }
    if let Some(rest) = label.strip_prefix('L') {
        let at = rest.find(['H', 'N'])?;
        let (layer, of_layer) = (index(&rest[..at])?, index(&rest[at + 1..])?);
        return Some(match rest.as_bytes()[at] {
            b'H' => Part::Head { layer, head: of_layer },
            _ => Part::Neuron {
                layer,
                neuron: of_layer,
            },
        });
    }
    let (layer, kind) = label.split_once('_')?;
    let layer = index(layer)?;
    Some(match kind {
        "attn_out" => Part::AttnOut(layer),
        "mlp_out" => Part::MlpOut(layer),
        "mlp_bias" => Part::MlpBias(layer),
        "patch" => Part::Patch(layer),
        "pre" => Part::Pre(layer),
        "mid" => Part::Mid(layer),
        _ => return None,
    })
}

/// Rows with their means over the positions, of `values` `[label, position]`, in the order of the labels.
pub(super) fn means(labels: &[Part], values: &[f64]) -> Vec<(Part, f64)> {
    let n = values.len() / labels.len().max(1);
    let mean = |row: &[f64]| row.iter().sum::<f64>() / n as f64;
    labels.iter().copied().zip(values.chunks(n.max(1)).map(mean)).collect()
}

/// The `k` highest rows of `values` `[label, position]` by their mean, highest first.
pub(super) fn top(labels: &[Part], values: &[f64], k: usize) -> Vec<(Part, f64)> {
    let mut rows = means(labels, values);
    rows.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    rows.truncate(k);
    rows
}

/// The `k` rows of `values` `[label, position]` that are largest by the magnitude of their mean, largest first.
pub(super) fn strongest(labels: &[Part], values: &[f64], k: usize) -> Vec<(Part, f64)> {
    let mut rows = means(labels, values);
    rows.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
    rows.truncate(k);
    rows
}
