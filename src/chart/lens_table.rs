//! What the model would say if it stopped at each state of the residual stream: layers across, on the depth axis of all charts, and
//! tokens down. A layer's slot is halved: after its attention, and after its MLP.

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend};
use plotters::style::RGBColor;
use serde::Serialize;

use super::color::{Palette, text_on};
use super::header::Header;
use super::key::Key;
use super::kind::Mark;
use super::legend::{Entry, Legend, Swatch};
use super::lens_view::{Layout, LensView, Shade};
use super::sayings::{Saying, Sayings};
use super::sketch::{Align, Rect, Resolution, Sketch, size};
use super::svg::svg;
use super::text::{fit, visible};
use super::view::View;
use crate::Result;

/// A table of what the lens sees.
#[derive(Debug, Clone)]
pub struct LensTable {
    sayings: Sayings,
    /// The prompt's.
    tokens: Vec<String>,
    answer: Option<String>,
}

/// Where a cell is, in one view.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LensCell {
    /// Which of [`Sayings::labels`].
    pub state: usize,
    /// Which of [`Sayings::positions`].
    pub row: usize,
    /// The left edge, in CSS pixels.
    pub x: f64,
    /// The upper edge, in CSS pixels.
    pub y: f64,
    /// In CSS pixels.
    pub width: f64,
    /// In CSS pixels.
    pub height: f64,
}

impl LensTable {
    /// A table of `sayings` after `tokens`, the texts of the prompt's, with the answer's text if they tell of one.
    ///
    /// # Errors
    /// [`Error::Chart`](crate::Error::Chart) if the sayings contradict themselves or the tokens.
    pub fn new(sayings: Sayings, tokens: Vec<String>, answer: Option<String>) -> Result<Self> {
        sayings.check(tokens.len())?;
        Ok(Self {
            answer: answer.filter(|_| sayings.answer.is_some()),
            sayings,
            tokens,
        })
    }

    /// The title in full, e.g. for an `aria-label`.
    pub fn title(&self) -> String {
        let [full, _] = titles();
        full
    }

    /// Draws the table on `area`, which holds the view at `resolution`.
    ///
    /// # Errors
    /// [`Error::Chart`](crate::Error::Chart) for a view that has no size, and for what the backend reports.
    pub fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        view: &LensView,
        resolution: Resolution,
    ) -> Result<()> {
        self.sketch(view)?.paint(area, resolution)
    }

    /// The table as an SVG document.
    ///
    /// # Errors
    /// As [`LensTable::draw`].
    pub fn svg(&self, view: &LensView) -> Result<String> {
        svg(&self.sketch(view)?, (view.width, view.height), &self.title())
    }

    /// The cell under (x, y), in CSS pixels.
    ///
    /// # Errors
    /// As [`LensTable::draw`].
    pub fn hit(&self, view: &LensView, x: f64, y: f64) -> Result<Option<LensCell>> {
        let layout = self.layout(view)?;
        let under = layout.cells().find(|(_, _, rect)| rect.contains(x, y));
        Ok(under.map(|(state, row, rect)| placed(state, row, rect)))
    }

    /// The cell of a state and a row, if it is drawn.
    ///
    /// # Errors
    /// As [`LensTable::draw`].
    pub fn cell(&self, view: &LensView, state: usize, row: usize) -> Result<Option<LensCell>> {
        let rect = self.layout(view)?.cell(state, row);
        Ok(rect.map(|rect| placed(state, row, rect)))
    }

    /// The state and the row that `key` leads to, of those that are drawn.
    ///
    /// # Errors
    /// As [`LensTable::draw`].
    pub fn step(&self, view: &LensView, (state, row): (usize, usize), key: Key) -> Result<(usize, usize)> {
        let Layout { step, rows, .. } = self.layout(view)?;
        let last = 2 * self.sayings.layers();
        let (first_row, last_row) = (rows.start, rows.end - 1);
        let state = state.min(last).next_multiple_of(step);
        let row = row.clamp(first_row, last_row);
        Ok(match key {
            Key::Left => (state.saturating_sub(step), row),
            Key::Right => ((state + step).min(last), row),
            Key::Up => (state, row.saturating_sub(1).max(first_row)),
            Key::Down => (state, (row + 1).min(last_row)),
            Key::Home => (0, row),
            Key::End => (last, row),
        })
    }

    /// By rank only where there is an answer.
    fn shade(&self, view: &LensView) -> Shade {
        match (view.shade, &self.sayings.answer) {
            (Shade::Rank, None) => Shade::Probability,
            (shade, _) => shade,
        }
    }

    fn legend(&self, shade: Shade) -> Legend {
        let answer = self.answer.as_deref().unwrap_or_default();
        let (long, short) = (visible(answer, 12), visible(answer, 7));
        let scale = match shade {
            Shade::Probability => Entry::new(Swatch::Grey("0"), "100% probable", "100%"),
            Shade::Rank => Entry::new(Swatch::Half("far"), &format!("{long} is 1st, log scale"), "1st"),
            Shade::Entropy => Entry::new(Swatch::Grey("unsure"), "sure: no entropy", "sure"),
        };
        let framed = Entry::new(Swatch::Frame, &format!("{long} is likeliest"), &short);
        let entries = std::iter::once(vec![scale]).chain(self.answer.is_some().then(|| vec![framed]));
        Legend(entries.collect())
    }

    fn layout(&self, view: &LensView) -> Result<Layout> {
        let header = Header::new(titles(), self.legend(self.shade(view)), view.width);
        Layout::new(view, header, self.sayings.layers(), self.sayings.positions.len())
    }

    fn sketch(&self, view: &LensView) -> Result<Sketch> {
        let layout = self.layout(view)?;
        let palette = Palette::of(view.theme);
        let marks = [(view.hovered, Mark::Hovered), (view.selected, Mark::Selected)];
        let marked = || marks.into_iter().filter_map(|(cell, mark)| Some((cell?, mark)));
        let slot = |state: usize| state.div_ceil(2);
        let lit: Vec<usize> = marked()
            .filter(|&((state, _), _)| state < self.sayings.labels.len())
            .map(|((state, _), _)| slot(state))
            .collect();
        let mut sketch = Sketch::default();
        sketch.rect(View::new(view.width, view.height).whole(), palette.paper);
        self.draw_rows(&layout, view, &mut sketch, &palette);
        self.draw_cells(&layout, view, &mut sketch, &palette);
        for ((state, row), mark) in marked() {
            if let Some(rect) = layout.cell(state, row) {
                mark.draw(rect.grown(-1.5), &mut sketch, &palette);
            }
        }
        layout.frame.draw_depth(&lit, &mut sketch, &palette);
        layout.header.draw(&mut sketch, &palette);
        layout.caption.draw(layout.frame.height, &mut sketch, &palette);
        Ok(sketch)
    }

    /// The tokens after which is looked, on the ground of the chosen row, and how many are left out.
    fn draw_rows(&self, layout: &Layout, view: &LensView, sketch: &mut Sketch, palette: &Palette) {
        let n = self.sayings.positions.len();
        let chosen = view.row.unwrap_or(n - 1);
        let plot = layout.frame.plot;
        let middle = |line: f64| layout.top + (line + 0.5) * layout.row;
        for (line, row) in layout.rows.clone().enumerate() {
            let y = middle(line as f64);
            let (half, mut color) = (layout.row / 2.0, palette.grey);
            if row == chosen {
                let (y0, y1) = (y - half, y + half);
                sketch.rect(
                    Rect {
                        x0: 0.0,
                        y0,
                        y1,
                        ..plot
                    },
                    palette.lit,
                );
                color = palette.accent;
            }
            if layout.row >= size::LABEL + 1.0 {
                let token = &self.tokens[self.sayings.positions[row]];
                let text = fit(&visible(token, 12), size::LABEL, plot.x0 - 10.0);
                layout.frame.draw_label(&text, y, color, sketch);
            }
        }
        for (line, out, end) in [
            (-1.0, layout.rows.start, "before"),
            (layout.rows.len() as f64, n - layout.rows.end, "after"),
        ] {
            if out > 0 && layout.row >= size::LABEL + 1.0 {
                let text = fit(&format!("{out} more tokens {end}"), size::LABEL, plot.width());
                let at = (plot.center().0, middle(line) + 0.36 * size::LABEL);
                sketch.text(&text, at, Align::Center, size::LABEL, palette.grey);
            }
        }
    }

    fn draw_cells(&self, layout: &Layout, view: &LensView, sketch: &mut Sketch, palette: &Palette) {
        let shade = self.shade(view);
        let color = self.colors(shade, palette);
        let apart = if layout.texts && layout.row >= 6.0 { 1.0 } else { 0.5 };
        // After all cells: a canvas is told its colour less often.
        let (mut frames, mut texts) = (Vec::new(), Vec::new());
        for (state, row, rect) in layout.cells() {
            let Some(saying) = self.sayings.at(state, row) else {
                continue;
            };
            let (cell, color) = (rect.grown(-apart), color(&saying));
            sketch.rect(cell, color);
            if saying.is_answer() {
                frames.push(cell);
            }
            let text = fit(&visible(saying.text, 24), size::VALUE, cell.width() - 6.0);
            if layout.texts && layout.row >= size::VALUE + 3.0 && text != "…" {
                let (x, y) = cell.center();
                texts.push((text, (x, y + 0.36 * size::VALUE), text_on(color)));
            }
        }
        for cell in frames {
            sketch.outline(cell, 1.5, palette.accent);
        }
        for (text, at, color) in texts {
            sketch.text(&text, at, Align::Center, size::VALUE, color);
        }
    }

    /// The colour of what is known of a cell: a grey, or the one towards the answer where it is about that.
    fn colors(&self, shade: Shade, palette: &Palette) -> impl Fn(&Saying) -> RGBColor {
        let most = |of: fn(&Saying) -> f64| self.sayings.known().map(|saying| of(&saying)).fold(1e-9, f64::max);
        let far = |saying: &Saying| (1.0 + saying.rank.unwrap_or_default()).ln();
        let (farthest, unsurest) = (most(far), most(|saying| saying.entropy));
        let palette = *palette;
        move |saying| match shade {
            Shade::Rank => palette.diverging(1.0 - far(saying) / farthest, palette.paper),
            Shade::Probability if saying.is_answer() => palette.diverging(saying.probability, palette.paper),
            Shade::Probability => palette.grey_of(saying.probability),
            Shade::Entropy => palette.grey_of(1.0 - saying.entropy.max(0.0) / unsurest),
        }
    }
}

fn titles() -> [String; 2] {
    [
        "What it would say if it stopped there, after each token".into(),
        "If it stopped there".into(),
    ]
}

fn placed(state: usize, row: usize, rect: Rect) -> LensCell {
    LensCell {
        state,
        row,
        x: rect.x0,
        y: rect.y0,
        width: rect.width(),
        height: rect.height(),
    }
}
