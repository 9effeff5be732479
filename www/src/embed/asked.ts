import type { Bos, Subject, Token } from '../api/charts';
import type { Asked } from '../state/asked';
import { follow } from '../state/trail';
import { subjectOf } from '../words/trail';
import { isRecord, numberOf, textOf, textsOf, tokenOf, tokensOf, unreadable, type Json } from './json';

/** A token that is no text: most programs name what is put before a prompt so. */
const SPECIAL = /^<\|?[a-z_]+\|?>$/i;

/** What an exported answer says that it answers, of a model that has these parts; without an answer, what is explained is not known. */
export function askedOf(json: Json, labels: readonly string[], positions: readonly number[] = []): Asked & { known: boolean } {
  const tokens = tokensOf(json, 'tokens', 'clean_tokens');
  const position = numberOf(json, 'position') ?? positions.at(-1) ?? Math.max(0, tokens.length - 1);
  if (!Number.isSafeInteger(position)) throw unreadable('`position` is not a whole number.');
  const explain = json['explain'] === undefined ? [] : [String(json['explain'])];
  const trail = json['trail'] !== undefined ? textsOf(json, 'trail') : [...explain, ...textsOf(json, 'path')];
  const answer = tokenOf(json, 'answer_token') ?? (isRecord(json['answer']) && 'text' in json['answer'] ? tokenOf(json, 'answer') : undefined);
  const others = Array.isArray(json['incorrect']) ? tokensOf(json, 'incorrect') : [tokenOf(json, 'incorrect') ?? []].flat();
  const [incorrect, ...more] = others;
  return {
    known: answer !== undefined || trail.length > 0,
    tokens,
    bos: bosOf(json, tokens),
    position,
    trail,
    at: follow(trail, position).at,
    answer: answer ?? { id: NaN, text: '' },
    incorrect,
    more,
    byProbability: json['contrast'] === 'log-probability',
    ...shapeOf(labels),
  };
}

function bosOf(json: Json, [first]: readonly Token[]): Bos | undefined {
  if (isRecord(json['bos'])) return json['bos'] as unknown as Bos;
  return first && SPECIAL.test(first.text) ? { ...first, namedBy: '' } : undefined;
}

/** As many layers, and heads in each, as the labels have. */
function shapeOf(labels: readonly string[]): Pick<Asked, 'layers' | 'heads'> {
  let [layers, heads] = [1, 1];
  for (const label of labels) {
    const [, layer, head = 0] = /^L?(\d+)(?:H(\d+)|_(?:attn_out|mlp_out|mid)$)/.exec(label) ?? [];
    if (layer === undefined) continue;
    layers = Math.max(layers, Number(layer) + 1);
    heads = Math.max(heads, Number(head) + 1);
  }
  return { layers, heads };
}

/** What the charts' titles say. */
export function subjectFrom(json: Json, asked: Asked & { known: boolean }): Subject {
  const tokens = asked.tokens.map(({ text }) => text);
  return asked.known ? { ...subjectOf(asked), tokens } : { answer: titleOf(json) ?? 'what is explained', explain: true, tokens };
}

/** A title that whoever wrote the JSON gave it. */
export function titleOf(json: Json): string | undefined {
  return textOf(json, 'title');
}

export function modelOf(json: Json): string | undefined {
  return typeof json['model'] === 'string' ? json['model'] : undefined;
}
