//! AVX2, with FMA and the conversion of float16.

use core::arch::x86_64::*;

use half::{bf16, f16};

use super::{Kernel, Lanes};

pub fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c")
}

/// # Safety
/// The CPU must have AVX2, by [`has_avx2`].
#[target_feature(enable = "avx2,fma,f16c")]
pub fn run(kernel: impl Kernel) {
    // SAFETY: by the caller's promise.
    unsafe { kernel.run::<Avx2>() }
}

#[derive(Clone, Copy)]
pub struct Avx2(__m256);

/// Functions that are one instruction.
macro_rules! instructions {
    ($($name:ident($($other:ident),+) = $instruction:ident;)*) => {$(
        #[inline(always)]
        fn $name(self, $($other: Self),+) -> Self {
            // SAFETY: there is a register, so the CPU has AVX2 and FMA.
            Self(unsafe { $instruction(self.0, $($other.0),+) })
        }
    )*};
}

impl Lanes for Avx2 {
    const N: usize = 8;
    const ROWS: usize = 8;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        // SAFETY: the caller promises AVX2.
        Self(unsafe { _mm256_set1_ps(x) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller promises AVX and 8 numbers, which may lie anywhere.
        Self(unsafe { _mm256_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn load_f16(from: *const f16) -> Self {
        // SAFETY: the caller promises F16C and 8 numbers, of 16 bytes, which may lie anywhere.
        Self(unsafe { _mm256_cvtph_ps(_mm_loadu_si128(from.cast())) })
    }

    #[inline(always)]
    unsafe fn load_bf16(from: *const bf16) -> Self {
        // SAFETY: the caller promises AVX2 and 8 numbers, of 16 bytes, which may lie anywhere.
        unsafe {
            let bits = _mm256_cvtepu16_epi32(_mm_loadu_si128(from.cast()));
            Self(_mm256_castsi256_ps(_mm256_slli_epi32(bits, 16)))
        }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: there is a register, so the CPU has AVX; the caller promises room for 8 numbers, anywhere.
        unsafe { _mm256_storeu_ps(to, self.0) }
    }

    instructions! {
        add(other) = _mm256_add_ps;
        sub(other) = _mm256_sub_ps;
        mul(other) = _mm256_mul_ps;
        div(other) = _mm256_div_ps;
        mul_add(a, b) = _mm256_fmadd_ps;
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: there is a register, so the CPU has AVX. Of what is not a number, the instruction keeps the second.
        Self(unsafe { _mm256_max_ps(other.0, self.0) })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: as for `max`.
        Self(unsafe { _mm256_min_ps(other.0, self.0) })
    }

    #[inline(always)]
    unsafe fn fetch<T: Copy>(from: *const T) {
        // SAFETY: a hint to the CPU, of SSE, which every x86-64 has.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(from.cast()) }
    }

    #[inline(always)]
    fn exp2_of_last_bits(self) -> Self {
        // SAFETY: there is a register, so the CPU has AVX2.
        unsafe {
            let biased = _mm256_add_epi32(_mm256_castps_si256(self.0), _mm256_set1_epi32(127));
            Self(_mm256_castsi256_ps(_mm256_slli_epi32(biased, 23)))
        }
    }
}
