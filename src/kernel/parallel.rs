//! Work for several threads.

use std::ops::Range;

use rayon::prelude::*;

/// Handing a part to another thread pays from so many multiplications on.
const WORTHWHILE: usize = 1 << 18;
/// Parts a thread, so that one that is late does not keep all others waiting.
const PARTS: usize = 4;

/// Does `work` on parts of `0..n`, on as many threads as the current pool has. `cost`: about the number of multiplications
/// of one of the n.
pub(crate) fn share(n: usize, cost: usize, work: impl Fn(Range<usize>) + Sync) {
    let threads = rayon::current_num_threads();
    let parts = (n * cost / WORTHWHILE).clamp(1, n.clamp(1, threads * PARTS));
    if threads == 1 || parts == 1 {
        return work(0..n);
    }
    (0..parts)
        .into_par_iter()
        .for_each(|i| work(i * n / parts..(i + 1) * n / parts));
}

/// A place that several threads write to, each its own part of it.
#[derive(Clone, Copy)]
pub(super) struct Shared(pub *mut f32);

// SAFETY: whoever makes one sees to it that no two threads write to the same element.
unsafe impl Send for Shared {}
unsafe impl Sync for Shared {}

impl Shared {
    /// # Safety
    /// `offset` must be within the place.
    pub unsafe fn at(self, offset: usize) -> *mut f32 {
        unsafe { self.0.add(offset) }
    }
}

/// A vector of `n` numbers that `write` fills.
///
/// # Safety
/// `write` must write all of them.
pub(super) unsafe fn filled(n: usize, write: impl FnOnce(Shared)) -> Vec<f32> {
    let mut values = Vec::with_capacity(n);
    write(Shared(values.as_mut_ptr()));
    // SAFETY: by the caller's promise.
    unsafe { values.set_len(n) };
    values
}
