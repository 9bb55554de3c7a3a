import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reasons, StoreError } from '../../base/index.ts';
import { createLog } from '../../observability/index.ts';
import { loadSettings, mycoSettings } from '../../settings/index.ts';
import { temporaryFolder } from '../../testing/index.ts';
import type { Visit } from '../house.ts';
import { FormRefused } from '../http/form-refused.ts';
import { messagesOf } from '../messages/index.ts';
import { failed } from './errors.ts';

function answer(error: unknown) {
  const logged: string[] = [];
  const log = createLog({ level: 'debug', format: 'json', write: (line) => logged.push(line) });
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'myco.yaml'), '');
  const house = { log, settings: loadSettings(mycoSettings, { file: join(folder, 'myco.yaml'), env: {} }) };
  const visit: Visit = {
    request: new Request('https://localhost/'),
    url: new URL('https://localhost/'),
    params: {},
    remote: '192.0.2.1',
    secure: true,
    language: 'en',
    say: messagesOf('en'),
    privilege: null,
    inCoop: null,
  };
  return { response: failed(visit, house, error), logged };
}

test('every reason has an answer; only our own faults are logged', async () => {
  const statuses: Record<string, number> = {};
  for (const reason of reasons) {
    const { response, logged } = answer(new StoreError(reason, 'the <words>'));
    statuses[reason] = response.status;
    const text = await response.text();
    expect(text.includes('the &lt;words&gt;')).toBe(response.status < 500);
    expect(logged.length > 0).toBe(response.status === 500 || response.status === 507);
  }
  expect(statuses).toMatchObject({
    'not-found': 404,
    denied: 403,
    invalid: 422,
    unavailable: 503,
    corrupt: 500,
  });
});

test('a fault of ours is told by its number alone', async () => {
  const { response, logged } = answer(new Error('secret path'));
  expect(response.status).toBe(500);
  const text = await response.text();
  const incident = /under ([a-z2-7]{8})\./.exec(text)?.[1];
  expect(text).not.toContain('secret');
  expect(JSON.parse(logged.join(''))).toMatchObject({ event: 'page failed', incident });
});

test.each([403, 413, 415] as const)('a form refused: %i', (status) => {
  const { response, logged } = answer(new FormRefused(status, 'why'));
  expect([response.status, logged]).toEqual([status, []]);
});
