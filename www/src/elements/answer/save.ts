import { Chart, type ChartView, type Unit } from '../../api/logitscope';
import type { Picture } from '../../state/picture';
import { sourceName } from '../../state/source';
import { fileName } from '../../words/format';
import { png } from './png';

export type Format = 'png' | 'svg' | 'csv' | 'json';

/** Pictures are saved light, for paper, and at this size in CSS pixels. */
const VIEW: ChartView = { width: 960, height: 400, pixelRatio: 2, theme: 'light' };

/** Downloads one unit's chart or numbers. */
export async function save(format: Format, picture: Picture, unit: Unit): Promise<void> {
  const { source, answer, incorrect } = picture;
  const name = fileName('logitscope', sourceName(source), unit, answer.text, incorrect ? `vs ${incorrect.text}` : '');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await content(format, picture, unit));
  link.download = `${name}.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function content(format: Format, picture: Picture, unit: Unit): Promise<Blob> {
  switch (format) {
    case 'png':
      return png(drawn(picture, unit));
    case 'svg':
      return new Blob([picture.charts[unit].svg(VIEW)], { type: 'image/svg+xml' });
    case 'csv':
      return new Blob([csv(picture, unit)], { type: 'text/csv' });
    case 'json':
      return new Blob([json(picture, unit)], { type: 'application/json' });
  }
}

/** Drawn by a chart of its own: the one on the page answers for where it was last drawn. */
function drawn({ attributions, answer, incorrect, charts }: Picture, unit: Unit): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const chart = new Chart(attributions[unit], answer.text, incorrect?.text);
  chart.widen(...charts[unit].span);
  chart.draw(canvas, VIEW);
  chart.free();
  return canvas;
}

function csv({ attributions }: Picture, unit: Unit): string {
  const { labels, attribution, positions } = attributions[unit];
  const rows = labels.flatMap((label, i) =>
    positions.map((position, p) => [label, position, attribution[i * positions.length + p]].join(',')),
  );
  return ['label,position,attribution', ...rows, ''].join('\n');
}

/** The API's field names, and what was asked. */
function json({ source, tokens, bos, position, answer, incorrect, predictions, attributions }: Picture, unit: Unit): string {
  const { labels, attribution, positions, logit, bias, total, error } = attributions[unit];
  const numbers = { unit, labels, attribution: [...attribution], positions, logit, bias, total, error };
  return JSON.stringify({ model: sourceName(source), tokens, bos, position, answer, incorrect, predictions, ...numbers }, null, 2);
}
