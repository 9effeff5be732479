//! What the lens sees as a table, for the page's main thread.

use logitscope::chart::{self, Sayings, Shade, Theme};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;

use crate::JsResult;
use crate::chart::{JsKey, from_js, one, prepare, to_js};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What a table of the lens needs of it: `Lens`, as `Run.lens` has it, is enough. */
export interface Sayings {
  labels: string[];
  positions: number[];
  /** The first of each is shown. [state][position][k] */
  top: { text: string; probability: number }[][][];
  entropy: number[][];
  answer?: { rank: number[][] };
}

/** How a table of the lens is looked at. */
export interface LensView {
  /** In CSS pixels. */
  width: number;
  /** In CSS pixels. */
  height: number;
  /** Device pixels in a CSS pixel. Default 1. */
  pixelRatio?: number;
  /** Default light. */
  theme?: 'light' | 'dark';
  /** By the likeliest token's probability, the answer's rank (if there is an answer), or the entropy. Default probability. */
  shade?: 'probability' | 'rank' | 'entropy';
  /** The row that the question is about: it is marked, and always in sight. Default the last. */
  row?: number;
  /** The cell that is pointed at: state and row. */
  hovered?: [number, number] | null;
  /** As `hovered`, marked more strongly. */
  selected?: [number, number] | null;
  /** Paragraphs below the table, for a picture that stands alone: they take of its height. */
  caption?: string[];
}

/** A cell as it is drawn. */
export interface LensCell {
  /** Which of `Lens.labels`. */
  state: number;
  /** Which of `Lens.positions`. */
  row: number;
  /** Its left edge, upper edge and size in CSS pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
}
"#;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "Sayings")]
    pub type JsSayings;
    #[wasm_bindgen(typescript_type = "LensView")]
    pub type JsLensView;
    #[wasm_bindgen(typescript_type = "LensCell | undefined")]
    pub type JsLensCell;
    #[wasm_bindgen(typescript_type = "[number, number]")]
    pub type JsLensPlace;
}

/// What the model would say if it stopped at each state of the residual stream: layers across, on the depth axis of all charts, and
/// tokens down.
#[wasm_bindgen]
pub struct LensTable(chart::LensTable);

#[wasm_bindgen]
impl LensTable {
    /// Of a lens, with the texts of the prompt's tokens, and of the answer if the lens was asked of one.
    #[wasm_bindgen(constructor)]
    pub fn new(lens: &JsSayings, tokens: Vec<String>, answer: Option<String>) -> JsResult<LensTable> {
        let sayings: Sayings = from_js("the lens", lens)?;
        Ok(Self(chart::LensTable::new(sayings, tokens, answer)?))
    }

    /// The title in full, e.g. for an `aria-label`.
    #[wasm_bindgen(getter)]
    pub fn title(&self) -> String {
        self.0.title()
    }

    /// Draws the table, after giving the canvas the number of pixels that the view needs.
    pub fn draw(&self, canvas: &HtmlCanvasElement, view: &JsLensView) -> JsResult<()> {
        let view = LensView::from_js(view)?;
        let (area, resolution) = prepare(canvas, (view.width, view.height), view.pixel_ratio)?;
        Ok(self.0.draw(&area, &view.into(), resolution)?)
    }

    /// The table as an SVG document.
    pub fn svg(&self, view: &JsLensView) -> JsResult<String> {
        Ok(self.0.svg(&LensView::from_js(view)?.into())?)
    }

    /// The cell under (x, y), in CSS pixels from the upper left corner of the view.
    pub fn hit(&self, view: &JsLensView, x: f64, y: f64) -> JsResult<JsLensCell> {
        cell_to_js(self.0.hit(&LensView::from_js(view)?.into(), x, y)?)
    }

    /// The cell of a state and a row, if it is drawn in this view.
    pub fn cell(&self, view: &JsLensView, state: usize, row: usize) -> JsResult<JsLensCell> {
        cell_to_js(self.0.cell(&LensView::from_js(view)?.into(), state, row)?)
    }

    /// The state and the row that a key of the keyboard leads to, of those that are drawn in this view.
    pub fn step(&self, view: &JsLensView, state: usize, row: usize, key: &JsKey) -> JsResult<JsLensPlace> {
        let key = key.as_string().unwrap_or_default().parse()?;
        let (state, row) = self.0.step(&LensView::from_js(view)?.into(), (state, row), key)?;
        Ok(js_sys::Array::of2(&(state as f64).into(), &(row as f64).into()).unchecked_into())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LensView {
    width: f64,
    height: f64,
    #[serde(default = "one")]
    pixel_ratio: f64,
    #[serde(default)]
    theme: Theme,
    #[serde(default)]
    shade: Shade,
    row: Option<usize>,
    hovered: Option<(usize, usize)>,
    selected: Option<(usize, usize)>,
    #[serde(default)]
    caption: Vec<String>,
}

impl LensView {
    fn from_js(view: &JsLensView) -> logitscope::Result<Self> {
        from_js("the view", view)
    }
}

impl From<LensView> for chart::LensView {
    fn from(view: LensView) -> Self {
        let mut seen = Self::new(view.width, view.height);
        (seen.theme, seen.shade, seen.row) = (view.theme, view.shade, view.row);
        (seen.hovered, seen.selected, seen.caption) = (view.hovered, view.selected, view.caption);
        seen
    }
}

fn cell_to_js(cell: Option<chart::LensCell>) -> JsResult<JsLensCell> {
    let value = cell.map(|cell| to_js(&cell)).transpose()?;
    Ok(value.unwrap_or(JsValue::UNDEFINED).unchecked_into())
}
