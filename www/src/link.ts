import type { Unit } from './api/logitscope';
import { presets } from './presets';
import { session } from './session';
import { BUNDLED, parseSource, type Source } from './source';
import { UNITS, type Question } from './state';

/** A question and its model as the part of a URL after `#`, defaults left out. */
export function formatLink(source: Source, question: Question): string {
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
  if (question.incorrect) link.set('incorrect', question.incorrect);
  link.set('unit', question.unit);
  if (question.selected) link.set('selected', question.selected);
  return link.toString();
}

/** What a link says. Local files cannot be linked to: `missing` is their name. */
export interface Link {
  source: Source;
  missing?: string;
  question: Question;
}

/** Reads what {@link formatLink} wrote; undefined without a prompt. What is malformed falls back to its default. */
export function parseLink(hash: string): Link | undefined {
  const link = new URLSearchParams(hash.replace(/^#/, ''));
  const prompt = link.get('prompt');
  if (prompt === null) return undefined;
  const model = link.get('model') ?? '';
  const missing = /^files:(.*)$/s.exec(model)?.[1];
  const unit = link.get('unit') as Unit;
  const position = link.get('position');
  return {
    source: parseSource(model) ?? BUNDLED,
    missing,
    question: {
      prompt,
      prependBos: link.get('bos') !== '0',
      generated: (link.get('generated') ?? '').split(',').filter((id) => /^\d+$/.test(id)).map(Number),
      position: position !== null && /^\d+$/.test(position) ? Number(position) : null,
      answer: link.get('answer') ?? '',
      incorrect: link.get('incorrect') ?? '',
      unit: UNITS.includes(unit) ? unit : 'head',
      selected: link.get('selected'),
    },
  };
}

/** Puts what is asked into the address bar. */
export function keepLink(): void {
  const { model, loading, question } = session.state;
  const source = loading?.source ?? model?.source;
  const hash = source && `#${formatLink(source, question)}`;
  if (hash && hash !== location.hash) history.replaceState(null, '', hash);
}

/** Starts with what the address says, or with the first preset; keeps the address up to date, and follows it if it changes. */
export function followLink(): void {
  let waiting: number | undefined;
  session.addEventListener('change', () => {
    waiting ??= window.setTimeout(() => {
      waiting = undefined;
      keepLink();
    }, 300);
  });
  const follow = () => {
    const link = parseLink(location.hash);
    if (link) session.restore(link.source, link.question, link.missing);
    return link;
  };
  window.addEventListener('hashchange', follow);
  const [first] = presets;
  if (!follow() && first) session.start(first);
}
