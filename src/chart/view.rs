//! How a chart is looked at.

use super::color::Theme;
use super::sketch::Rect;
use crate::attribution::Part;
use crate::{Error, Result};

/// The largest view, in CSS pixels either way: more than any screen, and far from the backends' limits.
pub(super) const LARGEST: f64 = 16384.0;

/// How a chart is looked at: [`View::new`], then what is to be different.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
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
    /// Paragraphs below the chart, for a picture that stands alone: they take of its height.
    pub caption: Vec<String>,
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
            caption: Vec::new(),
        }
    }

    /// All of it.
    pub(super) fn whole(&self) -> Rect {
        Rect {
            x0: 0.0,
            y0: 0.0,
            x1: self.width,
            y1: self.height,
        }
    }

    /// Refuses a view that has no size, or asks for another than the `positions` that there are.
    pub(super) fn check(&self, positions: usize) -> Result<()> {
        for (name, length) in [("width", self.width), ("height", self.height)] {
            if !(1.0..=LARGEST).contains(&length) {
                return Err(Error::Chart(format!(
                    "a {name} of {length} CSS pixels; it must be between 1 and {LARGEST}"
                )));
            }
        }
        if self.position >= positions {
            return Err(Error::Chart(format!(
                "position {} of an attribution at {positions}, which are counted from 0",
                self.position
            )));
        }
        Ok(())
    }
}
