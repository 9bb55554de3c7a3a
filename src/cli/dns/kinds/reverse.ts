import { DnsError } from '../../../net/index.ts';
import { reverseName } from '../addresses.ts';
import { listed, recordsOf, verdicts } from '../ask.ts';
import type { RecordKind, Verdict } from '../types.ts';

const toDo = 'ask who gave you the address (the provider of the machine or line) to set its reverse name';

/** Big receivers refuse mail from addresses without a name that leads back to them. */
export const reverse: RecordKind = {
  name: 'reverse',
  rfc: 1912,
  purpose: 'the name of the address that mail comes from',
  need: 'required',
  scope: 'host',
  records: (host, { addresses }) =>
    addresses.map((one) => ({ name: reverseName(one), type: 'PTR', target: host, note: toDo })),
  async check(host, { relay }, { resolver }) {
    const found = [...(await recordsOf(resolver.a(host))), ...(await recordsOf(resolver.aaaa(host)))];
    const need = relay === null ? 'required' : 'recommended';
    return Promise.all(
      found.map(async (one): Promise<Verdict> => {
        const say = verdicts(need, reverseName(one));
        try {
          const names = await recordsOf(resolver.ptr(one));
          if (names.length === 0) return say.missing(`${one} has no name`, toDo);
          if (names.includes(host)) return say.ok(`${one} is ${host}`);
          const back = await Promise.all(
            names.slice(0, 10).map(async (name) => {
              const forward = one.includes(':') ? resolver.aaaa(name) : resolver.a(name);
              return (await recordsOf(forward)).includes(one);
            }),
          );
          const named = `${one} is ${listed(names)}`;
          return back.includes(true)
            ? say.warning(`${named}, not ${host}`, `better is ${host}, as this server greets: ${toDo}`)
            : say.wrong(`${named}, which does not lead back to it`, toDo);
        } catch (error) {
          if (!(error instanceof DnsError)) throw error;
          return say.unknown(`the DNS gave no answer (${error.failure})`);
        }
      }),
    );
  },
};
