//! A head's attention pattern, for the page's main thread.

use logitscope::chart::{self, Theme};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;

use crate::JsResult;
use crate::chart::{JsKey, from_js, one, prepare, to_js};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** How an attention pattern is looked at. */
export interface PatternView {
  /** In CSS pixels, either way. */
  size: number;
  /** Device pixels in a CSS pixel. Default 1. */
  pixelRatio?: number;
  /** Default light. */
  theme?: 'light' | 'dark';
  /** A query whose row is marked. */
  query?: number | null;
  /** The cell that is pointed at: query and key. */
  hovered?: [number, number] | null;
}

/** The attention that a query pays to a key, as it is drawn. */
export interface PatternCell {
  query: number;
  key: number;
  /** The share of its attention, 0 to 1. */
  paid: number;
  /** Its left edge, upper edge and side in CSS pixels. */
  x: number;
  y: number;
  size: number;
}
"#;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "PatternView")]
    pub type JsPatternView;
    #[wasm_bindgen(typescript_type = "PatternCell | undefined")]
    pub type JsCell;
    #[wasm_bindgen(typescript_type = "[number, number]")]
    pub type JsPlace;
}

/// What one head attends to: queries down, keys across.
#[wasm_bindgen]
pub struct Pattern(chart::Pattern);

#[wasm_bindgen]
impl Pattern {
    /// Of `n` tokens: of each query the attention to the keys up to there, one after the other.
    #[wasm_bindgen(constructor)]
    pub fn new(n: usize, paid: Vec<f32>) -> JsResult<Pattern> {
        Ok(Self(chart::Pattern::new(n, paid)?))
    }

    /// Draws the pattern, after giving the canvas the number of pixels that the view needs.
    pub fn draw(&self, canvas: &HtmlCanvasElement, view: &JsPatternView) -> JsResult<()> {
        let view: PatternView = from_js("the view", view)?;
        let (area, resolution) = prepare(canvas, (view.size, view.size), view.pixel_ratio)?;
        Ok(self.0.draw(&area, &view.into(), resolution)?)
    }

    /// The pattern as an SVG document.
    pub fn svg(&self, view: &JsPatternView) -> JsResult<String> {
        let view: PatternView = from_js("the view", view)?;
        Ok(self.0.svg(&view.into())?)
    }

    /// The cell under (x, y), in CSS pixels from the upper left corner of a view of this size.
    pub fn hit(&self, size: f64, x: f64, y: f64) -> JsResult<JsCell> {
        cell_to_js(self.0.hit(size, x, y))
    }

    /// A cell in a view of this size.
    pub fn cell(&self, size: f64, query: usize, key: usize) -> JsResult<JsCell> {
        cell_to_js(self.0.cell(size, query, key))
    }

    /// The query and key that a key of the keyboard leads to.
    pub fn step(&self, query: usize, key: usize, to: &JsKey) -> JsResult<JsPlace> {
        let (query, key) = self.0.step((query, key), to.as_string().unwrap_or_default().parse()?);
        Ok(js_sys::Array::of2(&(query as f64).into(), &(key as f64).into()).unchecked_into())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PatternView {
    size: f64,
    #[serde(default = "one")]
    pixel_ratio: f64,
    #[serde(default)]
    theme: Theme,
    query: Option<usize>,
    hovered: Option<(usize, usize)>,
}

impl From<PatternView> for chart::PatternView {
    fn from(view: PatternView) -> Self {
        let mut seen = Self::new(view.size);
        (seen.theme, seen.query, seen.hovered) = (view.theme, view.query, view.hovered);
        seen
    }
}

fn cell_to_js(cell: Option<chart::Cell>) -> JsResult<JsCell> {
    let value = cell.map(|cell| to_js(&cell)).transpose()?;
    Ok(value.unwrap_or(JsValue::UNDEFINED).unchecked_into())
}
