//! Products in float64: what attribution asks of weights, and of what runs keep.

use std::ops::Range;

use super::lanes::{Kernel, Lanes, with_lanes};
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

/// `M x` of some columns of a matrix `[rows, width]` as it is, with `x` a number a column; `[rows]`. If `SQUARED`, of the
/// squares of what it adds up.
///
/// # Panics
/// If the matrix is not of such rows, or x not of such columns.
pub(crate) fn dots_f64<const SQUARED: bool>(
    matrix: &[f32],
    width: usize,
    columns: Range<usize>,
    x: &[f64],
) -> Vec<f64> {
    assert!(
        width > 0 && matrix.len().is_multiple_of(width),
        "the matrix is not [rows, width]"
    );
    assert!(
        columns.start <= columns.end && columns.end <= width && columns.len() == x.len(),
        "x is not of columns of the width"
    );
    let mut dots = vec![0.0; matrix.len() / width];
    with_lanes(Dots::<SQUARED> {
        matrix,
        width,
        columns,
        x,
        dots: &mut dots,
    });
    dots
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

impl<E: Element, const SQUARED: bool> Kernel for Along<'_, E, SQUARED> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Range { start, end } = self.columns;
        let mut room = [0.0; PANEL];
        for panel in start / PANEL..end.div_ceil(PANEL) {
            let at = start.max(panel * PANEL)..end.min((panel + 1) * PANEL);
            let mut part = [0.0; PANEL];
            part[at.start - panel * PANEL..at.end - panel * PANEL]
                .copy_from_slice(&self.u[at.start - start..at.end - start]);
            if SQUARED {
                part = part.map(|u| u * u);
            }
            let rows = &self.weight[panel * self.k * PANEL..][self.rows.start * PANEL..self.rows.end * PANEL];
            for (sum, row) in self.along.iter_mut().zip(rows.as_chunks().0) {
                // SAFETY: the caller promises the instructions.
                let row = unsafe { E::row::<L>(row, &mut room) };
                *sum += match SQUARED {
                    true => L::dot_f64(&row.map(|w| w * w), &part),
                    false => L::dot_f64(row, &part),
                };
            }
        }
    }
}

/// `M x` of each `d_head` of the columns from `start` on of a matrix `[rows, width]`, with `x` a number a column; `[heads, rows]`.
///
/// # Panics
/// If the matrix is not of such rows, or x not of whole heads of its columns.
pub(crate) fn dots_by_head(matrix: &[f32], width: usize, start: usize, d_head: usize, x: &[f64]) -> Vec<f64> {
    assert!(
        width > 0 && matrix.len().is_multiple_of(width),
        "the matrix is not [rows, width]"
    );
    assert!(
        d_head > 0 && x.len().is_multiple_of(d_head) && start <= width && x.len() <= width - start,
        "x is not of heads of the columns"
    );
    let mut dots = vec![0.0; area(x.len() / d_head, matrix.len() / width)];
    with_lanes(DotsByHead {
        matrix,
        width,
        start,
        d_head,
        x,
        dots: &mut dots,
    });
    dots
}

struct DotsByHead<'a> {
    matrix: &'a [f32],
    width: usize,
    start: usize,
    d_head: usize,
    x: &'a [f64],
    dots: &'a mut [f64],
}

impl Kernel for DotsByHead<'_> {
    /// A row at a time, in the order of memory.
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let rows = self.matrix.len() / self.width;
        for (i, row) in self.matrix.chunks_exact(self.width).enumerate() {
            let heads = row[self.start..].chunks_exact(self.d_head);
            for (head, (row, x)) in heads.zip(self.x.chunks_exact(self.d_head)).enumerate() {
                let ((row, left), (x, rest)) = (row.as_chunks(), x.as_chunks());
                let whole: f64 = row.iter().zip(x).map(|(row, x)| L::dot_f64(row, x)).sum();
                let left: f64 = left.iter().zip(rest).map(|(&w, x)| f64::from(w) * x).sum();
                self.dots[head * rows + i] = whole + left;
            }
        }
    }
}

struct Dots<'a, const SQUARED: bool> {
    matrix: &'a [f32],
    width: usize,
    columns: Range<usize>,
    x: &'a [f64],
    dots: &'a mut [f64],
}

impl<const SQUARED: bool> Kernel for Dots<'_, SQUARED> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let square = |x: f64| if SQUARED { x * x } else { x };
        let x: Vec<f64> = self.x.iter().map(|&x| square(x)).collect();
        let (whole, rest) = x.as_chunks();
        for (dot, row) in self.dots.iter_mut().zip(self.matrix.chunks_exact(self.width)) {
            let (chunks, left) = row[self.columns.clone()].as_chunks();
            let of_chunk = |(row, x): (&[f32; PANEL], &[f64; PANEL])| match SQUARED {
                true => L::dot_f64(&row.map(|w| w * w), x),
                false => L::dot_f64(row, x),
            };
            let chunks: f64 = chunks.iter().zip(whole).map(of_chunk).sum();
            let left: f64 = left.iter().zip(rest).map(|(&w, x)| square(f64::from(w)) * x).sum();
            *dot = chunks + left;
        }
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
                *sum += L::dot_f64(row, &row.map(f64::from));
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
    unsafe fn run<L: Lanes>(self) {
        let mut room = [0.0; PANEL];
        for (i, panel) in self.weight.chunks_exact(self.z.len() * PANEL).enumerate() {
            let columns = i * PANEL..self.n.min((i + 1) * PANEL);
            let heads = panel
                .chunks_exact(self.d_head * PANEL)
                .zip(self.z.chunks_exact(self.d_head));
            for ((rows, z), result) in heads.zip(self.results.chunks_exact_mut(self.n)) {
                let mut sums = [0.0; PANEL];
                for (row, &z) in rows.as_chunks().0.iter().zip(z) {
                    // SAFETY: the caller promises the instructions.
                    L::add_f64(unsafe { E::row::<L>(row, &mut room) }, z, &mut sums);
                }
                result[columns.clone()].copy_from_slice(&sums[..columns.len()]);
            }
        }
    }
}
