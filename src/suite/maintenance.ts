import { messageOf } from '../base/index.ts';
import type { Rooms } from '../rooms/index.ts';
import { endSentFiles } from '../webdav/index.ts';

/** What is done now and then while the server runs; times in milliseconds. */
const sweepEveryMs = 60 * 60_000;
/** Bytes that nothing refers to stay this long, for whoever restores a backup of the database beside them. */
const keepIdleBlobsMs = 24 * 60 * 60_000;
const leaseMs = 10 * 60_000;
const renewEveryMs = leaseMs / 10;

/** What `stop` or the loss of a lease ends half-way; another hour goes on. */
class Ended extends Error {}

/** Awaited between the steps of what takes long. */
type Between = () => Promise<void>;

async function cleanBlobs(rooms: Rooms, between: Between): Promise<void> {
  const swept = await rooms.blobs.sweep(rooms.clock.nowMs() - keepIdleBlobsMs, between);
  const compacted = await rooms.blobs.compact(between);
  rooms.log.debug('blobs cleaned', { bytes: swept + compacted });
}

/** Versions, trash and what goes for good, before the bytes that they leave. */
async function purgeFiles(rooms: Rooms, between: Between): Promise<void> {
  await rooms.files.purge(between);
  await rooms.sharing.purge(between);
  await rooms.uploads.purge(between);
}

/** What was said and sent so long ago that the settings keep it no longer. */
async function ageChat({ settings, clock, conversations, files }: Rooms, between: Between): Promise<void> {
  const { messages, rooms } = settings.value.chat.archive;
  for (const [kind, keepMs] of [
    ['account', messages],
    ['room', rooms],
  ] as const)
    if (keepMs !== null) await conversations.archive.expire(kind, clock.nowMs() - keepMs, between);
  await endSentFiles(files, conversations.registrations.uploads, between);
}

/** Of several processes one does it at a time, for as long as it takes: the lease is renewed between its steps. */
async function alone(
  { database, clock, log }: Rooms,
  name: string,
  work: (between: Between) => Promise<void>,
  isStopped: () => boolean,
): Promise<void> {
  const lease = await database.leases.acquire(name, leaseMs);
  if (!lease) return;
  let renewedMs = clock.monotonicMs();
  try {
    await work(async () => {
      if (isStopped()) throw new Ended('the server stops');
      if (clock.monotonicMs() - renewedMs < renewEveryMs) return;
      if (!(await lease.renew())) throw new Ended('another process does it');
      renewedMs = clock.monotonicMs();
    });
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    log.info('maintenance ended early', { task: name, reason: error.message });
  } finally {
    await lease.release();
  }
}

/** Finishes what a crash interrupted, then cleans up every hour. `stop` waits for the step that is under way. */
export function startMaintenance(rooms: Rooms): { stop(): Promise<void> } {
  let underWay: Promise<void> = Promise.resolve();
  let isStopped = false;
  const turn = (work: () => Promise<unknown>) => {
    underWay = underWay.then(work).then(
      () => {},
      (error: unknown) => rooms.log.error('maintenance failed', { error: messageOf(error) }),
    );
  };
  turn(() => rooms.accounts.admin.resumeErasures());
  const each = (name: string, work: (between: Between) => Promise<void>) =>
    turn(async () => (isStopped ? undefined : alone(rooms, name, work, () => isStopped)));
  const clean = () => {
    each('files', (between) => purgeFiles(rooms, between));
    each('collections', (between) => rooms.collections.purge(between));
    each('chat', (between) => ageChat(rooms, between));
    each('blobs', (between) => cleanBlobs(rooms, between));
    each('ledger', async (between) => void (await rooms.coop.ledger.checkpoints.daily(between)));
    each('notices', () => rooms.coop.notices.deliverAll());
    turn(() => rooms.senders.purge());
    turn(() => rooms.push.purge());
    turn(() => rooms.conversations.purge());
  };
  clean();
  const timer = setInterval(clean, sweepEveryMs);
  timer.unref();
  return {
    stop() {
      isStopped = true;
      clearInterval(timer);
      return underWay;
    },
  };
}
