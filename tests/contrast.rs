//! What an answer is compared with: several tokens, or all by their probability, wherever a question goes on from there.

use std::path::Path;
use std::sync::Arc;

use logitscope::Error;
use logitscope::attribution::{
    Ablation, Contrast, PatchSite, Position, Question, Unit, attribute, effects, patch, patched, reaction,
    renormalized, without,
};
use logitscope::gpt2::{LanguageModel, Run};

const TOLERANCE: f64 = 1e-4;

fn run(tokens: &[u32]) -> Arc<Run> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tiny-a");
    Arc::new(LanguageModel::open(&dir).unwrap().gpt2.run(tokens).unwrap())
}

fn probabilities(run: &Run, position: usize) -> Vec<f64> {
    let logits = run.logits(position).unwrap();
    let exp: Vec<f64> = logits.iter().map(|&logit| f64::from(logit).exp()).collect();
    let sum: f64 = exp.iter().sum();
    exp.iter().map(|exp| exp / sum).collect()
}

#[test]
fn what_is_lost_is_lost_of_the_contrast_as_it_was() {
    let clean = run(&[3, 1, 4, 1, 5]);
    let corrupted = Arc::new(clean.with_tokens(&[3, 9, 4, 1, 5]).unwrap());
    let last = 4;
    let p = probabilities(&clean, last);
    let mut several = vec![0.0; p.len()];
    [12, 20, 31]
        .iter()
        .for_each(|&token: &usize| several[token] = 1.0 / 3.0);
    for (contrast, weights) in [(Contrast::LogProbability, p), (vec![12, 20, 31].into(), several)] {
        let question = Question::new(7).rather_than(contrast);
        let number = |run: &Run| {
            let logits = run.logits(last).unwrap();
            let than: f64 = weights
                .iter()
                .zip(&logits)
                .map(|(w, &logit)| w * f64::from(logit))
                .sum();
            f64::from(logits[7]) - than
        };
        let close = |ours: f64, theirs: f64| assert!((ours - theirs).abs() < TOLERANCE, "{ours} is not {theirs}");
        let lost = effects(&clean, &question, Unit::Head, Ablation::Zero, None)
            .unwrap()
            .finish()
            .unwrap();
        close(lost.logit, number(&clean));
        for (&part, &after) in lost.labels.iter().zip(&lost.after) {
            let changed = without(&clean, part, Ablation::Zero, None).unwrap();
            close(after, number(&changed));
            let reaction = reaction(&clean, &question, part, Ablation::Zero, None).unwrap();
            assert!(reaction.exact, "{part}: {}", reaction.error);
            close(reaction.after, number(&changed));
        }
        assert!(
            renormalized(&clean, &question, &lost.labels)
                .unwrap()
                .iter()
                .all(|x| x.is_finite())
        );
        let patching = patch(&clean, &corrupted, &question, PatchSite::ResidPre)
            .unwrap()
            .finish()
            .unwrap();
        close(patching.clean, number(&clean));
        close(patching.corrupted, number(&corrupted));
        // All of the clean stream, before a layer that reads it at the last token alone.
        let [.., at_last] = patching.logit[..] else { panic!() };
        close(
            at_last,
            number(&patched(&clean, &corrupted, PatchSite::ResidPre, &[1, last]).unwrap()),
        );
    }
}

/// The direction is that in which log p(answer) rises.
#[test]
fn a_small_change_of_the_stream_changes_the_logarithm_of_the_probability_as_much() {
    let run = run(&[3, 1, 4, 1, 5]);
    let question = Question::new(7).rather_than(Contrast::LogProbability);
    let parts = attribute(&run, &question, Unit::Component).unwrap();
    assert!(parts.identity.is_exact());
    // Any constant taken from all logits is the same to it: the number is log p(7) + the entropy of what the model expects.
    let p = probabilities(&run, 4);
    let entropy: f64 = -p.iter().map(|p| p * p.ln()).sum::<f64>();
    assert!((parts.identity.logit[0] - (p[7].ln() + entropy)).abs() < TOLERANCE);
}

#[test]
fn what_cannot_be_compared_is_refused_in_words() {
    let run = run(&[3, 1, 4, 1, 5]);
    let refused = |question: Question| attribute(&run, &question, Unit::Head).unwrap_err();
    for (tokens, why) in [
        (vec![], "there is no token to compare with"),
        (vec![7], "token #7 is compared with itself"),
        (vec![7, 9], "token #7 is among the tokens that it is compared with"),
        (vec![9, 8, 9], "token #9 is compared with twice"),
        (vec![9, 97], "97"),
    ] {
        let error = refused(Question::new(7).rather_than(tokens));
        assert!(
            matches!(error, Error::Answer(_)) && error.to_string().contains(why),
            "{error}"
        );
    }
    let everywhere = Question::new(7)
        .rather_than(Contrast::LogProbability)
        .after(Position::All);
    let error = refused(everywhere);
    assert!(
        matches!(error, Error::Position(_)) && error.to_string().contains("give one"),
        "{error}"
    );
    assert!(
        attribute(
            &run,
            &Question::new(7).rather_than(vec![8, 9]).after(Position::All),
            Unit::Head
        )
        .is_ok()
    );
    assert!(
        "probability"
            .parse::<Contrast>()
            .unwrap_err()
            .to_string()
            .starts_with("contrast: ")
    );
}
