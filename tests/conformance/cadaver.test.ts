import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import { type Myco, password, run, startMyco, stopAll, withTools } from '../harness/index.ts';

let myco: Myco;
let folder: string;
afterAll(async () => {
  await stopAll();
  removeFolder(folder);
});

/** What cadaver says to a script of commands. It trusts the system's authorities alone, so it comes without TLS. */
async function cadaver(...commands: string[]): Promise<string> {
  const home = join(folder, 'home');
  const { code, said } = await run('cadaver', [`http://localhost:${myco.port('http')}/dav/files/ana/`], {
    input: `${commands.join('\n')}\nquit\n`,
    cwd: home,
    env: { HOME: home, LC_ALL: 'C.UTF-8' },
  });
  expect([code, said]).toEqual([0, expect.any(String)]);
  return said;
}

withTools('cadaver', ['cadaver'], () => {
  beforeAll(async () => {
    folder = makeFolder();
    const home = join(folder, 'home');
    mkdirSync(home);
    writeFileSync(join(home, '.netrc'), `machine localhost login ana password "${password}"\n`, {
      mode: 0o600,
    });
    writeFileSync(join(home, 'letter.txt'), 'Grüße\n');
    myco = await startMyco({
      members: ['ana'],
      folder,
      settings: { auth: '{ plaintext: allow }' },
    });
  });

  test('put, list, get, copy, move, remove', async () => {
    const said = await cadaver(
      'mkcol Letters',
      'cd Letters',
      'put letter.txt',
      'copy letter.txt copy.txt',
      'move copy.txt moved.txt',
      'ls',
      'get moved.txt back.txt',
      'delete letter.txt',
      'cd ..',
      'ls',
    );
    expect(said).not.toMatch(/failed|error/i);
    expect(said).toMatch(/moved\.txt\s+8 /);
    expect(said).toMatch(/Coll:\s+Letters/);
    expect(readFileSync(join(folder, 'home', 'back.txt'), 'utf8')).toBe('Grüße\n');
    expect(await cadaver('ls Letters')).not.toContain('letter.txt');
  });

  test('locks: taken, shown, in the way of others, given back', async () => {
    const said = await cadaver(
      'put letter.txt locked.txt',
      'lock locked.txt',
      'discover locked.txt',
      'put letter.txt locked.txt',
      'unlock locked.txt',
      'discover locked.txt',
    );
    expect(said).not.toMatch(/failed|error/i);
    expect(said).toMatch(/Lock token <urn:uuid:[-0-9a-f]{36}>/);
    expect(said).toMatch(/no locks found/);
    await cadaver('lock locked.txt');
    // The next one comes without the token.
    expect(await cadaver('put letter.txt locked.txt')).toMatch(/423/);
    expect(await cadaver('delete locked.txt')).toMatch(/423|Locked/);
  });

  test('properties: kept, shown, taken off', async () => {
    const said = await cadaver(
      'put letter.txt props.txt',
      'propset props.txt colour green',
      'propget props.txt colour',
      'propdel props.txt colour',
      'propget props.txt colour',
    );
    expect(said).toContain('Value of colour is: green');
    expect(said).toMatch(/Could not fetch property|no value|not defined|404/i);
  });
});
