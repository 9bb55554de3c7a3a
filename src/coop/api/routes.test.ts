import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { privileges } from '../acts/privileges.ts';
import { type Privilege, roles } from '../acts/types.ts';
import { refusals } from '../refusals.ts';
import { openApiOf, refusalsOf } from './openapi.ts';
import { statusOf } from './problem.ts';
import { apiRoutes } from './routes/index.ts';

const named = (method: string, path: string) => `${method} ${path}`;

test('one value for each address and method, and every change has a route that shows what it changes', () => {
  const names = apiRoutes.map(({ method, path }) => named(method, path));
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(110);
  for (const { method, path, changes, params, body, privilege } of apiRoutes) {
    expect(path, path).toMatch(/^(?:\/(?:[a-z]+|\{[a-z]+\}))+$/);
    if (changes !== undefined) {
      expect(method, path).not.toBe('GET');
      const shown = apiRoutes.find((one) => one.method === 'GET' && one.path === changes);
      expect(shown, `${path} changes ${changes}`).toBeDefined();
      // It is shown again to judge a condition, so it must not depend on a query.
      expect(shown?.query, changes).toBeNull();
    }
    expect(params !== null, path).toBe(path.includes('{'));
    if (method === 'GET') expect(body, path).toBeNull();
    else expect(privilege, path).not.toBe('public');
  }
});

test('no address is two', () => {
  const paths = [...new Set(apiRoutes.map(({ path }) => path))];
  const isParam = (part: string | undefined) => part?.startsWith('{') === true;
  const overlap = (one: string, other: string) => {
    const [a, b] = [one.split('/'), other.split('/')];
    return a.length === b.length && a.every((part, at) => part === b[at] || isParam(part) || isParam(b[at]));
  };
  const both = paths.flatMap((one, at) =>
    paths.slice(at + 1).flatMap((other) => (overlap(one, other) ? [`${one} ${other}`] : [])),
  );
  expect(both).toEqual([]);
  expect(overlap('/a/{b}', '/a/c')).toBe(true);
});

test('an answer to a write that says who somebody is goes when they are erased', () => {
  const telling = apiRoutes.filter(
    ({ method, answer }) =>
      method !== 'GET' &&
      answer instanceof z.ZodObject &&
      ['holder', 'birth', 'iban'].some((name) => name in answer.shape),
  );
  expect(telling.map(({ names }) => names)).not.toContain(undefined);
  expect(telling.map(({ method, path }) => named(method, path))).toEqual(
    apiRoutes.flatMap(({ method, path, names }) => (names === undefined ? [] : [named(method, path)])),
  );
});

test('who may do what: each role, each route', () => {
  const may = (privilege: Privilege) =>
    privilege === 'public' || privilege === 'own' ? ['everybody'] : [...privileges[privilege]].sort();
  const table = new Map<string, string[]>();
  for (const { method, path, privilege } of apiRoutes) {
    const who = may(privilege).join(' ');
    table.set(who, [...(table.get(who) ?? []), named(method, path)]);
  }
  // Who audits or administers changes nothing that counts money.
  const writers = apiRoutes.filter(({ method, privilege }) => method !== 'GET' && privilege !== 'own');
  for (const { method, path, privilege } of writers) {
    const those = may(privilege);
    expect(those, named(method, path)).not.toContain('auditor');
    if (privilege !== 'roles.grant') expect(those, named(method, path)).not.toContain('administrator');
    expect(those, named(method, path)).not.toContain('member');
  }
  // What needs a second person is open to more than one role.
  for (const path of ['/runs/{run}/approvals', '/bank/proposals/{match}/confirm']) {
    const found = apiRoutes.find((one) => one.path === path);
    expect(may(found?.privilege ?? 'own')).toEqual(['board', 'treasurer']);
  }
  // What anybody writes is about themselves.
  const own = apiRoutes.filter(({ method, privilege }) => method !== 'GET' && privilege === 'own');
  expect(own.map(({ path }) => path).filter((path) => !path.startsWith('/me/'))).toEqual([]);
  expect(own.length).toBeGreaterThan(6);
  expect(roles).toContain('member');
});

test('the document names every route, every code, and no number for money', () => {
  const document = openApiOf(apiRoutes, 'https://coop.example') as {
    paths: Record<string, Record<string, { 'x-refusals': string[]; responses: Record<string, unknown> }>>;
  };
  for (const route of apiRoutes) {
    const operation = document.paths[route.path]?.[route.method.toLowerCase()];
    expect(operation?.['x-refusals'], route.path).toEqual(refusalsOf(route));
    for (const code of refusalsOf(route)) {
      expect(Object.keys(refusals)).toContain(code);
      expect(Object.keys(operation?.responses ?? {})).toContain(String(statusOf(code)));
    }
  }
  expect(JSON.stringify(document)).not.toContain('"type":"number"');
});

test('the document is OpenAPI 3.1', async () => {
  const judge = async (document: Record<string, unknown>) => (await new Validator().validate(document)).valid;
  const document = openApiOf(apiRoutes, 'https://coop.example');
  // The judge keeps what it is given, and resolves within it.
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
  expect(await judge({ ...document, paths: { x: 1 } })).toBe(false);
  expect(await judge({ ...document, info: { title: 'no version' } })).toBe(false);
});
