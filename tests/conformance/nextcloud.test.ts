import { createHash } from 'node:crypto';
import {
  createReadStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import { type Myco, member, password, run, sha256, startMyco, stopAll, withTools } from '../harness/index.ts';

/** Half of them begin on each side. */
const filesCount = 2_000;
const foldersCount = 20;
const largeBytes = 30 * 1_048_576;
/** Of one test: several syncs of a client that takes its time. */
const testMs = 300_000;

let myco: Myco;
let folder: string;
afterAll(async () => {
  await stopAll();
  removeFolder(folder);
});

/** One device of ana's: a folder, and what its client remembers. */
function device(name: string) {
  const root = join(folder, name);
  const home = join(folder, `${name}-home`);
  mkdirSync(root);
  mkdirSync(home);
  return {
    root,
    async sync(): Promise<void> {
      const { code, said } = await run(
        'nextcloudcmd',
        [
          '--non-interactive',
          '--trust',
          '--user',
          member('ana'),
          '--password',
          password,
          root,
          `https://localhost:${myco.port('https')}`,
        ],
        { env: { HOME: home, XDG_CONFIG_HOME: home, LC_ALL: 'C.UTF-8' }, patienceMs: 280_000 },
      );
      expect(said).not.toMatch(/SyncFileItem::(NormalError|FatalError|SoftError|BlacklistedError)/);
      expect(code).toBe(0);
    },
  };
}

type Device = ReturnType<typeof device>;

/** Every file below a folder by its path: hash and seconds; what the client keeps for itself left out. */
function contents(root: string, below = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const each of readdirSync(join(root, below), { withFileTypes: true })) {
    const path = join(below, each.name);
    if (each.name.startsWith('.sync_') || each.name.startsWith('.owncloudsync')) continue;
    if (each.isDirectory()) {
      found.set(`${path}/`, '');
      for (const [name, what] of contents(root, path)) found.set(name, what);
    } else {
      const seconds = Math.floor(statSync(join(root, path)).mtimeMs / 1000);
      found.set(path, `${sha256(readFileSync(join(root, path)))} ${seconds}`);
    }
  }
  return found;
}

function expectAlike(one: Device, other: Device, count: number): void {
  const [here, there] = [contents(one.root), contents(other.root)];
  expect([...here.keys()].filter((path) => !path.endsWith('/'))).toHaveLength(count);
  expect(there).toEqual(here);
}

function fill(root: string, name: string, count: number): void {
  for (let index = 0; index < count; index++) {
    const place = join(root, `${name} ${index % foldersCount}`, 'Grüße');
    mkdirSync(place, { recursive: true });
    const path = join(place, `${name}-${index} & more.txt`);
    writeFileSync(path, `${name} ${index}\n`.repeat(1 + (index % 50)));
    const seconds = 1_600_000_000 + index;
    utimesSync(path, seconds, seconds);
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** What does not repeat itself, so that a piece in the wrong place shows. */
function largeContent(seed: number): Buffer {
  const bytes = Buffer.alloc(largeBytes);
  for (let at = 0; at < largeBytes; at += 4) bytes.writeUInt32LE(((at + seed) * 2_654_435_761) >>> 0, at);
  return bytes;
}

withTools('nextcloudcmd', ['nextcloudcmd'], () => {
  let desk: Device;
  let laptop: Device;
  beforeAll(async () => {
    folder = makeFolder();
    myco = await startMyco({ members: ['ana', 'bea'], folder });
    desk = device('desk');
    laptop = device('laptop');
  });

  test(
    `${filesCount} small files, both ways, byte for byte`,
    async () => {
      fill(desk.root, 'desk', filesCount / 2);
      fill(laptop.root, 'laptop', filesCount / 2);
      await desk.sync();
      await laptop.sync();
      await desk.sync();
      expectAlike(desk, laptop, filesCount);
    },
    testMs,
  );

  test('a change, a removal, a new name and a move travel', async () => {
    const changed = join(desk.root, 'desk 0', 'Grüße', 'desk-0 & more.txt');
    writeFileSync(changed, 'changed at the desk\n');
    rmSync(join(desk.root, 'desk 1', 'Grüße', 'desk-1 & more.txt'));
    rmSync(join(desk.root, 'laptop 2'), { recursive: true });
    renameSync(join(desk.root, 'desk 3'), join(desk.root, 'desk three'));
    renameSync(
      join(desk.root, 'desk 4', 'Grüße', 'desk-4 & more.txt'),
      join(desk.root, 'desk 5', 'Grüße', 'moved.txt'),
    );
    await desk.sync();
    await laptop.sync();
    expectAlike(desk, laptop, filesCount - 1 - filesCount / 2 / foldersCount);
    expect(readFileSync(join(laptop.root, 'desk 0', 'Grüße', 'desk-0 & more.txt'), 'utf8')).toBe(
      'changed at the desk\n',
    );
    expect(readdirSync(laptop.root)).toContain('desk three');
  });

  test(
    'a large file goes in pieces, and again when it changes',
    async () => {
      const path = join(desk.root, 'large.bin');
      for (const seed of [1, 2]) {
        writeFileSync(path, largeContent(seed));
        await desk.sync();
        await laptop.sync();
        expect(await hashOf(join(laptop.root, 'large.bin'))).toBe(await hashOf(path));
      }
      expect(myco.logged()).not.toContain('large.bin');
    },
    testMs,
  );

  test('small files came many at once, large ones in pieces', async () => {
    const answer = await fetch(`http://localhost:${myco.port('http')}/metrics`);
    const metrics = await answer.text();
    const of = (method: string) =>
      Number(
        new RegExp(`myco_dav_requests_total\\{method="${method}",class="2xx"\\} (\\d+)`).exec(metrics)?.[1],
      );
    expect(of('POST')).toBeGreaterThanOrEqual(filesCount / 100);
    // The large file twice, in pieces.
    expect(of('PUT')).toBeGreaterThanOrEqual(4);
    expect(of('PUT')).toBeLessThan(filesCount / 10);
    expect(of('MOVE')).toBeGreaterThanOrEqual(4);
  });

  test('a sync that has nothing to do leaves all as it is', async () => {
    const before = [contents(desk.root), contents(laptop.root)];
    await desk.sync();
    await laptop.sync();
    expect([contents(desk.root), contents(laptop.root)]).toEqual(before);
  });
});
