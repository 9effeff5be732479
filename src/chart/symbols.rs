//! What stands for a part or a state, in the plot and in the legend that explains it.

use plotters::style::RGBColor;

use super::color::{Palette, mix};
use super::sketch::{Rect, Sketch};

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
