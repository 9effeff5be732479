//! WebAssembly SIMD. A browser compiles a module with these instructions, or not at all.

use core::arch::wasm32::*;

use half::{bf16, f16};

use super::{Kernel, Lanes, PANEL, SUMS};

/// In its own function, so that dependencies need not be compiled for relaxed SIMD, and engines keep what a kernel's loops need in
/// registers, and nothing else.
#[inline(never)]
#[cfg_attr(feature = "relaxed-simd", target_feature(enable = "relaxed-simd"))]
pub fn run(kernel: impl Kernel) {
    // SAFETY: the module runs, so the CPU has them.
    unsafe { kernel.run::<Simd128>() }
}

#[derive(Clone, Copy)]
pub struct Simd128(v128);

/// Functions that are one instruction.
macro_rules! instructions {
    ($($name:ident = $instruction:ident;)*) => {$(
        #[inline(always)]
        fn $name(self, other: Self) -> Self {
            Self($instruction(self.0, other.0))
        }
    )*};
}

impl Lanes for Simd128 {
    const N: usize = 4;
    // Of 16 registers V8 keeps one for itself; more rows, or wider ones, are spilled to the stack.
    const ROWS: usize = 4;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        Self(f32x4_splat(x))
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller promises 4 numbers, which may lie anywhere.
        Self(unsafe { v128_load(from.cast()) })
    }

    #[inline(always)]
    unsafe fn load_f16(from: *const f16) -> Self {
        // The exponent's bias differs by 112. Multiplying mends that, for subnormal numbers too; weights are finite.
        // SAFETY: the caller promises 4 numbers, of 8 bytes, which may lie anywhere.
        let bits = unsafe { i32x4_load_extend_i16x4(from.cast()) };
        let bits = v128_and(i32x4_shl(bits, 13), i32x4_splat(0x8fff_e000_u32 as i32));
        Self(f32x4_mul(bits, f32x4_splat(f32::from_bits((127 + 112) << 23))))
    }

    #[inline(always)]
    unsafe fn load_bf16(from: *const bf16) -> Self {
        // SAFETY: the caller promises 4 numbers, of 8 bytes, which may lie anywhere.
        Self(i32x4_shl(unsafe { i32x4_load_extend_i16x4(from.cast()) }, 16))
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller promises room for 4 numbers, anywhere.
        unsafe { v128_store(to.cast(), self.0) }
    }

    instructions! {
        add = f32x4_add;
        sub = f32x4_sub;
        mul = f32x4_mul;
        div = f32x4_div;
        max = f32x4_pmax;
        min = f32x4_pmin;
    }

    #[cfg(feature = "relaxed-simd")]
    #[inline(always)]
    fn mul_add(self, a: Self, b: Self) -> Self {
        Self(f32x4_relaxed_madd(self.0, a.0, b.0))
    }

    #[cfg(not(feature = "relaxed-simd"))]
    #[inline(always)]
    fn mul_add(self, a: Self, b: Self) -> Self {
        Self(f32x4_add(f32x4_mul(self.0, a.0), b.0))
    }

    #[inline(always)]
    fn add_products(row: &[f32; PANEL], u: &[f64; PANEL], sums: &mut [f64; SUMS]) {
        for i in (0..PANEL).step_by(2) {
            // SAFETY: each has two numbers from there on, as PANEL and SUMS are even.
            unsafe {
                let w = f64x2_promote_low_f32x4(v128_load64_zero(row[i..].as_ptr().cast()));
                let u = v128_load(u[i..].as_ptr().cast());
                let sum = sums[i % SUMS..].as_mut_ptr().cast();
                v128_store(sum, f64x2_add(v128_load(sum), f64x2_mul(w, u)));
            }
        }
    }

    #[inline(always)]
    fn add_f64(row: &[f32; PANEL], factor: f64, sums: &mut [f64; PANEL]) {
        let factor = f64x2_splat(factor);
        for i in (0..PANEL).step_by(2) {
            // SAFETY: both have two numbers from i on, as PANEL is even.
            unsafe {
                let w = f64x2_promote_low_f32x4(v128_load64_zero(row[i..].as_ptr().cast()));
                let sum = sums[i..].as_mut_ptr().cast();
                v128_store(sum, f64x2_add(v128_load(sum), f64x2_mul(w, factor)));
            }
        }
    }

    #[inline(always)]
    fn exp2_of_last_bits(self) -> Self {
        Self(i32x4_shl(i32x4_add(self.0, i32x4_splat(127)), 23))
    }
}
