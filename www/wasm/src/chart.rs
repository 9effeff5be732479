//! The charts, for the page's main thread: drawn on a canvas, asked what lies under the pointer.

use std::cell::OnceCell;

use logitscope::attribution::{Explanation, Part};
use logitscope::chart::plotters::coord::Shift;
use logitscope::chart::plotters::prelude::{DrawingArea, IntoDrawingArea};
use logitscope::chart::{self, Resolution, Theme};
use logitscope::{Error, Result};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;

use crate::JsResult;
use crate::canvas::Canvas;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
import type { AttributionData } from './model.js';

/** What a chart shows of an attribution; see there. */
export type Charted = Omit<AttributionData, 'attribution' | 'exact'> & { attribution: ArrayLike<number> };

/** What a chart says besides the numbers. */
export interface Subject {
  /** The text of the token that is explained; or, with `explain`, the number that is, in words. */
  answer: string;
  /** The text of the token that it is compared with. */
  incorrect?: string;
  /** What else it is compared with: the texts of several tokens, with the mean of whose logits, or all tokens by their probability. */
  contrast?: string[] | 'log-probability';
  /** Whether it is another number than a logit. */
  explain?: boolean;
  /** Whether it is a mean over the logits of prompts with answers of their own; `answer` is then what it is in words. */
  mean?: boolean;
  /** Through what it is seen, in words. */
  through?: string;
  /** Which of several charts of the same it is, as the title says in full: `second sentence`. */
  which?: string;
  /** The model's layers, and the heads of each: what is read before a layer has fewer. */
  model?: [number, number];
  /** The prompt's tokens. */
  tokens?: string[];
}

/** How a chart is looked at. */
export interface ChartView {
  /** In CSS pixels. */
  width: number;
  /** In CSS pixels. */
  height: number;
  /** Device pixels in a CSS pixel. Default 1. */
  pixelRatio?: number;
  /** Default light. */
  theme?: 'light' | 'dark';
  /** Which of the attribution's positions is shown, counted from 0. Default 0. */
  position?: number;
  /** The label of a part of any unit: the chart marks it, or what belongs to it. */
  hovered?: string | null;
  /** As `hovered`, marked more strongly. */
  selected?: string | null;
  /** A layer to light. */
  hoveredLayer?: number | null;
  /** Paragraphs below the chart, for a picture that stands alone: they take of its height. */
  caption?: string[];
}

/** How a curve is looked at. */
export interface CurveView {
  /** In CSS pixels. */
  width: number;
  /** In CSS pixels. */
  height: number;
  /** Device pixels in a CSS pixel. Default 1. */
  pixelRatio?: number;
  /** Default light. */
  theme?: 'light' | 'dark';
  /** As far as here the curve is filled: 0 to 1. Default 1. */
  at?: number;
}

/** A part as it was last drawn. */
export interface ChartItem {
  /** TransformerLens's label. */
  label: string;
  /** What it is in words, e.g. `attention head 5 in layer 2`. */
  name: string;
  /** What it adds to the logit (difference), in logits; in the chart of unit `layer`, what has been added so far. */
  value: number;
  /** What is lost without it, in logits: its total effect; null if it is not known. See {@link Chart.compare}. */
  effect: number | null;
  /** The standard deviation of the value over prompts; null if that is no mean. See {@link Chart.spread}. */
  sd: number | null;
  /** Its share of the sum of all parts' absolute values, 0 to 1; null if all are zero, and in the chart of unit `layer`. */
  share: number | null;
  /** 1 for the largest absolute value. */
  rank: number;
  /** How many items there are. */
  count: number;
  /** The layer that it belongs to. */
  layer: number | null;
  /** Its left edge, upper edge and size in CSS pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A key that walks a chart's items, as in `KeyboardEvent.key`. */
export type ChartKey = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' | 'Home' | 'End';
"#;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "Charted")]
    pub type JsCharted;
    #[wasm_bindgen(typescript_type = "ChartView")]
    pub type JsView;
    #[wasm_bindgen(typescript_type = "ChartItem | undefined")]
    pub type JsItem;
    #[wasm_bindgen(typescript_type = "ChartItem[]")]
    pub type JsItems;
    #[wasm_bindgen(typescript_type = "ChartKey")]
    pub type JsKey;
    #[wasm_bindgen(typescript_type = "[number, number]")]
    pub type JsSpan;
    #[wasm_bindgen(typescript_type = "CurveView")]
    pub type JsCurveView;
    #[wasm_bindgen(typescript_type = "Subject")]
    pub type JsSubject;
}

/// A chart of one attribution.
#[wasm_bindgen]
pub struct Chart {
    chart: chart::Chart,
    /// Of the last draw, which `hit` and `items` speak of.
    view: chart::View,
    /// What lies where in that view, once someone has asked.
    items: OnceCell<chart::Items>,
}

#[wasm_bindgen]
impl Chart {
    /// `answer` and `incorrect` are the tokens' texts, for the title.
    #[wasm_bindgen(constructor)]
    pub fn new(attribution: &JsCharted, answer: &str, incorrect: Option<String>) -> JsResult<Chart> {
        let explanation: Explanation = from_js("the attribution", attribution)?;
        Ok(Self {
            chart: chart::Chart::new(explanation, answer, incorrect.as_deref())?,
            view: chart::View::new(960.0, 240.0),
            items: OnceCell::new(),
        })
    }

    /// A chart of whatever is explained.
    pub fn about(attribution: &JsCharted, subject: &JsSubject) -> JsResult<Chart> {
        let explanation: Explanation = from_js("the attribution", attribution)?;
        Ok(Self {
            chart: chart::Chart::about(explanation, from_js("the subject", subject)?)?,
            view: chart::View::new(960.0, 240.0),
            items: OnceCell::new(),
        })
    }

    /// The title in full, e.g. for an `aria-label`.
    #[wasm_bindgen(getter)]
    pub fn title(&self) -> String {
        self.chart.title()
    }

    /// Whether what is charted adds up as it stands, whoever wrote it: the parts to `total`, and that to `logit - bias`.
    #[wasm_bindgen(getter, js_name = addsUp)]
    pub fn adds_up(&self) -> bool {
        self.chart.explanation().adds_up()
    }

    /// What the value axis, or the colour scale, spans: its lower and its upper end.
    #[wasm_bindgen(getter)]
    pub fn span(&self) -> JsSpan {
        let (low, high) = self.chart.span();
        js_sys::Array::of2(&low.into(), &high.into()).unchecked_into()
    }

    /// Makes the value axis, or the colour scale, span at least `low` to `high`, which hold zero: charts that span the same
    /// can be compared by eye.
    pub fn widen(&mut self, low: f64, high: f64) -> JsResult<()> {
        self.items.take();
        Ok(self.chart.widen(low, high)?)
    }

    /// Shows beside what each part adds what is lost without it, as `Run.effects` has it; not a number where it is not known yet. On
    /// charts of components and heads at one position.
    pub fn compare(&mut self, labels: Vec<String>, effects: &[f64]) -> JsResult<()> {
        if labels.len() != effects.len() {
            let (labels, effects) = (labels.len(), effects.len());
            return Err(Error::Chart(format!("{effects} effects of {labels} parts; give one for each")).into());
        }
        let parts = labels.iter().map(|label| label.parse());
        let parts = parts.collect::<Result<Vec<Part>>>()?;
        let effects: Vec<(Part, f64)> = parts.into_iter().zip(effects.iter().copied()).collect();
        self.items.take();
        Ok(self.chart.compare(&effects)?)
    }

    /// Shows that each value is a mean over so many prompts, by its standard deviation, in the order of the labels: as whiskers, or as a
    /// mark of a head that varies by more than its mean. Not a number of a single prompt. On charts of units component, layer and head.
    pub fn spread(&mut self, prompts: usize, sd: &[f64]) -> JsResult<()> {
        self.items.take();
        Ok(self.chart.spread(prompts, sd)?)
    }

    /// Shows each of those prompts as a dot; `values` is row-major [prompt, label], and empty for none. Heads show none.
    pub fn samples(&mut self, values: &[f64]) -> JsResult<()> {
        self.items.take();
        Ok(self.chart.samples(values)?)
    }

    /// Draws the chart, after giving the canvas the number of pixels that the view needs. The canvas's size on the page
    /// is its owner's to set.
    pub fn draw(&mut self, canvas: &HtmlCanvasElement, view: &JsView) -> JsResult<()> {
        Ok(self.draw_from(None, canvas, view)?)
    }

    /// Draws the chart a share `progress`, 0 to 1, of the way from `previous`, if that shows the same parts.
    #[wasm_bindgen(js_name = drawBetween)]
    pub fn draw_between(
        &mut self,
        previous: &Chart,
        progress: f64,
        canvas: &HtmlCanvasElement,
        view: &JsView,
    ) -> JsResult<()> {
        Ok(self.draw_from(Some((&previous.chart, progress)), canvas, view)?)
    }

    /// The item under (x, y), in CSS pixels from the canvas's upper left corner.
    pub fn hit(&self, x: f64, y: f64) -> JsResult<JsItem> {
        item_to_js(self.items()?.hit(x, y))
    }

    /// The item of a part; undefined for a label that the chart does not show.
    pub fn item(&self, label: &str) -> JsResult<JsItem> {
        match label.parse() {
            Ok(part) => item_to_js(self.items()?.of_part(part)),
            Err(_) => item_to_js(None),
        }
    }

    /// Every item, in the model's order.
    #[wasm_bindgen(js_name = items)]
    pub fn all_items(&self) -> JsResult<JsItems> {
        Ok(to_js(&self.items()?.to_vec())?.unchecked_into())
    }

    /// The label that `key` leads to from `label`; see `chart::Chart::step`.
    pub fn step(&self, label: Option<String>, key: &JsKey) -> JsResult<String> {
        let from = label.map(|label| label.parse()).transpose()?;
        let key = key.as_string().unwrap_or_default().parse()?;
        Ok(self.chart.step(from, key).to_string())
    }

    /// The chart as an SVG document.
    pub fn svg(&self, view: &JsView) -> JsResult<String> {
        Ok(self.chart.svg(&View::from_js(view)?.into())?)
    }
}

impl Chart {
    fn draw_from(
        &mut self,
        previous: Option<(&chart::Chart, f64)>,
        canvas: &HtmlCanvasElement,
        view: &JsView,
    ) -> Result<()> {
        let view = View::from_js(view)?;
        let (area, resolution) = prepare(canvas, (view.width, view.height), view.pixel_ratio)?;
        let view = chart::View::from(view);
        match previous {
            Some((previous, progress)) => self.chart.draw_between(previous, progress, &area, &view, resolution)?,
            None => self.chart.draw(&area, &view, resolution)?,
        }
        // Where things are does not depend on what is marked.
        let place = |view: &chart::View| (view.width, view.height, view.position, view.caption.clone());
        if place(&view) != place(&self.view) {
            self.items.take();
        }
        self.view = view;
        Ok(())
    }

    fn items(&self) -> Result<&chart::Items> {
        if let Some(items) = self.items.get() {
            return Ok(items);
        }
        let items = self.chart.items(&self.view)?;
        Ok(self.items.get_or_init(|| items))
    }
}

/// A small curve of a share that grew over a scale.
#[wasm_bindgen]
pub struct Curve(chart::Curve);

#[wasm_bindgen]
impl Curve {
    /// `points` are x and y of one point after the other: places on the scale, ascending, each with its share, from 0 to 1.
    #[wasm_bindgen(constructor)]
    pub fn new(points: &[f64]) -> JsResult<Curve> {
        let points = points
            .chunks(2)
            .map(|point| (point[0], point.get(1).copied().unwrap_or(f64::NAN)));
        Ok(Self(chart::Curve::new(points.collect())?))
    }

    /// Draws the curve, filled as far as `view.at`, after giving the canvas the number of pixels that the view needs.
    pub fn draw(&self, canvas: &HtmlCanvasElement, view: &JsCurveView) -> JsResult<()> {
        let view = View::from_js(view)?;
        let (area, resolution) = prepare(canvas, (view.width, view.height), view.pixel_ratio)?;
        Ok(self.0.draw(&area, &view.into(), resolution)?)
    }

    /// The curve as an SVG document.
    pub fn svg(&self, view: &JsCurveView) -> JsResult<String> {
        let view = View::from_js(view)?;
        Ok(self.0.svg(&view.into())?)
    }
}

/// The colours of shares from -1 to 1, as charts draw them: towards the answer, away from it, and white nothing; `#rrggbb`.
#[wasm_bindgen]
pub fn tints(shares: &[f64], dark: bool) -> Vec<String> {
    let theme = if dark { Theme::Dark } else { Theme::Light };
    shares.iter().map(|&share| chart::tint(share, theme)).collect()
}

/// The canvas to draw on, with as many pixels as a view of this size in CSS pixels needs.
pub(crate) fn prepare(
    canvas: &HtmlCanvasElement,
    (width, height): (f64, f64),
    pixel_ratio: f64,
) -> Result<(DrawingArea<Canvas, Shift>, Resolution)> {
    if !(pixel_ratio > 0.0 && pixel_ratio <= 16.0) {
        return Err(Error::Chart(format!(
            "a pixelRatio of {pixel_ratio}; it must be above 0 and at most 16"
        )));
    }
    let resolution = Resolution::canvas(pixel_ratio);
    // Setting the size clears the canvas, even to the same size.
    let pixels = |css: f64| (css * resolution.scale).round().clamp(1.0, f64::from(u16::MAX)) as u32;
    let (width, height) = (pixels(width), pixels(height));
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let area = Canvas::new(canvas)
        .ok_or_else(|| Error::Chart("the canvas has no 2d context; it must not have another kind".into()))?
        .into_drawing_area();
    Ok((area, resolution))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct View {
    pub width: f64,
    pub height: f64,
    #[serde(default = "one")]
    pub pixel_ratio: f64,
    #[serde(default)]
    theme: Theme,
    #[serde(default)]
    position: usize,
    hovered: Option<Part>,
    selected: Option<Part>,
    hovered_layer: Option<usize>,
    #[serde(default)]
    caption: Vec<String>,
    /// Of a curve.
    #[serde(default = "one")]
    at: f64,
}

pub(crate) fn one() -> f64 {
    1.0
}

impl View {
    pub fn from_js(view: &JsValue) -> Result<Self> {
        from_js("the view", view)
    }
}

impl From<View> for chart::CurveView {
    fn from(view: View) -> Self {
        let mut curve = Self::new(view.width, view.height);
        curve.theme = view.theme;
        curve.at = view.at;
        curve
    }
}

impl From<View> for chart::View {
    fn from(view: View) -> Self {
        let mut seen = Self::new(view.width, view.height);
        seen.theme = view.theme;
        seen.position = view.position;
        seen.selected = view.selected;
        seen.hovered = view.hovered;
        seen.hovered_layer = view.hovered_layer;
        seen.caption = view.caption;
        seen
    }
}

pub(crate) fn from_js<T: serde::de::DeserializeOwned>(what: &str, value: &JsValue) -> Result<T> {
    serde_wasm_bindgen::from_value(value.clone()).map_err(|e| unreadable(what, value, e))
}

fn unreadable(what: &str, value: &JsValue, error: serde_wasm_bindgen::Error) -> Error {
    Error::Chart(match value.is_object() {
        true => format!("{what}: {error}"),
        false => format!("{what} is no object"),
    })
}

/// With `null` for what is not there, as JSON has it.
pub(crate) fn to_js(value: &impl Serialize) -> JsResult<JsValue> {
    let value = value.serialize(&serde_wasm_bindgen::Serializer::json_compatible());
    Ok(value.map_err(|e| Error::Chart(e.to_string()))?)
}

fn item_to_js(item: Option<&chart::Item>) -> JsResult<JsItem> {
    let value = item.map(to_js).transpose()?;
    Ok(value.unwrap_or(JsValue::UNDEFINED).unchecked_into())
}
