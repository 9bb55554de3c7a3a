/** The outbox on a data folder, and the queue over it that brings everything to one port of this machine. */
import { join } from 'node:path';
import type { Accounts } from '../../src/accounts/index.ts';
import { systemClock } from '../../src/base/index.ts';
import { modules } from '../../src/modules.ts';
import { createDial } from '../../src/net/index.ts';
import { createMetrics, silentLog } from '../../src/observability/index.ts';
import { createOutbound, type OutboundQueue } from '../../src/smtp/index.ts';
import { type BlobStore, type Database, openDatabase, openLocalBlobs } from '../../src/storage/index.ts';
import type { MailWriter } from '../../src/stores/mail/index.ts';
import { createOutbox, type Outbox } from '../../src/stores/outbox/index.ts';

/** Connections of the queue, and so the most transactions that one kill can cut. */
export const connectionsMax = 6;

export interface RelayRooms {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly outbox: Outbox;
  readonly queue: OutboundQueue;
  close(): Promise<void>;
}

/** `aheadMs`: how far its clock is ahead, for a process that must not wait until others are thought dead. */
export async function openRelayRooms(
  dir: string,
  url: string,
  port: number,
  aheadMs = 0,
): Promise<RelayRooms> {
  const workerUrl = new URL('../../src/worker.ts', import.meta.url);
  const database = await openDatabase({ modules, dir, database: url, workerUrl });
  const blobs = openLocalBlobs({ folder: join(dir, 'blobs'), database });
  const sending = { memberPerHour: null, memberPerDay: null, domainPerHour: null, domainPerDay: null };
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs };
  const outbox = createOutbox({ database, blobs, clock, giveUpMs: 86_400_000, warnMs: 3_600_000, sending });
  const basis = { policy: 'no-policy-found', policyText: [], mxHosts: [], failure: null } as const;
  const hop = { host: 'localhost', port, addresses: ['127.0.0.1'], secure: false, relay: false };
  const queue = createOutbound({
    outbox,
    clock,
    // Nothing here is for members.
    mail: {} as MailWriter,
    accounts: { isLocalDomain: async () => false } as unknown as Accounts,
    router: {
      route: async () => ({
        kind: 'hops',
        hops: [{ ...hop, implicitTls: false, credentials: null }],
        viaRelay: false,
      }),
    },
    policies: { ruleFor: async () => ({ rule: { kind: 'opportunistic' }, tested: null, basis }) },
    dial: createDial(),
    hostname: 'mail.coop.example',
    domain: 'coop.example',
    connectionsMax,
    connectionsPerDestinationMax: 2,
    log: silentLog,
    metrics: createMetrics({ processMetrics: false }),
  });
  return {
    database,
    blobs,
    outbox,
    queue,
    async close() {
      await blobs.close();
      await database.close();
    },
  };
}

/** To whom a message goes: to one, or to some of two destinations. */
export function recipientsOf(message: number): string[] {
  const here = `r${message}@d${message % 4}.example`;
  return message % 3 === 0 ? [here, `s${message}@d${message % 4}.example`, `r${message}@d9.example`] : [here];
}
