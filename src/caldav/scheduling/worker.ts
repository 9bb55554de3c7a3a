import { FormatError, messageOf, StoreError } from '../../base/index.ts';
import { addressOf, mailOf, oneCalendar, parseComponents } from '../../formats/icalendar/index.ts';
import type { Job } from '../../stores/collections/index.ts';
import { deliver } from './deliver.ts';
import type { WorkerOptions } from './house.ts';
import { jobKind, jobOf, type Posted, readPosted } from './jobs.ts';
import {
  asideMs,
  attemptsMax,
  claimMs,
  firstPauseMs,
  longestPauseMs,
  lookEveryMs,
  turnRows,
} from './limits.ts';
import { placeOf } from './users.ts';

export interface SchedulingWorker {
  /** There may be something to do now. */
  wake(): void;
  /** Waits for what is under way. */
  stop(): Promise<void>;
  /** Resolves when nothing is due any more; for tests. */
  idle(): Promise<void>;
}

/** Brings scheduling messages to where they belong. What a crash, or a refusal, interrupts begins again. */
export function startSchedulingWorker(options: WorkerOptions): SchedulingWorker {
  const { collections, clock } = options;
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  let underWay: Promise<void> | null = null;
  let again = false;

  const run = async () => {
    do {
      again = false;
      for (;;) {
        const jobs = stopped ? [] : await collections.takeJobs(jobKind, turnRows, claimMs);
        if (jobs.length === 0) break;
        for (const job of jobs) {
          // What is not begun is taken again when the claim runs out, or given back now.
          if (stopped) await collections.settleJob(job, { againMs: job.dueMs });
          else await attend(options, job);
        }
      }
    } while (again && !stopped);
  };
  const schedule = async () => {
    if (stopped) return;
    const due = await collections.nextJobMs(jobKind).catch(() => null);
    const pause = due === null ? lookEveryMs : Math.max(0, Math.min(due - clock.nowMs(), lookEveryMs));
    if (stopped) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(wake, pause);
    timer.unref();
  };
  const wake = () => {
    if (stopped) return;
    again = true;
    if (underWay !== null) return;
    if (timer !== null) clearTimeout(timer);
    underWay = run()
      .catch((error: unknown) => options.log.error('invitations not looked after', { error }))
      .then(async () => {
        underWay = null;
        if (again) wake();
        else await schedule();
      });
  };
  const unwatch = collections.watchJobs(() => wake());
  wake();
  return {
    wake,
    async idle() {
      while (underWay !== null) await underWay;
    },
    async stop() {
      stopped = true;
      unwatch();
      if (timer !== null) clearTimeout(timer);
      await underWay;
    },
  };
}

/** One job: done, or later, or put aside with a word. Never rejects but for the store itself. */
async function attend(options: WorkerOptions, job: Job): Promise<void> {
  const { collections, clock, log } = options;
  const { id } = job;
  try {
    const posted = readPosted(job.payload);
    if (posted === null) throw new FormatError('the job cannot be read');
    await post(options, job, posted);
    await collections.settleJob(job, 'done');
  } catch (error) {
    const nowMs = clock.nowMs();
    const waits = error instanceof StoreError ? Number(error.details.retryAfterMs ?? 0) : 0;
    const hopeless = error instanceof FormatError || job.attempts >= attemptsMax;
    const pause = Math.max(waits, Math.min(firstPauseMs * 2 ** Math.min(job.attempts, 20), longestPauseMs));
    if (hopeless) log.error('invitation put aside', { id, reason: messageOf(error) });
    else log.warn('invitation waits', { id, reason: messageOf(error) });
    await collections.settleJob(job, { againMs: nowMs + (hopeless ? asideMs : pause) });
  }
}

async function post(options: WorkerOptions, job: Job, posted: Posted): Promise<void> {
  const { from, calendar, quiet } = posted;
  if (posted.arrived) {
    const outcome = await deliver(options, { account: job.account, from, calendar, quiet });
    options.log.info('invitation by mail', { id: job.id, result: outcome });
    return;
  }
  const outside: string[] = [];
  const failed: { readonly to: string; readonly error: unknown }[] = [];
  for (const to of posted.to) {
    const place = await placeOf(options.accounts, to);
    if (place.kind === 'mail' && !quiet) outside.push(place.address);
    if (place.kind !== 'member') continue;
    try {
      const outcome = await deliver(options, { account: place.account, from, calendar, quiet });
      options.log.debug('invitation delivered', { id: job.id, result: outcome });
    } catch (error) {
      failed.push({ to, error });
    }
  }
  // Last: what was delivered here can be delivered again, a mail cannot.
  if (outside.length > 0) await mail(options, job, posted, outside);
  const [first] = failed;
  if (first === undefined) return;
  // Nobody waits for somebody else's trouble.
  if (failed.length === posted.to.length) throw first.error;
  for (const { to } of failed)
    await options.collections.addJob(job.account, jobOf({ ...posted, to: [to] }, false));
}

/** Who has an address of mail alone can write from it; a principal writes as the member. */
async function mail(
  options: WorkerOptions,
  job: Job,
  { from, calendar }: Posted,
  to: readonly string[],
): Promise<void> {
  const member = await options.accounts.member(job.account);
  if (member === null || member.disabled) return;
  const component = oneCalendar(parseComponents(calendar));
  await options.send({
    account: job.account,
    from: mailOf(addressOf(from)) ?? member.address,
    to,
    method: component.text('METHOD')?.toUpperCase() ?? 'REQUEST',
    calendar: component,
    id: job.key,
  });
}
