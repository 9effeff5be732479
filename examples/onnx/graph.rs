//! A graph, written node by node.

use super::proto;

/// Operators are those of this version: the first with GELU.
const OPSET: i64 = 20;
/// The version of the file format that came with it.
const IR_VERSION: i64 = 9;

/// Nodes refer to values by name. What a node gives is named after it.
pub struct Graph {
    graph: proto::Graph,
    file: &'static str,
    values: usize,
}

impl Graph {
    /// `file` has the tensors that are not in the graph itself.
    pub fn new(file: &'static str) -> Self {
        let graph = proto::Graph {
            name: "gpt2".into(),
            ..Default::default()
        };
        Self { graph, file, values: 0 }
    }

    /// Integers of the shape [1, `length`].
    pub fn input(&mut self, name: &str, length: &str) {
        let sizes = [proto::Size::Known(1), proto::Size::Named(length.into())];
        self.graph.input.push(value(name, proto::DataType::Int64, sizes));
    }

    /// Floats of the shape [1, `width`].
    pub fn output(&mut self, name: &str, width: i64) {
        let sizes = [proto::Size::Known(1), proto::Size::Known(width)];
        self.graph.output.push(value(name, proto::DataType::Float, sizes));
    }

    /// A float tensor whose bytes are `length` from `offset` on in the file.
    pub fn external(&mut self, name: &str, shape: &[usize], offset: usize, length: usize) {
        let entry = |key: &str, value: &str| proto::Entry {
            key: key.into(),
            value: value.into(),
        };
        self.graph.initializer.push(proto::Tensor {
            dims: shape.iter().map(|&size| size as i64).collect(),
            data_type: proto::DataType::Float.into(),
            name: name.into(),
            external_data: vec![
                entry("location", self.file),
                entry("offset", &offset.to_string()),
                entry("length", &length.to_string()),
            ],
            data_location: proto::DataLocation::External.into(),
            ..Default::default()
        });
    }

    /// A list of integers, and its name.
    pub fn integers(&mut self, list: &[i64]) -> String {
        let name = self.name("integers");
        let bytes = list.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.constant(&name, proto::DataType::Int64, vec![list.len() as i64], bytes);
        name
    }

    /// One integer.
    pub fn integer(&mut self, name: &str, x: i64) {
        self.constant(name, proto::DataType::Int64, vec![], x.to_le_bytes().into());
    }

    /// One float.
    pub fn float(&mut self, name: &str, x: f32) {
        self.constant(name, proto::DataType::Float, vec![], x.to_le_bytes().into());
    }

    /// A node, to which attributes can be added.
    pub fn op(&mut self, kind: &str, inputs: &[&str]) -> Op<'_> {
        let node = proto::Node {
            input: inputs.iter().map(|&name| name.into()).collect(),
            op_type: kind.into(),
            ..Default::default()
        };
        Op { graph: self, node }
    }

    /// Three equal parts of the last axis.
    pub fn split(&mut self, x: &str) -> [String; 3] {
        let names = [(); 3].map(|()| self.name("Split"));
        let mut op = self.op("Split", &[x]).int("axis", -1).int("num_outputs", 3);
        op.node.output = names.to_vec();
        let node = op.node;
        self.graph.node.push(node);
        names
    }

    /// The file's content.
    pub fn finish(self) -> proto::Model {
        proto::Model {
            ir_version: IR_VERSION,
            producer_name: "logitscope".into(),
            graph: Some(self.graph),
            opset_import: vec![proto::OperatorSet { version: OPSET }],
        }
    }

    fn name(&mut self, kind: &str) -> String {
        self.values += 1;
        format!("{kind}_{}", self.values)
    }

    fn constant(&mut self, name: &str, kind: proto::DataType, dims: Vec<i64>, raw_data: Vec<u8>) {
        self.graph.initializer.push(proto::Tensor {
            dims,
            data_type: kind.into(),
            name: name.into(),
            raw_data,
            ..Default::default()
        });
    }
}

/// A node of a graph that is not in it yet.
pub struct Op<'a> {
    graph: &'a mut Graph,
    node: proto::Node,
}

impl Op<'_> {
    /// An attribute that is an integer.
    pub fn int(self, name: &str, i: i64) -> Self {
        self.attribute(proto::AttributeType::Int, name, |attribute| attribute.i = Some(i))
    }

    /// An attribute that is a list of integers.
    pub fn ints(self, name: &str, ints: &[i64]) -> Self {
        self.attribute(proto::AttributeType::Ints, name, |attribute| {
            attribute.ints = ints.into()
        })
    }

    /// An attribute that is a float.
    pub fn float(self, name: &str, f: f32) -> Self {
        self.attribute(proto::AttributeType::Float, name, |attribute| attribute.f = Some(f))
    }

    /// An attribute that is a text.
    pub fn text(self, name: &str, s: &str) -> Self {
        self.attribute(proto::AttributeType::String, name, |attribute| {
            attribute.s = Some(s.into())
        })
    }

    /// Adds the node to the graph; the name of what it gives.
    pub fn done(self) -> String {
        let name = self.graph.name(&self.node.op_type);
        self.to(&name);
        name
    }

    /// Adds the node to the graph; what it gives is called `name`.
    pub fn to(mut self, name: &str) {
        self.node.output = vec![name.into()];
        self.graph.graph.node.push(self.node);
    }

    fn attribute(mut self, kind: proto::AttributeType, name: &str, set: impl FnOnce(&mut proto::Attribute)) -> Self {
        let mut attribute = proto::Attribute {
            name: name.into(),
            kind: kind.into(),
            ..Default::default()
        };
        set(&mut attribute);
        self.node.attribute.push(attribute);
        self
    }
}

fn value(name: &str, kind: proto::DataType, sizes: [proto::Size; 2]) -> proto::Value {
    let dimensions = sizes.map(|size| proto::Dimension { size: Some(size) }).into();
    let tensor = proto::TensorType {
        elements: kind.into(),
        shape: Some(proto::Shape { dimensions }),
    };
    proto::Value {
        name: name.into(),
        kind: Some(proto::Type { tensor: Some(tensor) }),
    }
}
