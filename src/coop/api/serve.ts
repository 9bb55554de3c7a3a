import { refusal } from '../refusals.ts';
import { verifyPath } from '../register/certificates.ts';
import { check, queryOf } from './check.ts';
import { etagOf, namesEtag } from './etag.ts';
import type { Given, Inner } from './inner.ts';
import { printOf, readKey, roomKey } from './keys.ts';
import { apiPath } from './path.ts';
import { isFile, readBody, readJson } from './read-body.ts';
import type { ApiRoute, Call, FileAnswer } from './types.ts';

/** One request for a route, by somebody who may make it. */
export interface Asked {
  readonly request: Request;
  readonly params: Readonly<Record<string, string>>;
  readonly given: Given;
}

const privately = { 'cache-control': 'private, no-cache' };

function callOf(inner: Inner, route: ApiRoute, { request, params, given }: Asked): Call {
  const { coop, clock, origin } = inner.parts;
  const url = new URL(request.url);
  return {
    ...given,
    ...{ coop, clock, key: '', body: undefined },
    verifyAt: (code) => `${origin()}${verifyPath(code)}`,
    // What is no address of anything is not there.
    params: check(route.params, params, 'E_NOT_FOUND'),
    query: route.query === null ? refuseQuery(url) : check(route.query, queryOf(url.searchParams), 'E_QUERY'),
  };
}

function refuseQuery(url: URL): undefined {
  if (url.search !== '') throw refusal('E_QUERY', 'this address takes no query');
}

/** What is sent of an answer: the shape leaves out what is not declared. */
function bodyOf(route: ApiRoute, answer: unknown): string {
  const { answer: shape } = route;
  return shape === null || isFile(shape) ? '' : JSON.stringify(shape.parse(answer));
}

export async function read(inner: Inner, route: ApiRoute, asked: Asked): Promise<Response> {
  const answer = await route.run(callOf(inner, route, asked));
  if (isFile(route.answer))
    return fileAnswer(route.answer.media, answer as FileAnswer, asked.request.method !== 'HEAD');
  const body = bodyOf(route, answer);
  const etag = etagOf(body);
  const seen = asked.request.headers.get('if-none-match');
  const headers = { ...privately, etag };
  // RFC 9110 §13.1.2.
  if (seen !== null && namesEtag(seen, etag, 'weak')) return new Response(null, { status: 304, headers });
  return new Response(body, { headers: { ...headers, 'content-type': 'application/json' } });
}

async function fileAnswer(media: string, { bytes, name }: FileAnswer, isSent: boolean): Promise<Response> {
  const headers: Record<string, string> = {
    ...privately,
    'content-type': media,
    'content-disposition': `attachment; filename="${name}"`,
  };
  if (!(bytes instanceof Uint8Array)) return new Response(await streamOf(bytes, isSent), { headers });
  headers['content-length'] = String(bytes.length);
  headers.etag = etagOf(bytes);
  return new Response(Buffer.from(bytes), { headers });
}

/** The first piece is waited for: what is refused is refused before anything is sent. Who goes away ends what they asked for. */
async function streamOf(
  bytes: AsyncIterable<Uint8Array | string>,
  isSent: boolean,
): Promise<ReadableStream | null> {
  const pieces = bytes[Symbol.asyncIterator]();
  const first = await pieces.next();
  async function* all() {
    try {
      for (let piece = first; piece.done !== true; piece = await pieces.next())
        yield typeof piece.value === 'string' ? Buffer.from(piece.value) : piece.value;
    } finally {
      await pieces.return?.();
    }
  }
  if (isSent) return ReadableStream.from(all());
  await pieces.return?.();
  return null;
}

export async function write(inner: Inner, route: ApiRoute, asked: Asked): Promise<Response> {
  const { request, given } = asked;
  const key = readKey(request.headers.get('idempotency-key'));
  const octets = await readBody(request, route.body);
  const { pathname, search } = new URL(request.url);
  const { account } = given.actor;
  const kept = { account, key, print: printOf(route.method, pathname + search, octets) };
  return inner.line.run(`key ${account} ${key}`, async () => {
    const before = await inner.answers.find(kept);
    if (before !== null) return writeAnswer(before, { 'idempotency-replayed': 'true' });
    const call = { ...callOf(inner, route, asked), body: bodyIn(route, octets), key: roomKey(account, key) };
    const perform = async () => {
      const done = await route.run(call);
      const body = bodyOf(route, done);
      const shown: unknown = body === '' ? null : JSON.parse(body);
      const location = route.located === undefined ? '' : `${apiPath}${route.located(shown)}`;
      const person = route.names?.(shown) ?? 0;
      const answer = { status: route.status ?? 200, location, body, person };
      await inner.answers.keep(kept, answer);
      return writeAnswer(answer, {});
    };
    const { changes } = route;
    if (changes === undefined) return perform();
    return inner.line.run(`of ${pathOf(changes, asked.params)}`, async () => {
      // What was done under the key and not answered met its condition, which is another one by now.
      if (!(await call.coop.acts.wasDone(account, call.key))) await demandMatch(inner, changes, asked, call);
      return perform();
    });
  });
}

function bodyIn(route: ApiRoute, octets: Uint8Array): unknown {
  const { body } = route;
  if (body === null) return undefined;
  return isFile(body) ? octets : check(body, readJson(octets), 'E_BODY');
}

const pathOf = (path: string, params: Readonly<Record<string, string>>): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');

/** RFC 9110 §13.1.1: who changes something has seen it as it is. */
async function demandMatch(inner: Inner, path: string, asked: Asked, call: Call): Promise<void> {
  const shown = inner.routes.find((one) => one.method === 'GET' && one.path === path);
  if (shown === undefined) throw new Error(`no route shows ${path}`);
  const field = asked.request.headers.get('if-match');
  if (field === null)
    throw refusal(
      'E_MATCH_MISSING',
      `send If-Match with the ETag of ${apiPath}${pathOf(path, asked.params)}`,
    );
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const own = Object.fromEntries(names.map((name) => [name, asked.params[name]]));
  const params = check(shown.params, own, 'E_NOT_FOUND');
  const body = bodyOf(
    shown,
    await shown.run({ ...call, params, query: undefined, body: undefined, key: '' }),
  );
  if (!namesEtag(field, etagOf(body), 'strong'))
    throw refusal('E_CHANGED', 'it has changed since you looked; look again, then decide again');
}

function writeAnswer(
  { status, location, body }: { readonly status: number; readonly location: string; readonly body: string },
  more: Readonly<Record<string, string>>,
): Response {
  const headers: Record<string, string> = { ...more, 'cache-control': 'no-store' };
  if (location !== '') headers.location = location;
  if (body === '') return new Response(null, { status, headers });
  return new Response(body, {
    status,
    headers: { ...headers, 'content-type': 'application/json', etag: etagOf(body) },
  });
}
