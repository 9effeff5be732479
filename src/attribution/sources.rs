//! What a head takes from each token that it sees.
//!
//! A head at query q writes the sum over keys k of `pattern[q, k] (v[k] - b_V) W_O`, so that what it adds to a reading along u is
//! the sum of `pattern[q, k] (v[k] - b_V) . (W_O u) / scale`.

use super::direction::dot;
use super::{Identity, Reading, rounding};
use crate::Result;
use crate::gpt2::Site;

/// One head at the token where a reading of one position reads.
pub(super) struct Source {
    /// What it attends to, `[key]`.
    pub pattern: Vec<f64>,
    /// What it takes from each token, `[key]`.
    pub attribution: Vec<f64>,
    /// `W_O u / scale`: how its values move the reading, `[d_head]`.
    pub along: Vec<f64>,
}

impl Source {
    pub fn of(reading: &Reading, layer: usize, head: usize) -> Result<Self> {
        let model = reading.run.model();
        let rows = model.config().columns_of(head);
        let all = 0..model.config().n_embd;
        let along = model.h[layer]
            .attn
            .c_proj
            .along::<false>(rows, all, &reading.direction)?;
        Self::with(reading, layer, head, along)
    }

    /// Those of all heads of a layer.
    pub fn of_layer(reading: &Reading, layer: usize) -> Result<Vec<Self>> {
        let config = reading.run.model().config();
        let all = || 0..config.n_embd;
        let along = reading.run.model().h[layer]
            .attn
            .c_proj
            .along::<false>(all(), all(), &reading.direction)?;
        let heads = along.chunks(config.d_head()).enumerate();
        heads
            .map(|(head, along)| Self::with(reading, layer, head, along.to_vec()))
            .collect()
    }

    /// Takes `W_O u`.
    fn with(reading: &Reading, layer: usize, head: usize, mut along: Vec<f64>) -> Result<Self> {
        let (run, at) = (reading.run, reading.at[0]);
        along.iter_mut().for_each(|w| *w /= reading.scale[0]);
        let pattern = run.pattern(layer, head, at)?;
        let b_v = dot(
            &along,
            &run.model().h[layer].attn.b_v[run.model().config().columns_of(head)],
        );
        let values = run.values_along::<false>(layer, head, at + 1, &along)?;
        let pattern: Vec<f64> = pattern.into_iter().map(f64::from).collect();
        let attribution = pattern.iter().zip(values).map(|(paid, value)| paid * (value - b_v));
        Ok(Self {
            attribution: attribution.collect(),
            pattern,
            along,
        })
    }

    /// Against what the head wrote: the values as the forward pass mixed them.
    pub fn identity(&self, reading: &Reading, layer: usize, head: usize) -> Result<Identity> {
        let model = reading.run.model();
        let columns = model.config().columns_of(head);
        let z = reading.rows(Site::Z(layer))?.swap_remove(0);
        let (z, b_v) = (&z[columns.clone()], &model.h[layer].attn.b_v[columns]);
        let share = dot(z, &self.along) - dot(b_v, &self.along);
        let squares = reading
            .run
            .values_along::<true>(layer, head, reading.at[0] + 1, &self.along)?;
        let variance = rounding::mixed(&self.pattern, &squares) + dot(b_v, &self.along).powi(2) * squares.len() as f64;
        Ok(Identity::new(
            vec![share],
            vec![0.0],
            vec![self.attribution.iter().sum()],
            &[variance],
        ))
    }
}
