import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Myco, password, run, startMyco, stopAll, withTools } from '../harness/index.ts';

let myco: Myco;
afterAll(stopAll);

/** litmus runs five programs of its own; each says at its end how many of its tests passed. */
const suites = { basic: 16, copymove: 13, props: 30, locks: 41, http: 4 } as const;

withTools('litmus', ['litmus'], () => {
  beforeAll(async () => {
    myco = await startMyco({ members: ['ana'], settings: { auth: '{ plaintext: allow }' } });
  });

  test.each(['http', 'https'] as const)('%s: all of it passes', async (door) => {
    // It writes its logs where it stands.
    const cwd = join(myco.folder, door);
    mkdirSync(cwd);
    const url = `${door}://localhost:${myco.port(door)}/dav/files/ana/`;
    const { out, said } = await run('litmus', ['--keep-going', url, 'ana', password], {
      cwd,
      patienceMs: 110_000,
    });
    const passed = Object.fromEntries(
      [
        ...out.toString().matchAll(/summary for `(\w+)': of (\d+) tests run: (\d+) passed, (\d+) failed/g),
      ].map(([, name, , count]) => [name, Number(count)]),
    );
    // It leaves its test of 100 Continue out over TLS.
    expect(passed, said).toEqual({ ...suites, http: door === 'https' ? 3 : 4 });
    expect(said).not.toMatch(/WARNING|FAIL/);
  });
});
