/**
 * smtp/inbound/guards: who of the strangers may go on. A guard is a value that sees the connection, the HELO name, the
 * sender and each recipient of the MX door, and passes, refuses, slows down or gives points; the list below is the order.
 *
 * - Trusted networks meet no guard; the operator's own lists go before all others.
 * - Look-ups run beside the conversation and count at RCPT. Those that may refuse are waited for, all together for
 *   `lookUpsMsMax`; those that give points only while the DNS answers. A DNS that is dead refuses and delays nobody.
 * - Points alone refuse nobody: they lead to greylisting, which a server that comes again passes for good.
 * - A delay holds a timer and nothing else; only `tarpitsMax` answers are held back at a time.
 * - postmaster and abuse are reached by whomever lists turned away.
 * - Memory is bounded: what is counted is forgotten after an hour, or when `countedMax` others came since.
 */
import type { Clock } from '../../../base/index.ts';
import type { Resolver } from '../../../net/index.ts';
import type { Log, Metrics } from '../../../observability/index.ts';
import type { Senders } from '../../../stores/senders/index.ts';
import type { SessionGuard } from '../../session/types.ts';
import { blockLists, domainLists } from './block-lists.ts';
import { SlidingCounts } from './counts.ts';
import { dictionary } from './dictionary.ts';
import { greylist } from './greylist.ts';
import { helloName } from './hello-name.ts';
import { LookUps } from './look-ups.ts';
import { guardCounter } from './metrics.ts';
import { ownLists } from './own-lists.ts';
import { rates } from './rates.ts';
import { reverseDns } from './reverse-dns.ts';
import { senderDomain } from './sender-domain.ts';
import type { GuardSettings } from './settings.ts';
import type { Guard } from './types.ts';
import { Watch, type WatchParts } from './watch.ts';

export interface GuardOptions {
  readonly settings: GuardSettings;
  readonly hostname: string;
  readonly domain: string;
  /** Without one nothing is looked up. */
  readonly resolver: Resolver | null;
  /** Without it nobody is greylisted. */
  readonly senders: Senders | null;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Answers who watches over a session from this address; null: nobody. */
export function createGuards(options: GuardOptions): (address: string) => SessionGuard | null {
  const { settings, log } = options;
  const lookUps = options.resolver ? new LookUps(options.resolver) : null;
  const parts: WatchParts = {
    guards: guardsOf(options, lookUps),
    answering: () => lookUps?.answering ?? false,
    count: guardCounter(options.metrics),
    held: { count: 0 },
    log,
    clock: options.clock,
    ...(options.sleep ? { sleep: options.sleep } : {}),
  };
  return (address) => (settings.trusted.contains(address) ? null : new Watch(address, parts));
}

function guardsOf(options: GuardOptions, lookUps: LookUps | null): readonly Guard[] {
  const { settings, senders } = options;
  const counts = new SlidingCounts(options.clock);
  const guards: Guard[] = [
    ownLists(settings),
    dictionary(settings, counts),
    rates(settings, counts),
    helloName(options),
  ];
  if (lookUps) {
    guards.push(reverseDns(lookUps));
    if (settings.blockLists.length > 0) guards.push(blockLists(settings.blockLists, lookUps));
    if (settings.domainLists.length > 0) guards.push(domainLists(settings.domainLists, lookUps));
    if (settings.deadSender !== 'ignore') guards.push(senderDomain(settings.deadSender, lookUps));
  }
  if (settings.greylist && senders) guards.push(greylist(settings.greylist, senders, options.log));
  return guards;
}
