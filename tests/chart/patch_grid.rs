//! The heatmap of activation patching.

use logitscope::attribution::Patching;
use logitscope::chart::{PatchGrid, PatchView};

use super::*;

const BEYOND: &str = "#F4F4F6";

fn texts(n: usize, other: Option<usize>) -> Vec<String> {
    let text = |i| {
        if Some(i) == other {
            " other".into()
        } else {
            format!(" t{i}")
        }
    };
    (0..n).map(text).collect()
}

/// Logits of both signs, from the corrupted prompt's to the clean one's and beyond.
fn patching(site: &str, shape: &[usize], clean: f64, corrupted: f64) -> Patching {
    let n = shape.iter().product();
    let logit: Vec<f64> = (0..n)
        .map(|i| corrupted + (clean - corrupted) * wave(i) / 4.0)
        .collect();
    let json = json!({
        "site": site, "position": 3, "shape": shape, "logit": logit, "clean": clean, "corrupted": corrupted,
    });
    serde_json::from_value(json).unwrap()
}

fn subject() -> Subject {
    Subject {
        answer: " Mary".into(),
        incorrect: Some(" John".into()),
        ..Subject::default()
    }
}

fn grid(patching: Patching, tokens: usize) -> PatchGrid {
    PatchGrid::new(patching, &texts(tokens, None), &texts(tokens, Some(2)), subject()).unwrap()
}

#[test]
fn cells_lie_on_the_depth_axis_and_are_coloured_from_corrupted_to_clean() {
    for theme in [Theme::Light, Theme::Dark] {
        for (site, shape) in [
            ("resid_pre", vec![5, 8]),
            ("mlp_out", vec![5, 8]),
            ("z", vec![5, 3]),
            ("z_by_position", vec![5, 8, 3]),
        ] {
            let patching = patching(site, &shape, -1.0, 3.0);
            let logits = patching.logit.clone();
            let grid = grid(patching, 8);
            let mut view = PatchView::new(900.0, 320.0);
            (view.theme, view.head) = (theme, if shape.len() == 3 { 2 } else { 0 });
            let svg = shapes(&grid.svg(&view).unwrap());
            let heads = chart(explanation(HEADS, 5, 2, wave))
                .items(&View::new(900.0, 320.0))
                .unwrap();
            for (layer, row) in (0..5).flat_map(|layer| (0..shape[1]).map(move |row| (layer, row))) {
                let cell = grid.cell(&view, layer, row).unwrap().unwrap();
                let column = &heads[2 * layer];
                assert!((cell.x - column.x).abs() < 0.01 && (cell.width - column.width).abs() < 0.01);
                let (x, y) = (cell.x + cell.width / 2.0, cell.y + cell.height / 2.0);
                assert_eq!(grid.hit(&view, x, y).unwrap().as_ref(), Some(&cell));
                let at = cell.at.iter().zip(&shape).fold(0, |i, (at, n)| i * n + at);
                assert_eq!((cell.layer, cell.row, cell.logit), (layer, row, logits[at]));
                assert_eq!(cell.at[2..], if shape.len() == 3 { vec![2] } else { vec![] });
                assert!((cell.value - (cell.logit - 3.0) / -4.0).abs() < 1e-12);
                let drawn = svg
                    .iter()
                    .rfind(|shape| shape.tag == "rect" && contains(shape, x, y))
                    .unwrap();
                let [r, _, b] = rgb(&drawn.color);
                if cell.value.abs() > 0.1 {
                    assert_eq!(r > b, cell.value > 0.0, "{cell:?} is {}", drawn.color);
                    let said = svg
                        .iter()
                        .find(|shape| shape.tag == "text" && near(shape, x, y))
                        .unwrap();
                    assert_eq!(said.text, format!("{:.2}", cell.value).replace('-', "−"));
                }
            }
            for (x, y) in [
                (30.0, 100.0),
                (70.0, 100.0),
                (895.0, 100.0),
                (400.0, 10.0),
                (400.0, 318.0),
                (f64::NAN, 50.0),
                (1e300, 1e300),
            ] {
                assert_eq!(grid.hit(&view, x, y).unwrap(), None, "{x}, {y}");
            }
            let says = |text: &str| svg.iter().any(|shape| shape.text == text);
            assert!(says("0 corrupted") && says("1 clean") && says("layer") && says("emb") && says("final"));
        }
    }
}

#[test]
fn tokens_that_differ_stand_out_and_are_never_left_out() {
    let grid = grid(patching("attn_out", &[3, 40], 1.0, 0.0), 40);
    for height in [140.0, 900.0] {
        let svg = shapes(&grid.svg(&PatchView::new(500.0, height)).unwrap());
        let label = |text: &str| svg.iter().find(|shape| shape.text == text && shape.points[0].0 < 60.0);
        assert_eq!(label("·t2").unwrap().color, "#1B1C20");
        assert_eq!(label("·t1").is_some(), height == 900.0);
        assert!(
            svg.iter()
                .any(|shape| shape.text.starts_with("·t") && shape.color == "#5B5E66")
        );
    }
}

#[test]
fn what_is_not_known_yet_has_no_value_and_no_colour() {
    let mut half = patching("v", &[4, 4], 2.0, 1.0);
    half.logit[9] = f64::NAN;
    let grid = grid(half, 6);
    let view = PatchView::new(900.0, 300.0);
    let svg = shapes(&grid.svg(&view).unwrap());
    let cell = grid.cell(&view, 2, 1).unwrap().unwrap();
    assert!(cell.logit.is_nan() && cell.value.is_nan());
    let (x, y) = (cell.x + cell.width / 2.0, cell.y + cell.height / 2.0);
    let drawn = svg
        .iter()
        .rfind(|shape| shape.tag == "rect" && contains(shape, x, y))
        .unwrap();
    assert_eq!(drawn.color, BEYOND);
    assert!(!svg.iter().any(|shape| shape.text.contains("NaN")));
}

#[test]
fn prompts_that_say_the_same_are_compared_in_logits() {
    let mut same = patching("resid_pre", &[3, 5], 2.0, 2.0);
    same.logit = (0..15).map(|i| 2.0 + if i == 7 { -0.5 } else { 0.1 }).collect();
    let grid = grid(same, 5);
    let view = PatchView::new(900.0, 300.0);
    let cell = grid.cell(&view, 1, 2).unwrap().unwrap();
    assert_eq!((cell.logit, cell.value), (1.5, -0.5));
    for width in [600.0, 900.0, 1200.0] {
        let svg = shapes(&grid.svg(&PatchView::new(width, 300.0)).unwrap());
        let says = |text: &str| svg.iter().any(|shape| shape.text.contains(text));
        assert!(says("−0.500") && says("+0.500 logits") && says("the same"), "{width}");
        assert!(!says("1 clean"));
    }
}

#[test]
fn keys_walk_the_cells_and_the_cell_is_marked() {
    let grid = grid(patching("z", &[4, 3], 1.0, 0.0), 6);
    for (from, key, to) in [
        ((1, 1), Key::Left, (0, 1)),
        ((0, 1), Key::Left, (0, 1)),
        ((3, 1), Key::Right, (3, 1)),
        ((1, 0), Key::Up, (1, 0)),
        ((1, 1), Key::Down, (1, 2)),
        ((1, 2), Key::Down, (1, 2)),
        ((2, 1), Key::Home, (0, 1)),
        ((2, 1), Key::End, (3, 1)),
        ((usize::MAX, usize::MAX), Key::Up, (3, 1)),
    ] {
        assert_eq!(grid.step(from, key), to, "{from:?} {key:?}");
    }
    let mut view = PatchView::new(600.0, 240.0);
    let plain = grid.svg(&view).unwrap();
    view.selected = Some((1, 2));
    let svg = shapes(&grid.svg(&view).unwrap());
    let cell = grid.cell(&view, 1, 2).unwrap().unwrap();
    let side = svg.iter().find(|shape| shape.color == ACCENT).unwrap();
    assert!((side.points[0].0 - cell.x).abs() < 3.0 && (side.points[0].1 - cell.y).abs() < 3.0);
    // Of another model's cell nothing is marked.
    view.selected = Some((usize::MAX, 0));
    assert_eq!(grid.svg(&view).unwrap(), plain);
}

#[test]
fn patching_that_contradicts_itself_is_refused() {
    let new = |patching, clean: usize, corrupted: usize| {
        let tokens = [texts(clean, None), texts(corrupted, None)];
        PatchGrid::new(patching, &tokens[0], &tokens[1], subject())
    };
    assert!(new(patching("resid_pre", &[2, 5], 1.0, 0.0), 5, 5).is_ok());
    let error = new(patching("resid_pre", &[2, 5], 1.0, 0.0), 5, 6).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("a clean prompt of 5 tokens and a corrupted one of 6")
    );
    assert!(new(patching("resid_pre", &[2, 5], 1.0, 0.0), 6, 6).is_err());
    assert!(new(patching("resid_pre", &[2, 5, 2], 1.0, 0.0), 5, 5).is_err());
    assert!(new(patching("z", &[2], 1.0, 0.0), 5, 5).is_err());
    assert!(new(patching("z", &[0, 3], 1.0, 0.0), 5, 5).is_err());
    let mut short = patching("z", &[2, 3], 1.0, 0.0);
    short.logit.pop();
    assert!(new(short, 5, 5).is_err());
    let mut infinite = patching("z", &[2, 3], 1.0, 0.0);
    infinite.logit[0] = f64::INFINITY;
    assert!(new(infinite, 5, 5).is_err());
    let grid = new(patching("z_by_position", &[2, 5, 3], 1.0, 0.0), 5, 5).unwrap();
    let mut view = PatchView::new(400.0, 240.0);
    view.head = 3;
    assert!(
        grid.svg(&view)
            .unwrap_err()
            .to_string()
            .contains("head 3 of layers of 3")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_in_a_heatmap_is_cut_or_overlaps_another(
        (width, height) in (300.0..1400.0f64, 160.0..700.0f64),
        (layers, tokens) in (1..40usize, 3..80usize),
        same: bool,
    ) {
        let mut patching = patching("resid_pre", &[layers, tokens], 2.0, if same { 2.0 } else { -1.0 });
        patching.logit[0] = 7.0;
        let mut view = PatchView::new(width.round(), height.round());
        view.hovered = Some((layers / 2, tokens / 2));
        let svg = grid(patching, tokens).svg(&view).unwrap();
        prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
        check_texts(&svg, &View::new(view.width, view.height))?;
    }
}
