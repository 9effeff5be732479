//! What JavaScript sees of Logitscope. The only package that knows of it: without it, the library exports nothing and
//! starts nothing.
//!
//! Nothing panics across the boundary: an [`Error`] becomes a JavaScript `Error` with the same message, whose `name`
//! says what has to be mended (`PromptError`, `AnswerError`, ...). A panic, which is a bug, becomes an `Error` named
//! `PanicError`, or a `RuntimeError` without words in the module of the charts alone; after it, as after a trap, the module must not be called again.
#![cfg(target_arch = "wasm32")]

use logitscope::Error;
use wasm_bindgen::prelude::*;

#[cfg(any(feature = "model", feature = "bench"))]
mod allocator;
#[cfg(feature = "bench")]
mod bench;
#[cfg(feature = "charts")]
mod canvas;
#[cfg(feature = "charts")]
mod chart;
#[cfg(feature = "model")]
mod convert;
#[cfg(feature = "model")]
mod generation;
#[cfg(feature = "model")]
mod head_scores;
#[cfg(feature = "model")]
mod lens;
#[cfg(feature = "charts")]
mod lens_table;
#[cfg(feature = "model")]
mod loader;
#[cfg(feature = "model")]
mod model;
#[cfg(feature = "charts")]
mod patch_grid;
#[cfg(feature = "charts")]
mod pattern;
#[cfg(feature = "model")]
mod readout;
#[cfg(feature = "model")]
mod run;
#[cfg(feature = "charts")]
mod scatter;
#[cfg(feature = "model")]
mod set;
#[cfg(feature = "threads")]
mod threads;
#[cfg(feature = "model")]
mod trial;
#[cfg(feature = "model")]
mod types;

#[cfg(feature = "bench")]
pub use bench::Floor;
#[cfg(feature = "charts")]
pub use chart::Chart;
#[cfg(feature = "model")]
pub use {generation::Generation, loader::ModelLoader, model::Model, run::Run, trial::Trial};

/// `Result` whose error JavaScript can catch.
pub type JsResult<T> = Result<T, Thrown>;

/// What JavaScript catches.
#[derive(Debug)]
pub struct Thrown(JsValue);

impl Thrown {
    fn new(name: &str, message: &str) -> Self {
        let error = js_sys::Error::new(message);
        error.set_name(name);
        Self(error.into())
    }
}

impl From<Error> for Thrown {
    fn from(error: Error) -> Self {
        let name = match error {
            Error::Config(_) => "ConfigError",
            Error::Checkpoint { .. } => "CheckpointError",
            Error::Tokenizer { .. } => "TokenizerError",
            Error::Prompt(_) => "PromptError",
            Error::Answer(_) => "AnswerError",
            Error::Position(_) => "PositionError",
            Error::Path(_) => "PathError",
            Error::Argument(_) => "ArgumentError",
            Error::Overflow(_) => "OverflowError",
            Error::Memory(_) => "MemoryError",
            Error::Chart(_) => "ChartError",
            _ => "TensorError",
        };
        Self::new(name, &error.to_string())
    }
}

impl From<JsValue> for Thrown {
    fn from(thrown: JsValue) -> Self {
        Self(thrown)
    }
}

impl From<Thrown> for JsValue {
    fn from(Thrown(error): Thrown) -> Self {
        error
    }
}

#[wasm_bindgen(start)]
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        wasm_bindgen::throw_val(Thrown::new("PanicError", &panic.to_string()).into())
    }));
}
