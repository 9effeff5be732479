//! The curve, read back from its SVG.
#![cfg(not(target_arch = "wasm32"))]

use logitscope::Error;
use logitscope::chart::{Curve, CurveView, Theme};

/// The points of the shapes of a kind that have this colour, in CSS pixels.
fn shapes(svg: &str, kind: &str, color: &str) -> Vec<Vec<(f64, f64)>> {
    let tag = format!("<{kind} ");
    let elements = svg.split(&tag).skip(1);
    let coloured = elements.filter(|element| element.split("/>").next().unwrap().contains(color));
    coloured
        .map(|element| {
            let points = element.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
            let numbers = |point: &str| {
                let (x, y) = point.split_once(',').unwrap();
                (x.parse::<f64>().unwrap() / 10.0, y.parse::<f64>().unwrap() / 10.0)
            };
            points.split_whitespace().map(numbers).collect()
        })
        .collect()
}

/// Within a tenth of a CSS pixel, which is what SVG is rounded to.
fn close(drawn: &[(f64, f64)], expected: &[(f64, f64)]) -> bool {
    let near = |(a, b): (&(f64, f64), &(f64, f64))| (a.0 - b.0).abs() < 0.11 && (a.1 - b.1).abs() < 0.11;
    drawn.len() == expected.len() && drawn.iter().zip(expected).all(near)
}

const LIGHT: [&str; 3] = ["#5B5E66", "#0A675C", "#E3F1EF"];
const DARK: [&str; 3] = ["#A6A9B2", "#62CDBD", "#172B29"];

#[test]
fn the_whole_curve_is_grey_and_as_far_as_one_came_it_is_filled() {
    let curve = Curve::new(vec![(0.0, 0.1), (0.25, 0.0), (0.5, 0.6), (1.0, 1.0)]).unwrap();
    // A margin of 4 leaves 100 by 40 pixels.
    let place = |(x, y): (f64, f64)| (4.0 + 100.0 * x, 44.0 - 40.0 * y);
    for (theme, [grey, accent, ground]) in [(Theme::Light, LIGHT), (Theme::Dark, DARK)] {
        for (at, so_far) in [
            (0.0, vec![]),
            (0.25, vec![(0.0, 0.1), (0.25, 0.0)]),
            // Halfway between two points, and from one to the end of the scale.
            (0.375, vec![(0.0, 0.1), (0.25, 0.0), (0.375, 0.3)]),
            (1.0, vec![(0.0, 0.1), (0.25, 0.0), (0.5, 0.6), (1.0, 1.0)]),
        ] {
            let mut view = CurveView::new(108.0, 48.0);
            view.theme = theme;
            view.at = at;
            let svg = curve.svg(&view).unwrap();
            let whole = [(0.0, 0.1), (0.25, 0.0), (0.5, 0.6), (1.0, 1.0)].map(place);
            let drawn = shapes(&svg, "polyline", grey);
            assert!(drawn.len() == 1 && close(&drawn[0], &whole), "{at}: {drawn:?}");

            let line: Vec<_> = so_far.iter().copied().map(place).collect();
            let drawn = shapes(&svg, "polyline", accent);
            let area = shapes(&svg, "polygon", ground);
            if line.is_empty() {
                assert!(drawn.is_empty() && area.is_empty(), "{svg}");
                continue;
            }
            assert!(drawn.len() == 1 && close(&drawn[0], &line), "{at}: {drawn:?}");
            let mut under = line.clone();
            under.extend([(4.0 + 100.0 * at, 44.0), (4.0, 44.0)]);
            assert!(area.len() == 1 && close(&area[0], &under), "{at}: {area:?}");
        }
    }
}

#[test]
fn what_is_no_curve_or_no_view_of_it_is_refused_by_name() {
    for (points, says) in [
        (vec![(0.0, 1.0)], "a curve of 1 points"),
        (vec![(0.0, 0.5), (0.5, 1.5)], "point 1 of a curve is (0.5, 1.5)"),
        (vec![(0.0, 0.5), (f64::NAN, 0.5)], "point 1 of a curve is (NaN, 0.5)"),
        (vec![(0.0, 0.5), (0.5, 0.5), (0.5, 0.6)], "point 2 of a curve is at 0.5"),
    ] {
        let error = Curve::new(points).unwrap_err();
        assert!(
            matches!(&error, Error::Chart(message) if message.contains(says)),
            "{error}"
        );
    }
    let curve = Curve::new(vec![(0.0, 0.0), (1.0, 1.0)]).unwrap();
    let mut view = CurveView::new(108.0, 48.0);
    view.at = 1.5;
    for (view, says) in [
        (view, "1.5"),
        (CurveView::new(5.0, 48.0), "a width of 5"),
        (CurveView::new(108.0, f64::INFINITY), "a height of inf"),
    ] {
        let error = curve.svg(&view).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
}
