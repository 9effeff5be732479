//! Whatever the bytes, where sizes have 32 bits: the targets of `fuzz/`, all inputs that are kept and some made from them by a seed.

use js_sys::Date;
use logitscope_fuzz::{Random, TARGETS, mutate, seeds};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

/// For each target.
const MILLISECONDS: f64 = 500.0;

#[wasm_bindgen_test]
fn nothing_breaks() {
    let seed = Date::now() as u64;
    for target in TARGETS {
        console_log!("{}, seed {seed}", target.name);
        let kept = seeds(target.name);
        kept.iter().for_each(|input| (target.run)(input));
        let mut random = Random::new(seed);
        let (start, mut tried) = (Date::now(), kept.len());
        while Date::now() - start < MILLISECONDS {
            (target.run)(&mutate(&kept, &mut random));
            tried += 1;
        }
        console_log!("{tried} inputs");
    }
}
