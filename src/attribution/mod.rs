//! Direct logit attribution: one logit, or the difference of two, as a sum of what each part of the model wrote to the
//! residual stream. Linear algebra on a [`Run`](crate::gpt2::Run); no I/O, no second pass.
//!
//! The definition is TransformerLens's `direct_logit_attribution` (`transformer_lens/tools/analysis/`). With the
//! unembedding W_U `[d_model, d_vocab]` and the final LayerNorm's weight gamma and bias beta, for the answer token a:
//!
//! ```text
//! w = W_U[:, a] - mean over the vocabulary of W_U        or W_U[:, a] - W_U[:, i] with an incorrect token i
//! u = gamma * w - mean(gamma * w)
//! attribution of a residual-stream part x = (x . u) / scale,    scale = sqrt(var(resid_final) + eps)
//! b_U = beta . w
//! ```

mod direction;
mod explanation;
mod heads;
mod identity;
mod parts;
mod question;
mod reading;
mod running_sum;
#[cfg(test)]
mod tests;
mod unit;

pub use direction::LogitDirection;
pub use explanation::{Explanation, Form, explain};
pub use identity::Identity;
pub use parts::{Attribution, direct_logit_attribution};
pub use question::{Position, Question};
use reading::Reading;
pub use running_sum::{RunningSum, running_sum, states};
pub use unit::{Part, Unit};

/// One row a part, one entry a position.
type Rows = Vec<Vec<f64>>;
