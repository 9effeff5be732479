//! The arithmetic that a forward pass spends its time in: float32 on slices, with the vectors and the threads that there
//! are. Knows nothing of tensors or models.
//!
//! Every kernel computes each row of its result by itself and in one order, whatever rows there are beside it and however
//! many threads compute: that is what makes a run that reuses an earlier one the same to the last bit.

mod ahead;
mod attention;
mod columns;
mod dot;
mod element;
mod gelu;
mod lanes;
mod layer_norm;
mod linear;
mod packing;
mod parallel;
mod products;
mod softmax;
#[cfg(any(test, feature = "team"))]
mod team;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use attention::{Attention, attention, mixed, patterns};
pub(crate) use columns::{BLOCK, Columns};
pub(crate) use dot::{matrix_vector, sum_of_rows};
pub(crate) use element::Element;
pub(crate) use gelu::gelu_tanh;
pub(crate) use layer_norm::{layer_norm, scale};
pub(crate) use linear::{linear, scratch};
pub(crate) use packing::{PANEL, packed_len, panels, place, row};
#[cfg(feature = "team")]
pub(crate) use parallel::TEAM;
pub(crate) use products::{along, by_head, squared_rows};
pub(crate) use softmax::{Softmax, extremes};
pub(crate) use values::{dots_by_head, dots_f64};
