//! The numbers of one chart at one position.

use crate::attribution::Explanation;

/// Numbers beyond float32's are not a model's.
pub(super) const LARGEST: f64 = 1e39;

/// What is drawn, and the range that it needs.
#[derive(Debug, Clone)]
pub(super) struct Values {
    /// `[component]`
    pub parts: Vec<f64>,
    /// What is lost without each: not a number where it is not known; empty if it was not asked. `[component]`
    pub effects: Vec<f64>,
    /// The final logit (difference) less its bias, which the parts explain.
    pub explained: f64,
    /// The axis's range, which holds zero and is never empty; for heads, minus and plus the largest.
    pub range: (f64, f64),
}

impl Values {
    /// Those at entry `position` of the explanation's positions, in the range that `extent` makes of parts and explained.
    pub fn at(explanation: &Explanation, position: usize, extent: impl Fn(&[f64], f64) -> (f64, f64)) -> Self {
        let parts: Vec<f64> = (0..explanation.labels().len())
            .map(|i| explanation.row(i)[position])
            .collect();
        let explained = explanation.identity().logit[position] - explanation.identity().bias[position];
        let (low, high) = extent(&parts, explained);
        Self {
            parts,
            effects: Vec::new(),
            explained,
            // Below float32's smallest number nothing is left to see.
            range: if high - low < 1e-100 { (-1.0, 1.0) } else { (low, high) },
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
            // What was not known before is there at once.
            effects: (0..self.effects.len())
                .map(|i| {
                    before
                        .effect(i)
                        .map_or(self.effects[i], |effect| between(effect, self.effects[i]))
                })
                .collect(),
            explained: between(before.explained, self.explained),
            range: (
                between(before.range.0, self.range.0),
                between(before.range.1, self.range.1),
            ),
        }
    }

    /// What is lost without part `i`, if that is known.
    pub fn effect(&self, i: usize) -> Option<f64> {
        self.effects.get(i).copied().filter(|effect| effect.is_finite())
    }

    /// `value` as a share of the largest in range, -1 to 1.
    pub fn strength(&self, value: f64) -> f64 {
        (value / self.range.1.max(-self.range.0)).clamp(-1.0, 1.0)
    }
}

/// The least range that holds `range` and `values`.
pub(super) fn hold<'a>(range: (f64, f64), values: impl IntoIterator<Item = &'a f64>) -> (f64, f64) {
    let wider = |(low, high): (f64, f64), &value: &f64| (low.min(value), high.max(value));
    values.into_iter().fold(range, wider)
}
