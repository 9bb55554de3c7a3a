import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { connectSocket } from './socket.ts';
import { startSuite } from './suite.ts';

test('a suite in this process: its doors answer, and nothing of it stays', async () => {
  const suite = await startSuite();
  await suite.addMember('ana@coop.localhost', 'correct horse');
  const imap = await connectSocket({
    port: suite.ports.imaps,
    tls: { ca: suite.authority },
    implicitTls: true,
  });
  expect((await imap.readLine())?.toString()).toMatch(/^\* OK /);
  await imap.send('a LOGIN ana "correct horse"\r\n');
  expect((await imap.readLine())?.toString()).toMatch(/^a OK /);
  expect(suite.ports.managesieve).toBe(0);
  expect(suite.administrator).toMatchObject({ address: 'admin@coop.localhost' });
  expect(suite.logged.join('')).not.toContain('correct horse');
  await imap.close();
  await suite.stop();
  expect(existsSync(suite.folder)).toBe(false);
});

test('the configuration is read as an operator’s is', async () => {
  const settings = { coop: { name: 'Les Champignons' }, listeners: { http: { port: 0 } } };
  const suite = await startSuite({ settings });
  expect(suite.rooms.settings.value.coop.name).toBe('Les Champignons');
  expect([suite.ports.http > 0, suite.ports.imap]).toEqual([true, 0]);
  await suite.stop();
  await expect(startSuite({ settings: { coop: { nom: 'x' } } })).rejects.toThrow('nom');
});
