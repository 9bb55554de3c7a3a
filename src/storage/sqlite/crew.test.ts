import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/index.ts';
import { limits } from '../limits.ts';
import { batchUnits, CrewMember } from './crew.ts';

const few = limits.halvedUnitsMin - 1;

describe('how many waiting units make a batch', () => {
  test.each([
    ['a lone one goes at once', 1, 512, 1],
    ['few go together', few, 512, few],
    ['of many goes half', limits.halvedUnitsMin, 512, limits.halvedUnitsMin / 2],
    ['an odd one goes with the first half', 41, 512, 21],
    ['never more than batchMax', 5_000, 512, 512],
    ['a reader takes one scan at a time', 40, 1, 1],
  ])('%s', (_, waiting, batchMax, expected) => {
    expect(batchUnits(waiting, batchMax)).toBe(expected);
  });
});

/** Answers units, and takes its time to end. */
const slowly = `
  import { writeFileSync } from 'node:fs';
  import { parentPort, workerData } from 'node:worker_threads';
  parentPort.on('message', ({ kind, units }) => {
    if (kind === 'units')
      return parentPort.postMessage({ outcomes: units.map(({ id }) => ({ id, ok: true, value: 1 })), hints: [] });
    writeFileSync(workerData.file + '.ending', '');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    writeFileSync(workerData.file + '.ended', '');
    parentPort.close();
  });`;

test('close waits for a thread that was let go before', async () => {
  const file = join(temporaryFolder(), 'thread');
  const member = new CrewMember({
    workerUrl: new URL(`data:text/javascript,${encodeURIComponent(slowly)}`),
    role: { role: 'reader', file, unsafeNoSync: false },
    batchMax: 1,
    waitingMax: 1,
    restMs: 1,
    onRan: () => {},
    onHints: () => {},
    onError: () => {},
  });
  expect(await member.run('unit', null)).toBe(1);
  await expect.poll(() => existsSync(`${file}.ending`), { timeout: 20_000 }).toBe(true);
  await member.close();
  expect(existsSync(`${file}.ended`)).toBe(true);
});
