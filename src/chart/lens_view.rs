//! How a table of the lens is looked at, and where in it things are.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::caption::Caption;
use super::color::Theme;
use super::frame::Frame;
use super::header::Header;
use super::sketch::Rect;
use super::view::View;
use crate::Result;

/// Slots at least so wide hold two texts; those at least so wide hold one.
const TWO_TEXTS: f64 = 96.0;
const ONE_TEXT: f64 = 32.0;
/// Rows are no lower, or some are left out.
const LOWEST: f64 = 15.0;

/// What cells are shaded by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Shade {
    /// The probability of the likeliest token.
    #[default]
    Probability,
    /// The answer's rank, on a logarithmic scale; without an answer, as `Probability`.
    Rank,
    /// How sure the model would be.
    Entropy,
}

/// How the table is looked at.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LensView {
    /// In CSS pixels.
    pub width: f64,
    /// In CSS pixels.
    pub height: f64,
    /// Light or dark.
    pub theme: Theme,
    /// What cells are shaded by.
    pub shade: Shade,
    /// The row that the question is about: it is marked, and always in sight. Without it, the last.
    pub row: Option<usize>,
    /// The cell that is marked, state and row.
    pub selected: Option<(usize, usize)>,
    /// As `selected`, marked more lightly.
    pub hovered: Option<(usize, usize)>,
    /// Paragraphs below the chart, for a picture that stands alone: they take of its height.
    pub caption: Vec<String>,
}

impl LensView {
    /// Light, by probability, with nothing marked.
    pub fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            theme: Theme::Light,
            shade: Shade::Probability,
            row: None,
            selected: None,
            hovered: None,
            caption: Vec::new(),
        }
    }
}

/// A view divided.
pub(super) struct Layout {
    pub frame: Frame,
    pub header: Header,
    pub caption: Caption,
    /// The states that are drawn, every one or every second, and whether there is room for their texts.
    pub step: usize,
    pub texts: bool,
    /// The rows that are drawn; before and after them a line says how many are not.
    pub rows: Range<usize>,
    pub top: f64,
    pub row: f64,
}

impl Layout {
    /// Of `n` rows in a model of `n_layer` layers.
    pub fn new(view: &LensView, header: Header, n_layer: usize, n: usize) -> Result<Self> {
        View::new(view.width, view.height).check(1)?;
        let caption = Caption::new(&view.caption, view.width, view.height - header.height());
        let frame = Frame::new(
            (view.width, view.height - caption.height()),
            header.height(),
            n_layer,
            None,
        );
        let (step, texts) = match frame.slot() {
            slot if slot >= TWO_TEXTS => (1, true),
            slot if slot >= ONE_TEXT => (2, true),
            _ => (1, false),
        };
        let room = (frame.plot.height() / LOWEST).floor().max(1.0) as usize;
        let (rows, lines) = match n <= room {
            true => (0..n, n),
            // Two of the lines say how many rows are left out.
            false => {
                let shown = room.saturating_sub(2).max(1);
                let chosen = view.row.unwrap_or(n - 1).min(n - 1);
                let start = chosen.saturating_sub(shown / 2).min(n - shown);
                (start..start + shown, shown + 2)
            }
        };
        let row = frame.plot.height() / lines as f64;
        let folded = lines > rows.len();
        Ok(Layout {
            top: frame.plot.y0 + if folded { row } else { 0.0 },
            frame,
            header,
            caption,
            step,
            texts,
            rows,
            row,
        })
    }

    /// Where a state is: the first in the slot of the embeddings, the last to the end of the axis.
    fn across(&self, state: usize) -> (f64, f64) {
        let end = |state: usize| match state {
            0 => 1.0,
            state if state == 2 * self.frame.n_layer => (self.frame.n_layer + 2) as f64,
            state => 1.0 + state as f64 / 2.0,
        };
        let start = if state == 0 { 0.0 } else { end(state - self.step) };
        (self.frame.x(start), self.frame.x(end(state)))
    }

    fn drawn(&self, state: usize) -> bool {
        state % self.step == 0 && state <= 2 * self.frame.n_layer
    }

    pub fn cell(&self, state: usize, row: usize) -> Option<Rect> {
        if !self.drawn(state) || !self.rows.contains(&row) {
            return None;
        }
        let (x0, x1) = self.across(state);
        let y0 = self.top + (row - self.rows.start) as f64 * self.row;
        Some(Rect {
            x0,
            x1,
            y0,
            y1: y0 + self.row,
        })
    }

    pub fn cells(&self) -> impl Iterator<Item = (usize, usize, Rect)> {
        let states = (0..=2 * self.frame.n_layer).step_by(self.step);
        let all = states.flat_map(|state| self.rows.clone().map(move |row| (state, row)));
        all.filter_map(|(state, row)| Some((state, row, self.cell(state, row)?)))
    }
}
