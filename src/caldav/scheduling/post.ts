import { type Clock, messageOf, StoreError } from '../../base/index.ts';
import { addressOf, mailOf, oneCalendar, parseComponents } from '../../formats/icalendar/index.ts';
import type { Job, NewJob } from '../../stores/collections/index.ts';
import { deliver } from './deliver.ts';
import type { WorkerOptions } from './house.ts';
import { isShared, jobKind, jobOf, laneBeside, type Posted, uidOf } from './jobs.ts';
import { claimMs, firstPauseMs } from './limits.ts';
import type { InvitationCounters } from './metrics.ts';
import { keptOf } from './shelf.ts';
import { placesOf } from './users.ts';

export interface PostHouse extends WorkerOptions {
  readonly counters: InvitationCounters;
}

/** Who gets one copy: a member here, or all those elsewhere together. */
interface Receiver {
  readonly key: string;
  /** Null: by mail. */
  readonly account: number | null;
  readonly to: string[];
}

/** Last, for what was delivered here can be delivered again, a mail cannot. */
const byMail = 'mail';

/**
 * Brings a message to its receivers. What is answered is what is left of it: who could not be reached gets theirs by a job of
 * their own, and so does who still waits for something that was said before. Throws where nobody else would wait.
 */
export async function post(house: PostHouse, job: Job, posted: Posted): Promise<readonly NewJob[]> {
  if (posted.arrived) {
    await take(house, job, posted, job.account, 'inward');
    return [];
  }
  const lane = job.lane ?? '';
  const receivers = await receiversOf(house, posted);
  const busy = isShared(lane) ? await house.collections.busyLanes(job.account, jobKind, `${lane} `) : [];
  const claim = renewing(house, job);
  const left: NewJob[] = [];
  for (const receiver of receivers) {
    const { key, account, to } = receiver;
    const own = laneBeside(lane, key);
    const rest = { ...posted, to };
    const how = { lane: own, outward: account === null };
    if (busy.includes(own)) {
      left.push(jobOf(rest, how));
      continue;
    }
    try {
      if (account === null) await mail(house, job, rest);
      else await take(house, job, rest, account, 'inside');
    } catch (error) {
      if (!isShared(lane)) throw error;
      const way = account === null ? 'outward' : 'inside';
      house.counters.came(methodOf(posted.calendar), way, 'waits');
      house.log.warn('an invitation waits', { id: job.id, reason: messageOf(error) });
      left.push(jobOf(rest, { ...how, dueMs: house.clock.nowMs() + Math.max(firstPauseMs, waitOf(error)) }));
    }
    await claim();
  }
  return left;
}

/** How long one is asked to wait. */
export const waitOf = (error: unknown): number =>
  error instanceof StoreError ? Number(error.details.retryAfterMs ?? 0) : 0;

async function receiversOf({ accounts }: PostHouse, { to, quiet }: Posted): Promise<readonly Receiver[]> {
  const places = await placesOf(accounts, to);
  const receivers = new Map<string, Receiver>();
  for (const address of to) {
    const place = places.get(address);
    if (place === undefined || place.kind === 'nobody' || (place.kind === 'mail' && quiet)) continue;
    const account = place.kind === 'member' ? place.account : null;
    const key = account === null ? byMail : String(account);
    const known = receivers.get(key);
    if (known) known.to.push(address);
    else receivers.set(key, { key, account, to: [address] });
  }
  return [...receivers.values()].sort((a, b) => Number(a.account === null) - Number(b.account === null));
}

async function take(
  house: PostHouse,
  job: Job,
  { from, calendar, quiet }: Posted,
  account: number,
  way: 'inside' | 'inward',
): Promise<void> {
  const result = await deliver(house, { account, from, calendar, quiet });
  house.counters.came(methodOf(calendar), way, result);
  house.log[way === 'inward' ? 'info' : 'debug']('invitation delivered', { id: job.id, kind: way, result });
}

/** Who has an address of mail alone can write from it; a principal writes as the member. */
async function mail(house: PostHouse, job: Job, { from, to, calendar }: Posted): Promise<void> {
  const member = await house.accounts.member(job.account);
  if (member === null || member.disabled) return;
  const component = oneCalendar(parseComponents(calendar));
  const method = component.text('METHOD')?.toUpperCase() ?? 'REQUEST';
  const places = await placesOf(house.accounts, to);
  await house.send({
    account: job.account,
    from: mailOf(addressOf(from)) ?? member.address,
    to: to.flatMap((address) => {
      const place = places.get(address);
      return place?.kind === 'mail' ? [place.address] : [];
    }),
    method,
    calendar: component,
    copy: (await keptOf(house, job.account, uidOf(component)))?.item.id ?? null,
    id: job.key,
  });
  house.counters.came(method, 'outward', 'sent');
}

export const methodOf = (calendar: string): string =>
  /^METHOD:([A-Z-]+)\r?$/im.exec(calendar)?.[1] ?? 'REQUEST';

/** A job of many receivers takes its time: it stays ours meanwhile. */
function renewing({ collections, clock }: WorkerOptions & { readonly clock: Clock }, job: Job) {
  let untilMs = job.dueMs;
  return async () => {
    const nowMs = clock.nowMs();
    if (untilMs - nowMs > claimMs / 2) return;
    untilMs = nowMs + claimMs;
    await collections.settleJob(job, { againMs: untilMs });
  };
}
