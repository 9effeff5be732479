//! A number of a run as a sum of what each part of the model wrote to the residual stream: direct logit attribution, and what
//! goes on from there. Linear algebra on a [`Run`](crate::gpt2::Run); no I/O, no second pass.
//!
//! The definition for a logit is TransformerLens's `attribute` (`transformer_lens/tools/analysis/`). With the
//! unembedding W_U `[d_model, d_vocab]` and the final LayerNorm's weight gamma and bias beta, for the answer token a:
//!
//! ```text
//! w = W_U[:, a] - mean over the vocabulary of W_U        or W_U[:, a] - W_U[:, i] with an incorrect token i,
//!                                                        or another [`Contrast`]
//! u = gamma * w - mean(gamma * w)
//! attribution of a residual-stream part x = (x . u) / scale,    scale = sqrt(var(resid_final) + eps)
//! b_U = beta . w
//! ```
//!
//! That works since the unembedding reads the residual stream linearly, once the LayerNorm's scale is known. So does everything
//! that reads it: attention's queries, keys and values, and neurons. A *reading* is such a number, with the direction w
//! along which it reads a LayerNorm's output, and so a direction in the residual stream, a scale and a bias:
//!
//! ```text
//! what is explained                            where it is read          w
//! a logit, the difference of two               resid_final, position     W_U[:, a] - W_U[:, i]
//! what a head takes from token k, as it moves  resid_pre of its layer,   W_V W_O u, times pattern[q, k] / scale,
//!   a reading at q with direction u            token k                     u and scale of that reading
//! an attention score, by the parts at the key  resid_pre, token k        W_K q / sqrt(d_head)
//! the same, by the parts at the query          resid_pre, token q        W_Q k / sqrt(d_head)
//! a neuron's input                             resid_mid, position       W_in[:, n]
//! ```
//!
//! What is lost when a part is taken out, and the rest of the model reacts, is asked of other runs ([`Run::with`](crate::gpt2::Run::with)):
//! [`effects`] takes out one part after the other, [`patch`] puts in those of another prompt, [`reaction`] says who steps in. What two
//! runs differ in as they are, [`difference`] says part by part.
//! Whether it is always so is asked of many prompts: [`set`]. What a head is, whatever is asked, [`head_scores`] says.
//!
//! The second makes of one reading the next: a [`Question`] may go in through several heads, and the parts add up at each of them
//! (patterns and scales as they were in this run).

mod cancelling;
mod contrast;
mod difference;
mod direction;
mod effects;
mod explanation;
mod head_scores;
mod heads;
mod identity;
pub mod labels;
mod lens;
mod neurons;
mod parts;
mod patching;
mod path;
mod question;
mod reaction;
mod reading;
mod readout;
mod renormalized;
mod rounding;
mod running_sum;
pub mod set;
mod sources;
mod stream;
#[cfg(test)]
mod tests;
mod trial;
mod unit;

pub use cancelling::{Cancelling, cancelling};
pub use contrast::Contrast;
pub use difference::difference;
pub use direction::LogitDirection;
pub use effects::{Ablation, Effects, EffectsTrial, effects, without};
pub use explanation::{Explanation, Form, explain};
pub use head_scores::{HeadScores, HeadScoresTrial, head_scores};
pub use identity::Identity;
pub use lens::{Lens, LensTrial, lens};
pub use parts::{Attribution, Sources, attribute, sources};
pub use patching::{PatchSite, Patching, PatchingTrial, patch, patched};
pub use path::Step;
pub use question::{Position, Question, Side, Target};
pub use reaction::{Reaction, reaction};
use reading::Reading;
pub use readout::{Readout, ReadoutTrial, Written, readouts};
pub use renormalized::renormalized;
pub use running_sum::{RunningSum, running_sum};
pub use unit::{Part, Unit};

/// One row a part, one entry a position.
type Rows = Vec<Vec<f64>>;
