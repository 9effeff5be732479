//! What parts add themselves, their direct effect, across, and what is lost without them, their total effect, up: on one scale, so
//! that parts on the diagonal are worth what they add, those above it act through others, and those below it are made up for.

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend};
use serde::Serialize;

use super::belonging::belonging;
use super::color::Palette;
use super::item::name;
use super::key::Key;
use super::kind::Mark;
use super::legend::{Entry, Legend, Swatch, signs};
use super::order::largest_first;
use super::outliers::outliers;
use super::plane::Plane;
use super::sketch::{Resolution, Sketch};
use super::subject::Subject;
use super::svg::svg;
use super::symbols::{Symbol, dashed};
use super::values::LARGEST;
use super::view::View;
use crate::attribution::Part;
use crate::{Error, Result};

/// A point is meant from this far, in CSS pixels.
const NEAR: f64 = 14.0;
/// Points nearer to zero than this share of the farthest lie too close to be parted.
const CROWD: f64 = 0.15;
/// Between a marked point and its ring.
const RING: f64 = 2.0;

/// A scatter of parts by their direct and their total effect.
#[derive(Debug, Clone)]
pub struct Scatter {
    labels: Vec<Part>,
    direct: Vec<f64>,
    total: Vec<f64>,
    subject: Subject,
}

/// A part as it is drawn, in one view.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Point {
    /// The part, by its label.
    pub label: Part,
    /// What it is, e.g. `attention head 5 in layer 2`.
    pub name: String,
    /// What it adds to the logit (difference) itself, in logits.
    pub direct: f64,
    /// What is lost without it, in logits.
    pub total: f64,
    /// The layer that it belongs to.
    pub layer: Option<usize>,
    /// Its middle, in CSS pixels.
    pub x: f64,
    /// Its middle, in CSS pixels.
    pub y: f64,
    /// In CSS pixels.
    pub radius: f64,
}

impl Scatter {
    /// Of parts, what each adds itself and what is lost without it, as [`Effects`](crate::attribution::Effects) has them, in logits;
    /// what is not a number is not known yet, and not drawn.
    ///
    /// # Errors
    /// [`Error::Chart`] if there are not as many numbers as parts, or one is infinite.
    pub fn new(labels: Vec<Part>, direct: Vec<f64>, total: Vec<f64>, subject: Subject) -> Result<Self> {
        for (name, values) in [("direct", &direct), ("total", &total)] {
            if values.len() != labels.len() {
                return Err(Error::Chart(format!(
                    "`{name}` has {} numbers; {} labels need as many",
                    values.len(),
                    labels.len()
                )));
            }
            if let Some(i) = values.iter().position(|x| x.abs() > LARGEST) {
                return Err(Error::Chart(format!(
                    "`{name}[{i}]` is {:?}, which is not a finite float32",
                    values[i]
                )));
            }
        }
        Ok(Self {
            labels,
            direct,
            total,
            subject,
        })
    }

    /// The title in full.
    pub fn title(&self) -> String {
        let [full, _] = titles(&self.subject.show(usize::MAX));
        full
    }

    /// Draws the scatter on `area`, which holds the view at `resolution`. There is one position.
    ///
    /// # Errors
    /// [`Error::Chart`] for a view that has no size, and for what the backend reports.
    pub fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        view: &View,
        resolution: Resolution,
    ) -> Result<()> {
        self.sketch(view)?.paint(area, resolution)
    }

    /// The scatter as an SVG document.
    ///
    /// # Errors
    /// As [`Scatter::draw`].
    pub fn svg(&self, view: &View) -> Result<String> {
        svg(&self.sketch(view)?, (view.width, view.height), &self.title())
    }

    /// The point nearest to (x, y), in CSS pixels, if one is near.
    ///
    /// # Errors
    /// [`Error::Chart`] for a view that has no size.
    pub fn hit(&self, view: &View, x: f64, y: f64) -> Result<Option<Point>> {
        let plane = self.plane(view)?;
        let away = |i: usize| {
            let (px, py) = plane.at(self.direct[i], self.total[i]);
            (px - x).hypot(py - y)
        };
        let nearest = self.known().min_by(|&a, &b| away(a).total_cmp(&away(b)));
        let near = nearest.filter(|&i| away(i) <= NEAR);
        Ok(near.map(|i| self.point(&plane, i)))
    }

    /// The point of a part, if it is drawn.
    ///
    /// # Errors
    /// As [`Scatter::hit`].
    pub fn item(&self, view: &View, part: Part) -> Result<Option<Point>> {
        let plane = self.plane(view)?;
        let i = self.known().find(|&i| self.labels[i] == part);
        Ok(i.map(|i| self.point(&plane, i)))
    }

    /// The part that `key` leads to from `from`: left and right by the direct effect, up and down by the total one, Home and End to the
    /// least and the largest direct effect. From a part that has no point it leads to one that belongs to it, or to its layer;
    /// from none, to the one farthest from zero. None if nothing is known yet.
    pub fn step(&self, from: Option<Part>, key: Key) -> Option<Part> {
        let by = match key {
            Key::Up | Key::Down => &self.total,
            _ => &self.direct,
        };
        let order = largest_first(self.known(), &|i| -by[i]);
        let last = order.len().checked_sub(1)?;
        let at = from.and_then(|part| order.iter().position(|&i| self.labels[i] == part));
        let to = match (key, at) {
            (Key::Home, _) => 0,
            (Key::End, _) => last,
            (Key::Left | Key::Down, Some(at)) => at.saturating_sub(1),
            (Key::Right | Key::Up, Some(at)) => (at + 1).min(last),
            (_, None) => return self.start(from),
        };
        Some(self.labels[order[to]])
    }

    fn start(&self, from: Option<Part>) -> Option<Part> {
        let linked = from.and_then(|part| {
            let related = belonging(part, &self.labels);
            let of_layer = |&i: &usize| part.layer().is_some() && self.labels[i].layer() == part.layer();
            self.known()
                .find(|i| related.contains(i))
                .or_else(|| self.known().find(of_layer))
        });
        let farthest = || {
            self.known()
                .max_by(|&a, &b| self.distance(a).total_cmp(&self.distance(b)))
        };
        linked.or_else(farthest).map(|i| self.labels[i])
    }

    /// The parts that are drawn.
    fn known(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.labels.len()).filter(|&i| self.direct[i].is_finite() && self.total[i].is_finite())
    }

    /// How far from zero.
    fn distance(&self, i: usize) -> f64 {
        self.direct[i].hypot(self.total[i])
    }

    fn point(&self, plane: &Plane, i: usize) -> Point {
        let (x, y) = plane.at(self.direct[i], self.total[i]);
        Point {
            label: self.labels[i],
            name: name(self.labels[i]),
            direct: self.direct[i],
            total: self.total[i],
            layer: self.labels[i].layer(),
            x,
            y,
            radius: Symbol::of(self.labels[i]).radius(),
        }
    }

    fn plane(&self, view: &View) -> Result<Plane> {
        view.check(1)?;
        let values = self.known().map(|i| (self.direct[i], self.total[i]));
        Ok(Plane::new(view, titles(&self.subject.show(14)), self.legend(), values))
    }

    fn legend(&self) -> Legend {
        let diagonal = Entry::new(Swatch::Dash, "lost as much as it adds", "total = direct");
        let kinds = [
            (Symbol::Dot, Swatch::Dot, "head"),
            (Symbol::Square, Swatch::Solid, "attention"),
            (Symbol::Hollow, Swatch::Hollow, "MLP"),
        ];
        let shown = |symbol: Symbol| self.labels.iter().any(|&part| Symbol::of(part) == symbol);
        let kinds = kinds.into_iter().filter(|&(symbol, ..)| shown(symbol));
        let kinds: Vec<Entry> = kinds
            .map(|(_, swatch, words)| Entry::new(swatch, words, words))
            .collect();
        let kinds = if kinds.len() > 1 { kinds } else { Vec::new() };
        Legend(vec![vec![diagonal], kinds, signs(&self.subject)])
    }

    fn sketch(&self, view: &View) -> Result<Sketch> {
        let plane = self.plane(view)?;
        let palette = Palette::of(view.theme);
        let mut sketch = Sketch::default();
        sketch.rect(view.whole(), palette.paper);
        plane.draw_axes(
            ["direct effect", "total effect"],
            self.subject.unit(),
            &mut sketch,
            &palette,
        );
        let [a, b] = plane.diagonal();
        dashed(a, b, palette.grey, &mut sketch);

        // What is far from zero lies on top. Where most are, edges would leave nothing to be seen of others.
        let order = largest_first(self.known(), &|i| -self.distance(i));
        let farthest = order.last().map_or(0.0, |&i| self.distance(i));
        let draw = |i: usize, sketch: &mut Sketch| {
            let at = plane.at(self.direct[i], self.total[i]);
            Symbol::of(self.labels[i]).draw(at, palette.sign(self.direct[i]), sketch, &palette);
        };
        for &i in &order {
            if self.distance(i) > CROWD * farthest {
                let at = plane.at(self.direct[i], self.total[i]);
                Symbol::of(self.labels[i]).clear(at, &mut sketch, &palette);
            }
            draw(i, &mut sketch);
        }
        let marked = self.marked(view);
        for &(i, mark) in &marked {
            let (at, radius) = (
                plane.at(self.direct[i], self.total[i]),
                Symbol::of(self.labels[i]).radius() + RING,
            );
            sketch.dot(at, radius + mark.width(), mark.color(&palette));
            sketch.dot(at, radius, palette.paper);
            draw(i, &mut sketch);
        }
        self.draw_names(&plane, &marked, &mut sketch, &palette);
        plane.draw_header(&mut sketch, &palette);
        Ok(sketch)
    }

    /// The points of what is pointed at or selected, or belongs to it, in the order in which they are drawn.
    fn marked(&self, view: &View) -> Vec<(usize, Mark)> {
        let of_layer = |layer: &usize| -> Vec<usize> {
            let own = |&i: &usize| self.labels[i].layer() == Some(*layer);
            self.known().filter(own).collect()
        };
        let of_part = |part: Part| -> Vec<usize> {
            let related = belonging(part, &self.labels);
            self.known().filter(|i| related.contains(i)).collect()
        };
        let layer = view.hovered_layer.iter().flat_map(of_layer).map(|i| (i, Mark::Hovered));
        let hovered = view.hovered.into_iter().flat_map(of_part).map(|i| (i, Mark::Hovered));
        let selected = view.selected.into_iter().flat_map(of_part).map(|i| (i, Mark::Selected));
        layer.chain(hovered).chain(selected).collect()
    }

    /// The names of what is marked, and of what is farthest from the diagonal and from zero by turns, where they touch nothing.
    fn draw_names(&self, plane: &Plane, marked: &[(usize, Mark)], sketch: &mut Sketch, palette: &Palette) {
        let known: Vec<usize> = self.known().collect();
        let places: Vec<(f64, f64)> = known.iter().map(|&i| (self.direct[i], self.total[i])).collect();
        let outliers = outliers(&places).into_iter().map(|k| known[k]);
        let few = marked.iter().rev().filter(|_| marked.len() <= 2).map(|&(i, _)| i);
        let mut order: Vec<usize> = few.chain(outliers).collect();
        let mut seen = vec![false; self.labels.len()];
        order.retain(|&i| !std::mem::replace(&mut seen[i], true));

        let point = |&i: &usize| {
            let mark = marked.iter().find(|&&(other, _)| other == i);
            let ring = mark.map_or(0.0, |(_, mark)| RING + mark.width());
            let radius = Symbol::of(self.labels[i]).radius() + ring;
            (plane.at(self.direct[i], self.total[i]), radius)
        };
        let points: Vec<_> = known.iter().map(point).collect();
        let named = order.iter().map(|i| (self.labels[*i].to_string(), point(i)));
        plane.draw_names(named, &points, sketch, palette);
    }
}

fn titles(question: &str) -> [String; 2] {
    [
        format!("Direct against total effect on {question}"),
        format!("Direct, total: {question}"),
    ]
}
