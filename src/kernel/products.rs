//! Products with weights in float64: what attribution asks of them.

use std::ops::Range;

use super::lanes::{Kernel, Lanes, SUMS, total, with_lanes};
use super::linear::packed_len;
use super::parallel::area;
use super::{Element, PANEL};

/// `W u` of some rows and columns of a weight `W` `[k, n]` as panels, with `u` a number a column; `[rows]`. If `SQUARED`, of
/// the squares of what it adds up.
///
/// # Panics
/// If the weight is not of that size, has no such rows or columns, or u is not of them.
pub(crate) fn along<E: Element, const SQUARED: bool>(
    weight: &[E],
    k: usize,
    n: usize,
    rows: Range<usize>,
    columns: Range<usize>,
    u: &[f64],
) -> Vec<f64> {
    assert!(
        k > 0 && weight.len() as u64 == packed_len(k, n),
        "the weight is not [k, n] as panels"
    );
    assert!(rows.start <= rows.end && rows.end <= k, "the rows are not of the k");
    assert!(
        columns.start < columns.end && columns.end <= n && columns.len() == u.len(),
        "u is not of columns of the n"
    );
    let mut along = vec![0.0; rows.len()];
    with_lanes(Along::<E, SQUARED> {
        weight,
        k,
        rows,
        columns,
        u,
        along: &mut along,
    });
    along
}

/// `z W` of each head's rows of `W` `[k, n]` alone, `[k / d_head, n]`, for `z` `[k]`.
///
/// # Panics
/// If the weight or z are not of that size, or z not of whole heads.
pub(crate) fn by_head<E: Element>(weight: &[E], d_head: usize, z: &[f64], n: usize) -> Vec<f64> {
    assert!(
        d_head > 0 && !z.is_empty() && z.len().is_multiple_of(d_head),
        "z is not of heads"
    );
    assert!(
        n > 0 && weight.len() as u64 == packed_len(z.len(), n),
        "the weight is not [k, n] as panels"
    );
    let mut results = vec![0.0; area(z.len() / d_head, n)];
    with_lanes(Results {
        weight,
        d_head,
        z,
        n,
        results: &mut results,
    });
    results
}

/// The squared length of each row of a weight `[k, n]` as panels, `[k]`.
///
/// # Panics
/// If the weight is not of rows of whole panels.
pub(crate) fn squared_rows<E: Element>(weight: &[E], k: usize) -> Vec<f64> {
    assert!(
        k > 0 && weight.len().is_multiple_of(k) && (weight.len() / k).is_multiple_of(PANEL),
        "the weight is not [k, n] as panels"
    );
    let mut squares = vec![0.0; k];
    with_lanes(Squares {
        weight,
        squares: &mut squares,
    });
    squares
}

struct Along<'a, E, const SQUARED: bool> {
    weight: &'a [E],
    k: usize,
    rows: Range<usize>,
    columns: Range<usize>,
    u: &'a [f64],
    along: &'a mut [f64],
}

/// Panels, or rows, that are read at a time: memory gives several streams sooner than one.
pub(super) const STREAMS: usize = 4;

impl<E: Element, const SQUARED: bool> Kernel for Along<'_, E, SQUARED> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(mut self) {
        let (start, end) = (self.columns.start / PANEL, self.columns.end.div_ceil(PANEL));
        let mut u = vec![[0.0; PANEL]; end - start];
        let of_columns = u.as_flattened_mut()[self.columns.start % PANEL..].iter_mut();
        for (to, &u) in of_columns.zip(self.u) {
            *to = if SQUARED { u * u } else { u };
        }
        let (groups, rest) = u.as_chunks();
        // SAFETY: the caller promises the instructions.
        unsafe {
            for (i, u) in groups.iter().enumerate() {
                self.add::<L, STREAMS>(start + i * STREAMS, u);
            }
            for (i, u) in rest.iter().enumerate() {
                self.add::<L, 1>(end - rest.len() + i, &[*u]);
            }
        }
    }
}

impl<E: Element, const SQUARED: bool> Along<'_, E, SQUARED> {
    /// Adds what some panels give, from the first on.
    ///
    /// # Safety
    /// The CPU must have `L`'s instructions.
    #[inline(always)]
    unsafe fn add<L: Lanes, const N: usize>(&mut self, first: usize, u: &[[f64; PANEL]; N]) {
        let panels: [&[[E; PANEL]]; N] = std::array::from_fn(|i| {
            let panel = &self.weight[(first + i) * self.k * PANEL..][..self.k * PANEL];
            &panel.as_chunks().0[self.rows.clone()]
        });
        let mut room = [0.0; PANEL];
        for (at, sum) in self.along.iter_mut().enumerate() {
            let mut sums = [0.0; SUMS];
            for (panel, u) in panels.iter().zip(u) {
                // SAFETY: by the caller's promise.
                let row = unsafe { E::row::<L>(&panel[at], &mut room) };
                add_products::<L, SQUARED>(row, u, &mut sums);
            }
            *sum += total(sums);
        }
    }
}

/// Adds the products of a row, or of its squares, with u.
#[inline(always)]
pub(super) fn add_products<L: Lanes, const SQUARED: bool>(
    row: &[f32; PANEL],
    u: &[f64; PANEL],
    sums: &mut [f64; SUMS],
) {
    match SQUARED {
        true => L::add_products(&row.map(|w| w * w), u, sums),
        false => L::add_products(row, u, sums),
    }
}

struct Squares<'a, E> {
    weight: &'a [E],
    squares: &'a mut [f64],
}

impl<E: Element> Kernel for Squares<'_, E> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let mut room = [0.0; PANEL];
        for panel in self.weight.chunks_exact(self.squares.len() * PANEL) {
            for (sum, row) in self.squares.iter_mut().zip(panel.as_chunks().0) {
                // SAFETY: the caller promises the instructions.
                let row = unsafe { E::row::<L>(row, &mut room) };
                let mut sums = [0.0; SUMS];
                L::add_products(row, &row.map(f64::from), &mut sums);
                *sum += total(sums);
            }
        }
    }
}

struct Results<'a, E> {
    weight: &'a [E],
    d_head: usize,
    z: &'a [f64],
    n: usize,
    results: &'a mut [f64],
}

impl<E: Element> Kernel for Results<'_, E> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(mut self) {
        let panels = self.weight.len() / (self.z.len() * PANEL);
        let together = panels / STREAMS * STREAMS;
        // SAFETY: the caller promises the instructions.
        unsafe {
            for first in (0..together).step_by(STREAMS) {
                self.write::<L, STREAMS>(first);
            }
            for panel in together..panels {
                self.write::<L, 1>(panel);
            }
        }
    }
}

impl<E: Element> Results<'_, E> {
    /// Writes the columns of some panels, from the first on.
    ///
    /// # Safety
    /// The CPU must have `L`'s instructions.
    #[inline(always)]
    unsafe fn write<L: Lanes, const N: usize>(&mut self, first: usize) {
        let k = self.z.len();
        let columns = first * PANEL..self.n.min((first + N) * PANEL);
        let mut room = [0.0; PANEL];
        let heads = self.z.chunks_exact(self.d_head).enumerate();
        for ((head, z), result) in heads.zip(self.results.chunks_exact_mut(self.n)) {
            let panels: [&[[E; PANEL]]; N] = std::array::from_fn(|i| {
                let panel = &self.weight[(first + i) * k * PANEL..][..k * PANEL];
                &panel.as_chunks().0[head * self.d_head..][..self.d_head]
            });
            let mut sums = [[0.0; PANEL]; N];
            for (at, &z) in z.iter().enumerate() {
                for (panel, sums) in panels.iter().zip(&mut sums) {
                    // SAFETY: by the caller's promise.
                    let row = unsafe { E::row::<L>(&panel[at], &mut room) };
                    L::add_f64(row, z, sums);
                }
            }
            result[columns.clone()].copy_from_slice(&sums.as_flattened()[..columns.len()]);
        }
    }
}
