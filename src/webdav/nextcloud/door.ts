import { randomToken } from '../../base/index.ts';
import { connectionOf, type HttpRequest, type RawHandler } from '../../net/index.ts';
import type { Log } from '../../observability/index.ts';
import { DavError, Gone, type Refusal, refusalOf } from '../errors.ts';
import { Body, type BodyLimits, defaultBodyLimits } from '../server/body.ts';
import { readLength } from '../server/headers.ts';
import { logIn } from '../server/login.ts';
import { type Arrived, originOf, send } from '../server/send.ts';
import type { HeaderLines, Visit } from '../types.ts';
import { capabilitiesOf, statusOf } from './capabilities.ts';
import type { Endpoint, MemberVisitor, OcsHouse } from './endpoints.ts';
import { formBytesMax, noPictureSeconds } from './limits.ts';
import type { LoginFlows } from './login-flow.ts';
import { type Data, ocsAnswer } from './ocs.ts';
import { sharees, users } from './people.ts';
import { shares } from './shares.ts';

export interface NextcloudDoorOptions extends OcsHouse {
  readonly flows: LoginFlows;
  readonly realm: string;
  readonly plaintext: 'allow' | 'refuse';
  readonly log: Log;
  readonly bodyLimits?: BodyLimits;
  /** The server is about to end: the apps wait instead of reporting errors. */
  draining?(): boolean;
}

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body?: string;
  readonly headers?: HeaderLines;
}

const empty: Endpoint = ({ method, path }) => {
  const name = path.join('/');
  const known = method === 'GET' && emptyLists.has(name);
  return known ? Promise.resolve([]) : null;
};

/** What the apps ask for although nothing says that it is here. */
const emptyLists: ReadonlySet<string> = new Set([
  'apps/notifications/api/v1/notifications',
  'apps/notifications/api/v2/notifications',
  'apps/external/api/v1',
  'core/navigation/apps',
]);

const endpoints: readonly Endpoint[] = [users, sharees, shares, empty];

/** Answers what Nextcloud's apps ask beside DAV: whether it is there, what it can do, who somebody is, shares, logins. */
export function nextcloudDoor(options: NextcloudDoorOptions): RawHandler {
  return (request, response) => {
    const { path, query } = targetOf(request.url ?? '');
    const run = routeOf(path, request.method ?? '', options);
    if (run === null) return false;
    if (options.plaintext === 'refuse' && !connectionOf(request).secure) return false;
    const length = readLength(request.headers['content-length'], request.headers['transfer-encoding']);
    const limits = options.bodyLimits ?? defaultBodyLimits;
    const body = new Body(request, response, length, options.clock, limits);
    answer({ request, response, body }, options, () => run({ request, body, path, query, options })).catch(
      (error: unknown) => {
        options.log.error('nextcloud request failed', { error });
        response.destroy();
      },
    );
    return true;
  };
}

interface Call extends Pick<Arrived, 'request' | 'body'> {
  readonly path: string;
  readonly query: string;
  readonly options: NextcloudDoorOptions;
}
type Run = (call: Call) => Answer | Promise<Answer>;

function targetOf(url: string): { readonly path: string; readonly query: string } {
  const end = url.indexOf('?');
  return end < 0 ? { path: url, query: '' } : { path: url.slice(0, end), query: url.slice(end + 1) };
}

function routeOf(path: string, method: string, { draining }: NextcloudDoorOptions): Run | null {
  const route = path.replace(/^\/index\.php(?=\/)/, '');
  if (path === '/status.php') return status;
  if (/^\/ocs\/v[12]\.php\//.test(route)) return draining?.() ? unavailable : ocs;
  if (route === '/login/v2' && method === 'POST') return beginLogin;
  if (route === '/login/v2/poll' && method === 'POST') return pollLogin;
  if (path === '/index.php/204' || path === '/204') return () => ({ status: 204 });
  if (isPicture.test(route)) return method === 'GET' || method === 'HEAD' ? noPicture : wrongMethod;
  return null;
}

/** Of members, and of what files hold. */
const isPicture =
  /^\/(avatar|remote\.php\/dav\/avatars|core\/preview(\.png)?|apps\/(files\/api\/v1\/thumbnail|files_(trashbin|versions)\/preview|files_sharing\/(public)?preview))(\/|$)/;

/** There are none, and it is not asked again soon: the apps show initials and a sign of the type, which they draw themselves. */
const noPicture: Run = () => ({
  status: 404,
  headers: { 'Cache-Control': `private, max-age=${noPictureSeconds}` },
});

const wrongMethod: Run = () => ({ status: 405, headers: { Allow: 'GET, HEAD' } });

const unavailable: Run = () => ({ status: 503, headers: { 'Retry-After': '5' } });

async function answer(
  arrived: Arrived,
  { log }: NextcloudDoorOptions,
  run: () => Answer | Promise<Answer>,
): Promise<void> {
  const { request, response } = arrived;
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  try {
    await tell(arrived, await run());
  } catch (error) {
    if (error instanceof Gone || response.headersSent) response.destroy();
    else await tell(arrived, refused(error, log));
  }
}

function tell(arrived: Arrived, { status, type, body, headers }: Answer): Promise<void> {
  const own = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
  const typed = type === undefined ? {} : { 'Content-Type': type };
  return send(arrived, status, { ...own, ...typed, ...headers }, body);
}

function refused(error: unknown, log: Log): Required<Pick<Refusal, 'status' | 'message' | 'headers'>> {
  const incident = randomToken(40);
  const { status, message, headers, ours } = refusalOf(error, '', incident);
  if (ours) log.error('nextcloud request failed', { error, incident });
  return { status, message, headers: headers ?? {} };
}

function json(status: number, data: Data): Answer {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(data) };
}

const status: Run = ({ options }) =>
  json(200, statusOf(options.productName(), options.draining?.() ?? false));

const beginLogin: Run = ({ request, options }) => {
  const device = (request.headers['user-agent'] ?? '')
    .replace(/[^\x20-\x7e]/g, '')
    .slice(0, 60)
    .trim();
  const begun = options.flows.begin(device || 'App', connectionOf(request).remote.address);
  if (begun === null) return { status: 429, headers: { 'Retry-After': '60' } };
  const origin = originOf(request);
  return json(200, {
    poll: { token: begun.poll, endpoint: `${origin}/index.php/login/v2/poll` },
    login: `${origin}/index.php/login/v2/flow/${begun.login}`,
  });
};

const pollLogin: Run = async ({ request, body, query, options }) => {
  const fields = await fieldsOf(request, body, query);
  const granted = options.flows.poll(fields.get('token') ?? '');
  if (granted === null) return json(404, []);
  return json(200, { server: originOf(request), ...granted });
};

/** Of the body, then of the URL. DavError 400, 408, 413, Gone. */
async function fieldsOf(request: HttpRequest, body: Body, query: string): Promise<URLSearchParams> {
  const fields = new URLSearchParams(await textOf(request, body));
  for (const [name, value] of new URLSearchParams(query)) if (!fields.has(name)) fields.append(name, value);
  return fields;
}

async function textOf(request: HttpRequest, body: Body): Promise<string | Record<string, string>> {
  if (request.method === 'GET' || request.method === 'HEAD') return '';
  const chunks: Uint8Array[] = [];
  let octets = 0;
  for await (const chunk of body) {
    octets += chunk.length;
    if (octets > formBytesMax) throw new DavError(413, 'the body is too long');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return text;
  return valuesOf(text);
}

function valuesOf(text: string): Record<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DavError(400, 'the body is no JSON');
  }
  const fields = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    fields.filter(([, each]) => each !== null).map(([name, each]) => [name, String(each)]),
  );
}

const ocs: Run = async ({ request, body, path, query, options }) => {
  const [, version, rest = ''] = /\/ocs\/v([12])\.php\/(.*)$/.exec(path) ?? [];
  const wantsJson =
    new URLSearchParams(query).get('format') === 'json' ||
    /application\/json/.test(request.headers.accept ?? '');
  const envelope = { version: version === '1' ? 1 : 2, json: wantsJson } as const;
  try {
    refuseForeignPages(request);
    const names = rest
      .split('/')
      .filter((name) => name !== '')
      .map(decoded);
    return ocsAnswer(envelope, await dispatch({ request, body, query, options }, names));
  } catch (error) {
    if (error instanceof Gone) throw error;
    const refusal = refused(error, options.log);
    return { ...ocsAnswer(envelope, [], refusal), headers: refusal.headers };
  }
};

/**
 * A browser that remembers a password sends it along with a form of any page; what a form cannot send is this header.
 * Every client of OCS does: Nextcloud asks for it too.
 */
function refuseForeignPages({ method, headers }: HttpRequest): void {
  if (method === 'GET' || method === 'HEAD') return;
  const site = headers['sec-fetch-site'] ?? 'none';
  const { origin } = headers;
  const isOurs = origin === undefined || origin.replace(/^https?:\/\//i, '') === headers.host;
  if ((site !== 'none' && site !== 'same-origin') || !isOurs)
    throw new DavError(403, 'a page of another site may not do that');
  if (String(headers['ocs-apirequest']).toLowerCase() !== 'true')
    throw new DavError(412, 'OCS-APIRequest: true is missing');
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new DavError(400, 'the path cannot be read');
  }
}

async function dispatch(
  { request, body, query, options }: Omit<Call, 'path'>,
  path: readonly string[],
): Promise<Data> {
  const origin = originOf(request);
  if (path.join('/') === 'cloud/capabilities')
    return capabilitiesOf(options.productName(), origin, options.links());
  const { authorization } = request.headers;
  const remote = connectionOf(request).remote.address;
  const visitor = await logIn(options.accounts, { authorization, remote, realm: options.realm });
  if (visitor.kind !== 'member') throw new DavError(403, 'this is for members');
  const fields = await fieldsOf(request, body, query);
  const visit = visitOf(request, visitor, origin, options);
  const call = { method: request.method ?? '', path, fields, visitor, visit, origin };
  for (const endpoint of endpoints) {
    const data = endpoint(call, options);
    if (data !== null) return data;
  }
  throw new DavError(404, 'there is no such endpoint');
}

/** A visit that only finds; no DAV is spoken with it. */
function visitOf(
  request: HttpRequest,
  visitor: MemberVisitor,
  origin: string,
  { clock }: NextcloudDoorOptions,
): Visit {
  return {
    visitor,
    base: '/remote.php/dav',
    origin,
    prefer: { return: null, depthNoroot: false },
    request,
    clock,
    dav: {
      features: [],
      methods: [],
      properties: [],
      reportProperties: [],
      reports: [],
      spaces: [],
      options: {},
    },
    href: ({ path }) => path.join('/'),
    tokens: [],
    quiet: [],
  };
}
