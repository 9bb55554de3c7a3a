import { type Clock, Recent } from '../../base/index.ts';
import { reportingDomainsMax, reportsOfDomainPerDayMax } from './limits.ts';

const dayMs = 86_400_000;

/** How many reports of one domain are kept today. */
export interface Allowance {
  /** What `keep` answers, which counts unless that is null or an error; 'enough' where no more are kept today. */
  spend<T>(domain: string, keep: () => Promise<T | null>): Promise<T | null | 'enough'>;
}

export function createAllowance(clock: Clock): Allowance {
  const spent = new Recent<string, { readonly day: number; count: number }>(reportingDomainsMax);
  return {
    async spend(domain, keep) {
      const day = Math.floor(clock.nowMs() / dayMs);
      const known = spent.get(domain);
      const today = known?.day === day ? known : { day, count: 0 };
      if (today.count >= reportsOfDomainPerDayMax) return 'enough';
      spent.set(domain, today);
      // Before it is kept: others come at the same time.
      today.count++;
      let kept = null;
      try {
        kept = await keep();
        return kept;
      } finally {
        if (kept === null) today.count--;
      }
    },
  };
}
