import { createDial } from '../net/index.ts';
import type { Rooms } from '../rooms/index.ts';
import {
  createOutbound,
  type HearOfArrival,
  type HearOfMail,
  type OutboundQueue,
  type Signer,
  type Srs,
  type TlsObserver,
} from '../smtp/index.ts';
import type { Observers } from './observers.ts';
import type { WayOut } from './way-out.ts';

/** The queue over the outbox of the rooms; `start` takes up what waits. */
export function openOutbound(
  { settings, outbox, mail, accounts, clock }: Rooms,
  { log, metrics }: Pick<Observers, 'log' | 'metrics'>,
  made: WayOut & {
    readonly signer: Signer;
    readonly srs: Srs;
    readonly observer: TlsObserver;
    readonly heard: HearOfMail;
    readonly arrived: HearOfArrival;
  },
): OutboundQueue {
  const { coop, mail: ways } = settings.value;
  return createOutbound({
    outbox,
    mail,
    accounts: accounts.accounts,
    router: made.router,
    policies: made.policies,
    observer: made.observer,
    heard: made.heard,
    arrived: made.arrived,
    dial: createDial(),
    hostname: coop.hostname,
    domain: coop.domain,
    connectionsMax: ways.queue.connections,
    connectionsPerDestinationMax: ways.queue.connectionsPerDestination,
    returnTo(sender) {
      const target = made.srs.reverse(sender);
      if (target.kind === 'none') return sender;
      return target.kind === 'invalid' ? '' : target.address;
    },
    sign: (bytes) => made.signer.sign(bytes),
    log: log.child({ protocol: 'smtp' }),
    metrics,
    clock,
  });
}
