use logitscope::gpt2::Gpt2Config;

/// Bytes as a `config.json`; what was read is written and read again.
pub fn config(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(config) = Gpt2Config::from_json(text) else {
        return;
    };
    config.validate().unwrap();
    config.weight_bytes();
    let written = serde_json::to_string(&config).unwrap();
    let mut again = Gpt2Config::from_json(&written).unwrap();
    // serde_json reads a float64 to within its last place, and LayerNorm adds a float32.
    let epsilons = [&config, &again].map(|of| of.layer_norm_epsilon as f32);
    assert_eq!(epsilons[0], epsilons[1], "{written}");
    again.layer_norm_epsilon = config.layer_norm_epsilon;
    assert_eq!(again, config, "{written}");
}
