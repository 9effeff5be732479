//! An attribution as a table to read.

use std::iter::once;

use console::{Term, measure_text_width};
use logitscope::attribution::{Explanation, Form, Part, Step, Unit};
use logitscope::report::{Report, Token};

use crate::printable::printable;

/// Of a token, in characters.
const LONGEST: usize = 40;

/// The question, the parts, and how they add up. `magnitude` is what shares are of, if they are of anything: see
/// [`Explanation::magnitude`].
pub fn table(report: &Report, magnitude: Option<f64>) -> String {
    let explanation = &report.explanation;
    let columns = match explanation.positions() {
        [_] => at_one_position(report, magnitude),
        _ => at_every_position(report),
    };
    let width = Term::stdout()
        .size_checked()
        .map_or(usize::MAX, |(_, width)| width.into());
    format!("{}\n\n{}", question(report), blocks(&columns, width).join("\n"))
}

fn question(report: &Report) -> String {
    let question = asked(report);
    let through = through(report, shown).map(|through| format!("\nThrough {through}."));
    let of = report.explanation.form().of().map(|part| format!("\nOf that, {part}."));
    format!("{question}{}{}", through.unwrap_or_default(), of.unwrap_or_default())
}

/// The way in: `L9H9 at " Mary" (5), L4H11 at " John" (3)`; none if there is none.
pub fn through(report: &Report, shown: impl Fn(&Token) -> String) -> Option<String> {
    let step = |&Step { layer, head, token }: &Step| {
        let head = Part::Head { layer, head };
        format!("{head} at {} ({token})", shown(&report.tokens[token]))
    };
    let steps: Vec<String> = report.path.iter().map(step).collect();
    (!steps.is_empty()).then(|| steps.join(", "))
}

/// What parts are multiplied by, if by anything.
pub fn factor(explanation: &Explanation) -> Option<&'static str> {
    match explanation.form() {
        Form::Parts(Unit::Source { .. }) => Some("pattern"),
        Form::Parts(Unit::Neuron { .. }) => Some("activation"),
        _ => None,
    }
}

fn asked(report: &Report) -> String {
    let Some(answer) = report.answer.as_ref().map(shown) else {
        let position = report.explanation.positions()[0];
        let number = report.explain.as_deref().unwrap_or_default();
        return format!(
            "Why {number} at {} (position {position})?",
            shown(&report.tokens[position])
        );
    };
    let than = report
        .incorrect
        .as_ref()
        .map(|token| format!(" rather than {}", shown(token)));
    let after = match report.explanation.positions() {
        &[position] => format!("after {} (position {position})", shown(&report.tokens[position])),
        _ => "after each token".into(),
    };
    format!("Why {answer}{} {after}?", than.unwrap_or_default())
}

/// Cells from top to bottom; the first column of a table holds its labels.
type Column = Vec<String>;

fn at_one_position(report: &Report, magnitude: Option<f64>) -> Vec<Column> {
    let explanation = &report.explanation;
    let mut columns = vec![
        labels(report, &[]),
        once("attribution".into()).chain(values(explanation, 0)).collect(),
    ];
    if let Form::Parts(_) = explanation.form() {
        let share = |value: &f64| match magnitude {
            None => "–".into(),
            Some(all) => format!("{:.1}%", 100.0 * value.abs() / all),
        };
        let shares = explanation.values().iter().map(share);
        columns.push(once("share".into()).chain(shares).collect());
    }
    if let Some(name) = factor(explanation) {
        let number = |factor: &Option<f64>| factor.map_or(String::new(), |factor| format!("{factor:.4}"));
        let factors = explanation.factors().iter().map(number);
        columns.push(once(name.into()).chain(factors).collect());
    }
    if let Form::Parts(Unit::Source { .. }) = explanation.form() {
        let token = |part: &Part| match part {
            Part::Source(token) => shown(&report.tokens[*token]),
            _ => String::new(),
        };
        let tokens = explanation.labels().iter().map(token);
        columns.push(once("token".into()).chain(tokens).collect());
    }
    columns
}

fn at_every_position(report: &Report) -> Vec<Column> {
    let explanation = &report.explanation;
    let at = |(column, &position): (usize, &usize)| {
        let heading = [position.to_string(), shown(&report.tokens[position])];
        heading.into_iter().chain(values(explanation, column)).collect()
    };
    once(labels(report, &["position"]))
        .chain(explanation.positions().iter().enumerate().map(at))
        .collect()
}

fn labels(report: &Report, above: &[&str]) -> Column {
    let explanation = &report.explanation;
    let above = above
        .iter()
        .map(ToString::to_string)
        .chain(once(explanation.form().to_string()));
    let parts = explanation.labels().iter().map(ToString::to_string);
    above
        .chain(parts)
        .chain(["", "total", whole(report), "error"].map(String::from))
        .collect()
}

/// What the parts should add up to.
fn whole(report: &Report) -> &'static str {
    match (&report.explain, report.explanation.form().of()) {
        (_, Some(_)) => "its share",
        _ if !report.path.is_empty() => "its share",
        (Some(_), None) => "value - bias",
        (None, None) => "logit - b_U",
    }
}

/// The parts at one position, and below them the identity.
fn values(explanation: &Explanation, column: usize) -> Vec<String> {
    let identity = explanation.identity();
    let number = |value: f64| format!("{value:+.4}");
    let mut cells: Vec<String> = (0..explanation.labels().len())
        .map(|i| number(explanation.row(i)[column]))
        .collect();
    cells.push(String::new());
    cells.push(number(identity.total[column]));
    cells.push(number(identity.logit[column] - identity.bias[column]));
    cells.push(format!("{:+.1e}", identity.error[column]));
    cells
}

/// A token in quotes, so that its spaces are seen, or the id of one that has no text.
fn shown(token: &Token) -> String {
    if token.text == format!("#{}", token.id) {
        return token.text.clone();
    }
    format!("\"{}\"", printable(&token.text, LONGEST))
}

/// As many columns side by side as `width` holds, and the others below them; each block begins with the labels.
fn blocks(columns: &[Column], width: usize) -> Vec<String> {
    const GAP: usize = 3;
    let widths: Vec<usize> = columns
        .iter()
        .map(|column| column.iter().map(|cell| measure_text_width(cell)).max().unwrap_or(0))
        .collect();
    let mut blocks = Vec::new();
    let mut start = 1;
    while start < columns.len() {
        let mut end = start;
        let mut used = widths[0];
        while end < columns.len() && (end == start || used + GAP + widths[end] <= width) {
            used += GAP + widths[end];
            end += 1;
        }
        let row = |row: usize| {
            let label = format!(
                "{}{}",
                columns[0][row],
                " ".repeat(widths[0] - measure_text_width(&columns[0][row]))
            );
            let cell = |column: usize| {
                let cell = columns[column].get(row).map_or("", String::as_str);
                format!("{}{cell}", " ".repeat(GAP + widths[column] - measure_text_width(cell)))
            };
            let line: String = once(label).chain((start..end).map(cell)).collect();
            line.trim_end().to_string() + "\n"
        };
        blocks.push((0..columns[0].len()).map(row).collect());
        start = end;
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_do_not_fit_continue_below_with_the_labels() {
        let column = |cells: [&str; 2]| cells.map(String::from).to_vec();
        let columns = [["unit", "embed"], ["0", "+1.5"], ["1", "-10.5"], ["2", "+0.1"]].map(column);
        let narrow = blocks(&columns, 20);
        assert_eq!(
            narrow,
            [
                "unit       0       1\nembed   +1.5   -10.5\n",
                "unit       2\nembed   +0.1\n"
            ]
        );
        assert_eq!(blocks(&columns, 1).len(), 3);
        assert_eq!(
            blocks(&columns, usize::MAX),
            ["unit       0       1      2\nembed   +1.5   -10.5   +0.1\n"]
        );
    }
}
