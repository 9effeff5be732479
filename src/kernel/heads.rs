//! Products of single heads, in float64: what attribution asks of the weights of attention's output.

use super::lanes::{Kernel, Lanes, with_lanes};
use super::{Element, PANEL};

/// `W u` for a weight `W` `[k, n]` as panels and `u` `[n]`, `[k]`.
pub(crate) fn along<E: Element>(weight: &[E], k: usize, u: &[f64]) -> Vec<f64> {
    let mut along = vec![0.0; k];
    with_lanes(Along {
        weight,
        u,
        along: &mut along,
    });
    along
}

/// `z W` of each head's rows of `W` `[k, n]` alone, `[k / d_head, n]`, for `z` `[k]`.
pub(crate) fn by_head<E: Element>(weight: &[E], d_head: usize, z: &[f64], n: usize) -> Vec<f64> {
    let mut results = vec![0.0; z.len() / d_head * n];
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
pub(crate) fn squared_rows<E: Element>(weight: &[E], k: usize) -> Vec<f64> {
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
        for (panel, u) in self
            .weight
            .chunks_exact(self.along.len() * PANEL)
            .zip(self.u.chunks(PANEL))
        {
            let mut part = [0.0; PANEL];
            part[..u.len()].copy_from_slice(u);
            for (sum, row) in self.along.iter_mut().zip(panel.chunks_exact(PANEL)) {
                // SAFETY: a panel's rows are PANEL wide.
                *sum += unsafe { with_row::<L, E, _>(row, |row| L::dot_f64(row, &part)) };
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
        for panel in self.weight.chunks_exact(self.squares.len() * PANEL) {
            for (sum, row) in self.squares.iter_mut().zip(panel.chunks_exact(PANEL)) {
                // SAFETY: a panel's rows are PANEL wide.
                *sum += unsafe {
                    with_row::<L, E, _>(row, |row| {
                        let values = std::array::from_fn(|i| f64::from(*row.add(i)));
                        L::dot_f64(row, &values)
                    })
                };
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
        for (i, panel) in self.weight.chunks_exact(self.z.len() * PANEL).enumerate() {
            let columns = i * PANEL..self.n.min((i + 1) * PANEL);
            let heads = panel
                .chunks_exact(self.d_head * PANEL)
                .zip(self.z.chunks_exact(self.d_head));
            for ((rows, z), result) in heads.zip(self.results.chunks_exact_mut(self.n)) {
                let mut sums = [0.0; PANEL];
                for (row, &z) in rows.chunks_exact(PANEL).zip(z) {
                    // SAFETY: a panel's rows are PANEL wide.
                    unsafe { with_row::<L, E, _>(row, |row| L::add_f64(row, z, &mut sums)) };
                }
                result[columns.clone()].copy_from_slice(&sums[..columns.len()]);
            }
        }
    }
}

/// What `of` makes of a panel's row as float32.
#[inline(always)]
unsafe fn with_row<L: Lanes, E: Element, T>(row: &[E], of: impl FnOnce(*const f32) -> T) -> T {
    if E::IS_F32 {
        return of(row.as_ptr().cast());
    }
    let mut converted = [0.0; PANEL];
    for at in (0..PANEL).step_by(L::N) {
        unsafe { E::load::<L>(row.as_ptr().add(at)).store(converted.as_mut_ptr().add(at)) };
    }
    of(converted.as_ptr())
}
