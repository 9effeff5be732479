//! Activation patching as a heatmap, for the page's main thread.

use logitscope::attribution::Patching;
use logitscope::chart::{self, Theme};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;

use crate::JsResult;
use crate::chart::{JsKey, JsSubject, from_js, one, prepare, to_js};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
import type { Patching } from './model.js';

/** How patching is looked at. */
export interface PatchView {
  /** In CSS pixels. */
  width: number;
  /** In CSS pixels. */
  height: number;
  /** Device pixels in a CSS pixel. Default 1. */
  pixelRatio?: number;
  /** Default light. */
  theme?: 'light' | 'dark';
  /** Of site `z_by_position`, the head that is shown. Default 0. */
  head?: number;
  /** The cell that is pointed at: layer and row. */
  hovered?: [number, number] | null;
  /** As `hovered`, marked more strongly. */
  selected?: [number, number] | null;
  /** Paragraphs below the chart, for a picture that stands alone: they take of its height. */
  caption?: string[];
}

/** A patched activation as it is drawn. */
export interface PatchCell {
  /** The activation, by its place in `Patching.shape`. */
  at: number[];
  /** Which column. */
  layer: number;
  /** Which row: a token, or a head. */
  row: number;
  /** The logit (difference) with it; not a number if it is not known yet. */
  logit: number;
  /**
   * How much of the way from the corrupted prompt to the clean one it leads, 0 to 1 or beyond; where both say the same, how many logits
   * it adds to the corrupted one's.
   */
  value: number;
  /** Its left edge, upper edge and size in CSS pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
}
"#;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "Patching")]
    pub type JsPatching;
    #[wasm_bindgen(typescript_type = "PatchView")]
    pub type JsPatchView;
    #[wasm_bindgen(typescript_type = "PatchCell | undefined")]
    pub type JsPatchCell;
    #[wasm_bindgen(typescript_type = "[number, number]")]
    pub type JsPatchPlace;
}

/// A heatmap of patching: layers across, tokens or heads down, coloured from the corrupted prompt's answer to the clean one's.
#[wasm_bindgen]
pub struct PatchGrid(chart::PatchGrid);

#[wasm_bindgen]
impl PatchGrid {
    /// Of patching, as `Run.patch` has it, with the texts of both prompts' tokens.
    #[wasm_bindgen(constructor)]
    pub fn new(
        patching: &JsPatching,
        clean: Vec<String>,
        corrupted: Vec<String>,
        subject: &JsSubject,
    ) -> JsResult<PatchGrid> {
        let patching: Patching = from_js("the patching", patching)?;
        let subject = from_js("the subject", subject)?;
        Ok(Self(chart::PatchGrid::new(patching, &clean, &corrupted, subject)?))
    }

    /// The title in full, e.g. for an `aria-label`; of site `z_by_position`, for `head`.
    pub fn title(&self, head: usize) -> String {
        self.0.title(head)
    }

    /// Draws the heatmap, after giving the canvas the number of pixels that the view needs.
    pub fn draw(&self, canvas: &HtmlCanvasElement, view: &JsPatchView) -> JsResult<()> {
        let view = PatchView::from_js(view)?;
        let (area, resolution) = prepare(canvas, (view.width, view.height), view.pixel_ratio)?;
        Ok(self.0.draw(&area, &view.into(), resolution)?)
    }

    /// The heatmap as an SVG document.
    pub fn svg(&self, view: &JsPatchView) -> JsResult<String> {
        Ok(self.0.svg(&PatchView::from_js(view)?.into())?)
    }

    /// The cell under (x, y), in CSS pixels from the upper left corner of the view.
    pub fn hit(&self, view: &JsPatchView, x: f64, y: f64) -> JsResult<JsPatchCell> {
        cell_to_js(self.0.hit(&PatchView::from_js(view)?.into(), x, y)?)
    }

    /// The cell of a layer and a row.
    pub fn cell(&self, view: &JsPatchView, layer: usize, row: usize) -> JsResult<JsPatchCell> {
        cell_to_js(self.0.cell(&PatchView::from_js(view)?.into(), layer, row)?)
    }

    /// The layer and the row that a key of the keyboard leads to.
    pub fn step(&self, layer: usize, row: usize, key: &JsKey) -> JsResult<JsPatchPlace> {
        let (layer, row) = self.0.step((layer, row), key.as_string().unwrap_or_default().parse()?);
        Ok(js_sys::Array::of2(&(layer as f64).into(), &(row as f64).into()).unchecked_into())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PatchView {
    width: f64,
    height: f64,
    #[serde(default = "one")]
    pixel_ratio: f64,
    #[serde(default)]
    theme: Theme,
    #[serde(default)]
    head: usize,
    hovered: Option<(usize, usize)>,
    selected: Option<(usize, usize)>,
    #[serde(default)]
    caption: Vec<String>,
}

impl PatchView {
    fn from_js(view: &JsPatchView) -> logitscope::Result<Self> {
        from_js("the view", view)
    }
}

impl From<PatchView> for chart::PatchView {
    fn from(view: PatchView) -> Self {
        let mut seen = Self::new(view.width, view.height);
        (seen.theme, seen.head, seen.caption) = (view.theme, view.head, view.caption);
        (seen.hovered, seen.selected) = (view.hovered, view.selected);
        seen
    }
}

fn cell_to_js(cell: Option<chart::PatchCell>) -> JsResult<JsPatchCell> {
    let value = cell.map(|cell| to_js(&cell)).transpose()?;
    Ok(value.unwrap_or(JsValue::UNDEFINED).unchecked_into())
}
