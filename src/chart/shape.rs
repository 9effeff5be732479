//! How far into a model an explanation sees, by its labels.

use super::subject::Subject;
use crate::attribution::Part;

/// How many of a model's layers are explained.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// The model's layers.
    pub n_layer: usize,
    /// Heads of a layer.
    pub n_head: usize,
    /// Layers whose attention is a part.
    pub attentions: usize,
    /// Layers whose MLP is a part.
    pub mlps: usize,
    /// Whether what is explained is read before the final LayerNorm.
    pub inside: bool,
    /// The last of the labels.
    pub end: Part,
    /// How many labels there are.
    pub count: usize,
}

impl Shape {
    /// That of labels, in the subject's model if it says one.
    pub fn of(labels: &[Part], subject: &Subject) -> Self {
        let after = |of: &dyn Fn(Part) -> Option<usize>| {
            let last = labels.iter().filter_map(|&part| of(part)).max();
            last.map_or(0, |last| last.saturating_add(1))
        };
        let attentions = after(&|part| match part {
            Part::AttnOut(layer) | Part::Mid(layer) | Part::Head { layer, .. } => Some(layer),
            _ => None,
        });
        let states = labels.iter().any(|part| matches!(part, Part::Pre(_)));
        let mlps = match states {
            true => attentions - usize::from(matches!(labels.last(), Some(Part::Mid(_)))),
            false => after(&|part| match part {
                Part::MlpOut(layer) => Some(layer),
                _ => None,
            }),
        };
        let heads = after(&|part| match part {
            Part::Head { head, .. } => Some(head),
            _ => None,
        });
        let (n_layer, n_head) = subject.model.unwrap_or((attentions, heads));
        Self {
            n_layer: n_layer.max(attentions).max(1),
            n_head: n_head.max(heads).max(1),
            attentions,
            mlps,
            inside: subject.inside(),
            end: labels.last().copied().unwrap_or(Part::FinalPost),
            count: labels.len(),
        }
    }

    /// The first slot of the depth axis, which begins with the embeddings, that nothing is seen of.
    pub fn beyond(&self) -> Option<usize> {
        (self.inside || self.attentions < self.n_layer).then_some(self.attentions + 1)
    }
}
