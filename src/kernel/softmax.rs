//! What softmax needs of logits that come by in blocks, and how large and small these are.

use super::PANEL;
use super::lanes::{Kernel, Lanes, with_lanes};

/// The largest and the smallest of each column of a block `[rows, width]`; what is not a number is neither.
pub(crate) fn extremes(block: &[f32], width: usize) -> [Vec<f32>; 2] {
    let (mut largest, mut smallest) = (vec![f32::NEG_INFINITY; width], vec![f32::INFINITY; width]);
    for row in block.chunks_exact(width) {
        for ((&x, largest), smallest) in row.iter().zip(&mut largest).zip(&mut smallest) {
            *largest = if x > *largest { x } else { *largest };
            *smallest = if x < *smallest { x } else { *smallest };
        }
    }
    [largest, smallest]
}

/// What softmax needs of columns of logits that come by in blocks, in an order that each column has for itself.
pub(crate) struct Softmax {
    /// The largest logit so far, `[width]`.
    max: Vec<f32>,
    /// The sum of e^(logit - max), `[width]`.
    sum: Vec<f64>,
    /// The sum of (logit - max) e^(logit - max), `[width]`.
    weighted: Vec<f64>,
}

impl Softmax {
    /// Of nothing yet. The width is of whole panels.
    pub fn new(width: usize) -> Self {
        Self {
            max: vec![f32::NEG_INFINITY; width],
            sum: vec![0.0; width],
            weighted: vec![0.0; width],
        }
    }

    /// Adds a block `[rows, width]`, whose largest logits are known.
    ///
    /// # Panics
    /// If the block or what is known of it is not of that width.
    pub fn add(&mut self, block: &[f32], largest: &[f32]) {
        let width = self.max.len();
        assert!(
            width.is_multiple_of(PANEL) && largest.len() == width,
            "the width is not of whole panels"
        );
        assert!(block.len().is_multiple_of(width), "the block is not [rows, width]");
        for (column, &largest) in largest.iter().enumerate() {
            if largest <= self.max[column] {
                continue;
            }
            let change = f64::from(self.max[column]) - f64::from(largest);
            self.max[column] = largest;
            // Before the first block there is nothing to be changed, and the change infinite.
            if self.sum[column] != 0.0 {
                self.weighted[column] = (self.weighted[column] + change * self.sum[column]) * change.exp();
                self.sum[column] *= change.exp();
            }
        }
        with_lanes(Exponentials { block, of: self });
    }

    /// What e^logit adds up to over all of a column, in proportion to one of its logits.
    pub fn probability(&self, column: usize, logit: f32) -> f64 {
        (f64::from(logit) - f64::from(self.max[column])).exp() / self.sum[column]
    }

    /// In nats; not finite if a logit was not.
    pub fn entropy(&self, column: usize) -> f64 {
        self.sum[column].ln() - self.weighted[column] / self.sum[column]
    }
}

struct Exponentials<'a> {
    /// `[rows, width]`
    block: &'a [f32],
    of: &'a mut Softmax,
}

impl Kernel for Exponentials<'_> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Softmax { max, sum, weighted } = self.of;
        let width = max.len();
        for at in (0..width).step_by(L::N) {
            // SAFETY: the caller promises the instructions. The width is of whole panels, and so of whole registers, and each row of the
            // block has it.
            let (exps, products) = unsafe {
                let max = L::load(max.as_ptr().add(at));
                let (mut exps, mut products) = (L::splat(0.0), L::splat(0.0));
                for row in self.block.chunks_exact(width) {
                    let below = L::load(row.as_ptr().add(at)).sub(max);
                    let exp = below.exp();
                    exps = exps.add(exp);
                    products = exp.mul_add(below, products);
                }
                (exps.lanes(0.0), products.lanes(0.0))
            };
            for lane in 0..L::N {
                sum[at + lane] += f64::from(exps[lane]);
                weighted[at + lane] += f64::from(products[lane]);
            }
        }
    }
}
