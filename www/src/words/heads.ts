import type { HeadScores } from '../api/logitscope';

type Score = 'previous' | 'duplicate' | 'induction' | 'first' | 'copying';

/** What a head with a high score does on random tokens said twice, and what the score is called. */
const DOES: Record<Score, { does: string; name: string; high: number }> = {
  induction: { does: 'attends to the token after the last occurrence of this one', name: 'induction', high: 0.4 },
  duplicate: { does: 'attends to the last occurrence of this token', name: 'duplicate token', high: 0.4 },
  previous: { does: 'attends to the token before this one', name: 'previous token', high: 0.4 },
  first: { does: 'rests on the first token', name: 'first token', high: 0.6 },
  copying: { does: 'raises the tokens that it reads', name: 'copying', high: 0.5 },
};

const SCORES = Object.keys(DOES) as Score[];

const written = (score: number) => score.toFixed(2).replace('-', '−');

/** What a head scores high in, in words with the number; undefined for what is no head of the model. */
export function scoresHigh(label: string, scores: HeadScores | undefined): string | undefined {
  const [, layer, head] = /^L(\d+)H(\d+)$/.exec(label) ?? [];
  if (!scores || layer === undefined || head === undefined) return undefined;
  const of = (score: Score) => scores[score][Number(layer)]?.[Number(head)];
  const known = SCORES.flatMap((score) => {
    const value = of(score);
    return value === undefined ? [] : [{ score, value, ...DOES[score] }];
  });
  if (known.length === 0) return undefined;
  const high = known.filter(({ value, high }) => value >= high).map(({ does, name, value }) => `${does} (${name} ${written(value)})`);
  const copying = of('copying') ?? 0;
  if (copying <= -DOES.copying.high) high.push(`lowers the tokens that it reads (copying ${written(copying)})`);
  const where = `On ${scores.length} random tokens, said twice, it`;
  if (high.length) return `${where} ${high.join('; ')}.`;
  const best = known.reduce((most, each) => (Math.abs(each.value) > Math.abs(most.value) ? each : most));
  return `${where} scores high in nothing known: most in ${best.name}, ${written(best.value)}.`;
}
