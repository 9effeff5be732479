//! Attribution costs the same for any vocabulary: nothing that it allocates grows with d_vocab. Alone in its file, since
//! it counts what the whole process allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use candle_core::{Device, Tensor};
use logitscope::attribution::{Form, Position, Question, Unit, explain};
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

fn model(vocab_size: usize) -> Arc<Gpt2> {
    let mut config = Gpt2Config::default();
    (config.n_embd, config.n_inner, config.n_layer, config.n_head) = (16, 64, 2, 4);
    (config.n_positions, config.vocab_size, config.bos_token_id) = (8, vocab_size, None);
    let random = |_: &str, shape: &[usize]| Ok(Tensor::rand(-1f32, 1f32, shape, &Device::Cpu)?);
    Arc::new(Gpt2::new(&config, random).unwrap())
}

#[test]
fn nothing_grows_with_the_vocabulary() {
    // No other threads, whose start would be counted too.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    pool.build_global().unwrap();
    let [small, large] = [64, 65_536].map(|vocab_size| {
        let model = model(vocab_size);
        let run = model.run(&[1, 2, 3, 4]).unwrap();
        let attribute = |incorrect: Option<u32>, form| {
            let question = Question::new(5).rather_than(incorrect).after(Position::All);
            allocations(|| {
                explain(&run, &question, form).unwrap();
            })
        };
        // The first question finishes the run.
        attribute(Some(6), Form::Parts(Unit::Head));
        let differences = Form::ALL.map(|form| attribute(Some(6), form));
        // A logit alone is read against the vocabulary's mean, which the model goes through its rows for, once.
        let first = attribute(None, Form::Parts(Unit::Component));
        let alone = Form::ALL.map(|form| attribute(None, form));
        (differences, first.largest, alone)
    });
    assert_eq!(small, large);
}
