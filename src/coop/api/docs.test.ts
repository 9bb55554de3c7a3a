import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { may } from '../acts/privileges.ts';
import type { Role } from '../acts/types.ts';
import { type Refusal, refusals } from '../refusals.ts';
import {
  bodyBytesMax,
  certificateWeightCount,
  exportWeightCount,
  keyCharactersMax,
  pageRowsMax,
  requestsBurstMax,
  requestsPerMinuteMax,
  uploadBytesMax,
} from './limits.ts';
import { apiPath } from './path.ts';
import { statusOf } from './problem.ts';
import { isFile } from './read-body.ts';
import { apiRoutes } from './routes/index.ts';
import type { ApiRoute } from './types.ts';

const page = readFileSync('docs/API.md', 'utf8');

test('docs/API.md names every code with its status and meaning', () => {
  const codes = (Object.keys(refusals) as Refusal[]).sort();
  const table = codes.map((code) => `| \`${code}\` | ${statusOf(code)} | ${refusals[code][1]} |`);
  const [, written = ''] = page.split('|---|---|---|\n');
  expect(written.trimEnd().split('\n')).toEqual(table);
});

test('docs/API.md says the limits as they are', () => {
  const mebibytes = uploadBytesMax / 2 ** 20;
  for (const words of [
    `${keyCharactersMax} at most`,
    `${bodyBytesMax} octets at most, a statement of the bank ${mebibytes} MiB`,
    `up to ${pageRowsMax} rows`,
    `${requestsBurstMax} times at once and ${requestsPerMinuteMax} times a minute`,
    `counts for ${exportWeightCount}, a document for ${certificateWeightCount}`,
  ])
    expect(page.replaceAll(/\s+/g, ' ')).toContain(words);
});

/** The calls below a line that says whose they are. */
const callsOf = (words: string): readonly string[] => {
  const [, after = ''] = page.split(`\n${words}`);
  const [, block = ''] = /```\n([\s\S]*?)```/.exec(after) ?? [];
  return block.replaceAll('\\\n', ' ').trim().split('\n');
};

function routeOf(call: string): { readonly route: ApiRoute; readonly search: string } {
  const [, address = ''] = /(https:[^\s"]+)/.exec(call) ?? [];
  const { pathname, search } = new URL(address);
  const [, said = / -(?:d|-data-binary) /.test(call) ? 'POST' : 'GET'] = / -X (\w+)/.exec(call) ?? [];
  const parts = pathname.slice(apiPath.length).split('/');
  const route = apiRoutes.find(({ method, path }) => {
    const own = path.split('/');
    const fits = own.every((part, at) => part === parts[at] || part.startsWith('{'));
    return method === said && own.length === parts.length && fits;
  });
  if (route === undefined) throw new Error(`no route answers ${call}`);
  return { route, search };
}

test.each<[string, Role | null]>([
  ['Everybody,', null],
  ['A member:', 'member'],
  ['The treasurer:', 'treasurer'],
  ['The board:', 'board'],
  ['The auditor:', 'auditor'],
  ['An administrator:', 'administrator'],
])('docs/API.md: %s may make the calls that are shown, as they are shown', (words, role) => {
  const calls = callsOf(words);
  expect(calls.length).toBeGreaterThan(0);
  for (const call of calls) {
    const { route, search } = routeOf(call);
    expect(call.includes('Authorization: Bearer'), call).toBe(role !== null);
    if (role === null) expect(route.privilege, call).toBe('public');
    else if (route.privilege !== 'own')
      expect(may({ member: 0, roles: [role] }, route.privilege), call).toBe(true);
    expect(call.includes('Idempotency-Key: '), call).toBe(route.method !== 'GET');
    expect(call.includes('If-Match: '), call).toBe(route.changes !== undefined);
    const [, sent] = / -d '([^']+)'/.exec(call) ?? [];
    const { body } = route;
    if (body instanceof z.ZodType) expect(body.safeParse(JSON.parse(sent ?? '')).success, call).toBe(true);
    const media = isFile(body) ? body.media : body === null ? null : 'application/json';
    const [, type = null] = /Content-Type: ([\w/]+)/.exec(call) ?? [];
    expect(type, call).toBe(media);
    const query = Object.fromEntries(new URLSearchParams(search));
    if (search !== '') expect(route.query?.safeParse(query).success, call).toBe(true);
  }
});
