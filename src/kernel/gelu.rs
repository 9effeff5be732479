//! The activation function of GPT-2.

use super::lanes::{Kernel, Lanes, WIDEST, with_lanes};
use super::parallel::{Shared, filled, share};

/// GELU by its tanh approximation, of each number. Since (1 + tanh(u)) / 2 = 1 / (1 + exp(-2u)), it needs no tanh.
pub(crate) fn gelu_tanh(x: &[f32]) -> Vec<f32> {
    // SAFETY: each number is of one part, and y has as many as x.
    unsafe {
        filled(x.len(), |y| {
            share(x.len(), COST, |part| {
                with_lanes(Gelu {
                    x: &x[part.clone()],
                    y: y.part(part),
                });
            });
        })
    }
}

/// Of one number, in multiplications.
const COST: u64 = 20;

struct Gelu<'a> {
    x: &'a [f32],
    /// As many numbers as x.
    y: Shared,
}

impl Kernel for Gelu<'_> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let whole = self.x.len() / L::N * L::N;
        let (lanes, few) = self.x.split_at(whole);
        let mut rest = [0.0; WIDEST];
        rest[..few.len()].copy_from_slice(few);
        // SAFETY: the caller promises the instructions. x, y and `rest` have room for all that is loaded and stored: N numbers from
        // each multiple of N below `whole`, and fewer than N after it.
        unsafe {
            for i in (0..whole).step_by(L::N) {
                gelu(L::load(lanes.as_ptr().add(i))).store(self.y.at(i, L::N));
            }
            let rest = gelu(L::load(rest.as_ptr())).lanes(0.0);
            self.y
                .at(whole, few.len())
                .copy_from_nonoverlapping(rest.as_ptr(), few.len());
        }
    }
}

#[inline(always)]
fn gelu<L: Lanes>(x: L) -> L {
    const C: f32 = -2.0 * 0.797_884_6; // -2 sqrt(2 / pi)
    // SAFETY: there is a register, so the CPU has the instructions.
    let splat = |x| unsafe { L::splat(x) };
    let inner = x.mul(x).mul_add(splat(C * 0.044_715), splat(C));
    x.div(x.mul(inner).exp().add(splat(1.0)))
}
