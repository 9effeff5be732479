//! The title, which says the question, and the legend, on one line or two.

use super::color::Palette;
use super::frame::Frame;
use super::legend::{BETWEEN, Legend};
use super::sketch::{Align, Sketch, size};
use super::text::{fit, width};

#[derive(Debug, Clone)]
pub(super) struct Header {
    title: String,
    legend: Legend,
    view_width: f64,
    two_lines: bool,
}

impl Header {
    /// The longest wording that fits a view `view_width` wide; `titles` are the title in full and in short.
    pub fn new(titles: [String; 2], legend: Legend, view_width: f64) -> Self {
        let (x0, x1) = Frame::span(view_width);
        let room = x1 - x0;
        let short = legend.shortened();
        for (title, in_full) in titles.iter().zip([true, false]) {
            for legend in [&legend, &short] {
                let needed = width(title, size::TITLE) + 2.0 * BETWEEN + legend.width();
                if needed <= room && (view_width >= 560.0 || in_full) {
                    return Self {
                        title: title.clone(),
                        legend: legend.clone(),
                        view_width,
                        two_lines: false,
                    };
                }
            }
        }
        let across = view_width - 2.0 * (view_width - x1);
        let fits = titles.iter().find(|title| width(title, size::TITLE) <= across);
        Self {
            title: fits.cloned().unwrap_or_else(|| fit(&titles[1], size::TITLE, across)),
            legend: if legend.width() <= room {
                legend
            } else {
                short.cut(room)
            },
            view_width,
            two_lines: true,
        }
    }

    pub fn height(&self) -> f64 {
        if self.two_lines { 46.0 } else { 28.0 }
    }

    pub fn draw(&self, sketch: &mut Sketch, palette: &Palette) {
        let (x0, x1) = Frame::span(self.view_width);
        let baseline = self.height() - 10.0;
        let (title_at, legend_at) = if self.two_lines {
            ((self.view_width - x1, 16.0), x0)
        } else {
            ((x0, baseline), x1 - self.legend.width())
        };
        sketch.text(&self.title, title_at, Align::Left, size::TITLE, palette.ink);
        self.legend.draw(legend_at, baseline, sketch, palette);
    }
}
