//! Charts of what explains a logit, drawn by the same code on any plotters backend.
//!
//! ```text
//! component   diverging bars in the model's order: attention solid, MLPs hollow
//! layer       a path: what has been added up before, in the middle of and after each layer
//! head        layers x heads, coloured by sign and strength, the remainder apart
//! source      what a head takes from each token, and neuron, what an MLP's neurons add: ranked bars
//! ```
//!
//! The first three share one horizontal axis, depth: the embeddings, each layer, the end, at the same x in views of the same
//! width. A point of the path is the sum of the bars to its left. What is drawn is first worked out in CSS pixels, so that
//! what lies under a point ([`Items::hit`]) is read from the same rectangles, and no backend has to measure text.

mod bars;
mod belonging;
mod caption;
#[allow(clippy::module_inception, reason = "the type that the module is named for")]
mod chart;
mod check;
mod color;
mod curve;
mod frame;
mod grid;
mod header;
mod heads;
mod item;
mod key;
mod kind;
mod layer_sums;
mod legend;
mod lens_table;
mod lens_view;
mod order;
mod outliers;
mod patch_grid;
mod pattern;
mod plane;
mod ranked;
mod recovery;
mod running_sum;
mod sayings;
mod scale;
mod scatter;
mod scene;
mod shape;
mod sketch;
mod spread;
mod subject;
mod svg;
mod symbols;
mod text;
mod values;
mod view;

pub use chart::Chart;
pub use color::{Theme, tint};
pub use curve::{Curve, CurveView};
pub use item::{Item, Items};
pub use key::Key;
pub use lens_table::{LensCell, LensTable};
pub use lens_view::{LensView, Shade};
pub use patch_grid::{PatchCell, PatchGrid, PatchView};
pub use pattern::{Cell, Pattern, PatternView};
pub use sayings::{Awaited, Said, Sayings};
pub use scatter::{Point, Scatter};
pub use sketch::Resolution;
pub use subject::{Contrasted, Subject, Weights};
pub use text::signed;
pub use view::View;

/// The plotters whose backends and drawing areas [`Chart::draw`] takes.
pub use plotters;
