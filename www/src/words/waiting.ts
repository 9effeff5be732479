import type { Failure, Loading, Model } from '../state/model';
import type { Problems, Question } from '../state/question';

/** What stands in the charts' place until there is an answer. */
export function waitsFor(models: { model?: Model; loading?: Loading; failure?: Failure }, { prompt }: Question, problems: Problems): string {
  if (models.loading) return 'The charts appear here when the model is loaded.';
  if (models.failure) return 'Without a model there is nothing to explain. Choose another above, or try again.';
  if (prompt.trim() === '') {
    return 'Type a sentence above: the charts show which parts of the model push for the next word.';
  }
  if (models.model && Object.values(problems).some(Boolean)) return 'There is nothing to show until the question is mended.';
  return models.model ? 'Running the model.' : '';
}

/** A part of the page that is fetched when it is needed. */
export const NOT_FETCHED = 'A part of the page cannot be fetched: there is no network, or the server has another version by now. Reload the page.';
