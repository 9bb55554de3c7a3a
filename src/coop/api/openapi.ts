import { z } from 'zod';
import { type Refusal, refusals } from '../refusals.ts';
import { keyCharactersMax } from './limits.ts';
import { apiPath } from './path.ts';
import { statusOf } from './problem.ts';
import { isFile } from './read-body.ts';
import { route } from './route.ts';
import type { ApiRoute, Shape } from './types.ts';

type Json = Record<string, unknown>;

/** Of what any route may refuse. */
const refusedByAll: readonly Refusal[] = ['E_QUERY', 'E_RATE', 'E_BUSY', 'E_FAULT'];
const refusedToStrangers: readonly Refusal[] = ['E_SIGN_IN', 'E_PRIVILEGE'];
const refusedByWrites: readonly Refusal[] = ['E_KEY_MISSING', 'E_KEY_REUSED', 'E_TOO_LARGE', 'E_ELSEWHERE'];

function schemaOf(shape: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io, target: 'draft-2020-12' });
  return schema;
}

function contentOf(shape: Exclude<Shape, null>, io: 'input' | 'output'): Json {
  if (isFile(shape)) return { [shape.media]: { schema: { type: 'string', format: 'binary' } } };
  return { 'application/json': { schema: schemaOf(shape, io) } };
}

/** The members of an object shape as parameters. */
function parametersOf(shape: z.ZodType | null, place: 'path' | 'query'): Json[] {
  if (shape === null) return [];
  const { properties = {}, required = [] } = schemaOf(shape, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    ...{ name, in: place, required: place === 'path' || required.includes(name), schema },
    ...(description === undefined ? {} : { description }),
  }));
}

const header = (
  name: string,
  required: boolean,
  description: string,
  schema: Json = { type: 'string' },
): Json => ({
  ...{ name, in: 'header', required, description, schema },
});

function headersOf({ method, changes }: ApiRoute): Json[] {
  if (method === 'GET')
    return [header('If-None-Match', false, 'The ETag that is known: 304 where it still holds.')];
  const key = header(
    'Idempotency-Key',
    true,
    'What the write is known by: the same key and body are done once and answered alike.',
    { type: 'string', minLength: 1, maxLength: keyCharactersMax, pattern: '^"?[A-Za-z0-9._:-]+"?$' },
  );
  const match = header('If-Match', true, `The ETag of GET ${changes}, as it was when this was decided.`);
  return changes === undefined ? [key] : [key, match];
}

/** Every code that a route may refuse with. */
export function refusalsOf(route: ApiRoute): readonly Refusal[] {
  const all = [...route.refusals, ...refusedByAll];
  if (route.params !== null) all.push('E_NOT_FOUND');
  if (route.privilege !== 'public') all.push(...refusedToStrangers);
  if (route.method !== 'GET') all.push(...refusedByWrites);
  if (route.body !== null)
    all.push('E_MEDIA', ...(isFile(route.body) ? [] : (['E_JSON', 'E_BODY'] as const)));
  if (route.changes !== undefined) all.push('E_MATCH_MISSING', 'E_CHANGED');
  return [...new Set(all)].sort();
}

function problemsOf(route: ApiRoute): Json {
  const byStatus = new Map<number, Refusal[]>();
  for (const code of refusalsOf(route))
    byStatus.set(statusOf(code), [...(byStatus.get(statusOf(code)) ?? []), code]);
  const entries = [...byStatus].map(([status, codes]) => [
    String(status),
    {
      description: codes.map((code) => `${code}: ${refusals[code][1]}`).join('; '),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ]);
  return Object.fromEntries(entries);
}

const etag = { description: 'Of what is answered (RFC 9110 §8.8.3).', schema: { type: 'string' } };
const location = { description: 'Where it is to be found.', schema: { type: 'string' } };

function operationOf(route: ApiRoute): Json {
  const { method, path, summary, tag, privilege, params, query, body, answer } = route;
  const names = path.split('/').filter((part) => part !== '');
  const id = [method.toLowerCase(), ...names.map((part) => part.replace(/[{}]/g, '_'))].join('-');
  const headers = {
    ...(isFile(answer) ? {} : { ETag: etag }),
    ...(route.located === undefined ? {} : { Location: location }),
  };
  const good = answer === null ? {} : { content: contentOf(answer, 'output'), headers };
  const security = privilege === 'public' ? [] : [{ bearer: [] }, { session: [] }];
  return {
    ...{ operationId: id.replace(/-+/g, '-'), summary, tags: [tag], security },
    ...{ 'x-privilege': privilege, 'x-refusals': refusalsOf(route), 'x-weight': route.weight ?? 1 },
    parameters: [...parametersOf(params, 'path'), ...parametersOf(query, 'query'), ...headersOf(route)],
    ...(body === null ? {} : { requestBody: { required: true, content: contentOf(body, 'input') } }),
    responses: { [String(route.status ?? 200)]: { description: summary, ...good }, ...problemsOf(route) },
  };
}

/** RFC 9457 §3.1 with the code of the closed list. */
const problem: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'Where the code is explained.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What was wrong this time.' },
    code: { type: 'string', enum: Object.keys(refusals).sort() },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
    incident: { type: 'string', description: 'Of a fault of ours: under which the operator finds it.' },
  },
};

/** `/openapi.json`, which describes itself as well. */
export function documentRoute(routes: readonly ApiRoute[], origin: () => string): ApiRoute {
  const self: ApiRoute = route({
    ...{ method: 'GET', path: '/openapi.json', tag: 'about', privilege: 'public', refusals: [] },
    summary: 'This document.',
    ...{ params: null, query: null, body: null, answer: z.looseObject({ openapi: z.string() }) },
    run: async () => openApiOf([...routes, self], origin()) as { openapi: string },
  });
  return self;
}

/** The OpenAPI 3.1 document of a list of routes. */
export function openApiOf(routes: readonly ApiRoute[], origin: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const item = paths[route.path] ?? {};
    item[route.method.toLowerCase()] = operationOf(route);
    paths[route.path] = item;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: "The co-op's money",
      version: '1',
      description:
        'Amounts are texts of digits in minor units. Every write needs an Idempotency-Key. What is refused has a code of a closed list.',
      license: { name: 'AGPL-3.0-or-later', identifier: 'AGPL-3.0-or-later' },
    },
    servers: [{ url: `${origin}${apiPath}` }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: problem },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A token of `myco member token`.' },
        session: {
          ...{ type: 'apiKey', in: 'cookie', name: '__Host-myco-session' },
          description: 'The session of the portal; writes are taken from its own pages alone.',
        },
      },
    },
  };
}
