import type { Unit } from '../api/logitscope';
import { UNITS, type View } from './picture';
import type { Question } from './question';
import { BUNDLED, parseSource, type Source } from './source';

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
  if (question.incorrect) link.set('incorrect', question.incorrect);
  link.set('unit', view.unit);
  if (view.selected) link.set('selected', view.selected);
  return link.toString();
}

/** What a link says. Local files cannot be linked to: `missing` is their name. */
export interface Link {
  source: Source;
  missing?: string;
  question: Question;
  view: View;
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
    },
    view: { unit: UNITS.includes(unit) ? unit : 'head', selected: link.get('selected') },
  };
}
