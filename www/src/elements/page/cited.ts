import type { Stores } from '../../stores/stores';
import { cited, type Cited } from '../../words/citation';

/** What is on the page, as it is cited, and where its link leads. */
export function citedNow({ models, answer, view, set, address }: Stores): Cited | undefined {
  const { picture } = answer.state;
  const { model } = models.state;
  const known = view.state.tab === 'always' ? set.state.attributions : answer.answered;
  // What is shown of another question, or was of a model that ended, is not what the address leads to.
  if (!picture || !model || !known) return undefined;
  address.keep();
  // No link leads to prompts of the reader's own.
  const linked = view.state.tab !== 'always' || view.state.set !== null;
  return cited(picture, view.state, set.state, model.revision, linked ? location.href : location.origin + location.pathname);
}
