//! What must not break Logitscope, whatever the bytes: targets that read some, and ask what can be asked of what they make.
//!
//! An error is an answer. A panic, an overflow, an abort, more than [`MOST_BYTES`] at a time or a hang is none, and neither is an answer
//! whose parts do not add up. `cargo fuzz` runs a target with libFuzzer; `tests/minute.rs` does without it.

mod attribution;
mod checkpoint;
mod config;
mod files;
mod model;
mod mutate;
mod prompts;
mod random;
mod seeds;
mod tokenizer;
mod words;

pub use attribution::attribution;
pub use checkpoint::{folder, safetensors, torch};
pub use config::config;
pub use mutate::mutate;
pub use prompts::prompts;
pub use random::Random;
pub use seeds::seeds;
pub use tokenizer::tokenizer;
pub use words::words;

/// What one input may allocate at a time.
pub const MOST_BYTES: usize = 256 << 20;

/// One way in.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of its program, and of its folders in `corpus/` and `crashes/`.
    pub name: &'static str,
    /// Takes an input; panics if something broke.
    pub run: fn(&[u8]),
    /// How many inputs are many: what a release has seen.
    pub many: u64,
}

/// All of them.
pub const TARGETS: [Target; 8] = [
    Target {
        name: "config",
        run: config,
        many: 10_000_000,
    },
    Target {
        name: "safetensors",
        run: safetensors,
        many: 10_000_000,
    },
    Target {
        name: "torch",
        run: torch,
        many: 10_000_000,
    },
    Target {
        name: "folder",
        run: folder,
        many: 1_000_000,
    },
    Target {
        name: "tokenizer",
        run: tokenizer,
        many: 1_000_000,
    },
    Target {
        name: "attribution",
        run: attribution,
        many: 1_000_000,
    },
    Target {
        name: "prompts",
        run: prompts,
        many: 1_000_000,
    },
    Target {
        name: "words",
        run: words,
        many: 10_000_000,
    },
];
