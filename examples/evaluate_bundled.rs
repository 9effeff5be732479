//! Measures the bundled model on sentences held out from training and prints the tables of its model card:
//! `cargo run --release --example evaluate_bundled`.

mod corpus;
mod evaluation;

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use logitscope::attribution::Part;
use logitscope::gpt2::LanguageModel;
use serde::Serialize;

use corpus::{Task, random};
use evaluation::{Contribution, Pattern, Score, Spread, Subject};

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
    /// Write the heads that look one way most of the time here, for the page: `heads.json`.
    #[arg(long)]
    heads: Option<PathBuf>,
    /// Print the first table only.
    #[arg(long)]
    accuracy_only: bool,
}

/// A head looks one way if this share of its attention goes there.
const MOST: f64 = 0.6;

/// An entry of `heads.json`.
#[derive(Serialize)]
struct Found {
    head: String,
    /// What the literature calls such a head.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    looks: String,
    /// Attention paid, over so many prompts.
    mean: f64,
    deviation: f64,
    prompts: usize,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let model = LanguageModel::open(&args.model)?;
    accuracy(&model, &args)?;
    if args.accuracy_only {
        return Ok(());
    }
    contributions(&model, &args)?;
    patterns(&model, &args)?;
    knockouts(&model, &args)
}

fn accuracy(model: &LanguageModel, args: &Args) -> Result<()> {
    println!("| task | held-out answers | right | mean logit difference |");
    println!("|---|---:|---:|---:|");
    for task in Task::ALL {
        let score = Score::measure(model, task, args.sentences, &mut random(args.seed, 0))?;
        let difference = score.mean_logit_difference;
        let difference = difference.map_or("–".into(), |difference| format!("{difference:.1}"));
        let right = 100.0 * score.accuracy;
        println!("| {} | {} | {right:.1}% | {difference} |", task.name(), score.asked);
    }
    Ok(())
}

fn contributions(model: &LanguageModel, args: &Args) -> Result<()> {
    println!("\n| task | part | adds | attention to the cue |");
    println!("|---|---|---:|---:|");
    for task in Task::ALL.into_iter().filter(|&task| task != Task::Plain) {
        let contributions = Contribution::measure(model, task, args.attributed, &mut random(args.seed, 1))?;
        for Contribution {
            part,
            adds,
            attention_to_cue,
        } in contributions.into_iter().take(args.parts)
        {
            let attention = attention_to_cue.map_or("–".into(), |a| a.to_string());
            println!("| {} | {part} | {adds} | {attention} |", task.name());
        }
    }
    Ok(())
}

fn patterns(model: &LanguageModel, args: &Args) -> Result<()> {
    println!("\n| looks | heads, with their attention |");
    println!("|---|---|");
    let mut found = Vec::new();
    for pattern in Pattern::ALL {
        let heads = pattern.measure(model, args.attributed, &mut random(args.seed, 1))?;
        let row: Vec<String> = heads
            .iter()
            .take(args.parts)
            .map(|(part, paid)| format!("{part} {paid}"))
            .collect();
        println!("| {pattern} | {} |", row.join(", "));
        let most = heads.iter().filter(|(_, paid)| paid.mean >= MOST);
        found.extend(most.map(|&(head, paid)| Found {
            head: head.to_string(),
            name: pattern.head(),
            looks: pattern.to_string(),
            mean: (paid.mean * 100.0).round() / 100.0,
            deviation: (paid.deviation * 100.0).round() / 100.0,
            prompts: args.attributed,
        }));
    }
    if let Some(file) = &args.heads {
        fs::write(file, serde_json::to_string_pretty(&found)? + "\n")?;
    }
    Ok(())
}

/// What each task loses without one part, and how much then is left of the attention of the model's best induction head.
fn knockouts(model: &LanguageModel, args: &Args) -> Result<()> {
    let whole = Subject::from(model);
    let induction = |subject: Subject| Pattern::Induction.measure(subject, args.attributed, &mut random(args.seed, 1));
    let (best, before_any) = induction(whole)?[0];
    let scores = |subject: Subject| -> Result<Vec<f64>> {
        let score = |task| Score::measure(subject, task, args.attributed, &mut random(args.seed, 0));
        Task::ALL.into_iter().map(|task| Ok(score(task)?.accuracy)).collect()
    };
    let before = scores(whole)?;
    let (layers, heads) = (model.gpt2.config().n_layer, model.gpt2.config().n_head);
    let heads = (0..layers).flat_map(|layer| (0..heads).map(move |head| Part::Head { layer, head }));
    let parts = heads.chain((0..layers).map(Part::MlpOut));
    let mut after: Vec<(Part, Vec<f64>, Spread)> = Vec::new();
    for part in parts {
        let subject = Subject {
            model,
            without: Some(part),
        };
        let left = induction(subject)?.into_iter().find(|(part, _)| *part == best);
        let (_, left) = left.expect("every head is measured");
        after.push((part, scores(subject)?, left));
    }
    println!("\n| task | right | without one head | without one MLP |");
    println!("|---|---:|---|---|");
    for (i, task) in Task::ALL.into_iter().enumerate() {
        let mut worst: Vec<_> = after.iter().map(|(part, scores, _)| (part, scores[i])).collect();
        worst.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        let (heads, mlps): (Vec<_>, Vec<_>) = worst.iter().partition(|(part, _)| matches!(part, Part::Head { .. }));
        let row = |parts: &[(&Part, f64)]| -> String {
            let parts = parts.iter().take(3);
            let parts: Vec<String> = parts
                .map(|(part, score)| format!("{part} {:.0}%", 100.0 * score))
                .collect();
            parts.join(", ")
        };
        let right = 100.0 * before[i];
        println!("| {} | {right:.0}% | {} | {} |", task.name(), row(&heads), row(&mlps));
    }
    after.retain(|(part, ..)| matches!(part, Part::Head { .. }) && *part != best);
    after.sort_by(|(.., a), (.., b)| a.mean.total_cmp(&b.mean));
    println!("\n| without | attention of {best} to what followed the same word |");
    println!("|---|---:|");
    println!("| nothing | {before_any} |");
    for (part, _, left) in after.iter().take(args.parts) {
        println!("| {part} | {left} |");
    }
    Ok(())
}
