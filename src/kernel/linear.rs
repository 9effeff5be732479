//! Matrix products with weights that were packed once.
//!
//! A weight matrix `[k, n]` is kept as panels of [`PANEL`] columns, `[ceil(n / PANEL), k, PANEL]`, the last one filled up
//! with zeros. A tile of some rows of x and one panel is computed in registers, and reads the panel from its start to its end.

use std::ops::Range;

use super::Element;
use super::lanes::{Kernel, Lanes, with_lanes};
use super::parallel::{Shared, filled, share};

/// Columns of a panel.
pub(crate) const PANEL: usize = 16;

/// Panels of a matrix of `n` columns.
pub(crate) fn panels(n: usize) -> usize {
    n.div_ceil(PANEL)
}

/// Some columns of `x W + b`, `[rows, columns]`, for `x` `[rows, k]`, `W` as [`panels`] and `b` `[n]`.
pub(crate) fn linear<E: Element>(x: &[f32], k: usize, weight: &[E], bias: &[f32], columns: Range<usize>) -> Vec<f32> {
    let rows = x.len() / k;
    assert!(columns.end <= bias.len() && weight.len() == panels(bias.len()) * k * PANEL && x.len() == rows * k);
    let width = columns.len();
    let first = columns.start / PANEL;
    let n_panels = panels(columns.end) - first;
    // SAFETY: every column is in one panel, and each panel is of one part.
    unsafe {
        filled(rows * width, |y| {
            share(n_panels, rows * k * PANEL, |part| {
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

/// The tiles of some panels.
struct Tiles<'a, E> {
    x: &'a [f32],
    rows: usize,
    k: usize,
    weight: &'a [E],
    bias: &'a [f32],
    columns: Range<usize>,
    panels: Range<usize>,
    y: Shared,
}

impl<E: Element> Kernel for Tiles<'_, E> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let panel_len = self.k * PANEL;
        let last = self.panels.end - 1;
        let mut converted = Vec::new();
        let mut panels = self.panels.clone();
        while let Some(panel) = panels.next() {
            let weight = &self.weight[panel * panel_len..];
            // SAFETY: the slices are as long as `linear` checked.
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
                            self.pair(weight.as_ptr(), &mut sums);
                            self.store(sums[0], panel, 0);
                            self.store(sums[1], second, 0);
                        }
                        None => self.store(self.tile::<L, E, 1>(weight.as_ptr(), 0, weight.as_ptr()), panel, 0),
                    }
                    continue;
                }
                let next = self.weight[(panel + 1).min(last) * panel_len..].as_ptr();
                if E::IS_F32 {
                    self.rows_of_panel::<L>(weight.as_ptr().cast(), next, panel);
                } else {
                    converted.resize(panel_len, 0.0);
                    for i in (0..panel_len).step_by(PANEL) {
                        for v in 0..PANEL / L::N {
                            let at = i + v * L::N;
                            E::load::<L>(weight.as_ptr().add(at)).store(converted.as_mut_ptr().add(at));
                        }
                    }
                    self.rows_of_panel::<L>(converted.as_ptr(), next, panel);
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
    #[inline(always)]
    unsafe fn rows_of_panel<L: Lanes>(&self, weight: *const f32, next: *const E, panel: usize) {
        let mut row = 0;
        macro_rules! tiles {
            ($($rows:literal)*) => {$(
                if L::ROWS >= $rows {
                    while self.rows - row >= $rows {
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
    #[inline(always)]
    unsafe fn tile<L: Lanes, W: Element, const R: usize>(
        &self,
        weight: *const W,
        row: usize,
        next: *const E,
    ) -> Sums<L, R> {
        unsafe {
            let mut sums = [[L::splat(0.0); LARGEST]; R];
            let mut x = self.x.as_ptr().add(row * self.k);
            let mut weight = weight;
            let end = weight.add(self.k * PANEL);
            let line = LINE / size_of::<E>();
            let lines = (self.k * PANEL / line).max(1);
            // All rows of x together fetch all lines of the panel, or as many as they may.
            let every = (self.rows / R * self.k).div_ceil(lines).max(AHEAD);
            let mut next = next.add(row / R * (self.k / every).min(lines * R / self.rows) * line);
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

    /// The first row of x times two panels, one after the other in memory.
    #[inline(always)]
    unsafe fn pair<L: Lanes>(&self, weight: *const E, sums: &mut [Sums<L, 1>; 2]) {
        unsafe {
            let mut x = self.x.as_ptr();
            let (mut first, mut second) = (weight, weight.add(self.k * PANEL));
            let end = second;
            let [[a], [b]] = sums;
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
    #[inline(always)]
    unsafe fn store<L: Lanes, const R: usize>(&self, sums: Sums<L, R>, panel: usize, row: usize) {
        let start = panel * PANEL;
        let (width, wanted) = (self.columns.len(), &self.columns);
        for (r, sums) in sums.iter().enumerate() {
            unsafe {
                if wanted.start <= start && start + PANEL <= wanted.end {
                    let y = self.y.at((row + r) * width + start - wanted.start);
                    for (v, sum) in sums.iter().enumerate().take(PANEL / L::N) {
                        let bias = L::load(self.bias.as_ptr().add(start + v * L::N));
                        sum.add(bias).store(y.add(v * L::N));
                    }
                } else {
                    let mut values = [0.0; PANEL];
                    for (v, sum) in sums.iter().enumerate().take(PANEL / L::N) {
                        sum.store(values.as_mut_ptr().add(v * L::N));
                    }
                    for column in start.max(wanted.start)..(start + PANEL).min(wanted.end) {
                        let y = self.y.at((row + r) * width + column - wanted.start);
                        *y = values[column - start] + self.bias[column];
                    }
                }
            }
        }
    }
}
