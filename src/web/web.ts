import { type Context, Hono } from 'hono';
import type { AccountsService, Member } from '../accounts/index.ts';
import { type Clock, systemClock } from '../base/index.ts';
import type { Directory } from '../carddav/index.ts';
import type { ChatClients, ChatNotices } from '../chat/index.ts';
import { type Api, apiPath, type Coop } from '../coop/index.ts';
import { connectionOf, type FetchHandler, type HttpEnvironment } from '../net/index.ts';
import type { Health, Log, Metrics } from '../observability/index.ts';
import { isLoopback, type MycoSettings } from '../settings/index.ts';
import type { FilesWriter, Sharing } from '../stores/files/index.ts';
import type { LoginFlows } from '../webdav/index.ts';
import type { House, Route, Visit } from './house.ts';
import { readCookie } from './http/cookies.ts';
import { Forms } from './http/forms.ts';
import { chooseLanguage } from './http/language.ts';
import { Sessions } from './http/sessions.ts';
import { type OpenDoor, webAddress } from './links.ts';
import { messagesOf } from './messages/index.ts';
import { operatorRoutes } from './operator.ts';
import { failed, notFound, wrongMethod } from './pages/errors.ts';
import { routes } from './routes.ts';

/** The member of the session that a request's cookie names; null where there is none. */
export type SessionOf = (request: Request, secure: boolean) => Promise<Member | null>;

export interface WebOptions {
  readonly accounts: AccountsService;
  readonly files: FilesWriter;
  readonly sharing: Sharing;
  /** Members who let the others find them. */
  readonly directory: Directory;
  /** The folder in every home that holds what others share. */
  readonly sharedName: string;
  /** Read at each request: a reload may change names and languages. */
  readonly settings: { readonly value: MycoSettings };
  /** The certificate authority that clients have to trust, PEM; null where the public ones do. */
  readonly authority: () => string | null;
  /** The doors that are open by now, with the ports they got. */
  readonly open: () => readonly OpenDoor[];
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly appLogins?: LoginFlows | null;
  /** The programs that members chat with; absent: there is no chat. */
  readonly chat?: ChatClients | null;
  /** What members want to hear of in chat; absent: there is no chat. */
  readonly notices?: ChatNotices | null;
  /** Who is invited to chat by a link; the link stays good. */
  readonly invitation: House['invitation'];
  readonly coop: Coop;
  /** `/api/v1`, given who knows the sessions of the pages. */
  readonly api: (sessionOf: SessionOf) => Api;
  readonly clock?: Clock;
}

/** What a route says of who may; an address that there is not takes nothing. */
type Declared = Pick<Route, 'privilege' | 'inCoop'>;
const undeclared: Declared = { privilege: null, inCoop: null };

type Environment = { Bindings: HttpEnvironment };

function visitOf(context: Context<Environment>, house: House, declared: Declared): Visit {
  const { remote, secure } = connectionOf(context.env.incoming);
  const request = context.req.raw;
  const accepted = request.headers.get('accept-language');
  const language = chooseLanguage(accepted, house.settings.value.coop.languages);
  return {
    request,
    url: new URL(request.url),
    params: context.req.param(),
    remote: remote.address,
    secure,
    language,
    say: messagesOf(language),
    privilege: declared.privilege,
    inCoop: declared.inCoop,
  };
}

type Answer = (visit: Visit, house: House) => Response | Promise<Response>;

/** The routes as they are declared, 405 for their other methods, `otherwise` for every other address. */
function application(
  house: House,
  served: readonly Route[],
  otherwise: Answer,
  api: Api | null,
): Hono<Environment> {
  const app = new Hono<Environment>();
  const answer = async (
    context: Context<Environment>,
    run: Answer,
    declared: Declared = undeclared,
  ): Promise<Response> => {
    const visit = visitOf(context, house, declared);
    const response = await Promise.resolve(run(visit, house)).catch((error) => failed(visit, house, error));
    response.headers.set('x-content-type-options', 'nosniff');
    // RFC 6797: only where everybody's devices trust the certificate; else nobody could pass a renewal.
    if (visit.secure && house.authority() === null)
      response.headers.set('strict-transport-security', 'max-age=31536000');
    return response;
  };
  const methods = new Map<string, string[]>();
  for (const route of served) {
    const { method, path, doors, run } = route;
    methods.set(path, [...(methods.get(path) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])]);
    app.on(method, path, (context) =>
      answer(
        context,
        (visit) =>
          doors === 'operator' && !isLoopback(visit.remote) ? otherwise(visit, house) : run(visit, house),
        route,
      ),
    );
  }
  for (const [path, allow] of methods)
    app.all(path, (context) => answer(context, (visit) => wrongMethod(visit, house, allow)));
  if (api !== null) {
    const programs: Answer = ({ request, remote, secure }) => api.fetch(request, { remote, secure });
    app.all(`${apiPath}/*`, (context) => answer(context, programs));
  }
  app.notFound((context) => answer(context, otherwise));
  return app;
}

/** RFC 9110 §15.4.9: the method stays. The name is the one that was asked for, as its certificate has it. */
function toHttps({ url }: Visit, house: House): Response {
  const { port } = new URL(webAddress(house.settings.value, '/', house.open()));
  const target = new URL(url);
  target.protocol = 'https:';
  target.port = house.open().some(({ door }) => door === 'https') ? port : '';
  return new Response(null, { status: 308, headers: { location: target.href } });
}

export function createWeb(options: WebOptions): { handler(tls: 'none' | 'implicit'): FetchHandler } {
  const { accounts, files, sharing, directory, sharedName, settings, authority, open, log } = options;
  const clock = options.clock ?? systemClock;
  const sessions = new Sessions(accounts.accounts, clock);
  const parts = { accounts, files, sharing, directory, sharedName, settings, authority, open, log, clock };
  const house: House = {
    ...{ ...parts, coop: options.coop, appLogins: options.appLogins ?? null, chat: options.chat ?? null },
    notices: options.notices ?? null,
    ...{ sessions, forms: new Forms(), invitation: options.invitation },
  };
  const api = options.api((request, secure) => sessions.memberOf(readCookie(request, 'session', secure)));
  const operator = operatorRoutes(options.health, options.metrics);
  const everywhere = routes.filter(({ doors }) => doors === 'everywhere');
  const plain = settings.value.auth.plaintext === 'allow';
  const https = application(house, routes, notFound, api);
  const http = plain
    ? application(house, [...operator, ...routes], notFound, api)
    : application(house, [...operator, ...everywhere], toHttps, null);
  return {
    handler(tls) {
      const app = tls === 'implicit' ? https : http;
      return (request, environment) => app.fetch(request, environment);
    },
  };
}
