import type { Bos, Token } from '../api/logitscope';
import type { Contrast } from './contrast';
import type { Trail } from './trail';

/** What was asked of which prompt, as titles and sentences say it. */
export interface Asked extends Contrast<Token> {
  /** The model's layers, and how many heads each of them has. */
  layers: number;
  heads: number;
  tokens: readonly Token[];
  /** What was put before the prompt, and who named it. */
  bos?: Bos;
  position: number;
  /** How far in, and the token where the residual stream is read there: the position, on the outside. */
  trail: Trail;
  at: number;
  /** The token that is explained. */
  answer: Token;
}
