import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { domain, type Myco, password, run, startMyco, stopAll, withTools } from '../harness/index.ts';

afterAll(stopAll);

/** Debian's, which has the modules of Debian. */
const python = '/usr/bin/python3';
const parts = ['login', 'service', 'contacts', 'messages', 'rooms', 'nodes', 'blocking', 'resumption'];

withTools('aioxmpp', ['python3'], () => {
  let myco: Myco;
  beforeAll(async () => {
    myco = await startMyco({ members: ['ana', 'bea'] });
  });

  test.each(parts)('%s', async (part) => {
    const ports = { xmpp: myco.port('xmpp'), xmpps: myco.port('xmpps') };
    const script = fileURLToPath(new URL('./aioxmpp_client.py', import.meta.url));
    const { code, out, said } = await run(
      python,
      [script, JSON.stringify({ domain, password, ports }), part],
      {
        env: { SSL_CERT_FILE: myco.authorityFile },
        patienceMs: 100_000,
      },
    );
    expect(said).not.toMatch(/^(FAULT|Traceback)[\s\S]*/m);
    expect(String(out)).toMatch(/\ndone\n$/);
    expect(code).toBe(0);
  });
});
