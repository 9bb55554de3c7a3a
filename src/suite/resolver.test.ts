import { expect, test } from 'vitest';
import { startSuite } from '../testing/index.ts';

test('the name servers of the settings are asked, and believed', async () => {
  const suite = await startSuite();
  try {
    suite.dns.set('coop.test', { mx: [[10, 'mx.coop.test']], secure: true });
    expect(await suite.running.resolver.mx('coop.test')).toEqual({
      records: [{ preference: 10, exchange: 'mx.coop.test' }],
      secure: true,
      name: 'coop.test',
    });
    const { body } = await suite.running.observers.metrics.render();
    expect(body).toContain('myco_dns_questions_total{outcome="answered"}');
  } finally {
    await suite.stop();
  }
  await expect(suite.running.resolver.a('mx.coop.test')).rejects.toMatchObject({ failure: 'timeout' });
});
