//! One trait for a register of float32 lanes, and the choice of the best that the CPU has.

#[cfg(not(target_arch = "wasm32"))]
mod portable;
#[cfg(target_arch = "wasm32")]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

use half::{bf16, f16};

use super::PANEL;

/// More lanes than any register has.
pub(super) const WIDEST: usize = 16;

/// As many sums as the compiler keeps in registers of several.
pub(super) const SUMS: usize = 8;

/// What [`Lanes::add_products`] has added up.
#[inline(always)]
pub(super) fn total([a, b, c, d, e, f, g, h]: [f64; SUMS]) -> f64 {
    ((a + e) + (b + f)) + ((c + g) + (d + h))
}

/// A register of float32 lanes.
///
/// There is one only where the CPU has its instructions, since what makes the first of them is unsafe. So what is computed of
/// registers alone is safe.
pub(crate) trait Lanes: Copy {
    /// Number of lanes: 4 or 8.
    const N: usize;
    /// How many rows a tile of [`PANEL`](super::PANEL) columns has, 4 or 8: as many as the registers hold.
    const ROWS: usize;

    /// # Safety
    /// The CPU must have the instructions, which [`with_lanes`] sees to.
    unsafe fn splat(x: f32) -> Self;
    /// # Safety
    /// As [`splat`](Self::splat), and `from` must be good for reading [`N`](Self::N) numbers.
    unsafe fn load(from: *const f32) -> Self;
    /// # Safety
    /// As [`load`](Self::load).
    unsafe fn load_f16(from: *const f16) -> Self;
    /// # Safety
    /// As [`load`](Self::load).
    unsafe fn load_bf16(from: *const bf16) -> Self;
    /// # Safety
    /// `to` must be good for writing [`N`](Self::N) numbers.
    unsafe fn store(self, to: *mut f32);

    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn div(self, other: Self) -> Self;
    /// The larger, or `self` where that is not a number: so it stays none.
    fn max(self, other: Self) -> Self;
    /// The smaller; else as [`max`](Self::max).
    fn min(self, other: Self) -> Self;
    /// `self * a + b`, rounded once or twice.
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// 2^n of lanes that hold 1.5 * 2^23 + n: n is in their last bits.
    fn exp2_of_last_bits(self) -> Self;

    /// Adds what a scalar product adds up to float64 sums, by turns; their [`total`] is the product.
    #[inline(always)]
    fn add_products(row: &[f32; PANEL], u: &[f64; PANEL], sums: &mut [f64; SUMS]) {
        for (row, u) in row.chunks_exact(SUMS).zip(u.chunks_exact(SUMS)) {
            for (sum, (&w, u)) in sums.iter_mut().zip(row.iter().zip(u)) {
                *sum += f64::from(w) * u;
            }
        }
    }

    /// Adds `factor` times the row to float64 sums.
    #[inline(always)]
    fn add_f64(row: &[f32; PANEL], factor: f64, sums: &mut [f64; PANEL]) {
        for (sum, &w) in sums.iter_mut().zip(row) {
            *sum += factor * f64::from(w);
        }
    }

    /// Brings a cache line near.
    ///
    /// # Safety
    /// `from` must be good for reading.
    #[inline(always)]
    unsafe fn fetch<T: Copy>(from: *const T) {
        // SAFETY: by the caller's promise.
        std::hint::black_box(unsafe { *from });
    }

    /// The lanes, and `rest` where there are fewer.
    #[inline(always)]
    fn lanes(self, rest: f32) -> [f32; WIDEST] {
        const { assert!(Self::N <= WIDEST) };
        let mut lanes = [rest; WIDEST];
        // SAFETY: the array has room for N numbers.
        unsafe { self.store(lanes.as_mut_ptr()) };
        lanes
    }

    /// The lanes added up.
    #[inline(always)]
    fn sum(self) -> f32 {
        self.lanes(0.0)[..Self::N].iter().sum()
    }

    #[inline(always)]
    fn largest(self) -> f32 {
        let lanes = self.lanes(f32::NEG_INFINITY);
        lanes.into_iter().fold(f32::NEG_INFINITY, f32::max)
    }

    /// e^x within 2 units in the last place, for x up to 88; 0 where it would not be a normal number. Cody and Waite's
    /// reduction, and the polynomial of Cephes' `expf`.
    #[inline(always)]
    fn exp(self) -> Self {
        const MAGIC: f32 = 12_582_912.0; // 1.5 * 2^23
        // SAFETY: there is a register, so the CPU has the instructions.
        let s = |x| unsafe { Self::splat(x) };
        let x = self.max(s(-87.3)).min(s(88.0));
        let shifted = x.mul_add(s(std::f32::consts::LOG2_E), s(MAGIC));
        let n = shifted.sub(s(MAGIC));
        let r = n.mul_add(s(-0.693_359_4), x);
        let r = n.mul_add(s(2.121_944_4e-4), r);
        let mut p = s(1.987_569_1e-4);
        for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
            p = p.mul_add(r, s(c));
        }
        p.mul_add(r.mul(r), r.add(s(1.0))).mul(shifted.exp2_of_last_bits())
    }
}

/// What is computed with one kind of [`Lanes`] or another.
pub(super) trait Kernel {
    /// # Safety
    /// The CPU must have `L`'s instructions.
    unsafe fn run<L: Lanes>(self);
}

/// Runs a kernel with the widest lanes that this CPU has and that we have code for.
pub(super) fn with_lanes(kernel: impl Kernel) {
    #[cfg(test)]
    if super::tests::PORTABLE.get() {
        // SAFETY: these are no special instructions.
        return unsafe { kernel.run::<portable::Portable>() };
    }
    #[cfg(target_arch = "x86_64")]
    if x86::has_avx2() {
        // SAFETY: just checked.
        return unsafe { x86::run(kernel) };
    }
    #[cfg(target_arch = "wasm32")]
    wasm::run(kernel);
    // SAFETY: these are no special instructions.
    #[cfg(not(target_arch = "wasm32"))]
    unsafe {
        kernel.run::<portable::Portable>()
    }
}
