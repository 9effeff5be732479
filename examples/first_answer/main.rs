//! Writes what the page opens with, so that it is there before the model is: the bundled model's answer to the first preset, as
//! `www/src/first-answer.json`. Run: `cargo run --release --example first_answer`.

mod answer;

use std::fs;
use std::path::Path;

use anyhow::Result;

fn main() -> Result<()> {
    let www = Path::new(env!("CARGO_MANIFEST_DIR")).join("www");
    let answer = answer::first_answer(&www)?;
    fs::write(www.join("src/first-answer.json"), format!("{answer}\n"))?;
    Ok(())
}
