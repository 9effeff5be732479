//! What a drawn chart answers: each part, and where it is.

use std::ops::Deref;

use serde::Serialize;

use super::kind::{Beside, Plot};
use super::order::largest_first;
use super::scene::Scene;
use super::sketch::Rect;
use crate::attribution::Part;

/// A part as it is drawn, in one view.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Item {
    /// The part, by its label.
    pub label: Part,
    /// What it is, e.g. `attention head 5 in layer 2`.
    pub name: String,
    /// What it adds to the logit (difference), in logits; for a running sum, what has been added so far.
    pub value: f64,
    /// What is lost without it, in logits: its total effect; none if it is not known. See [`Chart::compare`](super::Chart::compare).
    pub effect: Option<f64>,
    /// The standard deviation of the value over prompts, if that is a mean. See [`Chart::spread`](super::Chart::spread).
    pub sd: Option<f64>,
    /// Its share of the sum of all parts' absolute values, 0 to 1; none if all are zero, and in a running sum.
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

/// What lies where in one view of a chart: its items, in the model's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Items {
    items: Vec<Item>,
    /// Where a pointer means each item: often more than is drawn of it.
    targets: Vec<Rect>,
    /// What else can be pointed at: parts of another unit.
    beside: Vec<Item>,
}

impl Items {
    pub(super) fn of(scene: &Scene, plot: &dyn Plot) -> Self {
        Self {
            items: items(scene, plot),
            targets: (0..scene.parts().len()).map(|i| plot.target(i)).collect(),
            beside: beside(plot.beside()),
        }
    }

    /// That of a part, if the chart shows it.
    pub fn of_part(&self, part: Part) -> Option<&Item> {
        self.items.iter().chain(&self.beside).find(|item| item.label == part)
    }

    /// The item under (x, y), in CSS pixels.
    pub fn hit(&self, x: f64, y: f64) -> Option<&Item> {
        match self.targets.iter().position(|target| target.contains(x, y)) {
            Some(i) => self.items.get(i),
            None => self.beside.iter().find(|item| item.rect().contains(x, y)),
        }
    }
}

impl Deref for Items {
    type Target = [Item];

    fn deref(&self) -> &[Item] {
        &self.items
    }
}

impl Item {
    fn rect(&self) -> Rect {
        Rect {
            x0: self.x,
            y0: self.y,
            x1: self.x + self.width,
            y1: self.y + self.height,
        }
    }
}

/// 1 for the largest.
fn ranks(values: &[f64]) -> Vec<usize> {
    let mut ranks = vec![0; values.len()];
    let by_size = largest_first(0..values.len(), &|i| values[i].abs());
    for (place, i) in by_size.into_iter().enumerate() {
        ranks[i] = place + 1;
    }
    ranks
}

fn items(scene: &Scene, plot: &dyn Plot) -> Vec<Item> {
    let parts = scene.parts();
    let values = &scene.values.parts;
    let magnitude = scene.explanation.magnitude(scene.view.position);
    let ranks = ranks(values);
    (0..parts.len())
        .map(|i| {
            let rect = plot.rect(i);
            Item {
                label: parts[i],
                name: name(parts[i]),
                value: values[i],
                effect: scene.values.effect(i),
                sd: scene.sd(i),
                share: magnitude.map(|all| values[i].abs() / all),
                rank: ranks[i],
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

/// What is no part of the chart's unit has no share of it.
fn beside(all: Vec<Beside>) -> Vec<Item> {
    let values: Vec<f64> = all.iter().map(|one| one.value).collect();
    let (ranks, count) = (ranks(&values), all.len());
    let item = |(one, rank): (Beside, usize)| Item {
        label: one.part,
        name: one.name,
        value: one.value,
        effect: None,
        sd: None,
        share: None,
        rank,
        count,
        layer: one.part.layer(),
        x: one.rect.x0,
        y: one.rect.y0,
        width: one.rect.width(),
        height: one.rect.height(),
    };
    all.into_iter().zip(ranks).map(item).collect()
}

/// What a part is, in words.
pub(super) fn name(part: Part) -> String {
    match part {
        Part::Embed => "token embedding".into(),
        Part::PosEmbed => "position embedding".into(),
        Part::AttnOut(layer) => format!("attention in layer {layer}"),
        Part::MlpOut(layer) => format!("MLP in layer {layer}"),
        Part::Patch(layer) => format!("what was put before layer {layer}"),
        Part::Pre(layer) => format!("residual stream before layer {layer}"),
        Part::Mid(layer) => format!("residual stream after the attention in layer {layer}"),
        Part::FinalPost => "residual stream after the last layer".into(),
        Part::Head { layer, head } => format!("attention head {head} in layer {layer}"),
        Part::Remainder => "everything but the heads: embeddings, MLPs and biases".into(),
        Part::Source(token) => format!("token {token}"),
        Part::Neuron { layer, neuron } => format!("neuron {neuron} of the MLP in layer {layer}"),
        Part::MlpBias(layer) => format!("output bias of the MLP in layer {layer}"),
    }
}
