//! Whether what is to be charted is an explanation at all: it may come from JSON, or be made by hand.

use super::kind::Kind;
use super::shape::Shape;
use super::subject::Subject;
use super::values::LARGEST;
use crate::attribution::{Explanation, Part};
use crate::{Error, Result};

/// Layers of a model, or heads of a layer.
const MOST: usize = 10_000;

/// How far `explanation` sees, if it is one that `kind` shows of `subject`.
pub(super) fn check(explanation: &Explanation, kind: &dyn Kind, subject: &Subject) -> Result<Shape> {
    let labels = explanation.labels();
    if subject.model.is_some_and(|(layers, heads)| layers.max(heads) > MOST) {
        return Err(Error::Chart(format!(
            "a model of more than {MOST} layers, or heads in each; give those of the model"
        )));
    }
    let shape = Shape::of(labels, subject);
    // No chart has fewer labels than that; the largest indices alone could ask for an immense list.
    let heads = labels.iter().any(|part| matches!(part, Part::Head { .. }));
    let least = shape.attentions.checked_mul(if heads { shape.n_head } else { 1 });
    let enough = least.is_some_and(|n| n <= labels.len());
    if !enough || labels != kind.labels(&shape) {
        return Err(Error::Chart(format!(
            "the {} labels are not those of unit {} in the model's order, {}",
            labels.len(),
            explanation.form(),
            kind.order()
        )));
    }
    check_numbers(explanation)?;
    Ok(shape)
}

fn check_numbers(explanation: &Explanation) -> Result<()> {
    let (labels, positions) = (explanation.labels().len(), explanation.positions().len());
    if positions == 0 {
        return Err(Error::Chart(
            "the attribution has no position; it must have one at least".into(),
        ));
    }
    let factors = explanation.factors();
    let usable = |factor: &Option<f64>| factor.is_none_or(|x| x.is_finite() && x.abs() <= LARGEST);
    if !(factors.is_empty() || factors.len() == labels) || !factors.iter().all(usable) {
        return Err(Error::Chart(format!(
            "`pattern` or `activation` has {} numbers; {labels} labels need as many, all of them finite float32s",
            factors.len()
        )));
    }
    let identity = explanation.identity();
    for (name, values, length) in [
        ("attribution", explanation.values(), labels * positions),
        ("logit", &identity.logit, positions),
        ("bias", &identity.bias, positions),
        ("total", &identity.total, positions),
        ("error", &identity.error, positions),
    ] {
        if values.len() != length {
            return Err(Error::Chart(format!(
                "`{name}` has {} numbers; {labels} labels at {positions} positions need {length}",
                values.len()
            )));
        }
        if let Some(i) = values.iter().position(|x| !x.is_finite() || x.abs() > LARGEST) {
            return Err(Error::Chart(format!(
                "`{name}[{i}]` is {:?}, which is not a finite float32",
                values[i]
            )));
        }
    }
    Ok(())
}
