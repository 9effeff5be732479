//! The activation function of GPT-2.

use super::lanes::{Kernel, Lanes, with_lanes};
use super::parallel::{Shared, filled, share};

/// GELU by its tanh approximation, of each number. Since (1 + tanh(u)) / 2 = 1 / (1 + exp(-2u)), it needs no tanh.
pub(crate) fn gelu_tanh(x: &[f32]) -> Vec<f32> {
    // SAFETY: each number is of one part.
    unsafe {
        filled(x.len(), |y| {
            share(x.len(), COST, |part| {
                with_lanes(Gelu {
                    x: &x[part.clone()],
                    y: Shared(y.at(part.start)),
                });
            });
        })
    }
}

/// Of one number, in multiplications.
const COST: usize = 20;

struct Gelu<'a> {
    x: &'a [f32],
    y: Shared,
}

impl Kernel for Gelu<'_> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let whole = self.x.len() / L::N * L::N;
        // SAFETY: `filled` made room for each of x.
        unsafe {
            for i in (0..whole).step_by(L::N) {
                gelu(L::load(self.x.as_ptr().add(i))).store(self.y.at(i));
            }
            let mut rest = [0.0; 16];
            rest[..self.x.len() - whole].copy_from_slice(&self.x[whole..]);
            gelu(L::load(rest.as_ptr())).store(rest.as_mut_ptr());
            self.y
                .at(whole)
                .copy_from_nonoverlapping(rest.as_ptr(), self.x.len() - whole);
        }
    }
}

#[inline(always)]
unsafe fn gelu<L: Lanes>(x: L) -> L {
    const C: f32 = -2.0 * 0.797_884_6; // -2 sqrt(2 / pi)
    unsafe {
        let inner = x.mul(x).mul_add(L::splat(C * 0.044_715), L::splat(C));
        x.div(x.mul(inner).exp().add(L::splat(1.0)))
    }
}
