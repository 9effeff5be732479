//! Work for several threads.

use std::ops::Range;
use std::sync::OnceLock;

#[cfg(not(feature = "team"))]
use rayon::prelude::*;

#[cfg(feature = "team")]
use super::team::Team;

/// Those who share the work, where they cannot be rayon's.
#[cfg(feature = "team")]
pub(crate) static TEAM: Team = Team::new();

/// Handing a part to another thread pays from so many multiplications on.
const WORTHWHILE: u64 = 1 << 18;
/// Parts a thread, so that one that is late does not keep all others waiting.
const PARTS: usize = 4;

/// Does `work` on parts of `0..n`, on as many threads as there are. `cost`: about the number of multiplications
/// of one of the n.
pub(super) fn share(n: usize, cost: u64, work: impl Fn(Range<usize>) + Sync) {
    let parts = match threads() {
        1 => 1,
        threads => parts(n, cost, threads),
    };
    if parts == 1 {
        return work(0..n);
    }
    let start = |part: usize| (part as u64 * n as u64 / parts as u64) as usize;
    each(parts, &|i| work(start(i)..start(i + 1)));
}

/// As [`share`], of a product with `rows` rows. One row waits for memory, which a single thread has nearly busy: of two processors
/// one is left to the page then, which draws meanwhile.
pub(super) fn share_rows(rows: usize, n: usize, cost: u64, work: impl Fn(Range<usize>) + Sync) {
    match rows {
        1 if crowded() => work(0..n),
        _ => share(n, cost, work),
    }
}

/// What `of` makes of each of `0..n`.
pub(super) fn collected<T: Send + Sync>(n: usize, of: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let made: Vec<OnceLock<T>> = (0..n).map(|_| OnceLock::new()).collect();
    each(n, &|i| {
        made[i].get_or_init(|| of(i));
    });
    made.into_iter().filter_map(OnceLock::into_inner).collect()
}

/// How many threads share the work.
pub(super) fn threads() -> usize {
    #[cfg(feature = "team")]
    return TEAM.threads();
    #[cfg(not(feature = "team"))]
    rayon::current_num_threads()
}

fn crowded() -> bool {
    #[cfg(feature = "team")]
    return TEAM.crowded();
    #[cfg(not(feature = "team"))]
    false
}

fn each(n: usize, part: &(dyn Fn(usize) + Sync)) {
    match threads() {
        1 => (0..n).for_each(part),
        #[cfg(feature = "team")]
        _ => TEAM.run(n, part),
        #[cfg(not(feature = "team"))]
        _ => (0..n).into_par_iter().for_each(part),
    }
}

/// How many parts of `n` pay. In 64 bits: GPT-2 medium makes 2^32 multiplications of 1,024 tokens.
pub(super) fn parts(n: usize, cost: u64, threads: usize) -> usize {
    let worthwhile = (n as u64).saturating_mul(cost) / WORTHWHILE;
    let most = n.clamp(1, threads * PARTS);
    worthwhile.clamp(1, most as u64) as usize
}

/// How many numbers `rows` of `width` are.
///
/// # Panics
/// If they are more than memory can hold: where sizes have 32 bits, the numbers of a prompt and of a config are enough to make
/// the product another one.
pub(super) fn area(rows: usize, width: usize) -> usize {
    match rows.checked_mul(width) {
        Some(n) if n <= isize::MAX as usize / size_of::<f32>() => n,
        _ => panic!("{rows} rows of {width} numbers are more than memory can hold"),
    }
}

/// A place that several threads write to, each its own part of it.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    start: *mut f32,
    len: usize,
}

// SAFETY: it gives out no reference, and whoever writes sees to it that no other thread writes to the same number.
unsafe impl Sync for Shared {}

impl Shared {
    /// The part of `range`.
    ///
    /// # Safety
    /// It must be within the place.
    pub unsafe fn part(self, range: Range<usize>) -> Self {
        Self {
            // SAFETY: by the caller's promise.
            start: unsafe { self.at(range.start, range.len()) },
            len: range.len(),
        }
    }

    /// Where `n` numbers are, from `offset` on.
    ///
    /// # Safety
    /// They must be within the place.
    #[inline(always)]
    pub unsafe fn at(self, offset: usize, n: usize) -> *mut f32 {
        debug_assert!(offset + n <= self.len);
        // SAFETY: by the caller's promise.
        unsafe { self.start.add(offset) }
    }
}

/// A vector of `n` numbers that `write` fills.
///
/// # Safety
/// `write` must write all of them, each on one thread.
pub(super) unsafe fn filled(n: usize, write: impl FnOnce(Shared)) -> Vec<f32> {
    let mut values = Vec::with_capacity(n);
    write(Shared {
        start: values.as_mut_ptr(),
        len: n,
    });
    // SAFETY: there is room for n, and by the caller's promise all are written.
    unsafe { values.set_len(n) };
    values
}
