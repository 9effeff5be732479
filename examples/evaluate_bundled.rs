//! Measures the bundled model on sentences held out from training and prints the tables of its model card:
//! `cargo run --release --example evaluate_bundled`.

mod corpus;
mod evaluation;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use logitscope::gpt2::LanguageModel;

use corpus::{Task, random};
use evaluation::{Contribution, Score};

#[derive(Parser)]
struct Args {
    /// The model's folder.
    #[arg(long, default_value = "www/public/models/bundled")]
    model: PathBuf,
    /// Held-out sentences a task.
    #[arg(long, default_value_t = 2000)]
    sentences: usize,
    /// Held-out sentences a task from which the parts that answer are found.
    #[arg(long, default_value_t = 200)]
    attributed: usize,
    /// Parts shown a task.
    #[arg(long, default_value_t = 5)]
    parts: usize,
    /// Of the sentences.
    #[arg(long, default_value_t = 2)]
    seed: u64,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let model = LanguageModel::open(&args.model)?;
    println!("| task | held-out answers | right | mean logit difference |");
    println!("|---|---:|---:|---:|");
    for task in Task::ALL {
        let score = Score::measure(&model, task, args.sentences, &mut random(args.seed, 0))?;
        let difference = match score.mean_logit_difference {
            Some(difference) => format!("{difference:.1}"),
            None => "–".into(),
        };
        let right = 100.0 * score.accuracy();
        println!("| {} | {} | {right:.1}% | {difference} |", task.name(), score.asked);
    }
    println!();
    println!("| task | part | adds (mean ± deviation) | attention to the answer |");
    println!("|---|---|---:|---:|");
    for task in Task::ALL {
        let contributions = Contribution::measure(&model, task, args.attributed, &mut random(args.seed, 1))?;
        for Contribution {
            part,
            mean,
            deviation,
            attention,
        } in contributions.into_iter().take(args.parts)
        {
            let attention = attention.map_or("–".into(), |a| format!("{:.0}%", 100.0 * a));
            println!(
                "| {} | {part} | {mean:+.2} ± {deviation:.2} | {attention} |",
                task.name()
            );
        }
    }
    Ok(())
}
