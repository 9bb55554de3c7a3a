import { Recent } from '../../../base/index.ts';
import type { StsPolicy } from '../../../formats/dns-text/index.ts';
import { stsPoliciesMax } from './limits.ts';

/** The policy of a domain as it was fetched (RFC 8461 §3.3). */
export interface KeptPolicy {
  /** Of the TXT record; another one means that the policy has changed. */
  readonly id: string;
  readonly policy: StsPolicy;
  /** Milliseconds since 1970: its age counts from here. */
  readonly fetchedMs: number;
}

/** Where policies are kept: for as long as they say, through restarts where that can be. */
export interface PolicyCache {
  get(domain: string): Promise<KeptPolicy | null>;
  put(domain: string, kept: KeptPolicy): Promise<void>;
}

/** Kept while the process lives. */
export function memoryPolicyCache(): PolicyCache {
  const kept = new Recent<string, KeptPolicy>(stsPoliciesMax);
  return {
    get: async (domain) => kept.get(domain) ?? null,
    put: async (domain, policy) => kept.set(domain, policy),
  };
}
