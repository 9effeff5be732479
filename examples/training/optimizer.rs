//! AdamW (Loshchilov and Hutter 2019). Candle's own keeps its moments to itself, and a training that is resumed without
//! them does not go on as if nothing had happened.

use anyhow::{Context, Result};
use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.95;
const EPSILON: f64 = 1e-8;
/// Of matrices; biases and LayerNorm's weights do not decay.
const WEIGHT_DECAY: f64 = 0.1;

/// A weight and the moving means of its gradient and of the gradient's square.
pub struct Moments {
    pub name: String,
    pub weight: Var,
    pub first: Vec<f32>,
    pub second: Vec<f32>,
}

pub struct AdamW {
    pub moments: Vec<Moments>,
    /// Steps made.
    pub step: u64,
}

impl AdamW {
    pub fn new(weights: Vec<(String, Var)>) -> Self {
        let moments = weights.into_iter().map(|(name, weight)| {
            let n = weight.elem_count();
            Moments {
                name,
                weight,
                first: vec![0.0; n],
                second: vec![0.0; n],
            }
        });
        Self {
            moments: moments.collect(),
            step: 0,
        }
    }

    /// Moves every weight against its gradient. Gradients that are together longer than 1 are cut to 1: one odd batch must
    /// not undo many good ones.
    pub fn step(&mut self, gradients: &GradStore, learning_rate: f64) -> Result<()> {
        let gradients = self
            .moments
            .iter()
            .map(|Moments { name, weight, .. }| {
                let gradient = gradients
                    .get(weight)
                    .with_context(|| format!("{name} has no gradient"))?;
                Ok(gradient.flatten_all()?.to_vec1::<f32>()?)
            })
            .collect::<Result<Vec<_>>>()?;
        let square: f64 = gradients.iter().flatten().map(|&g| f64::from(g).powi(2)).sum();
        let scale = (1.0 / square.sqrt().max(1.0)) as f32;

        self.step += 1;
        let exponent = i32::try_from(self.step)?;
        let rate = (learning_rate / (1.0 - BETA_1.powi(exponent))) as f32;
        let correction = (1.0 / (1.0 - BETA_2.powi(exponent))) as f32;
        let (beta_1, beta_2, epsilon) = (BETA_1 as f32, BETA_2 as f32, EPSILON as f32);
        for (moments, gradient) in self.moments.iter_mut().zip(gradients) {
            let shape = moments.weight.shape();
            let decay = if shape.rank() > 1 {
                learning_rate * WEIGHT_DECAY
            } else {
                0.0
            };
            let keep = (1.0 - decay) as f32;
            let mut values: Vec<f32> = moments.weight.flatten_all()?.to_vec1()?;
            let state = moments.first.iter_mut().zip(&mut moments.second);
            for ((value, (first, second)), gradient) in values.iter_mut().zip(state).zip(gradient) {
                let gradient = gradient * scale;
                *first = beta_1 * *first + (1.0 - beta_1) * gradient;
                *second = beta_2 * *second + (1.0 - beta_2) * gradient * gradient;
                *value = *value * keep - rate * *first / ((*second * correction).sqrt() + epsilon);
            }
            moments.weight.set(&Tensor::from_vec(values, shape, &Device::Cpu)?)?;
        }
        Ok(())
    }
}
