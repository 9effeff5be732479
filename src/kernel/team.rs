//! Threads that stay awake for the length of a pass.
//!
//! A pass shares out its work some sixty times, for a millisecond or less, and waking a thread would take as long. So a member
//! looks out for work for a while before it sleeps. Whoever asks works too, and each takes the next part when it is done with one:
//! a member whose processor is busy elsewhere takes few, and one that never comes takes none.

use std::cell::UnsafeCell;
use std::mem::transmute;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::*};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How often a thread looks before it sleeps.
const PATIENCE: usize = 200_000;

/// Parts of a round at most: there are 16 bits for the next one, and each member may count it up once too often.
const MOST: usize = 1 << 15;

type Part<'a> = dyn Fn(usize) + Sync + 'a;

/// One thread that asks, and those that entered.
pub(crate) struct Team {
    threads: AtomicUsize,
    /// Whether the threads take every processor, and are but two.
    crowded: AtomicBool,
    /// Whether a round is on.
    busy: AtomicBool,
    /// From the highest bits on: the round in 32, how many parts it has in 16, the next one to be taken in 16.
    ticket: AtomicU64,
    job: UnsafeCell<Option<*const Part<'static>>>,
    /// Parts of the round that are done.
    done: AtomicUsize,
    sleeping: Mutex<()>,
    sleepers: AtomicUsize,
    work: Condvar,
    /// Whether who asked sleeps.
    waiting: AtomicBool,
    finished: Condvar,
}

// SAFETY: only `job` is not Sync by itself. It is written by the thread that made `busy` true, before the ticket has parts to be taken, and
// read by those who took one, which they see after it was written. It is written again only after all parts are done.
unsafe impl Sync for Team {}

impl Team {
    pub const fn new() -> Self {
        Self {
            threads: AtomicUsize::new(1),
            crowded: AtomicBool::new(false),
            busy: AtomicBool::new(false),
            ticket: AtomicU64::new(0),
            job: UnsafeCell::new(None),
            done: AtomicUsize::new(0),
            sleeping: Mutex::new(()),
            sleepers: AtomicUsize::new(0),
            work: Condvar::new(),
            waiting: AtomicBool::new(false),
            finished: Condvar::new(),
        }
    }

    /// How many threads there will be, with the one that asks, on how many processors.
    pub fn open(&self, threads: usize, processors: usize) {
        self.threads.store(threads, Relaxed);
        self.crowded.store(threads == 2 && processors <= 2, Relaxed);
    }

    pub fn crowded(&self) -> bool {
        self.crowded.load(Relaxed)
    }

    pub fn threads(&self) -> usize {
        self.threads.load(Relaxed)
    }

    /// Does each of `0..parts`, on all threads that are there. What is asked meanwhile, by a part or another thread, is done by
    /// whoever asks.
    pub fn run(&self, parts: usize, part: &Part) {
        if self.busy.swap(true, Acquire) {
            return (0..parts).for_each(part);
        }
        for first in (0..parts).step_by(MOST) {
            self.round(first..parts.min(first + MOST), part);
        }
        self.busy.store(false, Release);
    }

    fn round(&self, parts: Range<usize>, part: &Part) {
        let offset = |i| part(parts.start + i);
        let job: *const Part = &offset;
        self.done.store(0, Relaxed);
        // SAFETY: no part of an earlier round is left to be taken or at work, so nobody reads. Nobody does after this function either, since it
        // returns when all parts are done: so the job lives as long as it is used.
        unsafe { *self.job.get() = Some(transmute::<*const Part<'_>, *const Part<'static>>(job)) };
        let round = (self.ticket.load(Relaxed) >> 32) + 1;
        self.ticket.store(round << 32 | (parts.len() as u64) << 16, SeqCst);
        // Who is about to sleep counts itself before it looks at the ticket once more, so one of the two sees the other.
        if self.sleepers.load(SeqCst) > 0 {
            drop(self.lock());
            self.work.notify_all();
        }
        self.take_parts();
        let done = || self.done.load(SeqCst) == parts.len();
        if !looked(done) {
            // A member's processor is busy elsewhere: here is one.
            let mut guard = self.lock();
            self.waiting.store(true, SeqCst);
            while !done() {
                guard = self.finished.wait(guard).unwrap_or_else(PoisonError::into_inner);
            }
            self.waiting.store(false, SeqCst);
        }
    }

    /// Takes parts until there are none, and returns the round that has none.
    fn take_parts(&self) -> u64 {
        loop {
            let ticket = self.ticket.fetch_add(1, AcqRel);
            let (round, parts, next) = (ticket >> 32, ticket >> 16 & 0xffff, ticket & 0xffff);
            if next >= parts {
                return round;
            }
            // SAFETY: the part is of the round whose job is there, which stays until the part is done.
            unsafe {
                if let Some(job) = *self.job.get() {
                    (*job)(next as usize);
                }
            }
            self.done.fetch_add(1, SeqCst);
            if self.waiting.load(SeqCst) {
                drop(self.lock());
                self.finished.notify_one();
            }
        }
    }

    /// Makes the calling thread a member, for as long as it lives.
    pub fn enter(&self) -> ! {
        let mut seen = 0;
        loop {
            let asked = || self.ticket.load(SeqCst) >> 32 != seen;
            if !looked(asked) {
                let mut guard = self.lock();
                self.sleepers.fetch_add(1, SeqCst);
                while !asked() {
                    guard = self.work.wait(guard).unwrap_or_else(PoisonError::into_inner);
                }
                self.sleepers.fetch_sub(1, SeqCst);
            }
            seen = self.take_parts();
        }
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.sleeping.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether something came to be true while it was looked at patiently.
fn looked(mut at: impl FnMut() -> bool) -> bool {
    (0..PATIENCE).any(|_| {
        std::hint::spin_loop();
        at()
    })
}
