import type { Cancelling } from '../api/logitscope';
import { percent, signed } from './format';

/** `L2H5 (+1.20) is erased by 3_mlp_out (−1.10): 85% of it.` */
export function erased({ earlier, later, projection, attribution: [wrote, takes] }: Cancelling): string {
  const share = Math.min(1, -projection);
  return `${earlier} (${signed(wrote)}) is ${share > 0.9 ? '' : 'partly '}erased by ${later} (${signed(takes)}): ${percent(share)} of it.`;
}
