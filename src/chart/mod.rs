//! Charts of an attribution, drawn by the same code on any plotters backend.
//!
//! ```text
//! component   diverging bars in the model's order: attention solid, MLPs hollow
//! layer       the logit lens: what the logit (difference) would be if the model stopped after each half layer
//! head        layers x heads, coloured by sign and strength, the remainder apart
//! ```
//!
//! All three share one horizontal axis, depth: the embeddings, each layer, the end, at the same x in views of the same
//! width. A point of the lens is the sum of the bars to its left. What is drawn is first worked out in CSS pixels, so that
//! what lies under a point ([`Chart::hit`]) is read from the same rectangles, and no backend has to measure text.

mod bars;
mod color;
mod curve;
mod frame;
mod header;
mod heads;
mod item;
mod lens;
mod sketch;
mod text;
mod values;

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend, IntoDrawingArea, RGBColor, SVGBackend};

use crate::attribution::{DirectLogitAttribution, Part, Unit};
use crate::{Error, Result};

use color::Palette;
use frame::Frame;
use header::{Header, Question};
use sketch::{Rect, Sketch};
use values::Values;

pub use color::Theme;
pub use curve::{Curve, CurveView};
pub use item::{Item, Key};
pub use sketch::Resolution;
pub use text::signed;

/// How a chart is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// In CSS pixels.
    pub width: f64,
    /// In CSS pixels.
    pub height: f64,
    /// Light or dark.
    pub theme: Theme,
    /// Which of the attribution's positions is shown, counted from 0.
    pub position: usize,
    /// A part of any unit: the chart marks it, or what belongs to it.
    pub selected: Option<Part>,
    /// As `selected`, marked more lightly.
    pub hovered: Option<Part>,
    /// A layer to light.
    pub hovered_layer: Option<usize>,
}

impl View {
    /// The attribution's first position, light, with nothing marked.
    pub fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            theme: Theme::Light,
            position: 0,
            selected: None,
            hovered: None,
            hovered_layer: None,
        }
    }
}

/// The largest view, in CSS pixels either way: more than any screen, and far from the backends' limits.
const LARGEST: f64 = 16384.0;
/// Numbers beyond float32's are not a model's.
const LARGEST_VALUE: f64 = 1e39;

/// A chart of one attribution.
#[derive(Debug, Clone)]
pub struct Chart {
    attribution: DirectLogitAttribution,
    question: Question,
    n_layer: usize,
    n_head: usize,
    /// What the value axis, or the colour scale, spans at least.
    least: (f64, f64),
}

impl Chart {
    /// A chart of `attribution`; `answer` and `incorrect` are the tokens' texts, for the title.
    ///
    /// # Errors
    /// [`Error::Chart`] if the attribution contradicts itself: labels that are not its unit's, in the model's order;
    /// arrays of the wrong length; a number that is not finite.
    pub fn new(attribution: DirectLogitAttribution, answer: &str, incorrect: Option<&str>) -> Result<Self> {
        let (n_layer, n_head) = check(&attribution)?;
        Ok(Self {
            attribution,
            question: Question {
                answer: answer.into(),
                incorrect: incorrect.map(Into::into),
            },
            n_layer,
            n_head,
            least: (0.0, 0.0),
        })
    }

    /// What is charted.
    pub fn attribution(&self) -> &DirectLogitAttribution {
        &self.attribution
    }

    /// The title in full.
    pub fn title(&self) -> String {
        self.question.title(self.attribution.unit)
    }

    /// What the value axis, or the colour scale, spans to show every position, from zero or below to zero or above.
    pub fn span(&self) -> (f64, f64) {
        let positions = 0..self.attribution.positions.len();
        positions.fold(self.least, |least, position| {
            Values::at(&self.attribution, position, least).range
        })
    }

    /// Makes the value axis, or the colour scale, span at least `low` to `high`, which hold zero: charts that span the same
    /// can be compared by eye.
    ///
    /// # Errors
    /// [`Error::Chart`] for what is no such range.
    pub fn widen(&mut self, low: f64, high: f64) -> Result<()> {
        if !((-LARGEST_VALUE..=0.0).contains(&low) && (0.0..=LARGEST_VALUE).contains(&high)) {
            return Err(Error::Chart(format!(
                "a scale from {low} to {high}; it must hold zero, and its ends be finite float32s"
            )));
        }
        self.least = (self.least.0.min(low), self.least.1.max(high));
        Ok(())
    }

    /// Draws the chart on `area`, which holds the view at `resolution`.
    ///
    /// # Errors
    /// [`Error::Chart`] for a view that has no size or asks for a position that the attribution does not have, and for
    /// what the backend reports.
    pub fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        view: &View,
        resolution: Resolution,
    ) -> Result<()> {
        self.scene(view)?.sketch().paint(area, resolution)
    }

    /// Draws the chart a share `progress` (0 to 1) of the way from `previous`, if that shows the same parts; otherwise the
    /// chart itself.
    ///
    /// # Errors
    /// As [`Chart::draw`].
    pub fn draw_between<DB: DrawingBackend>(
        &self,
        previous: &Chart,
        progress: f64,
        area: &DrawingArea<DB, Shift>,
        view: &View,
        resolution: Resolution,
    ) -> Result<()> {
        let mut scene = self.scene(view)?;
        if previous.attribution.labels == self.attribution.labels && progress < 1.0 {
            // The two may hold different positions; a single one is the position shown.
            let position = view.position.min(previous.attribution.positions.len() - 1);
            let before = Values::at(&previous.attribution, position, previous.least);
            scene.values = scene.values.since(&before, progress.max(0.0));
        }
        scene.sketch().paint(area, resolution)
    }

    /// The chart as an SVG document.
    ///
    /// # Errors
    /// As [`Chart::draw`].
    pub fn svg(&self, view: &View) -> Result<String> {
        svg(&self.scene(view)?.sketch(), (view.width, view.height), &self.title())
    }

    fn scene<'a>(&'a self, view: &'a View) -> Result<Scene<'a>> {
        for (name, length) in [("width", view.width), ("height", view.height)] {
            if !(1.0..=LARGEST).contains(&length) {
                return Err(Error::Chart(format!(
                    "a {name} of {length} CSS pixels; it must be between 1 and {LARGEST}"
                )));
            }
        }
        let positions = self.attribution.positions.len();
        if view.position >= positions {
            return Err(Error::Chart(format!(
                "position {} of an attribution at {positions}, which are counted from 0",
                view.position
            )));
        }
        let values = Values::at(&self.attribution, view.position, self.least);
        let header = Header::new(self.attribution.unit, &self.question, values.range.1, view.width);
        Ok(Scene {
            chart: self,
            view,
            palette: Palette::of(view.theme),
            frame: Frame::new(view.width, view.height, &header, self.n_layer),
            header,
            values,
        })
    }
}

/// One chart in one view: everything that it takes to draw it, or to say what lies where.
struct Scene<'a> {
    chart: &'a Chart,
    view: &'a View,
    palette: Palette,
    header: Header,
    frame: Frame,
    values: Values,
}

/// The part of a chart that is not shared by all three.
trait Plot {
    /// Draws the values and the vertical axis.
    fn draw(&self, sketch: &mut Sketch);
    /// Where item `i` is.
    fn rect(&self, i: usize) -> Rect;
    /// The item that a pointer at (x, y) means.
    fn at(&self, x: f64, y: f64) -> Option<usize>;
    /// Marks `part`, of any unit, or what belongs to it.
    fn mark(&self, part: Part, mark: Mark, sketch: &mut Sketch);
}

/// How an item is marked.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mark {
    Selected,
    Hovered,
}

impl Mark {
    fn width(self) -> f64 {
        match self {
            Mark::Selected => 2.0,
            Mark::Hovered => 1.0,
        }
    }

    fn color(self, palette: &Palette) -> RGBColor {
        match self {
            Mark::Selected => palette.accent,
            Mark::Hovered => palette.ink,
        }
    }

    /// A frame just outside `rect`.
    fn draw(self, rect: Rect, sketch: &mut Sketch, palette: &Palette) {
        sketch.outline(rect.grown(self.width()), self.width(), self.color(palette));
    }
}

impl Scene<'_> {
    fn plot(&self) -> Box<dyn Plot + '_> {
        match self.chart.attribution.unit {
            Unit::Component => Box::new(bars::Bars::new(self)),
            Unit::Layer => Box::new(lens::Lens::new(self)),
            Unit::Head => Box::new(heads::Heads::new(self)),
        }
    }

    fn parts(&self) -> &[Part] {
        &self.chart.attribution.labels
    }

    /// The slots of the shared axis that are pointed at or hold what is selected.
    fn lit(&self) -> Vec<usize> {
        let n_layer = self.chart.n_layer;
        let mut slots: Vec<usize> = [self.view.hovered, self.view.selected]
            .into_iter()
            .flatten()
            .filter_map(|part| match part {
                Part::Embed | Part::PosEmbed => Some(0),
                Part::FinalPost => Some(n_layer + 1),
                part => part.layer().map(|layer| layer + 1),
            })
            .chain(self.view.hovered_layer.map(|layer| layer + 1))
            .filter(|&slot| slot <= n_layer + 1)
            .collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    fn sketch(&self) -> Sketch {
        let mut sketch = Sketch::default();
        let whole = Rect {
            x0: 0.0,
            y0: 0.0,
            x1: self.frame.width,
            y1: self.frame.height,
        };
        sketch.rect(whole, self.palette.paper);
        let lit = self.lit();
        self.frame.draw_lit(&lit, &mut sketch, &self.palette);
        let plot = self.plot();
        plot.draw(&mut sketch);
        for (part, mark) in [(self.view.hovered, Mark::Hovered), (self.view.selected, Mark::Selected)] {
            if let Some(part) = part {
                plot.mark(part, mark, &mut sketch);
            }
        }
        self.frame.draw_depth(&lit, &mut sketch, &self.palette);
        self.header.draw(&mut sketch, &self.palette);
        sketch
    }
}

/// The model's number of layers and heads (1 if no head is named), if the attribution is one.
fn check(attribution: &DirectLogitAttribution) -> Result<(usize, usize)> {
    let DirectLogitAttribution { unit, labels, .. } = attribution;
    let n_layer = labels.iter().filter_map(|part| part.layer()).max().map_or(0, |l| l + 1);
    let n_head = labels
        .iter()
        .map(|part| match part {
            Part::Head { head, .. } => head + 1,
            _ => 1,
        })
        .max()
        .unwrap_or(1);
    // Compared by length first: the largest indices alone could ask for an immense list.
    let expected = match unit {
        Unit::Component => n_layer.checked_mul(2).and_then(|n| n.checked_add(2)),
        Unit::Layer => n_layer.checked_mul(2).and_then(|n| n.checked_add(1)),
        Unit::Head => n_layer.checked_mul(n_head).and_then(|n| n.checked_add(1)),
    };
    if n_layer == 0 || expected != Some(labels.len()) || *labels != unit.parts(n_layer, n_head) {
        return Err(Error::Chart(format!(
            "the {} labels are not those of unit {unit} in the model's order, {}",
            labels.len(),
            match unit {
                Unit::Component => "embed, pos_embed, 0_attn_out, 0_mlp_out, ...",
                Unit::Layer => "0_pre, 0_mid, ..., final_post",
                Unit::Head => "L0H0, L0H1, ..., remainder",
            }
        )));
    }
    let positions = attribution.positions.len();
    if positions == 0 {
        return Err(Error::Chart(
            "the attribution has no position; it must have one at least".into(),
        ));
    }
    for (name, values, length) in [
        ("attribution", &attribution.attribution, labels.len() * positions),
        ("logit", &attribution.logit, positions),
        ("bias", &attribution.bias, positions),
        ("total", &attribution.total, positions),
        ("error", &attribution.error, positions),
    ] {
        if values.len() != length {
            return Err(Error::Chart(format!(
                "`{name}` has {} numbers; {} labels at {positions} positions need {length}",
                values.len(),
                labels.len()
            )));
        }
        if let Some(i) = values.iter().position(|x| !x.is_finite() || x.abs() > LARGEST_VALUE) {
            return Err(Error::Chart(format!(
                "`{name}[{i}]` is {}, which is not a finite float32",
                values[i]
            )));
        }
    }
    Ok((n_layer, n_head))
}

/// A sketch as an SVG document of this size in CSS pixels.
fn svg(sketch: &Sketch, (width, height): (f64, f64), title: &str) -> Result<String> {
    let mut drawn = String::new();
    let size = [width, height].map(|css| (css * Resolution::SVG.scale).round() as u32);
    {
        let area = SVGBackend::with_string(&mut drawn, size.into()).into_drawing_area();
        sketch.paint(&area, Resolution::SVG)?;
        area.present().map_err(|e| Error::Chart(e.to_string()))?;
    }
    // The backend's own opening tag knows neither CSS pixels nor a title.
    let body = drawn.split_once('>').map_or("", |(_, body)| body);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\">\n\
         <title>{}</title>{body}",
        size[0],
        size[1],
        escape(title),
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
