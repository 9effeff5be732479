//! One chart in one view.

use super::caption::Caption;
use super::color::Palette;
use super::frame::Frame;
use super::header::Header;
use super::shape::Shape;
use super::spread::Spread;
use super::subject::Subject;
use super::values::Values;
use super::view::View;
use crate::attribution::{Explanation, Part};

/// Everything that it takes to draw a chart in a view, or to say what lies where.
pub(super) struct Scene<'a> {
    pub explanation: &'a Explanation,
    pub subject: &'a Subject,
    pub shape: Shape,
    pub view: &'a View,
    pub palette: Palette,
    pub header: Header,
    pub caption: Caption,
    pub frame: Frame,
    pub values: Values,
    pub spread: Option<&'a Spread>,
}

impl Scene<'_> {
    pub fn parts(&self) -> &[Part] {
        self.explanation.labels()
    }

    /// The standard deviation of part `i`, if its value is a mean.
    pub fn sd(&self, i: usize) -> Option<f64> {
        self.spread?.sd(i)
    }

    /// The slots of the shared axis that are pointed at or hold what is selected.
    pub fn lit(&self) -> Vec<usize> {
        let end = self.frame.n_layer + 1;
        let mut slots: Vec<usize> = [self.view.hovered, self.view.selected]
            .into_iter()
            .flatten()
            .filter_map(|part| match part {
                Part::Embed | Part::PosEmbed => Some(0),
                Part::FinalPost => Some(end),
                part => part.layer().map(|layer| layer.saturating_add(1)),
            })
            .chain(self.view.hovered_layer.map(|layer| layer.saturating_add(1)))
            .filter(|&slot| slot <= end)
            .collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }
}
