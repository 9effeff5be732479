import type { Page } from '@playwright/test';

type Label = string;

/** What a lesson says of a step, in its `claims`: one quantity, and what it has to be. What is in numbers in the text is among them. */
export type Claim = { is?: number | string | Label[]; above?: number; below?: number; state?: string } & (
  | { logit: true }
  | { total: true }
  | { bias: true }
  | { adds: Label }
  | { takes: Label; at: number }
  | { largest: 'component' | 'head' | 'neuron' | 'mean component'; of?: Label; is: Label[] }
  | { raises: Label; is: string }
  | { lens: Label; says: true; is: string }
  | { lens: Label; probability: string }
  | { lens: Label; rank: string }
  | { probability: string; without?: Label }
  | { rank: string }
  | { likeliest: true }
  | { attention: Label; at: number; from?: number; without?: Label }
  | { loses: Label }
  | { change: Label; without: Label }
  | { gains: true; without: Label }
  | { restores: [layer: number, position: number]; site: 'resid_pre' | 'mlp_out' }
  | { mean: Label }
  | { sd: Label }
  | { positive: Label }
  | { right: true }
);

export interface Claimed {
  claim: Claim;
  /** What the page shows. */
  state: string;
}

/** What each claim's quantity is, by the API in a page of its own: of links, it reads nothing but their fields. */
export function compute(page: Page, root: string, claimed: readonly Claimed[]): Promise<(number | string | string[])[]> {
  return page.evaluate(
    async ({ root, claimed }) => {
      type Api = typeof import('../src/api/logitscope');
      const { Logitscope } = (await import(/* @vite-ignore */ `${root}logitscope.js`)) as Api;
      const unitOf = (label: string) => (/^L\d+H\d+$/.test(label) ? 'head' : /_(pre|mid|post)$/.test(label) ? 'layer' : 'component');
      const one = <T>(items: Iterable<T>, index: number): T => {
        const item = [...items][index];
        if (item === undefined) throw new Error(`there is no item ${index}`);
        return item;
      };
      const at = (labels: readonly string[], values: Iterable<number>, label: string) => one(values, labels.indexOf(label));
      const largest = (labels: readonly string[], values: Iterable<number>, n: number) => {
        const sizes = [...values].map((value, i) => [labels[i] ?? '', Math.abs(value)] as const);
        const parts = sizes.filter(([label]) => !/^remainder$|_bias$/.test(label));
        return parts.sort(([, a], [, b]) => b - a).slice(0, n).map(([label]) => label);
      };
      /** What was asked before need not be asked again. */
      const known = new Map<string, Promise<unknown>>();
      const once = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
        const asked = (known.get(key) as Promise<T> | undefined) ?? ask();
        known.set(key, asked);
        return asked;
      };

      const value = async ({ claim, state }: Claimed): Promise<number | string | string[]> => {
        const link = new URLSearchParams(claim.state ?? state);
        const step = /^bundled@(\d+)$/.exec(link.get('model') ?? '')?.[1];
        const weights = step === undefined ? 'model.safetensors' : `model.step-${step}.safetensors`;
        const scope = await once(weights, () => Logitscope.load(`${root}models/bundled/`, { weights, threads: 1, keep: false }));
        if ('mean' in claim || 'sd' in claim || 'positive' in claim || 'right' in claim || ('largest' in claim && claim.largest === 'mean component')) {
          const file = `${root}prompts/${link.get('set')?.replace('preset:', '')}.csv`;
          const label = 'mean' in claim ? claim.mean : 'sd' in claim ? claim.sd : 'positive' in claim ? claim.positive : '0_mlp_out';
          const { prompts, labels, mean, sd, attribution } = await once(file + unitOf(label), async () => {
            const asked = await scope.parsePrompts(await (await fetch(file)).text());
            return scope.attributeAll(asked, { unit: unitOf(label) });
          });
          if ('right' in claim) return prompts.filter(({ right }) => right).length;
          if ('largest' in claim) return largest(labels, mean, claim.is.length);
          if ('mean' in claim) return at(labels, mean, label);
          if ('sd' in claim) return at(labels, sd, label);
          return prompts.filter((_, i) => one(attribution, i * labels.length + labels.indexOf(label)) > 0).length;
        }
        const answer = link.get('answer') ?? '';
        const incorrect = link.get('incorrect') ?? undefined;
        const ablation = link.get('ablation') === 'mean' ? 'mean' : 'zero';
        const prompt = link.get('prompt') ?? '';
        const whole = await once(`${weights} ${prompt}`, () => scope.run(prompt));
        const positions = link.get('at') === 'last' ? [whole.tokens.length - 1] : null;
        const without = 'without' in claim ? claim.without : undefined;
        const reacts = 'change' in claim || 'gains' in claim;
        const run = without && !reacts ? await whole.without({ part: without, ablation, positions }) : whole;
        const expected = async (token: string) => one(await run.expectations([(await scope.token(token)).id]), 0);
        // As far in as the link goes.
        const steps = (link.get('path') ?? '').split(',').filter(Boolean);
        const score = steps.find((step) => step.startsWith('score:'));
        const explain = steps.at(-1);
        const token = Number(/@(\d+)/.exec(score ?? '')?.[1] ?? run.tokens.length - 1);
        const asked = explain ? { explain, position: explain === score ? -1 : token } : { answer, incorrect };
        if ('logit' in claim) return one((await run.attribute({ ...asked, unit: 'component' })).logit, 0);
        if ('total' in claim) return one((await run.attribute({ ...asked, unit: 'component' })).total, 0);
        if ('bias' in claim) return one((await run.attribute({ ...asked, unit: 'component' })).bias, 0);
        if ('adds' in claim) {
          const neuron = /^L(\d+)N/.exec(claim.adds);
          const unit = neuron ? ({ unit: 'neuron', of: `${neuron[1]}_mlp_out` } as const) : { unit: unitOf(claim.adds) as 'head' };
          const { labels, attribution } = await run.attribute({ ...asked, ...unit });
          return at(labels, attribution, claim.adds);
        }
        if ('takes' in claim) {
          const { labels, attribution } = await run.attribute({ ...asked, unit: 'source', of: claim.takes });
          return at(labels, attribution, `@${claim.at}`);
        }
        if ('largest' in claim) {
          const { labels, attribution } = await run.attribute({ ...asked, unit: claim.largest as 'head', of: claim.of });
          return largest(labels, attribution, claim.is.length);
        }
        if ('raises' in claim) return one((await run.readout({ part: claim.raises, k: 1 })).promoted, 0).text;
        if ('lens' in claim) {
          const lens = await run.lens({ k: 1, answer: 'says' in claim ? undefined : 'rank' in claim ? claim.rank : claim.probability });
          const row = lens.labels.indexOf(claim.lens);
          if ('says' in claim) return one(one(one(lens.top, row), 0), 0).text;
          return 'rank' in claim ? one(one(lens.answer!.rank, row), 0) + 1 : one(one(lens.answer!.probability, row), 0);
        }
        if ('probability' in claim) return (await expected(claim.probability)).probability;
        if ('rank' in claim) return (await expected(claim.rank)).rank + 1;
        if ('likeliest' in claim) return one(await run.predictions(-1, 1), 0).probability;
        if ('attention' in claim) {
          const from = claim.from ?? run.tokens.length - 1;
          return one(await run.pattern(claim.attention), (from * (from + 1)) / 2 + claim.at);
        }
        if ('loses' in claim) {
          const { labels, effect } = await run.effects({ answer, incorrect, unit: unitOf(claim.loses) as 'head', ablation, positions });
          return at(labels, effect, claim.loses);
        }
        if (reacts) {
          const { scale, labels, change } = await run.reaction({ answer, incorrect, part: claim.without, ablation, positions });
          if ('gains' in claim) return Math.max(...change);
          return claim.change === 'scale' ? scale : at(labels, change, claim.change);
        }
        const corrupted = await scope.run(link.get('corrupted') ?? '');
        const patched = await run.patch(corrupted, { answer, incorrect, site: claim.site });
        const [layer, position] = claim.restores;
        const logit = one(patched.logit, layer * run.tokens.length + position);
        return (logit - patched.corrupted) / (patched.clean - patched.corrupted);
      };

      const values = [];
      for (const each of claimed) values.push(await value(each));
      return values;
    },
    { root, claimed },
  );
}
