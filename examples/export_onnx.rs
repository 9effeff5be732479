//! Writes a checkpoint's model as a graph for ONNX runtimes: what the benchmark compares Logitscope with. The weights stay
//! where they are; the graph refers to the bytes of model.safetensors.
//!
//!     cargo run --release --example export_onnx -- /tmp/random

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use logitscope::gpt2::{Activation, Gpt2Config};
use prost::Message;
use safetensors::{Dtype, SafeTensors};

use onnx::graph::Graph;

mod onnx;

const WEIGHTS: &str = "model.safetensors";

/// Writes model.onnx beside model.safetensors: from token ids [1, T] to the logits of the last position [1, vocabulary].
#[derive(Parser)]
struct Args {
    /// The folder with config.json and model.safetensors, in float32.
    dir: PathBuf,
}

fn main() -> Result<()> {
    let Args { dir } = Args::parse();
    let config = Gpt2Config::from_json(&fs::read_to_string(dir.join("config.json"))?)?;
    ensure!(
        config.activation_function == Activation::GeluTanh
            && config.scale_attn_weights
            && !config.scale_attn_by_inverse_layer_idx
            && config.tie_word_embeddings,
        "only the options of GPT-2 small are exported"
    );
    let mut graph = Graph::new(WEIGHTS);
    weights(&mut graph, &dir)?;
    forward_pass(&mut graph, &config);
    let path = dir.join("model.onnx");
    fs::write(&path, graph.finish().encode_to_vec()).with_context(|| format!("cannot write {}", path.display()))?;
    println!("{}", path.display());
    Ok(())
}

/// Makes every tensor of the checkpoint known to the graph, under its name without `transformer.`.
fn weights(graph: &mut Graph, dir: &Path) -> Result<()> {
    let file = fs::read(dir.join(WEIGHTS)).with_context(|| format!("{WEIGHTS} cannot be read"))?;
    let (length, metadata) = SafeTensors::read_metadata(&file)?;
    for (name, info) in metadata.tensors() {
        ensure!(info.dtype == Dtype::F32, "{name} is not in float32");
        let (start, end) = info.data_offsets;
        let name = name.strip_prefix("transformer.").unwrap_or(&name);
        graph.external(name, &info.shape, 8 + length + start, end - start);
    }
    Ok(())
}

fn forward_pass(graph: &mut Graph, config: &Gpt2Config) {
    let width = config.n_embd as i64;
    let heads = config.n_head as i64;
    let head = width / heads;
    graph.input("ids", "T");
    graph.output("logits", config.vocab_size as i64);

    let zero = graph.integers(&[0]);
    let first = graph.integers(&[1]);
    let length = graph.op("Shape", &["ids"]).int("start", 1).done();
    let tokens = graph.op("Gather", &["wte.weight", "ids"]).done();
    let positions = graph.op("Slice", &["wpe.weight", &zero, &length, &zero]).done();
    let mut residual = graph.op("Add", &[&tokens, &positions]).done();

    let square = graph.op("Concat", &[&length, &length]).int("axis", 0).done();
    let hidden = graph.op("Expand", &["-infinity", &square]).done();
    let mask = graph.op("Trilu", &[&hidden, "one"]).int("upper", 1).done();
    let by_head = graph.integers(&[0, 0, heads, head]);
    let joined = graph.integers(&[0, 0, width]);
    graph.float("-infinity", f32::NEG_INFINITY);
    graph.float("scale", 1.0 / (head as f32).sqrt());
    graph.integer("one", 1);

    let layer_norm = |graph: &mut Graph, x: &str, name: &str| {
        let [weight, bias] = [format!("{name}.weight"), format!("{name}.bias")];
        graph
            .op("LayerNormalization", &[x, &weight, &bias])
            .float("epsilon", config.layer_norm_epsilon as f32)
            .done()
    };
    let linear = |graph: &mut Graph, x: &str, name: &str| {
        let product = graph.op("MatMul", &[x, &format!("{name}.weight")]).done();
        graph.op("Add", &[&product, &format!("{name}.bias")]).done()
    };
    for layer in 0..config.n_layer {
        let x = layer_norm(graph, &residual, &format!("h.{layer}.ln_1"));
        let qkv = linear(graph, &x, &format!("h.{layer}.attn.c_attn"));
        let [q, k, v] = graph.split(&qkv).map(|x| graph.op("Reshape", &[&x, &by_head]).done());
        let q = graph.op("Transpose", &[&q]).ints("perm", &[0, 2, 1, 3]).done();
        let k = graph.op("Transpose", &[&k]).ints("perm", &[0, 2, 3, 1]).done();
        let v = graph.op("Transpose", &[&v]).ints("perm", &[0, 2, 1, 3]).done();
        let scores = graph.op("MatMul", &[&q, &k]).done();
        let scores = graph.op("Mul", &[&scores, "scale"]).done();
        let scores = graph.op("Add", &[&scores, &mask]).done();
        let pattern = graph.op("Softmax", &[&scores]).int("axis", -1).done();
        let z = graph.op("MatMul", &[&pattern, &v]).done();
        let z = graph.op("Transpose", &[&z]).ints("perm", &[0, 2, 1, 3]).done();
        let z = graph.op("Reshape", &[&z, &joined]).done();
        let attention = linear(graph, &z, &format!("h.{layer}.attn.c_proj"));
        residual = graph.op("Add", &[&residual, &attention]).done();

        let x = layer_norm(graph, &residual, &format!("h.{layer}.ln_2"));
        let x = linear(graph, &x, &format!("h.{layer}.mlp.c_fc"));
        let x = graph.op("Gelu", &[&x]).text("approximate", "tanh").done();
        let mlp = linear(graph, &x, &format!("h.{layer}.mlp.c_proj"));
        residual = graph.op("Add", &[&residual, &mlp]).done();
    }
    let last = graph.op("Sub", &[&length, &first]).done();
    let residual = graph.op("Gather", &[&residual, &last]).int("axis", 1).done();
    let residual = graph.op("Squeeze", &[&residual, &first]).done();
    let x = layer_norm(graph, &residual, "ln_f");
    graph.op("Gemm", &[&x, "wte.weight"]).int("transB", 1).to("logits");
}
