//! What heads are, in TypeScript's words.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** Which random tokens `Model.headScores` says twice. */
export interface HeadScoresOptions {
  /** How many: from 2 to what fits twice into the model's context. Default 50, or as many as fit. */
  length?: number;
  /** The same seed draws the same tokens. Default 0. */
  seed?: number;
}

/**
 * What each head does on random tokens, said twice after the token that begins a text: mean attention, over the tokens from which there
 * is something to look at. Each is [layer][head].
 */
export interface HeadScores {
  /** How many tokens are said twice. */
  length: number;
  seed: number;
  /** All ids of the prompt. */
  tokens: number[];
  /** Attention to the token before. */
  previous: number[][];
  /** Attention to where the same token stood the first time. */
  duplicate: number[][];
  /** Attention to what followed the same token the first time. */
  induction: number[][];
  /** Attention to the first token of all. */
  first: number[][];
  /**
   * Whether the head raises the token that it reads, rather than another of the random tokens: how often more for its own, less how often
   * more for the other, over all pairs. From -1 to 1, 0 for chance.
   */
  copying: number[][];
}
"#;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "HeadScoresOptions")]
    pub type JsHeadScores;
    #[wasm_bindgen(method, getter)]
    pub fn length(this: &JsHeadScores) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn seed(this: &JsHeadScores) -> JsValue;
}
