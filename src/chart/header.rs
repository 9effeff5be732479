//! The title, which says the question, and the legend.

use plotters::style::RGBColor;

use super::color::Palette;
use super::frame::Frame;
use super::sketch::{Align, Rect, Sketch, size};
use super::text::{fit, signed, visible, width};
use crate::attribution::{Form, Unit};

/// The token that is explained, and the one that it is compared with.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub answer: String,
    pub incorrect: Option<String>,
}

impl Question {
    /// `·Mary − ·John`, each token at most `room` characters.
    fn show(&self, room: usize) -> String {
        let answer = visible(&self.answer, room);
        match &self.incorrect {
            Some(incorrect) => format!("{answer} − {}", visible(incorrect, room)),
            None => answer,
        }
    }

    /// The chart's title in full.
    pub fn title(&self, form: Form) -> String {
        self.titles(form, usize::MAX).swap_remove(0)
    }

    /// What the parts explain.
    pub fn explained(&self) -> &'static str {
        match self.incorrect {
            Some(_) => "logit difference − bias",
            None => "logit − bias",
        }
    }

    /// Ways to say it, longest first.
    fn titles(&self, form: Form, room: usize) -> Vec<String> {
        let question = self.show(room);
        match form {
            Form::Parts(Unit::Component) => vec![
                format!("Components: what each part adds to {question}"),
                format!("Components: {question}"),
            ],
            Form::RunningSum => vec![
                format!("Logit lens: {question} if the model stopped here"),
                format!("Logit lens: {question}"),
            ],
            Form::Parts(Unit::Head) => vec![
                format!("Heads: what each attention head adds to {question}"),
                format!("Heads: {question}"),
            ],
        }
    }
}

/// What an entry of the legend shows beside its words.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Swatch {
    /// The colour of a sign.
    Sign(f64),
    Solid,
    Hollow,
    Dot,
    Ring,
    Diamond,
    Dash,
    /// The whole colour scale, from minus to plus this many logits.
    Scale(f64),
}

const SWATCH: f64 = 9.0;
const SCALE: f64 = 72.0;
const GAP: f64 = 5.0;
const BETWEEN: f64 = 14.0;

#[derive(Debug, Clone)]
struct Entry {
    swatch: Swatch,
    words: String,
}

impl Entry {
    fn width(&self) -> f64 {
        let words = width(&self.words, size::LABEL);
        match self.swatch {
            Swatch::Scale(limit) => width(&signed(-limit), size::LABEL) + GAP + SCALE + GAP + words,
            _ => SWATCH + GAP + words,
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
            Swatch::Scale(limit) => {
                let low = signed(-limit);
                let x0 = x + width(&low, size::LABEL) + GAP;
                sketch.text(&low, (x0 - GAP, baseline), Align::Right, size::LABEL, palette.grey);
                const STEPS: usize = 24;
                for step in 0..STEPS {
                    let value = (2 * step + 1) as f64 / STEPS as f64 - 1.0;
                    let color = palette.diverging(value, palette.paper);
                    let x = x0 + SCALE * step as f64 / STEPS as f64;
                    sketch.rect(square(x, SCALE / STEPS as f64), color);
                }
                words = x0 + SCALE + GAP;
            }
        }
        sketch.text(&self.words, (words, baseline), Align::Left, size::LABEL, palette.grey);
    }
}

/// A part that is not attention: its colour as an outline around a tint.
pub(super) fn hollow(rect: Rect, color: RGBColor, sketch: &mut Sketch, palette: &Palette) {
    sketch.rect(rect, super::color::mix(palette.paper, color, 0.35));
    if rect.width() >= 5.0 && rect.height() >= 3.0 {
        sketch.outline(rect, 1.0, color);
    }
}

pub(super) fn ring(center: (f64, f64), radius: f64, sketch: &mut Sketch, palette: &Palette) {
    sketch.dot(center, radius, palette.ink);
    sketch.dot(center, radius - 1.2, palette.paper);
}

pub(super) fn diamond((x, y): (f64, f64), radius: f64, sketch: &mut Sketch, palette: &Palette) {
    let points = vec![(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)];
    sketch.polygon(points, palette.ink);
}

pub(super) fn dashes((x0, x1): (f64, f64), y: f64, sketch: &mut Sketch, palette: &Palette) {
    let mut x = x0;
    while x < x1 {
        sketch.level((x, (x + 3.0).min(x1)), y, palette.ink);
        x += 6.0;
    }
}

/// Title and legend, on one line or two.
#[derive(Debug, Clone)]
pub(super) struct Header {
    title: String,
    legend: Vec<Entry>,
    view_width: f64,
    two_lines: bool,
}

impl Header {
    /// The longest wording that fits a view `view_width` wide. `limit` is the value at the end of the colour scale.
    pub fn new(form: Form, question: &Question, limit: f64, view_width: f64) -> Self {
        let titles = question.titles(form, 14);
        let legends = [true, false].map(|long| legend(form, question, limit, long));
        let (x0, x1) = Frame::span(view_width);
        let room = x1 - x0;
        for title in &titles {
            for legend in &legends {
                let needed = width(title, size::TITLE) + 2.0 * BETWEEN + legend_width(legend);
                if needed <= room && (view_width >= 560.0 || title == &titles[0]) {
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
        let title = titles
            .iter()
            .find(|title| width(title, size::TITLE) <= across)
            .cloned()
            .unwrap_or_else(|| fit(titles.last().map_or("", String::as_str), size::TITLE, across));
        let [mut long, mut short] = legends;
        let legend = if legend_width(&long) <= room {
            std::mem::take(&mut long)
        } else {
            // Both signs or neither, attention and MLP or neither: one alone would say the wrong thing.
            let at_once = if form == Form::RunningSum { 1 } else { 2 };
            while !short.is_empty() && legend_width(&short) > room {
                short.truncate(short.len().saturating_sub(at_once));
            }
            short
        };
        Self {
            title,
            legend,
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
        let (title_at, mut x) = if self.two_lines {
            ((self.view_width - x1, 16.0), x0)
        } else {
            ((x0, baseline), x1 - legend_width(&self.legend))
        };
        sketch.text(&self.title, title_at, Align::Left, size::TITLE, palette.ink);
        for entry in &self.legend {
            entry.draw(x, baseline, sketch, palette);
            x += entry.width() + BETWEEN;
        }
    }
}

fn legend_width(legend: &[Entry]) -> f64 {
    legend.iter().map(Entry::width).sum::<f64>() + BETWEEN * legend.len().saturating_sub(1) as f64
}

/// The legend, most needed first.
fn legend(form: Form, question: &Question, limit: f64, long: bool) -> Vec<Entry> {
    let entry = |swatch, words: &str| Entry {
        swatch,
        words: words.into(),
    };
    let say = |many: &str, few: &str| if long { many.to_string() } else { few.to_string() };
    let room = if long { 12 } else { 7 };
    let answer = visible(&question.answer, room);
    let towards = Entry {
        swatch: Swatch::Sign(1.0),
        words: say(&format!("towards {answer}"), &format!("+ {answer}")),
    };
    let away = Entry {
        swatch: Swatch::Sign(-1.0),
        words: match &question.incorrect {
            Some(incorrect) => {
                let incorrect = visible(incorrect, room);
                say(&format!("towards {incorrect}"), &format!("− {incorrect}"))
            }
            None => say("away from it", "− away"),
        },
    };
    match form {
        Form::Parts(Unit::Component) => vec![
            towards,
            away,
            entry(Swatch::Solid, &say("attention", "attn")),
            entry(Swatch::Hollow, "MLP"),
        ],
        Form::RunningSum => vec![
            entry(Swatch::Ring, &say("before a layer", "pre")),
            entry(Swatch::Dot, &say("after its attention", "mid")),
            entry(Swatch::Diamond, "final"),
            entry(
                Swatch::Dash,
                &say(
                    question.explained(),
                    if question.incorrect.is_some() {
                        "diff. − bias"
                    } else {
                        "logit − bias"
                    },
                ),
            ),
        ],
        Form::Parts(Unit::Head) => vec![
            entry(Swatch::Scale(limit), &format!("{} logits", signed(limit))),
            towards,
            away,
        ],
    }
}
