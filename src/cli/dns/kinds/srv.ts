import { quoted, recordsOf, verdicts } from '../ask.ts';
import type { Asking, RecordKind, Service, Verdict, ZoneRecord } from '../types.ts';

const priority = 0;
const weight = 1;

export const srv: RecordKind = {
  name: 'SRV',
  rfc: 6186,
  purpose: 'where programs find each service',
  need: 'recommended',
  scope: 'domain',
  records: (domain, { services }) =>
    services.flatMap((service): readonly ZoneRecord[] => {
      const { label, host, port, text } = service;
      const name = `${label}.${domain}`;
      const records = hostsOf(domain, service).map((of): ZoneRecord => {
        return { name: `${label}.${of}`, type: 'SRV', priority, weight, port, target: host };
      });
      return text === undefined ? records : [...records, { name, type: 'TXT', text }];
    }),
  check: async (domain, { services }, asking) => {
    const each = services.flatMap((service) => hostsOf(domain, service).map((of) => ({ of, service })));
    return (await Promise.all(each.map(({ of, service }) => checkService(of, service, asking)))).flat();
  },
};

/** The domain, and the hosts below it that are served in the same place. */
function hostsOf(domain: string, { below = [] }: Service): string[] {
  return [domain, ...below.map((host) => `${host}.${domain}`)];
}

async function checkService(
  domain: string,
  { label, host, port, text }: Service,
  { resolver }: Asking,
): Promise<readonly Verdict[]> {
  const at = `${label}.${domain}`;
  const say = verdicts('recommended', at);
  const place = async (): Promise<Verdict> => {
    const publish = `publish: ${at}. SRV ${priority} ${weight} ${port} ${host}.`;
    const found = await recordsOf(resolver.srv(at));
    if (found.length === 0) return say.missing('programs do not find it', publish);
    const right = found.some((one) => one.target === host && one.port === port);
    const named = found.map((one) => `${one.target || '.'} port ${one.port}`).join(', ');
    if (!right) return say.wrong(`leads to ${named}`, publish);
    return found.length > 1
      ? say.warning(`leads to ${named}`, 'remove what is not yours')
      : say.ok(`leads to ${named}`);
  };
  return text === undefined ? [await place()] : [await place(), await path(at, text, { resolver })];
}

/** RFC 6764 §4: where on the server it begins. Without it programs ask `/.well-known/`, which leads there too. */
async function path(at: string, text: string, { resolver }: Pick<Asking, 'resolver'>): Promise<Verdict> {
  const say = verdicts('optional', at);
  const publish = `publish: ${at}. TXT ${JSON.stringify(text)}`;
  const found = (await recordsOf(resolver.txt(at))).filter((one) => one.startsWith('path='));
  const [first] = found;
  if (first === undefined) return say.missing('programs ask the server for the path', publish);
  return first === text && found.length === 1
    ? say.ok(quoted(first))
    : say.wrong(found.map(quoted).join(', '), publish);
}
