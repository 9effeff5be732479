//! What a drawn chart answers: each part, and where it is.

use std::ops::Deref;

use serde::Serialize;

use super::kind::Plot;
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
}

impl Items {
    pub(super) fn of(scene: &Scene, plot: &dyn Plot) -> Self {
        Self {
            items: items(scene, plot),
            targets: (0..scene.parts().len()).map(|i| plot.target(i)).collect(),
        }
    }

    /// That of a part, if the chart shows it.
    pub fn of_part(&self, part: Part) -> Option<&Item> {
        self.items.iter().find(|item| item.label == part)
    }

    /// The item under (x, y), in CSS pixels.
    pub fn hit(&self, x: f64, y: f64) -> Option<&Item> {
        let i = self.targets.iter().position(|target| target.contains(x, y))?;
        self.items.get(i)
    }
}

impl Deref for Items {
    type Target = [Item];

    fn deref(&self) -> &[Item] {
        &self.items
    }
}

fn items(scene: &Scene, plot: &dyn Plot) -> Vec<Item> {
    let parts = scene.parts();
    let values = &scene.values.parts;
    let magnitude = scene.explanation.magnitude(scene.view.position);
    let by_size = largest_first(0..parts.len(), &|i| values[i].abs());
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
                effect: scene.values.effect(i),
                sd: scene.sd(i),
                share: magnitude.map(|all| values[i].abs() / all),
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
