//! What the machine gives, and what the linear layers make of it: for `cargo xtask bench`, in no module of the page.

use core::arch::wasm32::*;
use std::hint::black_box;

use candle_core::{Device, Storage, Tensor};
use wasm_bindgen::prelude::*;

use super::JsResult;
use crate::Result;

#[wasm_bindgen]
extern "C" {
    /// Milliseconds.
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// All linear layers of a model, of random weights.
#[wasm_bindgen]
pub struct Floor {
    /// Each [in, out].
    weights: Vec<Tensor>,
}

#[wasm_bindgen]
impl Floor {
    /// Takes the model's shape.
    #[wasm_bindgen(constructor)]
    pub fn new(n_layer: usize, n_embd: usize, n_inner: usize) -> JsResult<Floor> {
        let shapes = [
            (n_embd, 3 * n_embd),
            (n_embd, n_embd),
            (n_embd, n_inner),
            (n_inner, n_embd),
        ];
        let weights = (0..n_layer).flat_map(|_| shapes).map(random).collect::<Result<_>>()?;
        Ok(Self { weights })
    }

    /// GFLOP/s of multiplications and additions on registers alone.
    pub fn registers(&self) -> f64 {
        /// As many as WebAssembly's engines keep in registers, and enough to hide an operation's latency.
        const SUMS: usize = 12;
        const ROUNDS: usize = 3_000_000;
        let factor = black_box(f32x4_splat(0.999));
        let term = black_box(f32x4_splat(0.001));
        let mut sums = [f32x4_splat(1.0); SUMS];
        let start = now();
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = multiply_add(*sum, factor, term);
            }
        }
        black_box(sums);
        rate(ROUNDS * SUMS * 4 * 2, start)
    }

    /// GB/s of one pass over the weights.
    pub fn bandwidth(&self) -> f64 {
        let start = now();
        for weight in &self.weights {
            let (storage, _) = weight.storage_and_layout();
            let Storage::Cpu(storage) = &*storage else { continue };
            black_box(sum(storage.as_slice().unwrap_or_default()));
        }
        rate(self.weight_bytes(), start)
    }

    /// The size of the weights.
    pub fn weight_bytes(&self) -> usize {
        self.weights.iter().map(|weight| 4 * weight.elem_count()).sum()
    }

    /// GFLOP/s of all linear layers on `t` rows.
    pub fn linear(&self, t: usize) -> JsResult<f64> {
        let inputs = self.weights.iter().map(|weight| random((t, weight.dims()[0])));
        let inputs = inputs.collect::<Result<Vec<_>>>()?;
        let start = now();
        for (x, weight) in inputs.iter().zip(&self.weights) {
            black_box(x.matmul(weight).map_err(crate::Error::from)?);
        }
        Ok(rate(t * 2 * self.weight_bytes() / 4, start))
    }
}

/// Billions a second of what was done since `start`.
fn rate(amount: usize, start: f64) -> f64 {
    amount as f64 / (now() - start) / 1e6
}

#[cfg(target_feature = "relaxed-simd")]
fn multiply_add(a: v128, b: v128, c: v128) -> v128 {
    f32x4_relaxed_madd(a, b, c)
}

#[cfg(not(target_feature = "relaxed-simd"))]
fn multiply_add(a: v128, b: v128, c: v128) -> v128 {
    f32x4_add(f32x4_mul(a, b), c)
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

fn random(shape: (usize, usize)) -> Result<Tensor> {
    Ok(Tensor::rand(-0.1f32, 0.1, shape, &Device::Cpu)?)
}
