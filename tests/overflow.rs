//! Numbers that float32 does not have: an error says where they began, and nothing is shown as if it were an answer.

use std::sync::Arc;

use candle_core::{Device, Tensor};
use logitscope::Error;
use logitscope::attribution::{Form, Position, Question, explain};
use logitscope::gpt2::{Activation, Gpt2, Gpt2Config};

/// A model of two layers; of the tensor `name`, the number at `at` is `x`, and all others are small.
fn model(name: &str, at: usize, x: f32, activation: Activation) -> Arc<Gpt2> {
    let mut config = Gpt2Config::default();
    (config.n_embd, config.n_inner, config.n_layer, config.n_head) = (8, 16, 2, 2);
    (config.vocab_size, config.n_positions, config.bos_token_id) = (10, 6, None);
    config.tie_word_embeddings = false;
    config.activation_function = activation;
    let mut next = 1_u32;
    let weight = |of: &str, shape: &[usize]| {
        let mut values: Vec<f32> = (0..shape.iter().product())
            .map(|_| {
                next = next.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (next >> 8) as f32 / (1 << 24) as f32 - 0.3
            })
            .collect();
        if of == name {
            values[at] = x;
        }
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?)
    };
    Arc::new(Gpt2::new(&config, weight).unwrap())
}

const TOKENS: [u32; 4] = [1, 2, 3, 4];

/// What the user reads, of whichever question is asked first.
fn refusals(model: &Arc<Gpt2>) -> Vec<String> {
    let run = model.run(&TOKENS).unwrap();
    let asked = [Position::At(-1), Position::All].into_iter().flat_map(|position| {
        let question = Question::new(5).rather_than(6).after(position);
        Form::ALL.map(|form| explain(&run, &question, form).map(|_| ()))
    });
    let asked = asked.chain([model.run(&TOKENS).unwrap().logits(3).map(|_| ())]);
    let refusals = asked.filter_map(Result::err);
    refusals
        .map(|error| {
            assert!(matches!(error, Error::Overflow(_)), "{error}");
            error.to_string()
        })
        .collect()
}

/// Of every tensor, one number; the place is the one that reads it.
#[test]
fn a_damaged_number_is_found_where_it_is_first_read() {
    let gelu = Activation::GeluTanh;
    for (name, at, place) in [
        ("wte.weight", 2 * 8 + 3, "the token's embedding is NaN at position 1"),
        ("wpe.weight", 2 * 8, "the position's embedding is NaN at position 2"),
        ("h.0.ln_1.weight", 0, "what ln_1 of layer 0 gives is NaN at position 0"),
        ("h.1.ln_1.bias", 0, "what ln_1 of layer 1 gives is NaN at position 0"),
        ("h.0.attn.c_attn.weight", 0, "a query of layer 0 is NaN at position 0"),
        ("h.0.attn.c_attn.weight", 8, "a key of layer 0 is NaN at position 0"),
        ("h.1.attn.c_attn.weight", 16, "a value of layer 1 is NaN at position 0"),
        ("h.0.attn.c_attn.bias", 3, "a query of layer 0 is NaN at position 0"),
        (
            "h.0.attn.c_proj.weight",
            0,
            "what attention writes in layer 0 is NaN at position 0",
        ),
        (
            "h.1.attn.c_proj.bias",
            7,
            "what attention writes in layer 1 is NaN at position 3",
        ),
        ("h.0.ln_2.weight", 1, "what ln_2 of layer 0 gives is NaN at position 0"),
        (
            "h.0.mlp.c_fc.weight",
            5,
            "what the MLP writes in layer 0 is NaN at position 0",
        ),
        (
            "h.1.mlp.c_fc.bias",
            5,
            "what the MLP writes in layer 1 is NaN at position 3",
        ),
        (
            "h.1.mlp.c_proj.weight",
            5,
            "what the MLP writes in layer 1 is NaN at position 3",
        ),
        ("lm_head.weight", 8 * 5, "token #5"),
    ] {
        let refusals = refusals(&model(name, at, f32::NAN, gelu));
        assert_eq!(refusals.len(), 7, "{name}");
        for refusal in [&refusals[0], &refusals[6]] {
            assert!(refusal.contains(place), "{name}: {refusal}");
            assert!(
                refusal.starts_with("overflow: ") && refusal.ends_with("load others"),
                "{refusal}"
            );
        }
    }
}

#[test]
fn no_activation_function_hides_it() {
    for activation in [Activation::GeluTanh, Activation::Gelu, Activation::Relu] {
        for name in ["h.0.mlp.c_fc.weight", "h.1.mlp.c_fc.bias"] {
            assert_eq!(
                refusals(&model(name, 1, f32::NAN, activation)).len(),
                7,
                "{name} {activation:?}"
            );
        }
    }
}

#[test]
fn weights_too_large_for_float32_are_found_too() {
    for (name, x, place) in [
        (
            "h.0.mlp.c_proj.bias",
            f32::MAX,
            "what ln_1 of layer 1 divides by is inf at position 0",
        ),
        (
            "h.0.attn.c_proj.weight",
            f32::MAX,
            "what attention writes in layer 0 is inf at position 0",
        ),
        (
            "h.1.mlp.c_proj.bias",
            1e25,
            "what the final LayerNorm divides by is inf at position 3",
        ),
        (
            "ln_f.bias",
            f32::INFINITY,
            "what the final LayerNorm gives is inf at position 3",
        ),
    ] {
        let refusals = refusals(&model(name, 0, x, Activation::GeluTanh));
        assert_eq!(refusals.len(), 7, "{name}");
        assert!(refusals[6].contains(place), "{name}: {}", refusals[6]);
    }
}

#[test]
fn a_token_without_a_finite_unembedding_is_named() {
    let model = model("lm_head.weight", 8 * 5, f32::INFINITY, Activation::GeluTanh);
    let run = model.run(&TOKENS).unwrap();
    let ask = |answer, incorrect| {
        let question = Question::new(answer).rather_than(incorrect);
        explain(&run, &question, Form::RunningSum)
    };
    for (answer, incorrect, named) in [
        (5, Some(6), "the unembedding of token #5, less that of token #6,"),
        (6, None, "the unembedding of token #6, less the vocabulary's mean,"),
    ] {
        let refusal = ask(answer, incorrect).unwrap_err().to_string();
        assert!(refusal.contains(named), "{refusal}");
    }
    assert!(ask(6, Some(7)).unwrap().identity().is_exact());
}

/// A token that the prompt does not hold, and a position after the one asked, do no harm.
#[test]
fn what_is_not_read_does_not_matter() {
    for (name, at) in [("wte.weight", 8 * 7), ("wpe.weight", 8 * 5)] {
        assert!(
            refusals(&model(name, at, f32::NAN, Activation::GeluTanh)).is_empty(),
            "{name}"
        );
    }
    let run = model("wpe.weight", 8 * 3, f32::NAN, Activation::GeluTanh)
        .run(&TOKENS)
        .unwrap();
    assert!(run.logits(2).is_ok());
    assert!(run.logits(3).is_err());
}
