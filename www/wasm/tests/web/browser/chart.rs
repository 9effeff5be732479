//! The charts on a canvas of the page.

use js_sys::{Array, Float64Array, JSON, Reflect};
use logitscope::attribution::{Form, Part, Unit, labels};
use logitscope_wasm::Chart;
use serde_json::json;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::{assert_error, get, js};

/// An attribution as `Run.attribute` gives it, its values in a typed array.
fn attribution<T: JsCast>(form: Form, n_layer: usize, n_head: usize) -> T {
    let labels = match form {
        Form::Parts(Unit::Component) => labels::components(n_layer, n_layer),
        Form::Parts(_) => labels::heads(n_layer, n_head),
        Form::RunningSum => labels::states(n_layer, Part::FinalPost),
        other => panic!("{other}"),
    };
    let values: Vec<f64> = (0..labels.len()).map(|i| (i as f64 * 2.4).sin() * 3.0).collect();
    let total: f64 = values.iter().sum();
    let object: JsValue = js(&json!({
        "unit": form, "labels": labels, "positions": [5], "exact": true,
        "logit": [total + 0.5], "bias": [0.5], "total": [total], "error": [0.0],
    }));
    Reflect::set(&object, &"attribution".into(), &Float64Array::from(&values[..])).unwrap();
    object.unchecked_into()
}

fn canvas() -> HtmlCanvasElement {
    let document = web_sys::window().unwrap().document().unwrap();
    document.create_element("canvas").unwrap().unchecked_into()
}

/// The colour of a canvas's pixel, red, green and blue.
fn pixel(canvas: &HtmlCanvasElement, x: f64, y: f64) -> [u8; 3] {
    let context: CanvasRenderingContext2d = canvas.get_context("2d").unwrap().unwrap().unchecked_into();
    let data = context.get_image_data(x, y, 1.0, 1.0).unwrap().data();
    assert_eq!(data[3], 255, "the chart covers the canvas");
    [data[0], data[1], data[2]]
}

fn number(item: &JsValue, field: &str) -> f64 {
    get(item, field).as_f64().unwrap()
}

#[wasm_bindgen_test]
fn a_canvas_shows_at_any_pixel_ratio_what_lies_under_a_point() {
    for ratio in [1.0, 1.5, 3.0] {
        for form in Form::ALL {
            let mut chart = Chart::new(&attribution(form, 3, 4), " Mary", Some(" John".into())).unwrap();
            let canvas = canvas();
            let view = json!({
                "width": 600, "height": 240, "pixelRatio": ratio, "theme": "light",
                "hovered": null, "selected": "L1H0", "hoveredLayer": null,
            });
            chart.draw(&canvas, &js(&view)).unwrap();
            let size = [600.0, 240.0].map(|css| (css * ratio) as u32);
            assert_eq!([canvas.width(), canvas.height()], size);
            assert_eq!(pixel(&canvas, 0.0, 0.0), [255; 3]);

            for item in Array::from(&chart.all_items().unwrap()).iter() {
                let label = get(&item, "label").as_string().unwrap();
                let x = number(&item, "x") + number(&item, "width") / 2.0;
                let y = number(&item, "y") + number(&item, "height") / 2.0;
                let hit = chart.hit(x, y).unwrap();
                let text = |item: &JsValue| JSON::stringify(item).ok().and_then(|json| json.as_string());
                assert_eq!(text(&hit), text(&item));
                // Beside the cell's text, orange is for and purple against.
                let value = number(&item, "value");
                if form == Form::Parts(Unit::Head) && label != "remainder" && value.abs() > 1.0 {
                    let x = (number(&item, "x") + 4.0) * ratio;
                    let [r, _, b] = pixel(&canvas, x, y * ratio);
                    assert_eq!(r > b, value > 0.0, "{label}: {value}, at {ratio}");
                }
            }
            assert!(chart.hit(2.0, 2.0).unwrap().is_undefined());
        }
    }
}

#[wasm_bindgen_test]
fn a_chart_moves_to_the_next_and_answers_for_it() {
    let before = Chart::new(&attribution(Form::Parts(Unit::Component), 3, 1), " Mary", None).unwrap();
    let mut after = Chart::new(&attribution(Form::Parts(Unit::Component), 3, 1), " Mary", None).unwrap();
    let canvas = canvas();
    let view = json!({ "width": 600, "height": 240 });
    after.draw_between(&before, 0.5, &canvas, &js(&view)).unwrap();
    assert_eq!([canvas.width(), canvas.height()], [600, 240]);
    let item = after.item("1_mlp_out").unwrap();
    assert_eq!(get(&item, "name").as_string().as_deref(), Some("MLP in layer 1"));
    assert_eq!(after.step(None, &js(&json!("End"))).unwrap(), "2_mlp_out");
    assert_eq!(
        after.step(Some("embed".into()), &js(&json!("ArrowRight"))).unwrap(),
        "pos_embed"
    );
    assert_eq!(after.title(), "Components: what each part adds to ·Mary");
    let ends = |chart: &Chart| {
        Array::from(&chart.span())
            .iter()
            .map(|end| end.as_f64().unwrap())
            .collect::<Vec<_>>()
    };
    let own = ends(&after);
    after.widen(own[0] / 2.0, 100.0).unwrap();
    assert_eq!(ends(&after), [own[0], 100.0]);
    assert_error(after.widen(1.0, 2.0), "ChartError", "it must hold zero");
    let svg = after.svg(&js(&view)).unwrap();
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && svg.trim_end().ends_with("</svg>"));
}

#[wasm_bindgen_test]
fn what_cannot_be_drawn_is_an_error_that_names_it() {
    let spoilt = |field: &str, value: JsValue| {
        let object: JsValue = attribution(Form::Parts(Unit::Head), 2, 2);
        Reflect::set(&object, &field.into(), &value).unwrap();
        Chart::new(&object.unchecked_into(), "a", None)
    };
    assert_error(
        spoilt("attribution", Float64Array::new_with_length(3).into()),
        "ChartError",
        "5 labels",
    );
    assert_error(spoilt("logit", js(&json!([null]))), "ChartError", "attribution");
    assert_error(
        spoilt("bias", Array::of1(&f64::NAN.into()).into()),
        "ChartError",
        "`bias[0]` is NaN",
    );
    assert_error(
        spoilt("labels", js(&json!(["x"]))),
        "ChartError",
        "\"x\" is not a label",
    );
    assert_error(
        Chart::new(&JsValue::NULL.unchecked_into(), "a", None),
        "ChartError",
        "attribution",
    );
    let mut chart = Chart::new(&attribution(Form::Parts(Unit::Head), 2, 2), "a", None).unwrap();
    for (view, part) in [
        (json!({ "width": 0, "height": 240 }), "a width of 0"),
        (json!({ "width": 600 }), "height"),
        (json!({ "width": 600, "height": 240, "pixelRatio": -1 }), "pixelRatio"),
        (json!({ "width": 600, "height": 240, "position": 1 }), "position 1"),
        (json!({ "width": 600, "height": 240, "theme": "sepia" }), "sepia"),
        (json!({ "width": 600, "height": 240, "selected": "L9" }), "L9"),
    ] {
        assert_error(chart.draw(&canvas(), &js(&view)), "ChartError", part);
    }
    assert_error(chart.step(None, &js(&json!("Tab"))), "ArgumentError", "ArrowLeft");
}
