import type { Accounts } from '../../accounts/index.ts';
import { type Clock, randomToken, systemClock } from '../../base/index.ts';
import { connectionOf, type HttpRequest, type HttpResponse, type RawHandler } from '../../net/index.ts';
import type { Log, Metrics } from '../../observability/index.ts';
import { errorBody, Gone, refusalOf } from '../errors.ts';
import { answerIdleMsMax } from '../limits.ts';
import { declaredPost } from '../methods/declared-post.ts';
import { davCounters } from '../metrics.ts';
import type { DavBase, DavExtension, Registry, Visit, Visitor } from '../types.ts';
import { hrefIn, type Placed, pathIn, placeOf, readUri } from './bases.ts';
import { Body, type BodyLimits, defaultBodyLimits } from './body.ts';
import { HttpExchange, headerOf } from './exchange.ts';
import { readLength, readPreferences, readQuiet } from './headers.ts';
import { readIf, tokensOf } from './if-header.ts';
import { admitGuest, logIn } from './login.ts';
import { readPath, readTarget, type UrlPath } from './path.ts';
import { type Arrived as Came, originOf } from './send.ts';
import { type Rooms, serve, serveStranger } from './serve.ts';

export interface DavOptions {
  readonly accounts: Accounts;
  /** In order; of methods with one name the first that is `on` what was found runs. */
  readonly extensions: readonly DavExtension[];
  /** Default: `/dav`, and `/` for those who ask there first. The first one names what the others do not lead to. */
  readonly bases?: readonly DavBase[];
  /** What a password dialogue shows. */
  readonly realm: string;
  /** `refuse`: what comes without TLS is not answered here. */
  readonly plaintext: 'allow' | 'refuse';
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock?: Clock;
  /** Default: no page of another site may write. */
  readonly foreignPages?: 'allow';
  readonly bodyLimits?: BodyLimits;
  /** In place of the limit, for tests. */
  readonly answerIdleMsMax?: number;
}

/** Windows and macOS look at the root of the server before they mount what lies below it. */
export const defaultBases: readonly DavBase[] = [
  { prefix: '/dav' },
  { prefix: '', only: ['OPTIONS', 'PROPFIND'], below: () => [] },
];

interface House extends Omit<DavOptions, 'clock' | 'bases' | 'bodyLimits' | 'answerIdleMsMax'>, Rooms {
  readonly bases: readonly DavBase[];
  readonly clock: Clock;
  readonly bodyLimits: BodyLimits;
  readonly answerIdleMsMax: number;
  readonly counters: ReturnType<typeof davCounters>;
}

/** The DAV door over the extensions' spaces: answers what lies under its bases, and says false to the rest. */
export function createDav(options: DavOptions): RawHandler {
  const registry = registryOf(options.extensions);
  const methods = Map.groupBy(registry.methods, ({ name }) => name);
  const house: House = {
    ...options,
    bases: options.bases ?? defaultBases,
    clock: options.clock ?? systemClock,
    bodyLimits: options.bodyLimits ?? defaultBodyLimits,
    answerIdleMsMax: options.answerIdleMsMax ?? answerIdleMsMax,
    registry,
    spaces: new Map(registry.spaces.map((space) => [space.name, space])),
    methods,
    counters: davCounters(options.metrics, [...methods.keys()]),
  };
  const known = new Set(options.extensions.flatMap(({ wellKnown }) => wellKnown ?? []));
  return (request, response) => {
    const url = request.url ?? '';
    const end = url.indexOf('?');
    const path = end < 0 ? pathOf(url) : pathOf(url.slice(0, end));
    const sought = known.has(/^\/\.well-known\/([a-z]+)\/?$/.exec(path)?.[1] ?? '');
    const placed = sought ? rootOf(house.bases) : placeOf(house.bases, path);
    if (placed === null) return false;
    if (!sought && placed.base.only !== undefined && !placed.base.only.includes(request.method ?? ''))
      return false;
    if (house.plaintext === 'refuse' && !connectionOf(request).secure) return false;
    answer(house, request, response, placed, sought).catch((error: unknown) => {
      house.log.error('dav request failed', { error });
      response.destroy();
    });
    return true;
  };
}

function rootOf([base]: readonly DavBase[]): Placed | null {
  return base === undefined ? null : { base, rest: '/' };
}

/** RFC 9112 §3.2.2: a server takes the absolute form too. */
function pathOf(url: string): string {
  return url.startsWith('/') ? url : url.replace(/^[a-z]+:\/\/[^/]*/i, '') || '/';
}

function registryOf(extensions: readonly DavExtension[]): Registry {
  const posts = extensions.flatMap(({ posts }) => posts ?? []);
  return {
    features: [...new Set(extensions.flatMap(({ features }) => features))],
    methods: [declaredPost(posts), ...extensions.flatMap(({ methods }) => methods)],
    properties: extensions.flatMap(({ properties }) => properties),
    reportProperties: extensions.flatMap(({ reportProperties }) => reportProperties ?? []),
    reports: extensions.flatMap(({ reports }) => reports),
    spaces: extensions.flatMap(({ spaces }) => spaces),
    options: Object.assign({}, ...extensions.map(({ options }) => options ?? {})),
  };
}

interface Arrived extends Came {
  readonly placed: Placed;
  /** It asked where DAV is: at `placed`. */
  readonly sought: boolean;
}

/** One request from its head to its last byte. */
async function answer(
  house: House,
  request: HttpRequest,
  response: HttpResponse,
  placed: Placed,
  sought: boolean,
): Promise<void> {
  const { counters, clock, log } = house;
  const length = readLength(request.headers['content-length'], request.headers['transfer-encoding']);
  const body = new Body(request, response, length, clock, house.bodyLimits);
  const arrived: Arrived = { request, response, placed, sought, body };
  // An error of a socket that is gone is nobody's.
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  const exchange = await converse(house, arrived);
  await exchange.settled().catch((error: unknown) => log.error('dav request did not end', { error }));
  // A client that broke off was answered nothing: that counts as its own fault.
  counters.answered(exchange.method, response.headersSent ? response.statusCode : 499);
  counters.received(body.bytes);
  counters.sent(exchange.sent);
}

/** Runs the request; the exchange is what it was answered by. */
async function converse(house: House, arrived: Arrived): Promise<HttpExchange> {
  let exchange: HttpExchange | null = null;
  try {
    const target = readTarget(arrived.request.url ?? '');
    if (arrived.sought) {
      exchange = strangerExchange(house, arrived);
      // RFC 6764 §5: whatever the method, before anybody has to say who they are.
      exchange.send(301, { Location: `${arrived.placed.base.prefix}/` });
      return exchange;
    }
    const visitor = await visitorOf(house, arrived);
    if (visitor === null) {
      exchange = strangerExchange(house, arrived);
      serveStranger(house, exchange);
      return exchange;
    }
    const ifText = headerOf(arrived.request, 'if');
    const lists = ifText === undefined ? [] : readIf(ifText);
    const visit = visitOf(house, arrived, visitor, tokensOf(lists));
    exchange = exchangeOf(house, arrived, visit, pathIn(arrived.placed, visitor), target.query);
    await serve(house, exchange, lists);
    return exchange;
  } catch (error) {
    exchange ??= strangerExchange(house, arrived);
    if (error instanceof Gone) arrived.response.destroy();
    else refuse(house, exchange, arrived, error);
    return exchange;
  }
}

function refuse(house: House, exchange: HttpExchange, { request, response }: Arrived, error: unknown): void {
  const incident = randomToken(40);
  const { status, condition, message, headers, ours } = refusalOf(error, hrefOf(request), incident);
  if (ours) house.log.error('dav request failed', { method: exchange.method, error, incident });
  // What began cannot be taken back; a connection that breaks says that it is not whole.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (status === 304) {
    exchange.send(status, headers);
    return;
  }
  const type = { 'Content-Type': 'application/xml; charset=utf-8' };
  exchange.send(status, { ...headers, ...type }, errorBody(condition ?? '', message));
}

function hrefOf(request: HttpRequest): string {
  return pathOf(request.url ?? '').replace(/[?#].*$/s, '');
}

const nobody: Visitor = { kind: 'guest', token: '' };

/** Null: an OPTIONS of somebody who does not say who they are, which is answered without looking at anything. */
async function visitorOf(house: House, { request, placed }: Arrived): Promise<Visitor | null> {
  // What does not depend on who asks is refused before a password is looked at.
  const { segments } = readPath(placed.rest);
  const { authorization } = request.headers;
  if (request.method === 'OPTIONS' && authorization === undefined) return null;
  const login = { authorization, remote: connectionOf(request).remote.address, realm: house.realm };
  // A base that leads into somebody's own tree has no spaces: the first name there is one of theirs.
  const [first = ''] = segments;
  const own = placed.base.below !== undefined;
  const space = own ? undefined : (house.spaces.get(first) ?? house.spaces.get(''));
  const { admit } = space ?? {};
  if (space && admit) return admitGuest(admit.bind(space), house.accounts, login, segments.slice(1));
  return logIn(house.accounts, login);
}

function visitOf(
  house: House,
  { request, placed }: Arrived,
  visitor: Visitor,
  tokens: readonly string[],
): Visit {
  return {
    visitor,
    base: placed.base.prefix,
    origin: originOf(request),
    prefer: readPreferences(headerOf(request, 'prefer'), headerOf(request, 'brief')),
    request,
    clock: house.clock,
    dav: house.registry,
    href: hrefIn(house.bases, placed.base, visitor),
    tokens,
    quiet: readQuiet(headerOf(request, 'push-dont-notify')),
  };
}

/** For answers to whom we know nothing of. */
function strangerExchange(house: House, arrived: Arrived): HttpExchange {
  return exchangeOf(house, arrived, visitOf(house, arrived, nobody, []), { segments: [], slash: false }, '');
}

function exchangeOf(
  house: House,
  { request, response, body }: Arrived,
  visit: Visit,
  path: UrlPath,
  query: string,
): HttpExchange {
  const { bases, spaces, answerIdleMsMax } = house;
  return new HttpExchange({
    request,
    response,
    visit,
    spaces,
    path: path.segments,
    slash: path.slash,
    query,
    body,
    answerIdleMsMax,
    locate(uri) {
      const found = readUri(uri, bases, request.headers.host ?? '', visit.visitor);
      return typeof found === 'string' ? found : found.segments;
    },
  });
}
