//! Which parts there are, in TransformerLens's order. What is read before a layer has fewer of them than the model.

use super::Part;

/// The embeddings, and what the attention of the first `attentions` layers writes, and the MLPs of the first `mlps`: as many, or
/// one less.
pub fn components(attentions: usize, mlps: usize) -> Vec<Part> {
    let layer = |layer| {
        let mlp = (layer < mlps).then_some(Part::MlpOut(layer));
        [Some(Part::AttnOut(layer)), mlp].into_iter().flatten()
    };
    let written = (0..attentions).flat_map(layer);
    [Part::Embed, Part::PosEmbed].into_iter().chain(written).collect()
}

/// The heads of the first layers, of `n_head` heads each, and the remainder.
pub fn heads(layers: usize, n_head: usize) -> Vec<Part> {
    let of_layer = |layer| (0..n_head).map(move |head| Part::Head { layer, head });
    (0..layers).flat_map(of_layer).chain([Part::Remainder]).collect()
}

/// The states of the residual stream: each, from before the first layer to `last`, in a model of `n_layer` layers.
pub fn states(n_layer: usize, last: Part) -> Vec<Part> {
    let layers = (0..n_layer).flat_map(|layer| [Part::Pre(layer), Part::Mid(layer)]);
    let all: Vec<Part> = layers.chain([Part::FinalPost]).collect();
    let end = all.iter().position(|&state| state == last).map_or(0, |i| i + 1);
    all[..end].to_vec()
}

/// The tokens that a head sees.
pub fn sources(tokens: usize) -> Vec<Part> {
    (0..tokens).map(Part::Source).collect()
}

/// The neurons of an MLP, and its output bias.
pub fn neurons(layer: usize, d_mlp: usize) -> Vec<Part> {
    let neurons = (0..d_mlp).map(|neuron| Part::Neuron { layer, neuron });
    neurons.chain([Part::MlpBias(layer)]).collect()
}
