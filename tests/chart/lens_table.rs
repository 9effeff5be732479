//! The table of what the model would say at each state.

use logitscope::chart::{Awaited, LensTable, LensView, Said, Sayings, Shade};

use super::*;

/// Of `n` tokens: the answer ` Mary` is the likeliest from state `from` on after the last of them.
fn sayings(layers: usize, n: usize, from: usize) -> Sayings {
    let states = 2 * layers + 1;
    let each = |of: &dyn Fn(usize, usize) -> f64| -> Vec<Vec<f64>> {
        (0..states)
            .map(|state| (0..n).map(|row| of(state, row)).collect())
            .collect()
    };
    let rank = each(&|state, row| match row + 1 == n && state >= from {
        true => 0.0,
        false => (1 + (7 * state + row) % 90) as f64,
    });
    let said = |state: usize, row: usize| Said {
        text: if rank[state][row] == 0.0 {
            " Mary".into()
        } else {
            format!(" s{state}r{row}")
        },
        probability: (state + 1) as f64 / (states + 1) as f64,
    };
    Sayings {
        labels: (0..states)
            .map(|state| match state {
                state if state + 1 == states => Part::FinalPost,
                state if state % 2 == 0 => Part::Pre(state / 2),
                state => Part::Mid(state / 2),
            })
            .collect(),
        positions: (0..n).collect(),
        top: (0..states)
            .map(|state| (0..n).map(|row| vec![said(state, row)]).collect())
            .collect(),
        entropy: each(&|state, _| 6.0 - 6.0 * state as f64 / states as f64),
        answer: Some(Awaited { rank }),
    }
}

fn tokens(n: usize) -> Vec<String> {
    (0..n).map(|i| format!(" t{i}")).collect()
}

fn table(sayings: Sayings, n: usize) -> LensTable {
    LensTable::new(sayings, tokens(n), Some(" Mary".into())).unwrap()
}

fn ground(svg: &[Shape], x: f64, y: f64) -> String {
    let drawn = svg.iter().rfind(|shape| shape.tag == "rect" && contains(shape, x, y));
    drawn.unwrap().color.clone()
}

fn brightness(color: &str) -> i32 {
    rgb(color).iter().sum()
}

#[test]
fn states_lie_on_the_depth_axis_and_say_their_token() {
    let table = table(sayings(4, 6, 6), 6);
    let sums = chart(explanation(COMPONENTS, 4, 1, wave))
        .items(&View::new(900.0, 300.0))
        .unwrap();
    for theme in [Theme::Light, Theme::Dark] {
        let mut view = LensView::new(900.0, 300.0);
        view.theme = theme;
        let svg = shapes(&table.svg(&view).unwrap());
        for (state, row) in (0..9).flat_map(|state| (0..6).map(move |row| (state, row))) {
            let cell = table.cell(&view, state, row).unwrap().unwrap();
            let (x, y) = (cell.x + cell.width / 2.0, cell.y + cell.height / 2.0);
            assert_eq!(table.hit(&view, x, y).unwrap(), Some(cell));
            let token = if row == 5 && state >= 6 {
                "·Mary".into()
            } else {
                format!("·s{state}r{row}")
            };
            let said = svg
                .iter()
                .find(|shape| shape.tag == "text" && near(shape, x, y))
                .unwrap();
            assert_eq!(said.text, token);
        }
        // After attention above the bar of attention, after the MLP above that of the MLP.
        for (layer, state) in (0..4).flat_map(|layer| [(layer, 2 * layer + 1), (layer, 2 * layer + 2)]) {
            let label = if state % 2 == 1 {
                Part::AttnOut(layer)
            } else {
                Part::MlpOut(layer)
            };
            let bar = sums.iter().find(|item| item.label == label).unwrap();
            let cell = table.cell(&view, state, 0).unwrap().unwrap();
            let middle = bar.x + bar.width / 2.0;
            assert!((cell.x..cell.x + cell.width).contains(&middle), "{label}");
        }
        for (x, y) in [
            (30.0, 100.0),
            (895.0, 100.0),
            (400.0, 10.0),
            (400.0, 298.0),
            (f64::NAN, 50.0),
        ] {
            assert_eq!(table.hit(&view, x, y).unwrap(), None, "{x}, {y}");
        }
    }
}

#[test]
fn the_answer_is_framed_and_shades_are_the_reader_s() {
    let table = table(sayings(4, 6, 6), 6);
    let mut view = LensView::new(900.0, 300.0);
    for (shade, legend) in [
        (Shade::Probability, "100% probable"),
        (Shade::Rank, "·Mary is 1st, log scale"),
        (Shade::Entropy, "sure: no entropy"),
    ] {
        view.shade = shade;
        let svg = shapes(&table.svg(&view).unwrap());
        assert!(svg.iter().any(|shape| shape.text == legend), "{shade:?}");
        // Just inside its edge a cell of the answer has the frame's colour, and no other has.
        let of = |state, row| table.cell(&view, state, row).unwrap().unwrap();
        for (state, row) in (0..9).flat_map(|state| (0..6).map(move |row| (state, row))) {
            let cell = of(state, row);
            let color = ground(&svg, cell.x + cell.width / 2.0, cell.y + 1.6);
            assert_eq!(
                color == ACCENT,
                row == 5 && state >= 6,
                "{shade:?} {state} {row} {color}"
            );
        }
        let shaded = |state, row| {
            let cell = of(state, row);
            brightness(&ground(&svg, cell.x + 6.0, cell.y + cell.height / 2.0))
        };
        match shade {
            Shade::Rank => assert!(shaded(8, 5) < shaded(0, 0) && shaded(0, 0) < shaded(2, 5)),
            _ => assert!((1..9).all(|state| shaded(state, 2) < shaded(state - 1, 2)), "{shade:?}"),
        }
    }
    // Without an answer there is no rank to shade by.
    let mut without = sayings(4, 6, 6);
    without.answer = None;
    let without = LensTable::new(without, tokens(6), Some(" Mary".into())).unwrap();
    view.shade = Shade::Rank;
    let svg = shapes(&without.svg(&view).unwrap());
    let says = |text: &str| svg.iter().any(|shape| shape.text.contains(text));
    assert!(says("100% probable") && !svg.iter().any(|shape| shape.color == ACCENT && shape.tag == "rect"));
}

#[test]
fn narrow_slots_show_what_is_said_after_each_layer_and_narrower_ones_no_words() {
    let table = table(sayings(12, 6, 20), 6);
    let text = |svg: &[Shape], text: &str| svg.iter().any(|shape| shape.text == text);
    let view = LensView::new(900.0, 300.0);
    let svg = shapes(&table.svg(&view).unwrap());
    assert!(table.cell(&view, 3, 2).unwrap().is_none() && table.cell(&view, 4, 2).unwrap().is_some());
    assert!(text(&svg, "·s4r2") && !text(&svg, "·s3r2"));
    assert_eq!(table.step(&view, (3, 2), Key::Right).unwrap(), (6, 2));
    let view = LensView::new(360.0, 300.0);
    let svg = shapes(&table.svg(&view).unwrap());
    assert!(table.cell(&view, 3, 2).unwrap().is_some() && !svg.iter().any(|shape| shape.text.starts_with("·s")));
    assert_eq!(table.step(&view, (3, 2), Key::Right).unwrap(), (4, 2));
}

#[test]
fn of_a_long_prompt_the_rows_around_the_chosen_one_are_shown() {
    let table = table(sayings(4, 300, 6), 300);
    let mut view = LensView::new(900.0, 400.0);
    for (row, before, after) in [
        (Some(0), false, true),
        (Some(150), true, true),
        (None, true, false),
        (Some(299), true, false),
    ] {
        view.row = row;
        let chosen = row.unwrap_or(299);
        let svg = shapes(&table.svg(&view).unwrap());
        let shown: Vec<usize> = (0..300)
            .filter(|&row| table.cell(&view, 3, row).unwrap().is_some())
            .collect();
        assert!(
            shown.contains(&chosen) && shown.len() > 15 && shown.len() < 30,
            "{shown:?}"
        );
        let says = |n: usize, end: &str| svg.iter().any(|shape| shape.text == format!("{n} more tokens {end}"));
        assert_eq!(
            (says(shown[0], "before"), says(299 - shown[shown.len() - 1], "after")),
            (before, after)
        );
        let label = svg.iter().find(|shape| shape.text == format!("·t{chosen}")).unwrap();
        assert_eq!(label.color, ACCENT);
        // Keys stay where something is drawn.
        let last = *shown.last().unwrap();
        assert_eq!(table.step(&view, (3, last), Key::Down).unwrap(), (3, last));
        assert_eq!(table.step(&view, (3, 1000), Key::Up).unwrap(), (3, last - 1));
    }
}

#[test]
fn what_is_not_known_yet_is_empty_and_a_cell_is_marked() {
    let mut half = sayings(4, 6, 6);
    half.top[3][2].clear();
    half.entropy[3][2] = f64::NAN;
    let table = table(half, 6);
    let mut view = LensView::new(900.0, 300.0);
    let plain = table.svg(&view).unwrap();
    let svg = shapes(&plain);
    let cell = table.cell(&view, 3, 2).unwrap().unwrap();
    assert_eq!(
        ground(&svg, cell.x + cell.width / 2.0, cell.y + cell.height / 2.0),
        "#FFFFFF"
    );
    assert!(!plain.contains("NaN") && !plain.contains("s3r2"));
    view.selected = Some((4, 1));
    let marked = shapes(&table.svg(&view).unwrap());
    let cell = table.cell(&view, 4, 1).unwrap().unwrap();
    assert_eq!(ground(&marked, cell.x + cell.width / 2.0, cell.y + 1.0), ACCENT);
    // Of another prompt's cell nothing is marked.
    view.selected = Some((usize::MAX, usize::MAX));
    assert_eq!(table.svg(&view).unwrap(), plain);
}

#[test]
fn a_lens_that_contradicts_itself_is_refused() {
    let refused = |change: &dyn Fn(&mut Sayings), why: &str| {
        let mut sayings = sayings(2, 3, 2);
        change(&mut sayings);
        let error = LensTable::new(sayings, tokens(3), None).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    };
    refused(&|of| of.labels.truncate(4), "states");
    refused(&|of| of.labels.swap(0, 1), "0_pre, 0_mid, 1_pre");
    refused(&|of| of.positions = vec![0, 1, 3], "of 3 tokens");
    refused(&|of| of.positions = vec![0, 2, 1], "ascend");
    refused(&|of| drop(of.top[1].pop()), "5 and 3");
    refused(&|of| drop(of.entropy.pop()), "5 and 3");
    refused(&|of| of.top[1][1][0].probability = 1.5, "\" s1r1\"");
    refused(&|of| of.entropy[1][1] = f64::INFINITY, "\" s1r1\"");
    refused(
        &|of| {
            of.answer = Some(Awaited {
                rank: vec![vec![f64::NAN; 3]; 5],
            })
        },
        "rank",
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_in_the_table_is_cut_or_overlaps_another(
        (width, height) in (300.0..1400.0f64, 160.0..700.0f64),
        (layers, n) in (1..40usize, 1..80usize),
        shade in prop_oneof![Just(Shade::Probability), Just(Shade::Rank), Just(Shade::Entropy)],
    ) {
        let mut view = LensView::new(width.round(), height.round());
        (view.shade, view.hovered) = (shade, Some((layers, n / 2)));
        let svg = table(sayings(layers, n, layers), n).svg(&view).unwrap();
        prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
        check_texts(&svg, &View::new(view.width, view.height))?;
    }
}
