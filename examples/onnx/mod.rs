//! As much of ONNX as a transformer needs.

pub mod graph;
mod proto;
