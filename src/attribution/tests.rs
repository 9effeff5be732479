//! The identity is measured, not assumed: whatever activation is changed after a run, the result says so.

use std::sync::Arc;

use candle_core::{Device, Tensor};
use half::f16;
use proptest::prelude::*;

use super::{Form, LogitDirection, Question, Unit, explain};
use crate::gpt2::{Gpt2, Gpt2Config, Run, Site};

/// Weights up to `size`, matrices as float16 or float32.
fn model(seed: u32, size: f32, half: bool) -> Arc<Gpt2> {
    let mut config = Gpt2Config::default();
    (config.n_embd, config.n_inner, config.n_layer, config.n_head) = (24, 40, 3, 3);
    (config.vocab_size, config.n_positions, config.bos_token_id) = (30, 8, None);
    let mut state = seed.wrapping_mul(747_796_405).wrapping_add(1);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 8) as f32 / (1 << 23) as f32 - 1.0) * size
    };
    let weight = |name: &str, shape: &[usize]| {
        let middle = if name.contains("ln_") && name.ends_with("weight") {
            1.0
        } else {
            0.0
        };
        let values: Vec<f32> = (0..shape.iter().product()).map(|_| middle + next()).collect();
        if half && shape.len() == 2 {
            let values: Vec<f16> = values.into_iter().map(f16::from_f32).collect();
            return Ok(Tensor::from_vec(values, shape, &Device::Cpu)?);
        }
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?)
    };
    Arc::new(Gpt2::new(&config, weight).unwrap())
}

/// The question of the run's last position, in every form.
fn exact(run: &Run, question: &Question) -> [bool; 3] {
    Form::ALL.map(|form| explain(run, question, form).unwrap().identity().is_exact())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_activation_is_not_exact(seed in any::<u32>(), layer in 0..3_usize, half in any::<bool>(), large in any::<bool>()) {
        // Activations of 1e4: nothing about exactness has a scale of its own.
        let model = model(seed, if large { 30.0 } else { 0.5 }, half);
        let question = Question::new(4).rather_than(7);
        let run = || model.run(&[1, 2, 3, 4, 5]).unwrap();
        prop_assert_eq!(exact(&run(), &question), [true; 3]);

        let direction = LogitDirection::new(&run(), &[4], 4, &7.into()).unwrap();
        let length: f64 = direction.residual.iter().map(|x| x * x).sum();
        let parts = explain(&run(), &question, Form::Parts(Unit::Component)).unwrap();
        let added: f64 = parts.values().iter().map(|x| x.abs()).sum();
        let scale = f64::from(run().ln_final_scale(&[4]).unwrap()[0]);
        // As much as moves the logit by a ten-thousandth of what was added up.
        let step = 1e-4 * added * scale / length;
        let changed = |site| {
            let mut run = run();
            run.change(site, 4, |x| x.iter_mut().zip(&direction.residual).for_each(|(x, u)| *x += (step * u) as f32));
            exact(&run, &question)
        };
        // [component, layer, head]: a form notices what it adds up.
        prop_assert_eq!(changed(Site::AttnOut(layer)), [false, true, true]);
        prop_assert_eq!(changed(Site::MlpOut(layer)), [false, true, false]);
        prop_assert_eq!(changed(Site::ResidFinal), [true, false, true]);
        let mut wrong = run();
        wrong.change(Site::LnFinal, 4, |x| x.iter_mut().zip(&direction.unembedding).for_each(|(x, w)| *x += *w as f32));
        prop_assert_eq!(exact(&wrong, &question), [false; 3]);
        for scale in [f32::NAN, 0.0] {
            let mut wrong = run();
            wrong.change_scale(4, scale);
            prop_assert_eq!(exact(&wrong, &question), [false; 3]);
        }
    }
}
