//! An attribution as a table to read.

use std::iter::once;

use console::{Term, measure_text_width};
use logitscope::attribution::{Explanation, Form, Part, Side, Step, Target, Unit};
use logitscope::report::{Report, Token};

use crate::asked::listed;
use crate::printable::shown;

/// The question, the parts, and how they add up. They may be some of the `whole` explanation's alone.
pub fn table(report: &Report, whole: &Explanation) -> String {
    let columns = match report.explanation.positions() {
        [_] => at_one_position(report, whole),
        _ => at_every_position(report, whole),
    };
    format!("{}\n\n{}", question(report), aligned(&columns))
}

/// Columns side by side, as many as the terminal has room for, and the others below them with the labels again.
pub fn aligned(columns: &[Column]) -> String {
    let width = Term::stdout()
        .size_checked()
        .map_or(usize::MAX, |(_, width)| width.into());
    blocks(columns, width).join("\n")
}

fn question(report: &Report) -> String {
    let asked = asked(report);
    let through = through(report, shown).map(|through| format!("\nThrough {through}."));
    let of = match report.explanation.form() {
        Form::Parts(unit @ Unit::Source { .. }) => {
            unit.of().map(|head| format!("\nWhat {head} takes from each token."))
        }
        Form::Parts(unit @ Unit::Neuron { .. }) => unit.of().map(|mlp| format!("\nWhat each neuron of {mlp} adds.")),
        _ => None,
    };
    let less = match report.corrupted_tokens[..] {
        [] => "",
        _ => "\nEach part in the first prompt less the same in the corrupted one.",
    };
    let (through, of) = (through.unwrap_or_default(), of.unwrap_or_default());
    format!("{asked}{through}{of}{less}")
}

/// The way in: `L9H9 at " Mary" (5), L4H11 at " John" (3)`; none if there is none.
pub fn through(report: &Report, shown: impl Fn(&Token) -> String) -> Option<String> {
    let step = |&Step { layer, head, token }: &Step| {
        let head = Part::Head { layer, head };
        format!("{head} at {}", at(report, token, &shown))
    };
    let steps: Vec<String> = report.path.iter().map(step).collect();
    (!steps.is_empty()).then(|| steps.join(", "))
}

/// The number that is explained, if it is not a logit: `the input of L3N17`.
pub fn number(report: &Report, shown: impl Fn(&Token) -> String) -> Option<String> {
    let target: Target = report.explain.as_ref()?.parse().ok()?;
    let step = match target {
        Target::Neuron { layer, neuron } => return Some(format!("the input of {}", Part::Neuron { layer, neuron })),
        Target::Score { step, .. } => step,
        _ => return None,
    };
    let Step { layer, head, token } = step;
    let head = Part::Head { layer, head };
    Some(format!("the score of {head} for {}", at(report, token, shown)))
}

fn at(report: &Report, token: usize, shown: impl Fn(&Token) -> String) -> String {
    format!("{} ({token})", shown(&report.tokens[token]))
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
    let after = match report.explanation.positions() {
        &[position] => format!("{} (position {position})", shown(&report.tokens[position])),
        _ => "each token".into(),
    };
    if let Some(number) = number(report, shown) {
        let by = match report.explain.as_ref().and_then(|target| target.parse().ok()) {
            Some(Target::Score { side: Side::Key, .. }) => ", by the parts at the key",
            Some(Target::Score { side: Side::Query, .. }) => ", by the parts at the query",
            _ => "",
        };
        return format!("Why {number} at {after}{by}?");
    }
    let answer = report.answer.as_ref().map(shown).unwrap_or_default();
    let than = match (&report.than.incorrect[..], &report.than.contrast) {
        ([], None) => String::new(),
        ([], Some(_)) => " rather than all, by their probability,".into(),
        ([token], _) => format!(" rather than {}", shown(token)),
        (tokens, _) => format!(" rather than the mean of {}", listed(tokens)),
    };
    format!("Why {answer}{than} after {after}?")
}

/// Cells from top to bottom; the first column of a table holds its labels.
type Column = Vec<String>;

fn at_one_position(report: &Report, whole: &Explanation) -> Vec<Column> {
    let explanation = &report.explanation;
    let mut columns = vec![
        labels(report, whole, &[]),
        once("attribution".into()).chain(values(report, whole, 0)).collect(),
    ];
    if let Form::Parts(_) = explanation.form() {
        let magnitude = whole.magnitude(0);
        let share = |value: &f64| match magnitude {
            None => "–".into(),
            Some(all) => format!("{:.1}%", 100.0 * value.abs() / all),
        };
        let shares = explanation.values().iter().map(share);
        columns.push(once("share".into()).chain(shares).collect());
    }
    let factors = explanation.factors().iter();
    match explanation.form() {
        Form::Parts(Unit::Source { .. }) => {
            let paid = factors.flatten().map(|paid| format!("{:.1}%", 100.0 * paid));
            columns.push(once("attention".into()).chain(paid).collect());
        }
        Form::Parts(Unit::Neuron { .. }) => {
            let activations = factors.map(|factor| factor.map_or(String::new(), |factor| format!("{factor:.4}")));
            columns.push(once("activation".into()).chain(activations).collect());
        }
        _ => {}
    }
    columns
}

fn at_every_position(report: &Report, whole: &Explanation) -> Vec<Column> {
    let at = |(column, &position): (usize, &usize)| {
        let heading = [position.to_string(), shown(&report.tokens[position])];
        heading.into_iter().chain(values(report, whole, column)).collect()
    };
    once(labels(report, whole, &["position"]))
        .chain(report.explanation.positions().iter().enumerate().map(at))
        .collect()
}

fn labels(report: &Report, whole: &Explanation, above: &[&str]) -> Column {
    let explanation = &report.explanation;
    let above = above
        .iter()
        .map(ToString::to_string)
        .chain(once(explanation.form().to_string()));
    let widest = whole.labels().last().map_or(0, |part| part.to_string().len());
    let name = |part: &Part| match part {
        &Part::Source(token) => format!("{:widest$} {}", part.to_string(), shown(&report.tokens[token])),
        part => part.to_string(),
    };
    let parts = explanation.labels().iter().map(name);
    let others = others(explanation, whole).map(|n| match n {
        1 => "1 other".to_string(),
        n => format!("{n} others"),
    });
    let below = ["", "total", goal(report), "error"].map(String::from);
    above.chain(parts).chain(others).chain(below).collect()
}

/// How many parts are not shown, if any.
fn others(explanation: &Explanation, whole: &Explanation) -> Option<usize> {
    match explanation.form() {
        Form::Parts(_) => Some(whole.labels().len() - explanation.labels().len()).filter(|&n| n > 0),
        _ => None,
    }
}

/// What the parts should add up to.
fn goal(report: &Report) -> &'static str {
    match (&report.explain, report.explanation.form().of()) {
        (_, Some(_)) => "its share",
        _ if !report.path.is_empty() => "its share",
        (Some(_), None) => "value - bias",
        (None, None) => "logit - b_U",
    }
}

/// The parts at one position, and below them the identity.
fn values(report: &Report, whole: &Explanation, column: usize) -> Vec<String> {
    let explanation = &report.explanation;
    let identity = explanation.identity();
    let mut numbers: Vec<f64> = (0..explanation.labels().len())
        .map(|i| explanation.row(i)[column])
        .collect();
    let shown: f64 = numbers.iter().sum();
    numbers.extend(others(explanation, whole).map(|_| identity.total[column] - shown));
    let sums = [identity.total[column], identity.logit[column] - identity.bias[column]];
    let largest = numbers.iter().chain(&sums).fold(0.0, |most: f64, x| most.max(x.abs()));
    let number = |value: &f64| written(*value, largest);
    let mut cells: Vec<String> = numbers.iter().map(number).collect();
    cells.push(String::new());
    cells.extend(sums.iter().map(number));
    cells.push(format!("{:+.1e}", identity.error[column]));
    cells
}

/// With four digits of the largest number beside it, or four decimals: far in, all of them are small.
pub fn written(value: f64, largest: f64) -> String {
    match largest.log10().floor() as i32 {
        _ if largest == 0.0 => format!("{value:+.4}"),
        -1.. => format!("{value:+.4}"),
        -4.. => format!("{value:+.7}"),
        _ => format!("{value:+.3e}"),
    }
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
