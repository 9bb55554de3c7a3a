import { Hono } from 'hono';
import type { AccountsService } from '../accounts/index.ts';
import { connectionOf, type FetchHandler, type HttpEnvironment } from '../net/index.ts';
import type { Health, HealthReport, Log, Metrics } from '../observability/index.ts';
import { isLoopback, type MycoSettings } from '../settings/index.ts';

export interface WebOptions {
  readonly accounts: AccountsService;
  readonly settings: MycoSettings;
  /** The certificate authority that clients have to trust, PEM; null where the public ones do. */
  readonly authority: string | null;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Log;
}

type Environment = { Bindings: HttpEnvironment };

/** Health and metrics, for this machine only: a stranger gets the same answer as for any other unknown page. */
function operatorPages({ health, metrics }: WebOptions): Hono<Environment> {
  const app = new Hono<Environment>();
  const told = (report: HealthReport) => Response.json(report, { status: report.ok ? 200 : 503 });
  app.use('*', async (context, next) => {
    const { address } = connectionOf(context.env.incoming).remote;
    return isLoopback(address) ? next() : context.notFound();
  });
  app.get('/healthz', async () => told(await health.live()));
  app.get('/readyz', async () => told(await health.ready()));
  app.get('/metrics', async () => {
    const { contentType, body } = await metrics.render();
    return new Response(body, { headers: { 'content-type': contentType } });
  });
  return app;
}

export function createWeb(options: WebOptions): { handler(tls: 'none' | 'implicit'): FetchHandler } {
  const { settings } = options;
  const pages = new Hono<Environment>();
  const redirect = new Hono<Environment>();
  redirect.route('/', operatorPages(options));
  redirect.all('*', (context) => {
    const target = new URL(context.req.url);
    target.protocol = 'https:';
    const [https] = settings.listeners.https;
    target.port = https && https.port !== 443 ? String(https.port) : '';
    return context.redirect(target.href, 308);
  });
  const both = new Hono<Environment>();
  both.route('/', operatorPages(options));
  both.route('/', pages);
  return {
    handler(tls) {
      if (tls === 'implicit') return (request, environment) => pages.fetch(request, environment);
      const app = settings.auth.plaintext === 'allow' ? both : redirect;
      return (request, environment) => app.fetch(request, environment);
    },
  };
}
