//! Cells along the depth axis, layers across and rows down.

use super::color::{Palette, text_on};
use super::frame::Frame;
use super::sketch::{Align, Rect, Sketch, size};
use super::text::{fit, width};

/// Cells weaker than this go without their value.
const WORTH_SAYING: f64 = 0.08;

/// A cell for each layer and row, in the plot of a frame.
pub(super) struct Grid {
    pub frame: Frame,
    pub rows: usize,
}

impl Grid {
    /// The height of a row.
    fn row(&self) -> f64 {
        self.frame.plot.height() / self.rows as f64
    }

    pub fn cell(&self, layer: usize, row: usize) -> Rect {
        let y0 = self.frame.plot.y0 + row as f64 * self.row();
        Rect {
            y0,
            y1: y0 + self.row(),
            ..self.frame.column(layer + 1)
        }
    }

    /// Cells large enough are a hairline apart.
    pub fn drawn(&self, layer: usize, row: usize) -> Rect {
        let apart = self.frame.slot().min(self.row()) >= 6.0;
        self.cell(layer, row).grown(if apart { -0.5 } else { 0.0 })
    }

    /// The layer and the row at (x, y), which may be beyond the last ones.
    pub fn under(&self, x: f64, y: f64) -> Option<(usize, usize)> {
        let layer = ((x - self.frame.x(1.0)) / self.frame.slot()).floor();
        let row = ((y - self.frame.plot.y0) / self.row()).floor();
        (layer >= 0.0 && row >= 0.0).then_some((layer as usize, row as usize))
    }

    /// Cells in the colours of their strength, -1 to 1, or without one where that is not a number, with what is `said` in them if there
    /// is room; layers in slots that are `lit` on another ground.
    pub fn draw_cells(
        &self,
        strength: impl Fn(usize, usize) -> f64,
        said: impl Fn(usize, usize) -> String,
        lit: &[usize],
        sketch: &mut Sketch,
        palette: &Palette,
    ) {
        let layers = self.frame.n_layer;
        let cells = || (0..layers).flat_map(|layer| (0..self.rows).map(move |row| (layer, row)));
        let worth = |&(layer, row): &(usize, usize)| strength(layer, row).abs() >= WORTH_SAYING;
        let high = self.row() >= size::VALUE + 1.0;
        let mut widths = cells()
            .filter(worth)
            .map(|(layer, row)| width(&said(layer, row), size::VALUE));
        let say = high && widths.all(|width| width + 4.0 <= self.frame.slot());
        let all = Rect {
            x0: self.frame.x(1.0),
            x1: self.frame.x((layers + 1) as f64),
            ..self.frame.plot
        };
        sketch.rect(all, palette.hairline);
        // After all cells: a canvas is told its colour less often.
        let mut texts = Vec::new();
        for (layer, row) in cells() {
            let ground = match lit.contains(&(layer + 1)) {
                true => palette.lit,
                false => palette.paper,
            };
            let strength = strength(layer, row);
            let color = match strength.is_finite() {
                true => palette.diverging(strength, ground),
                false => palette.beyond,
            };
            let cell = self.drawn(layer, row);
            sketch.rect(cell, color);
            if say && worth(&(layer, row)) {
                let (x, y) = cell.center();
                texts.push((said(layer, row), (x, y + 0.36 * size::VALUE), text_on(color)));
            }
        }
        for (text, at, color) in texts {
            sketch.text(&text, at, Align::Center, size::VALUE, color);
        }
    }

    /// The names of rows, thinned out until none touch: those that stand out are the last to go.
    pub fn draw_rows(
        &self,
        name: impl Fn(usize) -> String,
        stands_out: impl Fn(usize) -> bool,
        sketch: &mut Sketch,
        palette: &Palette,
    ) {
        let step = ((size::LABEL + 2.0) / self.row()).ceil().max(1.0) as usize;
        let first = (0..self.rows).filter(|&row| stands_out(row));
        let others = (0..self.rows).step_by(step).filter(|&row| !stands_out(row));
        let mut taken: Vec<usize> = Vec::new();
        for row in first.chain(others) {
            if taken.iter().any(|&other| other.abs_diff(row) < step) {
                continue;
            }
            let color = match stands_out(row) {
                true => palette.ink,
                false => palette.grey,
            };
            let y = self.frame.plot.y0 + (row as f64 + 0.5) * self.row();
            let name = fit(&name(row), size::LABEL, self.frame.plot.x0 - 10.0);
            self.frame.draw_label(&name, y, color, sketch);
            taken.push(row);
        }
    }
}
