//! Where things are: the header, the plot, and the horizontal axis that all three charts share.

use plotters::style::RGBColor;

use super::color::Palette;
use super::sketch::{Align, Rect, Sketch, size};
use super::text::width;

/// Room for the labels of the vertical axis. The same in every chart whatever it shows, so that layers lie below layers.
const LEFT: f64 = 60.0;
const RIGHT: f64 = 12.0;
/// Room for the labels of the layers.
const BOTTOM: f64 = 24.0;
/// Between a label and its axis.
const GAP: f64 = 8.0;

/// A view divided into header, plot and axes. Depth is a row of slots: the embeddings, each layer, the end.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub height: f64,
    pub plot: Rect,
    pub n_layer: usize,
    /// The first slot that nothing is seen of.
    beyond: Option<usize>,
}

impl Frame {
    /// A view of `width` times `height`, the first `header` of it for the header, of a model of `n_layer` layers; nothing is seen
    /// from slot `beyond` on.
    pub fn new((width, height): (f64, f64), header: f64, n_layer: usize, beyond: Option<usize>) -> Self {
        Self {
            height,
            plot: Rect {
                x0: LEFT,
                y0: header,
                x1: (width - RIGHT).max(LEFT + 1.0),
                y1: (height - BOTTOM).max(header + 1.0),
            },
            n_layer,
            beyond,
        }
    }

    /// Where the plot's width begins and ends in a view `width` wide.
    pub fn span(width: f64) -> (f64, f64) {
        (LEFT, width - RIGHT)
    }

    /// The width of a slot.
    pub fn slot(&self) -> f64 {
        self.plot.width() / (self.n_layer + 2) as f64
    }

    /// The x at `depth` slots from the left: 0 to 1 is the embeddings, 1 + l to 2 + l is layer l.
    pub fn x(&self, depth: f64) -> f64 {
        self.plot.x0 + self.slot() * depth
    }

    /// The part of the plot that something is seen of.
    pub fn seen(&self) -> Rect {
        let x1 = self.beyond.map_or(self.plot.x1, |slot| self.x(slot as f64));
        Rect { x1, ..self.plot }
    }

    /// The whole height of a slot.
    pub fn column(&self, slot: usize) -> Rect {
        Rect {
            x0: self.x(slot as f64),
            x1: self.x(slot as f64 + 1.0),
            ..self.plot
        }
    }

    /// The name of the vertical axis, along it, centered on `y`; a view too low for it goes without.
    pub fn draw_axis_name(&self, name: &str, y: f64, sketch: &mut Sketch, palette: &Palette) {
        let half = width(name, size::LABEL) / 2.0;
        if half <= y.min(self.height - y) {
            sketch.text_upwards(name, (14.0, y), size::LABEL, palette.grey);
        }
    }

    /// A label of the vertical axis, level with `y`.
    pub fn draw_label(&self, label: &str, y: f64, color: RGBColor, sketch: &mut Sketch) {
        let at = (self.plot.x0 - GAP, y + 0.36 * size::LABEL);
        sketch.text(label, at, Align::Right, size::LABEL, color);
    }

    /// The labels of the slots below the plot, thinned out until none touch; those in `lit` are never left out.
    pub fn draw_depth(&self, lit: &[usize], sketch: &mut Sketch, palette: &Palette) {
        let baseline = self.plot.y1 + 16.0;
        let axis_name = (self.plot.x0 - GAP, baseline);
        sketch.text("layer", axis_name, Align::Right, size::LABEL, palette.grey);
        let last = self.n_layer + 1;
        let widest = width(&(self.n_layer - 1).to_string(), size::LABEL);
        let step = [1, 2, 4, 5, 8, 10, 12, 16, 20, 24]
            .into_iter()
            .find(|&step| step as f64 * self.slot() >= widest + 6.0)
            .unwrap_or(self.n_layer);
        let layers = (0..self.n_layer).step_by(step).map(|layer| layer + 1);
        let mut taken: Vec<(f64, f64)> = Vec::new();
        for slot in lit.iter().copied().chain([0, last]).chain(layers) {
            let label = match slot {
                0 => "emb".to_string(),
                slot if slot == last => "final".to_string(),
                slot => (slot - 1).to_string(),
            };
            let room = width(&label, size::LABEL);
            let middle = self.column(slot).center().0;
            let x0 = (middle - room / 2.0).clamp(self.plot.x0, (self.plot.x1 - room).max(self.plot.x0));
            let x1 = x0 + room;
            if taken.iter().any(|&(a, b)| x0 < b + 3.0 && a < x1 + 3.0) {
                continue;
            }
            taken.push((x0, x1));
            // A label narrower than its slot is centered, one at the end of the axis kept within it.
            let (x, align) = if middle - room / 2.0 < x0 - 0.01 {
                (x0, Align::Left)
            } else if middle + room / 2.0 > x1 + 0.01 {
                (x1, Align::Right)
            } else {
                (middle, Align::Center)
            };
            let color = if lit.contains(&slot) { palette.ink } else { palette.grey };
            sketch.text(&label, (x, baseline), align, size::LABEL, color);
        }
    }

    /// The ground of what nothing is seen of.
    pub fn draw_beyond(&self, sketch: &mut Sketch, palette: &Palette) {
        if self.beyond.is_none() {
            return;
        }
        let beyond = Rect {
            x0: self.seen().x1,
            ..self.plot
        };
        sketch.rect(beyond, palette.beyond);
        let words = "not read here";
        if width(words, size::LABEL) + 48.0 <= beyond.width() {
            sketch.text(words, beyond.center(), Align::Center, size::LABEL, palette.grey);
        }
    }

    /// The ground of the slots in `lit`, down to their labels.
    pub fn draw_lit(&self, lit: &[usize], sketch: &mut Sketch, palette: &Palette) {
        for &slot in lit {
            let column = self.column(slot);
            let y1 = (column.y1 + BOTTOM - 2.0).min(self.height);
            sketch.rect(Rect { y1, ..column }, palette.lit);
        }
    }
}
