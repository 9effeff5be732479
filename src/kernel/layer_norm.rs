//! LayerNorm.

use super::lanes::{Kernel, Lanes, with_lanes};
use super::parallel::{Shared, filled, share};

/// Of one number, in multiplications.
const COST: u64 = 8;

/// `(x - mean) / sqrt(var + eps) * weight + bias` of each row of `x` `[rows, d]`.
///
/// # Panics
/// If the weight is empty, the bias not as long, or x not of such rows.
pub(crate) fn layer_norm(x: &[f32], weight: &[f32], bias: &[f32], eps: f32) -> Vec<f32> {
    let d = weight.len();
    assert!(d > 0, "the weight is empty");
    assert!(bias.len() == d, "the bias is not [d]");
    assert!(x.len().is_multiple_of(d), "x is not [rows, d]");
    // SAFETY: each row is of one part, and y has as many rows as x.
    unsafe {
        filled(x.len(), |y| {
            share(x.len() / d, d as u64 * COST, |part| {
                let part = part.start * d..part.end * d;
                with_lanes(Normalize {
                    x: &x[part.clone()],
                    weight,
                    bias,
                    eps,
                    y: y.part(part),
                });
            });
        })
    }
}

/// sqrt(var + eps) of each row of `x` `[rows, d]`: what [`layer_norm`] divides by.
///
/// # Panics
/// If x is not of such rows.
pub(crate) fn scale(x: &[f32], d: usize, eps: f32) -> Vec<f32> {
    assert!(d > 0 && x.len().is_multiple_of(d), "x is not [rows, d]");
    // SAFETY: every row is written.
    unsafe { filled(x.len() / d, |y| with_lanes(Scales { x, d, eps, y })) }
}

struct Normalize<'a> {
    /// Rows as long as the weight, which is as long as the bias.
    x: &'a [f32],
    weight: &'a [f32],
    bias: &'a [f32],
    eps: f32,
    /// As many numbers as x.
    y: Shared,
}

impl Kernel for Normalize<'_> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let d = self.weight.len();
        for (i, x) in self.x.chunks_exact(d).enumerate() {
            // SAFETY: the caller promises the instructions; x, weight, bias and the row of y have d numbers.
            unsafe {
                let (mean, scale) = moments::<L>(x, self.eps);
                let y = self.y.at(i * d, d);
                let whole = d / L::N * L::N;
                for j in (0..whole).step_by(L::N) {
                    let centered = L::load(x.as_ptr().add(j)).sub(L::splat(mean));
                    let weight = L::load(self.weight.as_ptr().add(j));
                    let bias = L::load(self.bias.as_ptr().add(j));
                    centered.div(L::splat(scale)).mul_add(weight, bias).store(y.add(j));
                }
                for (j, x) in x.iter().enumerate().skip(whole) {
                    *y.add(j) = (x - mean) / scale * self.weight[j] + self.bias[j];
                }
            }
        }
    }
}

struct Scales<'a> {
    x: &'a [f32],
    d: usize,
    eps: f32,
    /// A number a row.
    y: Shared,
}

impl Kernel for Scales<'_> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        for (i, x) in self.x.chunks_exact(self.d).enumerate() {
            // SAFETY: the caller promises the instructions; y has a number a row.
            unsafe { *self.y.at(i, 1) = moments::<L>(x, self.eps).1 };
        }
    }
}

/// The mean, and the square root of the variance and `eps`.
///
/// # Safety
/// The CPU must have `L`'s instructions.
#[inline(always)]
unsafe fn moments<L: Lanes>(x: &[f32], eps: f32) -> (f32, f32) {
    // SAFETY: the caller promises the instructions.
    unsafe {
        let d = x.len() as f32;
        let mean = sum::<L>(x, |x| x, |x| x) / d;
        let center = L::splat(mean);
        let squares = sum::<L>(
            x,
            |x| {
                let x = x.sub(center);
                x.mul(x)
            },
            |x| (x - mean) * (x - mean),
        );
        (mean, (squares / d + eps).sqrt())
    }
}

/// The sum over `lanes` of whole registers and `rest` of what is left of x.
///
/// # Safety
/// The CPU must have `L`'s instructions.
#[inline(always)]
unsafe fn sum<L: Lanes>(x: &[f32], lanes: impl Fn(L) -> L, rest: impl Fn(f32) -> f32) -> f32 {
    let whole = x.len() / L::N * L::N;
    // SAFETY: the caller promises the instructions, and x has N numbers from each multiple of N below `whole` on.
    let sums = unsafe {
        let mut sums = [L::splat(0.0); 4];
        for (i, at) in (0..whole).step_by(L::N).enumerate() {
            sums[i % 4] = sums[i % 4].add(lanes(L::load(x.as_ptr().add(at))));
        }
        sums
    };
    let [a, b, c, d] = sums;
    a.add(b).add(c.add(d)).sum() + x[whole..].iter().map(|&x| rest(x)).sum::<f32>()
}
