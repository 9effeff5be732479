//! What a drawn chart answers: the items, what lies under a point, where a key leads, what belongs to what.

use std::str::FromStr;

use serde::Serialize;

use super::{Chart, Scene, View};
use crate::attribution::{Form, Part, Unit};
use crate::{Error, Result};

/// A part as it is drawn, in one view.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// The part, by its label.
    pub label: Part,
    /// What it is, e.g. `attention head 5 in layer 2`.
    pub name: String,
    /// What it adds to the logit (difference), in logits; for [`Form::RunningSum`], what has been added so far.
    pub value: f64,
    /// `value` as a signed share of the total; none if the total is zero.
    pub share: Option<f64>,
    /// 1 for the largest absolute value.
    pub rank: usize,
    /// How many items there are.
    pub count: usize,
    /// The layer that it belongs to.
    pub layer: Option<usize>,
    /// The left edge, in CSS pixels.
    pub x: f64,
    /// The upper edge, in CSS pixels.
    pub y: f64,
    /// In CSS pixels.
    pub width: f64,
    /// In CSS pixels; zero for a bar whose value is.
    pub height: f64,
}

/// A key that walks the items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// One item back; in the head chart, one layer.
    Left,
    /// One item on; in the head chart, one layer.
    Right,
    /// One item back; in the head chart, one head.
    Up,
    /// One item on; in the head chart, one head, and from the last to the remainder.
    Down,
    /// The first item; in the head chart, the first layer.
    Home,
    /// The last item; in the head chart, the last layer.
    End,
}

impl FromStr for Key {
    type Err = Error;

    /// A `KeyboardEvent.key`.
    fn from_str(key: &str) -> Result<Self> {
        Ok(match key {
            "ArrowLeft" => Key::Left,
            "ArrowRight" => Key::Right,
            "ArrowUp" => Key::Up,
            "ArrowDown" => Key::Down,
            "Home" => Key::Home,
            "End" => Key::End,
            _ => {
                return Err(Error::Argument(format!(
                    "key: {key:?} is not one of ArrowLeft, ArrowRight, ArrowUp, ArrowDown, Home, End"
                )));
            }
        })
    }
}

impl Chart {
    /// Every item, in the model's order.
    ///
    /// # Errors
    /// As [`Chart::draw`].
    pub fn items(&self, view: &View) -> Result<Vec<Item>> {
        Ok(self.scene(view)?.items())
    }

    /// The item under (x, y), in CSS pixels.
    ///
    /// # Errors
    /// As [`Chart::draw`].
    pub fn hit(&self, view: &View, x: f64, y: f64) -> Result<Option<Item>> {
        let scene = self.scene(view)?;
        let hit = scene.plot().at(x, y);
        Ok(hit.and_then(|i| scene.items().into_iter().nth(i)))
    }

    /// The part that `key` leads to from `from`. From a part that this chart does not show it leads to the first that
    /// belongs to it, or to its layer; from none, to the first of all, or the last for [`Key::End`].
    pub fn step(&self, from: Option<Part>, key: Key) -> Part {
        let parts = self.explanation.labels();
        let last = parts.len() - 1;
        let Some(at) = from.and_then(|part| parts.iter().position(|&p| p == part)) else {
            let start = if key == Key::End { last } else { 0 };
            let linked = from.and_then(|part| {
                let first = belonging(part, parts).first().copied();
                let of_layer = || parts.iter().position(|p| p.layer() == part.layer());
                first.or_else(|| part.layer().and_then(|_| of_layer()))
            });
            return parts[linked.unwrap_or(start)];
        };
        let to = match (self.explanation.form(), parts[at]) {
            (Form::Parts(Unit::Head), Part::Head { layer, head }) => {
                let (n_layer, n_head) = (self.n_layer, self.n_head);
                let cell = |layer: usize, head: usize| layer * n_head + head;
                match key {
                    Key::Left => cell(layer.saturating_sub(1), head),
                    Key::Right => cell((layer + 1).min(n_layer - 1), head),
                    Key::Up => cell(layer, head.saturating_sub(1)),
                    Key::Down if head + 1 == n_head => last,
                    Key::Down => cell(layer, head + 1),
                    Key::Home => cell(0, head),
                    Key::End => cell(n_layer - 1, head),
                }
            }
            (Form::Parts(Unit::Head), _) => match key {
                Key::Up | Key::Left => self.n_head - 1,
                Key::Home => 0,
                Key::Right | Key::Down | Key::End => last,
            },
            _ => match key {
                Key::Left | Key::Up => at.saturating_sub(1),
                Key::Right | Key::Down => (at + 1).min(last),
                Key::Home => 0,
                Key::End => last,
            },
        };
        parts[to]
    }
}

impl Scene<'_> {
    fn items(&self) -> Vec<Item> {
        let plot = self.plot();
        let parts = self.parts();
        let values = &self.values.parts;
        let total = self.chart.explanation.identity().total[self.view.position];
        let mut by_size: Vec<usize> = (0..parts.len()).collect();
        by_size.sort_by(|&a, &b| values[b].abs().total_cmp(&values[a].abs()));
        let mut rank = vec![0; parts.len()];
        for (place, &i) in by_size.iter().enumerate() {
            rank[i] = place + 1;
        }
        (0..parts.len())
            .map(|i| {
                let rect = plot.rect(i);
                Item {
                    label: parts[i],
                    name: name(parts[i]),
                    value: values[i],
                    share: Some(values[i] / total).filter(|share| share.is_finite()),
                    rank: rank[i],
                    count: parts.len(),
                    layer: parts[i].layer(),
                    x: rect.x0,
                    y: rect.y0,
                    width: rect.width(),
                    height: rect.height(),
                }
            })
            .collect()
    }
}

/// What a part is, in words.
fn name(part: Part) -> String {
    match part {
        Part::Embed => "token embedding".into(),
        Part::PosEmbed => "position embedding".into(),
        Part::AttnOut(layer) => format!("attention in layer {layer}"),
        Part::MlpOut(layer) => format!("MLP in layer {layer}"),
        Part::Pre(layer) => format!("residual stream before layer {layer}"),
        Part::Mid(layer) => format!("residual stream after the attention in layer {layer}"),
        Part::FinalPost => "residual stream after the last layer".into(),
        Part::Head { layer, head } => format!("attention head {head} in layer {layer}"),
        Part::Remainder => "everything but the heads: embeddings, MLPs and biases".into(),
    }
}

/// Which of `parts` are `part`, contain it, or are contained in it. A state of the residual stream (`3_mid`) is none of
/// the parts that wrote to it: it shares a layer with them, and nothing else.
pub(super) fn belonging(part: Part, parts: &[Part]) -> Vec<usize> {
    let related = |other: Part| {
        other == part
            || matches!(
                (part, other),
                (Part::Head { layer: a, .. }, Part::AttnOut(b)) | (Part::AttnOut(a), Part::Head { layer: b, .. }) if a == b
            )
            || matches!(
                (part, other),
                (Part::Remainder, Part::Embed | Part::PosEmbed | Part::MlpOut(_))
                    | (Part::Embed | Part::PosEmbed | Part::MlpOut(_), Part::Remainder)
            )
    };
    (0..parts.len()).filter(|&i| related(parts[i])).collect()
}
