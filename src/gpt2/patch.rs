//! What is done to a run: activations, replaced.

use std::fmt;
use std::sync::Arc;

use super::Run;

/// An intervention: one activation of a run, replaced at some of its tokens. [`Run::with`] has the rest of the model react.
#[derive(Debug, Clone)]
pub struct Patch {
    /// The activation.
    pub place: Place,
    /// At which tokens, ascending; none for all of them.
    pub positions: Option<Vec<usize>>,
    /// What is put there.
    pub value: Value,
}

/// An activation that can be replaced, by TransformerLens's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// The residual stream before a layer, `[d_model]`.
    ResidPre(usize),
    /// What attention of a layer writes, output bias included, `[d_model]`.
    AttnOut(usize),
    /// What the MLP of a layer writes, output bias included, `[d_model]`.
    MlpOut(usize),
    /// The values mixed by a head's attention pattern, `[d_head]`.
    Z {
        /// Counted from 0.
        layer: usize,
        /// Counted from 0.
        head: usize,
    },
    /// The value of a head at a token, bias included, `[d_head]`.
    V {
        /// Counted from 0.
        layer: usize,
        /// Counted from 0.
        head: usize,
    },
    /// What a head attends to from a token, `[key]` over the tokens up to there.
    Pattern {
        /// Counted from 0.
        layer: usize,
        /// Counted from 0.
        head: usize,
    },
}

/// What is put in an activation's place.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Value {
    /// Nothing. Of a head's z or value: nothing beyond the value bias, which every pattern passes on whole. So it is with zeros in
    /// TransformerLens's models, where that bias is folded into the output's. A pattern cannot be nothing.
    Zero,
    /// The activation's mean over all tokens of the run. A pattern has none.
    Mean,
    /// The same vector at each of the tokens, of the activation's width; for a pattern, of one token's keys.
    Vector(Vec<f32>),
    /// What another run of the same model has there.
    Of(Arc<Run>),
}

impl Patch {
    /// At all tokens.
    pub fn new(place: Place, value: Value) -> Self {
        Self {
            place,
            positions: None,
            value,
        }
    }

    /// The same, at some tokens alone, ascending.
    pub fn at(self, positions: impl Into<Option<Vec<usize>>>) -> Self {
        let positions = positions.into();
        Self { positions, ..self }
    }
}

impl Place {
    /// The layer that it is in.
    pub fn layer(self) -> usize {
        match self {
            Place::ResidPre(layer) | Place::AttnOut(layer) | Place::MlpOut(layer) => layer,
            Place::Z { layer, .. } | Place::V { layer, .. } | Place::Pattern { layer, .. } => layer,
        }
    }

    /// The head that it is of, if it is of one.
    pub fn head(self) -> Option<usize> {
        match self {
            Place::Z { head, .. } | Place::V { head, .. } | Place::Pattern { head, .. } => Some(head),
            Place::ResidPre(_) | Place::AttnOut(_) | Place::MlpOut(_) => None,
        }
    }
}

/// As in `attn_out of layer 3`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Place::ResidPre(layer) => write!(f, "resid_pre of layer {layer}"),
            Place::AttnOut(layer) => write!(f, "attn_out of layer {layer}"),
            Place::MlpOut(layer) => write!(f, "mlp_out of layer {layer}"),
            Place::Z { layer, head } => write!(f, "z of L{layer}H{head}"),
            Place::V { layer, head } => write!(f, "v of L{layer}H{head}"),
            Place::Pattern { layer, head } => write!(f, "pattern of L{layer}H{head}"),
        }
    }
}
