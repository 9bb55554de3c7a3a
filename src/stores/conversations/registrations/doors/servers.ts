import { StoreError } from '../../../../base/index.ts';
import { registrationsOperations as operations } from '../module.ts';
import type { Policies, Policy, Queue } from '../types.ts';
import { demandBytes, type Over, pages } from './checks.ts';

export function queue({ database, clock, most }: Over): Queue {
  return {
    async append(rows) {
      if (rows.some(({ domain }) => domain === ''))
        throw new StoreError('invalid', 'what waits goes to a server');
      if (rows.length === 0) return [];
      return database.call(operations.append, {
        rows: rows.map((row) => ({ ...row, bytes: Buffer.byteLength(row.stanza) })),
        room: {
          perDomain: most.queuedPerDomainMax,
          inAll: most.queuedMax,
          bytesPerDomain: most.queuedBytesPerDomainMax,
          bytesInAll: most.queuedBytesMax,
        },
        now: clock.nowMs(),
      });
    },
    next: (domain, after, max) =>
      database.call(operations.next, { domain, after, max: Math.min(max, most.pageRowsMax) }),
    dropUpTo: (domain, upTo) => database.call(operations.dropUpTo, { domain, upTo }),
    drop: (domain, seqs) => database.call(operations.dropQueued, { domain, seqs }),
    over: () => database.call(operations.queuedOver, { now: clock.nowMs() }),
    domains: () =>
      pages((after) => database.call(operations.queues, { after }), {
        start: '',
        keyOf: ({ domain }) => domain,
        most: most.pageRowsMax,
      }),
    oldest: () => database.call(operations.queueOldest, {}),
    total: () => database.call(operations.queueTotal, {}),
  };
}

export function policies({ database, most }: Over): Policies {
  const demand = ({ domain, reason }: Omit<Policy, 'source'>, source: string) => {
    if (domain === '') throw new StoreError('invalid', 'a policy is about a domain');
    for (const text of [domain, reason, source]) demandBytes('a policy', text, most.policyTextBytesMax);
  };
  return {
    async set(policy) {
      demand(policy, policy.source);
      await database.call(operations.setPolicy, { ...policy, most: most.policiesMax });
    },
    remove: (domain) => database.call(operations.dropPolicy, { domain }),
    find: (domains) => database.call(operations.findPolicies, { domains }),
    list: () =>
      pages((after) => database.call(operations.policiesAfter, { after }), {
        start: '',
        keyOf: ({ domain }) => domain,
        most: most.pageRowsMax,
      }),
    async replace(source, given) {
      if (given.length > most.policiesPerCallMax)
        throw new StoreError('limit', `a list has at most ${most.policiesPerCallMax} domains`);
      for (const policy of given) demand(policy, source);
      const once = [...new Map(given.map((policy) => [policy.domain, policy])).values()];
      await database.call(operations.replacePolicies, { source, policies: once, most: most.policiesMax });
    },
  };
}
