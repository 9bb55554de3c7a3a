import { createHash } from 'node:crypto';
import { type Clock, messageOf } from '../../base/index.ts';
import { isDmarc, readDmarc } from '../../formats/dns-text/index.ts';
import type { Log } from '../../observability/index.ts';
import type { Observation, TrustStore } from '../../stores/trust/index.ts';
import type { DmarcFinding, DmarcObserver, Verdict } from '../checks/index.ts';
import type { TlsObserver, TlsOutcome } from '../outbound/policy/types.ts';
import type { DmarcRow, PublishedPolicy } from './dmarc-format.ts';
import { flushEveryMs, pendingObservationsMax } from './limits.ts';

const dayMs = 86_400_000;

/** A row of `owed` for DMARC. */
export interface OwedDmarc {
  readonly rua: readonly string[];
  readonly policy: PublishedPolicy;
  readonly row: DmarcRow;
}

/** A row of `owed` for TLS. */
export interface OwedTls {
  readonly policy: string;
  readonly policyText: readonly string[];
  readonly mxHosts: readonly string[];
  /** Null: TLS was as it had to be. */
  readonly failure: { readonly type: string; readonly mxHost: string; readonly address: string } | null;
}

export interface Observers {
  readonly dmarc: DmarcObserver;
  readonly tls: TlsObserver;
  /** Writes down what is held. */
  flush(): Promise<void>;
  /** The same, for the last time. */
  stop(): Promise<void>;
}

/** Counts what we owe others as reports: held for a moment, equal ones together, then written down. */
export function createObservers(options: {
  readonly trust: TrustStore;
  readonly clock: Clock;
  readonly log: Log;
}): Observers {
  const { trust, clock, log } = options;
  let pending = new Map<string, Observation>();
  let writing: Promise<void> = Promise.resolve();

  function flush(): Promise<void> {
    const rows = [...pending.values()];
    pending = new Map();
    if (rows.length === 0) return writing;
    writing = writing
      .then(() => trust.observe(rows))
      .then((dropped) => {
        if (dropped > 0) log.warn('observations not counted', { count: dropped });
      })
      .catch((error: unknown) => log.error('observations not kept', { error: messageOf(error) }));
    return writing;
  }

  function add(kind: Observation['kind'], domain: string, value: OwedDmarc | OwedTls): void {
    const row = JSON.stringify(value);
    const day = Math.floor(clock.nowMs() / dayMs);
    const key = createHash('sha256').update(`${kind} ${day} ${domain} ${row}`).digest('base64');
    const held = pending.get(key);
    pending.set(key, { kind, day, domain, row, count: (held?.count ?? 0) + 1 });
    if (pending.size >= pendingObservationsMax) void flush();
  }

  const timer = setInterval(() => void flush(), flushEveryMs);
  timer.unref();
  return {
    dmarc: {
      observed(finding, verdict, remote, sender) {
        const rua = reportsTo(finding.record);
        if (rua.length === 0) return;
        const policy = publishedPolicy(finding);
        add('dmarc', finding.policyDomain, { rua, policy, row: dmarcRow(finding, verdict, remote, sender) });
      },
    },
    tls: {
      observed({ domain, basis, mxHost, address, failure }: TlsOutcome) {
        const type = failure ?? basis.failure;
        add('tls', domain, {
          policy: basis.policy,
          policyText: basis.policyText,
          mxHosts: basis.mxHosts,
          failure: type === null ? null : { type, mxHost, address },
        });
      },
    },
    flush,
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}

/** Where a domain wants its reports; nowhere for a record with a fault. */
function reportsTo(record: string): readonly string[] {
  try {
    return isDmarc(record) ? readDmarc(record).reports : [];
  } catch {
    return [];
  }
}

function publishedPolicy(finding: DmarcFinding): PublishedPolicy {
  return {
    domain: finding.policyDomain,
    p: finding.p,
    sp: finding.sp,
    np: finding.np,
    adkim: finding.strict.dkim ? 's' : 'r',
    aspf: finding.strict.spf ? 's' : 'r',
    testing: finding.testing,
  };
}

function dmarcRow(finding: DmarcFinding, verdict: Verdict, remote: string, sender: string): DmarcRow {
  return {
    ip: remote,
    disposition: verdict.disposition.action,
    dkim: finding.aligned.dkim ? 'pass' : 'fail',
    spf: finding.aligned.spf ? 'pass' : 'fail',
    override: verdict.disposition.override,
    headerFrom: finding.from,
    envelopeFrom: sender.slice(sender.lastIndexOf('@') + 1),
    dkimResults: verdict.dkim,
    spfResult: { domain: verdict.spf.domain, scope: verdict.spf.identity, result: verdict.spf.result },
  };
}
