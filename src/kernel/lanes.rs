//! One trait for a register of float32 lanes, and the choice of the best that the CPU has.

use half::{bf16, f16};

use super::PANEL;

/// A register of float32 lanes.
///
/// # Safety
/// Of every function here: the CPU must have the instructions, which [`with_lanes`] sees to, and a pointer must be good for
/// [`N`](Lanes::N) elements.
pub(crate) trait Lanes: Copy {
    /// Number of lanes: 4, 8 or 16.
    const N: usize;
    /// How many rows a tile of [`PANEL`](super::PANEL) columns has: as many as the registers hold.
    const ROWS: usize;

    unsafe fn splat(x: f32) -> Self;
    unsafe fn load(from: *const f32) -> Self;
    unsafe fn load_f16(from: *const f16) -> Self;
    unsafe fn load_bf16(from: *const bf16) -> Self;
    unsafe fn store(self, to: *mut f32);
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn sub(self, other: Self) -> Self;
    unsafe fn mul(self, other: Self) -> Self;
    unsafe fn div(self, other: Self) -> Self;
    unsafe fn max(self, other: Self) -> Self;
    unsafe fn min(self, other: Self) -> Self;
    /// `self * a + b`, rounded once or twice.
    unsafe fn mul_add(self, a: Self, b: Self) -> Self;
    /// The scalar product of [`PANEL`] numbers, in float64.
    #[inline(always)]
    unsafe fn dot_f64(row: *const f32, u: &[f64; PANEL]) -> f64 {
        (0..PANEL).map(|i| f64::from(unsafe { *row.add(i) }) * u[i]).sum()
    }

    /// Adds `factor` times [`PANEL`] numbers to float64 sums.
    #[inline(always)]
    unsafe fn add_f64(row: *const f32, factor: f64, sums: &mut [f64; PANEL]) {
        for (i, sum) in sums.iter_mut().enumerate() {
            *sum += factor * f64::from(unsafe { *row.add(i) });
        }
    }

    /// Brings a cache line near.
    #[inline(always)]
    unsafe fn fetch<T: Copy>(from: *const T) {
        std::hint::black_box(unsafe { *from });
    }
    /// 2^n of lanes that hold 1.5 * 2^23 + n: n is in their last bits.
    unsafe fn exp2_of_last_bits(self) -> Self;

    /// The lanes added up.
    #[inline(always)]
    unsafe fn sum(self) -> f32 {
        let mut lanes = [0.0; 16];
        unsafe { self.store(lanes.as_mut_ptr()) };
        lanes[..Self::N].iter().sum()
    }

    #[inline(always)]
    unsafe fn largest(self) -> f32 {
        let mut lanes = [f32::NEG_INFINITY; 16];
        unsafe { self.store(lanes.as_mut_ptr()) };
        lanes.into_iter().fold(f32::NEG_INFINITY, f32::max)
    }

    /// e^x within 2 units in the last place, for x up to 88; 0 where it would not be a normal number. Cody and Waite's
    /// reduction, and the polynomial of Cephes' `expf`.
    #[inline(always)]
    unsafe fn exp(self) -> Self {
        const MAGIC: f32 = 12_582_912.0; // 1.5 * 2^23
        unsafe {
            let s = |x| Self::splat(x);
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
    // SAFETY: a browser compiles a module with these instructions, or not at all.
    #[cfg(target_arch = "wasm32")]
    return unsafe { wasm::run(kernel) };
    // SAFETY: these are no special instructions.
    #[cfg(not(target_arch = "wasm32"))]
    unsafe {
        kernel.run::<portable::Portable>()
    }
}

#[cfg(target_arch = "wasm32")]
mod wasm {
    use core::arch::wasm32::*;

    use super::{Kernel, Lanes, PANEL, bf16, f16};

    /// In its own function, so that dependencies need not be compiled for relaxed SIMD.
    #[cfg_attr(feature = "relaxed-simd", target_feature(enable = "relaxed-simd"))]
    pub unsafe fn run(kernel: impl Kernel) {
        unsafe { kernel.run::<Simd128>() }
    }

    #[derive(Clone, Copy)]
    pub struct Simd128(v128);

    impl Lanes for Simd128 {
        const N: usize = 4;
        // Of 16 registers V8 keeps one for itself; more rows, or wider ones, are spilled to the stack.
        const ROWS: usize = 2;

        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            Self(f32x4_splat(x))
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self(unsafe { v128_load(from.cast()) })
        }

        #[inline(always)]
        unsafe fn load_f16(from: *const f16) -> Self {
            // The exponent's bias differs by 112. Multiplying mends that, for subnormal numbers too; weights are finite.
            let bits = i32x4_shl(unsafe { i32x4_load_extend_i16x4(from.cast()) }, 13);
            let bits = v128_and(bits, i32x4_splat(0x8fff_e000_u32 as i32));
            Self(f32x4_mul(bits, f32x4_splat(f32::from_bits((127 + 112) << 23))))
        }

        #[inline(always)]
        unsafe fn load_bf16(from: *const bf16) -> Self {
            Self(i32x4_shl(unsafe { i32x4_load_extend_i16x4(from.cast()) }, 16))
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            unsafe { v128_store(to.cast(), self.0) }
        }

        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            Self(f32x4_add(self.0, other.0))
        }

        #[inline(always)]
        unsafe fn sub(self, other: Self) -> Self {
            Self(f32x4_sub(self.0, other.0))
        }

        #[inline(always)]
        unsafe fn mul(self, other: Self) -> Self {
            Self(f32x4_mul(self.0, other.0))
        }

        #[inline(always)]
        unsafe fn div(self, other: Self) -> Self {
            Self(f32x4_div(self.0, other.0))
        }

        #[inline(always)]
        unsafe fn max(self, other: Self) -> Self {
            Self(f32x4_pmax(self.0, other.0))
        }

        #[inline(always)]
        unsafe fn min(self, other: Self) -> Self {
            Self(f32x4_pmin(self.0, other.0))
        }

        #[cfg(feature = "relaxed-simd")]
        #[inline(always)]
        unsafe fn mul_add(self, a: Self, b: Self) -> Self {
            Self(f32x4_relaxed_madd(self.0, a.0, b.0))
        }

        #[cfg(not(feature = "relaxed-simd"))]
        #[inline(always)]
        unsafe fn mul_add(self, a: Self, b: Self) -> Self {
            Self(f32x4_add(f32x4_mul(self.0, a.0), b.0))
        }

        #[inline(always)]
        unsafe fn dot_f64(row: *const f32, u: &[f64; PANEL]) -> f64 {
            let mut sums = [f64x2_splat(0.0); 2];
            for i in (0..PANEL).step_by(2) {
                // SAFETY: the row has PANEL numbers.
                let [w, u] = unsafe { [v128_load64_zero(row.add(i).cast()), v128_load(u[i..].as_ptr().cast())] };
                let sum = &mut sums[i / 2 % 2];
                *sum = f64x2_add(*sum, f64x2_mul(f64x2_promote_low_f32x4(w), u));
            }
            let sum = f64x2_add(sums[0], sums[1]);
            f64x2_extract_lane::<0>(sum) + f64x2_extract_lane::<1>(sum)
        }

        #[inline(always)]
        unsafe fn add_f64(row: *const f32, factor: f64, sums: &mut [f64; PANEL]) {
            let factor = f64x2_splat(factor);
            for i in (0..PANEL).step_by(2) {
                // SAFETY: the row has PANEL numbers, and so have the sums.
                unsafe {
                    let w = f64x2_promote_low_f32x4(v128_load64_zero(row.add(i).cast()));
                    let sum = sums[i..].as_mut_ptr().cast();
                    v128_store(sum, f64x2_add(v128_load(sum), f64x2_mul(w, factor)));
                }
            }
        }

        #[inline(always)]
        unsafe fn exp2_of_last_bits(self) -> Self {
            Self(i32x4_shl(i32x4_add(self.0, i32x4_splat(127)), 23))
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use core::arch::x86_64::*;

    use super::{Kernel, Lanes, bf16, f16};

    pub fn has_avx2() -> bool {
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c")
    }

    #[target_feature(enable = "avx2,fma,f16c")]
    pub unsafe fn run(kernel: impl Kernel) {
        unsafe { kernel.run::<Avx2>() }
    }

    #[derive(Clone, Copy)]
    pub struct Avx2(__m256);

    impl Lanes for Avx2 {
        const N: usize = 8;
        const ROWS: usize = 6;

        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            Self(unsafe { _mm256_set1_ps(x) })
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self(unsafe { _mm256_loadu_ps(from) })
        }

        #[inline(always)]
        unsafe fn load_f16(from: *const f16) -> Self {
            Self(unsafe { _mm256_cvtph_ps(_mm_loadu_si128(from.cast())) })
        }

        #[inline(always)]
        unsafe fn load_bf16(from: *const bf16) -> Self {
            unsafe {
                let bits = _mm256_cvtepu16_epi32(_mm_loadu_si128(from.cast()));
                Self(_mm256_castsi256_ps(_mm256_slli_epi32(bits, 16)))
            }
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            unsafe { _mm256_storeu_ps(to, self.0) }
        }

        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            Self(unsafe { _mm256_add_ps(self.0, other.0) })
        }

        #[inline(always)]
        unsafe fn sub(self, other: Self) -> Self {
            Self(unsafe { _mm256_sub_ps(self.0, other.0) })
        }

        #[inline(always)]
        unsafe fn mul(self, other: Self) -> Self {
            Self(unsafe { _mm256_mul_ps(self.0, other.0) })
        }

        #[inline(always)]
        unsafe fn div(self, other: Self) -> Self {
            Self(unsafe { _mm256_div_ps(self.0, other.0) })
        }

        #[inline(always)]
        unsafe fn max(self, other: Self) -> Self {
            Self(unsafe { _mm256_max_ps(self.0, other.0) })
        }

        #[inline(always)]
        unsafe fn min(self, other: Self) -> Self {
            Self(unsafe { _mm256_min_ps(self.0, other.0) })
        }

        #[inline(always)]
        unsafe fn mul_add(self, a: Self, b: Self) -> Self {
            Self(unsafe { _mm256_fmadd_ps(self.0, a.0, b.0) })
        }

        #[inline(always)]
        unsafe fn fetch<T: Copy>(from: *const T) {
            unsafe { _mm_prefetch::<_MM_HINT_T1>(from.cast()) }
        }

        #[inline(always)]
        unsafe fn exp2_of_last_bits(self) -> Self {
            unsafe {
                let biased = _mm256_add_epi32(_mm256_castps_si256(self.0), _mm256_set1_epi32(127));
                Self(_mm256_castsi256_ps(_mm256_slli_epi32(biased, 23)))
            }
        }
    }
}

/// Plain arrays, of which the compiler makes what the target has: NEON on 64-bit ARM.
#[cfg(not(target_arch = "wasm32"))]
mod portable {
    use super::{Lanes, bf16, f16};

    #[derive(Clone, Copy)]
    pub struct Portable([f32; 4]);

    impl Portable {
        #[inline(always)]
        fn zip(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
            Self(std::array::from_fn(|i| f(self.0[i], other.0[i])))
        }
    }

    impl Lanes for Portable {
        const N: usize = 4;
        const ROWS: usize = 4;

        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            Self([x; 4])
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self(unsafe { from.cast::<[f32; 4]>().read() })
        }

        #[inline(always)]
        unsafe fn load_f16(from: *const f16) -> Self {
            Self(unsafe { from.cast::<[f16; 4]>().read() }.map(f16::to_f32))
        }

        #[inline(always)]
        unsafe fn load_bf16(from: *const bf16) -> Self {
            Self(unsafe { from.cast::<[bf16; 4]>().read() }.map(bf16::to_f32))
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            unsafe { to.cast::<[f32; 4]>().write(self.0) }
        }

        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            self.zip(other, |x, y| x + y)
        }

        #[inline(always)]
        unsafe fn sub(self, other: Self) -> Self {
            self.zip(other, |x, y| x - y)
        }

        #[inline(always)]
        unsafe fn mul(self, other: Self) -> Self {
            self.zip(other, |x, y| x * y)
        }

        #[inline(always)]
        unsafe fn div(self, other: Self) -> Self {
            self.zip(other, |x, y| x / y)
        }

        #[inline(always)]
        unsafe fn max(self, other: Self) -> Self {
            self.zip(other, |x, y| if x < y { y } else { x })
        }

        #[inline(always)]
        unsafe fn min(self, other: Self) -> Self {
            self.zip(other, |x, y| if y < x { y } else { x })
        }

        #[inline(always)]
        unsafe fn mul_add(self, a: Self, b: Self) -> Self {
            Self(std::array::from_fn(|i| match cfg!(target_arch = "aarch64") {
                true => self.0[i].mul_add(a.0[i], b.0[i]),
                // Elsewhere it may be a function call.
                false => self.0[i] * a.0[i] + b.0[i],
            }))
        }

        #[inline(always)]
        unsafe fn exp2_of_last_bits(self) -> Self {
            Self(self.0.map(|x| f32::from_bits(x.to_bits().wrapping_add(127) << 23)))
        }
    }
}
