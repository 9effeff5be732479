//! Mean and standard deviation, one row after the other.

/// Of rows of equal length, a number a column (Welford 1962), in float64.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moments {
    n: usize,
    mean: Vec<f64>,
    /// Of the squared distances from the mean.
    sum: Vec<f64>,
    /// How many are above zero, and how many below.
    signs: Vec<[usize; 2]>,
}

impl Moments {
    /// Adds a row.
    pub(super) fn add(&mut self, row: &[f64]) {
        self.mean.resize(row.len(), 0.0);
        self.sum.resize(row.len(), 0.0);
        self.signs.resize(row.len(), [0, 0]);
        self.n += 1;
        for ((mean, sum), x) in self.mean.iter_mut().zip(&mut self.sum).zip(row) {
            let distance = x - *mean;
            *mean += distance / self.n as f64;
            *sum += distance * (x - *mean);
        }
        for ([above, below], x) in self.signs.iter_mut().zip(row) {
            *above += usize::from(*x > 0.0);
            *below += usize::from(*x < 0.0);
        }
    }

    /// How many rows there were.
    pub fn n(&self) -> usize {
        self.n
    }

    /// The mean, `[column]`.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The sample's standard deviation, with n - 1, `[column]`: not a number of a single row.
    pub fn sd(&self) -> Vec<f64> {
        let of = |sum: &f64| match self.n {
            0 | 1 => f64::NAN,
            n => (sum / (n - 1) as f64).sqrt(),
        };
        self.sum.iter().map(of).collect()
    }

    /// How many rows have the sign of the mean, `[column]`.
    pub fn same_sign(&self) -> Vec<usize> {
        let of = |(mean, [above, below]): (&f64, &[usize; 2])| match mean {
            mean if *mean > 0.0 => *above,
            mean if *mean < 0.0 => *below,
            _ => self.n - above - below,
        };
        self.mean.iter().zip(&self.signs).map(of).collect()
    }
}
