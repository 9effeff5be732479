//! What stands for a part or a state, in the plot and in the legend that explains it.

use plotters::style::RGBColor;

use super::color::{Palette, mix};
use super::sketch::{Rect, Sketch};
use crate::attribution::Part;

/// What a part is as a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Symbol {
    /// A head.
    Dot,
    /// A layer's attention.
    Square,
    /// An MLP.
    Hollow,
}

impl Symbol {
    pub fn of(part: Part) -> Self {
        match part {
            Part::Head { .. } => Symbol::Dot,
            Part::AttnOut(_) => Symbol::Square,
            _ => Symbol::Hollow,
        }
    }

    pub fn radius(self) -> f64 {
        match self {
            Symbol::Dot => 3.5,
            Symbol::Square | Symbol::Hollow => 4.0,
        }
    }

    /// An edge below the symbol, that parts it from others.
    pub fn clear(self, at: (f64, f64), sketch: &mut Sketch, palette: &Palette) {
        match self {
            Symbol::Dot => sketch.dot(at, self.radius() + 1.0, palette.paper),
            Symbol::Square | Symbol::Hollow => sketch.rect(around(at, self.radius() + 1.0), palette.paper),
        }
    }

    pub fn draw(self, at: (f64, f64), color: RGBColor, sketch: &mut Sketch, palette: &Palette) {
        match self {
            Symbol::Dot => sketch.dot(at, self.radius(), color),
            Symbol::Square => sketch.rect(around(at, self.radius()), color),
            Symbol::Hollow => hollow(around(at, self.radius()), color, sketch, palette),
        }
    }
}

fn around((x, y): (f64, f64), radius: f64) -> Rect {
    let point = Rect {
        x0: x,
        y0: y,
        x1: x,
        y1: y,
    };
    point.grown(radius)
}

/// A part that is not attention: its colour as an outline around a tint.
pub(super) fn hollow(rect: Rect, color: RGBColor, sketch: &mut Sketch, palette: &Palette) {
    sketch.rect(rect, mix(palette.paper, color, 0.35));
    if rect.width() >= 5.0 && rect.height() >= 3.0 {
        sketch.outline(rect, 1.0, color);
    }
}

pub(super) fn ring(center: (f64, f64), radius: f64, sketch: &mut Sketch, palette: &Palette) {
    sketch.dot(center, radius, palette.ink);
    sketch.dot(center, radius - 1.2, palette.paper);
}

pub(super) fn diamond((x, y): (f64, f64), radius: f64, sketch: &mut Sketch, palette: &Palette) {
    let points = vec![(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)];
    sketch.polygon(points, palette.ink);
}

pub(super) fn dashes((x0, x1): (f64, f64), y: f64, sketch: &mut Sketch, palette: &Palette) {
    let mut x = x0;
    while x < x1 {
        sketch.level((x, (x + 3.0).min(x1)), y, palette.ink);
        x += 6.0;
    }
}

/// From end to end, with a cap this wide on either.
pub(super) fn whisker(x: f64, (y0, y1): (f64, f64), cap: f64, sketch: &mut Sketch, palette: &Palette) {
    sketch.path(vec![(x, y0), (x, y1)], palette.ink, 1.0);
    for y in [y0, y1] {
        sketch.level((x - cap / 2.0, x + cap / 2.0), y, palette.ink);
    }
}

/// The upper right corner of a rectangle, its legs this long, with an edge.
pub(super) fn corner(rect: Rect, leg: f64, color: RGBColor, edge: RGBColor, sketch: &mut Sketch) {
    let triangle = |leg: f64| vec![(rect.x1 - leg, rect.y0), (rect.x1, rect.y0), (rect.x1, rect.y0 + leg)];
    sketch.polygon(triangle(leg + 1.2), edge);
    sketch.polygon(triangle(leg), color);
}

/// A dashed line.
pub(super) fn dashed((x0, y0): (f64, f64), (x1, y1): (f64, f64), color: RGBColor, sketch: &mut Sketch) {
    let length = (x1 - x0).hypot(y1 - y0);
    let at = |along: f64| {
        let share = (along / length).min(1.0);
        (x0 + share * (x1 - x0), y0 + share * (y1 - y0))
    };
    let mut along = 0.0;
    while along < length {
        sketch.path(vec![at(along), at(along + 3.0)], color, 1.0);
        along += 6.0;
    }
}
