//! Which `config.json` is read, and what is said of the others.

use logitscope::Error;
use logitscope::gpt2::{Activation, Checkpoint, Gpt2, Gpt2Config};
use serde_json::{Value, json};

/// `openai-community/gpt2`'s own.
fn gpt2() -> Value {
    json!({
        "activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "attn_pdrop": 0.1,
        "bos_token_id": 50256, "embd_pdrop": 0.1, "eos_token_id": 50256, "initializer_range": 0.02,
        "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": 1024, "n_embd": 768, "n_head": 12, "n_layer": 12,
        "n_positions": 1024, "resid_pdrop": 0.1, "summary_activation": null, "summary_first_dropout": 0.1,
        "summary_proj_to_labels": true, "summary_type": "cls_index", "summary_use_proj": true,
        "task_specific_params": {"text-generation": {"do_sample": true, "max_length": 50}}, "vocab_size": 50257,
    })
}

fn with(changes: Value) -> logitscope::Result<Gpt2Config> {
    let mut fields = gpt2();
    fields
        .as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    Gpt2Config::from_json(&fields.to_string())
}

fn without(name: &str) -> logitscope::Result<Gpt2Config> {
    let mut fields = gpt2();
    fields.as_object_mut().unwrap().remove(name).unwrap();
    Gpt2Config::from_json(&fields.to_string())
}

/// GPT-2 small by hand, but for what `change` changes.
fn by_hand(change: impl FnOnce(&mut Gpt2Config)) -> Gpt2Config {
    let mut config = Gpt2Config::default();
    change(&mut config);
    config
}

#[test]
fn reads_what_hugging_face_writes() {
    let config = with(json!({})).unwrap();
    assert_eq!(config, Gpt2Config::default());
    assert_eq!(
        serde_json::to_value(&config).unwrap(),
        json!({
            "model_type": "gpt2", "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024, "n_inner": 3072,
            "vocab_size": 50257, "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new",
            "scale_attn_weights": true, "scale_attn_by_inverse_layer_idx": false, "tie_word_embeddings": true,
            "bos_token_id": 50256,
        })
    );
    // 124,439,808 parameters, as published.
    assert_eq!(config.weight_bytes(), 4 * 124_439_808);
    for name in ["activation_function", "layer_norm_epsilon", "n_ctx"] {
        assert_eq!(without(name).unwrap(), Gpt2Config::default());
    }
    let unusual = with(json!({
        "n_inner": 100, "layer_norm_epsilon": 3e-5, "activation_function": "relu", "scale_attn_weights": false,
        "scale_attn_by_inverse_layer_idx": true, "tie_word_embeddings": false, "bos_token_id": 50257,
        "reorder_and_upcast_attn": true, "add_cross_attention": false, "pruned_heads": {}, "use_cache": false,
    }));
    let unusual = unusual.unwrap();
    assert_eq!(
        unusual,
        by_hand(|config| {
            config.n_inner = 100;
            config.layer_norm_epsilon = 3e-5;
            config.activation_function = Activation::Relu;
            config.scale_attn_weights = false;
            config.scale_attn_by_inverse_layer_idx = true;
            config.tie_word_embeddings = false;
            config.bos_token_id = None;
        })
    );
    for (name, activation) in [
        ("gelu_new", Activation::GeluTanh),
        ("gelu_pytorch_tanh", Activation::GeluTanh),
        ("gelu_python_tanh", Activation::GeluTanh),
        ("gelu_fast", Activation::GeluTanh),
        ("gelu_accurate", Activation::GeluTanh),
        ("gelu", Activation::Gelu),
        ("gelu_python", Activation::Gelu),
        ("quick_gelu", Activation::QuickGelu),
        ("silu", Activation::Silu),
        ("swish", Activation::Silu),
        ("tanh", Activation::Tanh),
    ] {
        let config = with(json!({"activation_function": name})).unwrap();
        assert_eq!(config.activation_function, activation);
    }
    for config in [Gpt2Config::default(), unusual] {
        let json = serde_json::to_string(&config).unwrap();
        assert_eq!(Gpt2Config::from_json(&json).unwrap(), config);
    }
}

/// Files from before a field, or with one that says nothing.
#[test]
fn reads_what_people_have() {
    let plain = with(json!({})).unwrap();
    assert_eq!(without("model_type").unwrap(), plain);
    for harmless in [
        json!({"n_ctx": 512}),
        json!({"adapters": {}}),
        json!({"adapters": {"adapters": {}, "config_map": {}, "fusion_config_map": {}, "fusions": {}}}),
        json!({"model_type": null, "architectures": ["GPT2Model"]}),
        json!({"quantization_config": null, "auto_map": {}}),
    ] {
        assert_eq!(with(harmless.clone()).unwrap(), plain, "{harmless}");
    }
    // As Python writes it.
    let python = |json: &str| Gpt2Config::from_json(&gpt2().to_string().replacen('{', json, 1));
    for number in [
        "NaN",
        "Infinity",
        "-Infinity",
        r#"["\\\"NaN", NaN, {"a\"": -Infinity}]"#,
    ] {
        assert_eq!(
            python(&format!("\u{FEFF}{{\"loss\": {number}, ")).unwrap(),
            plain,
            "{number}"
        );
    }
    assert_eq!(
        python("{\"n_inner\": Infinity, ").unwrap_err().to_string(),
        "config.json: n_inner is \"Infinity\"; it must be a whole number, at least 1"
    );
    let without_layer_norm = with(json!({"layer_norm_epsilon": 1e12})).unwrap();
    assert_eq!(without_layer_norm.layer_norm_epsilon, 1e12);
}

#[test]
fn names_what_is_missing() {
    let nothing_says_gpt2 = with(json!({"model_type": null, "architectures": ["OpenAIGPTLMHeadModel"]}));
    let message = nothing_says_gpt2.unwrap_err().to_string();
    assert!(message.starts_with("config.json: model_type is missing"), "{message}");
    for (name, small) in [
        ("n_embd", 768),
        ("n_layer", 12),
        ("n_head", 12),
        ("n_positions", 1024),
        ("vocab_size", 50257),
    ] {
        assert_eq!(
            without(name).unwrap_err().to_string(),
            format!(
                "config.json: {name} is missing; it must be a whole number, at least 1, as GPT-2 small's {small}, which transformers \
                 takes here"
            )
        );
    }
}

#[test]
fn refuses_by_name_what_it_does_not_compute() {
    let cases = [
        (
            json!({"model_type": "llama"}),
            "model_type is \"llama\"; Logitscope computes \"gpt2\" only",
        ),
        (
            json!({"activation_function": "mish"}),
            "activation_function is \"mish\"; Logitscope computes gelu_new, gelu_pytorch_tanh, gelu_python_tanh, gelu_fast, \
             gelu_accurate, gelu, gelu_python, quick_gelu, relu, silu, swish, tanh",
        ),
        (
            json!({"add_cross_attention": true}),
            "add_cross_attention asks for cross-attention, which Logitscope does not compute",
        ),
        (
            json!({"pruned_heads": {"0": [1]}}),
            "pruned_heads asks for pruned heads, which Logitscope does not compute",
        ),
        (
            json!({"quantization_config": {"bits": 4}}),
            "quantization_config asks for quantized weights, which Logitscope does not compute",
        ),
        (
            json!({"auto_map": {"AutoModel": "m.M"}}),
            "auto_map asks for code of its own, which Logitscope does not compute",
        ),
        (json!({"n_head": 7}), "n_embd 768 is not a multiple of n_head 7"),
        (
            json!({"adapters": {"adapters": {"sst-2": "pfeiffer"}, "fusions": {}}}),
            "adapters asks for adapters, which Logitscope does not compute",
        ),
        (json!({"hidden_size": 8}), "n_embd 768 contradicts hidden_size 8"),
        (
            json!({"n_layer": 0}),
            "n_layer is 0; it must be a whole number, at least 1",
        ),
        (
            json!({"n_layer": -1}),
            "n_layer is -1; it must be a whole number, at least 1",
        ),
        (
            json!({"n_layer": 1.5}),
            "n_layer is 1.5; it must be a whole number, at least 1",
        ),
        (
            json!({"n_layer": "12"}),
            "n_layer is \"12\"; it must be a whole number, at least 1",
        ),
        (
            json!({"vocab_size": u64::MAX}),
            "vocab_size is larger than any GPT-2's; it must be below 2^32",
        ),
        (
            json!({"layer_norm_epsilon": 0}),
            "layer_norm_epsilon is 0; it must be a positive number that float32 has, as 1e-5",
        ),
        (
            json!({"layer_norm_epsilon": 1e-46}),
            "layer_norm_epsilon is 1e-46; it must be a positive number that float32 has, as 1e-5",
        ),
        (
            json!({"n_inner": 1_u64 << 32}),
            "n_inner is larger than any GPT-2's; it must be below 2^32",
        ),
        (
            json!({"tie_word_embeddings": "yes"}),
            "tie_word_embeddings is \"yes\"; it must be true or false",
        ),
    ];
    for (changes, expected) in cases {
        assert_eq!(
            with(changes).unwrap_err().to_string(),
            format!("config.json: {expected}")
        );
    }
    let vast = u32::MAX;
    assert_eq!(
        with(json!({"n_embd": vast, "n_head": 1, "n_layer": vast}))
            .unwrap_err()
            .to_string(),
        "out of memory: this model's weights take 18446744073 GB as float16, more than can be addressed here"
    );
}

/// Whatever takes a config says the same of one by hand as of one that was read.
#[test]
fn refuses_by_hand_what_it_refuses_to_read() {
    type Dimension = (&'static str, fn(&mut Gpt2Config) -> &mut usize);
    let dimensions: [Dimension; 6] = [
        ("n_embd", |config| &mut config.n_embd),
        ("n_layer", |config| &mut config.n_layer),
        ("n_head", |config| &mut config.n_head),
        ("n_positions", |config| &mut config.n_positions),
        ("n_inner", |config| &mut config.n_inner),
        ("vocab_size", |config| &mut config.vocab_size),
    ];
    let mut cases = Vec::new();
    for (name, of) in dimensions {
        cases.push((
            by_hand(|config| *of(config) = 0),
            format!("{name} is 0; it must be a whole number, at least 1"),
        ));
        cases.push((
            by_hand(|config| *of(config) = 1 << 32),
            format!("{name} is larger than any GPT-2's; it must be below 2^32"),
        ));
    }
    cases.push((
        by_hand(|config| config.n_head = 7),
        "n_embd 768 is not a multiple of n_head 7".into(),
    ));
    for (epsilon, shown) in [
        (0.0, "0.0"),
        (-1e-5, "-1e-5"),
        (f64::INFINITY, "inf"),
        (1e39, "1e39"),
        (1e-46, "1e-46"),
        (f64::NAN, "NaN"),
    ] {
        cases.push((
            by_hand(|config| config.layer_norm_epsilon = epsilon),
            format!("layer_norm_epsilon is {shown}; it must be a positive number that float32 has, as 1e-5"),
        ));
    }
    cases.push((
        by_hand(|config| config.vocab_size = 97),
        "bos_token_id 50256 is not in the vocabulary, which has ids 0 to 96".into(),
    ));
    for (config, expected) in cases {
        let refusals = [
            config.validate().map(drop),
            Checkpoint::new(config.clone()).map(drop),
            Checkpoint::with_file(config.clone(), "model.safetensors").map(drop),
            Checkpoint::with_index(config.clone(), "model.safetensors.index.json", "{}").map(drop),
            Gpt2::new(&config, |_, _| panic!("no weight is asked for")).map(drop),
        ];
        for refusal in refusals {
            let error = refusal.unwrap_err();
            assert!(matches!(error, Error::Config(_)));
            assert_eq!(error.to_string(), format!("config.json: {expected}"));
        }
    }
    let vast = by_hand(|config| (config.n_embd, config.n_head) = (u32::MAX as usize, 1));
    assert!(matches!(vast.validate(), Err(Error::Memory(_))));
    let absurd =
        by_hand(|config| (config.n_embd, config.n_inner, config.n_layer) = (usize::MAX, usize::MAX, usize::MAX));
    assert_eq!(absurd.weight_bytes(), u64::MAX);
    assert!(matches!(absurd.validate(), Err(Error::Config(_))));
}

#[test]
fn recognizes_what_is_no_config() {
    for (json, expected) in [
        ("<!doctype html>", "is a web page, not the model's file"),
        ("version https://git-lfs.github.com/spec/v1", "is a Git LFS pointer"),
        ("", "is not a JSON object"),
        ("[]", "is not a JSON object"),
        (&gpt2().to_string()[..100], "is not a JSON object"),
    ] {
        let message = Gpt2Config::from_json(json).unwrap_err().to_string();
        assert!(message.starts_with(&format!("config.json: {expected}")), "{message}");
    }
}
