import type { Logitscope, SetAttribution, SetEffects, Work } from '../api/logitscope';
import { REMOVABLE, type Removable, type Removal } from '../state/effects';
import { UNITS, byUnit } from '../state/picture';
import { presetOfSet } from '../state/presets';
import type { Always, PromptSet } from '../state/set';
import { WHAT_IF } from '../state/what-if';
import { progress } from '../state/work';
import type { ModelStore } from './models';
import type { QuestionStore } from './question';
import type { ViewStore } from './view';
import { WorkStore } from './work';

/** Charts and table take longer than the prompts of a small model: what is known on the way is shown so often. */
const REDRAW_MS = 700;

const NOTHING: Always = {
  set: undefined,
  attributions: undefined,
  sources: undefined,
  byProbability: false,
  loses: false,
  removal: WHAT_IF,
  effects: {},
  work: undefined,
  stopped: false,
  problem: undefined,
};

/** Prompts as the reader gave them. */
interface Given {
  name: string;
  text: string | File;
}

/** Asks the same of many prompts: each part's share, then where heads look; what is lost without each part if the reader wants to know. */
export class SetStore extends WorkStore<Always> {
  #scope?: Logitscope;
  #asked?: string | Given;
  /** What was typed, pasted or opened: no link has it. */
  #given?: Given;
  /** What is lost without each part, by what it is replaced by. */
  readonly #lost = new Map<string, Always['effects']>();
  /** While the reader has stopped the work: it waits where it is computed, with all that is known. */
  #stopped?: { goesOn: Promise<void>; goOn: () => void };

  constructor(
    private readonly models: ModelStore,
    private readonly question: QuestionStore,
    private readonly view: ViewStore,
  ) {
    super(NOTHING);
    for (const store of [models, question, view]) store.addEventListener('change', () => this.#follow());
  }

  /** Asks prompts that are written as CSV or JSON. */
  give(text: string | File, name: string): void {
    this.#given = { name, text };
    this.view.showSet(null);
    this.#follow();
  }

  /** Takes every part out of every prompt as well. */
  measureEffects(): void {
    this.set({ loses: true });
    this.again();
  }

  override stop(): void {
    let goOn = () => {};
    const goesOn = new Promise<void>((resolve) => (goOn = resolve));
    this.#stopped = { goesOn, goOn };
    this.set({ work: undefined, stopped: true });
  }

  override again(): void {
    this.#goOn();
    super.again();
  }

  protected override abandon(): void {
    super.abandon();
    this.#goOn();
  }

  #goOn(): void {
    this.#stopped?.goOn();
    this.#stopped = undefined;
  }

  #follow(): void {
    const { tab, set, whatIf } = this.view.state;
    const { ablation, at } = whatIf;
    const { byProbability } = this.question.state;
    const { scope } = this.models;
    const asked = set ?? this.#given;
    if (asked !== this.#asked || scope !== this.#scope || byProbability !== this.state.byProbability) {
      this.abandon();
      this.#lost.clear();
      // Another model is asked the same prompts, or they are compared with something else.
      const same = asked === this.#asked ? this.state.set : undefined;
      this.#asked = asked;
      this.#scope = scope;
      this.set({ ...NOTHING, set: same, byProbability, removal: { ablation, at } });
    } else if (ablation !== this.state.removal.ablation || at !== this.state.removal.at) {
      const removal = { ablation, at };
      if (this.#isAsked) {
        this.abandon();
        this.set({ work: undefined, stopped: false, problem: undefined });
      }
      this.set({ removal, effects: this.#lost.get(keyOf(removal)) ?? {} });
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
      if (!signal.aborted) this.set({ work: undefined, stopped: false });
    });
  }

  /** Whether all is known but what is lost without each part. */
  get #isAsked(): boolean {
    const { set, attributions, sources } = this.state;
    if (!set || !attributions || !isWhole(attributions.component, set)) return false;
    return sources !== undefined || !hasRoles(set);
  }

  get #complete(): boolean {
    const { loses, effects } = this.state;
    return this.#isAsked && (!loses || REMOVABLE.every((unit) => effects[unit]));
  }

  async #compute(scope: Logitscope, set: PromptSet, signal: AbortSignal): Promise<void> {
    const { prompts } = set;
    const contrast = this.state.byProbability ? 'log-probability' : undefined;
    const goesOn = async ({ known: _, ...work }: Work<unknown>): Promise<void> => {
      if (!signal.aborted && !this.#stopped) this.set({ work: progress(work) });
      await this.#stopped?.goesOn;
    };
    if (!this.state.attributions || !isWhole(this.state.attributions.component, set)) {
      let drawn = performance.now();
      const onProgress = (work: Work<SetAttribution[]>): void | Promise<void> => {
        // The end of it is told below: charts are drawn of each once.
        if (signal.aborted || work.done === work.total) return;
        if (this.#stopped || performance.now() - drawn > REDRAW_MS) {
          drawn = performance.now();
          this.set({ attributions: byUnit(work.known) });
        }
        return goesOn(work);
      };
      const attributions = byUnit(await scope.attributeAll(prompts, { unit: UNITS, contrast, signal, onProgress }));
      if (signal.aborted) return;
      this.set({ attributions });
    }
    if (!this.state.sources && hasRoles(set)) {
      const sources = await scope.sourcesAll(prompts, { contrast, signal, onProgress: goesOn });
      if (signal.aborted) return;
      this.set({ sources });
    }
    for (const unit of REMOVABLE) {
      const { loses, effects, removal } = this.state;
      if (!loses || effects[unit]) continue;
      const positions = removal.at === 'all' ? null : [-1];
      const lost = await scope.effectsAll(prompts, { unit, ablation: removal.ablation, positions, contrast, signal, onProgress: goesOn });
      if (signal.aborted) return;
      this.#keep(removal, unit, lost);
    }
  }

  #keep(removal: Removal, unit: Removable, lost: SetEffects): void {
    const effects = { ...this.state.effects, [unit]: lost };
    this.#lost.set(keyOf(removal), effects);
    this.set({ effects });
  }
}

const keyOf = ({ ablation, at }: Removal) => `${ablation} ${at}`;

function isWhole({ prompts, failed }: SetAttribution, set: PromptSet): boolean {
  return prompts.length + failed.length === set.prompts.length;
}

function hasRoles({ prompts }: PromptSet): boolean {
  return prompts.some(({ roles }) => roles !== undefined && Object.keys(roles).length > 0);
}

/** The prompts of a preset, by its name, or those that were given. */
async function read(scope: Logitscope, asked: string | Given, signal: AbortSignal): Promise<PromptSet> {
  const { name, text } = typeof asked === 'string' ? await fetched(asked, signal) : asked;
  const read = typeof text === 'string' ? text : await textOf(text);
  return { name, prompts: await scope.parsePrompts(read, { signal }) };
}

function textOf(file: File): Promise<string> {
  return file.text().catch(() => {
    throw new Error(`${file.name} could not be read: it was moved or changed since it was chosen, or this browser may not read it; choose it again`);
  });
}

async function fetched(name: string, signal: AbortSignal): Promise<Given> {
  const preset = presetOfSet(name);
  if (!preset) throw new Error(`there is no example “${name}”; choose one of the list`);
  const response = await fetch(new URL(preset.set, document.baseURI), { signal });
  if (!response.ok) throw new Error(`the prompts of “${preset.name}” could not be read: ${response.status} ${response.statusText}`);
  return { name: preset.name, text: await response.text() };
}
