//! Products with weights in float64: what attribution asks of them.

use std::ops::Range;

use super::lanes::{Kernel, Lanes, SUMS, total, with_lanes};
use super::packing::{Block, Packed};
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
    let weight = Packed::new(weight, k, n);
    assert!(rows.start <= rows.end && rows.end <= k, "the rows are not of the k");
    assert!(
        columns.start < columns.end && columns.end <= n && columns.len() == u.len(),
        "u is not of columns of the n"
    );
    let mut along = vec![0.0; rows.len()];
    with_lanes(Along::<E, SQUARED> {
        weight,
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
    let weight = Packed::new(weight, z.len(), n);
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
    let mut squares = vec![0.0; k];
    with_lanes(Squares {
        weight: Packed::new(weight, k, weight.len() / k.max(1)),
        squares: &mut squares,
    });
    squares
}

struct Along<'a, E, const SQUARED: bool> {
    weight: Packed<'a, E>,
    rows: Range<usize>,
    columns: Range<usize>,
    u: &'a [f64],
    along: &'a mut [f64],
}

/// Panels that are read at a time: memory gives several streams sooner than one. More would be in each other's way in the nearest cache,
/// since panels are 4 KB apart.
const STREAMS: usize = 4;

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
        for block in self.weight.blocks() {
            // SAFETY: the caller promises the instructions.
            unsafe {
                for (i, u) in groups.iter().enumerate() {
                    self.add::<L, STREAMS>(block, start + i * STREAMS, u);
                }
                for (i, u) in rest.iter().enumerate() {
                    self.add::<L, 1>(block, end - rest.len() + i, &[*u]);
                }
            }
        }
    }
}

impl<E: Element, const SQUARED: bool> Along<'_, E, SQUARED> {
    /// Adds what some panels of a block give, from the first on.
    ///
    /// # Safety
    /// The CPU must have `L`'s instructions.
    #[inline(always)]
    unsafe fn add<L: Lanes, const N: usize>(&mut self, block: Block<E>, first: usize, u: &[[f64; PANEL]; N]) {
        let panels: [_; N] = std::array::from_fn(|i| block.panel(first + i));
        let mut room = [0.0; PANEL];
        let (start, end) = (
            self.rows.start.max(block.first),
            self.rows.end.min(block.first + block.rows),
        );
        for row in start..end {
            let mut sums = [0.0; SUMS];
            for (panel, u) in panels.iter().zip(u) {
                // SAFETY: by the caller's promise.
                let row = unsafe { E::row::<L>(&panel[row - block.first], &mut room) };
                add_products::<L, SQUARED>(row, u, &mut sums);
            }
            self.along[row - self.rows.start] += total(sums);
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
    weight: Packed<'a, E>,
    squares: &'a mut [f64],
}

impl<E: Element> Kernel for Squares<'_, E> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let mut room = [0.0; PANEL];
        for block in self.weight.blocks() {
            let squares = &mut self.squares[block.first..][..block.rows];
            for panel in 0..self.weight.panels() {
                for (sum, row) in squares.iter_mut().zip(block.panel(panel)) {
                    // SAFETY: the caller promises the instructions.
                    let row = unsafe { E::row::<L>(row, &mut room) };
                    let mut sums = [0.0; SUMS];
                    L::add_products(row, &row.map(f64::from), &mut sums);
                    *sum += total(sums);
                }
            }
        }
    }
}

struct Results<'a, E> {
    weight: Packed<'a, E>,
    d_head: usize,
    z: &'a [f64],
    n: usize,
    results: &'a mut [f64],
}

impl<E: Element> Kernel for Results<'_, E> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(mut self) {
        let panels = self.weight.panels();
        let together = panels / STREAMS * STREAMS;
        for block in self.weight.blocks() {
            // SAFETY: the caller promises the instructions.
            unsafe {
                for first in (0..together).step_by(STREAMS) {
                    self.add::<L, STREAMS>(block, first);
                }
                for panel in together..panels {
                    self.add::<L, 1>(block, panel);
                }
            }
        }
    }
}

impl<E: Element> Results<'_, E> {
    /// Adds what the rows of a block give to the columns of some panels, from the first on.
    ///
    /// # Safety
    /// The CPU must have `L`'s instructions.
    #[inline(always)]
    unsafe fn add<L: Lanes, const N: usize>(&mut self, block: Block<E>, first: usize) {
        let columns = first * PANEL..self.n.min((first + N) * PANEL);
        let panels: [_; N] = std::array::from_fn(|i| block.panel(first + i));
        let mut room = [0.0; PANEL];
        let end = block.first + block.rows;
        let mut row = block.first;
        while row < end {
            // A head may have begun in the block before, and go on in the next.
            let head = row / self.d_head;
            let stop = end.min((head + 1) * self.d_head);
            let result = &mut self.results[head * self.n..][columns.clone()];
            let mut sums = [[0.0; PANEL]; N];
            sums.as_flattened_mut()[..result.len()].copy_from_slice(result);
            for (row, &z) in (row..stop).zip(&self.z[row..stop]) {
                for (panel, sums) in panels.iter().zip(&mut sums) {
                    // SAFETY: by the caller's promise.
                    let row = unsafe { E::row::<L>(&panel[row - block.first], &mut room) };
                    L::add_f64(row, z, sums);
                }
            }
            result.copy_from_slice(&sums.as_flattened()[..result.len()]);
            row = stop;
        }
    }
}
