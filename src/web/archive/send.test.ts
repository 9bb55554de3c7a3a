import { Readable } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import type { FileNode, FilesWriter } from '../../stores/files/index.ts';
import { zipIdleMsMax, zipNameBytesMax, zipStillMs, zipsMax, zipsPerNetworkMax } from '../limits.ts';
import { sendArchive, type Wish } from './send.ts';
import { fits } from './walk.ts';

const top = {
  account: 1,
  id: 1,
  parent: 0,
  kind: 'folder',
  name: 'top',
  type: '',
  size: 0,
  modifiedMs: 0,
} as FileNode;
const file = (id: number): FileNode => ({ ...top, id, kind: 'file', name: `f${id}`, size: 100_000 });

/** A folder with so many files of 100,000 bytes that do not become smaller. */
function desk(count: number, gone: readonly number[] = []) {
  const clock = fakeClock();
  const all = Array.from({ length: count }, (_, at) => file(at + 2));
  const files = {
    list: async (_: number, __: number, after: string) => (after === '' ? all : []),
    node: async (_: number, id: number) => (gone.includes(id) ? null : file(id)),
    open: () => Readable.from([Buffer.alloc(100_000, 7)]),
  } as Partial<FilesWriter> as FilesWriter;
  return { clock, files };
}

const visit = (remote: string) => ({ remote, request: new Request('https://coop.localhost/') });
const wish = (still: () => Promise<boolean> = async () => true): Wish => ({ node: top, name: 'top', still });

function readerOf(sent: Response | string) {
  if (!(sent instanceof Response) || !sent.body) throw new Error(`no archive: ${String(sent)}`);
  return sent.body.getReader();
}

test('what is taken back meanwhile breaks off, so that nobody takes it for whole', async () => {
  const house = desk(40);
  let may = true;
  const reader = readerOf(
    await sendArchive(
      visit('192.0.2.1'),
      house,
      wish(async () => may),
    ),
  );
  expect((await reader.read()).done).toBe(false);
  may = false;
  house.clock.advance(zipStillMs);
  const rest = async () => {
    while (!(await reader.read()).done);
  };
  await expect(rest()).rejects.toThrow('taken back');
});

test('who takes nothing of it is cut off', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const reader = readerOf(await sendArchive(visit('192.0.2.1'), desk(40), wish()));
    let why = '';
    reader.closed.catch((error: unknown) => {
      why = String(error);
    });
    // Nothing is read; as soon as all that is held ahead is full the time of the next piece runs.
    while (why === '') {
      await new Promise(setImmediate);
      vi.advanceTimersByTime(zipIdleMsMax);
    }
    expect(why).toContain('nobody takes');
  } finally {
    vi.useRealTimers();
  }
});

test('so many in all and to one network, whatever its addresses', async () => {
  const house = desk(40);
  const ask = (remote: string) => sendArchive(visit(remote), house, wish());
  const readers: ReturnType<typeof readerOf>[] = [];
  for (let at = 0; at < zipsPerNetworkMax; at++) readers.push(readerOf(await ask(`2001:db8::${at}`)));
  expect(await ask('2001:db8::ffff')).toBe('busy');
  for (let at = zipsPerNetworkMax; at < zipsMax; at++) readers.push(readerOf(await ask(`198.51.100.${at}`)));
  expect(await ask('203.0.113.1')).toBe('busy');
  for (const reader of readers) await reader.cancel();
  await expect.poll(async () => (await ask('2001:db8::1')) instanceof Response).toBe(true);
});

test('what is gone when its turn comes is left out; what is refused frees its place', async () => {
  const house = desk(3, [3]);
  for (let at = 0; at <= zipsMax; at++) {
    expect(await sendArchive(visit('192.0.2.1'), house, wish(), async () => false)).toBe('gone');
    await new Promise(setImmediate);
  }
  const sent = await sendArchive(visit('192.0.2.1'), house, wish());
  const text = sent instanceof Response ? Buffer.from(await sent.arrayBuffer()).toString('latin1') : '';
  expect([text.includes('top/f2'), text.includes('top/f3'), text.includes('top/f4')]).toEqual([
    true,
    false,
    true,
  ]);
});

test('the names that are held are counted in bytes too', async () => {
  const { files } = desk(0);
  const name = 'x'.repeat(1_000);
  let pages = 0;
  const many: FilesWriter = Object.assign(Object.create(files), {
    list: async () => {
      pages++;
      return Array.from({ length: 200 }, (_, at) => ({ ...file(at + 2), name }));
    },
  });
  expect(await fits(many, { node: top, path: 'top' })).toBe(false);
  expect(pages).toBeLessThanOrEqual(1 + zipNameBytesMax / (200 * 1_000));
});
