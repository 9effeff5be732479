import { COURSE, type Lesson } from '../state/lesson';
import { MAX_BYTES, readLesson } from './read';

const TOO_LARGE = `it is larger than ${MAX_BYTES / 1000} kB, which no lesson is`;

/**
 * Reads a lesson of the course by its name, or another by its address.
 *
 * @throws an error that says what is wrong with which file
 */
export async function loadLesson(name: string): Promise<Lesson> {
  const isOurs = COURSE.some((lesson) => lesson.name === name);
  if (!isOurs && !/[/.]/.test(name)) {
    throw new Error(`There is no lesson “${name}”; there are ${COURSE.map(({ name }) => name).join(', ')}. Another is named by its address.`);
  }
  const address = new URL(isOurs ? `lessons/${name}.json` : name, document.baseURI);
  if (!/^https?:$/.test(address.protocol)) throw new Error(`${name} is no address of a lesson: it should begin with https://`);
  return named(name, async () => {
    const response = await fetch(address).catch(() => {
      throw new Error('it cannot be fetched: there is no such server, no network, or the server does not let other pages read it (CORS)');
    });
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    return readLesson(await limited(response));
  });
}

/** Reads a file as a lesson. */
export function openLesson(file: File): Promise<Lesson> {
  return named(file.name, async () => {
    if (file.size > MAX_BYTES) throw new Error(TOO_LARGE);
    return readLesson(await file.text());
  });
}

/** Whether a file says that it is a lesson. */
export async function saysLesson(file: File): Promise<boolean> {
  return (await file.slice(0, 1000).text()).includes('logitscope-lesson');
}

async function named(name: string, read: () => Promise<Lesson>): Promise<Lesson> {
  try {
    return await read();
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A response as text, of which no more is read than a lesson has. */
async function limited(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let bytes = 0; ; ) {
    const { value } = (await reader?.read()) ?? {};
    if (!value) return text + decoder.decode();
    bytes += value.length;
    if (bytes > MAX_BYTES) {
      void reader?.cancel();
      throw new Error(TOO_LARGE);
    }
    text += decoder.decode(value, { stream: true });
  }
}
