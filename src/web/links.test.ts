import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadSettings, type MycoSettings, mycoSettings } from '../settings/index.ts';
import { temporaryFolder } from '../testing/index.ts';
import { reachedAt, signInAddress, webAddress } from './links.ts';
import { bestMailDoors, mailDoors } from './mail-doors.ts';

function settings(written: Record<string, unknown>): MycoSettings {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'myco.yaml'), JSON.stringify(written));
  return loadSettings(mycoSettings, { file: join(folder, 'myco.yaml'), env: {}, working: folder }).value;
}

const here = {};
const shown = { coop: { domain: 'coop.example' } };

test.each([
  ['this machine: the bound port', here, '127.0.0.1', 2993, 'localhost', 2993],
  ['a public name, bound to the world: the bound port', shown, '0.0.0.0', 2993, 'mail.coop.example', 2993],
  ['a public name, bound to loopback: the usual port', shown, '127.0.0.1', 2993, 'mail.coop.example', 993],
  ['the same over IPv6', shown, '::1', 2993, 'mail.coop.example', 993],
  ['a named host', { coop: { hostname: 'mx.example' } }, '192.0.2.1', 993, 'mx.example', 993],
])('%s', (_, written, host, port, atHost, atPort) => {
  expect(reachedAt(settings(written), { door: 'imaps', host, port })).toEqual({ host: atHost, port: atPort });
});

test.each([
  ['as configured', here, 'https://localhost:2443/x'],
  ['usual ports are not written', shown, 'https://mail.coop.example/x'],
  ['http where there is no https', { listeners: { http: {} } }, 'http://localhost:2080/x'],
  ['the path where there is neither', { listeners: { imap: {} } }, '/x'],
])('the address of a page: %s', (_, written, address) => {
  expect(webAddress(settings(written), '/x')).toBe(address);
});

test('the address of a page: at the port that was opened', () => {
  const open = [{ door: 'https', host: '127.0.0.1', port: 40_000 }] as const;
  expect(webAddress(settings(here), '/x', open)).toBe('https://localhost:40000/x');
  expect(webAddress(settings(here), '/x', [])).toBe('/x');
  expect(signInAddress(settings(here), 'token')).toBe('https://localhost:2443/sign-in/token');
});

test('mail doors: the best first, once each, and only as a pair', () => {
  const at = (door: 'imap' | 'imaps' | 'submission' | 'smtp', port: number) => ({ door, host: '::1', port });
  const open = [at('smtp', 1), at('imap', 2), at('imaps', 3), at('imaps', 4), at('submission', 5)];
  const of = settings(here);
  expect(mailDoors(of, open).map(({ port, security }) => [port, security])).toEqual([
    [3, 'tls'],
    [2, 'starttls'],
    [5, 'starttls'],
  ]);
  expect(bestMailDoors(of, open)).toMatchObject({ incoming: { port: 3 }, outgoing: { port: 5 } });
  expect(bestMailDoors(of, open.slice(0, 4))).toBeNull();
  expect(bestMailDoors(of, [at('smtp', 1), at('submission', 5)])).toBeNull();
});
