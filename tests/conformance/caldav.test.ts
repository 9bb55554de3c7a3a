import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { missingTool } from '../../src/testing/index.ts';
import { member, password, run, startMyco, stopAll } from '../harness/index.ts';

afterAll(stopAll);

/** Debian's own: a python that was built elsewhere does not have its packages. */
const python = '/usr/bin/python3';
const packages = '/usr/lib/python3/dist-packages/caldav';

describe('python3-caldav', () => {
  if (!existsSync(packages)) {
    missingTool('python3-caldav', 'not installed: python3-caldav');
    return;
  }
  test('calendars, objects, searches, changes and invitations, from the address of the server alone', async () => {
    const myco = await startMyco({ members: ['ana', 'bea'] });
    const script = fileURLToPath(new URL('./caldav_client.py', import.meta.url));
    const base = `https://localhost:${myco.port('https')}/`;
    const { code, out, said } = await run(
      python,
      ['-W', 'ignore', script, base, myco.authorityFile, member('ana'), member('bea'), password],
      {
        patienceMs: 110_000,
      },
    );
    // It complains on standard error of a schedule-response, which is no multistatus (RFC 6638 §10.1).
    expect(out.toString(), said).toMatch(/\ndone\n$/);
    expect(code).toBe(0);
  });
});
