//! The formats in which weights are kept.

use half::{bf16, f16};

use super::PANEL;
use super::lanes::Lanes;

/// A number format of weights. Float32 is computed with, whatever they are kept in.
pub(crate) trait Element: Copy + Send + Sync + 'static {
    /// Whether it is float32 itself.
    const IS_F32: bool;

    fn to_f32(self) -> f32;

    /// Numbers as float32, if they are.
    fn as_f32(_: &[Self]) -> Option<&[f32]> {
        None
    }

    /// # Safety
    /// As [`Lanes::load`].
    unsafe fn load<L: Lanes>(from: *const Self) -> L;

    /// A panel's row as float32: itself, or converted, in `room`.
    ///
    /// # Safety
    /// The CPU must have `L`'s instructions.
    #[inline(always)]
    unsafe fn row<'a, L: Lanes>(row: &'a [Self; PANEL], room: &'a mut [f32; PANEL]) -> &'a [f32; PANEL] {
        const { assert!(PANEL.is_multiple_of(L::N)) };
        for at in (0..PANEL).step_by(L::N) {
            // SAFETY: the caller promises the instructions, and both rows have N numbers from `at` on.
            unsafe { Self::load::<L>(row.as_ptr().add(at)).store(room.as_mut_ptr().add(at)) };
        }
        room
    }
}

impl Element for f32 {
    const IS_F32: bool = true;

    fn to_f32(self) -> f32 {
        self
    }

    fn as_f32(numbers: &[Self]) -> Option<&[f32]> {
        Some(numbers)
    }

    #[inline(always)]
    unsafe fn load<L: Lanes>(from: *const Self) -> L {
        // SAFETY: by the caller's promise.
        unsafe { L::load(from) }
    }

    #[inline(always)]
    unsafe fn row<'a, L: Lanes>(row: &'a [Self; PANEL], _: &'a mut [f32; PANEL]) -> &'a [f32; PANEL] {
        row
    }
}

impl Element for f16 {
    const IS_F32: bool = false;

    fn to_f32(self) -> f32 {
        f16::to_f32(self)
    }

    #[inline(always)]
    unsafe fn load<L: Lanes>(from: *const Self) -> L {
        // SAFETY: by the caller's promise.
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
        // SAFETY: by the caller's promise.
        unsafe { L::load_bf16(from) }
    }
}
