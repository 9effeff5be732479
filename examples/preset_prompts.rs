//! Writes the sets of prompts that come with the page: each preset with other names, up to a hundred times, as
//! `www/public/prompts/*.csv`. Run: `cargo run --release --example preset_prompts`.

mod corpus;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use logitscope::gpt2::LanguageModel;

use corpus::presets::csv;

fn main() -> Result<()> {
    let www = Path::new(env!("CARGO_MANIFEST_DIR")).join("www");
    let model = LanguageModel::open(&www.join("public/models/bundled"))?;
    let presets: serde_json::Value = serde_json::from_slice(&fs::read(www.join("src/presets.json"))?)?;
    for (index, preset) in presets.as_array().context("a list of presets")?.iter().enumerate() {
        let text = |field: &str| preset[field].as_str().context("a text");
        let file = www.join("public").join(text("set")?);
        fs::create_dir_all(file.parent().context("a folder")?)?;
        let csv = csv(&model, index, text("name")?, text("prompt")?)?;
        println!("{}: {} prompts", file.display(), csv.lines().count() - 1);
        fs::write(file, csv)?;
    }
    Ok(())
}
