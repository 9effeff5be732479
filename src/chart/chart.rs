//! A chart: made once of an explanation, then looked at in any view.

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend};

use super::bars::Bars;
use super::belonging::belonging;
use super::caption::Caption;
use super::check::check;
use super::color::Palette;
use super::frame::Frame;
use super::header::Header;
use super::heads::Heads;
use super::item::Items;
use super::key::Key;
use super::kind::{Kind, Mark};
use super::ranked::Ranked;
use super::running_sum::RunningSum;
use super::scene::Scene;
use super::shape::Shape;
use super::sketch::{Resolution, Sketch};
use super::spread::{Spread, Variation};
use super::subject::Subject;
use super::svg::svg;
use super::values::{LARGEST, Values, hold};
use super::view::View;
use crate::attribution::{Explanation, Form, Part, Unit};
use crate::{Error, Result};

/// A chart of one explanation.
#[derive(Debug, Clone)]
pub struct Chart {
    pub(super) explanation: Explanation,
    subject: Subject,
    shape: Shape,
    /// What the value axis, or the colour scale, spans at least.
    least: (f64, f64),
    /// What is lost without each part: not a number where it is not known; empty if it was not asked. `[component]`
    effects: Vec<f64>,
    /// How the values vary, if they are means.
    pub(super) spread: Option<Spread>,
}

/// Which chart shows it.
pub(super) fn kind(explanation: &Explanation) -> &'static dyn Kind {
    match explanation.form() {
        Form::Parts(Unit::Component) => &Bars,
        Form::RunningSum => &RunningSum,
        Form::Parts(Unit::Head) => &Heads,
        Form::Parts(Unit::Source { .. }) => &Ranked::SOURCES,
        Form::Parts(Unit::Neuron { .. }) => &Ranked::NEURONS,
    }
}

impl Chart {
    /// A chart of `explanation`; `answer` and `incorrect` are the tokens' texts, for the title.
    ///
    /// # Errors
    /// [`Error::Chart`] if the explanation contradicts itself: labels that are not its unit's, in the model's order;
    /// arrays of the wrong length; a number that is not finite.
    pub fn new(explanation: Explanation, answer: &str, incorrect: Option<&str>) -> Result<Self> {
        let subject = Subject {
            answer: answer.into(),
            incorrect: incorrect.map(Into::into),
            ..Subject::default()
        };
        Self::about(explanation, subject)
    }

    /// A chart of `explanation`, of whatever it explains.
    ///
    /// # Errors
    /// As [`Chart::new`].
    pub fn about(explanation: Explanation, subject: Subject) -> Result<Self> {
        Ok(Self {
            shape: check(&explanation, kind(&explanation), &subject)?,
            explanation,
            subject,
            least: (0.0, 0.0),
            effects: Vec::new(),
            spread: None,
        })
    }

    /// What is charted.
    pub fn explanation(&self) -> &Explanation {
        &self.explanation
    }

    /// The title in full.
    pub fn title(&self) -> String {
        let [full, _] = self.titles(usize::MAX);
        full
    }

    /// The title in full and in short, each token at most `room` characters.
    fn titles(&self, room: usize) -> [String; 2] {
        let [full, short] = kind(&self.explanation).titles(&self.subject.show(room), self.explanation.form().of());
        match &self.subject.which {
            Some(which) => [format!("{full}, {which}"), short],
            None => [full, short],
        }
    }

    /// What the value axis, or the colour scale, spans to show every position, from zero or below to zero or above.
    pub fn span(&self) -> (f64, f64) {
        let positions = 0..self.explanation.positions().len();
        positions.fold(self.least, |least, position| self.values(position, least).range)
    }

    /// Makes the value axis, or the colour scale, span at least `low` to `high`, which hold zero: charts that span the same
    /// can be compared by eye.
    ///
    /// # Errors
    /// [`Error::Chart`] for what is no such range.
    pub fn widen(&mut self, low: f64, high: f64) -> Result<()> {
        if !((-LARGEST..=0.0).contains(&low) && (0.0..=LARGEST).contains(&high)) {
            return Err(Error::Chart(format!(
                "a scale from {low} to {high}; it must hold zero, and its ends be finite float32s"
            )));
        }
        self.least = (self.least.0.min(low), self.least.1.max(high));
        Ok(())
    }

    /// Shows beside what each part adds what is lost without it: its total effect, as [`Effects`](crate::attribution::Effects) has it,
    /// in logits; not a number where it is not known yet. A part that is not listed, as an embedding, has none.
    ///
    /// # Errors
    /// [`Error::Chart`] if the chart is neither one of components nor of heads, or shows several positions; for a part that it does not
    /// show, and for an infinite effect.
    pub fn compare(&mut self, effects: &[(Part, f64)]) -> Result<()> {
        let (parts, positions) = (self.explanation.labels(), self.explanation.positions().len());
        if kind(&self.explanation).effect().is_none() {
            return Err(Error::Chart(format!(
                "effects beside unit {}; what is lost without a part is shown beside unit component or head",
                self.explanation.form()
            )));
        }
        if positions > 1 {
            return Err(Error::Chart(format!(
                "effects beside an attribution at {positions} positions; what is lost without a part is known of one"
            )));
        }
        let mut known = vec![f64::NAN; parts.len()];
        for &(part, effect) in effects {
            let at = parts.iter().position(|&p| p == part);
            let at = at.ok_or_else(|| Error::Chart(format!("an effect of {part}, which this chart does not show")))?;
            if effect.abs() > LARGEST {
                return Err(Error::Chart(format!(
                    "an effect of {effect:?} of {part}, which is not a finite float32"
                )));
            }
            known[at] = effect;
        }
        self.effects = known;
        Ok(())
    }

    /// Draws the chart on `area`, which holds the view at `resolution`.
    ///
    /// # Errors
    /// [`Error::Chart`] for a view that has no size or asks for a position that the attribution does not have, and for
    /// what the backend reports.
    pub fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        view: &View,
        resolution: Resolution,
    ) -> Result<()> {
        self.sketch(&self.scene(view)?).paint(area, resolution)
    }

    /// Draws the chart a share `progress` (0 to 1) of the way from `previous`, if that shows the same parts; otherwise the
    /// chart itself.
    ///
    /// # Errors
    /// As [`Chart::draw`].
    pub fn draw_between<DB: DrawingBackend>(
        &self,
        previous: &Chart,
        progress: f64,
        area: &DrawingArea<DB, Shift>,
        view: &View,
        resolution: Resolution,
    ) -> Result<()> {
        let mut scene = self.scene(view)?;
        if previous.explanation.labels() == self.explanation.labels() && progress < 1.0 {
            // The two may hold different positions; a single one is the position shown.
            let position = view.position.min(previous.explanation.positions().len() - 1);
            let before = previous.values(position, previous.least);
            scene.values = scene.values.since(&before, progress.max(0.0));
        }
        self.sketch(&scene).paint(area, resolution)
    }

    /// The chart as an SVG document.
    ///
    /// # Errors
    /// As [`Chart::draw`].
    pub fn svg(&self, view: &View) -> Result<String> {
        let sketch = self.sketch(&self.scene(view)?);
        svg(&sketch, (view.width, view.height), &self.title())
    }

    /// What lies where. To be kept for as long as the view is: what is selected or pointed at changes nothing of it.
    ///
    /// # Errors
    /// As [`Chart::draw`].
    pub fn items(&self, view: &View) -> Result<Items> {
        let scene = self.scene(view)?;
        Ok(Items::of(&scene, &*kind(&self.explanation).plot(&scene)))
    }

    /// The part that `key` leads to from `from`. From a part that this chart does not show it leads to the first that
    /// belongs to it, or to its layer; from none, to the first of all, or the last for [`Key::End`].
    pub fn step(&self, from: Option<Part>, key: Key) -> Part {
        let parts = self.explanation.labels();
        if let Some(at) = from.and_then(|part| parts.iter().position(|&p| p == part)) {
            return parts[kind(&self.explanation).step(parts, at, key)];
        }
        let start = if key == Key::End { parts.len() - 1 } else { 0 };
        let linked = from.and_then(|part| {
            let first = belonging(part, parts).first().copied();
            let of_layer = || parts.iter().position(|p| p.layer() == part.layer());
            first.or_else(|| part.layer().and_then(|_| of_layer()))
        });
        parts[linked.unwrap_or(start)]
    }

    fn values(&self, position: usize, least: (f64, f64)) -> Values {
        let least = hold(least, self.effects.iter().filter(|effect| effect.is_finite()));
        let kind = kind(&self.explanation);
        let values = Values::at(&self.explanation, position, |parts, explained| {
            let along = self
                .spread
                .as_ref()
                .filter(|_| kind.variation() == Some(Variation::Whisker));
            let beside = along.map_or_else(Vec::new, |spread| spread.extent(parts));
            kind.extent(parts, explained, hold(least, &beside))
        });
        Values {
            effects: self.effects.clone(),
            ..values
        }
    }

    fn scene<'a>(&'a self, view: &'a View) -> Result<Scene<'a>> {
        view.check(self.explanation.positions().len())?;
        let values = self.values(view.position, self.least);
        let kind = kind(&self.explanation);
        let mut legend = kind.legend(&self.subject, &self.shape, values.range.1);
        if let Some(entry) = kind.effect().filter(|_| !self.effects.is_empty()) {
            legend.0.insert(1, vec![entry]);
        }
        if let (Some(spread), Some(variation)) = (&self.spread, kind.variation()) {
            legend.0.insert(1, vec![spread.legend(variation)]);
        }
        let header = Header::new(self.titles(14), legend, view.width);
        let caption = Caption::new(&view.caption, view.width, view.height - header.height());
        Ok(Scene {
            explanation: &self.explanation,
            subject: &self.subject,
            shape: self.shape,
            view,
            palette: Palette::of(view.theme),
            frame: Frame::new(
                (view.width, view.height - caption.height()),
                header.height(),
                self.shape.n_layer,
                self.shape.beyond(),
            ),
            header,
            caption,
            values,
            spread: self.spread.as_ref(),
        })
    }

    /// What is drawn, from the ground up.
    fn sketch(&self, scene: &Scene) -> Sketch {
        let Scene {
            view,
            palette,
            header,
            frame,
            caption,
            ..
        } = scene;
        let mut sketch = Sketch::default();
        sketch.rect(view.whole(), palette.paper);
        let kind = kind(&self.explanation);
        let lit = scene.lit();
        if kind.along_depth() {
            frame.draw_lit(&lit, &mut sketch, palette);
            frame.draw_beyond(&mut sketch, palette);
        }
        let plot = kind.plot(scene);
        plot.draw(&mut sketch);
        for (part, mark) in [(view.hovered, Mark::Hovered), (view.selected, Mark::Selected)] {
            if let Some(part) = part {
                plot.mark(part, mark, &mut sketch);
            }
        }
        if kind.along_depth() {
            frame.draw_depth(&lit, &mut sketch, palette);
        }
        header.draw(&mut sketch, palette);
        caption.draw(frame.height, &mut sketch, palette);
        sketch
    }
}
