//! Fetching from memory ahead.

use super::Element;
use super::lanes::Lanes;

/// Cache lines that are fetched at once, or more: memory brings several as soon as one.
const AHEAD: usize = 4;
/// Bytes of a cache line.
const LINE: usize = 64;

/// What is read next, which is brought near meanwhile.
pub(super) struct Ahead<'a, E> {
    left: &'a [E],
    /// How many are fetched at once.
    some: usize,
    /// Steps between two times that some is fetched.
    pub every: usize,
}

impl<'a, E: Element> Ahead<'a, E> {
    /// Numbers of some cache lines.
    const SOME: usize = AHEAD * LINE / size_of::<E>();

    pub fn new(left: &'a [E]) -> Self {
        Self {
            left,
            some: Self::SOME,
            every: 1,
        }
    }

    /// All of it, in so many fetches at most.
    pub fn within(left: &'a [E], times: usize) -> Self {
        let lines = size_of_val(left).div_ceil(times.max(1) * LINE);
        Self {
            some: Self::SOME.max(lines * LINE / size_of::<E>()),
            ..Self::new(left)
        }
    }

    /// Over so many steps.
    pub fn spread(&mut self, steps: usize) {
        self.every = (steps / self.left.len().div_ceil(Self::SOME).max(1)).max(1);
    }

    /// # Safety
    /// The CPU must have `L`'s instructions.
    #[inline(always)]
    pub unsafe fn fetch<L: Lanes>(&mut self) {
        let (some, left) = self.left.split_at(self.some.min(self.left.len()));
        self.left = left;
        for line in some.chunks(LINE / size_of::<E>()) {
            // SAFETY: the caller promises the instructions, and a chunk is not empty.
            unsafe { L::fetch(line.as_ptr()) };
        }
    }
}
