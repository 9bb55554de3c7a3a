import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { member, password, run, startMyco, stopAll, withTools } from '../harness/index.ts';

afterAll(stopAll);

withTools("Python's imaplib and smtplib", ['python3'], () => {
  test('every method, the certificate verified', async () => {
    const myco = await startMyco({ members: ['ana', 'bea'] });
    const doors = ['imap', 'imaps', 'smtp', 'submission', 'submissions'] as const;
    const ports = JSON.stringify(Object.fromEntries(doors.map((door) => [door, myco.port(door)])));
    const script = fileURLToPath(new URL('./imaplib_client.py', import.meta.url));
    const { code, said } = await run('python3', [
      script,
      ports,
      myco.authorityFile,
      member('ana'),
      member('bea'),
      password,
    ]);
    expect(said).not.toMatch(/^(FAULT|Traceback).*/m);
    expect(said).toMatch(/\ndone\n$/);
    expect(code).toBe(0);
  });
});
