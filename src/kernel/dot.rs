//! Scalar products, and sums of rows.

use super::Element;
use super::lanes::{Kernel, Lanes, with_lanes};
use super::parallel::{Shared, collected, filled, share_rows};

/// `M x` for a matrix `M` `[rows, k]` as it is, `[rows]`.
///
/// # Panics
/// If x is empty, or the matrix not of rows as long.
pub(crate) fn matrix_vector<E: Element>(matrix: &[E], x: &[f32]) -> Vec<f32> {
    let k = x.len();
    assert!(k > 0, "x is empty");
    assert!(matrix.len().is_multiple_of(k), "the matrix is not [rows, k]");
    let rows = matrix.len() / k;
    // SAFETY: each row is of one part.
    unsafe {
        filled(rows, |y| {
            share_rows(1, rows, k as u64, |part| {
                with_lanes(Rows {
                    matrix: &matrix[part.start * k..part.end * k],
                    x,
                    y: y.part(part),
                });
            });
        })
    }
}

struct Rows<'a, E> {
    /// Rows as long as x.
    matrix: &'a [E],
    x: &'a [f32],
    /// A number a row.
    y: Shared,
}

impl<E: Element> Kernel for Rows<'_, E> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        for (i, row) in self.matrix.chunks_exact(self.x.len()).enumerate() {
            // SAFETY: the caller promises the instructions; the row is as long as x, and y has a number a row.
            unsafe { *self.y.at(i, 1) = dot::<L, E>(row, self.x) };
        }
    }
}

/// One row at a time, in the order of memory, which is what keeps a matrix larger than the caches coming.
///
/// # Safety
/// The CPU must have `L`'s instructions, and the row must be as long as `x`.
#[inline(always)]
unsafe fn dot<L: Lanes, E: Element>(row: &[E], x: &[f32]) -> f32 {
    const SUMS: usize = 4;
    let step = SUMS * L::N;
    let whole = x.len() / step * step;
    // SAFETY: by the caller's promises; both have `step` numbers from each multiple of it below `whole` on.
    let sums = unsafe {
        let mut sums = [L::splat(0.0); SUMS];
        for at in (0..whole).step_by(step) {
            for (i, sum) in sums.iter_mut().enumerate() {
                let at = at + i * L::N;
                *sum = E::load::<L>(row.as_ptr().add(at)).mul_add(L::load(x.as_ptr().add(at)), *sum);
            }
        }
        sums
    };
    let [a, b, c, d] = sums;
    let rest = row[whole..].iter().zip(&x[whole..]).map(|(w, x)| w.to_f32() * x);
    a.add(b).add(c.add(d)).sum() + rest.sum::<f32>()
}

/// The scalar products of `x` and `N` rows that are as long. Each is the same whatever the other rows are.
///
/// # Safety
/// The CPU must have `L`'s instructions, and the rows must be as long as `x`.
#[inline(always)]
pub(super) unsafe fn dots<L: Lanes, E: Element, const N: usize>(rows: [*const E; N], x: &[f32]) -> [f32; N] {
    // SAFETY: by the caller's promises; x and the rows have N numbers from each multiple of N below `whole` on, and x.len() in all.
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

/// The sum of the rows of a matrix `[rows, k]`, each by its weight, in float64, `[k]`.
///
/// # Panics
/// If the matrix is not of such rows.
pub(crate) fn sum_of_rows<E: Element>(matrix: &[E], k: usize, weight: impl Fn(usize) -> f64 + Sync) -> Vec<f64> {
    const PART: usize = 64;
    assert!(k > 0 && matrix.len().is_multiple_of(k), "the matrix is not [rows, k]");
    let sums = |part: usize| {
        let columns = part * PART..k.min((part + 1) * PART);
        let mut sums = vec![0.0; columns.len()];
        for (i, row) in matrix.chunks_exact(k).enumerate() {
            with_lanes(Add {
                row: &row[columns.clone()],
                weight: weight(i),
                sums: &mut sums,
            });
        }
        sums
    };
    collected(k.div_ceil(PART), sums).concat()
}

struct Add<'a, E> {
    row: &'a [E],
    weight: f64,
    sums: &'a mut [f64],
}

impl<E: Element> Kernel for Add<'_, E> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let whole = self.row.len() / L::N * L::N;
        for at in (0..whole).step_by(L::N) {
            // SAFETY: the caller promises the instructions, and the row has N numbers from `at` on.
            let few = unsafe { E::load::<L>(self.row.as_ptr().add(at)) }.lanes(0.0);
            for (sum, few) in self.sums[at..at + L::N].iter_mut().zip(few) {
                *sum += self.weight * f64::from(few);
            }
        }
        for (sum, x) in self.sums[whole..].iter_mut().zip(&self.row[whole..]) {
            *sum += self.weight * f64::from(x.to_f32());
        }
    }
}
