use std::sync::OnceLock;

use logitscope::attribution::set::{Measure, SetQuestion, ask_all, read_line, read_prompts};
use logitscope::attribution::{Ablation, Form, Unit};
use logitscope::candle_core::DType;
use logitscope::gpt2::LanguageModel;

use crate::model;

/// Prompts that are asked of one set.
const ASKED: usize = 4;

/// A set of prompts, read, written and read again, and asked.
pub fn prompts(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(mut prompts) = read_prompts(text) else { return };
    for prompt in &prompts {
        let written = serde_json::to_string(prompt).unwrap();
        assert_eq!(read_line(&written, 1).unwrap(), *prompt, "{written}");
    }
    prompts.truncate(ASKED);
    let effects = Measure::Effects {
        unit: Unit::Head,
        ablation: Ablation::Mean,
        at: None,
    };
    for measure in [Measure::Parts(Form::ALL.to_vec()), effects, Measure::Sources] {
        let trial = ask_all(prompts.clone(), SetQuestion::new(measure)).unwrap();
        let answer = trial.finish(asked()).unwrap();
        for table in &answer.tables {
            if let Some(explanation) = table.explanation() {
                assert!(explanation.adds_up(), "{text:?}");
            }
        }
    }
}

/// Takes token ids alone.
fn asked() -> &'static LanguageModel {
    static MODEL: OnceLock<LanguageModel> = OnceLock::new();
    MODEL.get_or_init(|| {
        let mut config = model::smallest();
        (config.vocab_size, config.n_positions) = (20, 12);
        LanguageModel::new(model::random(&config, 1, 0.7, DType::F32).unwrap(), None)
    })
}
