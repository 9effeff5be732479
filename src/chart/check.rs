//! Whether what is to be charted is an explanation at all: it may come from JSON, or be made by hand.

use super::kind::Kind;
use super::values::LARGEST;
use crate::attribution::{Explanation, Part};
use crate::{Error, Result};

/// The model's number of layers, if `explanation` is one that `kind` shows.
pub(super) fn check(explanation: &Explanation, kind: &dyn Kind) -> Result<usize> {
    let n_layer = check_labels(explanation, kind)?;
    check_numbers(explanation)?;
    Ok(n_layer)
}

fn check_labels(explanation: &Explanation, kind: &dyn Kind) -> Result<usize> {
    let labels = explanation.labels();
    let number = |indices: &mut dyn Iterator<Item = usize>| indices.max().map_or(0, |last| last.saturating_add(1));
    let n_layer = number(&mut labels.iter().filter_map(|part| part.layer()));
    let n_head = number(&mut labels.iter().map(|part| match part {
        Part::Head { head, .. } => *head,
        _ => 0,
    }));
    // No chart has fewer labels than that; the largest indices alone could ask for an immense list.
    let enough = n_layer.checked_mul(n_head).is_some_and(|n| n <= labels.len());
    if n_layer == 0 || !enough || labels != kind.labels(n_layer, n_head) {
        return Err(Error::Chart(format!(
            "the {} labels are not those of unit {} in the model's order, {}",
            labels.len(),
            explanation.form(),
            kind.order()
        )));
    }
    Ok(n_layer)
}

fn check_numbers(explanation: &Explanation) -> Result<()> {
    let (labels, positions) = (explanation.labels().len(), explanation.positions().len());
    if positions == 0 {
        return Err(Error::Chart(
            "the attribution has no position; it must have one at least".into(),
        ));
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
                "`{name}[{i}]` is {}, which is not a finite float32",
                values[i]
            )));
        }
    }
    Ok(())
}
