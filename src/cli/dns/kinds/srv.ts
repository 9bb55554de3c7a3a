import { recordsOf, verdicts } from '../ask.ts';
import type { RecordKind, Verdict } from '../types.ts';

const priority = 0;
const weight = 1;

export const srv: RecordKind = {
  name: 'SRV',
  rfc: 6186,
  purpose: 'where programs find each service',
  need: 'recommended',
  scope: 'domain',
  records: (domain, { services }) =>
    services.map(({ label, host, port }) => ({
      name: `${label}.${domain}`,
      type: 'SRV',
      priority,
      weight,
      port,
      target: host,
    })),
  check: (domain, { services }, { resolver }) =>
    Promise.all(
      services.map(async ({ label, host, port }): Promise<Verdict> => {
        const at = `${label}.${domain}`;
        const say = verdicts('recommended', at);
        const publish = `publish: ${at}. SRV ${priority} ${weight} ${port} ${host}.`;
        const found = await recordsOf(resolver.srv(at));
        if (found.length === 0) return say.missing('programs do not find it', publish);
        const right = found.some((one) => one.target === host && one.port === port);
        const named = found.map((one) => `${one.target || '.'} port ${one.port}`).join(', ');
        if (!right) return say.wrong(`leads to ${named}`, publish);
        return found.length > 1
          ? say.warning(`leads to ${named}`, 'remove what is not yours')
          : say.ok(`leads to ${named}`);
      }),
    ),
};
