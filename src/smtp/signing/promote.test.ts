import { expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { createLog } from '../../observability/index.ts';
import { createTrustStore } from '../../stores/trust/index.ts';
import { engines, memoryResolver, openTestStores } from '../../testing/index.ts';
import { promoteKeys } from './promote.ts';

test('a pending key signs once its record, and no other, stands in the DNS', async () => {
  const [sqlite] = engines();
  if (!sqlite) throw new Error('there is no engine');
  const stores = await openTestStores(sqlite);
  try {
    const trust = createTrustStore({ database: stores.database, clock: fakeClock(Date.UTC(2026, 10, 22)) });
    const log = createLog({ level: 'debug', format: 'json', write: () => {} });
    await trust.ensureKeys('coop.example');
    await trust.rotateKeys('coop.example');
    const dns = memoryResolver();
    const signing = async () => (await trust.signingKeys('coop.example')).map(({ selector }) => selector);
    const before = await signing();
    const [, , rsa, ed] = await trust.signingRecords('coop.example');
    if (!rsa || !ed) throw new Error('a record is missing');
    await promoteKeys(trust, dns, log);
    dns.set(rsa.name, { txt: [rsa.value.replace(/.$/, 'A')] });
    dns.set(ed.name, { txt: [ed.value, 'v=DKIM1; p='] });
    await promoteKeys(trust, dns, log);
    dns.set(ed.name, { fails: 'servfail' });
    await promoteKeys(trust, dns, log);
    expect(await signing()).toEqual(before);
    dns.set(rsa.name, { txt: [rsa.value.replace('p=', 'p = ').replace(/(.{50})$/, ' $1')] });
    await promoteKeys(trust, dns, log);
    expect(await signing()).toEqual([rsa.selector, before[1]]);
    dns.set(ed.name, { txt: [ed.value] });
    await promoteKeys(trust, dns, log);
    expect(await signing()).toEqual([rsa.selector, ed.selector]);
  } finally {
    await stores.close();
  }
});
