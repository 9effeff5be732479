use std::path::Path;

use logitscope::gpt2::LanguageModel;

#[test]
fn logits_are_transformer_lens_s() {
    for name in ["tiny-a", "tiny-b"] {
        let dir = Path::new("tests/data").join(name);
        let model = LanguageModel::open(&dir).unwrap();
        let cases = std::fs::read(dir.join("transformer_lens.json")).unwrap();
        let cases: serde_json::Value = serde_json::from_slice(&cases).unwrap();
        for case in cases.as_array().unwrap() {
            let tokens: Vec<u32> = serde_json::from_value(case["tokens"].clone()).unwrap();
            let expected: Vec<f32> = serde_json::from_value(case["logits_last"].clone()).unwrap();
            let run = model.gpt2.run(&tokens).unwrap();
            let logits = model.gpt2.logits(&run, tokens.len() - 1).unwrap();
            let worst = logits
                .iter()
                .zip(&expected)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(worst < 1e-4, "{name}: {worst}");
        }
    }
}
