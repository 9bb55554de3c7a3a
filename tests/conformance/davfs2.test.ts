import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFolder, missingTool, removeFolder } from '../../src/testing/index.ts';
import { type Myco, password, run, startMyco, stopAll, withTools } from '../harness/index.ts';

let myco: Myco;
let folder: string;
let mounted = false;
const at = (...names: string[]) => join(folder, ...names);
const mount = (...names: string[]) => at('mnt', ...names);

async function good(
  program: string,
  args: readonly string[],
  options: Parameters<typeof run>[2] = {},
): Promise<string> {
  const { code, said } = await run(program, args, { patienceMs: 100_000, ...options });
  expect([program, code, said]).toEqual([program, 0, expect.any(String)]);
  return said;
}

/** davfs2 keeps what it has to send for a while; unmounting waits for it. */
async function unmount(): Promise<void> {
  await good('umount', [mount()]);
  mounted = false;
}

async function mountFiles(): Promise<void> {
  await good(
    'mount.davfs',
    [`https://localhost:${myco.port('https')}/dav/files/ana/`, mount(), '-o', `conf=${at('davfs2.conf')}`],
    {
      input: `ana\n${password}\n`,
    },
  );
  mounted = true;
}

afterAll(async () => {
  if (mounted) await run('umount', ['--force', '--lazy', mount()]);
  await stopAll();
  removeFolder(folder);
});

function suite(): void {
  beforeAll(async () => {
    folder = makeFolder();
    // Its cache belongs to a user of its own.
    chmodSync(folder, 0o755);
    for (const name of ['mnt', 'cache']) mkdirSync(at(name));
    chmodSync(at('cache'), 0o777);
    myco = await startMyco({ members: ['ana'], folder });
    // Linux reads folders in larger pieces since 6.16 than fit into davfs2's own buffer (`buf_size`).
    // It reads the authority as that user, who may not look into the data folder.
    writeFileSync(at('authority.crt'), myco.authority);
    writeFileSync(
      at('davfs2.conf'),
      `trust_ca_cert ${at('authority.crt')}\ncache_dir ${at('cache')}\nask_auth 1\nuse_locks 1\ndelay_upload 0\nbuf_size 256\n`,
    );
    chmodSync(at('davfs2.conf'), 0o600);
  });

  test('files are written, read, renamed and removed', async () => {
    await mountFiles();
    mkdirSync(mount('Grüße'));
    writeFileSync(mount('Grüße', 'a.txt'), 'hello');
    renameSync(mount('Grüße', 'a.txt'), mount('b & c.txt'));
    expect(readFileSync(mount('b & c.txt'), 'utf8')).toBe('hello');
    writeFileSync(mount('gone'), 'x');
    rmSync(mount('gone'));
    await unmount();
    await mountFiles();
    expect(readFileSync(mount('b & c.txt'), 'utf8')).toBe('hello');
    expect(existsSync(mount('gone'))).toBe(false);
    expect(statSync(mount('Grüße')).isDirectory()).toBe(true);
  });

  test('a git clone inside it is whole', async () => {
    const author = {
      GIT_AUTHOR_NAME: 'Ana',
      GIT_AUTHOR_EMAIL: 'ana@coop.test',
      GIT_COMMITTER_NAME: 'Ana',
      GIT_COMMITTER_EMAIL: 'ana@coop.test',
      HOME: folder,
    };
    const source = at('source');
    mkdirSync(source);
    await good('git', ['init', '--quiet', source], { env: author });
    for (let index = 0; index < 60; index++)
      writeFileSync(join(source, `file-${index}`), `${index}\n`.repeat(100));
    await good('git', ['-C', source, 'add', '.'], { env: author });
    await good('git', ['-C', source, 'commit', '--quiet', '-m', 'first'], { env: author });
    await good('git', ['clone', '--quiet', '--no-hardlinks', source, mount('clone')], { env: author });
    await unmount();
    await mountFiles();
    await good('git', ['-C', mount('clone'), 'fsck', '--strict'], { env: author });
    expect(await good('git', ['-C', mount('clone'), 'status', '--porcelain'], { env: author })).toBe('');
  });

  test('rsync into it and back is byte for byte', async () => {
    const source = at('tree');
    for (let index = 0; index < 100; index++) {
      const place = join(source, `folder ${index % 7}`);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, `${index}.txt`), `${index} ö\n`.repeat(index * 11));
    }
    await good('rsync', ['--recursive', '--inplace', `${source}/`, `${mount('tree')}/`]);
    await unmount();
    await mountFiles();
    await good('rsync', ['--recursive', `${mount('tree')}/`, `${at('back')}/`]);
    await good('diff', ['--recursive', source, at('back')]);
    await unmount();
  });
}

if (existsSync('/dev/fuse')) withTools('davfs2', ['mount.davfs', 'git', 'rsync'], suite);
else describe('davfs2', () => missingTool('davfs2', 'this machine has no /dev/fuse'));
