import type { Question } from '../state/question';
import { isolate, shown } from './format';

/** What is wrong with a word of the question: the library's message, with tokens as the page shows them. */
export function wordProblem(message: string, { answer, incorrect }: Pick<Question, 'answer' | 'incorrect'>): string {
  if (message.includes('is compared with itself')) return `Both words are ${isolate(answer || incorrect)}: compare it with another, or with none.`;
  return message.replace(/^answer: /, '').replace(/"((?:\\.|[^"\\])*)"/g, (_, text: string) => shown(text));
}
