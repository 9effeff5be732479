//! What is lost without a part, beside what it adds: on the charts of components and heads, and in a scatter of its own.

use logitscope::chart::{Point, Scatter};

use super::*;

/// A chart with effects of all parts but the first two and the last, which is not known yet.
fn compared(form: Form, n_layer: usize, n_head: usize, effect: impl Fn(usize) -> f64) -> (Chart, Vec<Option<f64>>) {
    let mut chart = chart(explanation(form, n_layer, n_head, wave));
    let parts = chart.explanation().labels().to_vec();
    let last = parts.len() - 1;
    let known = |i: usize| (2..last).contains(&i).then(|| effect(i));
    let effects: Vec<(Part, f64)> = (2..=last).map(|i| (parts[i], known(i).unwrap_or(f64::NAN))).collect();
    chart.compare(&effects).unwrap();
    (chart, (0..=last).map(known).collect())
}

#[test]
fn an_outline_behind_a_bar_ends_at_what_is_lost_without_the_part() {
    for theme in [Theme::Light, Theme::Dark] {
        let (chart, effects) = compared(COMPONENTS, 5, 1, |i| 2.0 * wave(i + 3));
        let mut view = View::new(900.0, 260.0);
        view.theme = theme;
        let svg = shapes(&chart.svg(&view).unwrap());
        let items = chart.items(&view).unwrap();
        let known: Vec<Option<f64>> = items.iter().map(|item| item.effect).collect();
        assert_eq!(known, effects);
        let largest = effects.iter().flatten().fold(0.0, |most: f64, x| most.max(x.abs()));
        let (low, high) = chart.span();
        assert!(high.max(-low) >= largest, "the axis holds the effects");

        // By a bar below zero: where that is, and how long one logit is.
        let below = items.iter().find(|item| item.value < -1.0).unwrap();
        let (zero, unit) = (below.y, below.height / -below.value);
        for (item, effect) in items.iter().zip(&effects) {
            let sides: Vec<&Shape> = svg
                .iter()
                .filter(|shape| shape.tag == "rect" && (shape.points[0].0 - (item.x - 3.0)).abs() < 0.11)
                .filter(|shape| (shape.points[1].0 - (item.x + item.width + 3.0)).abs() < 0.11)
                .filter(|shape| shape.points[1].1 - shape.points[0].1 < 1.2)
                .collect();
            let Some(effect) = effect else {
                assert!(sides.is_empty(), "{item:?} has an outline");
                continue;
            };
            let top = sides.iter().map(|side| side.points[0].1).fold(f64::INFINITY, f64::min);
            let bottom = sides.iter().map(|side| side.points[1].1).fold(0.0, f64::max);
            let end = zero - effect * unit;
            assert!(
                (top - end.min(zero)).abs() < 0.3 && (bottom - end.max(zero)).abs() < 0.3,
                "{item:?}: {top} to {bottom}, not {zero} to {end}"
            );
        }
        assert!(svg.iter().any(|shape| shape.text.ends_with("without it")));
    }
}

#[test]
fn a_corner_of_a_cell_has_the_colour_of_what_is_lost_without_the_head() {
    for theme in [Theme::Light, Theme::Dark] {
        let (chart, effects) = compared(HEADS, 4, 5, |i| if i % 3 == 0 { 0.01 } else { -1.5 * wave(i) });
        let mut view = View::new(900.0, 260.0);
        view.theme = theme;
        let svg = shapes(&chart.svg(&view).unwrap());
        for (item, effect) in chart.items(&view).unwrap().iter().zip(&effects) {
            assert_eq!(item.effect, *effect);
            let corner = (item.x + item.width - 0.5, item.y + 0.5);
            let drawn = svg.iter().rfind(|shape| {
                shape.tag == "polygon"
                    && (shape.points[1].0 - corner.0).abs() < 0.11
                    && (shape.points[1].1 - corner.1).abs() < 0.11
            });
            let said = effect.filter(|effect| effect.abs() > 0.6);
            assert!(drawn.is_some() || said.is_none(), "{item:?} has no corner");
            assert!(
                drawn.is_none() || effect.is_some_and(|effect| effect.abs() > 0.1),
                "{item:?} has a corner"
            );
            if let (Some(drawn), Some(effect)) = (drawn, said) {
                let [r, _, b] = rgb(&drawn.color);
                assert_eq!(r > b, effect > 0.0, "{item:?} has {}", drawn.color);
            }
        }
        assert!(svg.iter().any(|shape| shape.text.ends_with("without it")));
    }
}

#[test]
fn effects_that_a_chart_cannot_show_are_refused_with_the_reason() {
    let refused = |chart: &mut Chart, label: &str, effect: f64| {
        let error = chart.compare(&[(label.parse().unwrap(), effect)]).unwrap_err();
        error.to_string()
    };
    let mut bars = chart(explanation(COMPONENTS, 2, 1, wave));
    assert_eq!(
        refused(&mut bars, "2_attn_out", 1.0),
        "chart: an effect of 2_attn_out, which this chart does not show"
    );
    assert!(refused(&mut bars, "1_attn_out", f64::INFINITY).contains("which is not a finite float32"));
    let mut sum = chart(explanation(Form::RunningSum, 2, 1, wave));
    assert!(refused(&mut sum, "1_mid", 1.0).contains("shown beside unit component or head"));
    let mut both = parts(explanation(COMPONENTS, 1, 1, |_| 0.0));
    both.positions = vec![3, 4];
    both.attribution = vec![0.0; 8];
    for values in [
        &mut both.identity.logit,
        &mut both.identity.bias,
        &mut both.identity.total,
        &mut both.identity.error,
    ] {
        *values = vec![0.0; 2];
    }
    let mut both = chart(Explanation::Parts(both));
    assert!(refused(&mut both, "0_mlp_out", 1.0).contains("at 2 positions"));
    // What was refused changed nothing.
    let plain = chart(explanation(COMPONENTS, 2, 1, wave));
    let view = View::new(600.0, 240.0);
    assert_eq!(bars.svg(&view).unwrap(), plain.svg(&view).unwrap());
}

fn subject() -> Subject {
    Subject {
        answer: " Mary".into(),
        incorrect: Some(" John".into()),
        ..Subject::default()
    }
}

/// Every head and every component of a model, with a direct and a total effect.
fn scatter(n_layer: usize, n_head: usize, scale: f64) -> (Scatter, Vec<(Part, f64, f64)>) {
    let components = labels::components(n_layer, n_layer).split_off(2);
    let mut parts = labels::heads(n_layer, n_head);
    parts.pop();
    parts.extend(components);
    let direct = |i: usize| scale * wave(i) / (1.0 + (i % 9) as f64);
    let total = |i: usize| direct(i) + scale * wave(i + 40) / (1.0 + (i % 13) as f64);
    let all: Vec<(Part, f64, f64)> = (0..parts.len()).map(|i| (parts[i], direct(i), total(i))).collect();
    let (direct, total) = all.iter().map(|&(_, direct, total)| (direct, total)).unzip();
    (Scatter::new(parts, direct, total, subject()).unwrap(), all)
}

fn item(scatter: &Scatter, view: &View, part: Part) -> Point {
    scatter.item(view, part).unwrap().unwrap()
}

#[test]
fn a_scatter_has_every_part_at_its_direct_and_its_total_effect_on_one_scale() {
    for (width, height, n_layer, n_head) in [(300.0, 300.0, 4, 6), (900.0, 600.0, 12, 12), (640.0, 480.0, 24, 16)] {
        let (scatter, all) = scatter(n_layer, n_head, 1.0);
        let view = View::new(width, height);
        let svg = shapes(&scatter.svg(&view).unwrap());
        let (first, second) = (item(&scatter, &view, all[0].0), item(&scatter, &view, all[1].0));
        let unit = (second.x - first.x) / (second.direct - first.direct);
        for &(part, direct, total) in &all {
            let point = item(&scatter, &view, part);
            assert_eq!((point.label, point.direct, point.total), (part, direct, total));
            assert!(
                (point.x - first.x - unit * (direct - first.direct)).abs() < 1e-6,
                "{point:?}"
            );
            assert!(
                (point.y - first.y + unit * (total - first.total)).abs() < 1e-6,
                "{point:?}"
            );
            let drawn = |shape: &Shape| match part {
                Part::Head { .. } => shape.tag == "circle" && near_point(shape, &point),
                _ => {
                    shape.tag == "rect"
                        && contains(shape, point.x, point.y)
                        && shape.points[1].0 - shape.points[0].0 < 9.0
                }
            };
            assert!(svg.iter().any(drawn), "{point:?} is not drawn");
            // Of points that lie on each other, the one that is as near.
            let hit = scatter.hit(&view, point.x, point.y).unwrap().unwrap();
            assert!((hit.x - point.x).hypot(hit.y - point.y) < 1e-6);
        }
        assert_eq!(scatter.hit(&view, 1.0, 1.0).unwrap(), None);
        let says = |text: &str| svg.iter().any(|shape| shape.text == text);
        assert!(says("direct effect, logits") && says("total effect, logits"));
        // The farthest from zero has its name.
        let far = |part: &&(Part, f64, f64)| part.1.hypot(part.2);
        let farthest = all.iter().max_by(|a, b| far(a).total_cmp(&far(b))).unwrap();
        assert!(says(&farthest.0.to_string()), "{farthest:?} at {width} x {height}");
    }
}

fn near_point(shape: &Shape, point: &Point) -> bool {
    (shape.points[0].0 - point.x).abs() < 0.06 && (shape.points[0].1 - point.y).abs() < 0.06
}

#[test]
fn the_diagonal_of_a_scatter_is_where_both_effects_are_the_same() {
    let parts = vec![
        Part::AttnOut(0),
        Part::MlpOut(0),
        Part::Head { layer: 0, head: 0 },
        Part::Head { layer: 0, head: 1 },
    ];
    let same = vec![-1.0, 2.0, 0.5, f64::NAN];
    let scatter = Scatter::new(parts, same.clone(), same, subject()).unwrap();
    let view = View::new(400.0, 400.0);
    let svg = shapes(&scatter.svg(&view).unwrap());
    let slanted = |shape: &&Shape| {
        shape.tag == "polyline" && shape.points[0].0 != shape.points[1].0 && shape.points[0].1 != shape.points[1].1
    };
    let dashes: Vec<&Shape> = svg.iter().filter(slanted).collect();
    assert!(dashes.len() > 20);
    for part in [Part::AttnOut(0), Part::MlpOut(0), Part::Head { layer: 0, head: 0 }] {
        let point = item(&scatter, &view, part);
        for dash in &dashes {
            let (x, y) = dash.points[0];
            assert!((x - point.x + y - point.y).abs() < 0.3, "{dash:?} passes {point:?} by");
        }
    }
    // What is not known is not there.
    let unknown = Part::Head { layer: 0, head: 1 };
    assert_eq!(scatter.item(&view, unknown).unwrap(), None);
    let circles = svg
        .iter()
        .filter(|shape| shape.tag == "circle" && shape.points[0].1 > 46.0);
    assert_eq!(circles.count(), 2, "one point and its edge");
}

#[test]
fn keys_walk_a_scatter_by_what_they_point_along() {
    let head = |head| Part::Head { layer: 1, head };
    let parts = vec![head(0), head(1), head(2), head(3), Part::MlpOut(1)];
    let (direct, total) = (vec![0.0, 2.0, -1.0, 9.0, 1.0], vec![5.0, 0.0, 1.0, f64::NAN, -2.0]);
    let scatter = Scatter::new(parts, direct, total, subject()).unwrap();
    for (from, key, to) in [
        (Some(head(0)), Key::Right, Part::MlpOut(1)),
        (Some(head(0)), Key::Left, head(2)),
        (Some(head(2)), Key::Left, head(2)),
        (Some(head(0)), Key::Down, head(2)),
        (Some(head(2)), Key::Up, head(0)),
        (Some(head(0)), Key::Up, head(0)),
        (Some(head(0)), Key::Home, head(2)),
        (Some(head(0)), Key::End, head(1)),
        // From what has no point: what belongs to it, what is of its layer, or the farthest.
        (Some(Part::AttnOut(1)), Key::Right, head(0)),
        (Some(Part::Mid(1)), Key::Right, head(0)),
        (Some(Part::Embed), Key::Right, head(0)),
        (None, Key::Up, head(0)),
    ] {
        assert_eq!(scatter.step(from, key), Some(to), "{from:?} {key:?}");
    }
    let unknown = Scatter::new(vec![head(0)], vec![1.0], vec![f64::NAN], subject()).unwrap();
    assert_eq!(unknown.step(None, Key::Right), None);
    unknown.svg(&View::new(300.0, 300.0)).unwrap();
}

#[test]
fn what_is_selected_is_marked_in_a_scatter_and_has_its_name() {
    let (scatter, _) = scatter(12, 12, 1.0);
    let mut view = View::new(700.0, 500.0);
    let selected = Part::Head { layer: 3, head: 7 };
    view.selected = Some(selected);
    let svg = shapes(&scatter.svg(&view).unwrap());
    let point = item(&scatter, &view, selected);
    let ring = svg
        .iter()
        .find(|shape| shape.tag == "circle" && shape.color == ACCENT)
        .unwrap();
    assert!(near_point(ring, &point));
    // A layer's attention is its heads.
    view.selected = Some(Part::AttnOut(3));
    let svg = shapes(&scatter.svg(&view).unwrap());
    assert_eq!(
        svg.iter()
            .filter(|shape| shape.tag == "circle" && shape.color == ACCENT)
            .count(),
        13
    );
}

#[test]
fn effects_that_contradict_their_labels_are_refused() {
    let part = || vec![Part::AttnOut(0)];
    for (direct, total) in [
        (vec![], vec![1.0]),
        (vec![1.0], vec![1.0, 2.0]),
        (vec![f64::INFINITY], vec![1.0]),
        (vec![1.0], vec![1e300]),
    ] {
        assert!(Scatter::new(part(), direct, total, subject()).is_err());
    }
    let scatter = Scatter::new(part(), vec![1.0], vec![1.0], subject()).unwrap();
    assert!(scatter.svg(&View::new(f64::NAN, 300.0)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_name_in_a_scatter_is_cut_or_overlaps_another(
        (width, height) in (300.0..900.0f64, 300.0..600.0f64),
        (n_layer, n_head) in prop::sample::select(vec![(1, 1), (4, 6), (12, 12), (24, 16), (24, 24)]),
        scale in prop::sample::select(vec![0.0, 1e-30, 1e-3, 1.0, 250.0, 1e30]),
        dark: bool,
    ) {
        let (scatter, all) = scatter(n_layer, n_head, scale);
        let mut view = View::new(width.round(), height.round());
        view.theme = if dark { Theme::Dark } else { Theme::Light };
        view.hovered = Some(all[0].0);
        let svg = scatter.svg(&view).unwrap();
        prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
        check_texts(&svg, &view)?;
        for &(part, ..) in &all {
            let point = item(&scatter, &view, part);
            let inside = point.x > 60.0 && point.x < view.width && point.y > 28.0 && point.y < view.height;
            prop_assert!(inside, "{point:?} is outside the view");
        }
    }

    #[test]
    fn texts_beside_outlines_and_corners_are_whole((chart, view) in any_chart(), scale in prop::sample::select(vec![0.0, 0.3, 4.0])) {
        let mut chart = chart;
        let effects: Vec<(Part, f64)> = chart.items(&view).unwrap().iter().map(|item| (item.label, scale * item.value)).collect();
        if chart.compare(&effects).is_ok() {
            let svg = chart.svg(&view).unwrap();
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
            check_texts(&svg, &view)?;
        }
    }
}
