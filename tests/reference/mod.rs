//! GPT-2 and its direct logit attribution once more, in float64 and by the definition: whole matrices, TransformerLens's
//! weight processing done to the weights themselves, no shortcuts. Slow, plain, and shares nothing with the crate.

pub mod random;

use std::collections::HashMap;

use logitscope::attribution::{Contrast, Form, Part, Side, Step, Target, Unit, labels};
use logitscope::gpt2::{Activation, Gpt2Config};

/// Rows of equal length.
pub type Matrix = Vec<Vec<f64>>;

pub struct Reference {
    pub config: Gpt2Config,
    /// By their checkpoint names; vectors have one row.
    pub weights: HashMap<String, Matrix>,
}

/// The residual stream and what was written to it, `[pos][d_model]` each.
pub struct Trace {
    pub embed: Matrix,
    pub pos_embed: Matrix,
    pub layers: Vec<LayerTrace>,
    pub resid_final: Matrix,
    /// Not centered, `[pos][d_vocab]`.
    pub logits: Matrix,
}

/// An activation that a hook can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hook {
    ResidPre,
    /// Queries, keys and values side by side.
    Qkv,
    Pattern(usize),
    Z,
    AttnOut,
    MlpOut,
}

pub struct LayerTrace {
    pub resid_pre: Matrix,
    /// What each head writes of what it attends to: values without any bias.
    pub heads: Vec<Matrix>,
    /// What each head attends to, `[pos][pos]`.
    pub patterns: Vec<Matrix>,
    /// Queries, keys and values side by side.
    pub qkv: Matrix,
    /// The values mixed, of all heads side by side.
    pub z: Matrix,
    pub attn_out: Matrix,
    pub resid_mid: Matrix,
    /// The neurons' inputs, and activations.
    pub pre: Matrix,
    pub post: Matrix,
    pub mlp_out: Matrix,
}

impl Reference {
    fn matrix(&self, name: &str) -> &Matrix {
        &self.weights[name]
    }

    fn vector(&self, name: &str) -> &[f64] {
        &self.weights[name][0]
    }

    /// W_U, `[d_vocab][d_model]`
    fn unembedding(&self) -> &Matrix {
        self.matrix(if self.config.tie_word_embeddings {
            "wte.weight"
        } else {
            "lm_head.weight"
        })
    }

    pub fn run(&self, tokens: &[u32]) -> Trace {
        self.run_with(tokens, &|_, _, _| {})
    }

    /// With activations changed by `hook(activation, layer, rows)`, in the order in which they are computed.
    pub fn run_with(&self, tokens: &[u32], hook: &dyn Fn(Hook, usize, &mut Matrix)) -> Trace {
        let embed: Matrix = tokens
            .iter()
            .map(|&id| self.matrix("wte.weight")[id as usize].clone())
            .collect();
        let pos_embed: Matrix = self.matrix("wpe.weight")[..tokens.len()].to_vec();
        let mut resid = add(&embed, &pos_embed);
        let mut layers = Vec::new();
        for layer in 0..self.config.n_layer {
            hook(Hook::ResidPre, layer, &mut resid);
            let trace = self.layer(layer, resid, hook);
            resid = add(&trace.resid_mid, &trace.mlp_out);
            layers.push(trace);
        }
        let logits = self.unembed(&resid);
        Trace {
            embed,
            pos_embed,
            layers,
            resid_final: resid,
            logits,
        }
    }

    /// The final LayerNorm anew, and the unembedding, `[pos][d_vocab]`.
    pub fn unembed(&self, stream: &Matrix) -> Matrix {
        multiply(&self.layer_norm("ln_f", stream), &transpose(self.unembedding()))
    }

    fn layer(&self, layer: usize, resid_pre: Matrix, hook: &dyn Fn(Hook, usize, &mut Matrix)) -> LayerTrace {
        let name = |part: &str| format!("h.{layer}.{part}");
        let x = self.layer_norm(&name("ln_1"), &resid_pre);
        let mut qkv = self.linear(&name("attn.c_attn"), &x);
        hook(Hook::Qkv, layer, &mut qkv);
        let mut z = vec![Vec::new(); x.len()];
        let (mut heads, mut patterns) = (Vec::new(), Vec::new());
        for head in 0..self.config.n_head {
            let mut pattern = self.pattern(layer, head, &qkv);
            hook(Hook::Pattern(head), layer, &mut pattern);
            let mixed = multiply(&pattern, &self.columns(2, head, &qkv));
            z.iter_mut().zip(mixed).for_each(|(z, mixed)| z.extend(mixed));
            heads.push(self.head(layer, head, &pattern, &resid_pre));
            patterns.push(pattern);
        }
        hook(Hook::Z, layer, &mut z);
        let mut attn_out = self.linear(&name("attn.c_proj"), &z);
        hook(Hook::AttnOut, layer, &mut attn_out);
        let resid_mid = add(&resid_pre, &attn_out);
        let x = self.layer_norm(&name("ln_2"), &resid_mid);
        let pre = self.linear(&name("mlp.c_fc"), &x);
        let mut post = pre.clone();
        post.iter_mut().flatten().for_each(|x| *x = self.activate(*x));
        let mut mlp_out = self.linear(&name("mlp.c_proj"), &post);
        hook(Hook::MlpOut, layer, &mut mlp_out);
        LayerTrace {
            resid_pre,
            heads,
            patterns,
            qkv,
            z,
            attn_out,
            resid_mid,
            pre,
            post,
            mlp_out,
        }
    }

    /// The value that a head has whatever it reads: the values' bias, and ln_1's as the values read it.
    pub fn value_bias(&self, layer: usize, head: usize) -> Vec<f64> {
        let beta = self.layer_norm(&format!("h.{layer}.ln_1"), &vec![vec![0.0; self.config.n_embd]]);
        self.columns(2, head, &self.linear(&format!("h.{layer}.attn.c_attn"), &beta))
            .swap_remove(0)
    }

    /// Query, key or value (`which` is 0, 1, 2) of one head, cut from `[..][3 * d_model]`.
    fn columns(&self, which: usize, head: usize, qkv: &Matrix) -> Matrix {
        let start = which * self.config.n_embd + head * self.config.d_head();
        qkv.iter()
            .map(|row| row[start..start + self.config.d_head()].to_vec())
            .collect()
    }

    /// `[query][key]`
    fn pattern(&self, layer: usize, head: usize, qkv: &Matrix) -> Matrix {
        let (q, k) = (self.columns(0, head, qkv), self.columns(1, head, qkv));
        let divisor = self.divisor(layer);
        let mut scores = multiply(&q, &transpose(&k));
        for (query, row) in scores.iter_mut().enumerate() {
            row.iter_mut().for_each(|score| *score = (*score / divisor).exp());
            row[query + 1..].fill(0.0);
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|p| *p /= sum);
        }
        scores
    }

    /// The most that float32 adds up for a score of a query, by magnitude, which is what it rounds in proportion to.
    pub fn added_for_scores(&self, layer: usize, head: usize, query: usize, trace: &Trace) -> f64 {
        let qkv = &trace.layers[layer].qkv;
        let (q, k) = (self.columns(0, head, qkv), self.columns(1, head, qkv));
        let sizes = k[..=query]
            .iter()
            .map(|k| q[query].iter().zip(k).map(|(q, k)| (q * k).abs()).sum());
        sizes.fold(0.0, f64::max) / self.divisor(layer)
    }

    fn head(&self, layer: usize, head: usize, pattern: &Matrix, resid_pre: &Matrix) -> Matrix {
        let normalized: Matrix = resid_pre.iter().map(|x| self.normalize(x).0).collect();
        multiply(pattern, &self.moved(layer, head, &normalized))
    }

    /// What a head writes of tokens that it attends to whole. TransformerLens folds ln_1's weight into W_V, and both biases
    /// out of the head's result.
    fn moved(&self, layer: usize, head: usize, normalized: &Matrix) -> Matrix {
        let w_v = self.folded(layer, 2, head);
        let w_o = &self.matrix(&format!("h.{layer}.attn.c_proj.weight"))[head * self.config.d_head()..]
            [..self.config.d_head()];
        multiply(&multiply(normalized, &w_v), w_o)
    }

    /// W_Q, W_K or W_V of a head, ln_1's weight folded in.
    fn folded(&self, layer: usize, which: usize, head: usize) -> Matrix {
        let gamma = self.vector(&format!("h.{layer}.ln_1.weight"));
        let weight = self.matrix(&format!("h.{layer}.attn.c_attn.weight"));
        let rows = weight.iter().zip(gamma);
        let folded = rows.map(|(row, g)| row.iter().map(|w| g * w).collect()).collect();
        self.columns(which, head, &folded)
    }

    /// What `x`, a part of the residual stream, comes to in the end: a part of what a target reads at `position`; or, through a
    /// path, of what its last step reads. A step at a time backwards, as it flows.
    pub fn comes_to(&self, trace: &Trace, target: &Target, position: usize, path: &[Step], x: &[f64]) -> f64 {
        let scaled = |x: &[f64], stream: &[f64]| -> Vec<f64> {
            let scale = self.normalize(stream).1;
            center(x).iter().map(|x| x / scale).collect()
        };
        if let Some((&Step { layer, head, token }, before)) = path.split_last() {
            let outside = match target {
                Target::Score { step, side: Side::Key } => step.token,
                _ => position,
            };
            let query = before.last().map_or(outside, |step| step.token);
            let layers = &trace.layers[layer];
            let moved = self.moved(layer, head, &vec![scaled(x, &layers.resid_pre[token])]);
            let paid = layers.patterns[head][query][token];
            let written: Vec<f64> = moved[0].iter().map(|x| paid * x).collect();
            return self.comes_to(trace, target, position, before, &written);
        }
        match *target {
            Target::Logit { answer, ref contrast } => {
                let (w_u, _) = self.processed_unembedding();
                let scaled = scaled(x, &trace.resid_final[position]);
                let raised = |token: u32| dot(&scaled, &w_u[token as usize]);
                self.compared(trace, position, answer, contrast, raised)
            }
            Target::Neuron { layer, neuron } => {
                let scaled = scaled(x, &trace.layers[layer].resid_mid[position]);
                let gamma = self.vector(&format!("h.{layer}.ln_2.weight"));
                let w_in = self.matrix(&format!("h.{layer}.mlp.c_fc.weight"));
                (0..scaled.len()).map(|i| scaled[i] * gamma[i] * w_in[i][neuron]).sum()
            }
            Target::Score {
                step: Step { layer, head, token },
                side,
            } => {
                let layers = &trace.layers[layer];
                let (which, at, other) = match side {
                    Side::Key => (1, token, self.columns(0, head, &layers.qkv)[position].clone()),
                    Side::Query => (0, position, self.columns(1, head, &layers.qkv)[token].clone()),
                };
                let scaled = scaled(x, &layers.resid_pre[at]);
                let read = multiply(&[scaled], &self.folded(layer, which, head));
                dot(&read[0], &other) / self.divisor(layer)
            }
            ref other => panic!("{other}"),
        }
    }

    /// A number of the answer less that of what it is compared with.
    fn compared(
        &self,
        trace: &Trace,
        position: usize,
        answer: u32,
        contrast: &Contrast,
        of: impl Fn(u32) -> f64,
    ) -> f64 {
        of(answer)
            - match contrast {
                Contrast::Mean => 0.0,
                Contrast::Tokens(tokens) => tokens.iter().map(|&token| of(token)).sum::<f64>() / tokens.len() as f64,
                Contrast::LogProbability => {
                    let p = softmax(&trace.logits[position]);
                    p.iter().enumerate().map(|(token, p)| p * of(token as u32)).sum()
                }
                other => panic!("{other}"),
            }
    }

    /// What a target is in the forward pass.
    pub fn number(&self, trace: &Trace, target: &Target, position: usize) -> f64 {
        match *target {
            Target::Logit { answer, ref contrast } => {
                let logits = center(&trace.logits[position]);
                self.compared(trace, position, answer, contrast, |token| logits[token as usize])
            }
            Target::Neuron { layer, neuron } => trace.layers[layer].pre[position][neuron],
            Target::Score { step, .. } => {
                let of = |which, at: usize| self.columns(which, step.head, &trace.layers[step.layer].qkv)[at].clone();
                dot(&of(0, position), &of(1, step.token)) / self.divisor(step.layer)
            }
            ref other => panic!("{other}"),
        }
    }

    /// What a head writes at `query` of the token at `key`.
    pub fn source(&self, trace: &Trace, layer: usize, head: usize, query: usize, key: usize) -> Vec<f64> {
        let layers = &trace.layers[layer];
        let normalized = vec![self.normalize(&layers.resid_pre[key]).0];
        let paid = layers.patterns[head][query][key];
        self.moved(layer, head, &normalized)[0]
            .iter()
            .map(|x| paid * x)
            .collect()
    }

    /// What a neuron writes; after the last one, the output bias.
    pub fn neuron(&self, trace: &Trace, layer: usize, neuron: usize, position: usize) -> Vec<f64> {
        let name = |part: &str| format!("h.{layer}.mlp.c_proj.{part}");
        match trace.layers[layer].post[position].get(neuron) {
            Some(post) => self.matrix(&name("weight"))[neuron].iter().map(|w| post * w).collect(),
            None => self.vector(&name("bias")).to_vec(),
        }
    }

    /// What a part wrote at a position, of what has been added up by `resid`.
    pub fn part(&self, trace: &Trace, part: Part, layers: usize, resid: &[f64], position: usize) -> Vec<f64> {
        if part != Part::Remainder {
            return trace.part(part)[position].clone();
        }
        let heads = trace.layers[..layers].iter().flat_map(|layer| &layer.heads);
        heads.fold(resid.to_vec(), |rest, head| {
            rest.iter().zip(&head[position]).map(|(x, y)| x - y).collect()
        })
    }

    fn divisor(&self, layer: usize) -> f64 {
        let mut divisor = 1.0;
        if self.config.scale_attn_weights {
            divisor *= (self.config.d_head() as f64).sqrt();
        }
        if self.config.scale_attn_by_inverse_layer_idx {
            divisor *= (layer + 1) as f64;
        }
        divisor
    }

    fn activate(&self, x: f64) -> f64 {
        match self.config.activation_function {
            Activation::GeluTanh => {
                0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh())
            }
            Activation::Gelu => 0.5 * x * (1.0 + libm::erf(x / 2f64.sqrt())),
            Activation::QuickGelu => x / (1.0 + (-1.702 * x).exp()),
            Activation::Relu => x.max(0.0),
            Activation::Silu => x / (1.0 + (-x).exp()),
            Activation::Tanh => x.tanh(),
        }
    }

    fn linear(&self, name: &str, x: &Matrix) -> Matrix {
        let mut y = multiply(x, self.matrix(&format!("{name}.weight")));
        for row in &mut y {
            row.iter_mut()
                .zip(self.vector(&format!("{name}.bias")))
                .for_each(|(y, b)| *y += b);
        }
        y
    }

    /// Mean 0, variance 1; and the scale that was divided by.
    fn normalize(&self, x: &[f64]) -> (Vec<f64>, f64) {
        let centered = center(x);
        let variance = centered.iter().map(|x| x * x).sum::<f64>() / x.len() as f64;
        let scale = (variance + self.config.layer_norm_epsilon).sqrt();
        (centered.iter().map(|x| x / scale).collect(), scale)
    }

    fn layer_norm(&self, name: &str, x: &Matrix) -> Matrix {
        let (gamma, beta) = (
            self.vector(&format!("{name}.weight")),
            self.vector(&format!("{name}.bias")),
        );
        let affine = |x: Vec<f64>| x.iter().zip(gamma).zip(beta).map(|((x, g), b)| x * g + b).collect();
        x.iter().map(|x| affine(self.normalize(x).0)).collect()
    }

    /// The processed unembedding: ln_f folded in, centered over d_model and over the vocabulary. W_U `[d_vocab][d_model]`
    /// and b_U `[d_vocab]`.
    fn processed_unembedding(&self) -> (Matrix, Vec<f64>) {
        let (gamma, beta) = (self.vector("ln_f.weight"), self.vector("ln_f.bias"));
        let b_u: Vec<f64> = self.unembedding().iter().map(|w| dot(w, beta)).collect();
        let folded: Matrix = self
            .unembedding()
            .iter()
            .map(|w| center(&w.iter().zip(gamma).map(|(w, g)| w * g).collect::<Vec<_>>()))
            .collect();
        let centered = transpose(&transpose(&folded).iter().map(|row| center(row)).collect::<Matrix>());
        (centered, center(&b_u))
    }

    /// What a part that wrote x at a position says to the vocabulary, `[d_vocab]`.
    pub fn says(&self, trace: &Trace, x: &[f64], position: usize) -> Vec<f64> {
        let (_, scale) = self.normalize(&trace.resid_final[position]);
        let scaled: Vec<f64> = center(x).iter().map(|x| x / scale).collect();
        let (w_u, _) = self.processed_unembedding();
        w_u.iter().map(|w| dot(&scaled, w)).collect()
    }

    /// How much float32 adds up to a logit (difference), whatever its sign: each number that a component writes, and the final
    /// LayerNorm's bias, as they are read. Rounding is in proportion to that, and not to what remains of it.
    pub fn added(&self, trace: &Trace, answer: u32, incorrect: Option<u32>, position: usize) -> f64 {
        let (_, scale) = self.normalize(&trace.resid_final[position]);
        let (gamma, beta) = (self.vector("ln_f.weight"), self.vector("ln_f.bias"));
        let unembedding = self.unembedding();
        let parts = labels::components(self.config.n_layer, self.config.n_layer);
        let written: Vec<Matrix> = parts.into_iter().map(|part| trace.part(part)).collect();
        let of_number = |j: usize| {
            let mean = || unembedding.iter().map(|w| w[j]).sum::<f64>() / unembedding.len() as f64;
            let than = incorrect.map_or_else(mean, |token| unembedding[token as usize][j]);
            let read = (unembedding[answer as usize][j] - than).abs();
            let size = written.iter().map(|x| x[position][j].abs()).sum::<f64>();
            read * (gamma[j].abs() * size / scale + beta[j].abs())
        };
        (0..gamma.len()).map(of_number).sum()
    }

    /// The attribution of each part, `[component][pos]`; the logit (difference) and b_U, `[pos]`.
    pub fn attribution(
        &self,
        trace: &Trace,
        answer: u32,
        incorrect: Option<u32>,
        form: Form,
    ) -> (Matrix, Vec<f64>, f64) {
        let (w_u, b_u) = self.processed_unembedding();
        let minus_incorrect =
            |of: &dyn Fn(usize) -> f64| of(answer as usize) - incorrect.map_or(0.0, |token| of(token as usize));
        let project = |part: &Matrix| {
            let at = |(x, resid): (&Vec<f64>, &Vec<f64>)| {
                let scaled: Vec<f64> = center(x).iter().map(|x| x / self.normalize(resid).1).collect();
                minus_incorrect(&|token| dot(&scaled, &w_u[token]))
            };
            part.iter().zip(&trace.resid_final).map(at).collect::<Vec<f64>>()
        };
        let (n_layer, n_head) = (self.config.n_layer, self.config.n_head);
        let parts = match form {
            Form::Parts(Unit::Component) => labels::components(n_layer, n_layer),
            Form::Parts(Unit::Head) => labels::heads(n_layer, n_head),
            Form::RunningSum => labels::states(n_layer, Part::FinalPost),
            ref other => panic!("{other}"),
        };
        let rows = parts.into_iter().map(|part| project(&trace.part(part))).collect();
        let logit = trace
            .logits
            .iter()
            .map(|logits| minus_incorrect(&|token| center(logits)[token]))
            .collect();
        (rows, logit, minus_incorrect(&|token| b_u[token]))
    }
}

impl Trace {
    fn part(&self, part: Part) -> Matrix {
        match part {
            Part::Embed => self.embed.clone(),
            Part::PosEmbed => self.pos_embed.clone(),
            Part::AttnOut(layer) => self.layers[layer].attn_out.clone(),
            Part::MlpOut(layer) => self.layers[layer].mlp_out.clone(),
            Part::Pre(layer) => self.layers[layer].resid_pre.clone(),
            Part::Mid(layer) => self.layers[layer].resid_mid.clone(),
            Part::FinalPost => self.resid_final.clone(),
            Part::Head { layer, head } => self.layers[layer].heads[head].clone(),
            Part::Remainder => {
                self.layers
                    .iter()
                    .flat_map(|layer| &layer.heads)
                    .fold(self.resid_final.clone(), |rest, head| {
                        rest.iter()
                            .zip(head)
                            .map(|(x, y)| x.iter().zip(y).map(|(x, y)| x - y).collect())
                            .collect()
                    })
            }
            ref other => panic!("{other}"),
        }
    }
}

fn add(x: &Matrix, y: &Matrix) -> Matrix {
    x.iter()
        .zip(y)
        .map(|(x, y)| x.iter().zip(y).map(|(x, y)| x + y).collect())
        .collect()
}

fn multiply(x: &[Vec<f64>], y: &[Vec<f64>]) -> Matrix {
    let y = transpose(y);
    x.iter().map(|x| y.iter().map(|y| dot(x, y)).collect()).collect()
}

fn transpose(x: &[Vec<f64>]) -> Matrix {
    (0..x[0].len())
        .map(|column| x.iter().map(|row| row[column]).collect())
        .collect()
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    assert_eq!(x.len(), y.len());
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

pub fn softmax(logits: &[f64]) -> Vec<f64> {
    let max = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exp: Vec<f64> = logits.iter().map(|logit| (logit - max).exp()).collect();
    let sum: f64 = exp.iter().sum();
    exp.iter().map(|exp| exp / sum).collect()
}

pub fn center(x: &[f64]) -> Vec<f64> {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    x.iter().map(|x| x - mean).collect()
}
