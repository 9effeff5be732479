import type { Quantity, Report, Row } from '../report.js';

/** A report as text for a terminal. */
export function table({ browser, processor, cores, engines, sections, goals }: Report): string {
  const variants = Object.entries(engines).map(([threads, engine]) => `Threads asked for: ${threads}. Engine: ${engine}`);
  const lines = [`${browser}. ${processor}, ${cores} cores`, ...variants];
  const width = Math.max(...sections.flatMap(({ rows }) => rows.map(({ name }) => name.length)));
  for (const { title, rows } of sections) {
    lines.push('', title, ...rows.map((row) => line(row, width)));
  }
  lines.push('', `${goals.met} of ${goals.of} goals met. Medians, with quartiles in brackets.`);
  return lines.join('\n');
}

function line({ name, value, goal, beside }: Row, width: number): string {
  const verdict = goal ? `${goal.met ? '✓' : '✗'} ${goal.at} ${goal.limit}` : '';
  const others = Object.entries(beside).map(([name, quantity]) => `${name} ${show(quantity)}`);
  return `  ${name.padEnd(width)}  ${show(value).padEnd(28)}  ${verdict.padEnd(9)}  ${others.join(', ')}`.trimEnd();
}

function show({ unit, median, low, high, n }: Quantity): string {
  const spread = n > 1 ? ` [${digits(low)} ${digits(high)}]` : '';
  return `${digits(median)} ${unit}${spread}`;
}

function digits(x: number): string {
  const size = Math.abs(x);
  return x.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0);
}
