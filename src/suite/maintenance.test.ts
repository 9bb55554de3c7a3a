import { expect, test } from 'vitest';
import { fakeClock } from '../base/index.ts';
import { type Log, silentLog } from '../observability/index.ts';
import type { Rooms } from '../rooms/index.ts';
import { startMaintenance } from './maintenance.ts';

const minuteMs = 60_000;

type Between = () => Promise<void>;

interface House {
  readonly rooms: Rooms;
  readonly clock: ReturnType<typeof fakeClock>;
  /** What was done, in order. */
  readonly done: string[];
  readonly logged: string[];
  /** Leases as they are asked for: false is refused. */
  readonly leases: { acquire: boolean; renew: boolean };
  /** What the purge of files does; absent: nothing. */
  files: (between: Between) => Promise<void>;
}

/** The rooms as far as they are cleaned, and what becomes of each. */
function house(): House {
  const clock = fakeClock();
  const [done, logged]: [string[], string[]] = [[], []];
  const leases = { acquire: true, renew: true };
  const note = (what: string) => async () => {
    done.push(what);
    return 0;
  };
  const heard = (message: string, fields?: object) => {
    logged.push([message, ...Object.values(fields ?? {})].join(': '));
  };
  const made: House = { clock, done, logged, leases, files: async () => {}, rooms: {} as Rooms };
  const rooms = {
    clock,
    log: { ...silentLog, error: heard, info: heard } as Log,
    database: {
      leases: {
        acquire: async (name: string) => {
          if (!leases.acquire) return null;
          done.push(`+${name}`);
          return {
            name,
            renew: async () => {
              done.push(`renewed ${name}`);
              return leases.renew;
            },
            release: async () => {
              done.push(`-${name}`);
            },
          };
        },
      },
    },
    accounts: { admin: { resumeErasures: note('erasures') } },
    files: {
      purge: async (between: Between) => {
        done.push('files');
        await made.files(between);
      },
    },
    sharing: { purge: note('sharing') },
    uploads: { purge: note('uploads') },
    collections: { purge: note('collections') },
    blobs: { sweep: note('sweep'), compact: note('compact') },
    coop: {
      ledger: { checkpoints: { daily: note('checkpoint') } },
      notices: { deliverAll: note('notices') },
    },
    senders: { purge: note('senders') },
    push: { purge: note('push') },
    settings: { value: { chat: { archive: { messages: minuteMs, rooms: null } } } },
    conversations: {
      purge: note('conversations'),
      archive: {
        expire: async (kind: string, beforeMs: number) => {
          done.push(`${kind} ${(beforeMs - clock.nowMs()) / minuteMs}`);
          return 0;
        },
      },
      registrations: {
        uploads: {
          over: async () => {
            done.push('sent files');
            return [];
          },
        },
      },
    },
  };
  return Object.assign(made, { rooms: rooms as unknown as Rooms });
}

/** As it runs when the server starts; waited for without being stopped. */
async function run(made: House): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    made.rooms.senders.purge = async () => {
      made.done.push('senders');
      resolve();
    };
  });
  const maintenance = startMaintenance(made.rooms);
  await ended;
  await maintenance.stop();
}

test('what a crash interrupted comes first, then rows, then the bytes that they leave', async () => {
  const made = house();
  await run(made);
  expect(made.done).toEqual([
    'erasures',
    ...['+files', 'files', 'sharing', 'uploads', '-files'],
    ...['+collections', 'collections', '-collections'],
    ...['+chat', 'account -1', 'sent files', '-chat'],
    ...['+blobs', 'sweep', 'compact', '-blobs'],
    ...['+ledger', 'checkpoint', '-ledger'],
    ...['+notices', 'notices', '-notices'],
    'senders',
    'push',
    'conversations',
  ]);
  expect(made.logged).toEqual([]);
});

test('what another process does is left to it', async () => {
  const made = house();
  made.leases.acquire = false;
  await run(made);
  expect(made.done).toEqual(['erasures', 'senders', 'push', 'conversations']);
});

test('a lease is renewed between steps, before it is over, and not at each', async () => {
  const made = house();
  made.files = async (between) => {
    for (let step = 0; step < 30; step++) {
      made.clock.advance(minuteMs / 2);
      await between();
    }
  };
  await run(made);
  expect(made.done.filter((each) => each === 'renewed files')).toHaveLength(15);
  expect(made.done).toContain('uploads');
});

test('who lost the lease stops there, and goes on with what is left', async () => {
  const made = house();
  made.leases.renew = false;
  made.files = async (between) => {
    made.clock.advance(minuteMs);
    await between();
    made.done.push('too far');
  };
  await run(made);
  expect(made.done).not.toContain('too far');
  expect(made.done).not.toContain('sharing');
  expect(made.done.slice(made.done.indexOf('-files'))).toEqual([
    '-files',
    ...['+collections', 'collections', '-collections'],
    ...['+chat', 'account -1', 'sent files', '-chat'],
    ...['+blobs', 'sweep', 'compact', '-blobs'],
    ...['+ledger', 'checkpoint', '-ledger'],
    ...['+notices', 'notices', '-notices'],
    'senders',
    'push',
    'conversations',
  ]);
  expect(made.logged).toEqual(['maintenance ended early: files: another process does it']);
});

test('what fails is told and frees its lease; the rest is done', async () => {
  const made = house();
  made.files = () => Promise.reject(new Error('the disk is gone'));
  await run(made);
  expect(made.logged).toEqual(['maintenance failed: the disk is gone']);
  expect(made.done).toContain('-files');
  expect(made.done).toContain('compact');
});

test('who stops waits for the step that is under way, and for no other', async () => {
  const made = house();
  let [begun, go] = [() => {}, () => {}];
  const isBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const step = new Promise<void>((resolve) => {
    go = resolve;
  });
  made.files = async (between) => {
    begun();
    await step;
    made.done.push('the step');
    await between();
    made.done.push('another');
  };
  const maintenance = startMaintenance(made.rooms);
  await isBegun;
  const stopped = maintenance.stop();
  go();
  await stopped;
  expect(made.done).toEqual([
    'erasures',
    '+files',
    'files',
    'the step',
    '-files',
    'senders',
    'push',
    'conversations',
  ]);
  expect(made.logged).toEqual(['maintenance ended early: files: the server stops']);
});
