//! What each neuron of an MLP writes.
//!
//! An MLP writes the sum over its neurons n of `activation[n] W_out[n]`, and its output bias.

use super::direction::dot;
use super::{Identity, Reading, rounding};
use crate::Result;
use crate::gpt2::{Site, to_f64};

/// The neurons of one MLP at the token where a reading of one position reads.
pub(super) struct Neurons {
    /// `[d_mlp]`
    pub activation: Vec<f64>,
    /// What each neuron adds, and last what the output bias does, `[d_mlp + 1]`.
    pub attribution: Vec<f64>,
}

impl Neurons {
    pub fn of(reading: &Reading, layer: usize) -> Result<Self> {
        let model = reading.run.model();
        let (mlp, scale) = (&model.h[layer].mlp, reading.scale[0]);
        let post = &reading.run.neurons(layer, reading.at[0])?.post;
        let activation: Vec<f64> = post.iter().copied().map(f64::from).collect();
        let along = mlp
            .c_proj
            .along::<false>(0..activation.len(), 0..model.config().n_embd, &reading.direction)?;
        let bias = dot(&to_f64(mlp.c_proj.bias())?, &reading.direction);
        let written = activation.iter().zip(along).map(|(activation, w)| activation * w);
        Ok(Self {
            attribution: written.chain([bias]).map(|x| x / scale).collect(),
            activation,
        })
    }

    /// Against what the forward pass has that the MLP wrote.
    pub fn identity(&self, reading: &Reading, layer: usize) -> Result<Identity> {
        let mlp = &reading.run.model().h[layer].mlp;
        let squares = self.activation.iter().zip(&mlp.w_out_squared).map(|(x, w)| x * x * w);
        let variance = rounding::written(reading, Site::MlpOut(layer), self.activation.len(), &[squares.sum()])?;
        Ok(Identity::new(
            reading.of(Site::MlpOut(layer))?,
            vec![0.0],
            vec![self.attribution.iter().sum()],
            &variance,
        ))
    }
}
