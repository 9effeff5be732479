//! Matrix products with weights that were packed once.
//!
//! A product walks through the weight as it is [kept](super::packing), from its start to its end. At each panel of a block all rows of x
//! pass by, in tiles that are computed in registers; sums wait in memory from one block to the next, in the order in which they
//! will be needed. x is copied first so that a tile reads it in order.

use std::borrow::Cow;
use std::ops::Range;

use super::ahead::Ahead;
use super::lanes::{Kernel, Lanes, with_lanes};
use super::packing::{BLOCK_ROWS, Packed, float32s};
use super::parallel::{Shared, area, filled, share_rows, threads};
use super::{Element, PANEL, panels};

/// Rows of x that are copied side by side.
const GROUP: usize = 4;

/// Rows of x that walk along the weight at once: their copy takes no more memory, however many there are.
const AT_ONCE: usize = 256;

/// Sums that wait in memory at a time, so that they stay in the caches: 256 KB.
const WAITING: usize = 1 << 16;

/// Tiles that fetch the next panel ahead, if there are as many: with fewer, it is read about as fast as memory gives it, and
/// fetching ahead would only be in the way.
const FETCHING: usize = 8;

/// Some columns of `x W + b`, `[rows, columns]`, for `x` `[rows, k]`, `W` as it is kept and `b` `[n]`.
///
/// # Panics
/// If there are no columns, or one of the slices is not of its size.
pub(crate) fn linear<E: Element>(x: &[f32], k: usize, weight: &[E], bias: &[f32], columns: Range<usize>) -> Vec<f32> {
    assert!(k > 0 && x.len().is_multiple_of(k), "x is not [rows, k]");
    let weight = Packed::new(weight, k, bias.len());
    assert!(
        columns.start < columns.end && columns.end <= bias.len(),
        "columns are not of the n"
    );
    let first = columns.start / PANEL;
    let wanted = columns.len();
    // SAFETY: every row is of one chunk, every column in one panel, and each panel is of one part.
    unsafe {
        filled(area(x.len() / k, wanted), |y| {
            for (i, x) in x.chunks(k.saturating_mul(AT_ONCE)).enumerate() {
                let rows = x.len() / k;
                let x = grouped(x, rows, k);
                let product = Product {
                    x: &x,
                    rows,
                    width: x.len() / k,
                    weight,
                    bias,
                    columns: &columns,
                    y: y.part(i * AT_ONCE * wanted..(i * AT_ONCE + rows) * wanted),
                };
                let cost = x.len() as u64 * PANEL as u64;
                share_rows(rows, panels(columns.end) - first, cost, |part| {
                    product.compute(first + part.start..first + part.end);
                });
            }
        })
    }
}

/// The bytes that a product from `k` to `n` numbers takes beside its result while it is computed: for x as tiles read it, and for sums
/// that wait.
pub(crate) fn scratch(rows: u64, k: usize, n: usize) -> [u64; 2] {
    let width = rows.min(AT_ONCE as u64).next_multiple_of(GROUP as u64);
    let all = width.saturating_mul(n.next_multiple_of(PANEL) as u64);
    let waiting = all.min(width.saturating_mul(PANEL as u64).max(WAITING as u64));
    let numbers = [width.saturating_mul(k as u64), waiting.saturating_mul(threads() as u64)];
    numbers.map(|n| n.saturating_mul(size_of::<f32>() as u64))
}

/// x as tiles read it, `[blocks, groups, rows of the block, GROUP]`, with zeros for the rows that the last group lacks. A row that
/// is alone stays as it is.
fn grouped(x: &[f32], rows: usize, k: usize) -> Cow<'_, [f32]> {
    if rows == 1 {
        return Cow::Borrowed(x);
    }
    let width = rows.next_multiple_of(GROUP);
    let mut groups = vec![0.0; area(width, k)];
    for (i, row) in x.chunks_exact(k).enumerate() {
        for (block, row) in groups.chunks_mut(BLOCK_ROWS * width).zip(row.chunks(BLOCK_ROWS)) {
            let group = &mut block[i / GROUP * GROUP * row.len()..][..GROUP * row.len()];
            let places = group.as_chunks_mut::<GROUP>().0;
            places.iter_mut().zip(row).for_each(|(place, &x)| place[i % GROUP] = x);
        }
    }
    Cow::Owned(groups)
}

/// Of sizes that were checked.
struct Product<'a, E> {
    /// As [`grouped`].
    x: &'a [f32],
    rows: usize,
    /// The rows, with those that fill up the last group.
    width: usize,
    weight: Packed<'a, E>,
    bias: &'a [f32],
    /// Those that are wanted.
    columns: &'a Range<usize>,
    /// `[rows, columns]`
    y: Shared,
}

impl<E: Element> Product<'_, E> {
    /// Writes what is wanted of some panels' columns.
    ///
    /// # Safety
    /// There must be such panels, with a column that is wanted in each, and no other thread may write to their columns.
    unsafe fn compute(&self, panels: Range<usize>) {
        let at_once = (WAITING / PANEL / self.width.max(1)).max(1);
        for first in panels.clone().step_by(at_once) {
            let some = first..panels.end.min(first + at_once);
            let sums = self.sums(some.clone());
            let sums = sums.as_chunks().0;
            // A few rows of y at a time: their lines are then written as a whole.
            for start in (0..self.rows).step_by(GROUP) {
                let rows = start..self.rows.min(start + GROUP);
                for (panel, sums) in some.clone().zip(sums.chunks_exact(self.width)) {
                    // SAFETY: by the caller's promises.
                    unsafe { self.write(panel, rows.start, &sums[rows.clone()]) };
                }
            }
        }
    }

    /// `[panels, width, PANEL]`. Each is added up in the order of k, whatever the others are.
    fn sums(&self, panels: Range<usize>) -> Vec<f32> {
        let mut sums = vec![0.0; panels.len() * self.width * PANEL];
        let mut room = Vec::new();
        let mut blocks = self.weight.blocks().peekable();
        while let Some(block) = blocks.next() {
            let x = &self.x[block.first * self.width..][..block.rows * self.width];
            let weight = block.panels(panels.clone());
            if self.width == 1 {
                let sums = sums.as_chunks_mut().0;
                with_lanes(OneRow { x, weight, sums });
                continue;
            }
            with_lanes(Tiles {
                x,
                steps: block.rows,
                weight,
                next: blocks.peek().map_or(&[], |next| next.panel(panels.start)),
                room: &mut room,
                sums: &mut sums,
            });
        }
        sums
    }

    /// Writes what is wanted of a panel's columns with the bias.
    ///
    /// # Safety
    /// As [`compute`](Self::compute).
    unsafe fn write(&self, panel: usize, first: usize, sums: &[[f32; PANEL]]) {
        let start = panel * PANEL;
        let wanted = self.columns.start.max(start)..self.columns.end.min(start + PANEL);
        let mut bias = [0.0; PANEL];
        let given = &self.bias[start..self.bias.len().min(start + PANEL)];
        bias[..given.len()].copy_from_slice(given);
        for (row, sums) in (first..).zip(sums) {
            let numbers: [f32; PANEL] = std::array::from_fn(|i| sums[i] + bias[i]);
            let at = row * self.columns.len() + wanted.start - self.columns.start;
            // SAFETY: the columns are wanted, so the row of y has them; the caller promises that nobody else writes there.
            unsafe {
                match wanted.len() {
                    // Of a length known here, which makes it a few moves and no call.
                    PANEL => self.y.at(at, PANEL).cast::<[f32; PANEL]>().write(numbers),
                    n => {
                        let numbers = numbers[wanted.start - start..].as_ptr();
                        self.y.at(at, n).copy_from_nonoverlapping(numbers, n);
                    }
                }
            }
        }
    }
}

/// Registers of a panel's row with the narrowest lanes.
const LARGEST: usize = PANEL / 4;

/// One row of x and some panels of a block.
struct OneRow<'a, E> {
    x: &'a [f32],
    /// Panels of as many rows as x has numbers, one after the other.
    weight: &'a [[E; PANEL]],
    /// A row for each panel.
    sums: &'a mut [[f32; PANEL]],
}

impl<E: Element> Kernel for OneRow<'_, E> {
    /// One row is as fast as its weights come from memory, and memory gives two streams sooner than one, if they are far apart. But
    /// where numbers are converted, registers are needed for that.
    #[inline(always)]
    unsafe fn run<L: Lanes>(mut self) {
        // SAFETY: the caller promises the instructions.
        unsafe {
            match E::IS_F32 {
                true => self.streams::<L, 2>(),
                false => self.streams::<L, 1>(),
            }
        }
    }
}

impl<E: Element> OneRow<'_, E> {
    /// # Safety
    /// The CPU must have `L`'s instructions.
    #[inline(always)]
    unsafe fn streams<L: Lanes, const N: usize>(&mut self) {
        let each = self.sums.len() / N;
        // SAFETY: the caller promises the instructions.
        unsafe {
            for i in 0..each {
                self.add::<L, N>(std::array::from_fn(|stream| stream * each + i));
            }
            for panel in each * N..self.sums.len() {
                self.add::<L, 1>([panel]);
            }
        }
    }

    /// Adds to its sums what some panels give.
    ///
    /// # Safety
    /// The CPU must have `L`'s instructions.
    #[inline(always)]
    unsafe fn add<L: Lanes, const N: usize>(&mut self, panels: [usize; N]) {
        let steps = self.x.len();
        // SAFETY: the caller promises the instructions. A panel has a row for each number of x, as each slice of them shows, and all registers of a
        // row are within it.
        unsafe {
            let registers = PANEL / L::N;
            let mut sums = [[L::splat(0.0); LARGEST]; N];
            for (sums, panel) in sums.iter_mut().zip(panels) {
                for (v, sum) in sums.iter_mut().enumerate().take(registers) {
                    *sum = L::load(self.sums[panel].as_ptr().add(v * L::N));
                }
            }
            let mut weights = panels.map(|panel| self.weight[panel * steps..][..steps].as_ptr());
            for &x in self.x {
                let x = L::splat(x);
                for (sums, weight) in sums.iter_mut().zip(&mut weights) {
                    for (v, sum) in sums.iter_mut().enumerate().take(registers) {
                        *sum = x.mul_add(E::load(weight.cast::<E>().add(v * L::N)), *sum);
                    }
                    *weight = weight.add(1);
                }
            }
            for (sums, panel) in sums.iter().zip(panels) {
                for (v, sum) in sums.iter().enumerate().take(registers) {
                    sum.store(self.sums[panel].as_mut_ptr().add(v * L::N));
                }
            }
        }
    }
}

/// Groups of rows of x and some panels of a block.
struct Tiles<'a, E> {
    /// `[groups, steps, GROUP]`
    x: &'a [f32],
    steps: usize,
    /// `[panels, steps, PANEL]`
    weight: &'a [[E; PANEL]],
    /// The panel that is read after them.
    next: &'a [[E; PANEL]],
    room: &'a mut Vec<f32>,
    /// `[panels, groups, GROUP, PANEL]`
    sums: &'a mut [f32],
}

impl<E: Element> Kernel for Tiles<'_, E> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Self { x, steps, .. } = self;
        let (groups, together) = (x.len() / (steps * GROUP), L::ROWS / GROUP);
        let tiles = groups / together;
        let fetching = tiles >= FETCHING;
        let panels = self.weight.chunks_exact(steps);
        let following = panels.clone().skip(1).chain([self.next]);
        let sums = self.sums.chunks_exact_mut(groups * GROUP * PANEL);
        for ((panel, next), sums) in panels.zip(following).zip(sums) {
            let panel = float32s(panel.as_flattened(), self.room).as_chunks().0;
            let mut ahead = Ahead::within(next.as_flattened(), tiles);
            let mut group = 0;
            macro_rules! tiles {
                ($($n:literal)*) => {$(
                    while together >= $n && groups - group >= $n {
                        let x = &x[group * steps * GROUP..][..$n * steps * GROUP];
                        let sums = &mut sums[group * GROUP * PANEL..][..$n * GROUP * PANEL];
                        // SAFETY: the caller promises the instructions.
                        unsafe {
                            if fetching {
                                ahead.fetch::<L>();
                            }
                            tile::<L, $n>(x, panel, sums);
                        }
                        group += $n;
                    }
                )*};
            }
            tiles!(2 1);
        }
    }
}

/// Adds to its sums what `N` groups of rows of x give with a panel.
///
/// # Safety
/// The CPU must have `L`'s instructions.
#[inline(always)]
unsafe fn tile<L: Lanes, const N: usize>(x: &[f32], weight: &[[f32; PANEL]], to: &mut [f32]) {
    let steps = weight.len();
    assert!(x.len() == N * steps * GROUP && to.len() == N * GROUP * PANEL);
    // SAFETY: the caller promises the instructions. Each group of x has GROUP numbers for each row of the panel, and N GROUP rows of sums
    // are as wide as the panel, of which all registers are.
    unsafe {
        let registers = PANEL / L::N;
        let mut sums = [[[L::splat(0.0); LARGEST]; GROUP]; N];
        for (r, sums) in sums.as_flattened_mut().iter_mut().enumerate() {
            for (v, sum) in sums.iter_mut().enumerate().take(registers) {
                *sum = L::load(to.as_ptr().add(r * PANEL + v * L::N));
            }
        }
        let mut x = x.as_ptr();
        for row in weight {
            let mut w = [L::splat(0.0); LARGEST];
            for (v, w) in w.iter_mut().enumerate().take(registers) {
                *w = L::load(row.as_ptr().add(v * L::N));
            }
            for (i, sums) in sums.iter_mut().enumerate() {
                for (r, sums) in sums.iter_mut().enumerate() {
                    let x = L::splat(*x.add(i * steps * GROUP + r));
                    for (sum, w) in sums.iter_mut().zip(w).take(registers) {
                        *sum = x.mul_add(w, *sum);
                    }
                }
            }
            x = x.add(GROUP);
        }
        for (r, sums) in sums.as_flattened().iter().enumerate() {
            for (v, sum) in sums.iter().enumerate().take(registers) {
                sum.store(to.as_mut_ptr().add(r * PANEL + v * L::N));
            }
        }
    }
}
