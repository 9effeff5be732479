/** A walk through links of the page, with words to each; `lessons/README.md` says how one is written. */
export interface Lesson {
  title: string;
  about: string;
  steps: readonly Step[];
  /** What it draws on. */
  sources: readonly Reference[];
}

export interface Step extends Shown {
  ask?: Ask;
}

/** Words, and what the page shows with them: the part of a link after `#`. */
export interface Shown {
  text: string;
  state: string;
}

/** What is asked before more is shown. */
export interface Ask {
  question: string;
  choices: readonly string[];
  /** Which of them is right. */
  answer: number;
  /** What is said and shown then. */
  then: Shown;
}

export interface Reference {
  text: string;
  url: string;
}

/** Where in which lesson the reader is; a link carries it beside what the page shows. */
export interface Place {
  /** The name of one of the course, the URL of another, or `file:` and a name. */
  lesson: string;
  /** Counted from 1. */
  step: number;
  /** Which choice was made, or that the reader went on without: then the answer is shown. */
  said?: number | 'none';
}

/** The course: lessons that come with the page, by the names of their files in `lessons/`. */
export const COURSE: readonly { name: string; title: string }[] = [
  { name: 'what-a-logit-is-made-of', title: 'What a logit is made of' },
  { name: 'heads-that-move-names', title: 'Heads that move names' },
  { name: 'induction-is-two-heads', title: 'Induction is two heads' },
  { name: 'where-a-fact-is-written', title: 'Where a fact is written' },
  { name: 'how-a-circuit-comes-into-being', title: 'How a circuit comes into being' },
  { name: 'direct-is-not-total', title: 'Direct is not total' },
  { name: 'early-layers-and-the-lens', title: 'Early layers and the lens' },
  { name: 'is-it-always-so', title: 'Is it always so?' },
];

/** The place that a link names. */
export function placeOf(hash: string): Place | undefined {
  const link = new URLSearchParams(hash.replace(/^#/, ''));
  const lesson = link.get('lesson');
  if (!lesson) return undefined;
  const number = (name: string) => (/^\d{1,3}$/.test(link.get(name) ?? '') ? Number(link.get(name)) : undefined);
  const said = link.get('said') === 'none' ? 'none' : number('said');
  return { lesson, step: number('step') ?? 1, ...(said !== undefined && { said }) };
}

/** A link with a place in it. */
export function withPlace(link: string, place: Place | undefined): string {
  if (!place) return link;
  const beside = new URLSearchParams({ lesson: place.lesson, step: String(place.step) });
  if (place.said !== undefined) beside.set('said', String(place.said));
  return [link, beside].filter(String).join('&');
}

/** Whether it goes through the training of the bundled model. */
export function trains({ steps }: Lesson): boolean {
  return steps.some(({ state }) => new URLSearchParams(state).get('model')?.startsWith('bundled@'));
}

/** What is said and shown at a place. */
export function shownAt(lesson: Lesson, { step, said }: Place): Shown | undefined {
  const at = lesson.steps[step - 1];
  return said === undefined ? at : (at?.ask?.then ?? at);
}

/** The place after one: the answer to a question first. */
export function after(lesson: Lesson, { lesson: name, step, said }: Place): Place | undefined {
  if (lesson.steps[step - 1]?.ask && said === undefined) return { lesson: name, step, said: 'none' };
  return step < lesson.steps.length ? { lesson: name, step: step + 1 } : undefined;
}

/** The place before one; of a step that asked, its question. */
export function before({ lesson, step }: Place): Place | undefined {
  return step > 1 ? { lesson, step: step - 1 } : undefined;
}
