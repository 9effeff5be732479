//! What one head attends to from each token: queries down, keys across, darker where it attends more.

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend};
use serde::Serialize;

use super::color::{Palette, Theme, mix};
use super::key::Key;
use super::sketch::{Rect, Resolution, Sketch};
use super::svg::svg;
use super::view::LARGEST;
use crate::{Error, Result};

/// Room for marks at the edges, in CSS pixels.
const MARGIN: f64 = 2.0;
/// Less attention than that cannot be told from none.
const VISIBLE: f32 = 0.004;

/// One head's pattern over a prompt.
#[derive(Debug, Clone)]
pub struct Pattern {
    n: usize,
    /// Of each query the keys up to there, one after the other.
    paid: Vec<f32>,
}

/// The attention that a query pays to a key.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Cell {
    /// Where the head is, counted from 0.
    pub query: usize,
    /// Where it looks, counted from 0.
    pub key: usize,
    /// The share of its attention, 0 to 1.
    pub paid: f32,
    /// The left edge, in CSS pixels.
    pub x: f64,
    /// The upper edge, in CSS pixels.
    pub y: f64,
    /// Its width and its height, in CSS pixels.
    pub size: f64,
}

/// How a pattern is looked at.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PatternView {
    /// In CSS pixels, either way.
    pub size: f64,
    /// Light or dark.
    pub theme: Theme,
    /// A query whose row is marked.
    pub query: Option<usize>,
    /// The cell that is pointed at, query and key.
    pub hovered: Option<(usize, usize)>,
}

impl PatternView {
    /// Light, with nothing marked.
    pub fn new(size: f64) -> Self {
        Self {
            size,
            theme: Theme::Light,
            query: None,
            hovered: None,
        }
    }
}

impl Pattern {
    /// The pattern of `n` tokens: of each query the attention `paid` to the keys up to there, one after the other, as
    /// [`Run::patterns`](crate::gpt2::Run::patterns) has it.
    ///
    /// # Errors
    /// [`Error::Chart`] if there are no tokens, not as many numbers, or some that are no shares.
    pub fn new(n: usize, paid: Vec<f32>) -> Result<Self> {
        let needed = n
            .checked_add(1)
            .and_then(|after| n.checked_mul(after))
            .map(|twice| twice / 2);
        if n == 0 || needed != Some(paid.len()) {
            return Err(Error::Chart(format!(
                "a pattern of {n} tokens with {} numbers; it must have one for each query and each key up to there",
                paid.len()
            )));
        }
        match paid.iter().position(|paid| !(0.0..=1.001).contains(paid)) {
            Some(i) => Err(Error::Chart(format!(
                "number {i} of a pattern is {}, which is no share of attention",
                paid[i]
            ))),
            None => Ok(Self { n, paid }),
        }
    }

    /// The attention that the query at `query` pays to the key at `key`; none of what comes after it.
    pub fn paid(&self, query: usize, key: usize) -> Option<f32> {
        (query < self.n && key <= query).then(|| self.paid[query * (query + 1) / 2 + key])
    }

    /// Draws the pattern on `area`, which holds the view at `resolution`.
    ///
    /// # Errors
    /// [`Error::Chart`] for a view that has no size, and for what the backend reports.
    pub fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        view: &PatternView,
        resolution: Resolution,
    ) -> Result<()> {
        self.sketch(view)?.paint(area, resolution)
    }

    /// The pattern as an SVG document.
    ///
    /// # Errors
    /// As [`Pattern::draw`].
    pub fn svg(&self, view: &PatternView) -> Result<String> {
        let title = "Attention: queries down, keys across";
        svg(&self.sketch(view)?, (view.size, view.size), title)
    }

    /// The cell under (x, y), in CSS pixels, in a view of this size.
    pub fn hit(&self, size: f64, x: f64, y: f64) -> Option<Cell> {
        let at = |along: f64| {
            let i = ((along - MARGIN) / self.side(size)).floor();
            (i >= 0.0).then_some(i as usize)
        };
        self.cell(size, at(y)?, at(x)?)
    }

    /// A cell in a view of this size.
    pub fn cell(&self, size: f64, query: usize, key: usize) -> Option<Cell> {
        let side = self.side(size);
        Some(Cell {
            query,
            key,
            paid: self.paid(query, key)?,
            x: MARGIN + key as f64 * side,
            y: MARGIN + query as f64 * side,
            size: side,
        })
    }

    /// The query and key that `to` leads to.
    pub fn step(&self, (query, key): (usize, usize), to: Key) -> (usize, usize) {
        let query = query.min(self.n - 1);
        let key = key.min(query);
        match to {
            Key::Left => (query, key.saturating_sub(1)),
            Key::Right => (query, (key + 1).min(query)),
            Key::Up => (query.saturating_sub(1), key.min(query.saturating_sub(1))),
            Key::Down => ((query + 1).min(self.n - 1), key),
            Key::Home => (query, 0),
            Key::End => (query, query),
        }
    }

    /// The side of a cell in a view of this size.
    fn side(&self, size: f64) -> f64 {
        (size - 2.0 * MARGIN) / self.n as f64
    }

    fn sketch(&self, view: &PatternView) -> Result<Sketch> {
        if !(8.0 * MARGIN..=LARGEST).contains(&view.size) {
            return Err(Error::Chart(format!(
                "a size of {} CSS pixels; a pattern's must be between {} and {LARGEST}",
                view.size,
                8.0 * MARGIN
            )));
        }
        let palette = Palette::of(view.theme);
        let side = self.side(view.size);
        let mut sketch = Sketch::default();
        let whole = Rect {
            x0: 0.0,
            y0: 0.0,
            x1: view.size,
            y1: view.size,
        };
        sketch.rect(whole, palette.paper);
        let cells = |query: usize, keys: std::ops::Range<usize>| Rect {
            x0: MARGIN + keys.start as f64 * side,
            x1: MARGIN + keys.end as f64 * side,
            y0: MARGIN + query as f64 * side,
            y1: MARGIN + (query + 1) as f64 * side,
        };
        for query in 0..self.n {
            let ground = match view.query == Some(query) {
                true => palette.lit,
                false => palette.beyond,
            };
            sketch.rect(cells(query, 0..query + 1), ground);
            for key in 0..=query {
                let paid = self.paid(query, key).unwrap_or_default();
                if paid >= VISIBLE {
                    let color = mix(ground, palette.attention, f64::from(paid.min(1.0)));
                    sketch.rect(cells(query, key..key + 1), color);
                }
            }
        }
        if let Some(query) = view.query.filter(|&query| query < self.n) {
            sketch.outline(cells(query, 0..query + 1).grown(0.5), 1.0, palette.accent);
        }
        if let Some((query, key)) = view.hovered.filter(|&(query, key)| query < self.n && key <= query) {
            sketch.outline(cells(query, key..key + 1).grown(0.75), 1.5, palette.ink);
        }
        Ok(sketch)
    }
}
