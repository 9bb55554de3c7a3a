import type { Accounts } from '../../accounts/index.ts';
import type { Clock } from '../../base/index.ts';
import type { Dial } from '../../net/index.ts';
import type { Log, Metrics } from '../../observability/index.ts';
import type { MailWriter } from '../../stores/mail/index.ts';
import type { Outbox } from '../../stores/outbox/index.ts';
import type { HearOfArrival } from '../delivery/arrival.ts';
import { createCourier, type Patience } from './courier/index.ts';
import { createNotices } from './notices/index.ts';
import type { TlsObserver, TlsPolicies } from './policy/types.ts';
import { createLocalDelivery, createQueue, type HearOfMail, type OutboundQueue } from './queue/index.ts';
import type { Router } from './route/types.ts';

export interface OutboundOptions {
  readonly outbox: Outbox;
  readonly mail: MailWriter;
  readonly accounts: Accounts;
  readonly router: Router;
  readonly policies: TlsPolicies;
  readonly observer?: TlsObserver;
  readonly dial: Dial;
  /** PEM that is trusted in place of the system's roots. */
  readonly authority?: string;
  readonly hostname: string;
  /** From whose postmaster notices come. */
  readonly domain: string;
  readonly connectionsMax: number;
  readonly connectionsPerDestinationMax: number;
  readonly patience?: Partial<Patience>;
  /** What a sender was before it was rewritten for forwarding; absent: as it is. */
  readonly returnTo?: (sender: string) => string;
  /** Header lines put above what the server itself writes. */
  readonly sign?: (bytes: Buffer) => Promise<string>;
  /** What became of mail of members. */
  readonly heard?: HearOfMail;
  /** What the server itself wrote to members. */
  readonly arrived?: HearOfArrival;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** The way out, put together: queue, courier, notices, and mailboxes for what the server writes to members. */
export function createOutbound(options: OutboundOptions): OutboundQueue {
  const { outbox, accounts, mail, hostname, domain, clock, log, metrics } = options;
  const { dial, policies, observer, authority, patience } = options;
  return createQueue({
    outbox,
    router: options.router,
    courier: createCourier({
      dial,
      hostname,
      policies,
      clock,
      ...(observer ? { observer } : {}),
      ...(authority === undefined ? {} : { authority }),
      ...(patience ? { patience } : {}),
    }),
    local: createLocalDelivery({
      accounts,
      mail,
      outbox,
      log,
      ...(options.arrived ? { arrived: options.arrived } : {}),
    }),
    notices: createNotices({
      outbox,
      hostname,
      domain,
      clock,
      returnTo: options.returnTo ?? ((sender) => sender),
      sign: options.sign ?? (async () => ''),
    }),
    ...(options.heard ? { heard: options.heard } : {}),
    connectionsMax: options.connectionsMax,
    connectionsPerDestinationMax: options.connectionsPerDestinationMax,
    log,
    metrics,
    clock,
  });
}
