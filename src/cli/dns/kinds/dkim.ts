import { FormatError } from '../../../base/index.ts';
import { isDkimKey, readDkimKey } from '../../../formats/dns-text/index.ts';
import type { Resolver } from '../../../net/index.ts';
import type { SigningRecord } from '../../../stores/trust/index.ts';
import { quoted, recordsOf, verdicts } from '../ask.ts';
import type { Need, RecordKind, Verdict } from '../types.ts';

/** A key that signs must be there; one that will sign soon; one that signed may still be wanted for mail on its way. */
const needs: Readonly<Record<SigningRecord['state'], Need>> = {
  active: 'required',
  pending: 'recommended',
  retired: 'optional',
};

const notes: Readonly<Partial<Record<SigningRecord['state'], string>>> = {
  pending: 'signs once it is seen in the DNS, or after `myco dkim activate`',
  retired: 'signs no more; mail on its way is still checked with it',
};

export const dkim: RecordKind = {
  name: 'DKIM',
  rfc: 6376,
  purpose: 'the keys by which receivers check our signatures',
  need: 'required',
  scope: 'domain',
  records: (domain, facts) =>
    facts.signing(domain).map(({ name, value, state }) => {
      const note = notes[state];
      return { name, type: 'TXT', text: value, ...(note === undefined ? {} : { note }) };
    }),
  async check(domain, facts, { resolver }) {
    const keys = facts.signing(domain);
    if (keys.length === 0)
      return [
        verdicts('required', domain).missing(
          'there is no signing key',
          'start the server once: it makes them',
        ),
      ];
    return Promise.all(keys.map((key) => checkKey(key, resolver)));
  },
};

async function checkKey(key: SigningRecord, resolver: Resolver): Promise<Verdict> {
  const { name, value, state } = key;
  const say = verdicts(needs[state], name);
  const publish = 'publish it as `myco dns show` prints it';
  const found = (await recordsOf(resolver.txt(name))).filter(isDkimKey);
  const [text] = found;
  if (text === undefined) return say.missing(`the ${state} key is not published`, publish);
  if (found.length > 1)
    return say.wrong(`${found.length} keys stand at one name`, 'keep the one of this server');
  try {
    const [ours, theirs] = [readDkimKey(value), readDkimKey(text)];
    if (theirs.key !== ours.key || theirs.algorithm !== ours.algorithm)
      return say.wrong(`found another key: ${quoted(text)}`, publish);
    if (theirs.testing && !ours.testing)
      return say.warning('has t=y: receivers may treat what it signs as unsigned', 'take t=y out');
    if (state === 'pending')
      return say.ok(
        `${ours.algorithm} key in place`,
        'it signs from the next look on; `myco dkim activate` does not wait',
      );
    return say.ok(`${ours.algorithm} key in place`);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return say.wrong(`cannot be read: ${error.message}`, publish);
  }
}
