import type { Work } from '../api/logitscope';

/** How far work is: a share, and the seconds that are left. */
export interface Progress {
  share: number;
  secondsLeft: number;
}

export function progress({ done, total, secondsLeft }: Omit<Work<unknown>, 'known'>): Progress {
  return { share: done / total, secondsLeft };
}

/** What takes its time to be known: how far the work is while it goes on, or why it does not. */
export interface Worked {
  work?: Progress;
  /** Whether the reader stopped it. */
  stopped: boolean;
  problem?: string;
}
