//! Threads in the browser: workers that share the module's memory, and become rayon's threads.
//!
//! A worker is started by JavaScript alone, and from outside: one that computes hears nothing until it is done. So the
//! pool is opened with its places vacant, and each worker that enters takes one for as long as it lives. A pass that
//! begins before all have come is computed by those that are there.

use std::sync::Mutex;

use rayon::{ThreadBuilder, ThreadPoolBuilder};
use wasm_bindgen::prelude::*;

use crate::{JsResult, Thrown};

static VACANT: Mutex<Vec<ThreadBuilder>> = Mutex::new(Vec::new());

/// Makes the calling worker the first of so many threads: all that it calls can be shared with those that enter.
#[wasm_bindgen(js_name = openPool)]
pub fn open_pool(threads: usize) -> JsResult<()> {
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .use_current_thread()
        .spawn_handler(|thread| {
            VACANT
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner())
                .push(thread);
            Ok(())
        })
        .build()
        .map_err(|error| Thrown::new("InternalError", &error.to_string()))?;
    // It ends with its workers.
    std::mem::forget(pool);
    Ok(())
}

/// Makes the calling worker one of the threads. Never returns.
#[wasm_bindgen(js_name = enterPool)]
pub fn enter_pool() -> JsResult<()> {
    let place = VACANT.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).pop();
    place
        .ok_or_else(|| Thrown::new("InternalError", "the pool has no place for another thread"))?
        .run();
    Ok(())
}
