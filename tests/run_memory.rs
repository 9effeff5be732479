//! Freed is free: what was asked before takes no memory, and a prompt that does not fit is refused before it is run. Alone
//! in its file, since it counts, and limits, what the whole process allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use candle_core::{Device, Tensor};
use logitscope::Error;
use logitscope::attribution::{Ablation, Form, Position, Question, Unit, effects, explain};
use logitscope::gpt2::{Generation, Gpt2, Gpt2Config, LanguageModel, Run, Sampling};

/// The system's allocator, with so many bytes.
struct Limited;

static NOW: AtomicUsize = AtomicUsize::new(0);
static LIMIT: AtomicUsize = AtomicUsize::new(usize::MAX);

// SAFETY: hands everything on to the system's allocator as it came, or refuses it.
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if NOW.fetch_add(layout.size(), Relaxed).saturating_add(layout.size()) > LIMIT.load(Relaxed) {
            NOW.fetch_sub(layout.size(), Relaxed);
            return null_mut();
        }
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Limited = Limited;

/// One test at a time counts.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    // Threads that start later would be counted too.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global();
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What something takes while it lives.
fn taken<T>(of: impl FnOnce() -> T) -> (T, usize) {
    let before = NOW.load(Relaxed);
    let result = of();
    (result, NOW.load(Relaxed).saturating_sub(before))
}

const N_POSITIONS: usize = 1024;

fn model(width: usize) -> Arc<Gpt2> {
    let mut config = Gpt2Config::default();
    (config.n_embd, config.n_inner, config.n_layer, config.n_head) = (width, 2 * width, 4, 4);
    (config.vocab_size, config.n_positions) = (100, N_POSITIONS);
    config.bos_token_id = None;
    let random = |_: &str, shape: &[usize]| Ok(Tensor::rand(-0.3f32, 0.3f32, shape, &Device::Cpu)?);
    Arc::new(Gpt2::new(&config, random).unwrap())
}

fn tokens(n: usize) -> Vec<u32> {
    (0..n as u32).map(|i| i * i % 97).collect()
}

fn ask(run: &Run, position: Position) {
    for form in Form::ALL {
        explain(run, &Question::new(5).rather_than(6).after(position), form).unwrap();
    }
}

#[test]
fn a_run_holds_no_more_of_an_earlier_one_than_twice_what_it_needs() {
    let _alone = alone();
    let model = model(32);
    let mut text = tokens(600);
    let (first, one) = taken(|| model.run(&text).unwrap());
    let before = NOW.load(Relaxed) - one;
    let mut run = first;
    // All positions have been looked at, and are no reason to hold on to them.
    ask(&run, Position::All);
    for i in 0..40 {
        // Behind the first, as a word that is typed before the text comes behind BOS.
        text.insert(1, i);
        let next = run.with_tokens(&text).unwrap();
        ask(&next, Position::At(-1));
        run = next;
    }
    let held = NOW.load(Relaxed) - before;
    assert!(
        held < one * 13 / 10,
        "{held} bytes for a run that takes {one} by itself"
    );

    // In the middle, where half is shared.
    for i in 0..40 {
        text.insert(text.len() / 2, i);
        run = run.with_tokens(&text).unwrap();
    }
    let held = NOW.load(Relaxed) - before;
    assert!(
        held < one * 23 / 10,
        "{held} bytes for a run that takes {one} by itself"
    );

    // And a few tokens of it.
    let few = run.with_tokens(&text[..20]).unwrap();
    drop(run);
    let held = NOW.load(Relaxed) - before;
    assert!(held < one / 10, "{held} bytes for 20 tokens of a run that takes {one}");
    drop(few);
}

#[test]
fn a_text_that_is_typed_takes_what_it_takes_at_once() {
    let _alone = alone();
    let model = model(256);
    let text = tokens(300);
    let (at_once, one) = taken(|| model.run(&text).unwrap());
    drop(at_once);
    let (typed, held) = taken(|| {
        let mut run = model.run(&text[..1]).unwrap();
        for n in 2..=text.len() {
            run = run.with_tokens(&text[..n]).unwrap();
        }
        run
    });
    // Each token has tensors of its own.
    assert!(held < one * 13 / 10, "{held} bytes typed, {one} at once");
    drop(typed);
}

#[test]
fn positions_asked_one_by_one_take_what_they_take_together() {
    let _alone = alone();
    let model = model(32);
    let run = model.run(&tokens(N_POSITIONS)).unwrap();
    ask(&run, Position::At(0));
    let ((), one_by_one) = taken(|| (0..N_POSITIONS as i64).for_each(|position| ask(&run, Position::At(position))));
    drop(run);
    let run = model.run(&tokens(N_POSITIONS)).unwrap();
    let ((), together) = taken(|| ask(&run, Position::All));
    assert!(
        one_by_one < together * 11 / 10,
        "{one_by_one} bytes one by one, {together} together"
    );
}

#[test]
fn runs_and_models_that_are_dropped_leave_nothing() {
    let _alone = alone();
    // What is made once and stays.
    drop(model(32).run(&[1]).unwrap());
    let before = NOW.load(Relaxed);
    for i in 0..5 {
        let model = model(32);
        let mut run = model.run(&tokens(10)).unwrap();
        for n in 0..200 {
            let mut text = tokens(20 + n % 60);
            text.rotate_left((n + i) % 7);
            run = run.with_tokens(&text).unwrap();
            ask(&run, Position::At(-1));
            run.logits(0).unwrap();
        }
        // A run lives as long as it is asked, whoever drops the model.
        drop(model);
        ask(&run, Position::All);
    }
    // A run takes a hundred times as much; what the tests' own threads do is counted too.
    let left = NOW.load(Relaxed).saturating_sub(before);
    assert!(left < 5_000, "{left} bytes of 5 models and 1,000 runs");
}

#[test]
fn a_prompt_that_does_not_fit_is_refused_and_the_largest_that_does_is_run() {
    let _alone = alone();
    let model = model(32);
    let text = tokens(N_POSITIONS);
    let short = model.run(&text[..100]).unwrap();
    let (whole, one) = taken(|| model.run(&text).unwrap());
    drop(whole);
    LIMIT.store(NOW.load(Relaxed) + one / 2, Relaxed);
    let refused = [model.run(&text), short.with_tokens(&text)].map(Result::unwrap_err);
    // The message is made under the limit as well.
    let fits = refused.each_ref().map(|error| {
        let Error::Memory(message) = error else {
            panic!("{error}");
        };
        let (_, number) = message.split_once("there is; ").unwrap();
        number.split(' ').next().unwrap().parse::<usize>().unwrap()
    });
    // About two tokens' worth: what the tests' own threads do meanwhile is counted too.
    LIMIT.fetch_add(8_000, Relaxed);
    let runs = [
        model.run(&text[..fits[0]]).map(drop),
        short.with_tokens(&text[..fits[1]]).map(drop),
    ];
    let a_few_more = model.run(&text[..fits[0] + 4]).map(drop);
    LIMIT.store(usize::MAX, Relaxed);
    for run in runs {
        run.unwrap();
    }
    assert!(matches!(a_few_more, Err(Error::Memory(_))));
    // Half of the room is for about half of the tokens; those of an earlier run are there already, and memory
    // that another test's thread gives back is worth a token or two.
    assert!((350..512).contains(&fits[0]), "{fits:?}");
    assert!((fits[0] + 50..=fits[0] + 102).contains(&fits[1]), "{fits:?}");
    let parts = explain(&short, &Question::new(5), Form::Parts(Unit::Component)).unwrap();
    assert!(parts.identity().is_exact());
}

/// However many variants there are, few of them go through at a time; and one that is given up leaves nothing.
#[test]
fn a_sweep_of_a_long_prompt_takes_less_than_its_run() {
    let _alone = alone();
    let model = model(32);
    let (run, one) = taken(|| Arc::new(model.run(&tokens(N_POSITIONS)).unwrap()));
    let question = Question::new(5).rather_than(6);
    ask(&run, Position::All);
    let before = NOW.load(Relaxed);
    LIMIT.store(before + one, Relaxed);
    for (unit, ablation) in [(Unit::Head, Ablation::Zero), (Unit::Component, Ablation::Mean)] {
        let mut all = effects(&run, &question, unit, ablation, None).unwrap();
        for _ in 0..30 {
            assert!(all.advance().unwrap());
        }
        drop(all);
        let done = effects(&run, &question, unit, ablation, None)
            .unwrap()
            .finish()
            .unwrap();
        assert!(done.after.iter().all(|after| after.is_finite()));
    }
    LIMIT.store(usize::MAX, Relaxed);
    let left = NOW.load(Relaxed).saturating_sub(before);
    assert!(left < one / 20, "{left} bytes left beside a run of {one}");
}

/// What it takes to begin to write tells whether the prompt was run again.
#[test]
fn a_generation_from_a_run_does_not_run_the_prompt_again() {
    let _alone = alone();
    let model = LanguageModel::new(Arc::into_inner(model(32)).unwrap(), None);
    let text = tokens(600);
    let sampling = Sampling {
        max_tokens: 1,
        temperature: 0.0,
        top_k: None,
        seed: 0,
    };
    let (run, one) = taken(|| model.gpt2.run(&text).unwrap());
    let begin = |mut generation: Generation| {
        generation.next().unwrap();
        generation
    };
    let (_first, again) = taken(|| begin(Generation::new(&model, &text, &sampling).unwrap()));
    assert!(again > one * 9 / 10, "{again} bytes beside a run of {one}");
    let (_second, more) = taken(|| begin(Generation::from_run(&model, run, &sampling).unwrap()));
    assert!(more < one / 10, "{more} bytes beside a run of {one}");
}
