//! The vertical axis of the charts that have values along it.

use super::color::Palette;
use super::frame::Frame;
use super::sketch::{Rect, Sketch};
use super::text::{power_of_ten, ticks};

/// Room that bars leave for their values.
const HEADROOM: f64 = 16.0;

/// Values to y.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    top: f64,
    bottom: f64,
}

impl Scale {
    /// `low` to `high`, which hold zero, in the plot's height, with room for a text beyond either end.
    pub fn new((low, high): (f64, f64), plot: &Rect) -> Self {
        let room = HEADROOM.min(plot.height() / 6.0);
        Self {
            low,
            high,
            top: plot.y0 + if high > 0.0 { room } else { 1.0 },
            bottom: plot.y1 - if low < 0.0 { room } else { 1.0 },
        }
    }

    pub fn y(&self, value: f64) -> f64 {
        self.top + (self.high - value) / (self.high - self.low) * (self.bottom - self.top)
    }

    /// Grid lines with their labels, and the axis's name, the values' unit.
    pub fn draw(&self, unit: &str, frame: &Frame, sketch: &mut Sketch, palette: &Palette) {
        let at_most = ((self.bottom - self.top) / 26.0).clamp(1.0, 6.0) as usize;
        let seen = frame.seen();
        let ticks = ticks(self.low, self.high, at_most);
        for (value, label) in ticks.marks {
            let y = self.y(value);
            sketch.level((seen.x0, seen.x1), y, palette.hairline);
            frame.draw_label(&label, y, palette.grey, sketch);
        }
        let name = match ticks.exponent {
            0 => unit.into(),
            exponent => format!("{unit} × {}", power_of_ten(exponent)).trim_start().to_string(),
        };
        frame.draw_axis_name(&name, frame.plot.center().1, sketch, palette);
    }

    /// Zero, over what is drawn on it.
    pub fn draw_zero(&self, frame: &Frame, sketch: &mut Sketch, palette: &Palette) {
        let seen = frame.seen();
        sketch.level((seen.x0, seen.x1), self.y(0.0), palette.grey);
    }
}
