//! Threads in the browser: workers that share the module's memory, and its work.
//!
//! A worker is started by JavaScript alone, and from outside: one that computes hears nothing until it is done. So the
//! team is opened before the others have entered. A pass that begins before all have come is computed by those that are there.

use logitscope::team;
use wasm_bindgen::prelude::*;

/// Makes the calling worker the first of so many threads: all that it calls can be shared with those that enter.
#[wasm_bindgen(js_name = openPool)]
pub fn open_pool(threads: usize, processors: usize) {
    team::open(threads, processors);
}

/// Makes the calling worker one of the threads. Never returns.
#[wasm_bindgen(js_name = enterPool)]
pub fn enter_pool() {
    team::enter()
}
