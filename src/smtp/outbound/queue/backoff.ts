import { randomBelow } from '../../../base/index.ts';
import { firstRetryMs, jitterPercent, retryMsMax } from './limits.ts';

/** How long to wait after the `failures`th failure in a row, spread by `jitterPercent` to either side. */
export function backoffMs(failures: number): number {
  const plain = Math.min(firstRetryMs * 2 ** Math.min(Math.max(failures - 1, 0), 20), retryMsMax);
  const spread = Math.floor((plain * jitterPercent) / 100);
  return plain - spread + randomBelow(2 * spread + 1);
}
