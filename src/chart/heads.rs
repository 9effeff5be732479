//! Unit `head`: a grid, heads down and layers across, and below it, apart, a strip for the remainder, which comes from
//! every depth. In deep models a head is a speck, so there is a bar above each layer as well, for the sum of its heads.

use plotters::style::RGBColor;

use super::belonging::belonging;
use super::color::{mix, text_on};
use super::key::Key;
use super::kind::{Beside, Kind, Mark, Plot};
use super::layer_sums::LayerSums;
use super::legend::{Entry, Legend, Swatch, lost, signs};
use super::order::largest_first;
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
/// So many cells at most say their value, the strongest: a grid full of numbers is read by nobody.
const SAID: usize = 15;
/// From so many layers on there are sums, and cells too small for a value say nothing.
const DEEP: usize = 24;
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
        let layers = Rect {
            x0: scene.frame.x(1.0),
            x1: scene.frame.x((scene.shape.attentions + 1) as f64),
            ..plot
        };
        let strip = STRIP.min(plot.height() / 5.0);
        let apart = APART.min(strip);
        let deep = scene.shape.n_layer >= DEEP;
        let sums = deep.then(|| LayerSums::of(scene));
        let y0 = sums.as_ref().map_or(plot.y0, |sums| sums.bottom() + apart);
        Box::new(Layout {
            scene,
            lit: scene.lit(),
            n_head: scene.shape.n_head,
            sums,
            grid: Rect {
                y0,
                y1: plot.y1 - strip - apart,
                ..layers
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
    /// Slots that are pointed at, or hold what is selected.
    lit: Vec<usize>,
    n_head: usize,
    /// If the model is deep.
    sums: Option<LayerSums<'a>>,
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

    fn strength(&self, i: usize) -> f64 {
        let values = &self.scene.values;
        values.strength(values.parts[i])
    }

    /// What a head's cell is filled with.
    fn color(&self, i: usize) -> RGBColor {
        let palette = &self.scene.palette;
        let slot = self.scene.parts()[i].layer().map_or(0, |layer| layer + 1);
        let is_lit = self.lit.contains(&slot);
        palette.diverging(self.strength(i), if is_lit { palette.lit } else { palette.paper })
    }

    /// What is lost without each head, and whether it varies.
    fn draw_marks(&self, colors: &[RGBColor], sketch: &mut Sketch) {
        let Scene { values, palette, .. } = self.scene;
        let side = self.scene.frame.slot().min(self.row());
        let leg = (0.45 * side).min(LEG);
        for (i, &color) in colors.iter().enumerate() {
            let effect = values.effect(i).map_or(0.0, |effect| values.strength(effect));
            if effect.abs() >= WORTH_SAYING {
                let edge = mix(color, text_on(color), 0.6);
                corner(
                    self.drawn(i),
                    leg,
                    palette.diverging(effect, palette.paper),
                    edge,
                    sketch,
                );
            }
        }
        for (i, &color) in colors.iter().enumerate() {
            let sd = self.scene.sd(i).unwrap_or(0.0);
            let varies = sd > values.parts[i].abs() && values.strength(sd) >= WORTH_SAYING;
            if varies && side >= 2.0 * INSET {
                let cell = self.drawn(i);
                sketch.dot((cell.x1 - INSET, cell.y1 - INSET), MARK, text_on(color));
            }
        }
    }

    /// The strongest heads' values; or their signs, where no value fits.
    fn draw_values(&self, colors: &[RGBColor], sketch: &mut Sketch) {
        let worth_saying = (0..colors.len()).filter(|&i| self.strength(i).abs() >= WORTH_SAYING);
        let mut said = largest_first(worth_saying, &|i| self.strength(i).abs());
        said.truncate(SAID);
        let value = |i: usize| signed(self.scene.values.parts[i]);
        let widest = said.iter().map(|&i| width(&value(i), size::VALUE)).fold(0.0, f64::max);
        let (slot, row) = (self.scene.frame.slot(), self.row());
        let (fits, sign_fits) = (
            slot >= widest + 4.0 && row >= size::VALUE + 1.0,
            slot.min(row) >= size::VALUE && self.sums.is_none(),
        );
        for i in said {
            let text = match value(i) {
                text if fits => text,
                text if sign_fits => text.chars().take(1).collect(),
                _ => continue,
            };
            let (x, y) = self.drawn(i).center();
            let at = (x, y + 0.36 * size::VALUE);
            sketch.text(&text, at, Align::Center, size::VALUE, text_on(colors[i]));
        }
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
        let heads = self.scene.parts().len() - 1;
        sketch.rect(self.grid, self.scene.palette.hairline);
        let colors: Vec<RGBColor> = (0..heads).map(|i| self.color(i)).collect();
        // Cells of a colour together, and texts last: a canvas is told its colour less often.
        let code = |i: usize| {
            let RGBColor(r, g, b) = colors[i];
            f64::from(u32::from_be_bytes([0, r, g, b]))
        };
        for i in largest_first(0..heads, &code) {
            sketch.rect(self.drawn(i), colors[i]);
        }
        self.draw_marks(&colors, sketch);
        self.draw_values(&colors, sketch);
        if let Some(sums) = &self.sums {
            sums.draw(sketch);
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

    fn beside(&self) -> Vec<Beside> {
        self.sums.as_ref().map_or_else(Vec::new, LayerSums::items)
    }

    fn mark(&self, part: Part, mark: Mark, sketch: &mut Sketch) {
        let Scene { frame, palette, .. } = self.scene;
        if let Part::AttnOut(layer) = part {
            if layer < self.scene.shape.attentions {
                let Rect { y0, y1, .. } = self.grid;
                let y0 = if self.sums.is_some() { frame.plot.y0 } else { y0 };
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
