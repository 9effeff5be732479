//! The formats in which weights are kept.

use half::{bf16, f16};

use super::lanes::Lanes;

/// A number format of weights. Float32 is computed with, whatever they are kept in.
pub(crate) trait Element: Copy + Send + Sync + 'static {
    /// Whether it is float32 itself.
    const IS_F32: bool;

    fn to_f32(self) -> f32;

    /// # Safety
    /// As [`Lanes`].
    unsafe fn load<L: Lanes>(from: *const Self) -> L;
}

impl Element for f32 {
    const IS_F32: bool = true;

    fn to_f32(self) -> f32 {
        self
    }

    #[inline(always)]
    unsafe fn load<L: Lanes>(from: *const Self) -> L {
        unsafe { L::load(from) }
    }
}

impl Element for f16 {
    const IS_F32: bool = false;

    fn to_f32(self) -> f32 {
        f16::to_f32(self)
    }

    #[inline(always)]
    unsafe fn load<L: Lanes>(from: *const Self) -> L {
        unsafe { L::load_f16(from) }
    }
}

impl Element for bf16 {
    const IS_F32: bool = false;

    fn to_f32(self) -> f32 {
        bf16::to_f32(self)
    }

    #[inline(always)]
    unsafe fn load<L: Lanes>(from: *const Self) -> L {
        unsafe { L::load_bf16(from) }
    }
}
