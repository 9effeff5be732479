//! How a share grew over a scale that one goes along, as small as a line of text: filled as far as one has come.

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend};

use super::color::{Palette, Theme};
use super::sketch::{Rect, Resolution, Sketch};
use super::svg::svg;
use super::view::LARGEST;
use crate::{Error, Result};

/// Room for the strokes at the edges, in CSS pixels.
const MARGIN: f64 = 4.0;

/// A share, over a scale: both from 0 to 1.
#[derive(Debug, Clone)]
pub struct Curve {
    points: Vec<(f64, f64)>,
}

/// How a curve is looked at.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CurveView {
    /// In CSS pixels.
    pub width: f64,
    /// In CSS pixels.
    pub height: f64,
    /// Light or dark.
    pub theme: Theme,
    /// How far one has come: a place on the scale.
    pub at: f64,
}

impl CurveView {
    /// Light, at the end of the scale.
    pub fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            theme: Theme::Light,
            at: 1.0,
        }
    }
}

impl Curve {
    /// The curve through `points`: places on the scale in ascending order, each with its share.
    ///
    /// # Errors
    /// [`Error::Chart`] for fewer than two points, for one outside of 0 to 1, and for one that is not after the one before.
    pub fn new(points: Vec<(f64, f64)>) -> Result<Self> {
        if points.len() < 2 {
            return Err(Error::Chart(format!(
                "a curve of {} points; it takes two at least",
                points.len()
            )));
        }
        for (i, &(x, y)) in points.iter().enumerate() {
            if !((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y)) {
                return Err(Error::Chart(format!(
                    "point {i} of a curve is ({x}, {y}); both must be between 0 and 1"
                )));
            }
            if i > 0 && x <= points[i - 1].0 {
                return Err(Error::Chart(format!(
                    "point {i} of a curve is at {x}, and the one before at {}; places must ascend",
                    points[i - 1].0
                )));
            }
        }
        Ok(Self { points })
    }

    /// Draws the curve on `area`, which holds the view at `resolution`.
    ///
    /// # Errors
    /// [`Error::Chart`] for a view that has no size or is not on the scale, and for what the backend reports.
    pub fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        view: &CurveView,
        resolution: Resolution,
    ) -> Result<()> {
        self.sketch(view)?.paint(area, resolution)
    }

    /// The curve as an SVG document.
    ///
    /// # Errors
    /// As [`Curve::draw`].
    pub fn svg(&self, view: &CurveView) -> Result<String> {
        svg(&self.sketch(view)?, (view.width, view.height), "A share over a scale")
    }

    fn sketch(&self, view: &CurveView) -> Result<Sketch> {
        for (name, length) in [("width", view.width), ("height", view.height)] {
            if !(4.0 * MARGIN..=LARGEST).contains(&length) {
                return Err(Error::Chart(format!(
                    "a {name} of {length} CSS pixels; a curve's must be between {} and {LARGEST}",
                    4.0 * MARGIN
                )));
            }
        }
        if !(0.0..=1.0).contains(&view.at) {
            return Err(Error::Chart(format!(
                "a curve as far as {}; it must be between 0 and 1",
                view.at
            )));
        }
        let palette = Palette::of(view.theme);
        let place = |&(x, y): &(f64, f64)| {
            (
                MARGIN + x * (view.width - 2.0 * MARGIN),
                MARGIN + (1.0 - y) * (view.height - 2.0 * MARGIN),
            )
        };
        let whole: Vec<_> = self.points.iter().map(place).collect();
        let so_far: Vec<_> = self.until(view.at).iter().map(place).collect();

        let mut sketch = Sketch::default();
        let ground = Rect {
            x0: 0.0,
            y0: 0.0,
            x1: view.width,
            y1: view.height,
        };
        sketch.rect(ground, palette.paper);
        if let [first, .., last] = so_far[..] {
            let foot = view.height - MARGIN;
            let mut area = so_far.clone();
            area.extend([(last.0, foot), (first.0, foot)]);
            sketch.polygon(area, palette.lit);
        }
        sketch.path(whole, palette.grey, 1.0);
        if so_far.len() > 1 {
            sketch.path(so_far, palette.accent, 2.0);
        }
        Ok(sketch)
    }

    /// The curve as far as `at`, which may be between two points.
    fn until(&self, at: f64) -> Vec<(f64, f64)> {
        let passed = self.points.partition_point(|&(x, _)| x <= at);
        let mut until = self.points[..passed].to_vec();
        if let (Some(&(x0, y0)), Some(&(x1, y1))) = (until.last(), self.points.get(passed))
            && x0 < at
        {
            until.push((at, y0 + (y1 - y0) * (at - x0) / (x1 - x0)));
        }
        until
    }
}
