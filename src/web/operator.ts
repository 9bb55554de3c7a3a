import type { Health, HealthReport, Metrics } from '../observability/index.ts';
import type { Route } from './house.ts';

/** Health and metrics, for this machine only: a stranger gets the same answer as for any other unknown page. */
export function operatorRoutes(health: Health, metrics: Metrics): readonly Route[] {
  const told = (report: HealthReport) => Response.json(report, { status: report.ok ? 200 : 503 });
  const get = (path: string, run: Route['run']): Route => {
    return { method: 'GET', path, doors: 'operator', privilege: null, inCoop: null, run };
  };
  return [
    get('/healthz', async () => told(await health.live())),
    get('/readyz', async () => told(await health.ready())),
    get('/metrics', async () => {
      const { contentType, body } = await metrics.render();
      return new Response(body, { headers: { 'content-type': contentType } });
    }),
  ];
}
