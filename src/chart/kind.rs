//! What one of the three charts has to say for itself. All else is shared.

use plotters::style::RGBColor;

use super::color::Palette;
use super::key::Key;
use super::legend::{Entry, Legend};
use super::scene::Scene;
use super::shape::Shape;
use super::sketch::{Rect, Sketch};
use super::spread::Variation;
use super::subject::Subject;
use crate::attribution::Part;

/// A kind of chart.
pub(super) trait Kind {
    /// The parts that it shows of an explanation of this shape, in the model's order.
    fn labels(&self, shape: &Shape) -> Vec<Part>;

    /// `labels` in a few words.
    fn order(&self) -> &'static str;

    /// Whether it lies along the depth of the model.
    fn along_depth(&self) -> bool {
        true
    }

    /// Titles that say `question`, in full and in short; the part that is taken apart is `of`, if it is one.
    fn titles(&self, question: &str, of: Option<Part>) -> [String; 2];

    /// What its colours and symbols mean; `limit` is the value at the end of the colour scale.
    fn legend(&self, subject: &Subject, shape: &Shape, limit: f64) -> Legend;

    /// What shows what is lost without each part, if it can be shown.
    fn effect(&self) -> Option<Entry> {
        None
    }

    /// How it shows that values, which are means, vary; if it can.
    fn variation(&self) -> Option<Variation> {
        None
    }

    /// The least range that holds `least` and what is drawn of the parts and what they explain.
    fn extent(&self, parts: &[f64], explained: f64, least: (f64, f64)) -> (f64, f64);

    /// The item that `key` leads to from item `at` of `parts`: along all of them, unless they lie in rows.
    fn step(&self, parts: &[Part], at: usize, key: Key) -> usize {
        let last = parts.len() - 1;
        match key {
            Key::Left | Key::Up => at.saturating_sub(1),
            Key::Right | Key::Down => (at + 1).min(last),
            Key::Home => 0,
            Key::End => last,
        }
    }

    /// It, laid out in a view.
    fn plot<'a>(&self, scene: &'a Scene) -> Box<dyn Plot + 'a>;
}

/// A kind of chart with its values, laid out in a view.
pub(super) trait Plot {
    /// Draws the values and the vertical axis.
    fn draw(&self, sketch: &mut Sketch);
    /// Where item `i` is.
    fn rect(&self, i: usize) -> Rect;
    /// Where a pointer means item `i`.
    fn target(&self, i: usize) -> Rect;
    /// What else can be pointed at.
    fn beside(&self) -> Vec<Beside> {
        Vec::new()
    }
    /// Marks `part`, of any unit, or what belongs to it.
    fn mark(&self, part: Part, mark: Mark, sketch: &mut Sketch);
}

/// A part of another unit than the chart's.
pub(super) struct Beside {
    pub part: Part,
    /// What is shown of it, in words.
    pub name: String,
    pub value: f64,
    pub rect: Rect,
}

/// How an item is marked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Mark {
    Selected,
    Hovered,
}

impl Mark {
    pub fn width(self) -> f64 {
        match self {
            Mark::Selected => 2.0,
            Mark::Hovered => 1.0,
        }
    }

    pub fn color(self, palette: &Palette) -> RGBColor {
        match self {
            Mark::Selected => palette.accent,
            Mark::Hovered => palette.ink,
        }
    }

    /// A frame just outside `rect`.
    pub fn draw(self, rect: Rect, sketch: &mut Sketch, palette: &Palette) {
        sketch.outline(rect.grown(self.width()), self.width(), self.color(palette));
    }
}
