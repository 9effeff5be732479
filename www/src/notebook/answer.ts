import { initPackedCharts } from '../api/packed';
import { LogitAttribution } from '../embed/logit-attribution';
import { place, type Rendering } from './widget';

// Each cell brings a copy of this; the first one's element is all's.
if (customElements.get('logit-attribution') === LogitAttribution) initPackedCharts().catch(() => {});

interface State {
  /** As JSON. */
  answer: string;
  selected: string | null;
}

/** The widget that `logitscope.show` makes. */
export default {
  render(rendering: Rendering<State>): () => void {
    const { model } = rendering;
    return place(rendering, ['answer'], (element) => (element.data = JSON.parse(model.get('answer')))).end;
  },
};
