//! The places of a forward pass where activations can be looked at.

/// An activation, by TransformerLens's name. What [`Run::read`](super::Run::read) gives of it has a row a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Site {
    /// The token embeddings, `[pos, d_model]`.
    Embed,
    /// The position embeddings, `[pos, d_model]`.
    PosEmbed,
    /// The residual stream before a layer, `[pos, d_model]`.
    ResidPre(usize),
    /// The queries of a layer, bias included, `[pos, n_heads * d_head]`.
    Q(usize),
    /// The keys of a layer, bias included, `[pos, n_heads * d_head]`.
    K(usize),
    /// The values of a layer, bias included, `[pos, n_heads * d_head]`.
    V(usize),
    /// The values mixed by a layer's attention pattern, `[pos, n_heads * d_head]`.
    Z(usize),
    /// What attention of a layer writes, output bias included, `[pos, d_model]`.
    AttnOut(usize),
    /// The residual stream between attention and MLP of a layer: `resid_pre + attn_out`, `[pos, d_model]`.
    ResidMid(usize),
    /// What the MLP of a layer writes, output bias included, `[pos, d_model]`.
    MlpOut(usize),
    /// The residual stream after the last layer, `[pos, d_model]`.
    ResidFinal,
    /// The final LayerNorm's output, weight and bias applied: what the unembedding reads, `[pos, d_model]`.
    LnFinal,
}

impl Site {
    /// The layer that the site is in, if it is in one.
    pub fn layer(self) -> Option<usize> {
        match self {
            Site::ResidPre(layer)
            | Site::Q(layer)
            | Site::K(layer)
            | Site::V(layer)
            | Site::Z(layer)
            | Site::AttnOut(layer)
            | Site::ResidMid(layer)
            | Site::MlpOut(layer) => Some(layer),
            Site::Embed | Site::PosEmbed | Site::ResidFinal | Site::LnFinal => None,
        }
    }
}
