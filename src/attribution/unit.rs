//! The ways to take a logit apart, and the names of the parts and of what they add up to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// How finely a logit is taken apart, into parts that add up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unit {
    /// The embeddings, and each layer's attention and MLP.
    Component,
    /// Each attention head, and one remainder for everything else.
    Head,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Unit; 2] = [Unit::Component, Unit::Head];

    /// The parts of a model of `n_layer` layers of `n_head` heads, in TransformerLens's order.
    pub fn parts(self, n_layer: usize, n_head: usize) -> Vec<Part> {
        let layers = 0..n_layer;
        match self {
            Unit::Component => [Part::Embed, Part::PosEmbed]
                .into_iter()
                .chain(layers.flat_map(|l| [Part::AttnOut(l), Part::MlpOut(l)]))
                .collect(),
            Unit::Head => layers
                .flat_map(|layer| (0..n_head).map(move |head| Part::Head { layer, head }))
                .chain([Part::Remainder])
                .collect(),
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
}

impl Part {
    /// The layer that the part belongs to, if it belongs to one.
    pub fn layer(self) -> Option<usize> {
        match self {
            Part::AttnOut(layer) | Part::MlpOut(layer) | Part::Pre(layer) | Part::Mid(layer) => Some(layer),
            Part::Head { layer, .. } => Some(layer),
            Part::Embed | Part::PosEmbed | Part::FinalPost | Part::Remainder => None,
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
            Part::Pre(layer) => write!(f, "{layer}_pre"),
            Part::Mid(layer) => write!(f, "{layer}_mid"),
            Part::FinalPost => f.write_str("final_post"),
            Part::Head { layer, head } => write!(f, "L{layer}H{head}"),
            Part::Remainder => f.write_str("remainder"),
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
        let index = |digits: &str| digits.parse::<usize>().ok();
        let part = match label {
            "embed" => Some(Part::Embed),
            "pos_embed" => Some(Part::PosEmbed),
            "final_post" => Some(Part::FinalPost),
            "remainder" => Some(Part::Remainder),
            _ => match label.strip_prefix('L').and_then(|rest| rest.split_once('H')) {
                Some((layer, head)) => index(layer)
                    .zip(index(head))
                    .map(|(layer, head)| Part::Head { layer, head }),
                None => label.split_once('_').and_then(|(layer, kind)| {
                    let layer = index(layer)?;
                    match kind {
                        "attn_out" => Some(Part::AttnOut(layer)),
                        "mlp_out" => Some(Part::MlpOut(layer)),
                        "pre" => Some(Part::Pre(layer)),
                        "mid" => Some(Part::Mid(layer)),
                        _ => None,
                    }
                }),
            },
        };
        part.ok_or_else(|| {
            Error::Argument(format!(
                "part: {label:?} is not a label such as embed, 3_attn_out, 3_mid, L3H7 or remainder"
            ))
        })
    }
}

/// The `k` highest rows of `values` `[label, position]` by their mean, highest first.
pub(super) fn top(labels: &[Part], values: &[f64], k: usize) -> Vec<(Part, f64)> {
    let n = values.len() / labels.len().max(1);
    let mean = |row: &[f64]| row.iter().sum::<f64>() / n as f64;
    let rows = labels.iter().copied().zip(values.chunks(n.max(1)).map(mean));
    let mut rows: Vec<(Part, f64)> = rows.collect();
    rows.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    rows.truncate(k);
    rows
}
