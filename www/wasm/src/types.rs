//! What questions and answers are in JavaScript, in TypeScript's words.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What of config.json changes the computation, by its names there. */
export interface ModelConfig {
  /** d_model, the width of the residual stream. */
  n_embd: number;
  /** Number of blocks. */
  n_layer: number;
  /** Attention heads a block. */
  n_head: number;
  /** The longest prompt, in tokens. */
  n_positions: number;
  /** Width of the MLP. */
  n_inner: number;
  /** d_vocab */
  vocab_size: number;
  layer_norm_epsilon: number;
  activation_function: string;
  scale_attn_weights: boolean;
  scale_attn_by_inverse_layer_idx: boolean;
  tie_word_embeddings: boolean;
  bos_token_id?: number;
}

/** A token. Its text is as in the prompt, a leading space included; `#12` if the model has no tokenizer. */
export interface Token {
  id: number;
  text: string;
}

/** The token that begins a text. */
export interface Bos extends Token {
  /** The file that names it, as `tokenizer_config.json`; or that it is GPT-2's default. */
  namedBy: string;
}

/** What the model expects next. */
export interface Prediction extends Token {
  /** Centered on the mean over the vocabulary. */
  logit: number;
  probability: number;
  /** How many tokens are likelier: 0 for the likeliest. */
  rank: number;
}

/**
 * How finely a number is taken apart. `layer` is the running sum: what has been added up so far. `source` takes one head apart into
 * the tokens that it sees, `neuron` one MLP into its neurons.
 */
export type Unit = 'component' | 'layer' | 'head' | 'source' | 'neuron';

/** A part of the model by its TransformerLens label, and what it adds; over several positions, their mean. */
export interface Contribution {
  label: string;
  value: number;
}

/** A logit, the difference of two, or another number, taken apart. */
export interface AttributionData {
  unit: Unit;
  /** The part that is taken apart, if it is not the whole number: `L9H9`, `10_mlp_out`. */
  of?: string;
  /** The parts, in TransformerLens's order: `embed`, `3_mlp_out`, `2_mid`, `L3H7`, `remainder`, `@5`, `L10N373`, ... [component] */
  labels: string[];
  /** What each part adds; for `layer`, what has been added so far. Row-major [component, position]. */
  attribution: Float64Array;
  /** Of unit `source`: the attention paid to each token. [component] */
  pattern?: number[];
  /** Of unit `neuron`: each neuron's activation; null for the output bias. [component] */
  activation?: (number | null)[];
  /** The positions of the question, ascending. [position] */
  positions: number[];
  /** The number that is taken apart, as the model has it: the logit (difference), or a part's share of it, ... [position] */
  logit: number[];
  /** The share of it that no part produced, for a logit b_U. [position] */
  bias: number[];
  /** The sum of the parts; for `layer` the last, cumulative value. [position] */
  total: number[];
  /** total - (logit - bias): how far the parts are from the identity. [position] */
  error: number[];
  /** Whether every error is within float32's rounding. */
  exact: boolean;
}

/** An attribution as it leaves the module. */
export interface AttributionText extends Omit<AttributionData, 'labels' | 'pattern' | 'activation'> {
  /** One text, with spaces between; none of units `source` and `neuron`, whose parts are numbered. */
  labels?: string;
  /** Of unit `source` the attention paid to each token, of `neuron` each activation; not a number for the output bias. */
  factors?: Float32Array;
}

/** Sources as they leave the module: the heads are one text, with spaces between. */
export interface SourcesText extends Omit<SourcesData, 'heads'> {
  heads: string;
}

/** What each head takes from each token up to where it reads. */
export interface SourcesData {
  /** The heads that are parts of what is read, layer by layer. [head] */
  heads: string[];
  /** What each takes from each token. Row-major [head, key]. */
  attribution: Float64Array;
  /** The attention that each pays. Row-major [head, key]. */
  pattern: Float64Array;
}

/** Which number is explained, and how far in. */
export interface Explained {
  /** The token to explain: its id, or a text that is exactly one token. */
  answer?: string | number;
  /** Another token to compare it with, or a list of some, with the mean of whose logits; without one the answer's own logit is explained. */
  incorrect?: string | number | readonly (string | number)[];
  /**
   * Compare it with all tokens by their probability: along the direction in which the logarithm of the answer's probability rises, as it is
   * after `position` in this run. Not with `incorrect`.
   */
  contrast?: 'log-probability';
  /**
   * Another number than a logit, instead of `answer`: `neuron:L3N17`, a neuron's input to its activation function at `position`;
   * `score:L9H9@5:key`, the attention score of the query at `position` with key 5, by the parts at the key's token, or
   * `score:L9H9@5:query` by those at the query's.
   */
  explain?: string;
  /**
   * Go in: `['L9H9@5', 'L4H11@3']` is what head 9 of layer 9 reads at token 5, and there what L4H11 reads at token 3. Layers fall,
   * tokens never rise.
   */
  path?: readonly string[];
  /** A position of the prompt, counted from the end if negative; null for all of them. Default -1. */
  position?: number | null;
}

/** What `Run.attribute` is asked. */
export interface Question extends Explained {
  unit: Unit;
  /** With unit `source` a head, `L9H9`; with `neuron` an MLP, `10_mlp_out`. */
  of?: string;
}

/** Which logit, or difference of two, is asked for. */
export type Asked = Pick<Explained, 'answer' | 'incorrect' | 'contrast' | 'position'>;

/** What `Run.cancelling` is asked. */
export interface CancellingQuestion extends Asked {
  /** Attention as a whole, or its heads; MLPs and the embeddings either way. */
  unit: 'component' | 'head';
}

/** Two parts of which the later takes back what the earlier wrote. */
export interface Cancelling {
  earlier: string;
  later: string;
  /** How much of what the earlier wrote the later adds to it: -1 where all of it is erased. */
  projection: number;
  /** What each adds to the logit (difference), the earlier first. */
  attribution: [number, number];
}

/** What a part is replaced by, and where. */
export interface Removal {
  /**
   * `zero`, the default: the part adds nothing, a head nothing beyond its value bias (as in TransformerLens's folded models). `mean`: its
   * mean over the prompt's tokens.
   */
  ablation?: 'zero' | 'mean';
  /** At which tokens it is replaced, from the end if negative; null, the default, is everywhere. */
  positions?: readonly number[] | null;
}

/** What `Run.effects` is asked. */
export interface EffectsQuestion extends Asked, Removal {
  /** Which parts are taken out, each alone: the attention and MLP of each layer, or each head. */
  unit: 'component' | 'head';
}

/** What the logit (difference) is without each part. */
export interface Effects {
  unit: 'component' | 'head';
  ablation: 'zero' | 'mean';
  /** At which tokens parts are taken out; null for everywhere. */
  at: number[] | null;
  /** After which position. */
  position: number;
  /** `0_attn_out`, `0_mlp_out`, ..., or `L0H0`, ... [part] */
  labels: string[];
  /** The logit (difference) as it is. */
  logit: number;
  /** The logit (difference) without each part; not a number where it is not known yet. [part] */
  after: number[];
  /** logit - after: the total effect of each part. [part] */
  effect: number[];
  /** What each part itself adds: its direct effect. [part] */
  direct: number[];
  /** The direct effect with the final LayerNorm computed anew without the part. [part] */
  renormalized: number[];
}

/** Activations that `Run.patch` puts into another run, each alone, as TransformerLens's `get_act_patch_*`. */
export type PatchSite = 'resid_pre' | 'attn_out' | 'mlp_out' | 'z' | 'v' | 'pattern' | 'z_by_position';

/** What `Run.patch` is asked. */
export interface PatchQuestion extends Asked {
  site: PatchSite;
}

/** The corrupted run's logit (difference) with each activation of the clean run. */
export interface Patching {
  site: PatchSite;
  /** After which position. */
  position: number;
  /** [layer, position], [layer, head] or [layer, position, head]. */
  shape: number[];
  /** Row-major; not a number where it is not known yet. */
  logit: number[];
  /** The clean run's. */
  clean: number;
  /** The corrupted run's. */
  corrupted: number;
}

/** What `Run.reaction` is asked. */
export interface ReactionQuestion extends Asked, Removal {
  /** The part that is taken out: `L9H9`, `3_attn_out`, `3_mlp_out`. */
  part: string;
}

/** The change of the logit (difference) when one part is taken out, as a sum. */
export interface Reaction {
  part: string;
  ablation: 'zero' | 'mean';
  at: number[] | null;
  position: number;
  /** The logit (difference) as it is. */
  logit: number;
  /** The logit (difference) without the part. */
  after: number;
  /** What the part adds now, less what it did: with nothing in its place, its direct effect with the other sign. */
  removed: number;
  /** What the final LayerNorm's new scale does to all that is there. */
  scale: number;
  /** The heads and MLPs that come later. [part] */
  labels: string[];
  /** What each adds beyond what it did, at the scale as it was. [part] */
  change: number[];
  /** removed + scale + all changes. */
  total: number;
  /** total - (after - logit) */
  error: number;
  /** Whether that is within float32's rounding. */
  exact: boolean;
}

/** What `Run.lens` is asked. */
export interface LensQuestion {
  /** A token whose probability and rank are also wanted: its id, or a text that is exactly one token. */
  answer?: string | number;
  /** A position of the prompt, counted from the end if negative; null for all of them. Default -1. */
  position?: number | null;
  /** So many of the likeliest tokens. Default 5. */
  k?: number;
}

/** The lens as it leaves the module: numbers that are not known yet are not numbers. */
export interface LensText {
  labels: string[];
  positions: number[];
  /** How many tokens there are of each state at each position. */
  k: number;
  /** The tokens that there are, ascending, and their texts. */
  ids: Uint32Array;
  texts: string[];
  /** The likeliest tokens' ids, logits and probabilities. Row-major [state, position, k]. */
  tokens: Float64Array;
  logits: Float64Array;
  probabilities: Float64Array;
  /** Row-major [state, position]. */
  entropy: Float64Array;
  /** The answer's probability, and its rank, if it was asked for. Row-major [state, position]. */
  answer?: Float64Array;
  rank?: Float64Array;
}

/** What `Run.readout` is asked. */
export interface ReadoutQuestion {
  /** A part of unit `component`, `head` or `neuron`: `3_attn_out`, `10_mlp_out`, `L9H9`, `L10N373`; or `L9H9@5`, what a head takes from one token. */
  part: string;
  /** A position of the prompt, counted from the end if negative. Default -1. */
  position?: number;
  /** So many tokens that it promotes, and that it suppresses. Default 10. */
  k?: number;
}

/** A token, and a part's attribution for it as the answer. */
export interface Word extends Token {
  value: number;
}

/** What a part says to the whole vocabulary. */
export interface Readout {
  part: string;
  /** What it raises most, highest first. */
  promoted: Word[];
  /** What it lowers most, lowest first. */
  suppressed: Word[];
}

/** How `Model.generate` chooses tokens. */
export interface SamplingOptions {
  /** At most so many tokens. Default 20. */
  maxTokens?: number;
  /** 0, the default, takes the likeliest token each time. */
  temperature?: number;
  /** Choose among so many of the likeliest. Default: all. */
  topK?: number;
  /** The same seed gives the same text. Default 0. */
  seed?: number;
}
"#;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "ModelConfig")]
    pub type JsConfig;
    #[wasm_bindgen(typescript_type = "Token")]
    pub type JsToken;
    #[wasm_bindgen(typescript_type = "Bos | undefined")]
    pub type JsBos;
    #[wasm_bindgen(typescript_type = "Token | undefined")]
    pub type JsNextToken;
    #[wasm_bindgen(typescript_type = "Token[]")]
    pub type JsTokens;
    #[wasm_bindgen(typescript_type = "Prediction[]")]
    pub type JsPredictions;
    #[wasm_bindgen(typescript_type = "AttributionText")]
    pub type JsAttribution;
    #[wasm_bindgen(typescript_type = "SourcesText")]
    pub type JsSources;
    #[wasm_bindgen(typescript_type = "string | ArrayLike<number>")]
    pub type JsInput;
    #[wasm_bindgen(typescript_type = "number[]")]
    pub type JsTokenIds;
    #[wasm_bindgen(typescript_type = "string | number")]
    pub type JsAnswer;

    #[wasm_bindgen(typescript_type = "Question")]
    pub type JsQuestion;
    #[wasm_bindgen(method, getter)]
    pub fn answer(this: &JsQuestion) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn incorrect(this: &JsQuestion) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn contrast(this: &JsQuestion) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn unit(this: &JsQuestion) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn position(this: &JsQuestion) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn explain(this: &JsQuestion) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn path(this: &JsQuestion) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn of(this: &JsQuestion) -> JsValue;

    #[wasm_bindgen(typescript_type = "EffectsQuestion | PatchQuestion | ReactionQuestion")]
    pub type JsWhatIf;
    #[wasm_bindgen(method, getter)]
    pub fn unit(this: &JsWhatIf) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn ablation(this: &JsWhatIf) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn positions(this: &JsWhatIf) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn part(this: &JsWhatIf) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn site(this: &JsWhatIf) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn at(this: &JsWhatIf) -> JsValue;

    #[wasm_bindgen(typescript_type = "LensQuestion")]
    pub type JsLens;
    #[wasm_bindgen(method, getter)]
    pub fn answer(this: &JsLens) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn position(this: &JsLens) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn k(this: &JsLens) -> JsValue;

    #[wasm_bindgen(typescript_type = "Effects | Patching | LensText | Readout[] | HeadScores | SetTables")]
    pub type JsTrialed;
    #[wasm_bindgen(typescript_type = "Cancelling[]")]
    pub type JsCancelling;
    #[wasm_bindgen(typescript_type = "Reaction")]
    pub type JsReaction;

    #[wasm_bindgen(typescript_type = "SamplingOptions")]
    pub type JsSampling;
    #[wasm_bindgen(method, getter, js_name = maxTokens)]
    pub fn max_tokens(this: &JsSampling) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn temperature(this: &JsSampling) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = topK)]
    pub fn top_k(this: &JsSampling) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn seed(this: &JsSampling) -> JsValue;
}
