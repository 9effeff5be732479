/**
 * `<logit-attribution>` for any page: importing this defines it. A model's code is fetched when the first element asks a model.
 *
 * @packageDocumentation
 */
import { LogitAttribution } from './logit-attribution';

export type { LogitAttributionElement, LogitAttributionEvents } from './types.js';

LogitAttribution.live = () => import('./live');
