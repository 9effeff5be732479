//! Matrix products with weights that were packed once.
//!
//! A weight matrix `[k, n]` is kept as panels of [`PANEL`] columns, `[ceil(n / PANEL), k, PANEL]`, the last one filled up
//! with zeros. A tile of some rows of x and one panel is computed in registers, and reads the panel from its start to its end.

use std::ops::Range;

use super::Element;
use super::lanes::{Kernel, Lanes, with_lanes};
use super::parallel::{Shared, area, filled, share};

/// Columns of a panel.
pub(crate) const PANEL: usize = 16;

/// Panels of a matrix of `n` columns.
pub(crate) fn panels(n: usize) -> usize {
    n.div_ceil(PANEL)
}

/// How many elements a matrix `[k, n]` has as panels, with what fills up the last one; saturates. In 64 bits, since a weight that
/// could be held as it comes may be too large so.
pub(crate) fn packed_len(k: usize, n: usize) -> u64 {
    (k as u64).saturating_mul(panels(n) as u64).saturating_mul(PANEL as u64)
}

/// Some columns of `x W + b`, `[rows, columns]`, for `x` `[rows, k]`, `W` as [`panels`] and `b` `[n]`.
///
/// # Panics
/// If there are no columns, or one of the slices is not of its size.
pub(crate) fn linear<E: Element>(x: &[f32], k: usize, weight: &[E], bias: &[f32], columns: Range<usize>) -> Vec<f32> {
    assert!(k > 0 && x.len().is_multiple_of(k), "x is not [rows, k]");
    assert!(
        weight.len() as u64 == packed_len(k, bias.len()),
        "the weight is not [k, n] as panels"
    );
    assert!(
        columns.start < columns.end && columns.end <= bias.len(),
        "columns are not of the n"
    );
    let rows = x.len() / k;
    let first = columns.start / PANEL;
    let n_panels = panels(columns.end) - first;
    // SAFETY: every column is in one panel, and each panel is of one part.
    unsafe {
        filled(area(rows, columns.len()), |y| {
            share(n_panels, x.len() as u64 * PANEL as u64, |part| {
                with_lanes(Tiles {
                    x,
                    rows,
                    k,
                    weight,
                    bias,
                    columns: columns.clone(),
                    panels: first + part.start..first + part.end,
                    y,
                });
            });
        })
    }
}

/// The tiles of some panels, of sizes that were checked.
struct Tiles<'a, E> {
    /// `[rows, k]`
    x: &'a [f32],
    rows: usize,
    k: usize,
    /// `[panels, k, PANEL]`
    weight: &'a [E],
    bias: &'a [f32],
    /// Those that are wanted.
    columns: Range<usize>,
    /// Those that are to be computed: in each of them is a column that is wanted.
    panels: Range<usize>,
    /// `[rows, columns]`
    y: Shared,
}

impl<E: Element> Kernel for Tiles<'_, E> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let panel_len = self.k * PANEL;
        let of_panel = |panel| &self.weight[panel * panel_len..][..panel_len];
        let last = self.panels.end - 1;
        let mut converted = Vec::new();
        let mut panels = self.panels.clone();
        while let Some(panel) = panels.next() {
            let weight = of_panel(panel);
            // SAFETY: the caller promises the instructions. All panels are `panel_len` long, and in memory one after the other;
            // x has the rows that are asked for, and no other part writes to these panels' columns.
            unsafe {
                if self.rows == 1 && !E::IS_F32 {
                    // The registers are needed to convert with.
                    self.store(self.tile::<L, E, 1>(weight.as_ptr(), 0, weight.as_ptr()), panel, 0);
                    continue;
                }
                if self.rows == 1 {
                    // One row is as fast as its weights come from memory: two panels at a time keep more of them coming.
                    let mut sums = [[[L::splat(0.0); LARGEST]; 1]; 2];
                    match panels.next() {
                        Some(second) => {
                            self.pair(weight.as_ptr(), of_panel(second).as_ptr(), &mut sums);
                            self.store(sums[0], panel, 0);
                            self.store(sums[1], second, 0);
                        }
                        None => self.store(self.tile::<L, E, 1>(weight.as_ptr(), 0, weight.as_ptr()), panel, 0),
                    }
                    continue;
                }
                let next = of_panel((panel + 1).min(last)).as_ptr();
                if E::IS_F32 {
                    self.rows_of_panel::<L>(weight.as_ptr().cast(), next, panel);
                } else {
                    converted.resize(self.k, [0.0; PANEL]);
                    for (row, room) in weight.as_chunks().0.iter().zip(&mut converted) {
                        E::row::<L>(row, room);
                    }
                    self.rows_of_panel::<L>(converted.as_ptr().cast(), next, panel);
                }
            }
        }
    }
}

/// Registers of a panel's row with the narrowest lanes.
const LARGEST: usize = PANEL / 4;

/// A cache line of the next panel is fetched ahead after so many rows of this one, or later: while few rows of x go over a
/// panel, it is read about as fast as memory gives it, and fetching ahead would only be in the way.
const AHEAD: usize = 24;
/// Bytes of a cache line.
const LINE: usize = 64;

/// Sums of a tile, a register for each `L::N` columns.
type Sums<L, const R: usize> = [[L; LARGEST]; R];

impl<E: Element> Tiles<'_, E> {
    /// # Safety
    /// The CPU must have `L`'s instructions; `weight` must be good for reading `k` rows of a panel, and `next` too.
    #[inline(always)]
    unsafe fn rows_of_panel<L: Lanes>(&self, weight: *const f32, next: *const E, panel: usize) {
        let mut row = 0;
        macro_rules! tiles {
            ($($rows:literal)*) => {$(
                if L::ROWS >= $rows {
                    while self.rows - row >= $rows {
                        // SAFETY: by the caller's promises, and x has so many rows more.
                        unsafe { self.store(self.tile::<L, f32, $rows>(weight, row, next), panel, row) };
                        row += $rows;
                    }
                }
            )*};
        }
        tiles!(6 4 2 1);
    }

    /// `R` rows of x times a panel. Each sum is added up in the order of k, whatever R is. Fetches its share of the next panel
    /// ahead.
    ///
    /// # Safety
    /// The CPU must have `L`'s instructions; `weight` must be good for reading `k` rows of a panel, and `next` too; x must have `R`
    /// rows from `row` on.
    #[inline(always)]
    unsafe fn tile<L: Lanes, W: Element, const R: usize>(
        &self,
        weight: *const W,
        row: usize,
        next: *const E,
    ) -> Sums<L, R> {
        let line = LINE / size_of::<E>();
        let lines = (self.k * PANEL / line).max(1);
        // All rows of x together fetch all lines of the panel, or as many as they may.
        let every = (self.rows / R * self.k).div_ceil(lines).max(AHEAD);
        let first = row / R * (self.k / every).min(lines * R / self.rows);
        // SAFETY: by the caller's promises. `next` stays in its panel: for T = rows / R, row / R is T - 1 at most, so that `first` is at
        // most (T - 1) / T of the lines, and fewer than k / every are fetched from there on, which is at most 1 / T of them.
        unsafe {
            let mut sums = [[L::splat(0.0); LARGEST]; R];
            let mut x = self.x.as_ptr().add(row * self.k);
            let mut weight = weight;
            let end = weight.add(self.k * PANEL);
            let mut next = next.add(first * line);
            while weight != end {
                let stop = weight.add(every.min(end.offset_from_unsigned(weight) / PANEL) * PANEL);
                while weight != stop {
                    let mut w = [L::splat(0.0); LARGEST];
                    for (v, w) in w.iter_mut().enumerate().take(PANEL / L::N) {
                        *w = W::load::<L>(weight.add(v * L::N));
                    }
                    for (r, sums) in sums.iter_mut().enumerate() {
                        let x = L::splat(*x.add(r * self.k));
                        for v in 0..PANEL / L::N {
                            sums[v] = x.mul_add(w[v], sums[v]);
                        }
                    }
                    x = x.add(1);
                    weight = weight.add(PANEL);
                }
                if weight != end {
                    L::fetch(next);
                    next = next.add(line);
                }
            }
            sums
        }
    }

    /// The first row of x times two panels.
    ///
    /// # Safety
    /// The CPU must have `L`'s instructions; both must be good for reading `k` rows of a panel, and x must have a row.
    #[inline(always)]
    unsafe fn pair<L: Lanes>(&self, mut first: *const E, mut second: *const E, sums: &mut [Sums<L, 1>; 2]) {
        let [[a], [b]] = sums;
        // SAFETY: by the caller's promises, in k steps.
        unsafe {
            let mut x = self.x.as_ptr();
            let end = first.add(self.k * PANEL);
            while first != end {
                let row = L::splat(*x);
                for v in 0..PANEL / L::N {
                    a[v] = row.mul_add(E::load::<L>(first.add(v * L::N)), a[v]);
                    b[v] = row.mul_add(E::load::<L>(second.add(v * L::N)), b[v]);
                }
                x = x.add(1);
                first = first.add(PANEL);
                second = second.add(PANEL);
            }
        }
    }

    /// Adds the bias, and writes what is wanted of a panel's columns.
    ///
    /// # Safety
    /// There must be such rows and such a panel, and no other thread may write to the columns of that panel.
    #[inline(always)]
    unsafe fn store<L: Lanes, const R: usize>(&self, sums: Sums<L, R>, panel: usize, row: usize) {
        let start = panel * PANEL;
        let (width, wanted) = (self.columns.len(), &self.columns);
        for (r, sums) in sums.iter().enumerate() {
            if wanted.start <= start && start + PANEL <= wanted.end {
                // SAFETY: the bias and the row of y have the panel's columns, since all of them are wanted.
                unsafe {
                    let y = self.y.at((row + r) * width + start - wanted.start, PANEL);
                    for (v, sum) in sums.iter().enumerate().take(PANEL / L::N) {
                        let bias = L::load(self.bias.as_ptr().add(start + v * L::N));
                        sum.add(bias).store(y.add(v * L::N));
                    }
                }
                continue;
            }
            let mut values = [0.0; PANEL];
            for (v, sum) in sums.iter().enumerate().take(PANEL / L::N) {
                values[v * L::N..][..L::N].copy_from_slice(&sum.lanes(0.0)[..L::N]);
            }
            for column in start.max(wanted.start)..(start + PANEL).min(wanted.end) {
                // SAFETY: the column is wanted, so the row of y has it.
                unsafe {
                    *self.y.at((row + r) * width + column - wanted.start, 1) =
                        values[column - start] + self.bias[column];
                }
            }
        }
    }
}
