//! `config.json` of a Hugging Face GPT-2.

/// The non-linearity of the MLP, by its name in `config.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// `gelu_new` and `gelu_pytorch_tanh`: GELU by its tanh approximation.
    GeluTanh,
    /// `gelu`: GELU by the error function.
    Gelu,
    /// `relu`
    Relu,
}

/// What of `config.json` changes the computation, validated.
#[derive(Debug, Clone, PartialEq)]
pub struct Gpt2Config {
    /// d_model, the width of the residual stream.
    pub n_embd: usize,
    /// Number of blocks.
    pub n_layer: usize,
    /// Attention heads a block; divides `n_embd`.
    pub n_head: usize,
    /// The longest prompt, in tokens.
    pub n_positions: usize,
    /// Width of the MLP; 4 * `n_embd` where config.json has null.
    pub n_inner: usize,
    /// d_vocab
    pub vocab_size: usize,
    /// Epsilon of every LayerNorm.
    pub layer_norm_epsilon: f64,
    /// The MLP's non-linearity.
    pub activation_function: Activation,
    /// Whether attention scores are divided by sqrt(d_head).
    pub scale_attn_weights: bool,
    /// Whether attention scores of layer i are also divided by i + 1.
    pub scale_attn_by_inverse_layer_idx: bool,
    /// Whether the unembedding is `wte` itself.
    pub tie_word_embeddings: bool,
    /// The id that config.json names as the beginning of a sequence, if it is in the vocabulary.
    pub bos_token_id: Option<u32>,
}

impl Gpt2Config {
    /// d_head: the width of one attention head.
    pub fn d_head(&self) -> usize {
        self.n_embd / self.n_head
    }
}
