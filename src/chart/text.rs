//! Numbers and tokens as text, and how much room a text takes.

/// Three significant digits with a sign and a real minus: `+4.31`, `−0.0123`, `+1.2e5`, `0`.
pub fn signed(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let scientific = format!("{:.2e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if value < 0.0 { '−' } else { '+' };
    // The digits are set anew, and not read as a number again: what reads numbers brings large tables to what a page downloads.
    let digits = mantissa.replace('.', "");
    match exponent {
        -3..0 => format!("{sign}0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1)),
        0 | 1 => {
            let (whole, part) = digits.split_at(exponent as usize + 1);
            format!("{sign}{whole}.{part}")
        }
        2 | 3 => format!("{sign}{digits}{}", "0".repeat(exponent as usize - 2)),
        _ => format!("{sign}{mantissa}e{}", minus(&exponent.to_string())),
    }
}

/// With a real minus in place of the hyphen.
pub(super) fn minus(number: &str) -> String {
    number.replace('-', "−")
}

/// The marks of an axis.
pub(super) struct Ticks {
    /// Values and their labels, at most five characters long, ascending.
    pub marks: Vec<(f64, String)>,
    /// What the labels are to be multiplied by, ten to this power.
    pub exponent: i32,
}

/// Marks for an axis from `low` to `high`: at most `at_most` where that leaves two, without which an axis has no scale.
pub(super) fn ticks(low: f64, high: f64, at_most: usize) -> Ticks {
    use plotters::coord::ranged1d::{BoldPoints, Ranged};
    use plotters::coord::types::RangedCoordf64;
    // plotters chooses round numbers, but compares with an absolute epsilon: it is asked about a range of order one.
    let magnitude = low.abs().max(high.abs()).log10().floor() as i32;
    let unit = 10f64.powi(magnitude);
    let axis = RangedCoordf64::from(low / unit..high / unit);
    let mut points = (at_most..=at_most + 12)
        .map(|at_most| axis.key_points(BoldPoints(at_most)))
        .find(|points| points.len() >= 2)
        .unwrap_or_default();
    if points.len() > at_most.max(2) {
        let far = points.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs()));
        points.retain(|&point| point == 0.0 || Some(point) == far);
    }
    let step = points.windows(2).map(|pair| pair[1] - pair[0]).next().unwrap_or(1.0);
    let decimals = (-step.log10() - 1e-9).ceil().max(0.0) as i32;
    let plain = (-1..3).contains(&magnitude);
    let label = |point: f64| {
        if point.abs() < step * 1e-6 {
            "0".into()
        } else if plain {
            minus(&format!("{:.*}", (decimals - magnitude).max(0) as usize, point * unit))
        } else {
            minus(&format!("{point:.*}", decimals as usize))
        }
    };
    Ticks {
        marks: points.into_iter().map(|point| (point * unit, label(point))).collect(),
        exponent: if plain { 0 } else { magnitude },
    }
}

/// `10⁻³`
pub(super) fn power_of_ten(exponent: i32) -> String {
    let raised = exponent
        .to_string()
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            digit => char::from_u32('⁰' as u32 + digit as u32 - '0' as u32).unwrap_or(digit),
        })
        .collect::<String>();
    format!("10{raised}")
}

/// A token as it can be seen: `·Mary` for ` Mary`, `\n` for a line break; at most `room` characters.
pub(super) fn visible(token: &str, room: usize) -> String {
    let shown: String = token
        .chars()
        .flat_map(|c| match c {
            ' ' => "·".chars().collect::<Vec<_>>(),
            '\'' | '"' | '\\' => vec![c],
            _ => c.escape_debug().collect(),
        })
        .collect();
    shorten(&shown, room)
}

fn shorten(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        text.into()
    } else {
        text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
    }
}

/// The longest beginning of `text` that is at most `room` wide, ended by an ellipsis if anything was left out.
pub(super) fn fit(text: &str, size: f64, room: f64) -> String {
    let length = text.chars().count();
    (0..=length)
        .rev()
        .map(|n| shorten(text, n))
        .find(|text| width(text, size) <= room)
        .unwrap_or_default()
}

/// An upper bound of the width of `text` in a sans-serif of `size` pixels. Backends cannot measure text alike, so every
/// layout leaves the room of DejaVu Sans, the widest of the systems' sans-serifs.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let em = |c: char| match c {
        'f' | 'i' | 'j' | 'l' | 'r' | 't' | 'I' | 'J' | ' ' | '.' | ',' | ':' | ';' | '·' | '|' | '!' | '\'' | '('
        | ')' | '[' | ']' | '/' | '\\' => 0.42,
        'm' | 'M' | 'W' | '%' | '@' => 1.0,
        'w' | '+' | '−' | '=' | '<' | '>' | '~' | '#' | '^' => 0.84,
        'A'..='Z' | '&' => 0.79,
        'a'..='z' | '0'..='9' => 0.64,
        c if c.is_ascii() => 0.64,
        'À'..='ɏ' => 0.9,
        _ => 1.1,
    };
    size * text.chars().map(em).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_three_digits_a_sign_and_a_real_minus() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (4.312, "+4.31"),
            (-13.87, "−13.9"),
            (9.999, "+10.0"),
            (-0.01234, "−0.0123"),
            (0.1, "+0.100"),
            (0.09996, "+0.100"),
            (0.001, "+0.00100"),
            (1.0, "+1.00"),
            (100.0, "+100"),
            (1234.0, "+1230"),
            (9999.0, "+1.00e4"),
            (-3.4e38, "−3.40e38"),
            (1e-45, "+1.00e−45"),
        ] {
            assert_eq!(signed(value), text);
        }
    }

    #[test]
    fn ticks_are_round_and_within_the_range() {
        let labels = |low, high| {
            let ticks = ticks(low, high, 6);
            let labels = ticks.marks.into_iter().map(|(_, label)| label).collect::<Vec<_>>();
            (labels.join(" "), ticks.exponent)
        };
        assert_eq!(labels(-1.0, 4.2), ("−1 0 1 2 3 4".into(), 0));
        assert_eq!(labels(0.0, 0.5), ("0 0.1 0.2 0.3 0.4 0.5".into(), 0));
        assert_eq!(labels(-250.0, 100.0), ("−200 −100 0 100".into(), 0));
        assert_eq!(labels(-2.5e9, 1e9), ("−2 −1 0 1".into(), 9));
        assert_eq!(labels(-0.001, 1e-6), ("−1.0 −0.8 −0.6 −0.4 −0.2 0".into(), -3));
        for exponent in -40..38 {
            let (low, high) = (-0.3 * 10f64.powi(exponent), 1.7 * 10f64.powi(exponent));
            let ticks = ticks(low, high, 6);
            assert!(ticks.marks.len() >= 3);
            for (value, label) in ticks.marks {
                assert!((low..=high * (1.0 + 1e-9)).contains(&value), "{value} {label}");
                assert!(label.chars().count() <= 5, "{label}");
            }
        }
        // However low the chart is, its axis has a scale.
        for at_most in 1..=3 {
            for high in [1.0, 1.7, 4.9, 9.99] {
                let marks = ticks(-0.2 * high, high, at_most).marks;
                assert!(
                    (2..=at_most.max(2)).contains(&marks.len()),
                    "{at_most} {high}: {marks:?}"
                );
            }
        }
        assert_eq!(power_of_ten(-38), "10⁻³⁸");
    }

    #[test]
    fn tokens_are_visible() {
        assert_eq!(visible(" Mary", 12), "·Mary");
        assert_eq!(visible("\n\u{0}\u{202e}", 30), "\\n\\0\\u{202e}");
        assert_eq!(visible("日本\"\\x", 12), "日本\"\\x");
        assert_eq!(visible(&"=".repeat(40), 5), "====…");
    }
}
