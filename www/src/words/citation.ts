import { version } from '../../package.json';
import { pinned, sourceName, type Source } from '../state/source';
import type { Picture, View } from '../state/picture';
import type { Always } from '../state/set';
import { middle, promptText, sentence } from './format';
import { identityLine } from './identity';
import { allAddUp, overall } from './set';
import { asked } from './trail';

/** What a view is cited as. */
export interface Cited {
  title: string;
  /** What is shown, of which model, and whether it adds up. */
  note: string;
  link: string;
  on: Date;
}

/** What is on the page, with the model as it is at its commit. */
export function cited(picture: Picture, view: View, always: Always, revision: string | undefined, link: string): Cited {
  const many = view.tab === 'always' && always.attributions;
  const title = many ? `${sentence(always.set?.name)} ${overall(always)}` : `“${middle(oneLine(promptText(picture)), 240)}” ${oneLine(asked(picture))}`;
  const adds = many ? allAddUp(always).slice(2) : identityLine(picture, picture.attributions[view.unit]);
  return { title, note: `${shows(view)} Model: ${modelName(picture.source, revision)}. ${adds}`, link, on: new Date() };
}

function shows({ tab, whatIf }: View): string {
  if (tab === 'when') return 'When was it known, by the logit lens.';
  if (tab === 'what-if' && whatIf.corrupted === null) return 'What if a part were not there.';
  if (tab === 'what-if') return `What if, against “${middle(oneLine(whatIf.corrupted ?? ''), 240)}”`;
  return tab === 'always' ? 'Direct logit attribution, over many prompts.' : 'Direct logit attribution.';
}

function modelName(source: Source, revision: string | undefined): string {
  const exact = pinned(source, revision);
  switch (exact.kind) {
    case 'bundled':
      return `Logitscope’s ${sourceName(exact)}`;
    case 'hub':
      return exact.id;
    case 'url':
      return exact.url;
    case 'files':
      return `${exact.name}, from local files`;
  }
}

/** As a line of a list of references, or of a caption. */
export function citationLine({ title, note, link, on }: Cited): string {
  const date = on.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
  return `${title} ${note} Logitscope ${version}, ${date}. ${link}`;
}

export function citationBibtex({ title, note, link, on }: Cited): string {
  const day = [on.getFullYear(), on.getMonth() + 1, on.getDate()].map((of) => String(of).padStart(2, '0')).join('-');
  const fields = {
    author: '{Logitscope}',
    title: `{${escaped(title)}}`,
    year: String(on.getFullYear()),
    version,
    note: escaped(note),
    url: link.replace(/[{}\\]/g, encodeURIComponent),
    urldate: day,
  };
  const lines = Object.entries(fields).map(([name, value]) => `  ${name.padEnd(7)} = {${value}},`);
  return ['@misc{logitscope,', ...lines, '}'].join('\n');
}

const TEX: Record<string, string> = { '\\': '\\textbackslash{}', '~': '\\textasciitilde{}', '^': '\\textasciicircum{}' };

function escaped(text: string): string {
  return text.replace(/[\\~^{}$&#%_]/g, (found) => TEX[found] ?? `\\${found}`);
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}
