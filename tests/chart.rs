//! The charts, read back from what they draw: as SVG, and as the calls that any plotters backend receives.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use logitscope::attribution::{Attribution, Explanation, Form, Part, Unit, labels};
use logitscope::chart::plotters::coord::Shift;
use logitscope::chart::plotters::prelude::{DrawingArea, DrawingBackend, IntoDrawingArea};
use logitscope::chart::{Chart, Item, Key, Pattern, PatternView, Resolution, Subject, Theme, View};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};
use proptest::prelude::*;
use serde_json::json;

#[path = "chart/heads.rs"]
mod heads;
#[path = "chart/lens_table.rs"]
mod lens_table;
#[path = "chart/patch_grid.rs"]
mod patch_grid;
#[path = "chart/spread.rs"]
mod spread;
#[path = "chart/total_effects.rs"]
mod total_effects;

const COMPONENTS: Form = Form::Parts(Unit::Component);
const HEADS: Form = Form::Parts(Unit::Head);

/// An explanation whose values come from `value`, at one position.
fn explanation(form: Form, n_layer: usize, n_head: usize, value: impl FnMut(usize) -> f64) -> Explanation {
    let labels = match form {
        COMPONENTS => labels::components(n_layer, n_layer),
        HEADS => labels::heads(n_layer, n_head),
        _ => labels::states(n_layer, Part::FinalPost),
    };
    let values: Vec<f64> = (0..labels.len()).map(value).collect();
    let total = match form {
        Form::Parts(_) => values.iter().sum(),
        _ => values[labels.len() - 1],
    };
    let json = json!({
        "unit": form, "labels": labels, "attribution": values, "positions": [14],
        "logit": [total + 0.25], "bias": [0.25], "total": [total], "error": [0.0],
    });
    serde_json::from_value(json).unwrap()
}

fn parts(explanation: Explanation) -> Attribution {
    match explanation {
        Explanation::Parts(parts) => parts,
        other => panic!("not parts: {other:?}"),
    }
}

/// Values of both signs and many sizes, the same each time.
fn wave(i: usize) -> f64 {
    (i as f64 * 2.399).sin() * (1.0 + (i % 7) as f64)
}

fn chart(explanation: Explanation) -> Chart {
    Chart::new(explanation, " Mary", Some(" John")).unwrap()
}

/// A shape of an SVG in CSS pixels.
#[derive(Debug, Clone, PartialEq)]
struct Shape {
    tag: String,
    color: String,
    text: String,
    /// x, y of each corner, point, center or anchor.
    points: Vec<(f64, f64)>,
}

fn shapes(svg: &str) -> Vec<Shape> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let root = document.root_element();
    root.children()
        .filter(|node| node.is_element() && node.tag_name().name() != "title")
        .map(|node| {
            let tenths = |name: &str| node.attribute(name).unwrap().parse::<i32>().unwrap();
            let number = |name: &str| f64::from(tenths(name)) / 10.0;
            let end = |start: &str, length: &str| f64::from(tenths(start) + tenths(length)) / 10.0;
            let tag = node.tag_name().name().to_string();
            let points = match tag.as_str() {
                "rect" => {
                    let (x, y) = (number("x"), number("y"));
                    vec![(x, y), (end("x", "width"), end("y", "height"))]
                }
                "circle" => vec![(number("cx"), number("cy"))],
                "text" => vec![(number("x"), number("y"))],
                _ => node
                    .attribute("points")
                    .unwrap()
                    .split_whitespace()
                    .map(|point| {
                        let (x, y) = point.split_once(',').unwrap();
                        (x.parse::<f64>().unwrap() / 10.0, y.parse::<f64>().unwrap() / 10.0)
                    })
                    .collect(),
            };
            let color = match node.attribute("fill") {
                Some("none") => node.attribute("stroke"),
                fill => fill,
            };
            Shape {
                tag,
                color: color.unwrap_or_default().into(),
                text: node.text().unwrap_or_default().trim().into(),
                points,
            }
        })
        .collect()
}

fn rgb(color: &str) -> [i32; 3] {
    [1, 3, 5].map(|i| i32::from_str_radix(&color[i..i + 2], 16).unwrap())
}

const ACCENT: &str = "#0A675C";
const LIT: &str = "#E3F1EF";

#[test]
fn bars_are_as_long_as_their_values_and_on_the_side_of_their_sign() {
    let chart = chart(explanation(COMPONENTS, 7, 1, wave));
    let view = View::new(900.0, 260.0);
    let shapes = shapes(&chart.svg(&view).unwrap());
    let items = chart.items(&view).unwrap();
    let tallest = |item: &Item| {
        shapes
            .iter()
            .filter(|shape| shape.tag == "rect" && (shape.points[0].0 - item.x).abs() < 0.06)
            .filter(|shape| (shape.points[1].0 - item.x - item.width).abs() < 0.06)
            .map(|shape| (shape.points[0].1, shape.points[1].1))
            .max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))
            .unwrap()
    };
    let first = tallest(&items[2]);
    let unit = (first.1 - first.0) / items[2].value.abs();
    let zero = if items[2].value > 0.0 { first.1 } else { first.0 };
    for item in items.iter() {
        let (y0, y1) = tallest(item);
        let end = zero - item.value * unit;
        assert!(
            (y0 - end.min(zero)).abs() < 0.3 && (y1 - end.max(zero)).abs() < 0.3,
            "{item:?}: {y0} to {y1}"
        );
    }
}

#[test]
fn the_running_sum_passes_through_every_state_where_the_parts_that_it_sums_end() {
    let chart = chart(explanation(Form::RunningSum, 5, 1, wave));
    let view = View::new(900.0, 260.0);
    let shapes = shapes(&chart.svg(&view).unwrap());
    // The first path carries the final state to its slot; the others are the steps.
    let steps: Vec<_> = shapes.iter().filter(|shape| shape.tag == "polyline").skip(1).collect();
    assert_eq!(steps.len(), 10);
    let (x0, slot) = (60.0, (900.0 - 12.0 - 60.0) / 7.0);
    let (y0, y1) = (steps[0].points[0].1, steps[0].points[1].1);
    let unit = (y1 - y0) / (wave(1) - wave(0));
    for (i, step) in steps.iter().enumerate() {
        for (k, &(x, y)) in step.points.iter().enumerate() {
            assert!((x - (x0 + slot * (1.0 + (i + k) as f64 / 2.0))).abs() < 0.1, "{i}: {x}");
            assert!((y - (y0 + unit * (wave(i + k) - wave(0)))).abs() < 0.5, "{i}: {y}");
        }
        let [r, _, b] = rgb(&step.color);
        assert_eq!(r > b, wave(i + 1) > wave(i), "step {i} is {}", step.color);
    }
    let explained = shapes
        .iter()
        .find(|shape| shape.text.starts_with("logit difference − bias "))
        .unwrap();
    assert_eq!(
        explained.text,
        format!("logit difference − bias {}", logitscope::chart::signed(wave(10)))
    );
    assert!(
        shapes
            .iter()
            .any(|shape| shape.tag == "polygon" && shape.points[0].0 > 800.0)
    );
}

fn contains(shape: &Shape, x: f64, y: f64) -> bool {
    let [(x0, y0), (x1, y1)] = shape.points[..] else {
        return false;
    };
    (x0..=x1).contains(&x) && (y0..=y1).contains(&y)
}

fn near(shape: &Shape, x: f64, y: f64) -> bool {
    (shape.points[0].0 - x).abs() < 1.0 && (shape.points[0].1 - y).abs() < 8.0
}

/// The same value has the same colour whether the largest is positive or negative.
#[test]
fn the_colour_scale_is_symmetric_about_zero() {
    let view = View::new(900.0, 260.0);
    let color = |largest: f64| {
        let chart = chart(explanation(HEADS, 2, 2, |i| [largest, 1.0, -1.0, 0.5, 9.0][i]));
        let svg = shapes(&chart.svg(&view).unwrap());
        let items = chart.items(&view).unwrap();
        [1, 2, 3].map(|i| {
            let (x, y) = (items[i].x + items[i].width / 2.0, items[i].y + items[i].height / 2.0);
            let cell = svg.iter().rfind(|shape| shape.tag == "rect" && contains(shape, x, y));
            cell.unwrap().color.clone()
        })
    };
    assert_eq!(color(2.0), color(-2.0));
    let chart = chart(explanation(HEADS, 2, 2, |i| [-2.0, 1.0, -1.0, 0.5, 9.0][i]));
    let svg = chart.svg(&view).unwrap();
    let says = |text: &str| shapes(&svg).iter().any(|shape| shape.text == text);
    assert!(
        says("−2.00") && says("+2.00 logits"),
        "the scale's ends are minus and plus the largest head"
    );
}

/// The same value is as long, as high and as strong as in the chart whose scale is kept.
#[test]
fn charts_on_one_scale_can_be_compared() {
    let view = View::new(900.0, 240.0);
    for form in Form::ALL {
        let loud = chart(explanation(form, 3, 4, |i| 50.0 * wave(i)));
        let small = |i| if i == 1 { 50.0 * wave(1) } else { 0.02 * wave(i) };
        let mut quiet = chart(explanation(form, 3, 4, small));
        let (low, high) = loud.span();
        assert!(low < -100.0 && high > 100.0);
        quiet.widen(low, high).unwrap();
        assert_eq!(quiet.span(), (low, high));

        let first = |chart: &Chart| {
            let svg = shapes(&chart.svg(&view).unwrap());
            let item = &chart.items(&view).unwrap()[1];
            let (x, y) = (item.x + item.width / 2.0, item.y + item.height / 2.0);
            let drawn = svg
                .iter()
                .rfind(|shape| shape.tag == "rect" && contains(shape, x, y))
                .cloned();
            (item.x, item.y, item.height, drawn)
        };
        assert_eq!(first(&quiet), first(&loud), "{form}");

        // A chart moves to it from the scale that it was drawn on; the colours' legend is the new one at once.
        if form != HEADS {
            let before = chart(explanation(form, 3, 4, small));
            let start = record(&view, |area| quiet.draw_between(&before, 0.0, area, &view, EXACT));
            assert_eq!(start, record(&view, |area| before.draw(area, &view, EXACT)));
        }

        // What is larger still is not cut.
        quiet.widen(-1.0, 1.0).unwrap();
        assert_eq!(quiet.span(), (low, high));
        let mut larger = loud.clone();
        larger.widen(-1.0, 1.0).unwrap();
        assert_eq!(larger.svg(&view).unwrap(), loud.svg(&view).unwrap());
        for (low, high) in [(1.0, 2.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (-1.0, -2.0)] {
            assert!(
                quiet
                    .widen(low, high)
                    .unwrap_err()
                    .to_string()
                    .contains("it must hold zero")
            );
        }
    }
}

#[test]
fn what_does_not_add_up_is_known_whoever_wrote_it() {
    for form in Form::ALL {
        let written = explanation(form, 3, 4, wave);
        assert!(chart(written.clone()).explanation().adds_up(), "{form}");
        let json = serde_json::to_value(&written).unwrap();
        let last = json["labels"].as_array().unwrap().len() - 1;
        for (name, i) in [
            ("attribution", last),
            ("logit", 0),
            ("bias", 0),
            ("total", 0),
            ("error", 0),
        ] {
            let mut changed = json.clone();
            changed[name][i] = json!(changed[name][i].as_f64().unwrap() + 0.5);
            let changed: Explanation = serde_json::from_value(changed).unwrap();
            assert!(!changed.adds_up(), "{name} of {form}");
        }
    }
}

#[test]
fn all_three_charts_share_one_depth_axis() {
    for (n_layer, width) in [(1, 300.0), (4, 900.0), (12, 358.0), (48, 1400.0)] {
        let view = View::new(width, 240.0);
        let [bars, running_sum, heads] =
            [COMPONENTS, Form::RunningSum, HEADS].map(|form| chart(explanation(form, n_layer, 5, wave)));
        let find = |chart: &Chart, label: &str| {
            let items = chart.items(&view).unwrap();
            items
                .iter()
                .find(|item| item.label.to_string() == label)
                .unwrap()
                .clone()
        };
        let middle = |item: Item| item.x + item.width / 2.0;
        for layer in 0..n_layer {
            let column = find(&heads, &format!("L{layer}H0"));
            let (left, width) = (column.x, column.width);
            for (chart, label, place) in [
                (&bars, format!("{layer}_attn_out"), 0.25),
                (&bars, format!("{layer}_mlp_out"), 0.75),
                (&running_sum, format!("{layer}_pre"), 0.0),
                (&running_sum, format!("{layer}_mid"), 0.5),
            ] {
                let x = middle(find(chart, &label));
                assert!((x - (left + place * width)).abs() < 0.01, "{label} at {x}");
            }
        }
        let axis = |chart: &Chart| {
            let shapes = shapes(&chart.svg(&view).unwrap());
            let below = |shape: &Shape| shape.tag == "text" && shape.points[0].1 > 220.0;
            shapes.into_iter().filter(below).collect::<Vec<_>>()
        };
        assert!(axis(&bars).iter().any(|shape| shape.text == "layer"));
        assert_eq!(axis(&bars), axis(&running_sum));
        assert_eq!(axis(&bars), axis(&heads));
    }
}

#[test]
fn what_is_selected_is_marked_in_every_chart_whatever_its_unit() {
    let select = |form: Form, selected: &str| {
        let chart = chart(explanation(form, 4, 8, wave));
        let mut view = View::new(900.0, 240.0);
        view.selected = Some(selected.parse().unwrap());
        let svg = shapes(&chart.svg(&view).unwrap());
        let in_accent = svg.iter().filter(|shape| shape.color == ACCENT);
        // The smallest box around everything in the accent's colour.
        let points: Vec<_> = in_accent.flat_map(|shape| shape.points.clone()).collect();
        let bounds = points.iter().fold(None, |bounds, &(x, y)| {
            let (x0, y0, x1, y1) = bounds.unwrap_or((x, y, x, y));
            Some((x.min(x0), y.min(y0), x.max(x1), y.max(y1)))
        });
        let lit = svg.iter().find(|shape| shape.color == LIT && shape.points[1].1 > 200.0);
        (
            bounds,
            lit.map(|shape| (shape.points[0].0, shape.points[1].0)),
            chart.items(&view).unwrap(),
        )
    };
    let slot = (900.0 - 72.0) / 6.0;
    let column = |slots: f64| (60.0 + slot * slots, 60.0 + slot * (slots + 1.0));
    for (form, selected, marked) in [
        (HEADS, "L2H5", "L2H5"),
        (COMPONENTS, "L2H5", "2_attn_out"),
        (COMPONENTS, "2_attn_out", "2_attn_out"),
        (HEADS, "2_mlp_out", "remainder"),
        (Form::RunningSum, "2_mid", "2_mid"),
    ] {
        let (bounds, lit, items) = select(form, selected);
        let (x0, y0, x1, y1) = bounds.unwrap_or_else(|| panic!("{selected} is not marked in {form}"));
        let item = items.iter().find(|item| item.label.to_string() == marked).unwrap();
        let around = |a: f64, b: f64| (a - b).abs() <= 4.1;
        assert!(
            around(x0, item.x) && around(x1, item.x + item.width),
            "{form} {selected}: {x0} {x1} {item:?}"
        );
        assert!(
            around(y0, item.y) && around(y1, item.y + item.height),
            "{form} {selected}: {y0} {y1} {item:?}"
        );
        let (x0, x1) = lit.unwrap();
        assert!(
            (x0 - column(3.0).0).abs() < 0.1 && (x1 - column(3.0).1).abs() < 0.1,
            "{form} {selected}: {x0} {x1}"
        );
    }
    // What attention and MLP wrote is the path between two states, what attention wrote also its whole column of heads.
    for (form, selected, x) in [
        (Form::RunningSum, "L2H5", (column(3.0).0, column(3.0).0 + slot / 2.0)),
        (
            Form::RunningSum,
            "3_mlp_out",
            (column(4.0).0 + slot / 2.0, column(4.0).1),
        ),
        (HEADS, "1_attn_out", column(2.0)),
    ] {
        let (x0, _, x1, _) = select(form, selected).0.unwrap();
        assert!(
            (x0 - x.0).abs() <= 2.1 && (x1 - x.1).abs() <= 2.1,
            "{form} {selected}: {x0} {x1}, not {x:?}"
        );
    }
    // The remainder is made of embeddings and MLPs: each is marked.
    let (bounds, lit, items) = select(COMPONENTS, "remainder");
    let (x0, _, x1, _) = bounds.unwrap();
    assert!((x0 - items[0].x).abs() < 4.1 && (x1 - items[9].x - items[9].width).abs() < 4.1);
    assert_eq!(lit, None);
    // A part of a larger model is none of this one's.
    for layer in [40, usize::MAX / 2 + 1, usize::MAX] {
        let (head, mlp) = (format!("L{layer}H0"), format!("{layer}_mlp_out"));
        for (form, part) in [
            (COMPONENTS, &head),
            (COMPONENTS, &mlp),
            (Form::RunningSum, &head),
            (Form::RunningSum, &mlp),
            (HEADS, &head),
        ] {
            let (marked, lit, _) = select(form, part);
            assert_eq!((marked, lit), (None, None), "{form} {part}");
        }
    }
}

#[test]
fn items_say_what_they_are_and_what_share_they_have() {
    let view = View::new(900.0, 240.0);
    let chart = |form, values: &[f64]| chart(explanation(form, 1, values.len() - 1, |i| values[i]));
    let items = chart(HEADS, &[1.0, -4.0, 2.0]).items(&view).unwrap();
    assert_eq!(items[1].name, "attention head 1 in layer 0");
    assert_eq!(
        (items[1].value, items[1].share, items[1].rank, items[1].count),
        (-4.0, Some(4.0 / 7.0), 1, 3)
    );
    assert_eq!((items[0].layer, items[2].layer), (Some(0), None));
    assert_eq!(items.iter().map(|item| item.rank).collect::<Vec<_>>(), [3, 1, 2]);
    // However near to nothing they come in sum.
    let items = chart(HEADS, &[1.0, -4.0, 3.0]).items(&view).unwrap();
    assert_eq!(items[1].share, Some(0.5));
    // Of nothing at all nothing is a share, nor is what has been added so far a part of anything.
    let items = chart(HEADS, &[0.0, 0.0, 0.0]).items(&view).unwrap();
    assert!(items.iter().all(|item| item.share.is_none()));
    let items = chart(Form::RunningSum, &[0.5, 1.0, 2.0]).items(&view).unwrap();
    assert!(items.iter().all(|item| item.share.is_none()));
}

#[test]
fn the_rest_is_as_long_as_its_share_of_what_everything_pushes() {
    let view = View::new(900.0, 280.0);
    let strip = 900.0 - 12.0 - 60.0;
    for (rest, share) in [(0.0, 0.0), (1.0, 0.125), (-7.0, 0.5), (21.0, 0.75)] {
        let values = [1.0, -4.0, 2.0, 0.0, rest];
        let chart = chart(explanation(HEADS, 2, 2, |i| values[i]));
        let strip_top = chart.items(&view).unwrap()[4].y;
        let shapes = shapes(&chart.svg(&view).unwrap());
        let in_strip = |shape: &&Shape| shape.tag == "rect" && (shape.points[0].1 - strip_top).abs() < 0.06;
        let long: Vec<f64> = (shapes.iter().filter(in_strip))
            .filter(|shape| shape.points[1].1 - shape.points[0].1 > 10.0 && shape.color != "#DCDEE3")
            .map(|shape| shape.points[1].0 - shape.points[0].0)
            .collect();
        // The paper of the whole, then the bar.
        assert_eq!(long.len(), 2, "{rest}: {long:?}");
        assert!(
            (long[0] - strip).abs() < 0.2 && (long[1] - share * strip).abs() < 0.2,
            "{rest}: {long:?}"
        );
    }
}

#[test]
fn a_caption_lies_below_the_chart_within_the_picture() {
    let chart = chart(explanation(COMPONENTS, 3, 1, wave));
    let mut view = View::new(600.0, 320.0);
    let without = chart.items(&view).unwrap();
    view.caption = vec![
        "When Mary and John went to the store, John gave a drink to ".repeat(3),
        "Model: gpt2".into(),
    ];
    let with = chart.items(&view).unwrap();
    let shapes = shapes(&chart.svg(&view).unwrap());
    let said: Vec<&Shape> = shapes
        .iter()
        .filter(|shape| shape.text.contains("Mary and") || shape.text.contains("gpt2"))
        .collect();
    assert!(said.len() > 2, "it is broken into lines");
    let lowest = with.iter().map(|item| item.y + item.height).fold(0.0, f64::max);
    assert!(
        said.iter()
            .all(|line| line.points[0].1 > lowest && line.points[0].1 < 320.0)
    );
    assert!(
        with[0].height < without[0].height || with[0].y < without[0].y,
        "the chart makes room"
    );
}

#[test]
fn another_position_has_its_own_numbers() {
    let mut both = parts(explanation(COMPONENTS, 2, 1, wave));
    both.positions = vec![3, 4];
    both.attribution = both.attribution.iter().flat_map(|&x| [x, -2.0 * x]).collect();
    let identity = &mut both.identity;
    for values in [
        &mut identity.logit,
        &mut identity.bias,
        &mut identity.total,
        &mut identity.error,
    ] {
        values.push(-2.0 * values[0]);
    }
    let chart = chart(Explanation::Parts(both));
    let mut view = View::new(900.0, 240.0);
    view.position = 1;
    let items = chart.items(&view).unwrap();
    assert_eq!(items[3].value, -2.0 * wave(3));
    view.position = 2;
    assert_eq!(
        chart.svg(&view).unwrap_err().to_string(),
        "chart: position 2 of an attribution at 2, which are counted from 0"
    );
}

#[test]
fn keys_walk_the_items() {
    let part = |label: &str| Some(label.parse::<Part>().unwrap());
    for form in [COMPONENTS, Form::RunningSum] {
        let chart = chart(explanation(form, 3, 1, wave));
        let mut at = chart.step(None, Key::Right);
        for expected in chart.explanation().labels() {
            assert_eq!(at, *expected);
            at = chart.step(Some(at), Key::Right);
        }
        assert_eq!(Some(&at), chart.explanation().labels().last());
        assert_eq!(chart.step(Some(at), Key::Home), chart.explanation().labels()[0]);
        assert_eq!(chart.step(None, Key::End), at);
    }
    let heads = chart(explanation(HEADS, 3, 4, wave));
    for (from, key, to) in [
        (None, Key::Down, "L0H0"),
        (part("L1H2"), Key::Left, "L0H2"),
        (part("L1H2"), Key::Right, "L2H2"),
        (part("L1H2"), Key::Up, "L1H1"),
        (part("L1H2"), Key::Down, "L1H3"),
        (part("L1H3"), Key::Down, "remainder"),
        (part("remainder"), Key::Up, "L0H3"),
        (part("remainder"), Key::Down, "remainder"),
        (part("L2H0"), Key::Right, "L2H0"),
        (part("L0H0"), Key::Up, "L0H0"),
        (part("L1H2"), Key::Home, "L0H2"),
        (part("L1H2"), Key::End, "L2H2"),
        // What was selected in another chart leads to what belongs to it here.
        (part("2_attn_out"), Key::Right, "L2H0"),
        (part("2_mlp_out"), Key::Right, "remainder"),
        (part("1_mid"), Key::Right, "L1H0"),
    ] {
        assert_eq!(heads.step(from, key).to_string(), to, "{from:?} {key:?}");
    }
    assert!("Enter".parse::<Key>().unwrap_err().to_string().contains("ArrowLeft"));
}

#[test]
fn a_chart_moves_from_the_one_before_to_itself() {
    let view = View::new(900.0, 240.0);
    let before = chart(explanation(COMPONENTS, 3, 1, wave));
    let after = chart(explanation(COMPONENTS, 3, 1, |i| 3.0 * wave(i)));
    let halfway = chart(explanation(COMPONENTS, 3, 1, |i| 2.0 * wave(i)));
    let between = |progress| record(&view, |area| after.draw_between(&before, progress, area, &view, EXACT));
    let whole = |chart: &Chart| record(&view, |area| chart.draw(area, &view, EXACT));
    assert_eq!(between(0.0), whole(&before));
    assert_eq!(between(0.5), whole(&halfway));
    assert_eq!(between(1.0), whole(&after));
    // Between charts of different parts there is no way.
    let other = chart(explanation(HEADS, 3, 2, wave));
    let jump = record(&view, |area| after.draw_between(&other, 0.1, area, &view, EXACT));
    assert_eq!(jump, whole(&after));
}

#[test]
fn every_backend_receives_the_same_picture() {
    for form in Form::ALL {
        for theme in [Theme::Light, Theme::Dark] {
            let mut view = View::new(700.0, 240.0);
            view.theme = theme;
            view.selected = Some(Part::AttnOut(1));
            let chart = chart(explanation(form, 5, 6, wave));
            let drawn = record(&view, |area| chart.draw(area, &view, EXACT));
            assert_eq!(drawn, shapes(&chart.svg(&view).unwrap()));
        }
    }
}

/// A backend that has SVG's tenths of a pixel and the canvas's fonts.
const EXACT: Resolution = Resolution { scale: 10.0, font: 1.0 };

type Area<'a> = DrawingArea<Recorder, Shift>;

fn record(view: &View, draw: impl FnOnce(&Area) -> logitscope::Result<()>) -> Vec<Shape> {
    let drawn = Rc::default();
    let recorder = Recorder {
        size: ((view.width * 10.0) as u32, (view.height * 10.0) as u32),
        drawn: Rc::clone(&drawn),
    };
    draw(&recorder.into_drawing_area()).unwrap();
    drawn.take()
}

/// A plotters backend that only writes down what it is told to draw.
struct Recorder {
    size: (u32, u32),
    drawn: Rc<RefCell<Vec<Shape>>>,
}

impl Recorder {
    fn note(
        &mut self,
        tag: &str,
        color: BackendColor,
        text: &str,
        points: impl IntoIterator<Item = BackendCoord>,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        let (r, g, b) = color.rgb;
        self.drawn.borrow_mut().push(Shape {
            tag: tag.into(),
            color: format!("#{r:02X}{g:02X}{b:02X}"),
            text: text.into(),
            points: points
                .into_iter()
                .map(|(x, y)| (f64::from(x) / 10.0, f64::from(y) / 10.0))
                .collect(),
        });
        Ok(())
    }
}

impl DrawingBackend for Recorder {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
        Ok(())
    }

    fn present(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
        Ok(())
    }

    fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Result<(), DrawingErrorKind<Infallible>> {
        panic!("drawn as single pixels, which no backend does well")
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        assert!(fill, "the canvas blurs a rectangle's strokes");
        self.note("rect", style.color(), "", [a, b])
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        self.note("polyline", style.color(), "", path)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        self.note("polygon", style.color(), "", path)
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        _radius: u32,
        style: &S,
        _fill: bool,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        self.note("circle", style.color(), "", [center])
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        at: BackendCoord,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        self.note("text", style.color(), text, [at])
    }
}

#[test]
fn an_svg_stands_alone_whatever_the_tokens_hold() {
    for answer in [
        "</svg><script>&\"'",
        "\u{0}\u{1b}\n\u{fffe}\u{202e}",
        " ",
        "日本語 🙂",
        "",
        "=".repeat(128).as_str(),
    ] {
        for form in Form::ALL {
            let chart = Chart::new(explanation(form, 3, 4, wave), answer, Some(answer)).unwrap();
            let svg = chart.svg(&View::new(700.0, 240.0)).unwrap();
            let document = roxmltree::Document::parse(&svg).unwrap();
            let root = document.root_element();
            assert_eq!(root.tag_name().name(), "svg");
            assert_eq!(
                (root.attribute("width"), root.attribute("height")),
                (Some("700"), Some("240"))
            );
            assert_eq!(root.attribute("viewBox"), Some("0 0 7000 2400"));
            let title = root.first_element_child().unwrap();
            assert_eq!(
                (title.tag_name().name(), title.text().unwrap_or_default()),
                ("title", chart.title().as_str())
            );
            for text in document.descendants().filter(|node| node.has_tag_name("text")) {
                assert_eq!(text.attribute("font-family"), Some("system-ui, sans-serif"));
            }
            assert!(!document.descendants().any(|node| node.has_tag_name("script")));
        }
    }
    let title = |form, incorrect| {
        Chart::new(explanation(form, 1, 1, wave), " Mary", incorrect)
            .unwrap()
            .title()
    };
    assert_eq!(
        title(COMPONENTS, Some(" John")),
        "Components: what each part adds to ·Mary − ·John"
    );
    assert_eq!(
        title(Form::RunningSum, Some(" John")),
        "Running sum: what has been added to ·Mary − ·John so far"
    );
    assert_eq!(title(HEADS, None), "Heads: what each attention head adds to ·Mary");
}

#[test]
fn an_attribution_that_contradicts_itself_is_refused_with_the_reason() {
    let good = || explanation(HEADS, 2, 2, wave);
    let refused = |spoilt| Chart::new(spoilt, "a", None).unwrap_err().to_string();
    let refusal = |spoil: &dyn Fn(&mut Attribution)| {
        let mut spoilt = parts(good());
        spoil(&mut spoilt);
        refused(Explanation::Parts(spoilt))
    };
    let labels = "chart: the 5 labels are not those of unit head in the model's order, L0H0, L0H1, ..., remainder";
    assert_eq!(refusal(&|a| a.labels.swap(0, 1)), labels);
    assert_eq!(refusal(&|a| a.labels[4] = Part::Embed), labels);
    assert_eq!(refusal(&|a| a.labels[3] = Part::Head { layer: 1, head: 3 }), labels);
    for immense in [usize::MAX, usize::MAX - 1, 1 << (usize::BITS / 2)] {
        let (layer, head) = (immense, immense);
        assert_eq!(refusal(&|a| a.labels[3] = Part::Head { layer, head }), labels);
    }
    assert!(refusal(&|a| a.labels.clear()).starts_with("chart: the 0 labels"));
    let mut json = serde_json::to_value(good()).unwrap();
    json["unit"] = json!("layer");
    assert!(refused(serde_json::from_value(json).unwrap()).contains("0_pre, 0_mid, ..., final_post"));
    assert_eq!(
        refusal(&|a| _ = a.attribution.pop()),
        "chart: `attribution` has 4 numbers; 5 labels at 1 positions need 5"
    );
    assert!(refusal(&|a| a.identity.bias.clear()).contains("`bias` has 0 numbers"));
    assert!(refusal(&|a| a.positions.clear()).contains("no position"));
    assert_eq!(
        refusal(&|a| a.attribution[2] = f64::NAN),
        "chart: `attribution[2]` is NaN, which is not a finite float32"
    );
    assert!(refusal(&|a| a.identity.total[0] = f64::INFINITY).contains("`total[0]` is inf"));
    assert!(refusal(&|a| a.identity.logit[0] = 1e300).contains("`logit[0]`"));
    let chart = chart(good());
    for (width, height) in [(0.0, 100.0), (f64::NAN, 100.0), (300.0, f64::INFINITY), (-5.0, 5.0)] {
        assert!(
            chart
                .svg(&View::new(width, height))
                .unwrap_err()
                .to_string()
                .contains("CSS pixels")
        );
    }
}

/// An explanation as JSON has it: of any labels, at one position.
fn of_labels(unit: &str, labels: &[Part], more: serde_json::Value, value: impl FnMut(usize) -> f64) -> Explanation {
    let values: Vec<f64> = (0..labels.len()).map(value).collect();
    let total = match unit {
        "layer" => values[labels.len() - 1],
        _ => values.iter().sum(),
    };
    let mut json = json!({
        "unit": unit, "labels": labels, "attribution": values, "positions": [14],
        "logit": [total], "bias": [0.0], "total": [total], "error": [0.0],
    });
    json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(json).unwrap()
}

fn through(model: (usize, usize)) -> Subject {
    Subject {
        answer: " Mary".into(),
        incorrect: Some(" John".into()),
        through: Some("L3H0 at ·Mary (2)".into()),
        model: Some(model),
        tokens: ["<|endoftext|>", "When", " Mary", " and", " John"]
            .map(String::from)
            .into(),
        ..Subject::default()
    }
}

/// What a head of layer `layer` reads, in all three forms; and what that layer's MLP reads.
fn inside(layer: usize, n_head: usize) -> Vec<Explanation> {
    let (before, mid) = (Part::Pre(layer), Part::Mid(layer));
    let of = |unit, labels: Vec<Part>| of_labels(unit, &labels, json!({}), wave);
    vec![
        of("component", labels::components(layer, layer)),
        of("layer", labels::states(layer + 1, before)),
        of("head", labels::heads(layer, n_head)),
        of("component", labels::components(layer + 1, layer)),
        of("layer", labels::states(layer + 1, mid)),
        of("head", labels::heads(layer + 1, n_head)),
    ]
}

#[test]
fn what_is_read_before_a_layer_lies_on_the_depth_axis_of_the_whole_model() {
    let (n_layer, n_head) = (6, 4);
    let mut view = View::new(900.0, 260.0);
    let slot = (900.0 - 72.0) / 8.0;
    let whole = chart(explanation(COMPONENTS, n_layer, n_head, wave));
    let axis = |svg: &str| {
        let below = |shape: &Shape| shape.tag == "text" && shape.points[0].1 > 250.0;
        shapes(svg).into_iter().filter(below).collect::<Vec<_>>()
    };
    for layer in 0..n_layer {
        for (i, part) in inside(layer, n_head).into_iter().enumerate() {
            let chart = Chart::about(part, through((n_layer, n_head))).unwrap();
            let seen = layer + usize::from(i >= 3);
            let svg = chart.svg(&view).unwrap();
            assert_eq!(axis(&svg), axis(&whole.svg(&view).unwrap()));
            let edge = 60.0 + slot * (1 + seen) as f64;
            let items = chart.items(&view).unwrap();
            for item in items.iter().filter(|item| item.label != Part::Remainder) {
                assert!(item.x + item.width <= edge + 6.0, "{layer}: {item:?}");
            }
            let says = shapes(&svg).iter().any(|shape| shape.text == "not read here");
            assert_eq!(says, seen < n_layer, "{layer} {i}");
            // The final state is never read there, not even by the last layer's MLP.
            let greyed = |shape: &Shape| shape.color == "#F4F4F6" && (shape.points[0].0 - edge).abs() < 1.0;
            assert!(shapes(&svg).iter().any(greyed), "{layer} {i}");
            let scale = |shape: &Shape| shape.text.ends_with(" logits");
            assert_eq!(shapes(&svg).iter().any(scale), i % 3 == 2 && seen > 0, "{layer} {i}");
            assert!(chart.title().ends_with("·Mary − ·John through L3H0 at ·Mary (2)") || i % 3 == 1);
            // What is not shown here, and selected in another chart, marks nothing.
            view.selected = Some(Part::AttnOut(usize::MAX));
            assert_eq!(chart.svg(&view).unwrap(), svg);
            view.selected = None;
        }
    }
    // The state that is read ends the path, whichever it is.
    let states = labels::states(3, Part::Mid(2));
    let other = of_labels("layer", &states[..5], json!({}), wave);
    assert!(Chart::about(other, through((6, 4))).is_ok());
    let skips = of_labels("layer", &states[1..], json!({}), wave);
    assert!(Chart::about(skips, through((6, 4))).is_err());
}

#[test]
fn sources_and_neurons_are_ranked_by_magnitude() {
    let paid = [0.1, 0.2, 0.4, 0.3, 0.0];
    let value = |i: usize| [0.5, -4.0, 2.0, -1.0, 0.25][i];
    let sources = of_labels(
        "source",
        &labels::sources(5),
        json!({ "of": "L3H0", "pattern": paid }),
        value,
    );
    let subject = Subject {
        through: None,
        ..through((6, 4))
    };
    let chart = Chart::about(sources, subject.clone()).unwrap();
    let view = View::new(700.0, 260.0);
    let svg = shapes(&chart.svg(&view).unwrap());
    let at = |text: &str| {
        svg.iter()
            .find(|shape| shape.text == text)
            .unwrap_or_else(|| panic!("{text}"))
            .points[0]
    };
    let rows = ["When @1", "·Mary @2", "·and @3", "<|endoftext|> @0", "·John @4"].map(at);
    assert!(rows.windows(2).all(|pair| pair[0].1 < pair[1].1), "{rows:?}");
    assert_eq!(
        chart.title(),
        "Sources: what L3H0 takes from each token, for ·Mary − ·John"
    );
    let items = chart.items(&view).unwrap();
    let zero = items[2].x;
    for (i, item) in items.iter().enumerate() {
        assert!(
            (item.width - value(i).abs() / 4.0 * items[1].width).abs() < 0.1,
            "{item:?}"
        );
        assert!((if value(i) > 0.0 { item.x } else { item.x + item.width } - zero).abs() < 0.1);
        let (x, y) = (item.x + item.width / 2.0, item.y + item.height / 2.0);
        assert_eq!(items.hit(x, y), Some(item));
        // Below the bar, the attention as a share of the room to one side.
        let line = svg.iter().find(|shape| {
            shape.tag == "rect"
                && (shape.points[1].1 - shape.points[0].1 - 2.0).abs() < 0.1
                && (0.0..8.0).contains(&(shape.points[0].1 - item.y - item.height))
        });
        let long = line.map_or(0.0, |line| line.points[1].0 - line.points[0].0);
        assert!((long - paid[i] * items[1].width).abs() < 0.2, "{item:?}: {long}");
    }

    // As many as there is room for; what adds next to nothing, and what is left over, is one row.
    let neurons = labels::neurons(2, 3072);
    let activation: Vec<Option<f64>> = (0..3072).map(|i| Some(wave(i))).chain([None]).collect();
    let of = |value: &dyn Fn(usize) -> f64| {
        let explanation = of_labels(
            "neuron",
            &neurons,
            json!({ "of": "2_mlp_out", "activation": activation }),
            value,
        );
        Chart::about(explanation, subject.clone()).unwrap()
    };
    let many = of(&|i| wave(i) * if i == 3072 { 5.0 } else { 1.0 });
    let svg = many.svg(&View::new(700.0, 400.0)).unwrap();
    let texts: Vec<String> = shapes(&svg).into_iter().map(|shape| shape.text).collect();
    let others: usize = texts
        .iter()
        .find_map(|text| text.strip_suffix(" others"))
        .unwrap()
        .parse()
        .unwrap();
    let named = texts
        .iter()
        .filter(|text| text.starts_with("L2N") || *text == "output bias")
        .count();
    assert_eq!(others + named, 3073);
    assert!((10..=20).contains(&named) && texts.contains(&"output bias".into()));
    assert_eq!(many.title(), "Neurons: what each of 2_mlp_out adds to ·Mary − ·John");
    let few = of(&|i| if i < 7 { 1.0 + i as f64 } else { 1e-6 });
    let svg = few.svg(&View::new(700.0, 400.0)).unwrap();
    assert!(shapes(&svg).iter().any(|shape| shape.text == "3066 others"));
}

#[test]
fn what_contradicts_a_ranking_or_a_model_is_refused() {
    let of = |paid: Vec<f64>, model| {
        let more = json!({ "of": "L3H0", "pattern": paid });
        let explanation = of_labels("source", &labels::sources(2), more, wave);
        let subject = Subject {
            model,
            ..Subject::default()
        };
        Chart::about(explanation, subject).map(|_| ())
    };
    assert!(of(vec![0.5, 0.5], Some((6, 4))).is_ok());
    let refused = of(vec![0.5], None).unwrap_err().to_string();
    assert_eq!(
        refused,
        "chart: `pattern` or `activation` has 1 numbers; 2 labels need as many, all of them finite float32s"
    );
    assert!(of(vec![0.5, 1e300], None).is_err());
    assert!(of(vec![0.5, 0.5], Some((usize::MAX, 1))).is_err());
}

#[test]
fn a_pattern_s_cells_are_where_they_are_drawn() {
    let n = 7;
    let paid: Vec<f32> = (0..n)
        .flat_map(|query| (0..=query).map(move |key| (1 + (key * 5 + query) % 4) as f32 / (4 * n) as f32))
        .collect();
    let pattern = Pattern::new(n, paid.clone()).unwrap();
    for size in [148.0, 640.0] {
        let mut view = PatternView::new(size);
        let svg = shapes(&pattern.svg(&view).unwrap());
        let mut next = paid.iter();
        for query in 0..n {
            for key in 0..n {
                let (x, y) = (
                    2.0 + (key as f64 + 0.5) * (size - 4.0) / n as f64,
                    2.0 + (query as f64 + 0.5) * (size - 4.0) / n as f64,
                );
                let hit = pattern.hit(size, x, y);
                if key > query {
                    assert_eq!(hit, None, "what comes after is not seen");
                    continue;
                }
                let cell = hit.unwrap();
                assert_eq!((cell.query, cell.key, Some(&cell.paid)), (query, key, next.next()));
                assert_eq!(pattern.cell(size, query, key), Some(cell));
                assert!((cell.x..cell.x + cell.size).contains(&x) && (cell.y..cell.y + cell.size).contains(&y));
                // The darker, the more attention.
                let drawn = |cell: logitscope::chart::Cell| {
                    let (x, y) = (cell.x + cell.size / 2.0, cell.y + cell.size / 2.0);
                    rgb(&svg
                        .iter()
                        .rfind(|shape| shape.tag == "rect" && contains(shape, x, y))
                        .unwrap()
                        .color)
                };
                if let Some(other) = pattern.cell(size, query, key.wrapping_sub(1)) {
                    let brightness = |cell| drawn(cell).iter().sum::<i32>();
                    assert_eq!(brightness(cell) < brightness(other), cell.paid > other.paid);
                }
            }
        }
        for (x, y) in [(-1.0, 5.0), (size, size), (f64::NAN, 3.0), (1e300, 1e300)] {
            assert_eq!(pattern.hit(size, x, y), None);
        }
        view.hovered = Some((4, 2));
        assert_ne!(shapes(&pattern.svg(&view).unwrap()), svg);
        view.hovered = Some((2, 4));
        assert_eq!(shapes(&pattern.svg(&view).unwrap()), svg);
    }
    for (from, key, to) in [
        ((3, 1), Key::Left, (3, 0)),
        ((3, 0), Key::Left, (3, 0)),
        ((3, 3), Key::Right, (3, 3)),
        ((3, 3), Key::Up, (2, 2)),
        ((0, 0), Key::Up, (0, 0)),
        ((6, 2), Key::Down, (6, 2)),
        ((5, 2), Key::Down, (6, 2)),
        ((5, 2), Key::Home, (5, 0)),
        ((5, 2), Key::End, (5, 5)),
        ((usize::MAX, usize::MAX), Key::Right, (6, 6)),
    ] {
        assert_eq!(pattern.step(from, key), to, "{from:?} {key:?}");
    }
    for (n, paid) in [
        (0, vec![]),
        (2, vec![1.0, 0.5]),
        (usize::MAX, vec![1.0]),
        (1, vec![f32::NAN]),
        (1, vec![-0.5]),
    ] {
        assert!(Pattern::new(n, paid).is_err());
    }
    assert!(pattern.svg(&PatternView::new(f64::NAN)).is_err());
}

/// Charts of every size in views of every size.
fn any_chart() -> impl Strategy<Value = (Chart, View)> {
    let values = prop_oneof![
        Just(vec![0.0]),
        prop::collection::vec(-10.0..10.0f64, 1..40),
        prop::collection::vec(-1e34..1e34f64, 1..10),
        prop::collection::vec(-1e-30..1e-30f64, 1..10),
        prop::collection::vec((-5i32..5, -999.0..999.0f64).prop_map(|(e, x)| x * 10f64.powi(e)), 1..40),
        // One negative outlier.
        prop::collection::vec(0.0..0.01f64, 20..40).prop_map(|mut values| {
            values[7] = -300.0;
            values
        }),
    ];
    let tokens = prop::sample::select(vec![" Mary", " John", "WWWWWWWWWWWW", " extraordinarily", "i"]);
    (
        (prop::sample::select(Form::ALL.to_vec()), 1..=48usize, 1..=25usize),
        values,
        (300.0..1400.0f64, 130.0..460.0f64, any::<bool>()),
        (tokens.clone(), prop::option::of(tokens)),
        prop::option::of(0..48usize),
    )
        .prop_map(
            |((form, n_layer, n_head), values, (width, height, dark), (answer, incorrect), layer)| {
                let explanation = explanation(form, n_layer, n_head, |i| values[i % values.len()]);
                let mut view = View::new(width.round(), height.round());
                view.theme = if dark { Theme::Dark } else { Theme::Light };
                view.hovered_layer = layer;
                view.selected = layer.map(|layer| Part::Head { layer, head: 0 });
                (Chart::new(explanation, answer, incorrect).unwrap(), view)
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_drawn_at_a_point_is_what_lies_under_it((chart, view) in any_chart()) {
        let items = chart.items(&view).unwrap();
        for item in items.iter() {
            let inside = item.x >= 0.0 && item.y >= 0.0 && item.x + item.width <= view.width && item.y + item.height <= view.height;
            prop_assert!(inside, "{item:?} is outside the view");
            let (x, y) = (item.x + item.width / 2.0, item.y + item.height / 2.0);
            prop_assert_eq!(items.hit(x, y), Some(item));
        }
        for (x, y) in [(-1.0, 50.0), (5.0, 5.0), (view.width, view.height), (f64::NAN, 0.0), (1e300, -1e300)] {
            prop_assert_eq!(items.hit(x, y), None);
        }
    }

    #[test]
    fn no_text_is_cut_and_none_overlaps_another((chart, view) in any_chart()) {
        let svg = chart.svg(&view).unwrap();
        prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
        prop_assert!(text_boxes(&svg).iter().any(|(text, _)| text == "layer"));
        check_texts(&svg, &view)?;
    }
}

/// No text is cut, and none overlaps another.
fn check_texts(svg: &str, view: &View) -> Result<(), TestCaseError> {
    let texts = text_boxes(svg);
    for (i, (text, a)) in texts.iter().enumerate() {
        let inside = a[0] >= 0.0 && a[1] >= 0.0 && a[2] <= view.width && a[3] <= view.height;
        prop_assert!(inside, "{text:?} at {a:?} is cut by {} x {}", view.width, view.height);
        for (other, b) in &texts[i + 1..] {
            let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
            prop_assert!(apart, "{text:?} at {a:?} overlaps {other:?} at {b:?} in {view:?}");
        }
    }
    Ok(())
}

/// Every text of an SVG with the box `[x0, y0, x1, y1]` that it takes in DejaVu Sans, the widest of the usual fonts.
fn text_boxes(svg: &str) -> Vec<(String, [f64; 4])> {
    let font = ttf_parser::Face::parse(dejavu::sans::regular(), 0).unwrap();
    let em = f64::from(font.units_per_em());
    let height = |c| f64::from(font.glyph_bounding_box(font.glyph_index(c).unwrap()).unwrap().y_max) / em;
    let (cap, ex) = (height('H'), height('x'));
    let document = roxmltree::Document::parse(svg).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts
        .map(|node| {
            let text = node.text().unwrap().trim();
            let number = |name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap() / 10.0;
            let size = number("font-size");
            let advance = |c| font.glyph_hor_advance(font.glyph_index(c).unwrap_or_default());
            let width = text.chars().map(|c| f64::from(advance(c).unwrap())).sum::<f64>() / em * size;
            let before = match node.attribute("text-anchor").unwrap() {
                "start" => 0.0,
                "middle" => width / 2.0,
                _ => width,
            };
            assert_eq!(node.attribute("dy"), Some("-0.5ex"));
            let (x, y) = (number("x"), number("y"));
            let (up, down) = ((0.5 * ex + cap) * size, (0.23 - 0.5 * ex) * size);
            let place = match node.attribute("transform") {
                None => [x - before, y - up, x - before + width, y + down],
                Some(_) => [x - up, y - width + before, x + down, y + before],
            };
            (text.to_string(), place)
        })
        .collect()
}
