use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use logitscope::attribution::{Form, Question, Unit};
use logitscope::gpt2::LanguageModel;
use logitscope::report::{Report, Token};
use serde_json::{Value, json};

/// As many predictions as the page lists.
const PREDICTIONS: usize = 10;

/// What the bundled model answers to the first preset of the page in `www`: all that the page's first picture shows.
pub fn first_answer(www: &Path) -> Result<Value> {
    let presets: Value = serde_json::from_slice(&fs::read(www.join("src/presets.json"))?)?;
    let text = |field: &str| presets[0][field].as_str().context("a preset's text");
    let model = LanguageModel::open(&www.join("public/models/bundled"))?;
    let tokens = model.tokens(text("prompt")?, true)?;
    let position = tokens.len() - 1;
    let run = model.gpt2.run(&tokens)?;
    let answer = model.single_token(text("answer")?)?;
    let incorrect = model.single_token(text("incorrect")?)?;
    let question = Question::new(answer).rather_than(Some(incorrect));
    let attribution = |form| -> Result<Value> {
        let mut report = serde_json::to_value(Report::new(&model, &run, &question, form)?)?;
        // What all three have in common stands once.
        let fields = report.as_object_mut().context("a report is an object")?;
        fields.retain(|field, _| !["tokens", "answer", "incorrect"].contains(&field.as_str()));
        Ok(report)
    };
    let config = model.gpt2.config();
    Ok(json!({
        "layers": config.n_layer,
        "heads": config.n_head,
        "tokens": tokens.iter().map(|&id| Token::new(&model, id)).collect::<Vec<_>>(),
        "bos": model.bos()?,
        "position": position,
        "predictions": model.predictions(&run, position, PREDICTIONS)?,
        "expected": model.expectations(&run, position, &[answer, incorrect])?,
        "attributions": [
            attribution(Form::RunningSum)?,
            attribution(Form::Parts(Unit::Component))?,
            attribution(Form::Parts(Unit::Head))?,
        ],
    }))
}
