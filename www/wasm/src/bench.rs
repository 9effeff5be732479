//! What the machine gives, and what the linear layers make of it: for `cargo xtask bench`, in no module of the page.

use core::arch::wasm32::*;
use std::hint::black_box;

use logitscope::floor::{linear, packed_len};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Milliseconds.
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// All linear layers of a model, of random weights.
#[wasm_bindgen]
pub struct Floor(Vec<Linear>);

struct Linear {
    inputs: usize,
    weight: Vec<f32>,
    bias: Vec<f32>,
}

#[wasm_bindgen]
impl Floor {
    /// Takes the model's shape.
    #[wasm_bindgen(constructor)]
    pub fn new(n_layer: usize, n_embd: usize, n_inner: usize) -> Floor {
        let shapes = [
            (n_embd, 3 * n_embd),
            (n_embd, n_embd),
            (n_embd, n_inner),
            (n_inner, n_embd),
        ];
        let linear = |(inputs, outputs)| Linear {
            inputs,
            weight: random(packed_len(inputs, outputs)),
            bias: random(outputs),
        };
        Self((0..n_layer).flat_map(|_| shapes).map(linear).collect())
    }

    /// GFLOP/s of multiplications and additions on registers alone.
    pub fn registers(&self) -> f64 {
        const ROUNDS: usize = 30_000_000;
        let start = now();
        black_box(multiply_add(ROUNDS));
        rate((ROUNDS * SUMS * 4 * 2) as f64, start)
    }

    /// GB/s of one pass over the weights.
    pub fn bandwidth(&self) -> f64 {
        let start = now();
        for Linear { weight, .. } in &self.0 {
            black_box(sum(weight));
        }
        rate(self.weight_bytes() as f64, start)
    }

    /// The size of the weights.
    pub fn weight_bytes(&self) -> usize {
        self.0.iter().map(|linear| size_of_val(&linear.weight[..])).sum()
    }

    /// GFLOP/s of all linear layers on `t` rows.
    pub fn linear(&self, t: usize) -> f64 {
        let inputs: Vec<_> = self.0.iter().map(|linear| random(t * linear.inputs)).collect();
        let start = now();
        for (x, Linear { inputs, weight, bias }) in inputs.iter().zip(&self.0) {
            black_box(linear(x, *inputs, weight, bias));
        }
        let weights = self.weight_bytes() / size_of::<f32>();
        rate(2.0 * t as f64 * weights as f64, start)
    }
}

/// Billions a second of what was done since `start`.
fn rate(amount: f64, start: f64) -> f64 {
    amount / (now() - start) / 1e6
}

/// As many as WebAssembly's engines keep in registers, and enough to hide an operation's latency.
const SUMS: usize = 12;

#[cfg_attr(feature = "relaxed-simd", target_feature(enable = "relaxed-simd"))]
fn multiply_add(rounds: usize) -> [v128; SUMS] {
    let factor = black_box(f32x4_splat(0.999));
    let term = black_box(f32x4_splat(0.001));
    let mut sums = [f32x4_splat(1.0); SUMS];
    for _ in 0..rounds {
        for sum in &mut sums {
            #[cfg(feature = "relaxed-simd")]
            let next = f32x4_relaxed_madd(*sum, factor, term);
            #[cfg(not(feature = "relaxed-simd"))]
            let next = f32x4_add(f32x4_mul(*sum, factor), term);
            *sum = next;
        }
    }
    sums
}

/// Four sums of every fourth number, so that nothing is left out.
fn sum(numbers: &[f32]) -> v128 {
    let mut sums = [f32x4_splat(0.0); 8];
    for chunk in numbers.chunks_exact(4 * sums.len()) {
        for (sum, x) in sums.iter_mut().zip(chunk.chunks_exact(4)) {
            *sum = f32x4_add(*sum, f32x4(x[0], x[1], x[2], x[3]));
        }
    }
    sums.into_iter().fold(f32x4_splat(0.0), |a, b| f32x4_add(a, b))
}

/// Numbers about 0, as varied as arithmetic needs.
fn random(length: usize) -> Vec<f32> {
    let mut state = 1u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    std::iter::repeat_with(next).take(length).collect()
}
