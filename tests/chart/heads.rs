//! The grid of heads.

use super::*;

#[test]
fn heads_go_down_and_layers_across_and_a_colour_is_a_sign() {
    for theme in [Theme::Light, Theme::Dark] {
        let mut view = View::new(900.0, 260.0);
        view.theme = theme;
        let chart = chart(explanation(HEADS, 6, 4, wave));
        let svg = shapes(&chart.svg(&view).unwrap());
        for item in chart.items(&view).unwrap().iter() {
            let (x, y) = (item.x + item.width / 2.0, item.y + item.height / 2.0);
            let Part::Head { layer, head } = item.label else {
                assert!(item.width > 800.0, "the remainder spans every depth");
                continue;
            };
            assert!(
                (x - (60.0 + 828.0 / 8.0 * (layer as f64 + 1.5))).abs() < 0.1,
                "{item:?}"
            );
            let label = svg
                .iter()
                .find(|shape| shape.text == head.to_string() && shape.points[0].0 < 60.0)
                .unwrap();
            assert!((label.points[0].1 - y).abs() < 8.0, "{item:?} beside {label:?}");
            let cell = svg
                .iter()
                .rfind(|shape| shape.tag == "rect" && contains(shape, x, y))
                .unwrap();
            if item.value.abs() > 1.0 {
                let [r, _, b] = rgb(&cell.color);
                assert_eq!(r > b, item.value > 0.0, "{item:?} is {}", cell.color);
            }
        }
    }
}

/// The texts in the cells of heads, with the item that each is in.
fn said(chart: &Chart, view: &View) -> Vec<(Item, String)> {
    let svg = shapes(&chart.svg(view).unwrap());
    let items = chart.items(view).unwrap();
    let texts = svg.iter().filter(|shape| shape.tag == "text");
    let placed = texts.filter_map(|shape| {
        let (x, y) = shape.points[0];
        let item = items.hit(x, y).filter(|item| matches!(item.label, Part::Head { .. }))?;
        Some((item.clone(), shape.text.clone()))
    });
    placed.collect()
}

#[test]
fn the_strongest_fifteen_heads_say_their_value_and_the_others_nothing() {
    let chart = chart(explanation(HEADS, 12, 12, wave));
    let mut heads: Vec<Item> = chart.items(&View::new(900.0, 260.0)).unwrap()[..144].to_vec();
    heads.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
    let strongest: Vec<Part> = heads[..15].iter().map(|item| item.label).collect();
    for (view, value) in [(View::new(900.0, 260.0), true), (View::new(330.0, 260.0), false)] {
        let said = said(&chart, &view);
        assert_eq!(said.len(), 15, "{said:?}");
        for (item, text) in said {
            assert!(strongest.contains(&item.label), "{text} in {item:?}");
            assert!(
                text.starts_with(if item.value > 0.0 { '+' } else { '−' }),
                "{text} in {item:?}"
            );
            assert_eq!(text.chars().count() > 1, value, "where no value fits there is a sign");
        }
    }
}

#[test]
fn deep_models_have_the_sum_of_the_heads_above_each_layer() {
    let chart = chart(explanation(HEADS, 48, 25, wave));
    let view = View::new(900.0, 400.0);
    let items = chart.items(&view).unwrap();
    assert!(said(&chart, &view).is_empty(), "a sign in a speck says nothing");
    let svg = shapes(&chart.svg(&view).unwrap());
    let of_layer = |layer: usize| items.iter().filter(move |item| item.layer == Some(layer));
    let sum = |layer: usize| of_layer(layer).map(|item| item.value).sum::<f64>();
    let most = (0..48).map(|layer| sum(layer).abs()).fold(0.0, f64::max);
    for layer in 0..48 {
        let first = of_layer(layer).next().unwrap();
        let x = first.x + first.width / 2.0;
        let above = (1..=60).find_map(|up| items.hit(x, first.y - f64::from(up)));
        let above = above.expect("something above the column");
        assert_eq!(above.label, Part::AttnOut(layer));
        assert!((above.value - sum(layer)).abs() < 1e-9);
        assert_eq!(items.of_part(above.label), Some(above));
        // Its bar is on the side of its sign, and as long as its share of the longest.
        let middle = above.y + above.height / 2.0;
        let bar = svg.iter().find(|shape| {
            let [(x0, y0), (x1, y1)] = shape.points[..] else {
                return false;
            };
            shape.tag == "rect"
                && x0 >= above.x - 0.1
                && x1 <= above.x + above.width
                && y0 >= above.y - 0.1
                && y1 <= above.y + above.height + 0.1
        });
        let [(_, y0), (_, y1)] = bar.unwrap().points[..] else {
            panic!()
        };
        let length = sum(layer) / most * above.height / 2.0;
        assert!((y0 - (middle - length.max(0.0))).abs() < 0.2, "{above:?} {bar:?}");
        assert!((y1 - (middle - length.min(0.0))).abs() < 0.2, "{above:?} {bar:?}");
    }
    let shallow = super::chart(explanation(HEADS, 23, 25, wave));
    let items = shallow.items(&view).unwrap();
    assert_eq!(items.of_part(Part::AttnOut(3)), None);
}
