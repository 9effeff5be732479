//! Two runs, each taken apart, and how they differ.

use super::patching::check;
use super::{Explanation, Form, Identity, Question, explain};
use crate::gpt2::Run;
use crate::{Error, Result};

/// What each part adds in a clean run less what it adds in a corrupted one, of as many tokens: where the difference of the two answers
/// comes from. It adds up to the difference of the two numbers.
///
/// # Errors
/// As [`explain`]; [`Error::Argument`] if the runs are not of the same model and length, for a form that takes one part apart, and if one
/// of the runs has parts that the other has not: what was put into its residual stream.
pub fn difference(clean: &Run, corrupted: &Run, question: &Question, form: Form) -> Result<Explanation> {
    check(clean, corrupted)?;
    if let Some(part) = form.of() {
        return Err(Error::Argument(format!(
            "of: two runs differ in what each part adds, and not within {part}; leave it out"
        )));
    }
    let mut of = explain(clean, question, form)?;
    let other = explain(corrupted, question, form)?;
    if of.labels() != other.labels() {
        return Err(Error::Argument(
            "corrupted: has other parts than this run, since something was put into one of their residual streams; compare runs of prompts"
                .into(),
        ));
    }
    let (values, identity) = match &mut of {
        Explanation::Parts(parts) => (&mut parts.attribution, &mut parts.identity),
        Explanation::RunningSum(sum) => (&mut sum.values, &mut sum.identity),
    };
    subtract(values, other.values());
    *identity = less(identity, other.identity());
    Ok(of)
}

/// Both round on their own.
fn less(of: &Identity, other: &Identity) -> Identity {
    let minus = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
    Identity {
        logit: minus(&of.logit, &other.logit),
        bias: minus(&of.bias, &other.bias),
        total: minus(&of.total, &other.total),
        error: minus(&of.error, &other.error),
        rounding: of
            .rounding
            .iter()
            .zip(&other.rounding)
            .map(|(a, b)| a.hypot(*b))
            .collect(),
    }
}

fn subtract(x: &mut [f64], y: &[f64]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x -= y);
}
