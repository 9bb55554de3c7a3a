import type { Clock } from '../../base/index.ts';
import { formatStsPolicy, readStsPolicy, type StsPolicy } from '../../formats/dns-text/index.ts';
import type { Database } from '../../storage/index.ts';
import { policiesMax } from './limits.ts';
import { operations } from './module.ts';

/** The policy of a domain as it was fetched. */
export interface StoredPolicy {
  /** Of the TXT record; another one means that the policy has changed. */
  readonly id: string;
  readonly policy: StsPolicy;
  /** Milliseconds since 1970: its age counts from here. */
  readonly fetchedMs: number;
}

/** Rejects with StoreError where the database cannot be asked. */
export interface PolicyStore {
  /** Also one whose age has ended, until it is swept. */
  get(domain: string): Promise<StoredPolicy | null>;
  /** In the place of what was kept of the domain. */
  put(domain: string, kept: StoredPolicy): Promise<void>;
}

export interface PolicyStoreOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** In place of the limit, for tests. */
  readonly policiesMax?: number;
}

export function createPolicyStore({
  database,
  clock,
  policiesMax: rowsMax,
}: PolicyStoreOptions): PolicyStore {
  return {
    async get(domain) {
      const row = await database.call(operations.find, { domain: domain.toLowerCase() });
      return row && { id: row.id, policy: readStsPolicy(row.policy), fetchedMs: row.fetched };
    },
    async put(domain, { id, policy, fetchedMs }) {
      await database.call(operations.put, {
        domain: domain.toLowerCase(),
        id,
        policy: formatStsPolicy(policy),
        fetched: fetchedMs,
        ends: fetchedMs + policy.maxAgeSeconds * 1000,
        now: clock.nowMs(),
        rowsMax: rowsMax ?? policiesMax,
      });
    },
  };
}
