//! Products of single heads, in float64: what attribution asks of the weights of attention's output.

use super::lanes::{Kernel, Lanes, with_lanes};
use super::linear::packed_len;
use super::parallel::area;
use super::{Element, PANEL};

/// `W u` for a weight `W` `[k, n]` as panels and `u` `[n]`, `[k]`.
///
/// # Panics
/// If the weight is not of that size.
pub(crate) fn along<E: Element>(weight: &[E], k: usize, u: &[f64]) -> Vec<f64> {
    assert!(
        k > 0 && weight.len() as u64 == packed_len(k, u.len()),
        "the weight is not [k, n] as panels"
    );
    let mut along = vec![0.0; k];
    with_lanes(Along {
        weight,
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

struct Along<'a, E> {
    weight: &'a [E],
    u: &'a [f64],
    along: &'a mut [f64],
}

impl<E: Element> Kernel for Along<'_, E> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let panels = self.weight.chunks_exact(self.along.len() * PANEL);
        let mut room = [0.0; PANEL];
        for (panel, u) in panels.zip(self.u.chunks(PANEL)) {
            let mut part = [0.0; PANEL];
            part[..u.len()].copy_from_slice(u);
            for (sum, row) in self.along.iter_mut().zip(panel.as_chunks().0) {
                // SAFETY: the caller promises the instructions.
                *sum += L::dot_f64(unsafe { E::row::<L>(row, &mut room) }, &part);
            }
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
