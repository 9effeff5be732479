//! What a head takes from each token that it sees.
//!
//! A head at query q writes the sum over keys k of `pattern[q, k] (v[k] - b_V) W_O`, so that what it adds to a reading along u is
//! the sum of `pattern[q, k] (v[k] - b_V) . (W_O u) / scale`.

use std::ops::Range;

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
        let (run, at) = (reading.run, reading.at[0]);
        let along = along(reading, layer, run.model().config().columns_of(head))?;
        let values = run.values_along::<false>(layer, head, at + 1, &along)?;
        Ok(Self::new(
            reading,
            layer,
            head,
            along,
            run.pattern(layer, head, at)?,
            values,
        ))
    }

    /// Those of all heads of a layer, the same to the last bit.
    pub fn of_layer(reading: &Reading, layer: usize) -> Result<Vec<Self>> {
        let (run, at) = (reading.run, reading.at[0]);
        let config = run.model().config();
        let along = along(reading, layer, 0..config.n_embd)?;
        let values = run.values_by_head(layer, at + 1, &along)?;
        let heads = along
            .chunks(config.d_head())
            .zip(run.patterns_at(layer, at)?)
            .zip(values);
        let source = |(head, ((along, pattern), values)): (usize, ((&[f64], _), _))| {
            let mut source = Self::new(reading, layer, head, along.to_vec(), pattern, values);
            if reading.check_head(layer, head).is_err() {
                source.attribution.fill(0.0);
            }
            source
        };
        Ok(heads.enumerate().map(source).collect())
    }

    fn new(reading: &Reading, layer: usize, head: usize, along: Vec<f64>, pattern: Vec<f32>, values: Vec<f64>) -> Self {
        let model = reading.run.model();
        let b_v = dot(&along, &model.h[layer].attn.b_v[model.config().columns_of(head)]);
        let pattern: Vec<f64> = pattern.into_iter().map(f64::from).collect();
        let attribution = pattern.iter().zip(values).map(|(paid, value)| paid * (value - b_v));
        Self {
            attribution: attribution.collect(),
            pattern,
            along,
        }
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

/// `W_O u / scale` of some rows of W_O.
fn along(reading: &Reading, layer: usize, rows: Range<usize>) -> Result<Vec<f64>> {
    let c_proj = &reading.run.model().h[layer].attn.c_proj;
    let mut along = c_proj.along::<false>(rows, 0..reading.direction.len(), &reading.direction)?;
    along.iter_mut().for_each(|w| *w /= reading.scale[0]);
    Ok(along)
}
