import { FormatError, messageOf } from '../../base/index.ts';
import type { Job } from '../../stores/collections/index.ts';
import type { WorkerOptions } from './house.ts';
import { readFate, takeFate } from './imip/fate.ts';
import { jobKind, readPosted } from './jobs.ts';
import {
  asideMs,
  attemptsMax,
  claimMs,
  firstPauseMs,
  longestPauseMs,
  lookEveryMs,
  turnRows,
} from './limits.ts';
import { invitationCounters } from './metrics.ts';
import { methodOf, type PostHouse, post, waitOf } from './post.ts';

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
  const house = { ...options, counters: invitationCounters(options.metrics, collections) };
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
          else await attend(house, job);
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
async function attend(house: PostHouse, job: Job): Promise<void> {
  const { collections, clock, log, counters } = house;
  const { id } = job;
  // What waited too long for its turn is somebody else's.
  if (clock.nowMs() >= job.dueMs) return;
  const posted = readPosted(job.payload);
  const fate = readFate(job.payload);
  try {
    if (fate !== null) {
      await takeFate(house, job.account, fate);
      await collections.settleJob(job, 'done');
      return;
    }
    if (posted === null) throw new FormatError('the job cannot be read');
    await collections.settleJob(job, { next: await post(house, job, posted) });
  } catch (error) {
    const hopeless = error instanceof FormatError || job.attempts >= attemptsMax;
    if (posted !== null) {
      const way = posted.arrived ? 'inward' : 'inside';
      counters.came(methodOf(posted.calendar), way, hopeless ? 'aside' : 'waits');
    }
    const nowMs = clock.nowMs();
    if (hopeless) {
      log.error('invitation put aside', { id, reason: messageOf(error) });
      await collections.settleJob(job, { againMs: nowMs + asideMs, aside: true });
      return;
    }
    const doubled = Math.min(firstPauseMs * 2 ** Math.min(job.attempts, 20), longestPauseMs);
    log.warn('invitation waits', { id, reason: messageOf(error) });
    await collections.settleJob(job, { againMs: nowMs + Math.max(waitOf(error), doubled) });
  }
}
