import type { Accounts, Member } from '../../accounts/index.ts';
import { type Clock, randomToken } from '../../base/index.ts';
import type { Log, MetricDeclaration, Metrics } from '../../observability/index.ts';
import type { Database } from '../../storage/index.ts';
import type { Coop } from '../co-op.ts';
import { type Api, createApi } from './api.ts';
import { identifier } from './identify.ts';
import { apiRoutes } from './routes/index.ts';

/** What `/api/v1` stands on. */
export interface ApiOptions {
  readonly coop: Coop;
  readonly accounts: Pick<Accounts, 'findApiToken' | 'loginWithToken' | 'tokens'>;
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** `https://coop.example`, as others reach it. */
  readonly origin: () => string;
  /** The member of the session that a request's cookie names. */
  sessionOf(request: Request, secure: boolean): Promise<Member | null>;
}

/** Routes are templates of the code, so the series are bounded. */
const answers: MetricDeclaration<'counter', 'route' | 'class'> = {
  name: 'myco_api_answers_total',
  help: "Answers of the co-op's API.",
  kind: 'counter',
  labels: ['route', 'class'],
};

/** The API of the co-op, to be put behind the web's doors. */
export function openApi({
  coop,
  accounts,
  database,
  clock,
  log,
  metrics,
  origin,
  sessionOf,
}: ApiOptions): Api {
  const counter = metrics.counter(answers);
  return createApi(
    {
      ...{ coop, clock, origin },
      identify: identifier({ accounts, sessionOf }),
      actorOf: ({ id }) => coop.actor(id, 'api'),
      fault(error) {
        const incident = randomToken(40);
        log.error('api failed', { error, incident });
        return incident;
      },
      counted: (route, status) => counter.with({ route, class: `${Math.floor(status / 100)}xx` }).inc(),
    },
    apiRoutes,
    database,
  );
}
