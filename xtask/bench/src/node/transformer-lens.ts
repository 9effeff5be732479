import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { quantity, row, type Section } from '../report.js';

const SCRIPT = fileURLToPath(new URL('takes_out.py', import.meta.url));
/** The rows of the sweeps, and what is measured beside them. */
const PLACES = { last: 'all parts taken out at the last position', everywhere: 'all parts taken out everywhere' };

/** The same sweeps natively by TransformerLens on one thread, over ours in the browser on one. */
export function besideTransformerLens(python: string, folder: string, sections: readonly Section[]): Section {
  const tokens = Array.from({ length: 16 }, (_, i) => (i * 1009) % 50257);
  const told = execFileSync(python, [SCRIPT, folder, '1', JSON.stringify(tokens)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const theirs = JSON.parse(told.trim().split('\n').at(-1) ?? '') as Record<keyof typeof PLACES, number[]>;
  const rows = (Object.keys(PLACES) as (keyof typeof PLACES)[]).map((place) => {
    const ours = sections.flatMap(({ rows }) => rows).find(({ name }) => name.startsWith(PLACES[place]))?.beside['heads and components'];
    if (!ours) throw new Error(`the page did not measure ${PLACES[place]}`);
    const times = theirs[place].map((time) => time / ours.median);
    return row(PLACES[place], quantity('×', times), { at: '≥', limit: 5 }, { TransformerLens: quantity('ms', theirs[place]), ours });
  });
  return { title: 'The same by TransformerLens natively, over ours in the browser, one thread each', rows };
}
