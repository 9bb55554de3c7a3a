import { Hono } from 'hono';
import { remoteKey } from '../../accounts/index.ts';
import type { StoreError } from '../../base/index.ts';
import type { Database } from '../../storage/index.ts';
import { may } from '../acts/privileges.ts';
import type { Actor, Privilege } from '../acts/types.ts';
import { refusal } from '../refusals.ts';
import { Misshapen } from './check.ts';
import type { Given, Inner } from './inner.ts';
import { Answers } from './keys.ts';
import { documentRoute } from './openapi.ts';
import { apiPath } from './path.ts';
import { problemAnswer, problemOf, refused } from './problem.ts';
import { Rate } from './rate.ts';
import { read, write } from './serve.ts';
import { Line } from './turns.ts';
import type { ApiParts, ApiRoute, Caller, Door } from './types.ts';

export interface Api {
  fetch(request: Request, door: Door): Promise<Response>;
}

const nobody = { account: 0, member: 0, roles: [], via: 'api' } as const;

/** What every answer carries: nothing of another site reads it, no proxy keeps it, no browser guesses what it is. */
const always: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  vary: 'Authorization, Cookie',
};

/** `own` and `public` are nobody's to give; a token of scope `read` or `write` gives no more than the roles do. */
function allowed(actor: Actor, caller: Caller | null, safe: boolean) {
  return (privilege: Privilege): boolean => {
    if (privilege === 'public') return true;
    if (caller === null) return false;
    const { scopes } = caller;
    const scoped =
      scopes === null ||
      scopes.includes('write') ||
      (safe && scopes.includes('read')) ||
      scopes.includes(privilege);
    return scoped && (privilege === 'own' || may(actor, privilege));
  };
}

/** Routes as they are declared, by path; `document` is made of the same list. */
export function createApi(parts: ApiParts, routes: readonly ApiRoute[], database: Database): Api {
  const app = new Hono<{ Bindings: Door }>();
  const served = [...routes, documentRoute(routes, parts.origin)];
  const inner: Inner = {
    parts,
    routes: served,
    answers: new Answers(database, parts.clock),
    rate: new Rate(parts.clock),
    line: new Line(),
  };
  const paths = new Map<string, ApiRoute[]>();
  for (const one of served) paths.set(one.path, [...(paths.get(one.path) ?? []), one]);
  for (const [path, those] of paths) {
    const allow = allowOf(those);
    app.all(`${apiPath}${path.replace(/\{(\w+)\}/g, ':$1')}`, (context) => {
      const { raw } = context.req;
      // A member's page of another site may ask what there is; it is not told that it may.
      if (raw.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } });
      const wanted = raw.method === 'HEAD' ? 'GET' : raw.method;
      const found = those.find(({ method }) => method === wanted);
      if (found) return answer(inner, found, raw, context.req.param(), context.env);
      const words = `${path} knows ${allow}`;
      return problemAnswer(problemOf('E_METHOD', words), { allow });
    });
  }
  app.notFound(() => problemAnswer(problemOf('E_NOT_FOUND', 'there is no such address')));
  app.onError((error) => refused(error, parts.fault));
  return {
    async fetch(request, door) {
      const response = await app.fetch(request, door);
      for (const [name, value] of Object.entries(always)) response.headers.set(name, value);
      return response;
    },
  };
}

function allowOf(routes: readonly ApiRoute[]): string {
  const methods = routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return [...methods, 'OPTIONS'].join(', ');
}

async function answer(
  inner: Inner,
  route: ApiRoute,
  request: Request,
  params: Readonly<Record<string, string>>,
  door: Door,
): Promise<Response> {
  const { parts } = inner;
  let response: Response;
  try {
    const given = await admit(inner, route, request, door);
    response = await (route.method === 'GET' ? read : write)(inner, route, { request, params, given });
  } catch (error) {
    response = error instanceof Misshapen ? error.answer() : refused(error, parts.fault);
  }
  parts.counted?.(`${route.method} ${route.path}`, response.status);
  return response;
}

/** Who calls and what they may; throws why they may not. */
async function admit(inner: Inner, route: ApiRoute, request: Request, door: Door): Promise<Given> {
  const { parts, rate } = inner;
  const safe = route.method === 'GET';
  const found = await parts.identify(request, { ...door, safe });
  if (!found.ok) throw unknown(found.reason, found.reason === 'throttled' ? found.retryAfterMs : 0);
  const { caller } = found;
  const asking = caller === null ? `remote ${remoteKey(door.remote)}` : `account ${caller.member.id}`;
  const waitMs = rate.take(asking, route.weight);
  if (waitMs > 0) throw tooOften(waitMs);
  const actor = caller === null ? nobody : await parts.actorOf(caller.member);
  const mayDo = allowed(actor, caller, safe);
  if (mayDo(route.privilege)) return { actor, may: mayDo };
  if (caller === null) throw refusal('E_SIGN_IN', 'this needs a token, or a session of the portal');
  throw refusal('E_PRIVILEGE', `this needs ${route.privilege}`, { privilege: route.privilege });
}

const tooOften = (waitMs: number) =>
  refusal('E_RATE', 'that was asked for too often', { retryAfterSeconds: Math.ceil(waitMs / 1000) });

function unknown(reason: 'credentials' | 'busy' | 'elsewhere' | 'throttled', waitMs: number): StoreError {
  switch (reason) {
    case 'credentials':
      return refusal('E_SIGN_IN', 'the token or the session is worth nothing, or has ended');
    case 'busy':
      return refusal('E_BUSY', 'it cannot be found out just now who asks');
    case 'elsewhere':
      return refusal('E_ELSEWHERE', 'the request does not come from a page of this site');
    case 'throttled':
      return tooOften(waitMs);
  }
}
