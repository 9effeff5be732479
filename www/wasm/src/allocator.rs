//! Large allocations begin at a cache line, so that what is loaded at once is of one line.
//!
//! Each takes a line more than it was asked for, whatever its place: the hole that one leaves is then large enough for the next of its size,
//! which it would not be if the system's allocator were asked for the alignment.

use std::alloc::{GlobalAlloc, Layout, System};

struct Aligned;

#[global_allocator]
static ALLOCATOR: Aligned = Aligned;

/// Bytes from which on an allocation is large.
const LARGE: usize = 1 << 16;
/// Bytes of a cache line.
const LINE: usize = 64;

/// What is asked for in place of a large allocation: it has room for a line's begin, and before that for its own address.
fn padded(layout: Layout) -> Option<Layout> {
    (layout.size() >= LARGE && layout.align() < LINE)
        .then(|| Layout::from_size_align(layout.size().checked_add(LINE)?, align_of::<*mut u8>()).ok())?
}

/// The first line's begin after an address that is aligned for one, which is kept before it.
///
/// # Safety
/// There must be a line's bytes, and they must be nobody else's.
unsafe fn begin(start: *mut u8) -> *mut u8 {
    if start.is_null() {
        return start;
    }
    // SAFETY: the next line begins within the line's bytes, and at least an address after their start, as both are aligned for one.
    unsafe {
        let begin = start.add(LINE - start.addr() % LINE);
        begin.cast::<*mut u8>().sub(1).write(start);
        begin
    }
}

// SAFETY: all is the system's allocator's, which gives as much as the caller asks for, or a line more, of which no more than that lies before what
// the caller gets. Which of both depends on the layout alone: what is freed has the layout that it was allocated by.
unsafe impl GlobalAlloc for Aligned {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the layout is not empty, as the caller's is not.
        unsafe {
            match padded(layout) {
                Some(padded) => begin(System.alloc(padded)),
                None => System.alloc(layout),
            }
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as for `alloc`; the address that is written lies before what the caller gets.
        unsafe {
            match padded(layout) {
                Some(padded) => begin(System.alloc_zeroed(padded)),
                None => System.alloc_zeroed(layout),
            }
        }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: it was allocated by that layout, so its address lies before it if it is large.
        unsafe {
            match padded(layout) {
                Some(padded) => System.dealloc(at.cast::<*mut u8>().sub(1).read(), padded),
                None => System.dealloc(at, layout),
            }
        }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that size is not 0 and, rounded up to the alignment, no more than there can be; the old memory is as large
        // as its layout says, the new one as `size`, and they are apart.
        unsafe {
            let new = Layout::from_size_align_unchecked(size, layout.align());
            if padded(layout).is_none() && padded(new).is_none() {
                return System.realloc(at, layout, size);
            }
            let to = self.alloc(new);
            if !to.is_null() {
                to.copy_from_nonoverlapping(at, size.min(layout.size()));
                self.dealloc(at, layout);
            }
            to
        }
    }
}
