//! Large allocations begin at a cache line, so that what is loaded at once is of one line.

use std::alloc::{GlobalAlloc, Layout, System};

struct Aligned;

#[global_allocator]
static ALLOCATOR: Aligned = Aligned;

/// Bytes from which on an allocation is large.
const LARGE: usize = 1024;
/// Bytes of a cache line.
const LINE: usize = 64;

fn aligned(layout: Layout) -> Layout {
    match layout.size() {
        // Where rounding up leaves no layout, there is no such allocation either.
        LARGE.. => layout.align_to(LINE).unwrap_or(layout),
        _ => layout,
    }
}

// SAFETY: all is the system's allocator's. It is asked for an alignment that is at least the caller's, and depends on the layout alone: what is
// freed has the layout that it was allocated by.
unsafe impl GlobalAlloc for Aligned {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the layout is as large as the caller's, which is not empty.
        unsafe { System.alloc(aligned(layout)) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as for `alloc`.
        unsafe { System.alloc_zeroed(aligned(layout)) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: it was allocated by that layout.
        unsafe { System.dealloc(at, aligned(layout)) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that size is not 0 and, rounded up to the alignment, no more than there can be; the old memory is as large
        // as its layout says, the new one as `size`, and they are apart.
        unsafe {
            let (old, new) = (aligned(layout), Layout::from_size_align_unchecked(size, layout.align()));
            if old.align() == aligned(new).align() {
                return System.realloc(at, old, size);
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
