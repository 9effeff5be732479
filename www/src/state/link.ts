import { count, middle, sentence } from '../words/format';
import { isLabel } from './label';
import { SHADES, WHEN } from './lens';
import { UNITS, type Shown, type View } from './picture';
import { presetOfSet, presets } from './presets';
import type { Question } from './question';
import { BUNDLED, parseSource, type Source } from './source';
import { parseStep } from './trail';
import { ABLATIONS, COMPARISONS, PLACES, TABS, WHAT_IF, type Cell } from './what-if';

/** More tokens to compare with no page shows. */
const COMPARED = 100;

/** A number that is written again as it was. */
const WHOLE = /^\d{1,15}$/;

/** A question, its model and what is shown of the answer, as the part of a URL after `#`, defaults left out. */
export function formatLink(source: Source, question: Question, view: View): string {
  const link = new URLSearchParams();
  if (source.kind === 'bundled' && source.step !== undefined) link.set('model', `bundled@${source.step}`);
  if (source.kind === 'hub') link.set('model', source.id);
  if (source.kind === 'url') link.set('model', source.url);
  if (source.kind === 'files') link.set('model', `files:${source.name}`);
  link.set('prompt', question.prompt);
  if (!question.prependBos) link.set('bos', '0');
  if (question.generated.length) link.set('generated', question.generated.join(','));
  if (question.position !== null) link.set('position', String(question.position));
  if (question.answer) link.set('answer', question.answer);
  for (const token of [question.incorrect, ...question.more]) if (token) link.append('incorrect', token);
  if (question.byProbability) link.set('contrast', 'log-probability');
  if (question.trail.length) link.set('path', question.trail.join(','));
  link.set('unit', view.unit);
  if (view.selected) link.set('selected', view.selected);
  if (view.embed) link.set('embed', '1');
  if (view.tab === 'when') {
    link.set('view', view.tab);
    if (view.when.shade !== WHEN.shade) link.set('shade', view.when.shade);
    if (view.when.at) link.set('cell', view.when.at.join(','));
  }
  if (view.tab === 'what-if') {
    const { ablation, at, corrupted, site, head, cell, inside } = view.whatIf;
    link.set('view', view.tab);
    if (ablation !== WHAT_IF.ablation) link.set('ablation', ablation);
    if (at !== WHAT_IF.at) link.set('at', at);
    if (corrupted !== null) {
      link.set('corrupted', corrupted);
      if (site !== WHAT_IF.site) link.set('site', site);
      if (head !== WHAT_IF.head) link.set('head', String(head));
      if (cell) link.set('cell', cell.join(','));
      if (inside) link.set('inside', '1');
    }
  }
  if (view.tab === 'always') {
    link.set('view', view.tab);
    if (view.set !== null) link.set('set', `preset:${view.set}`);
  }
  return link.toString();
}

/** What a link says. */
export interface Link {
  source: Source;
  /** Why it is not the model that the link names: those of local files cannot be linked to, and others may not be readable. Or what of it was left out. */
  notice?: string;
  question: Question;
  view: View;
}

/**
 * Reads what {@link formatLink} wrote; undefined if it names neither a prompt, a model nor a view. What is malformed falls back to its
 * default.
 */
export function parseLink(hash: string): Link | undefined {
  const link = new URLSearchParams(hash.replace(/^#/, ''));
  const model = link.get('model') ?? '';
  const set = readSet(link.get('set'));
  const preset = (set !== null && presetOfSet(set)) || presets[0];
  // A link to a model or a view alone asks what the page asks first, or what a set's prompts are like.
  if (!link.has('prompt') && (model || link.has('view')) && preset) for (const field of ['prompt', 'answer', 'incorrect'] as const) link.set(field, preset[field] ?? '');
  const prompt = link.get('prompt');
  if (prompt === null) return undefined;
  const unit = link.get('unit') as Shown;
  const position = link.get('position');
  const selected = link.get('selected');
  const byProbability = link.get('contrast') === 'log-probability';
  const others = byProbability ? [] : link.getAll('incorrect');
  const [incorrect = '', ...more] = others.slice(0, COMPARED);
  return {
    ...(others.length > COMPARED && { notice: `This link compares with ${count(others.length)} tokens. The first ${COMPARED} are taken.` }),
    ...readModel(model),
    question: {
      prompt,
      prependBos: link.get('bos') !== '0',
      generated: (link.get('generated') ?? '').split(',').filter((id) => WHOLE.test(id)).map(Number),
      position: position !== null && WHOLE.test(position) ? Number(position) : null,
      answer: link.get('answer') ?? '',
      incorrect,
      more,
      byProbability,
      trail: (link.get('path') ?? '').split(',').filter((step) => parseStep(step) !== undefined),
    },
    view: {
      unit: UNITS.includes(unit) ? unit : 'head',
      selected: isLabel(selected) ? selected : null,
      embed: link.get('embed') === '1',
      tab: one(TABS, link.get('view')),
      when: { shade: one(SHADES, link.get('shade')), at: readCell(link.get('cell')) },
      whatIf: {
        ablation: one(ABLATIONS, link.get('ablation')),
        at: one(PLACES, link.get('at')),
        corrupted: link.get('corrupted'),
        site: one(COMPARISONS, link.get('site'), WHAT_IF.site),
        head: WHOLE.test(link.get('head') ?? '') ? Number(link.get('head')) : WHAT_IF.head,
        cell: readCell(link.get('cell')),
        inside: link.get('inside') === '1',
      },
      set,
    },
  };
}

/** What is named, or the default: the first. */
function one<T extends string>(of: readonly [T, ...T[]], named: string | null, otherwise = of[0]): T {
  return of.find((each) => each === named) ?? otherwise;
}

function readCell(cell: string | null): Cell | null {
  const [, layer, row] = /^(\d{1,15}),(\d{1,15})$/.exec(cell ?? '') ?? [];
  return layer && row ? [Number(layer), Number(row)] : null;
}

/** A set of prompts that a link can name. */
function readSet(set: string | null): string | null {
  const [, name = ''] = /^preset:(.*)$/.exec(set ?? '') ?? [];
  return presetOfSet(name) ? name : null;
}

function readModel(model: string): Pick<Link, 'source' | 'notice'> {
  if (model === '') return { source: BUNDLED };
  const files = /^files:(.*)$/s.exec(model)?.[1];
  if (files !== undefined) {
    const notice = `This link was made with local files, “${middle(files)}”. Open them again to see the same numbers.`;
    return { source: BUNDLED, notice };
  }
  try {
    return { source: parseSource(model) };
  } catch (error) {
    return { source: BUNDLED, notice: `This link’s model cannot be read: ${sentence(error)} What you see is the bundled model’s.` };
  }
}
