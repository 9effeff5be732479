import type { Stores } from '../../stores/stores';
import { cited, type Cited } from '../../words/citation';

/** What is on the page, as it is cited, and where its link leads. */
export function citedNow({ models, answer, view, set, address }: Stores): Cited | undefined {
  const { picture } = answer.state;
  address.keep();
  return picture && cited(picture, view.state, set.state, models.state.model?.revision, location.href);
}
