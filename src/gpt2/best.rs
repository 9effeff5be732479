//! The highest of many numbers, as they come by.

use std::cmp::Ordering;

/// Numbers are sorted out when there are at least so many.
const MIN_CANDIDATES: usize = 64;

/// The `k` highest numbers of those offered, each of a token.
#[derive(Debug, Clone)]
pub(crate) struct Best {
    k: usize,
    candidates: Vec<(f32, u32)>,
    /// What is lower is none of them.
    least: f32,
}

impl Best {
    pub fn new(k: usize) -> Self {
        Self {
            k,
            candidates: Vec::new(),
            least: f32::NEG_INFINITY,
        }
    }

    /// Whether one of some numbers, of which this is the highest, may be one of them.
    pub fn considers(&self, highest: f32) -> bool {
        highest >= self.least
    }

    pub fn offer(&mut self, token: u32, number: f32) {
        if number < self.least {
            return;
        }
        self.candidates.push((number, token));
        let (k, n) = (self.k, self.candidates.len());
        if n > k && n >= k.max(MIN_CANDIDATES).saturating_mul(2) {
            self.candidates.select_nth_unstable_by(k, higher);
            self.candidates.truncate(k);
            self.least = (self.candidates.iter()).fold(f32::INFINITY, |least, (number, _)| least.min(*number));
        }
    }

    /// Highest first; of equal ones the first token's.
    pub fn sorted(mut self) -> Vec<(f32, u32)> {
        self.candidates.sort_unstable_by(higher);
        self.candidates.truncate(self.k);
        self.candidates
    }
}

fn higher((a, first): &(f32, u32), (b, second): &(f32, u32)) -> Ordering {
    b.total_cmp(a).then(first.cmp(second))
}
