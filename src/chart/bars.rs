//! Unit `component`: diverging bars. In each layer's slot attention stands left and the MLP right, in the order in which
//! they write; in the first slot, the embeddings.

use super::belonging::belonging;
use super::kind::{Kind, Mark, Plot};
use super::legend::{Entry, Legend, Swatch, lost, signs};
use super::order::largest_first;
use super::scale::Scale;
use super::scene::Scene;
use super::shape::Shape;
use super::sketch::{Align, Rect, Sketch, size};
use super::spread::{SPECK, Spread, Variation, beside};
use super::subject::Subject;
use super::symbols::{hollow, whisker};
use super::text::{signed, width};
use super::values::hold;
use crate::attribution::{Part, labels};

/// The widest bar, in CSS pixels.
const WIDEST: f64 = 36.0;
/// Bars shorter than this share of the longest go without their value.
const WORTH_SAYING: f64 = 0.04;
/// How far an outline stands out beside its bar, in CSS pixels.
const WIDER: f64 = 3.0;
/// The height of a value and what is between it and its bar.
const VALUE: f64 = 14.0;
/// The widest cap of a whisker, in CSS pixels.
const CAP: f64 = 8.0;

pub(super) struct Bars;

impl Kind for Bars {
    fn labels(&self, shape: &Shape) -> Vec<Part> {
        labels::components(shape.attentions, shape.mlps)
    }

    fn order(&self) -> &'static str {
        "embed, pos_embed, 0_attn_out, 0_mlp_out, ..."
    }

    fn titles(&self, question: &str, _: Option<Part>) -> [String; 2] {
        [
            format!("Components: what each part adds to {question}"),
            format!("Components: {question}"),
        ]
    }

    fn legend(&self, subject: &Subject, _: &Shape, _: f64) -> Legend {
        let attention = Entry::new(Swatch::Solid, "attention", "attn");
        let mlp = Entry::new(Swatch::Hollow, "MLP", "MLP");
        Legend(vec![signs(subject), vec![attention, mlp]])
    }

    fn effect(&self) -> Option<Entry> {
        Some(lost(Swatch::Outline, "outline"))
    }

    fn variation(&self) -> Option<Variation> {
        Some(Variation::Whisker)
    }

    fn extent(&self, parts: &[f64], _: f64, least: (f64, f64)) -> (f64, f64) {
        hold(least, parts)
    }

    fn plot<'a>(&self, scene: &'a Scene) -> Box<dyn Plot + 'a> {
        Box::new(Layout {
            scene,
            scale: Scale::new(scene.values.range, &scene.frame.plot),
        })
    }
}

struct Layout<'a> {
    scene: &'a Scene<'a>,
    scale: Scale,
}

impl Layout<'_> {
    /// From zero to what is lost without part `i`, a little wider than its bar.
    fn outline(&self, i: usize) -> Option<Rect> {
        let (zero, end) = (self.scale.y(0.0), self.scale.y(self.scene.values.effect(i)?));
        let bar = self.rect(i);
        let wider = WIDER.min((self.scene.frame.slot() / 2.0 - bar.width()) / 2.0);
        Some(Rect {
            x0: bar.x0 - wider,
            x1: bar.x1 + wider,
            y0: zero.min(end),
            y1: zero.max(end),
        })
    }

    /// From the mean less its standard deviation to the mean and it, as wide as its caps.
    fn whisker(&self, i: usize) -> Option<Rect> {
        let (mean, sd) = (self.scene.values.parts[i], self.scene.sd(i)?);
        let bar = self.rect(i);
        let cap = (bar.width() / 2.0).min(CAP) / 2.0;
        let (middle, _) = bar.center();
        Some(Rect {
            x0: middle - cap,
            x1: middle + cap,
            y0: self.scale.y(mean + sd),
            y1: self.scale.y(mean - sd),
        })
    }

    /// Each prompt of part `i` as a dot, and the whisker over them.
    fn draw_spread(&self, i: usize, sketch: &mut Sketch) {
        let Scene { spread, palette, .. } = self.scene;
        let bar = self.rect(i);
        let (middle, _) = bar.center();
        for (prompt, value) in spread.iter().flat_map(|spread| spread.samples(i)).enumerate() {
            let x = middle + beside(prompt) * bar.width() / 2.0;
            sketch.dot((x, self.scale.y(value)), SPECK, palette.grey);
        }
        if let Some(Rect { x0, x1, y0, y1 }) = self.whisker(i) {
            whisker(middle, (y0, y1), x1 - x0, sketch, palette);
        }
    }

    /// Where the value of part `i` begins, away from zero: at the end of its bar and whisker, unless its outline ends where the value
    /// would be.
    fn end(&self, i: usize) -> f64 {
        let value = self.scene.values.parts[i];
        let (bar, outline) = (self.rect(i), self.outline(i));
        let (end, further) = match value < 0.0 {
            true => (bar.y1, outline.map(|outline| outline.y1 - bar.y1)),
            false => (bar.y0, outline.map(|outline| bar.y0 - outline.y0)),
        };
        let further = further
            .filter(|further| (0.0..VALUE + 2.0).contains(further))
            .unwrap_or(0.0);
        let whisker = self.whisker(i).map_or(0.0, |whisker| match value < 0.0 {
            true => whisker.y1 - end,
            false => end - whisker.y0,
        });
        let further = further.max(whisker);
        end + if value < 0.0 { further } else { -further }
    }

    /// Values beyond the ends of the bars, the largest first, where they touch nothing.
    fn draw_values(&self, sketch: &mut Sketch) {
        let Scene {
            frame, values, palette, ..
        } = self.scene;
        let bars: Vec<Rect> = (0..values.parts.len()).map(|i| self.rect(i)).collect();
        let outlines: Vec<Rect> = (0..bars.len()).filter_map(|i| self.outline(i)).collect();
        let ends = outlines.iter().flat_map(|&outline| {
            let end = |y: f64| Rect {
                y0: y - 0.5,
                y1: y + 0.5,
                ..outline
            };
            [end(outline.y0), end(outline.y1)]
        });
        let whiskers = (0..bars.len()).filter_map(|i| self.whisker(i));
        let obstacles: Vec<Rect> = bars.iter().copied().chain(ends).chain(whiskers).collect();
        let lit = self.scene.lit();
        let worth = (0..bars.len()).filter(|&i| values.strength(values.parts[i]).abs() >= WORTH_SAYING);
        let order = largest_first(worth, &|i| values.parts[i].abs());
        let mut taken: Vec<Rect> = Vec::new();
        for i in order {
            let value = values.parts[i];
            let text = signed(value);
            let room = width(&text, size::VALUE);
            let middle = bars[i].center().0;
            if middle - room / 2.0 < frame.plot.x0 || middle + room / 2.0 > frame.plot.x1 {
                continue;
            }
            let end = self.end(i);
            let y0 = if value < 0.0 { end + 3.0 } else { end - VALUE };
            let place = Rect {
                x0: middle - room / 2.0,
                x1: middle + room / 2.0,
                y0,
                y1: y0 + 11.0,
            };
            let free = place.y0 >= frame.plot.y0 - 4.0
                && place.y1 <= frame.plot.y1 + 2.0
                && !taken.iter().any(|other| other.grown(2.0).overlaps(&place))
                && !obstacles.iter().any(|obstacle| obstacle.overlaps(&place));
            if free {
                // The sides of an outline go behind it.
                if outlines.iter().any(|outline| outline.overlaps(&place)) {
                    let ground = match lit.contains(&(i / 2)) {
                        true => palette.lit,
                        false => palette.paper,
                    };
                    sketch.rect(place, ground);
                }
                let baseline = place.y0 + 9.0;
                sketch.text(&text, (middle, baseline), Align::Center, size::VALUE, palette.ink);
                taken.push(place);
            }
        }
    }
}

impl Plot for Layout<'_> {
    fn draw(&self, sketch: &mut Sketch) {
        let Scene {
            frame, values, palette, ..
        } = self.scene;
        self.scale.draw(self.scene.subject.unit(), frame, sketch, palette);
        for outline in (0..values.parts.len()).filter_map(|i| self.outline(i)) {
            sketch.outline(outline, 1.0, palette.grey);
        }
        for (i, part) in self.scene.parts().iter().enumerate() {
            let color = palette.sign(values.parts[i]);
            let bar = self.rect(i);
            match part {
                Part::MlpOut(_) => hollow(bar, color, sketch, palette),
                _ => sketch.rect(bar, color),
            }
        }
        self.scale.draw_zero(frame, sketch, palette);
        for i in 0..values.parts.len() {
            self.draw_spread(i, sketch);
        }
        // Among dots nobody could read them.
        if !self.scene.spread.is_some_and(Spread::shows_samples) {
            self.draw_values(sketch);
        }
    }

    fn rect(&self, i: usize) -> Rect {
        let frame = &self.scene.frame;
        let half = frame.slot() / 2.0;
        let wide = (0.8 * half).min(half - 1.0).max(0.5 * half).min(WIDEST);
        let middle = frame.x(i as f64 / 2.0 + 0.25);
        let (zero, end) = (self.scale.y(0.0), self.scale.y(self.scene.values.parts[i]));
        Rect {
            x0: middle - wide / 2.0,
            x1: middle + wide / 2.0,
            y0: zero.min(end),
            y1: zero.max(end),
        }
    }

    /// A bar is meant by its whole height of the plot: a short one could not be pointed at.
    fn target(&self, i: usize) -> Rect {
        let frame = &self.scene.frame;
        Rect {
            x0: frame.x(i as f64 / 2.0),
            x1: frame.x((i + 1) as f64 / 2.0),
            ..frame.plot
        }
    }

    fn mark(&self, part: Part, mark: Mark, sketch: &mut Sketch) {
        for i in belonging(part, self.scene.parts()) {
            mark.draw(self.rect(i), sketch, &self.scene.palette);
        }
    }
}
