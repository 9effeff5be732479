import { COURSE, shownAt, withPlace, type Lesson, type Place } from '../state/lesson';
import { sentence } from '../words/format';
import { NOT_FETCHED } from '../words/waiting';
import { Commit, Store } from './store';

export interface Lessons {
  /** Where the reader is, if in a lesson. */
  place?: Place;
  /** Once it is read. */
  lesson?: Lesson;
  /** Why there is none. */
  problem?: string;
}

/** Which lesson the reader is in, and where. What its steps show is put on the page as any link is. */
export class LessonStore extends Store<Lessons> {
  /** What was read, by name. */
  readonly #known = new Map<string, Lesson>();

  constructor() {
    super({});
  }

  /** The link of a place in a lesson that was read. */
  linkTo(place: Place): string | undefined {
    const lesson = this.#known.get(place.lesson);
    const shown = lesson && shownAt(lesson, place);
    return shown && `#${withPlace(shown.state, place)}`;
  }

  /** Goes where the address says. Resolves to the place, if it is in a lesson, and the reader is still there. */
  async follow(wanted: Place | undefined): Promise<Place | undefined> {
    this.#come(wanted);
    if (!wanted || this.state.lesson) return this.state.place;
    try {
      if (wanted.lesson.startsWith('file:')) throw new Error(`This link is of a lesson in a file, “${wanted.lesson.slice(5)}”. Open it again from Lessons.`);
      const { loadLesson } = await reader();
      this.#known.set(wanted.lesson, await loadLesson(wanted.lesson));
    } catch (error) {
      if (this.state.place === wanted) this.set({ problem: sentence(error) });
      return undefined;
    }
    if (this.state.place !== wanted) return undefined;
    this.#come(wanted);
    return this.state.place;
  }

  /** Whether a file says that it is a lesson. */
  async isOne(file: File): Promise<boolean> {
    return /\.json$/i.test(file.name) && (await reader()).saysLesson(file);
  }

  /** Reads a file as a lesson. Resolves to its beginning, if it is one. */
  async open(file: File): Promise<Place | undefined> {
    const place = { lesson: `file:${file.name}`, step: 1 };
    try {
      const { openLesson } = await reader();
      this.#known.set(place.lesson, await openLesson(file));
      // A file that was written anew since it was opened.
      if (this.state.place?.lesson === place.lesson) this.#come(this.state.place);
      return place;
    } catch (error) {
      this.set({ place: undefined, lesson: undefined, problem: sentence(error) });
      return undefined;
    }
  }

  /** The page stays as it is. */
  leave(): void {
    this.dispatchEvent(new Commit(false));
    this.#come(undefined);
  }

  /** The lesson of the course after this one. */
  get next(): (typeof COURSE)[number] | undefined {
    const index = COURSE.findIndex(({ name }) => name === this.state.place?.lesson);
    return index < 0 ? undefined : COURSE[index + 1];
  }

  /** A step that there is not is the last, or the first. */
  #come(wanted: Place | undefined): void {
    const lesson = wanted && this.#known.get(wanted.lesson);
    const step = Math.max(1, Math.min(wanted?.step ?? 1, lesson?.steps.length ?? Infinity));
    const place = wanted && lesson && step !== wanted.step ? { lesson: wanted.lesson, step } : wanted;
    this.set({ place, lesson, problem: undefined });
  }
}

/** What reads lessons comes with the first of them. */
function reader() {
  return import('../lessons/load').catch(() => {
    throw new Error(NOT_FETCHED);
  });
}
