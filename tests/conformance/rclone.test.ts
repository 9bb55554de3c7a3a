import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import {
  type Myco,
  member,
  password,
  type Ran,
  run,
  sha256,
  startMyco,
  stopAll,
  withTools,
} from '../harness/index.ts';

const filesCount = 300;

let myco: Myco;
let folder: string;
afterAll(async () => {
  await stopAll();
  removeFolder(folder);
});

/** Names that servers trip over. */
const oddNames = [
  'Grüße & Küsse.txt',
  '100% #1?.txt',
  "it's [so] {odd}.txt",
  'a+b=c;d,e.txt',
  '日本語.txt',
  '.hidden',
  'x y  z',
];

function fill(root: string): void {
  for (let index = 0; index < filesCount; index++) {
    const place = join(root, `folder ${index % 10}`, index % 3 === 0 ? 'deeper' : '.');
    mkdirSync(place, { recursive: true });
    const path = join(place, `file-${index}.dat`);
    writeFileSync(path, `${index}\n`.repeat(index * 7));
    utimesSync(path, 1_500_000_000 + index, 1_500_000_000 + index);
  }
  for (const name of oddNames) writeFileSync(join(root, name), name);
  writeFileSync(join(root, 'empty'), '');
}

function contents(root: string, below = '.'): Map<string, string> {
  const found = new Map<string, string>();
  for (const each of readdirSync(join(root, below), { withFileTypes: true })) {
    const path = join(below, each.name);
    if (each.isDirectory()) for (const [name, what] of contents(root, path)) found.set(name, what);
    else found.set(path, sha256(readFileSync(join(root, path))));
  }
  return found;
}

withTools('rclone', ['rclone'], () => {
  let obscured: string;
  beforeAll(async () => {
    folder = makeFolder();
    myco = await startMyco({ members: ['ana', 'bea'], folder });
    obscured = (await run('rclone', ['obscure', password])).out.toString().trim();
  });

  describe.each([
    ['other', 'ana', '/dav/files/ana'],
    ['nextcloud', 'bea', '/remote.php/dav/files/bea'],
  ] as const)('vendor %s', (vendor, name, path) => {
    const local = () => join(folder, vendor);

    async function rclone(...args: string[]): Promise<Ran> {
      return run(
        'rclone',
        ['--ca-cert', myco.authorityFile, '--transfers', '4', '--checkers', '4', ...args],
        {
          env: {
            RCLONE_CONFIG: join(folder, 'rclone.conf'),
            RCLONE_CONFIG_COOP_TYPE: 'webdav',
            RCLONE_CONFIG_COOP_URL: `https://localhost:${myco.port('https')}${path}`,
            RCLONE_CONFIG_COOP_VENDOR: vendor,
            RCLONE_CONFIG_COOP_USER: member(name),
            RCLONE_CONFIG_COOP_PASS: obscured,
          },
          patienceMs: 100_000,
        },
      );
    }

    async function good(...args: string[]): Promise<string> {
      const { code, out, said } = await rclone(...args);
      expect([code, said]).toEqual([0, expect.any(String)]);
      return out.toString();
    }

    test('copies a tree there, and finds it alike', async () => {
      mkdirSync(local());
      fill(local());
      await good('copy', local(), 'coop:tree');
      await good('check', '--download', local(), 'coop:tree');
      // With Nextcloud's protocol there are checksums and times to go by.
      const seen = await good('lsf', '--recursive', '--files-only', '--format', 'pst', 'coop:tree');
      expect(seen.trim().split('\n')).toHaveLength(filesCount + oddNames.length + 1);
      if (vendor === 'nextcloud') {
        expect(await good('check', local(), 'coop:tree')).toBe('');
        const listed = JSON.parse(await good('lsjson', 'coop:tree/folder 1/file-1.dat'));
        expect(new Date(listed[0].ModTime).getTime()).toBe(1_500_000_001_000);
      }
    });

    test('copies it back byte for byte', async () => {
      const back = join(folder, `${vendor}-back`);
      await good('copy', 'coop:tree', back);
      expect(contents(back)).toEqual(contents(local()));
      if (vendor === 'nextcloud')
        expect(Math.floor(statSync(join(back, 'folder 2', 'file-2.dat')).mtimeMs / 1000)).toBe(1_500_000_002);
    });

    test('syncs changes, removals and new names', async () => {
      appendFileSync(join(local(), 'folder 1', 'file-1.dat'), 'more');
      rmSync(join(local(), 'folder 4'), { recursive: true });
      writeFileSync(join(local(), 'new'), 'new');
      await good('sync', local(), 'coop:tree');
      await good('check', '--download', local(), 'coop:tree');
      expect(await good('lsf', 'coop:tree')).not.toContain('folder 4/');
      // Nothing is left to do.
      expect((await rclone('sync', '-v', local(), 'coop:tree')).said).not.toMatch(/Copied|Deleted/);
    });

    test('moves and copies on the server, reads a range, tells the room that is left', async () => {
      await good('moveto', 'coop:tree/new', 'coop:tree/folder 9/moved');
      await good('copyto', 'coop:tree/folder 9/moved', 'coop:copied');
      expect(await good('cat', '--offset', '1', '--count', '2', 'coop:copied')).toBe('ew');
      expect(await good('lsf', 'coop:')).toBe('copied\ntree/\n');
      const about = JSON.parse(await good('about', '--json', 'coop:'));
      expect(about.used).toBeGreaterThan(1_000);
      expect(about.free).toBeGreaterThan(1_000_000);
      await good('purge', 'coop:tree');
      expect(await good('lsf', 'coop:')).toBe('copied\n');
    });

    test('a wrong password is refused', async () => {
      const { code, said } = await rclone(
        'lsf',
        '--webdav-pass',
        (await run('rclone', ['obscure', 'wrong'])).out.toString().trim(),
        'coop:',
      );
      expect(code).not.toBe(0);
      expect(said).toContain('401');
    });
  });
});
