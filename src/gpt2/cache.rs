//! What one forward pass leaves behind. Every attribution is answered from it, with no second pass.

use candle_core::Tensor;

/// The activations of one block, by TransformerLens's names.
#[derive(Debug, Clone)]
pub struct BlockActivations {
    /// The residual stream before the block, `[pos, d_model]`.
    pub resid_pre: Tensor,
    /// What each token attends to, `[n_heads, pos, past + pos]`; each row sums to 1.
    pub pattern: Tensor,
    /// The values mixed by the pattern, value bias included, `[pos, n_heads, d_head]`.
    pub z: Tensor,
    /// What attention writes, output bias included, `[pos, d_model]`.
    pub attn_out: Tensor,
    /// `resid_pre + attn_out`, `[pos, d_model]`.
    pub resid_mid: Tensor,
    /// What the MLP writes, output bias included, `[pos, d_model]`.
    pub mlp_out: Tensor,
}

/// Every activation that attribution needs, for one sequence.
#[derive(Debug, Clone)]
pub struct ActivationCache {
    /// The token ids of the pass, `[pos]`.
    pub tokens: Vec<u32>,
    /// The token embeddings, `[pos, d_model]`.
    pub embed: Tensor,
    /// The position embeddings, `[pos, d_model]`.
    pub pos_embed: Tensor,
    /// One entry a layer.
    pub blocks: Vec<BlockActivations>,
    /// The residual stream after the last block, `[pos, d_model]`.
    pub resid_final: Tensor,
    /// sqrt(var(resid_final) + eps), the divisor of the final LayerNorm, `[pos]`.
    pub ln_final_scale: Vec<f32>,
    /// The final LayerNorm's output, weight and bias applied: what the unembedding reads, `[pos, d_model]`.
    pub ln_final: Tensor,
}
