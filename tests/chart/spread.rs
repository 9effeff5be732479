//! Means over prompts: whiskers, dots and marks lie where deviations and prompts are.

use super::*;

const PROMPTS: usize = 7;

/// Deviations of many sizes.
fn deviation(i: usize) -> f64 {
    0.1 + 2.0 * wave(i + 5).abs()
}

/// What each prompt has, row-major.
fn sample(k: usize, i: usize) -> f64 {
    wave(i) + deviation(i) * (k as f64 - 3.0)
}

fn means(form: Form) -> (Chart, Vec<f64>) {
    let mut chart = chart(explanation(form, 5, 4, wave));
    let parts = chart.explanation().labels().len();
    let sd: Vec<f64> = (0..parts).map(deviation).collect();
    chart.spread(PROMPTS, &sd).unwrap();
    (chart, sd)
}

/// The y of a value, from what two items show.
fn scale(items: &[Item]) -> impl Fn(f64) -> f64 {
    let place = |item: &Item| {
        // A bar ends at its value; a state's point is in the middle.
        let point = item.width == item.height;
        let y = match (point, item.value < 0.0) {
            (true, _) => item.y + item.height / 2.0,
            (false, true) => item.y + item.height,
            (false, false) => item.y,
        };
        (item.value, y)
    };
    let by_value = |a: &&Item, b: &&Item| a.value.total_cmp(&b.value);
    let (low, y_low) = place(items.iter().min_by(by_value).unwrap());
    let (high, y_high) = place(items.iter().max_by(by_value).unwrap());
    move |value| y_low + (value - low) / (high - low) * (y_high - y_low)
}

#[test]
fn a_whisker_is_from_a_deviation_below_the_mean_to_one_above() {
    for form in [COMPONENTS, Form::RunningSum] {
        for theme in [Theme::Light, Theme::Dark] {
            let (chart, sd) = means(form);
            let mut view = View::new(1200.0, 300.0);
            view.theme = theme;
            let svg = shapes(&chart.svg(&view).unwrap());
            let items = chart.items(&view).unwrap();
            let y = scale(&items);
            let (low, high) = chart.span();
            for (item, &sd) in items.iter().zip(&sd) {
                assert_eq!(item.sd, Some(sd));
                assert!(
                    low <= item.value - sd && high >= item.value + sd,
                    "the axis holds {item:?}"
                );
                let x = item.x + item.width / 2.0;
                let whisker = svg.iter().find(|shape| {
                    shape.tag == "polyline"
                        && shape.points.len() == 2
                        && shape.points.iter().all(|at| (at.0 - x).abs() < 0.11)
                });
                let [top, bottom] = whisker
                    .unwrap_or_else(|| panic!("{form}: {item:?} has no whisker"))
                    .points[..]
                else {
                    unreachable!()
                };
                let ends = (y(item.value + sd), y(item.value - sd));
                assert!(
                    (top.1 - ends.0).abs() < 0.4 && (bottom.1 - ends.1).abs() < 0.4,
                    "{form}: {item:?}: {top:?} to {bottom:?}, not {ends:?}"
                );
            }
            let says = |text: &str| svg.iter().any(|shape| shape.text == text);
            assert!(says("whisker: ± one standard deviation over 7 prompts") || says("± sd, 7 prompts"));
        }
    }
}

#[test]
fn each_prompt_is_a_dot_at_its_value_on_demand() {
    for form in [COMPONENTS, Form::RunningSum] {
        let (mut chart, sd) = means(form);
        let view = View::new(1200.0, 300.0);
        let without = chart.svg(&view).unwrap();
        let values: Vec<f64> = (0..PROMPTS)
            .flat_map(|k| (0..sd.len()).map(move |i| sample(k, i)))
            .collect();
        chart.samples(&values).unwrap();
        let (low, high) = chart.span();
        assert!(
            values.iter().all(|&value| (low..=high).contains(&value)),
            "the axis holds them"
        );
        let dots = |svg: &[Shape], x: f64, y: f64, room: f64| {
            let near = |shape: &&Shape| {
                shape.tag == "circle" && (shape.points[0].0 - x).abs() <= room && (shape.points[0].1 - y).abs() < 0.2
            };
            svg.iter().filter(near).count()
        };
        let svg = shapes(&chart.svg(&view).unwrap());
        let items = chart.items(&view).unwrap();
        let y = scale(&items);
        for (i, item) in items.iter().enumerate() {
            for k in 0..PROMPTS {
                assert!(
                    dots(&svg, item.x + item.width / 2.0, y(sample(k, i)), 30.0) > 0,
                    "{form}: prompt {k} of {item:?}"
                );
            }
        }
        assert!(
            svg.iter()
                .any(|shape| shape.text.ends_with("each a dot") || shape.text == "± sd, 7 dots")
        );
        chart.samples(&[]).unwrap();
        assert_eq!(chart.svg(&view).unwrap(), without);
    }
}

#[test]
fn a_head_that_varies_by_more_than_its_mean_is_marked() {
    let (mut chart, sd) = means(HEADS);
    let view = View::new(900.0, 260.0);
    let items = chart.items(&view).unwrap();
    let limit = items[..20].iter().map(|item| item.value.abs()).fold(0.0, f64::max);
    assert_eq!(chart.span(), (-limit, limit), "a colour is a mean's");
    let svg = shapes(&chart.svg(&view).unwrap());
    let mut marked = 0;
    for (item, &sd) in items[..20].iter().zip(&sd) {
        let inside = |shape: &&Shape| {
            let (x, y) = shape.points[0];
            shape.tag == "circle"
                && (item.x..item.x + item.width).contains(&x)
                && (item.y..item.y + item.height).contains(&y)
        };
        let varies = sd > item.value.abs();
        assert_eq!(svg.iter().any(|shape| inside(&shape)), varies, "{item:?}");
        marked += usize::from(varies);
    }
    assert!((5..16).contains(&marked));
    // There is no axis for single prompts.
    let before = chart.svg(&view).unwrap();
    chart.samples(&vec![1.0; PROMPTS * sd.len()]).unwrap();
    assert_eq!(chart.svg(&view).unwrap(), before);
}

#[test]
fn deviations_that_a_chart_cannot_show_are_refused_with_the_reason() {
    let mut bars = chart(explanation(COMPONENTS, 2, 1, wave));
    let plain = bars.clone();
    assert!(
        bars.samples(&[1.0])
            .unwrap_err()
            .to_string()
            .contains("say the spread first")
    );
    assert_eq!(
        bars.spread(3, &[1.0]).unwrap_err().to_string(),
        "chart: 1 standard deviations of 6 parts; give one for each"
    );
    assert!(
        bars.spread(3, &[-1.0; 6])
            .unwrap_err()
            .to_string()
            .contains("not negative")
    );
    let view = View::new(600.0, 240.0);
    assert_eq!(
        bars.svg(&view).unwrap(),
        plain.svg(&view).unwrap(),
        "what was refused changed nothing"
    );
    // Of a single prompt there is none.
    bars.spread(1, &[f64::NAN; 6]).unwrap();
    assert!(bars.items(&view).unwrap().iter().all(|item| item.sd.is_none()));
    assert_eq!(bars.span(), plain.span());
    assert_eq!(
        bars.samples(&[1.0; 7]).unwrap_err().to_string(),
        "chart: 7 values of 1 prompts with 6 parts; give one for each part of each prompt"
    );
    assert!(
        bars.samples(&[f64::NAN; 6])
            .unwrap_err()
            .to_string()
            .contains("not a finite float32")
    );
}
