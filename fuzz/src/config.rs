use logitscope::gpt2::Gpt2Config;

/// Bytes as a `config.json`.
pub fn config(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(config) = Gpt2Config::from_json(text) else {
        return;
    };
    config.validate().unwrap();
    config.weight_bytes();
    let written = serde_json::to_string(&config).unwrap();
    assert_eq!(Gpt2Config::from_json(&written).unwrap(), config, "{written}");
}
