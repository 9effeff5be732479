//! The numbers of one chart at one position.

use crate::attribution::{Explanation, Form, Unit};

/// What is drawn, and the range that it needs.
#[derive(Debug, Clone)]
pub(super) struct Values {
    /// `[component]`
    pub parts: Vec<f64>,
    /// The final logit (difference) less its bias, which the parts explain.
    pub explained: f64,
    /// The axis's range, which holds zero and is never empty; for heads, minus and plus the largest.
    pub range: (f64, f64),
}

impl Values {
    /// Those at entry `position` of the attribution's positions, in a range that holds `least`.
    pub fn at(explanation: &Explanation, position: usize, least: (f64, f64)) -> Self {
        let parts: Vec<f64> = (0..explanation.labels().len())
            .map(|i| explanation.row(i)[position])
            .collect();
        let explained = explanation.identity().logit[position] - explanation.identity().bias[position];
        let mut values = Self {
            parts,
            explained,
            range: least,
        };
        let (low, high) = values.extent(explanation.form());
        // Below float32's smallest number nothing is left to see.
        values.range = if high - low < 1e-100 { (-1.0, 1.0) } else { (low, high) };
        values
    }

    /// The least range that holds `range` and what is drawn.
    fn extent(&self, form: Form) -> (f64, f64) {
        let hold = |(low, high): (f64, f64), &value: &f64| (low.min(value), high.max(value));
        let parts = &self.parts;
        match form {
            Form::Parts(Unit::Component) => parts.iter().fold(self.range, hold),
            Form::RunningSum => parts.iter().chain([&self.explained]).fold(self.range, hold),
            Form::Parts(Unit::Head) => {
                let (low, high) = parts[..parts.len() - 1].iter().fold(self.range, hold);
                (-high.max(-low), high.max(-low))
            }
        }
    }

    /// A share `progress` of the way from `before` to `self`.
    pub fn since(&self, before: &Self, progress: f64) -> Self {
        let between = |a: f64, b: f64| a + (b - a) * progress;
        Self {
            parts: before
                .parts
                .iter()
                .zip(&self.parts)
                .map(|(&a, &b)| between(a, b))
                .collect(),
            explained: between(before.explained, self.explained),
            range: (
                between(before.range.0, self.range.0),
                between(before.range.1, self.range.1),
            ),
        }
    }

    /// `value` as a share of the largest in range, -1 to 1.
    pub fn strength(&self, value: f64) -> f64 {
        (value / self.range.1.max(-self.range.0)).clamp(-1.0, 1.0)
    }
}
