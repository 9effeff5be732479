//! How a weight is kept: so that a product is one walk through memory, from its start to its end.
//!
//! A matrix `[k, n]` is cut into blocks of [`BLOCK_ROWS`] rows, and a block into panels of [`PANEL`] columns, `[blocks, panels, BLOCK_ROWS,
//! PANEL]`. The last panel is filled up with zeros; the last block has the rows that are left.

use std::ops::Range;

use super::Element;
use super::lanes::{Kernel, Lanes, with_lanes};

/// Columns of a panel.
pub(crate) const PANEL: usize = 8;
/// Rows of a block. A panel of one is 4 KB of float32, and stays in the nearest cache while rows of x go over it.
pub(crate) const BLOCK_ROWS: usize = 128;

/// Panels of a matrix of `n` columns.
pub(crate) fn panels(n: usize) -> usize {
    n.div_ceil(PANEL)
}

/// How many elements a matrix `[k, n]` has as panels, with what fills up the last one; saturates. In 64 bits, since a weight that
/// could be held as it comes may be too large so.
pub(crate) fn packed_len(k: usize, n: usize) -> u64 {
    (k as u64).saturating_mul(panels(n) as u64).saturating_mul(PANEL as u64)
}

/// Where an element of a matrix `[k, n]` is kept. The others of its row and panel are beside it.
#[inline(always)]
pub(crate) fn place(row: usize, column: usize, k: usize, n: usize) -> usize {
    let first = row - row % BLOCK_ROWS;
    let rows = BLOCK_ROWS.min(k - first);
    (first * panels(n) + column / PANEL * rows + row % BLOCK_ROWS) * PANEL + column % PANEL
}

/// A weight `[k, n]`.
#[derive(Clone, Copy)]
pub(super) struct Packed<'a, E> {
    rows: &'a [[E; PANEL]],
    panels: usize,
}

/// Some rows of a weight.
#[derive(Clone, Copy)]
pub(super) struct Block<'a, E> {
    /// Its place among the rows of the weight.
    pub first: usize,
    /// How many rows it has.
    pub rows: usize,
    panels: &'a [[E; PANEL]],
}

impl<'a, E> Packed<'a, E> {
    /// # Panics
    /// If the numbers are not of that size.
    pub fn new(numbers: &'a [E], k: usize, n: usize) -> Self {
        assert!(
            k > 0 && n > 0 && numbers.len() as u64 == packed_len(k, n),
            "the weight is not [k, n] as panels"
        );
        Self {
            rows: numbers.as_chunks().0,
            panels: panels(n),
        }
    }

    pub fn panels(&self) -> usize {
        self.panels
    }

    pub fn blocks(self) -> impl Iterator<Item = Block<'a, E>> {
        let blocks = self.rows.chunks(BLOCK_ROWS * self.panels).enumerate();
        blocks.map(move |(i, panels)| Block {
            first: i * BLOCK_ROWS,
            rows: panels.len() / self.panels,
            panels,
        })
    }
}

impl<'a, E> Block<'a, E> {
    /// The rows of a panel.
    #[inline(always)]
    pub fn panel(&self, i: usize) -> &'a [[E; PANEL]] {
        self.panels(i..i + 1)
    }

    /// The rows of some panels, panel after panel.
    #[inline(always)]
    pub fn panels(&self, some: Range<usize>) -> &'a [[E; PANEL]] {
        &self.panels[some.start * self.rows..some.end * self.rows]
    }
}

/// One row of a weight `[k, n]`, `[n]`.
///
/// # Panics
/// If the weight is not of that size, or has no such row.
pub(crate) fn row<E: Element>(weight: &[E], k: usize, n: usize, row: usize) -> Vec<f32> {
    let weight = Packed::new(weight, k, n);
    let (block, at) = (row / BLOCK_ROWS, row % BLOCK_ROWS);
    let block = weight.blocks().nth(block).filter(|block| at < block.rows);
    let block = block.expect("the row is not of the k");
    let of_panel = |panel| block.panel(panel)[at];
    let numbers = (0..weight.panels).flat_map(of_panel).take(n);
    numbers.map(Element::to_f32).collect()
}

/// Numbers as float32: themselves, or converted, in `room`.
pub(super) fn float32s<'a, E: Element>(numbers: &'a [E], room: &'a mut Vec<f32>) -> &'a [f32] {
    E::as_f32(numbers).unwrap_or_else(|| {
        room.resize(numbers.len(), 0.0);
        with_lanes(Convert { numbers, room });
        room
    })
}

struct Convert<'a, E> {
    numbers: &'a [E],
    /// As many.
    room: &'a mut [f32],
}

impl<E: Element> Kernel for Convert<'_, E> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let whole = self.numbers.len() / L::N * L::N;
        for at in (0..whole).step_by(L::N) {
            // SAFETY: the caller promises the instructions, and both have N numbers from `at` on.
            unsafe { E::load::<L>(self.numbers.as_ptr().add(at)).store(self.room.as_mut_ptr().add(at)) };
        }
        for (to, from) in self.room[whole..].iter_mut().zip(&self.numbers[whole..]) {
            *to = from.to_f32();
        }
    }
}
