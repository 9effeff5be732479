//! Scalar products, and sums of rows.

use rayon::prelude::*;

use super::Element;
use super::lanes::{Kernel, Lanes, with_lanes};
use super::parallel::{Shared, filled, share};

/// `M x` for a matrix `M` `[rows, k]` as it is, `[rows]`.
pub(crate) fn matrix_vector<E: Element>(matrix: &[E], x: &[f32]) -> Vec<f32> {
    let rows = matrix.len() / x.len();
    // SAFETY: each row is of one part.
    unsafe {
        filled(rows, |y| {
            share(rows, x.len(), |part| {
                with_lanes(Rows {
                    matrix: &matrix[part.start * x.len()..part.end * x.len()],
                    x,
                    y: Shared(y.at(part.start)),
                });
            });
        })
    }
}

struct Rows<'a, E> {
    matrix: &'a [E],
    x: &'a [f32],
    y: Shared,
}

impl<E: Element> Kernel for Rows<'_, E> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        for (i, row) in self.matrix.chunks_exact(self.x.len()).enumerate() {
            // SAFETY: the row is as long as x, and `matrix_vector` made room for every product.
            unsafe { *self.y.at(i) = dot::<L, E>(row, self.x) };
        }
    }
}

/// One row at a time, in the order of memory, which is what keeps a matrix larger than the caches coming.
#[inline(always)]
unsafe fn dot<L: Lanes, E: Element>(row: &[E], x: &[f32]) -> f32 {
    const SUMS: usize = 4;
    unsafe {
        let mut sums = [L::splat(0.0); SUMS];
        let step = SUMS * L::N;
        let whole = x.len() / step * step;
        for at in (0..whole).step_by(step) {
            for (i, sum) in sums.iter_mut().enumerate() {
                let at = at + i * L::N;
                *sum = E::load::<L>(row.as_ptr().add(at)).mul_add(L::load(x.as_ptr().add(at)), *sum);
            }
        }
        let [a, b, c, d] = sums;
        let rest = row[whole..].iter().zip(&x[whole..]).map(|(w, x)| w.to_f32() * x);
        a.add(b).add(c.add(d)).sum() + rest.sum::<f32>()
    }
}

/// The scalar products of `x` and `N` rows that are as long. Each is the same whatever the other rows are.
///
/// # Safety
/// As [`Lanes`], and the rows must be as long as `x`.
#[inline(always)]
pub(super) unsafe fn dots<L: Lanes, E: Element, const N: usize>(rows: [*const E; N], x: &[f32]) -> [f32; N] {
    unsafe {
        let mut sums = [L::splat(0.0); N];
        let whole = x.len() / L::N * L::N;
        for i in (0..whole).step_by(L::N) {
            let x = L::load(x.as_ptr().add(i));
            for (row, sum) in rows.iter().zip(&mut sums) {
                *sum = E::load::<L>(row.add(i)).mul_add(x, *sum);
            }
        }
        std::array::from_fn(|r| {
            let rest = (whole..x.len()).map(|i| (*rows[r].add(i)).to_f32() * x[i]);
            sums[r].sum() + rest.sum::<f32>()
        })
    }
}

/// The sum of the rows of a matrix `[rows, k]` in float64, `[k]`.
pub(crate) fn sum_of_rows<E: Element>(matrix: &[E], k: usize) -> Vec<f64> {
    const PART: usize = 64;
    let parts: Vec<_> = (0..k).step_by(PART).map(|start| start..(start + PART).min(k)).collect();
    let sums: Vec<Vec<f64>> = parts
        .into_par_iter()
        .map(|columns| {
            let mut sums = vec![0.0; columns.len()];
            for row in matrix.chunks_exact(k) {
                with_lanes(Add {
                    row: &row[columns.clone()],
                    sums: &mut sums,
                });
            }
            sums
        })
        .collect();
    sums.concat()
}

struct Add<'a, E> {
    row: &'a [E],
    sums: &'a mut [f64],
}

impl<E: Element> Kernel for Add<'_, E> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let whole = self.row.len() / L::N * L::N;
        for at in (0..whole).step_by(L::N) {
            let mut few = [0.0; 16];
            // SAFETY: the lanes are within the row.
            unsafe { E::load::<L>(self.row.as_ptr().add(at)).store(few.as_mut_ptr()) };
            for (sum, few) in self.sums[at..at + L::N].iter_mut().zip(few) {
                *sum += f64::from(few);
            }
        }
        for (sum, x) in self.sums[whole..].iter_mut().zip(&self.row[whole..]) {
            *sum += f64::from(x.to_f32());
        }
    }
}
