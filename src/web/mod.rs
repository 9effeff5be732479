//! What JavaScript sees. The only module that knows of it.
//!
//! Nothing panics across the boundary: an [`Error`] becomes a JavaScript `Error` with the same message, whose `name`
//! says what has to be mended (`PromptError`, `AnswerError`, ...). A panic, which is a bug, becomes an `Error` named
//! `PanicError`; after it, as after a trap, the module must not be called again.

use wasm_bindgen::prelude::*;

use crate::Error;

#[cfg(feature = "bench")]
mod bench;
#[cfg(feature = "charts")]
mod chart;
#[cfg(feature = "model")]
mod model;
#[cfg(feature = "threads")]
mod threads;

#[cfg(feature = "bench")]
pub use bench::Floor;
#[cfg(feature = "charts")]
pub use chart::Chart;
#[cfg(feature = "model")]
pub use model::{Generation, Model, ModelLoader, Run};

/// `Result` whose error JavaScript can catch.
pub type JsResult<T> = Result<T, JsValue>;

impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        let name = match error {
            Error::Config(_) => "ConfigError",
            Error::Checkpoint { .. } => "CheckpointError",
            Error::Tokenizer(_) => "TokenizerError",
            Error::Prompt(_) => "PromptError",
            Error::Answer(_) => "AnswerError",
            Error::Position(_) => "PositionError",
            Error::Argument(_) => "ArgumentError",
            Error::Memory(_) => "MemoryError",
            Error::Chart(_) => "ChartError",
            Error::Tensor(_) => "TensorError",
        };
        js_error(name, &error.to_string())
    }
}

fn js_error(name: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    error.set_name(name);
    error.into()
}

#[wasm_bindgen(start)]
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        wasm_bindgen::throw_val(js_error("PanicError", &panic.to_string()))
    }));
}
