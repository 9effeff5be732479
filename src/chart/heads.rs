//! Unit `head`: a grid, heads down and layers across, and below it, apart, a strip for the remainder, which comes from
//! every depth.

use super::belonging::belonging;
use super::color::{mix, text_on};
use super::key::Key;
use super::kind::{Kind, Mark, Plot};
use super::legend::{Entry, Legend, Swatch, lost, signs};
use super::scene::Scene;
use super::shape::Shape;
use super::sketch::{Align, Rect, Sketch, size};
use super::spread::Variation;
use super::subject::Subject;
use super::symbols::corner;
use super::text::{signed, width};
use super::values::hold;
use crate::attribution::{Part, labels};

/// Cells weaker than this go without their value.
const WORTH_SAYING: f64 = 0.08;
/// The remainder's strip, and what separates it from the grid, in CSS pixels.
const STRIP: f64 = 16.0;
const APART: f64 = 7.0;
/// The longest leg of the corner that shows what is lost without a head.
const LEG: f64 = 11.0;
/// The radius of the mark of a head that varies by more than its mean, and how far it is from the edges of the cell.
const MARK: f64 = 1.8;
const INSET: f64 = 5.0;

pub(super) struct Heads;

impl Kind for Heads {
    fn labels(&self, shape: &Shape) -> Vec<Part> {
        labels::heads(shape.attentions, shape.n_head)
    }

    fn order(&self) -> &'static str {
        "L0H0, L0H1, ..., remainder"
    }

    fn titles(&self, question: &str, _: Option<Part>) -> [String; 2] {
        [
            format!("Heads: what each attention head adds to {question}"),
            format!("Heads: {question}"),
        ]
    }

    fn legend(&self, subject: &Subject, shape: &Shape, limit: f64) -> Legend {
        // Before the first layer there is no head to measure.
        if shape.attentions == 0 {
            return Legend(vec![signs(subject)]);
        }
        let limit_in_words = format!("{} {}", signed(limit), subject.unit());
        let scale = Entry::new(
            Swatch::Scale(limit),
            limit_in_words.trim_end(),
            limit_in_words.trim_end(),
        );
        Legend(vec![vec![scale], signs(subject)])
    }

    fn effect(&self) -> Option<Entry> {
        Some(lost(Swatch::Corner, "corner"))
    }

    fn variation(&self) -> Option<Variation> {
        Some(Variation::Mark)
    }

    /// The remainder, which is often larger than any head, is said and not measured.
    fn extent(&self, parts: &[f64], _: f64, least: (f64, f64)) -> (f64, f64) {
        let (low, high) = hold(least, &parts[..parts.len() - 1]);
        (-high.max(-low), high.max(-low))
    }

    /// Across by layers, down by heads; the remainder lies below the last head.
    fn step(&self, parts: &[Part], at: usize, key: Key) -> usize {
        let (n_head, remainder) = (n_head(parts), parts.len() - 1);
        if at == remainder {
            return match key {
                Key::Up | Key::Left => n_head.saturating_sub(1),
                Key::Home => 0,
                Key::Right | Key::Down | Key::End => remainder,
            };
        }
        let head = at % n_head.max(1);
        match key {
            Key::Left => at.checked_sub(n_head).unwrap_or(at),
            Key::Right if at + n_head < remainder => at + n_head,
            Key::Right => at,
            Key::Up => at - head.min(1),
            Key::Down if head + 1 == n_head => remainder,
            Key::Down => at + 1,
            Key::Home => head,
            Key::End => remainder - n_head + head,
        }
    }

    fn plot<'a>(&self, scene: &'a Scene) -> Box<dyn Plot + 'a> {
        let plot = scene.frame.plot;
        let strip = STRIP.min(plot.height() / 5.0);
        let apart = APART.min(strip);
        Box::new(Layout {
            scene,
            n_head: scene.shape.n_head,
            grid: Rect {
                x0: scene.frame.x(1.0),
                x1: scene.frame.x((scene.shape.attentions + 1) as f64),
                y1: plot.y1 - strip - apart,
                ..plot
            },
            strip: Rect {
                y0: plot.y1 - strip,
                ..plot
            },
        })
    }
}

/// Every layer has as many.
fn n_head(parts: &[Part]) -> usize {
    parts.iter().filter(|part| part.layer() == Some(0)).count()
}

struct Layout<'a> {
    scene: &'a Scene<'a>,
    n_head: usize,
    grid: Rect,
    strip: Rect,
}

impl Layout<'_> {
    fn row(&self) -> f64 {
        self.grid.height() / self.n_head as f64
    }

    /// Cells large enough are a hairline apart.
    fn drawn(&self, i: usize) -> Rect {
        let apart = self.scene.frame.slot().min(self.row()) >= 6.0;
        self.rect(i).grown(if apart { -0.5 } else { 0.0 })
    }

    fn draw_head_labels(&self, sketch: &mut Sketch) {
        let Scene { frame, palette, .. } = self.scene;
        let row = self.row();
        let step = ((size::LABEL + 2.0) / row).ceil().max(1.0) as usize;
        for head in (0..self.n_head).step_by(step) {
            let y = self.grid.y0 + (head as f64 + 0.5) * row;
            frame.draw_label(&head.to_string(), y, palette.grey, sketch);
        }
        frame.draw_axis_name("head", self.grid.center().1, sketch, palette);
    }

    fn draw_remainder(&self, i: usize, sketch: &mut Sketch) {
        let Scene {
            frame, values, palette, ..
        } = self.scene;
        let value = values.parts[i];
        let magnitude: f64 = values.parts.iter().map(|value| value.abs()).sum();
        let share = if magnitude > 0.0 { value.abs() / magnitude } else { 0.0 };
        // The whole strip is all that the heads and the rest push, either way: the rest fills its share of that.
        let bar = Rect {
            x1: self.strip.x0 + share * self.strip.width(),
            ..self.strip
        };
        let color = mix(palette.paper, palette.sign(value), 0.6);
        sketch.rect(self.strip, palette.paper);
        sketch.rect(bar, color);
        sketch.outline(self.strip, 1.0, palette.hairline);
        let (_, middle) = self.strip.center();
        if self.strip.height() < size::LABEL {
            return;
        }
        frame.draw_label("rest", middle, palette.grey, sketch);
        let percent = match 100.0 * share {
            share if share > 0.0 && share < 0.5 => format!("{}: <1% of all pushes", signed(value)),
            share => format!("{}: {share:.0}% of all pushes", signed(value)),
        };
        let long = format!("{percent} (embeddings, MLPs and biases)");
        let (inside, outside) = (bar.width() - 12.0, self.strip.x1 - bar.x1 - 12.0);
        let texts = [long, percent, signed(value)];
        let Some(text) = texts
            .iter()
            .find(|text| width(text, size::VALUE) <= inside.max(outside))
        else {
            return;
        };
        let fits_outside = width(text, size::VALUE) <= outside;
        let (x, ink) = if fits_outside {
            (bar.x1, palette.ink)
        } else {
            (bar.x0, text_on(color))
        };
        let at = (x + 6.0, middle + 0.36 * size::VALUE);
        sketch.text(text, at, Align::Left, size::VALUE, ink);
    }
}

impl Plot for Layout<'_> {
    fn draw(&self, sketch: &mut Sketch) {
        let Scene {
            frame, values, palette, ..
        } = self.scene;
        let parts = self.scene.parts();
        let lit = self.scene.lit();
        sketch.rect(self.grid, palette.hairline);

        let (slot, row) = (frame.slot(), self.row());
        let strengths: Vec<f64> = values.parts.iter().map(|&value| values.strength(value)).collect();
        let heads = parts.len() - 1;
        let widest = (0..heads)
            .filter(|&i| strengths[i].abs() >= WORTH_SAYING)
            .map(|i| width(&signed(values.parts[i]), size::VALUE))
            .fold(0.0, f64::max);
        let say_values = slot >= widest + 4.0 && row >= size::VALUE + 1.0;
        let leg = (0.45 * slot.min(row)).min(LEG);
        let say_signs = slot.min(row) >= size::VALUE;
        // After all cells: a canvas is told its colour less often.
        let (mut texts, mut corners, mut marks) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..heads {
            let column = parts[i].layer().map_or(0, |layer| layer + 1);
            let ground = if lit.contains(&column) {
                palette.lit
            } else {
                palette.paper
            };
            let color = palette.diverging(strengths[i], ground);
            let cell = self.drawn(i);
            sketch.rect(cell, color);
            let effect = values.effect(i).map_or(0.0, |effect| values.strength(effect));
            if effect.abs() >= WORTH_SAYING {
                let edge = mix(color, text_on(color), 0.6);
                corners.push((cell, palette.diverging(effect, palette.paper), edge));
            }
            let sd = self.scene.sd(i).unwrap_or(0.0);
            let varies = sd > values.parts[i].abs() && values.strength(sd) >= WORTH_SAYING;
            if varies && slot.min(row) >= 2.0 * INSET {
                marks.push(((cell.x1 - INSET, cell.y1 - INSET), text_on(color)));
            }
            let text = match values.parts[i] {
                _ if strengths[i].abs() < WORTH_SAYING => continue,
                value if say_values => signed(value),
                value if say_signs => signed(value).chars().take(1).collect(),
                _ => continue,
            };
            let (x, y) = cell.center();
            texts.push((text, (x, y + 0.36 * size::VALUE), text_on(color)));
        }
        for (cell, color, edge) in corners {
            corner(cell, leg, color, edge, sketch);
        }
        for (at, color) in marks {
            sketch.dot(at, MARK, color);
        }
        for (text, at, color) in texts {
            sketch.text(&text, at, Align::Center, size::VALUE, color);
        }
        self.draw_head_labels(sketch);
        self.draw_remainder(heads, sketch);
    }

    fn rect(&self, i: usize) -> Rect {
        let Part::Head { layer, head } = self.scene.parts()[i] else {
            return self.strip;
        };
        let y0 = self.grid.y0 + head as f64 * self.row();
        let column = self.scene.frame.column(layer + 1);
        Rect {
            y0,
            y1: y0 + self.row(),
            ..column
        }
    }

    fn target(&self, i: usize) -> Rect {
        self.rect(i)
    }

    fn mark(&self, part: Part, mark: Mark, sketch: &mut Sketch) {
        let Scene { frame, palette, .. } = self.scene;
        if let Part::AttnOut(layer) = part {
            if layer < self.scene.shape.attentions {
                let Rect { y0, y1, .. } = self.grid;
                let column = frame.column(layer + 1);
                mark.draw(Rect { y0, y1, ..column }, sketch, palette);
            }
            return;
        }
        for i in belonging(part, self.scene.parts()) {
            mark.draw(self.drawn(i), sketch, palette);
        }
    }
}
