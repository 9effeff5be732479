//! What colours and symbols mean, in full or in few words.

use super::color::Palette;
use super::sketch::{Align, Rect, Sketch, size};
use super::subject::Subject;
use super::symbols::{corner, dashes, diamond, hollow, ring, whisker};
use super::text::{signed, visible, width};

/// What an entry shows beside its words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Swatch {
    /// The colour of a sign.
    Sign(f64),
    Solid,
    Hollow,
    Dot,
    Ring,
    Diamond,
    Dash,
    /// Below a bar.
    Line,
    /// Behind a bar.
    Outline,
    /// Of a cell.
    Corner,
    /// At the end of a bar.
    Whisker,
    /// The whole colour scale, from minus to plus this many logits.
    Scale(f64),
    /// The half of it from nothing, which is this, to the end.
    Half(&'static str),
    /// As `Half`, in grey.
    Grey(&'static str),
    /// Around a cell.
    Frame,
}

const SWATCH: f64 = 9.0;
const SCALE: f64 = 72.0;
const GAP: f64 = 5.0;
/// Between two entries.
pub(super) const BETWEEN: f64 = 14.0;

#[derive(Debug, Clone)]
pub(super) struct Entry {
    swatch: Swatch,
    words: String,
    /// Instead of `words` where there is little room.
    few: String,
}

impl Entry {
    pub fn new(swatch: Swatch, words: &str, few: &str) -> Self {
        Self {
            swatch,
            words: words.into(),
            few: few.into(),
        }
    }

    /// What a colour scale begins with, in words and as a share of the scale.
    fn start(&self) -> Option<(String, f64)> {
        match self.swatch {
            Swatch::Scale(limit) => Some((signed(-limit), -1.0)),
            Swatch::Half(nothing) | Swatch::Grey(nothing) => Some((nothing.into(), 0.0)),
            _ => None,
        }
    }

    fn width(&self) -> f64 {
        let words = width(&self.words, size::LABEL);
        match self.start() {
            Some((start, _)) => width(&start, size::LABEL) + GAP + SCALE + GAP + words,
            None => SWATCH + GAP + words,
        }
    }

    fn draw(&self, x: f64, baseline: f64, sketch: &mut Sketch, palette: &Palette) {
        let middle = baseline - 0.36 * size::LABEL;
        let square = |x: f64, width: f64| Rect {
            x0: x,
            x1: x + width,
            y0: middle - SWATCH / 2.0,
            y1: middle + SWATCH / 2.0,
        };
        let mut words = x + SWATCH + GAP;
        match self.swatch {
            Swatch::Sign(sign) => sketch.rect(square(x, SWATCH), palette.sign(sign)),
            Swatch::Solid => sketch.rect(square(x, SWATCH), palette.grey),
            Swatch::Hollow => hollow(square(x, SWATCH), palette.grey, sketch, palette),
            Swatch::Dot => sketch.dot((x + SWATCH / 2.0, middle), 3.0, palette.ink),
            Swatch::Ring => ring((x + SWATCH / 2.0, middle), 3.0, sketch, palette),
            Swatch::Diamond => diamond((x + SWATCH / 2.0, middle), 5.0, sketch, palette),
            Swatch::Dash => dashes((x - 3.0, x + SWATCH), middle, sketch, palette),
            Swatch::Line => sketch.rect(
                Rect {
                    y0: middle - 1.0,
                    y1: middle + 1.0,
                    ..square(x, SWATCH)
                },
                palette.grey,
            ),
            Swatch::Outline => sketch.outline(square(x, SWATCH), 1.0, palette.grey),
            Swatch::Corner => {
                sketch.outline(square(x, SWATCH), 1.0, palette.hairline);
                corner(square(x, SWATCH), 6.0, palette.grey, palette.paper, sketch);
            }
            Swatch::Frame => sketch.outline(square(x, SWATCH), 1.5, palette.accent),
            Swatch::Whisker => {
                let ends = (middle - SWATCH / 2.0, middle + SWATCH / 2.0);
                whisker(x + SWATCH / 2.0, ends, 5.0, sketch, palette);
            }
            Swatch::Scale(_) | Swatch::Half(_) | Swatch::Grey(_) => {}
        }
        if let Some((start, low)) = self.start() {
            let x0 = x + width(&start, size::LABEL) + GAP;
            sketch.text(&start, (x0 - GAP, baseline), Align::Right, size::LABEL, palette.grey);
            const STEPS: usize = 24;
            for step in 0..STEPS {
                let share = (2 * step + 1) as f64 / (2 * STEPS) as f64;
                let color = match self.swatch {
                    Swatch::Grey(_) => palette.grey_of(share),
                    _ => palette.diverging(low + share * (1.0 - low), palette.paper),
                };
                let x = x0 + SCALE * step as f64 / STEPS as f64;
                sketch.rect(square(x, SCALE / STEPS as f64), color);
            }
            words = x0 + SCALE + GAP;
        }
        sketch.text(&self.words, (words, baseline), Align::Left, size::LABEL, palette.grey);
    }
}

/// Both signs: one alone would say the wrong thing.
pub(super) fn signs(subject: &Subject) -> Vec<Entry> {
    if subject.explain {
        return vec![
            Entry::new(Swatch::Sign(1.0), "raises it", "+ raises"),
            Entry::new(Swatch::Sign(-1.0), "lowers it", "− lowers"),
        ];
    }
    if subject.mean {
        return vec![
            Entry::new(Swatch::Sign(1.0), "towards the answer", "+ towards"),
            Entry::new(Swatch::Sign(-1.0), "away from it", "− away"),
        ];
    }
    let in_room = |token: &str| (visible(token, 12), visible(token, 7));
    let (answer, few) = in_room(&subject.answer);
    let towards = Entry::new(Swatch::Sign(1.0), &format!("towards {answer}"), &format!("+ {few}"));
    let away = match (&subject.incorrect, &subject.contrast) {
        (Some(incorrect), _) => {
            let (incorrect, few) = in_room(incorrect);
            Entry::new(Swatch::Sign(-1.0), &format!("towards {incorrect}"), &format!("− {few}"))
        }
        (None, Some(_)) => Entry::new(Swatch::Sign(-1.0), "towards the others", "− others"),
        (None, None) => Entry::new(Swatch::Sign(-1.0), "away from it", "− away"),
    };
    vec![towards, away]
}

/// What an outline or a corner is for.
pub(super) fn lost(swatch: Swatch, what: &str) -> Entry {
    Entry::new(swatch, &format!("{what}: lost without it"), "without it")
}

/// Entries in groups, of which all are shown or none; the most needed first.
#[derive(Debug, Clone)]
pub(super) struct Legend(pub Vec<Vec<Entry>>);

impl Legend {
    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter().flatten()
    }

    pub fn width(&self) -> f64 {
        let between = BETWEEN * self.entries().count().saturating_sub(1) as f64;
        self.entries().map(Entry::width).sum::<f64>() + between
    }

    /// The same in few words.
    pub fn shortened(&self) -> Self {
        let mut short = self.clone();
        for entry in short.0.iter_mut().flatten() {
            entry.words.clone_from(&entry.few);
        }
        short
    }

    /// The groups for which there is `room`.
    pub fn cut(mut self, room: f64) -> Self {
        while !self.0.is_empty() && self.width() > room {
            self.0.pop();
        }
        self
    }

    pub fn draw(&self, mut x: f64, baseline: f64, sketch: &mut Sketch, palette: &Palette) {
        for entry in self.entries() {
            entry.draw(x, baseline, sketch, palette);
            x += entry.width() + BETWEEN;
        }
    }
}
