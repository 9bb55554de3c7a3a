import { messageOf } from '../base/index.ts';
import type { Rooms } from '../rooms/index.ts';

/** What is done now and then while the server runs; times in milliseconds. */
const sweepEveryMs = 60 * 60_000;
/** Bytes that nothing refers to stay this long, for whoever restores a backup of the database beside them. */
const keepIdleBlobsMs = 24 * 60 * 60_000;
const leaseMs = 10 * 60_000;

async function cleanBlobs(rooms: Rooms): Promise<void> {
  const lease = await rooms.database.leases.acquire('blobs', leaseMs);
  if (!lease) return;
  try {
    const swept = await rooms.blobs.sweep(rooms.clock.nowMs() - keepIdleBlobsMs);
    const compacted = await rooms.blobs.compact();
    rooms.log.debug('blobs cleaned', { bytes: swept + compacted });
  } finally {
    await lease.release();
  }
}

/** Versions, trash and what goes for good, before the bytes that they leave. */
async function purgeFiles(rooms: Rooms): Promise<void> {
  const lease = await rooms.database.leases.acquire('files', leaseMs);
  if (!lease) return;
  try {
    await rooms.files.purge();
    await rooms.sharing.purge();
    await rooms.uploads.purge();
  } finally {
    await lease.release();
  }
}

async function purgeCollections(rooms: Rooms): Promise<void> {
  const lease = await rooms.database.leases.acquire('collections', leaseMs);
  if (!lease) return;
  try {
    await rooms.collections.purge();
  } finally {
    await lease.release();
  }
}

/** Finishes what a crash interrupted, then cleans up every hour. `stop` waits for what is under way. */
export function startMaintenance(rooms: Rooms): { stop(): Promise<void> } {
  let underWay: Promise<void> = Promise.resolve();
  const turn = (work: () => Promise<unknown>) => {
    underWay = underWay.then(work).then(
      () => {},
      (error: unknown) => rooms.log.error('maintenance failed', { error: messageOf(error) }),
    );
  };
  turn(() => rooms.accounts.admin.resumeErasures());
  const clean = () => {
    turn(() => purgeFiles(rooms));
    turn(() => purgeCollections(rooms));
    turn(() => cleanBlobs(rooms));
    turn(() => rooms.senders.purge());
  };
  clean();
  const timer = setInterval(clean, sweepEveryMs);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      return underWay;
    },
  };
}
