//! About a minute of every target without libFuzzer: all inputs that are kept, then some made from them by a seed. Alone in its file,
//! since it counts what the whole process allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::env;
use std::fs;
use std::io::{Write, stderr};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use logitscope_fuzz::{MOST_BYTES, Random, TARGETS, Target, mutate, seeds};

/// For all targets together.
const MINUTE: Duration = Duration::from_secs(60);
/// What takes longer hangs, on however slow a machine.
const LONGEST: Duration = Duration::from_secs(20);

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: hands everything on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(now, Relaxed);
        // SAFETY: the caller promises the system what it promises us.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller promises the system what it promises us, and `at` is the system's.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// `FUZZ_SEED` is that of an earlier time, to see the same again; `FUZZ_INPUTS` are so many of each target, or of `FUZZ_TARGET` alone, however
/// long that takes.
#[test]
fn nothing_breaks() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = number("FUZZ_SEED").unwrap_or(now.as_secs());
    let inputs = number("FUZZ_INPUTS");
    let only = env::var("FUZZ_TARGET").ok();
    // Past libtest, which would keep it to itself.
    writeln!(stderr(), "FUZZ_SEED={seed}").unwrap();
    let wanted = |target: &Target| only.as_ref().is_none_or(|only| only == target.name);
    for target in TARGETS.into_iter().filter(wanted) {
        let kept = seeds(target.name);
        assert!(!kept.is_empty(), "{} has no corpus", target.name);
        kept.iter().for_each(|input| answer(target, input));
        let mut random = Random::new(seed);
        let (start, mut tried) = (Instant::now(), kept.len());
        let enough = |tried| match inputs {
            Some(inputs) => tried as u64 >= inputs,
            None => start.elapsed() >= MINUTE / TARGETS.len() as u32,
        };
        while !enough(tried) {
            answer(target, &mutate(&kept, &mut random));
            tried += 1;
        }
        writeln!(stderr(), "{}: {tried} inputs, {} of them kept", target.name, kept.len()).unwrap();
    }
}

fn number(variable: &str) -> Option<u64> {
    let given = env::var(variable).ok()?;
    Some(given.parse().expect("a number is given"))
}

/// Gives a target an input, and leaves that in a file if it breaks.
fn answer(target: Target, input: &[u8]) {
    let (start, before) = (Instant::now(), NOW.load(Relaxed));
    PEAK.store(before, Relaxed);
    let panicked = catch_unwind(|| (target.run)(input)).is_err();
    let (took, bytes) = (start.elapsed(), PEAK.load(Relaxed) - before);
    if panicked || took > LONGEST || bytes > MOST_BYTES {
        let file = format!("{}/{}", env!("CARGO_TARGET_TMPDIR"), target.name);
        fs::write(&file, input).unwrap();
        panic!(
            "{} broke, in {took:?} and with {bytes} bytes, on the input in {file}",
            target.name
        );
    }
}
