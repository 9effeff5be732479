//! Direct against total effects, for the page's main thread.

use logitscope::attribution::Part;
use logitscope::chart;
use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;

use crate::JsResult;
use crate::chart::{JsKey, JsSubject, JsView, View, from_js, prepare, to_js};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** A part as it is drawn in a scatter. */
export interface ScatterPoint {
  /** TransformerLens's label. */
  label: string;
  /** What it is in words, e.g. `attention head 5 in layer 2`. */
  name: string;
  /** What it adds to the logit (difference) itself, in logits. */
  direct: number;
  /** What is lost without it, in logits. */
  total: number;
  /** The layer that it belongs to. */
  layer: number | null;
  /** Its middle and its radius in CSS pixels. */
  x: number;
  y: number;
  radius: number;
}
"#;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "ScatterPoint | undefined")]
    pub type JsPoint;
}

/// What parts add themselves, across, against what is lost without them, up: on one scale, with the diagonal.
#[wasm_bindgen]
pub struct Scatter(chart::Scatter);

#[wasm_bindgen]
impl Scatter {
    /// Of parts, with their direct and their total effects, as `Run.effects` has them; what is not a number is not drawn.
    #[wasm_bindgen(constructor)]
    pub fn new(labels: Vec<String>, direct: Vec<f64>, total: Vec<f64>, subject: &JsSubject) -> JsResult<Scatter> {
        let parts = labels.iter().map(|label| label.parse());
        let parts = parts.collect::<logitscope::Result<Vec<Part>>>()?;
        let subject = from_js("the subject", subject)?;
        Ok(Self(chart::Scatter::new(parts, direct, total, subject)?))
    }

    /// The title in full, e.g. for an `aria-label`.
    #[wasm_bindgen(getter)]
    pub fn title(&self) -> String {
        self.0.title()
    }

    /// Draws the scatter, after giving the canvas the number of pixels that the view needs.
    pub fn draw(&self, canvas: &HtmlCanvasElement, view: &JsView) -> JsResult<()> {
        let view = View::from_js(view)?;
        let (area, resolution) = prepare(canvas, (view.width, view.height), view.pixel_ratio)?;
        Ok(self.0.draw(&area, &view.into(), resolution)?)
    }

    /// The scatter as an SVG document.
    pub fn svg(&self, view: &JsView) -> JsResult<String> {
        Ok(self.0.svg(&View::from_js(view)?.into())?)
    }

    /// The point nearest to (x, y), in CSS pixels from the upper left corner of the view, if one is near.
    pub fn hit(&self, view: &JsView, x: f64, y: f64) -> JsResult<JsPoint> {
        point_to_js(self.0.hit(&View::from_js(view)?.into(), x, y)?)
    }

    /// The point of a part; undefined for a label that is not drawn.
    pub fn item(&self, view: &JsView, label: &str) -> JsResult<JsPoint> {
        let view = View::from_js(view)?.into();
        match label.parse() {
            Ok(part) => point_to_js(self.0.item(&view, part)?),
            Err(_) => point_to_js(None),
        }
    }

    /// The label that `key` leads to from `label`: left and right by the direct effect, up and down by the total one; undefined if
    /// nothing is drawn.
    pub fn step(&self, label: Option<String>, key: &JsKey) -> JsResult<Option<String>> {
        let from = label.map(|label| label.parse()).transpose()?;
        let key = key.as_string().unwrap_or_default().parse()?;
        Ok(self.0.step(from, key).map(|part| part.to_string()))
    }
}

fn point_to_js(point: Option<chart::Point>) -> JsResult<JsPoint> {
    let value = point.map(|point| to_js(&point)).transpose()?;
    Ok(value.unwrap_or(JsValue::UNDEFINED).unchecked_into())
}
