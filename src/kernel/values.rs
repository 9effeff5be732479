//! Products with keys and values in float64: what attribution asks of what runs keep.

use std::ops::Range;

use super::lanes::{Kernel, Lanes, SUMS, total, with_lanes};
use super::parallel::area;
use super::products::add_products;

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

/// Rows that are read at a time: memory gives several streams sooner than one.
const STREAMS: usize = 4;

struct DotsByHead<'a> {
    matrix: &'a [f32],
    width: usize,
    start: usize,
    d_head: usize,
    x: &'a [f64],
    dots: &'a mut [f64],
}

impl Kernel for DotsByHead<'_> {
    /// A few rows at a time, in the order of memory.
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let rows = self.matrix.len() / self.width;
        for (i, few) in self.matrix.chunks(STREAMS * self.width).enumerate() {
            let dots = self.dots.chunks_exact_mut(rows.max(1));
            for (head, (dots, x)) in dots.zip(self.x.chunks_exact(self.d_head)).enumerate() {
                let at = self.start + head * self.d_head;
                for (dot, row) in dots[i * STREAMS..].iter_mut().zip(few.chunks_exact(self.width)) {
                    *dot = scalar_product::<L, false>(&row[at..][..self.d_head], x);
                }
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
        let x: Vec<f64> = match SQUARED {
            true => self.x.iter().map(|x| x * x).collect(),
            false => self.x.to_vec(),
        };
        for (dot, row) in self.dots.iter_mut().zip(self.matrix.chunks_exact(self.width)) {
            *dot = scalar_product::<L, SQUARED>(&row[self.columns.clone()], &x);
        }
    }
}

/// The scalar product of a row, or of its squares, with x.
#[inline(always)]
fn scalar_product<L: Lanes, const SQUARED: bool>(row: &[f32], x: &[f64]) -> f64 {
    let ((row, left), (x, rest)) = (row.as_chunks(), x.as_chunks());
    let mut sums = [0.0; SUMS];
    for (row, x) in row.iter().zip(x) {
        add_products::<L, SQUARED>(row, x, &mut sums);
    }
    let square = |w: f64| if SQUARED { w * w } else { w };
    let left: f64 = left.iter().zip(rest).map(|(&w, x)| square(f64::from(w)) * x).sum();
    total(sums) + left
}
