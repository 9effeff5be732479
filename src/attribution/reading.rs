//! The residual stream at some positions of a run, read along a direction.

use candle_core::Tensor;

use super::direction::dot;
use super::{LogitDirection, Question};
use crate::Result;
use crate::gpt2::{Run, Site, to_f64};

/// A question about a run, ready to be put to any part of the residual stream.
pub(super) struct Reading<'a> {
    pub run: &'a Run,
    pub positions: Vec<usize>,
    pub direction: LogitDirection,
    /// What the final LayerNorm divides by, `[position]`.
    pub scale: Vec<f64>,
}

impl<'a> Reading<'a> {
    pub fn new(run: &'a Run, question: &Question) -> Result<Self> {
        let direction = LogitDirection::new(run.model(), question.answer, question.incorrect)?;
        let positions = question.position.resolve(run.tokens().len())?;
        let scale = run.ln_final_scale(&positions)?.into_iter().map(f64::from).collect();
        Ok(Self {
            run,
            positions,
            direction,
            scale,
        })
    }

    /// `(x . u) / scale` of a part x of the residual stream, `[position]`.
    pub fn of(&self, part: Site) -> Result<Vec<f64>> {
        let rows = self.rows(part)?;
        let u = &self.direction.residual;
        Ok(rows
            .iter()
            .zip(&self.scale)
            .map(|(x, scale)| dot(x, u) / scale)
            .collect())
    }

    /// The logit (difference) as the unembedding reads it, `[position]`.
    pub fn logit(&self) -> Result<Vec<f64>> {
        let rows = self.rows(Site::LnFinal)?;
        Ok(rows.iter().map(|x| dot(x, &self.direction.unembedding)).collect())
    }

    /// The sum of the squares of what `of` sums, `[position]`.
    pub fn squares(&self, x: &Tensor) -> Result<Vec<f64>> {
        let u = &self.direction.residual;
        let squares = |(p, scale): (usize, &f64)| {
            let row = row(x, p)?;
            Ok(row.iter().zip(u).map(|(x, u)| (x * u).powi(2)).sum::<f64>() / (scale * scale))
        };
        self.scale.iter().enumerate().map(squares).collect()
    }

    /// An activation, `[position][width]`.
    pub fn rows(&self, site: Site) -> Result<Vec<Vec<f64>>> {
        let x = self.run.read(site, &self.positions)?;
        (0..self.positions.len()).map(|p| row(&x, p)).collect()
    }
}

/// Row `i` of a matrix, in float64.
fn row(x: &Tensor, i: usize) -> Result<Vec<f64>> {
    to_f64(&x.get(i)?)
}
