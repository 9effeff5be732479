//! Units `source` and `neuron`: the strongest parts, largest first, as bars from a line in the middle; below each, thinner, by how
//! much it was multiplied: the attention paid to it, or its activation. What there is no room for is one last bar.

use super::kind::{Kind, Mark, Plot};
use super::legend::{Entry, Legend, Swatch, signs};
use super::order::largest_first;
use super::scene::Scene;
use super::shape::Shape;
use super::sketch::{Align, Rect, Sketch, size};
use super::subject::Subject;
use super::symbols::hollow;
use super::text::{fit, signed, visible, width};
use super::values::hold;
use crate::attribution::{Form, Part, Unit, labels};

/// The height of a row in CSS pixels, at least and at most.
const ROW: (f64, f64) = (19.0, 34.0);
/// Room for values beyond the bars.
const VALUE: f64 = 44.0;

/// Fewer rows than that are not left out, however little they add.
const AT_LEAST: usize = 5;
/// Parts below this share of the largest are.
const WORTH_A_ROW: f64 = 1e-3;

pub(super) struct Ranked {
    unit: &'static str,
    /// What is taken apart, and what its parts do.
    does: [&'static str; 2],
    /// By what parts are multiplied.
    factor: &'static str,
}

impl Ranked {
    pub const SOURCES: Self = Self {
        unit: "Sources",
        does: ["what ", " takes from each token, for "],
        factor: "attention",
    };
    pub const NEURONS: Self = Self {
        unit: "Neurons",
        does: ["what each of ", " adds to "],
        factor: "activation",
    };
}

impl Kind for Ranked {
    fn labels(&self, shape: &Shape) -> Vec<Part> {
        match shape.end {
            Part::Source(_) => labels::sources(shape.count),
            Part::MlpBias(layer) => labels::neurons(layer, shape.count - 1),
            _ => Vec::new(),
        }
    }

    fn order(&self) -> &'static str {
        "@0, @1, ...; or L3N0, L3N1, ..., 3_mlp_bias"
    }

    fn along_depth(&self) -> bool {
        false
    }

    fn titles(&self, question: &str, of: Option<Part>) -> [String; 2] {
        let (
            Self {
                unit,
                does: [what, does],
                ..
            },
            of,
        ) = (self, of.map_or(String::new(), |part| part.to_string()));
        [
            format!("{unit}: {what}{of}{does}{question}"),
            format!("{unit} of {of}: {question}"),
        ]
    }

    fn legend(&self, subject: &Subject, _: &Shape, _: f64) -> Legend {
        let factor = Entry::new(Swatch::Line, self.factor, self.factor);
        Legend(vec![signs(subject), vec![factor]])
    }

    fn extent(&self, parts: &[f64], _: f64, least: (f64, f64)) -> (f64, f64) {
        let (low, high) = hold(least, parts);
        (-high.max(-low), high.max(-low))
    }

    fn plot<'a>(&self, scene: &'a Scene) -> Box<dyn Plot + 'a> {
        let values = &scene.values.parts;
        let plot = Rect {
            x0: 12.0,
            y1: scene.frame.plot.y1 + 16.0,
            ..scene.frame.plot
        };
        let rows = ((plot.height() / ROW.0) as usize).max(2);
        let mut order = largest_first(0..values.len(), &|i| values[i].abs());
        let largest = order.first().map_or(0.0, |&i| values[i].abs());
        let worth = order
            .iter()
            .filter(|&&i| values[i].abs() >= WORTH_A_ROW * largest)
            .count();
        let shown = match worth.max(AT_LEAST) {
            worth if order.len() <= worth.min(rows) => order.len(),
            worth => worth.min(rows - 1),
        };
        let others: Vec<f64> = order.drain(shown..).map(|i| values[i]).collect();
        let rows = shown + usize::from(!others.is_empty());
        let mut names: Vec<String> = order.iter().map(|&i| name(scene, scene.parts()[i])).collect();
        names.extend(match others.len() {
            0 => None,
            1 => Some("1 other".into()),
            n => Some(format!("{n} others")),
        });
        let widest = names.iter().map(|name| width(name, size::LABEL)).fold(64.0, f64::max);
        Box::new(Layout {
            scene,
            order,
            names,
            row: (plot.height() / rows as f64).min(ROW.1),
            rows,
            others,
            bars: Rect {
                x0: plot.x0 + widest.min(0.4 * plot.width()) + 8.0,
                ..plot
            },
        })
    }
}

/// A part with its token, as a row is labelled.
fn name(scene: &Scene, part: Part) -> String {
    match part {
        Part::Source(token) => match scene.subject.tokens.get(token) {
            Some(text) => format!("{} {part}", visible(text, 16)),
            None => part.to_string(),
        },
        Part::MlpBias(_) => "output bias".into(),
        part => part.to_string(),
    }
}

struct Layout<'a> {
    scene: &'a Scene<'a>,
    /// The parts that have a row, from the top.
    order: Vec<usize>,
    /// Of these, and of the others.
    names: Vec<String>,
    /// What all others add.
    others: Vec<f64>,
    rows: usize,
    /// The height of a row.
    row: f64,
    bars: Rect,
}

impl Layout<'_> {
    /// Where a share of the largest value ends, -1 to 1.
    fn x(&self, strength: f64) -> f64 {
        let half = self.bars.width() / 2.0;
        self.bars.x0 + half + strength * (half - VALUE).max(half / 2.0)
    }

    /// The bar of a value in a row.
    fn bar(&self, row: usize, value: f64) -> Rect {
        let y0 = self.bars.y0 + row as f64 * self.row;
        let (zero, end) = (self.x(0.0), self.x(self.scene.values.strength(value)));
        Rect {
            x0: zero.min(end),
            x1: zero.max(end),
            y0: y0 + 2.0,
            y1: y0 + self.row - 6.0,
        }
    }

    fn draw_row(&self, row: usize, label: &str, value: f64, sketch: &mut Sketch) {
        let palette = &self.scene.palette;
        let bar = self.bar(row, value);
        match row < self.order.len() {
            true => sketch.rect(bar, palette.sign(value)),
            false => hollow(bar, palette.sign(value), sketch, palette),
        }
        let baseline = bar.center().1 + 0.36 * size::LABEL;
        let label = fit(label, size::LABEL, self.bars.x0 - 16.0);
        sketch.text(
            &label,
            (self.bars.x0 - 8.0, baseline),
            Align::Right,
            size::LABEL,
            palette.ink,
        );
        let (x, align) = match value < 0.0 {
            true => (bar.x0 - 5.0, Align::Right),
            false => (bar.x1 + 5.0, Align::Left),
        };
        sketch.text(&signed(value), (x, baseline), align, size::VALUE, palette.ink);
    }

    /// By how much a part was multiplied: attention as a share of all of it, an activation of the largest.
    fn draw_factors(&self, sketch: &mut Sketch) {
        let explanation = self.scene.explanation;
        let factors = explanation.factors();
        let largest = match explanation.form() {
            Form::Parts(Unit::Source { .. }) => 1.0,
            _ => factors.iter().flatten().map(|factor| factor.abs()).fold(0.0, f64::max),
        };
        for (row, &i) in self.order.iter().enumerate() {
            let Some(&Some(factor)) = factors.get(i).filter(|_| largest > 0.0) else {
                continue;
            };
            let y = self.bars.y0 + (row + 1) as f64 * self.row - 5.0;
            let (zero, end) = (self.x(0.0), self.x(factor / largest));
            let line = Rect {
                x0: zero.min(end),
                x1: zero.max(end),
                y0: y,
                y1: y + 2.0,
            };
            sketch.rect(line, self.scene.palette.grey);
        }
    }

    fn row_of(&self, i: usize) -> Option<usize> {
        self.order.iter().position(|&shown| shown == i)
    }
}

impl Plot for Layout<'_> {
    fn draw(&self, sketch: &mut Sketch) {
        let values = &self.scene.values.parts;
        for (row, (&i, name)) in self.order.iter().zip(&self.names).enumerate() {
            self.draw_row(row, name, values[i], sketch);
        }
        if let (Some(label), false) = (self.names.last(), self.others.is_empty()) {
            self.draw_row(self.order.len(), label, self.others.iter().sum(), sketch);
        }
        self.draw_factors(sketch);
        let (zero, end) = (self.x(0.0), self.bars.y0 + self.rows as f64 * self.row);
        sketch.path(vec![(zero, self.bars.y0), (zero, end)], self.scene.palette.grey, 1.0);
    }

    /// What has no row is nowhere.
    fn rect(&self, i: usize) -> Rect {
        let nowhere = Rect {
            x1: self.bars.x0,
            y0: self.bars.y1,
            ..self.bars
        };
        self.row_of(i)
            .map_or(nowhere, |row| self.bar(row, self.scene.values.parts[i]))
    }

    fn target(&self, i: usize) -> Rect {
        let Some(row) = self.row_of(i) else {
            return self.rect(i);
        };
        Rect {
            x0: 0.0,
            x1: self.bars.x1,
            y0: self.bars.y0 + row as f64 * self.row,
            y1: self.bars.y0 + (row + 1) as f64 * self.row,
        }
    }

    fn mark(&self, part: Part, mark: Mark, sketch: &mut Sketch) {
        let at = self.scene.parts().iter().position(|&p| p == part);
        if let Some(row) = at.and_then(|i| self.row_of(i)) {
            let bar = self.bar(row, self.scene.values.parts[self.order[row]]);
            mark.draw(bar, sketch, &self.scene.palette);
        }
    }
}
