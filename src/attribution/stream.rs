//! The residual stream, as far up as something reads it.

use super::{Part, labels};
use crate::gpt2::{Gpt2Config, Site};

/// A state of the residual stream that is read: what has been added up by then are the parts of the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Before a layer: read by its attention.
    Pre(usize),
    /// Between attention and MLP of a layer: read by its MLP.
    Mid(usize),
    /// After the last layer: read by the unembedding.
    Final,
}

impl Stream {
    pub fn site(self) -> Site {
        match self {
            Stream::Pre(layer) => Site::ResidPre(layer),
            Stream::Mid(layer) => Site::ResidMid(layer),
            Stream::Final => Site::ResidFinal,
        }
    }

    /// How many layers' attention has been added.
    pub fn attentions(self, config: &Gpt2Config) -> usize {
        match self {
            Stream::Pre(layer) => layer,
            Stream::Mid(layer) => layer + 1,
            Stream::Final => config.n_layer,
        }
    }

    /// How many layers' MLP has been added.
    pub fn mlps(self, config: &Gpt2Config) -> usize {
        match self {
            Stream::Pre(layer) | Stream::Mid(layer) => layer,
            Stream::Final => config.n_layer,
        }
    }

    /// Its label.
    pub fn state(self) -> Part {
        match self {
            Stream::Pre(layer) => Part::Pre(layer),
            Stream::Mid(layer) => Part::Mid(layer),
            Stream::Final => Part::FinalPost,
        }
    }

    /// It, and all states before it, first to last.
    pub fn states(self, config: &Gpt2Config) -> Vec<(Part, Site)> {
        let site = |state| match state {
            Part::Pre(layer) => Site::ResidPre(layer),
            Part::Mid(layer) => Site::ResidMid(layer),
            _ => Site::ResidFinal,
        };
        let states = labels::states(config.n_layer, self.state()).into_iter();
        states.map(|state| (state, site(state))).collect()
    }
}
