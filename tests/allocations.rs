//! Attribution costs the same for any vocabulary: nothing that it allocates grows with d_vocab. Alone in its file, since
//! it counts what the whole process allocates.
#![cfg(not(target_arch = "wasm32"))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use candle_core::{Device, Tensor};
use logitscope::attribution::{Position, Unit, direct_logit_attribution};
use logitscope::gpt2::{Gpt2, Gpt2Config};

struct Counting;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);
static LARGEST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: hands everything on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Relaxed);
        LARGEST.fetch_max(layout.size(), Relaxed);
        // SAFETY: the caller promises the system what it promises us.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller promises the system what it promises us, and `at` is the system's.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes in all, and the largest allocation.
#[derive(Debug, PartialEq)]
struct Allocations {
    bytes: usize,
    largest: usize,
}

fn allocations(of: impl FnOnce()) -> Allocations {
    ALLOCATED.store(0, Relaxed);
    LARGEST.store(0, Relaxed);
    of();
    Allocations {
        bytes: ALLOCATED.load(Relaxed),
        largest: LARGEST.load(Relaxed),
    }
}

fn model(vocab_size: usize) -> Gpt2 {
    let mut config = Gpt2Config::default();
    config.n_embd = 16;
    config.n_layer = 2;
    config.n_head = 4;
    config.n_positions = 8;
    config.n_inner = 64;
    config.vocab_size = vocab_size;
    config.bos_token_id = None;
    Gpt2::new(&config, |_, shape| Ok(Tensor::rand(-1f32, 1f32, shape, &Device::Cpu)?)).unwrap()
}

#[test]
fn nothing_grows_with_the_vocabulary() {
    // No other threads, whose start would be counted too.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    pool.build_global().unwrap();
    let [small, large] = [64, 65_536].map(|vocab_size| {
        let model = model(vocab_size);
        let cache = model.run(&[1, 2, 3, 4]).unwrap();
        let attribute = |incorrect, unit| {
            allocations(|| {
                direct_logit_attribution(&model, &cache, 5, incorrect, unit, Position::All).unwrap();
            })
        };
        // The first question finishes the run.
        attribute(Some(6), Unit::Head);
        let differences = Unit::ALL.map(|unit| attribute(Some(6), unit));
        // A logit alone is read against the vocabulary's mean, which the model goes through its rows for, once.
        let first = attribute(None, Unit::Component);
        let alone = Unit::ALL.map(|unit| attribute(None, unit));
        (differences, first.largest, alone)
    });
    assert_eq!(small, large);
}
