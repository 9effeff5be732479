import { Chart, type ChartView, type Effects, type Token } from '../../api/logitscope';
import { exported } from '../../state/contrast';
import type { Part } from '../../state/part';
import { UNITS, type Numbers, type Picture, type Shown } from '../../state/picture';
import { sourceName } from '../../state/source';
import { follow } from '../../state/trail';
import { baselineOf } from '../../words/effects';
import { than } from '../../words/contrast';
import { asked, subjectOf, wholeName } from '../../words/trail';
import { fileName, promptText } from '../../words/format';
import { identityLine } from '../../words/identity';
import { png } from './png';
import { savedPage } from './saved-page';

export type Format = 'png' | 'svg' | 'csv' | 'json' | 'html';

/** What a picture is for, in CSS pixels: text keeps its size, so the smaller the picture the larger the text on the slide or paper. */
export const SIZES = {
  slide: { width: 960, height: 540, pixelRatio: 2 },
  paper: { width: 640, height: 440, pixelRatio: 4 },
  wide: { width: 1280, height: 480, pixelRatio: 2 },
} satisfies Record<string, ChartView>;

/** How a picture is saved. */
export interface Look {
  size: keyof typeof SIZES;
  theme: 'light' | 'dark';
}

/** What is shown, in each format. */
export interface Formats {
  canvas(): HTMLCanvasElement;
  svg(): string;
  csv(): string;
  json(): string;
  /** What a picture has to say to stand alone. */
  caption(): string[];
  /** The JSON of a page that stands alone, if that has more to show. */
  whole?(): string;
  /** The selected part's label. */
  selected?: string;
}

/** Downloads what is shown, under a name. */
export async function saveAs(name: string, format: Format, of: Formats): Promise<void> {
  const link = document.createElement('a');
  const saved = await content(format, of);
  link.href = URL.createObjectURL(saved);
  link.download = `${name}.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function content(format: Format, of: Formats): Promise<Blob> {
  switch (format) {
    case 'png':
      return png(of.canvas());
    case 'svg':
      return new Blob([of.svg()], { type: 'image/svg+xml' });
    case 'csv':
      return new Blob([of.csv()], { type: 'text/csv' });
    case 'json':
      return new Blob([of.json()], { type: 'application/json' });
    case 'html':
      return new Blob([await page(of)], { type: 'text/html' });
  }
}

/** It leads back to what is shown, where an address does. */
function page({ json, whole = json, selected, svg, caption }: Formats): Promise<string> {
  const [title = '', ...said] = caption();
  const link = said.includes(address()) ? address() : `${location.origin}${location.pathname}`;
  return savedPage({ json: whole(), selected, svg: svg(), title, link });
}

/** The address of what is shown, or of the page where that is too long to be read. */
export function address(): string {
  return location.href.length > 400 ? `${location.origin}${location.pathname}` : location.href;
}

/** Rows of CSV after lines that begin with #, which say what the numbers are; readers of CSV leave them out when they are told of the sign. */
export function commented(comments: readonly string[], rows: readonly string[]): string {
  // A line of a prompt that had a break within would be a row.
  const said = comments.map((line) => `# ${line.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')}`);
  return [...said, ...rows, ''].join('\n');
}

/** A text that a spreadsheet would compute, with the apostrophe that keeps it a text. */
export function inert(text: string): string {
  return text.replace(/^[=+\-@\t\r]/, "'$&");
}

/** A cell of CSV; what would end it is put in quotes. */
export function cell(value: string | number | boolean | undefined): string {
  const text = typeof value === 'string' ? inert(value) : String(value ?? '');
  return /[",\n\r]/.test(text) ? quoted(text) : text;
}

/** A text as a cell of CSV, whatever is in it. */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** Downloads one unit's chart or numbers. */
export async function save(format: Format, picture: Picture, unit: Shown, look: Look, effects?: Effects, taken?: Part): Promise<void> {
  const { source, answer } = picture;
  const compared = than(picture);
  const name = fileName('logitscope', sourceName(source), effects ? 'what-if' : '', unit, answer.text, compared ? `vs ${compared}` : '');
  const view: ChartView = { ...SIZES[look.size], theme: look.theme, caption: caption(picture, unit, effects) };
  await saveAs(name, format, {
    canvas: () => drawn(picture, unit, view, effects),
    svg: () => svg(picture, unit, view, effects),
    csv: () => csv(picture, unit, effects),
    json: () => json(picture, unit, effects),
    caption: () => view.caption ?? [],
    whole: () => json(picture, unit, effects, also(picture, unit, taken)),
    selected: taken?.of,
  });
}

/** What a picture or a table has to say to stand alone: sentence, question, model, identity and link. */
function caption(picture: Picture, unit: Shown, effects?: Effects): string[] {
  const { source, attributions, tokens, position } = picture;
  return [
    `“${promptText(picture)}” ${asked(picture)} After token ${position} of ${tokens.length}, counted from 0.`,
    `Model: ${sourceName(source)}. ${identityLine(picture, attributions[unit])}`,
    ...(effects ? [`Total effects: the ${wholeName(picture)} less what it is without each part, alone, with ${baselineOf(effects, picture)}.`] : []),
    address(),
  ];
}

/** Drawn by a chart of its own: the one on the page answers for where it was last drawn. */
function drawn(picture: Picture, unit: Shown, view: ChartView, effects?: Effects): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const chart = own(picture, unit, effects);
  chart.draw(canvas, view);
  chart.free();
  return canvas;
}

function svg(picture: Picture, unit: Shown, view: ChartView, effects?: Effects): string {
  const chart = own(picture, unit, effects);
  const svg = chart.svg(view);
  chart.free();
  return svg;
}

function own(picture: Picture, unit: Shown, effects?: Effects): Chart {
  const chart = Chart.about(picture.attributions[unit], subjectOf(picture));
  chart.widen(...picture.charts[unit].span);
  if (effects) chart.compare(effects.labels, Float64Array.from(effects.effect));
  return chart;
}

function csv(picture: Picture, unit: Shown, effects?: Effects): string {
  const { labels, attribution, positions, total, bias, logit, error } = picture.attributions[unit];
  const comments = [...caption(picture, unit, effects), ...Object.entries({ total, bias, logit, error }).map(([name, of]) => `${name}: ${of.join(' ')}`)];
  const lost = (label: string) => {
    const at = effects?.labels.indexOf(label) ?? -1;
    return effects ? [effects.effect[at] ?? '', effects.after[at] ?? ''] : [];
  };
  const rows = labels.flatMap((label, i) =>
    positions.map((position, p) => [label, position, attribution[i * positions.length + p], ...lost(label)].join(',')),
  );
  return commented(comments, [`label,position,attribution${effects ? ',effect,after' : ''}`, ...rows]);
}

/** What else a page shows: the other units, and what the selected part was taken apart into. */
function also({ attributions }: Picture, unit: Shown, taken?: Part): Numbers[] {
  const others = UNITS.filter((other) => other !== unit).map((other) => attributions[other]);
  return [...others, ...[taken?.sources ?? [], taken?.neurons ?? []].flat()];
}

function numbersOf({ unit, of, labels, attribution, pattern, activation, positions, logit, bias, total, error, exact }: Numbers) {
  return { unit, of, labels, attribution: [...attribution], pattern, activation, positions, logit, bias, total, error, exact };
}

/** The API's field names, and what was asked. */
function json(picture: Picture, unit: Shown, effects?: Effects, others: readonly Numbers[] = []): string {
  const { source, tokens, bos, position, trail, answer, predictions, attributions } = picture;
  const token = (word: Token) => ({ id: word.id, text: word.text });
  const { explain, path, position: from } = follow(trail, position).asked;
  const way = trail.length ? { trail, path, ...(explain && { explain, explainedAt: from }) } : {};
  const asked = { answer: token(answer), ...exported(picture, token), ...way };
  const more = { ...(effects && { effects }), ...(others.length && { also: others.map(numbersOf) }) };
  return JSON.stringify({ model: sourceName(source), tokens, bos, position, ...asked, predictions, ...numbersOf(attributions[unit]), ...more }, null, 2);
}
