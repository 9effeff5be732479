//! Form `layer`: a path through what has been added up before, in the middle of and after each layer. A state lies where
//! the parts that it sums end: `3_pre` on the left edge of layer 3's slot, `3_mid` in its middle.

use super::kind::{Kind, Mark, Plot};
use super::legend::{Entry, Legend, Swatch};
use super::scale::Scale;
use super::scene::Scene;
use super::shape::Shape;
use super::sketch::{Align, Rect, Sketch, size};
use super::spread::{SPECK, Spread, Variation, beside};
use super::subject::Subject;
use super::symbols::{dashes, diamond, ring, whisker};
use super::text::{signed, width};
use super::values::hold;
use crate::attribution::{Part, labels};

pub(super) struct RunningSum;

impl Kind for RunningSum {
    fn labels(&self, shape: &Shape) -> Vec<Part> {
        // What is read before a layer ends with the state there.
        let before = usize::from(matches!(shape.end, Part::Pre(_)));
        labels::states(shape.attentions + before, shape.end)
    }

    fn order(&self) -> &'static str {
        "0_pre, 0_mid, ..., final_post"
    }

    fn titles(&self, question: &str, _: Option<Part>) -> [String; 2] {
        [
            format!("Running sum: what has been added to {question} so far"),
            format!("Running sum: {question}"),
        ]
    }

    fn legend(&self, subject: &Subject, _: &Shape, _: f64) -> Legend {
        let inside = subject.inside();
        let few = match subject.is_difference() {
            _ if inside || subject.mean => goal(subject),
            true => "diff. − bias",
            false => "logit − bias",
        };
        let (last, end) = if inside {
            ("where it is read", "read")
        } else {
            ("final", "final")
        };
        let entries = [
            Entry::new(Swatch::Ring, "before a layer", "pre"),
            Entry::new(Swatch::Dot, "after its attention", "mid"),
            Entry::new(Swatch::Diamond, last, end),
            Entry::new(Swatch::Dash, goal(subject), few),
        ];
        Legend(entries.map(|entry| vec![entry]).into())
    }

    fn variation(&self) -> Option<Variation> {
        Some(Variation::Whisker)
    }

    fn extent(&self, parts: &[f64], explained: f64, least: (f64, f64)) -> (f64, f64) {
        hold(least, parts.iter().chain([&explained]))
    }

    fn plot<'a>(&self, scene: &'a Scene) -> Box<dyn Plot + 'a> {
        let scale = Scale::new(scene.values.range, &scene.frame.plot);
        let values = &scene.values.parts;
        let last = values.len() - 1;
        let points = values
            .iter()
            .enumerate()
            .map(|(i, &value)| {
                // The state after the last layer has a slot of its own.
                let apart = i == last && scene.shape.end == Part::FinalPost;
                let depth = 1.0 + i as f64 / 2.0 + if apart { 0.5 } else { 0.0 };
                (scene.frame.x(depth), scale.y(value))
            })
            .collect();
        Box::new(Layout { scene, scale, points })
    }
}

/// What the sum is to reach.
fn goal(subject: &Subject) -> &'static str {
    match (&subject.through, subject.is_difference()) {
        (Some(_), _) => "its share",
        _ if subject.mean => "mean − bias",
        _ if subject.explain => "value − bias",
        (None, true) => "logit difference − bias",
        (None, false) => "logit − bias",
    }
}

struct Layout<'a> {
    scene: &'a Scene<'a>,
    scale: Scale,
    points: Vec<(f64, f64)>,
}

impl Layout<'_> {
    /// The path from state `i` to the next: what attention (even `i`) or the MLP (odd) of a layer wrote. The last one ends
    /// on the edge of its layer's slot; the final state is shown in the middle of its own.
    fn step(&self, i: usize) -> Vec<(f64, f64)> {
        let edge = self.scene.frame.x(1.5 + i as f64 / 2.0);
        vec![self.points[i], (edge, self.points[i + 1].1)]
    }

    fn radius(&self) -> f64 {
        (self.scene.frame.slot() / 6.0).min(3.0)
    }

    /// From the mean less its standard deviation to the mean and it, as wide as its caps.
    fn whisker(&self, i: usize) -> Option<Rect> {
        let (mean, sd) = (self.scene.values.parts[i], self.scene.sd(i)?);
        let (x, cap) = (self.points[i].0, self.radius());
        Some(Rect {
            x0: x - cap,
            x1: x + cap,
            y0: self.scale.y(mean + sd),
            y1: self.scale.y(mean - sd),
        })
    }

    /// Each prompt as a dot, and the whiskers over them.
    fn draw_spread(&self, sketch: &mut Sketch) {
        let Scene {
            frame, spread, palette, ..
        } = self.scene;
        for (i, &(x, _)) in self.points.iter().enumerate() {
            for (prompt, value) in spread.iter().flat_map(|spread| spread.samples(i)).enumerate() {
                let x = x + beside(prompt) * frame.slot() / 6.0;
                sketch.dot((x, self.scale.y(value)), SPECK, palette.grey);
            }
            if let Some(Rect { x0, x1, y0, y1 }) = self.whisker(i) {
                whisker(x, (y0, y1), x1 - x0, sketch, palette);
            }
        }
    }

    /// What is explained, the first state, the highest and the lowest, where they touch nothing.
    fn draw_values(&self, sketch: &mut Sketch) {
        let Scene { frame, values, .. } = self.scene;
        let mut taken: Vec<Rect> = (0..values.parts.len()).filter_map(|i| self.whisker(i)).collect();
        let whiskers = taken.len();
        let at = (frame.seen().x1 - 2.0, self.scale.y(values.explained));
        let text = signed(values.explained);
        let in_words = format!("{} {text}", goal(self.scene.subject));
        self.write(&in_words, at, Align::Right, &mut taken, sketch);
        if taken.len() == whiskers {
            self.write(&text, at, Align::Right, &mut taken, sketch);
        }
        let last = values.parts.len() - 1;
        let by_value = |&a: &usize, &b: &usize| values.parts[a].total_cmp(&values.parts[b]);
        let mut said: Vec<usize> = [
            (0..last).max_by(by_value),
            (0..last).min_by(by_value),
            Some(0).filter(|_| last > 0),
        ]
        .into_iter()
        .flatten()
        .collect();
        said.sort_unstable();
        said.dedup();
        for i in said {
            let text = signed(values.parts[i]);
            self.write(&text, self.points[i], Align::Center, &mut taken, sketch);
        }
    }

    /// Writes `text` at (x, y), above or below, if it then touches no line and nothing that is `taken`.
    fn write(&self, text: &str, (x, y): (f64, f64), align: Align, taken: &mut Vec<Rect>, sketch: &mut Sketch) {
        let plot = &self.scene.frame.plot;
        let room = width(text, size::VALUE);
        let x0 = match align {
            Align::Left => x,
            Align::Center => x - room / 2.0,
            Align::Right => x - room,
        };
        let free = [y - 17.0, y + 6.0].into_iter().find_map(|y0| {
            let place = Rect {
                x0,
                x1: x0 + room,
                y0,
                y1: y0 + 11.0,
            };
            let touched = self
                .points
                .windows(2)
                .any(|pair| crosses(pair[0], pair[1], &place.grown(2.0)))
                || taken.iter().any(|other| other.overlaps(&place))
                || (place.y0..place.y1).contains(&self.scale.y(self.scene.values.explained));
            let inside = x0 >= plot.x0 && place.x1 <= plot.x1 && y0 >= plot.y0 - 4.0 && place.y1 <= plot.y1 + 2.0;
            (inside && !touched).then_some(place)
        });
        if let Some(place) = free {
            sketch.text(text, (x, place.y0 + 9.0), align, size::VALUE, self.scene.palette.ink);
            taken.push(place);
        }
    }
}

/// Whether the line from `a` to `b` passes through `rect`, to within a pixel.
fn crosses(a: (f64, f64), b: (f64, f64), rect: &Rect) -> bool {
    let steps = ((b.0 - a.0).abs().max((b.1 - a.1).abs()).ceil() as usize).max(1);
    (0..=steps).any(|k| {
        let share = k as f64 / steps as f64;
        rect.contains(a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share)
    })
}

impl Plot for Layout<'_> {
    fn draw(&self, sketch: &mut Sketch) {
        let Scene {
            frame, values, palette, ..
        } = self.scene;
        self.scale.draw(self.scene.subject.unit(), frame, sketch, palette);
        self.scale.draw_zero(frame, sketch, palette);
        let explained = self.scale.y(values.explained);
        let seen = frame.seen();
        dashes((seen.x0, seen.x1), explained, sketch, palette);
        let last = self.points.len() - 1;
        if let Some(before) = last.checked_sub(1) {
            let carried = vec![self.step(before)[1], self.points[last]];
            sketch.path(carried, palette.grey, 1.0);
        }
        for i in 0..last {
            let written = values.parts[i + 1] - values.parts[i];
            sketch.path(self.step(i), palette.sign(written), 2.0);
        }
        self.draw_spread(sketch);
        let radius = self.radius();
        if radius >= 1.5 {
            for (i, &point) in self.points[..last].iter().enumerate() {
                match i % 2 {
                    0 => ring(point, radius, sketch, palette),
                    _ => sketch.dot(point, radius, palette.ink),
                }
            }
        }
        diamond(self.points[last], (radius + 2.0).max(3.5), sketch, palette);
        // Among dots nobody could read them.
        if !self.scene.spread.is_some_and(Spread::shows_samples) {
            self.draw_values(sketch);
        }
    }

    fn rect(&self, i: usize) -> Rect {
        let (x, y) = self.points[i];
        let point = Rect {
            x0: x,
            x1: x,
            y0: y,
            y1: y,
        };
        point.grown(self.radius().max(1.0))
    }

    /// The state nearest in depth is meant.
    fn target(&self, i: usize) -> Rect {
        let plot = self.scene.frame.plot;
        let x = |i: usize| self.points[i].0;
        Rect {
            x0: if i == 0 { plot.x0 } else { (x(i - 1) + x(i)) / 2.0 },
            x1: if i + 1 == self.points.len() {
                plot.x1
            } else {
                (x(i) + x(i + 1)) / 2.0
            },
            ..plot
        }
    }

    /// A state is ringed; what attention, a head or an MLP wrote is the path between two.
    fn mark(&self, part: Part, mark: Mark, sketch: &mut Sketch) {
        let palette = &self.scene.palette;
        if let Some(i) = self.scene.parts().iter().position(|&p| p == part) {
            mark.draw(self.rect(i).grown(2.0), sketch, palette);
            return;
        }
        let shape = self.scene.shape;
        let step = match part {
            Part::AttnOut(layer) | Part::Head { layer, .. } if layer < shape.attentions => 2 * layer,
            Part::MlpOut(layer) if layer < shape.mlps => 2 * layer + 1,
            _ => return,
        };
        sketch.path(self.step(step), mark.color(palette), 2.0 + mark.width());
    }
}
