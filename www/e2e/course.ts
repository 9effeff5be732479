import { readFileSync } from 'node:fs';
import { COURSE } from '../src/state/lesson';
import type { Claim } from './claims';

export interface Told {
  text: string;
  state: string;
  claims?: Claim[];
}

/** A lesson's file, as it is. */
export interface LessonFile {
  title: string;
  steps: (Told & { ask?: { question: string; choices: string[]; answer: number; then: Told } })[];
  sources: { text: string; url: string }[];
}

/** The lessons that come with the page. */
export const LESSONS = COURSE.map(({ name, title }) => {
  const file = new URL(`../public/lessons/${name}.json`, import.meta.url);
  return { name, listed: title, lesson: JSON.parse(readFileSync(file, 'utf8')) as LessonFile };
});

/** What is read on the way through a lesson: a question before its answer. */
export function pages({ steps }: LessonFile): { text: string; step: number; asks?: { choice: string } }[] {
  return steps.flatMap(({ text, ask }, i) => {
    const step = i + 1;
    if (!ask) return [{ text, step }];
    return [{ text, step, asks: { choice: ask.choices[ask.answer] ?? '' } }, { text: ask.then.text, step }];
  });
}
