//! Activation patching as a heatmap: layers across, on the depth axis of all charts, and tokens or heads down. A colour is how much of
//! the clean prompt's answer comes back: none as in the corrupted prompt, all of it as in the clean one.

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend};
use serde::Serialize;

use super::caption::Caption;
use super::color::{Palette, Theme};
use super::frame::Frame;
use super::grid::Grid;
use super::header::Header;
use super::key::Key;
use super::kind::Mark;
use super::legend::{Entry, Legend, Swatch};
use super::recovery::Recovery;
use super::sketch::{Resolution, Sketch};
use super::subject::Subject;
use super::svg::svg;
use super::text::{minus, signed, visible};
use super::view::View;
use crate::Result;
use crate::attribution::{PatchSite, Patching};

/// Patching as a heatmap.
#[derive(Debug, Clone)]
pub struct PatchGrid {
    recovery: Recovery,
    /// Of each token, its text in the clean prompt, and whether it is another in the corrupted one.
    tokens: Vec<(String, bool)>,
    subject: Subject,
}

/// A patched activation as it is drawn, in one view.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PatchCell {
    /// The activation, by its place in [`Patching::shape`].
    pub at: Vec<usize>,
    /// Which column.
    pub layer: usize,
    /// Which row: a token, or a head.
    pub row: usize,
    /// The logit (difference) with it; not a number if it is not known yet.
    pub logit: f64,
    /// How much of the way from the corrupted prompt to the clean one it leads, 0 to 1 or beyond; where both say the same, how many
    /// logits it adds to the corrupted one's.
    pub value: f64,
    /// The left edge, in CSS pixels.
    pub x: f64,
    /// The upper edge, in CSS pixels.
    pub y: f64,
    /// In CSS pixels.
    pub width: f64,
    /// In CSS pixels.
    pub height: f64,
}

/// A view divided.
struct Layout {
    grid: Grid,
    header: Header,
    caption: Caption,
}

/// How patching is looked at.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PatchView {
    /// In CSS pixels.
    pub width: f64,
    /// In CSS pixels.
    pub height: f64,
    /// Light or dark.
    pub theme: Theme,
    /// Of site `z_by_position`, the head that is shown.
    pub head: usize,
    /// The cell that is marked, layer and row.
    pub selected: Option<(usize, usize)>,
    /// As `selected`, marked more lightly.
    pub hovered: Option<(usize, usize)>,
    /// Paragraphs below the chart, for a picture that stands alone: they take of its height.
    pub caption: Vec<String>,
}

impl PatchView {
    /// Light, with nothing marked.
    pub fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            theme: Theme::Light,
            head: 0,
            selected: None,
            hovered: None,
            caption: Vec::new(),
        }
    }
}

impl PatchGrid {
    /// A heatmap of `patching`, with the texts of both prompts' tokens.
    ///
    /// # Errors
    /// [`Error::Chart`] if the patching contradicts itself: a shape that is not its site's, numbers or tokens that are not as many, an
    /// infinite number.
    pub fn new(patching: Patching, clean: &[String], corrupted: &[String], subject: Subject) -> Result<Self> {
        let recovery = Recovery::new(patching, clean.len(), corrupted.len())?;
        let tokens = clean.iter().zip(corrupted);
        Ok(Self {
            recovery,
            tokens: tokens
                .map(|(clean, corrupted)| (clean.clone(), clean != corrupted))
                .collect(),
            subject,
        })
    }

    /// The title in full, e.g. for an `aria-label`; of site `z_by_position`, for `head`.
    pub fn title(&self, head: usize) -> String {
        let [full, _] = self.titles(&self.subject.show(usize::MAX), head);
        full
    }

    /// Draws the heatmap on `area`, which holds the view at `resolution`.
    ///
    /// # Errors
    /// [`Error::Chart`] for a view that has no size or asks for a head that there is not, and for what the backend reports.
    pub fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        view: &PatchView,
        resolution: Resolution,
    ) -> Result<()> {
        self.sketch(view)?.paint(area, resolution)
    }

    /// The heatmap as an SVG document.
    ///
    /// # Errors
    /// As [`PatchGrid::draw`].
    pub fn svg(&self, view: &PatchView) -> Result<String> {
        svg(&self.sketch(view)?, (view.width, view.height), &self.title(view.head))
    }

    /// The cell under (x, y), in CSS pixels.
    ///
    /// # Errors
    /// As [`PatchGrid::draw`].
    pub fn hit(&self, view: &PatchView, x: f64, y: f64) -> Result<Option<PatchCell>> {
        let grid = self.layout(view)?.grid;
        let under = grid.under(x, y);
        Ok(under.and_then(|(layer, row)| self.place(&grid, view.head, layer, row)))
    }

    /// The cell of a layer and a row, if there is one.
    ///
    /// # Errors
    /// As [`PatchGrid::draw`].
    pub fn cell(&self, view: &PatchView, layer: usize, row: usize) -> Result<Option<PatchCell>> {
        Ok(self.place(&self.layout(view)?.grid, view.head, layer, row))
    }

    /// The layer and the row that `key` leads to.
    pub fn step(&self, (layer, row): (usize, usize), key: Key) -> (usize, usize) {
        let (last, lowest) = (self.recovery.layers() - 1, self.recovery.rows() - 1);
        let (layer, row) = (layer.min(last), row.min(lowest));
        match key {
            Key::Left => (layer.saturating_sub(1), row),
            Key::Right => ((layer + 1).min(last), row),
            Key::Up => (layer, row.saturating_sub(1)),
            Key::Down => (layer, (row + 1).min(lowest)),
            Key::Home => (0, row),
            Key::End => (last, row),
        }
    }

    fn titles(&self, question: &str, head: usize) -> [String; 2] {
        let what = match self.recovery.site() {
            PatchSite::ResidPre => "the residual stream".into(),
            PatchSite::AttnOut => "attention".into(),
            PatchSite::MlpOut => "MLPs".into(),
            PatchSite::Z => "heads".into(),
            PatchSite::V => "values of heads".into(),
            PatchSite::Pattern => "patterns of heads".into(),
            PatchSite::ZByPosition => format!("head {head} of each layer"),
        };
        let full = match self.recovery.way() {
            Some(_) => format!("Patching {what}: how much of {question} comes back"),
            None => format!("Patching {what}: how it changes {question}, the same in both prompts"),
        };
        [full, format!("Patching {what}: {question}")]
    }

    fn legend(&self) -> Legend {
        if self.recovery.way().is_some() {
            let back = Entry::new(Swatch::Half("0 corrupted"), "1 clean", "1 clean");
            let away = Entry::new(Swatch::Sign(-1.0), "the other way", "− away");
            return Legend(vec![vec![back], vec![away]]);
        }
        let limit = format!("{} {}", signed(self.recovery.limit()), self.subject.unit());
        let scale = Entry::new(
            Swatch::Scale(self.recovery.limit()),
            &format!("{} from corrupted: both say the same", limit.trim_end()),
            limit.trim_end(),
        );
        Legend(vec![vec![scale]])
    }

    fn layout(&self, view: &PatchView) -> Result<Layout> {
        View::new(view.width, view.height).check(1)?;
        self.recovery.check_head(view.head)?;
        let titles = self.titles(&self.subject.show(14), view.head);
        let header = Header::new(titles, self.legend(), view.width);
        let caption = Caption::new(&view.caption, view.width, view.height - header.height());
        let size = (view.width, view.height - caption.height());
        Ok(Layout {
            grid: Grid {
                frame: Frame::new(size, header.height(), self.recovery.layers(), None),
                rows: self.recovery.rows(),
            },
            header,
            caption,
        })
    }

    fn place(&self, grid: &Grid, head: usize, layer: usize, row: usize) -> Option<PatchCell> {
        if layer >= self.recovery.layers() || row >= self.recovery.rows() {
            return None;
        }
        let (at, rect) = (self.recovery.at(head, layer, row), grid.cell(layer, row));
        let logit = self.recovery.logit(&at);
        Some(PatchCell {
            at,
            layer,
            row,
            logit,
            value: self.recovery.value(logit),
            x: rect.x0,
            y: rect.y0,
            width: rect.width(),
            height: rect.height(),
        })
    }

    fn sketch(&self, view: &PatchView) -> Result<Sketch> {
        let Layout { grid, header, caption } = self.layout(view)?;
        let palette = Palette::of(view.theme);
        let marks = [(view.hovered, Mark::Hovered), (view.selected, Mark::Selected)];
        let marked = || marks.into_iter().filter_map(|(cell, mark)| Some((cell?, mark)));
        let lit: Vec<usize> = marked()
            .map(|((layer, _), _)| layer.saturating_add(1))
            .filter(|&slot| slot <= self.recovery.layers())
            .collect();

        let mut sketch = Sketch::default();
        let whole = View::new(view.width, view.height).whole();
        sketch.rect(whole, palette.paper);
        grid.frame.draw_lit(&lit, &mut sketch, &palette);
        self.draw_cells(&grid, view.head, &lit, &mut sketch, &palette);
        self.draw_rows(&grid, &mut sketch, &palette);
        for ((layer, row), mark) in marked() {
            if layer < self.recovery.layers() && row < self.recovery.rows() {
                mark.draw(grid.drawn(layer, row), &mut sketch, &palette);
            }
        }
        grid.frame.draw_depth(&lit, &mut sketch, &palette);
        header.draw(&mut sketch, &palette);
        caption.draw(grid.frame.height, &mut sketch, &palette);
        Ok(sketch)
    }

    fn draw_cells(&self, grid: &Grid, head: usize, lit: &[usize], sketch: &mut Sketch, palette: &Palette) {
        let limit = self.recovery.limit();
        let value = |layer, row| {
            self.recovery
                .value(self.recovery.logit(&self.recovery.at(head, layer, row)))
        };
        let strength = |layer, row| value(layer, row) / limit;
        let said = |layer, row| match self.recovery.way() {
            Some(_) => minus(&format!("{:.2}", value(layer, row))),
            None => signed(value(layer, row)),
        };
        grid.draw_cells(strength, said, lit, sketch, palette);
    }

    fn draw_rows(&self, grid: &Grid, sketch: &mut Sketch, palette: &Palette) {
        if self.recovery.by_head() {
            grid.frame
                .draw_axis_name("head", grid.frame.plot.center().1, sketch, palette);
            grid.draw_rows(|row| row.to_string(), |_| false, sketch, palette);
        } else {
            let text = |row: usize| visible(&self.tokens[row].0, 12);
            grid.draw_rows(text, |row| self.tokens[row].1, sketch, palette);
        }
    }
}
