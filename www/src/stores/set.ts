import type { Logitscope, SetAttribution, Work } from '../api/logitscope';
import { REMOVABLE } from '../state/effects';
import { UNITS, byUnit } from '../state/picture';
import { presetOfSet } from '../state/presets';
import { joined, type Always, type PromptSet } from '../state/set';
import { progress } from '../state/work';
import type { ModelStore } from './models';
import type { ViewStore } from './view';
import { WorkStore } from './work';

/** Charts and table take longer than the prompts of a small model: what is known on the way is shown so often. */
const REDRAW_MS = 700;

const NOTHING: Always = { set: undefined, attributions: undefined, sources: undefined, effects: {}, work: undefined, stopped: false, problem: undefined };

/** Prompts as the reader gave them. */
interface Given {
  name: string;
  text: string;
}

/** Asks the same of many prompts: each part's share, then where heads look; what is lost without each part if the reader wants to know. */
export class SetStore extends WorkStore<Always> {
  #scope?: Logitscope;
  #asked?: string | Given;
  /** What was typed, pasted or opened: no link has it. */
  #given?: Given;
  #losses = false;

  constructor(
    private readonly models: ModelStore,
    private readonly view: ViewStore,
  ) {
    super(NOTHING);
    for (const store of [models, view]) store.addEventListener('change', () => this.#follow());
  }

  /** Asks prompts that are written as CSV or JSON. */
  give(text: string, name: string): void {
    this.#given = { name, text };
    this.view.showSet(null);
    this.#follow();
  }

  /** Takes every part out of every prompt as well. */
  measureEffects(): void {
    this.#losses = true;
    this.again();
  }

  #follow(): void {
    const { tab, set } = this.view.state;
    const { scope } = this.models;
    const asked = set ?? this.#given;
    if (asked !== this.#asked || scope !== this.#scope) {
      this.abandon();
      // Another model is asked the same prompts.
      const same = asked === this.#asked ? this.state.set : undefined;
      this.#asked = asked;
      this.#scope = scope;
      this.#losses = false;
      this.set({ ...NOTHING, set: same });
    }
    if (tab === 'always') this.begin();
  }

  protected override begin(): void {
    const { stopped, problem } = this.state;
    const scope = this.#scope;
    const asked = this.#asked;
    if (this.working || stopped || problem || !scope || !asked || this.#complete) return;
    void this.work(async (signal) => {
      const set = this.state.set ?? (await read(scope, asked, signal));
      if (signal.aborted) return;
      this.set({ set });
      await this.#compute(scope, set, signal);
      if (!signal.aborted) this.set({ work: undefined });
    });
  }

  get #complete(): boolean {
    const { set, attributions, sources, effects } = this.state;
    const { prompts = [], failed = [] } = attributions?.component ?? {};
    if (!set || prompts.length + failed.length < set.prompts.length) return false;
    return (sources !== undefined || !hasRoles(set)) && (!this.#losses || (effects.component !== undefined && effects.head !== undefined));
  }

  async #compute(scope: Logitscope, set: PromptSet, signal: AbortSignal): Promise<void> {
    const total = set.prompts.length;
    const before = this.state.attributions;
    const done = before ? before.component.n + before.component.failed.length : 0;
    const attributions = (known: readonly SetAttribution[]) =>
      byUnit(UNITS.map((unit, i) => joined(before?.[unit], known[i] as SetAttribution, done)));
    if (done < total) {
      let drawn = performance.now();
      const onProgress = ({ known, ...work }: Work<SetAttribution[]>) => {
        // The end of it is told below: charts are drawn of each once.
        if (signal.aborted || work.done === work.total) return;
        const draws = performance.now() - drawn > REDRAW_MS;
        if (draws) drawn = performance.now();
        this.set({ ...(draws && { attributions: attributions(known) }), work: progress({ ...work, done: done + work.done, total }) });
      };
      const known = await scope.attributeAll(set.prompts.slice(done), { unit: UNITS, signal, onProgress });
      if (signal.aborted) return;
      this.set({ attributions: attributions(known) });
    }
    const goesOn = ({ known: _, ...work }: Work<unknown>) => void (signal.aborted || this.set({ work: progress(work) }));
    if (!this.state.sources && hasRoles(set)) {
      const sources = await scope.sourcesAll(set.prompts, { signal, onProgress: goesOn });
      if (signal.aborted) return;
      this.set({ sources });
    }
    for (const unit of REMOVABLE) {
      if (!this.#losses || this.state.effects[unit]) continue;
      const effects = await scope.effectsAll(set.prompts, { unit, signal, onProgress: goesOn });
      if (signal.aborted) return;
      this.set({ effects: { ...this.state.effects, [unit]: effects } });
    }
  }
}

function hasRoles({ prompts }: PromptSet): boolean {
  return prompts.some(({ roles }) => roles !== undefined && Object.keys(roles).length > 0);
}

/** The prompts of a preset, by its name, or those that were given. */
async function read(scope: Logitscope, asked: string | Given, signal: AbortSignal): Promise<PromptSet> {
  const { name, text } = typeof asked === 'string' ? await fetched(asked, signal) : asked;
  return { name, prompts: await scope.parsePrompts(text, { signal }) };
}

async function fetched(name: string, signal: AbortSignal): Promise<Given> {
  const preset = presetOfSet(name);
  if (!preset) throw new Error(`there is no example “${name}”; choose one of the list`);
  const response = await fetch(new URL(preset.set, document.baseURI), { signal });
  if (!response.ok) throw new Error(`the prompts of “${preset.name}” could not be read: ${response.status} ${response.statusText}`);
  return { name: preset.name, text: await response.text() };
}
