//! A matrix too large for the caches times several vectors at once: it is read once for all of them.

use super::ahead::Ahead;
use super::lanes::{Kernel, Lanes, with_lanes};
use super::packing::float32s;
use super::parallel::collected;
use super::{Element, PANEL, panels};

/// Rows of the matrix that are multiplied at a time, and stay in the caches while all vectors go over them: whole tiles of every
/// size that there is.
pub(crate) const BLOCK: usize = 48;

/// Sums that hide how long each addition takes.
const SUMS: usize = 8;

/// Vectors `[n, k]` side by side as the columns of a weight, which is kept as panels.
pub(crate) struct Columns {
    n: usize,
    k: usize,
    /// `[panels, k, PANEL]`
    packed: Vec<f32>,
}

impl Columns {
    /// # Panics
    /// If x is not of vectors of k numbers.
    pub fn new(x: &[f32], k: usize) -> Self {
        assert!(k > 0 && x.len().is_multiple_of(k), "x is not [n, k]");
        let mut packed = vec![0.0; panels(x.len() / k) * k * PANEL];
        for (n, x) in x.chunks_exact(k).enumerate() {
            let panel = packed[n / PANEL * k * PANEL..].as_chunks_mut::<PANEL>().0;
            panel.iter_mut().zip(x).for_each(|(row, &x)| row[n % PANEL] = x);
        }
        let n = x.len() / k;
        Self { n, k, packed }
    }

    /// How many columns a product has: as many as there are vectors, and those that fill up the last panel.
    pub fn width(&self) -> usize {
        self.packed.len() / self.k
    }

    /// Their products with the rows of a matrix `[rows, k]`, in blocks of [`BLOCK`] rows but for the last one, `[rows, width]` each.
    ///
    /// # Panics
    /// If the matrix is not of such rows.
    pub fn products<E: Element>(&self, matrix: &[E]) -> Vec<Vec<f32>> {
        assert!(matrix.len().is_multiple_of(self.k), "the matrix is not [rows, k]");
        let size = BLOCK * self.k;
        let product = |block: usize| {
            let rows = &matrix[block * size..matrix.len().min((block + 1) * size)];
            let mut y = vec![0.0; rows.len() / self.k * self.width()];
            let next = &matrix[((block + 1) * size).min(matrix.len())..];
            with_lanes(Product {
                rows: float32s(rows, &mut Vec::new()),
                columns: self,
                ahead: Ahead::new(&next[..size.min(next.len())]),
                y: &mut y,
            });
            y
        };
        collected(matrix.len().div_ceil(size), product)
    }
}

struct Product<'a, E> {
    /// `[rows, k]`
    rows: &'a [f32],
    columns: &'a Columns,
    ahead: Ahead<'a, E>,
    /// `[rows, width]`
    y: &'a mut [f32],
}

impl<E: Element> Kernel for Product<'_, E> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(mut self) {
        const { assert!(PANEL / L::N <= 2) };
        let Columns { n, k, ref packed } = *self.columns;
        let registers = |panel: usize| (n - panel * PANEL).min(PANEL).div_ceil(L::N);
        let steps = (0..panels(n)).map(|panel| self.rows.len() / most::<L>(registers(panel)));
        self.ahead.spread(steps.sum());
        for (panel, weight) in packed.chunks_exact(k * PANEL).enumerate() {
            // SAFETY: the caller promises the instructions.
            unsafe {
                match registers(panel) {
                    1 => self.panel::<L, 1>(weight, panel),
                    _ => self.panel::<L, 2>(weight, panel),
                }
            }
        }
    }
}

/// Rows of a tile of so many registers of columns.
const fn most<L: Lanes>(registers: usize) -> usize {
    if registers * L::N == PANEL {
        L::ROWS
    } else {
        SUMS.div_ceil(registers)
    }
}

impl<E: Element> Product<'_, E> {
    /// All rows times the first `V` registers of a panel.
    ///
    /// # Safety
    /// The CPU must have `L`'s instructions.
    #[inline(always)]
    unsafe fn panel<L: Lanes, const V: usize>(&mut self, weight: &[f32], panel: usize) {
        if V * L::N > PANEL {
            return;
        }
        let (k, width) = (self.columns.k, self.columns.width());
        let mut row = 0;
        macro_rules! tiles {
            ($($rows:literal)*) => {$(
                if most::<L>(V) >= $rows {
                    while self.rows.len() / k - row >= $rows {
                        let x = &self.rows[row * k..(row + $rows) * k];
                        // SAFETY: the caller promises the instructions.
                        let sums = unsafe { tile::<L, E, $rows, V>(x, weight, &mut self.ahead) };
                        for (y, sums) in self.y[row * width..].chunks_mut(width).zip(sums) {
                            let y = &mut y[panel * PANEL..][..PANEL];
                            for (y, sum) in y.chunks_exact_mut(L::N).zip(sums) {
                                // SAFETY: there is room for N numbers.
                                unsafe { sum.store(y.as_mut_ptr()) };
                            }
                        }
                        row += $rows;
                    }
                }
            )*};
        }
        tiles!(8 6 4 3 2 1);
    }
}

/// `R` rows of x times `V` registers of a panel. Each sum is added up in the order of k, whatever the others are.
///
/// # Safety
/// The CPU must have `L`'s instructions.
#[inline(always)]
unsafe fn tile<L: Lanes, E: Element, const R: usize, const V: usize>(
    x: &[f32],
    weight: &[f32],
    ahead: &mut Ahead<E>,
) -> [[L; V]; R] {
    let k = x.len() / R;
    assert!(weight.len() == k * PANEL && V * L::N <= PANEL);
    // SAFETY: the caller promises the instructions; x has R rows of k numbers, and the panel k rows of at least V registers.
    unsafe {
        let mut sums = [[L::splat(0.0); V]; R];
        let mut x = x.as_ptr();
        let mut weight = weight.as_ptr();
        let end = weight.add(k * PANEL);
        while weight != end {
            ahead.fetch::<L>();
            let stop = weight.add(ahead.every.min(end.offset_from_unsigned(weight) / PANEL) * PANEL);
            while weight != stop {
                let mut w = [L::splat(0.0); V];
                for (v, w) in w.iter_mut().enumerate() {
                    *w = L::load(weight.add(v * L::N));
                }
                for (r, sums) in sums.iter_mut().enumerate() {
                    let x = L::splat(*x.add(r * k));
                    for (sum, w) in sums.iter_mut().zip(w) {
                        *sum = x.mul_add(w, *sum);
                    }
                }
                x = x.add(1);
                weight = weight.add(PANEL);
            }
        }
        sums
    }
}
