//! What is drawn, in CSS pixels, and how it gets onto a plotters backend.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::{Error, Result};

/// An axis-parallel rectangle in CSS pixels, y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub x0: f64,
    pub y0: f64,
    pub x1: f64,
    pub y1: f64,
}

impl Rect {
    pub fn width(&self) -> f64 {
        self.x1 - self.x0
    }

    pub fn height(&self) -> f64 {
        self.y1 - self.y0
    }

    pub fn center(&self) -> (f64, f64) {
        ((self.x0 + self.x1) / 2.0, (self.y0 + self.y1) / 2.0)
    }

    pub fn contains(&self, x: f64, y: f64) -> bool {
        (self.x0..=self.x1).contains(&x) && (self.y0..=self.y1).contains(&y)
    }

    pub fn holds(&self, other: &Rect) -> bool {
        self.contains(other.x0, other.y0) && self.contains(other.x1, other.y1)
    }

    pub fn overlaps(&self, other: &Rect) -> bool {
        self.x0 < other.x1 && other.x0 < self.x1 && self.y0 < other.y1 && other.y0 < self.y1
    }

    pub fn grown(&self, by: f64) -> Rect {
        Rect {
            x0: self.x0 - by,
            y0: self.y0 - by,
            x1: self.x1 + by,
            y1: self.y1 + by,
        }
    }
}

/// The three sizes of text, in CSS pixels.
pub(super) mod size {
    pub const TITLE: f64 = 13.0;
    pub const LABEL: f64 = 11.0;
    pub const VALUE: f64 = 10.0;
}

/// Of the systems' own.
const FONT: &str = "system-ui, sans-serif";

/// Where a text lies about its x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Align {
    Left,
    Center,
    Right,
}

#[derive(Debug, Clone)]
enum Shape {
    Rect(Rect, RGBColor),
    /// The sides of a rectangle, this thick.
    Outline(Rect, f64, RGBColor),
    /// From x to x, at y, a CSS pixel thick.
    Level((f64, f64), f64, RGBColor),
    Path(Vec<(f64, f64)>, RGBColor, f64),
    Polygon(Vec<(f64, f64)>, RGBColor),
    Dot((f64, f64), f64, RGBColor),
    Text {
        text: String,
        x: f64,
        baseline: f64,
        align: Align,
        size: f64,
        color: RGBColor,
        upwards: bool,
    },
}

/// A picture as a list of shapes, first to last.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    shapes: Vec<Shape>,
}

impl Sketch {
    pub fn rect(&mut self, rect: Rect, color: RGBColor) {
        self.shapes.push(Shape::Rect(rect, color));
    }

    /// The four sides of `rect`, drawn inside it.
    pub fn outline(&mut self, rect: Rect, width: f64, color: RGBColor) {
        self.shapes.push(Shape::Outline(rect, width, color));
    }

    /// A level line, one pixel thick.
    pub fn level(&mut self, across: (f64, f64), y: f64, color: RGBColor) {
        self.shapes.push(Shape::Level(across, y, color));
    }

    pub fn path(&mut self, points: Vec<(f64, f64)>, color: RGBColor, width: f64) {
        self.shapes.push(Shape::Path(points, color, width));
    }

    pub fn polygon(&mut self, points: Vec<(f64, f64)>, color: RGBColor) {
        self.shapes.push(Shape::Polygon(points, color));
    }

    pub fn dot(&mut self, center: (f64, f64), radius: f64, color: RGBColor) {
        self.shapes.push(Shape::Dot(center, radius, color));
    }

    pub fn text(&mut self, text: &str, (x, baseline): (f64, f64), align: Align, size: f64, color: RGBColor) {
        if !text.is_empty() {
            self.shapes.push(Shape::Text {
                text: text.into(),
                x,
                baseline,
                align,
                size,
                color,
                upwards: false,
            });
        }
    }

    /// A text read from below, centered on y.
    pub fn text_upwards(&mut self, text: &str, (baseline, y): (f64, f64), size: f64, color: RGBColor) {
        self.shapes.push(Shape::Text {
            text: text.into(),
            x: baseline,
            baseline: y,
            align: Align::Center,
            size,
            color,
            upwards: true,
        });
    }
}

/// What a backend's units are in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resolution {
    /// Backend pixels in a CSS pixel.
    pub scale: f64,
    /// The font size to ask for, in backend pixels, for text of one backend pixel. plotters' own backends shrink fonts by
    /// 1.24; `plotters-canvas` takes them as they are.
    pub font: f64,
}

impl Resolution {
    /// Of a canvas whose backing store has `pixel_ratio` pixels in a CSS pixel.
    pub fn canvas(pixel_ratio: f64) -> Self {
        Self {
            scale: pixel_ratio,
            font: 1.0,
        }
    }

    /// Of SVG, whose coordinates plotters rounds to whole numbers: a tenth of a CSS pixel.
    pub const SVG: Self = Self {
        scale: 10.0,
        font: 1.24,
    };

    fn length(self, css: f64) -> i32 {
        (css * self.scale).round() as i32
    }

    fn point(self, (x, y): (f64, f64)) -> (i32, i32) {
        (self.length(x), self.length(y))
    }

    /// A stroke or a radius is never thinner than the backend's pixel.
    fn stroke(self, css: f64) -> u32 {
        self.length(css).max(1) as u32
    }
}

impl Sketch {
    /// Draws every shape.
    ///
    /// # Errors
    /// [`Error::Chart`] with the backend's message.
    pub fn paint<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, resolution: Resolution) -> Result<()> {
        for shape in &self.shapes {
            paint_shape(shape, area, resolution).map_err(|e| Error::Chart(e.to_string()))?;
        }
        Ok(())
    }
}

fn paint_shape<DB: DrawingBackend>(
    shape: &Shape,
    area: &DrawingArea<DB, Shift>,
    resolution: Resolution,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    match shape {
        Shape::Rect(rect, color) => {
            let (a, b) = (
                resolution.point((rect.x0, rect.y0)),
                resolution.point((rect.x1, rect.y1)),
            );
            area.draw(&Rectangle::new([a, b], color.filled()))
        }
        // Lines are as thick as each other whatever they are rounded to: first the thickness, then the place.
        Shape::Outline(rect, width, color) => {
            let thick = resolution.stroke(*width) as i32;
            let ((x0, y0), (x1, y1)) = (
                resolution.point((rect.x0, rect.y0)),
                resolution.point((rect.x1, rect.y1)),
            );
            for side in [
                [(x0, y0), (x1, y0 + thick)],
                [(x0, y1 - thick), (x1, y1)],
                [(x0, y0), (x0 + thick, y1)],
                [(x1 - thick, y0), (x1, y1)],
            ] {
                area.draw(&Rectangle::new(side, color.filled()))?;
            }
            Ok(())
        }
        Shape::Level((x0, x1), y, color) => {
            let thick = resolution.stroke(1.0) as i32;
            let top = (y * resolution.scale - f64::from(thick) / 2.0).round() as i32;
            let corners = [(resolution.length(*x0), top), (resolution.length(*x1), top + thick)];
            area.draw(&Rectangle::new(corners, color.filled()))
        }
        Shape::Path(points, color, width) => {
            let points: Vec<_> = points.iter().map(|&p| resolution.point(p)).collect();
            area.draw(&PathElement::new(points, color.stroke_width(resolution.stroke(*width))))
        }
        Shape::Polygon(points, color) => {
            let points: Vec<_> = points.iter().map(|&p| resolution.point(p)).collect();
            area.draw(&Polygon::new(points, color))
        }
        Shape::Dot(center, radius, color) => area.draw(&Circle::new(
            resolution.point(*center),
            resolution.stroke(*radius),
            color.filled(),
        )),
        Shape::Text {
            text,
            x,
            baseline,
            align,
            size,
            color,
            upwards,
        } => {
            let h_pos = match align {
                Align::Left => HPos::Left,
                Align::Center => HPos::Center,
                Align::Right => HPos::Right,
            };
            // Backends agree best on the bottom of a text, a quarter of its size below the baseline.
            let below = size / 4.0;
            let (at, transform) = if *upwards {
                ((x + below, *baseline), FontTransform::Rotate270)
            } else {
                ((*x, baseline + below), FontTransform::None)
            };
            let style = (FontFamily::Name(FONT), size * resolution.scale * resolution.font)
                .into_text_style(area)
                .transform(transform)
                .pos(Pos::new(h_pos, VPos::Bottom))
                .color(color);
            area.draw(&Text::new(text.as_str(), resolution.point(at), style))
        }
    }
}
