import { recordKinds } from './kinds/index.ts';
import type { Facts, RecordKind, ZoneRecord } from './types.ts';
import { zoneData, zoneLine } from './zone.ts';

/** One kind's records at one place. */
interface Part {
  readonly of: string;
  readonly kind: RecordKind;
  readonly records: readonly ZoneRecord[];
}

function parts(of: string, scope: RecordKind['scope'], facts: Facts): Part[] {
  const kinds = recordKinds.filter((kind) => kind.scope === scope);
  return kinds.map((kind) => ({ of, kind, records: kind.records(of, facts) }));
}

/** What to publish: first for the server's own name, then for each domain. */
export function toPublish(domains: readonly string[], facts: Facts): Part[] {
  return [
    ...parts(facts.hostname, 'host', facts),
    ...domains.flatMap((domain) => parts(domain, 'domain', facts)),
  ];
}

/** A zone file's lines, with what each is for. Kinds of which there is nothing to publish are named in a comment. */
export function zoneText(all: readonly Part[]): string {
  const lines: string[] = [];
  let place = '';
  for (const { of, kind, records } of all) {
    if (of !== place) lines.push(...(place === '' ? [] : ['']), `; ==== ${of} ====`);
    place = of;
    lines.push('', `; ${kind.name} (${kind.need}): ${kind.purpose}`);
    if (records.length === 0) lines.push(`; ${nothing[kind.name] ?? 'nothing to publish'}`);
    for (const note of new Set(records.flatMap(({ note }) => note ?? []))) lines.push(`; ${note}`);
    lines.push(...records.map(zoneLine));
  }
  return lines.join('\n');
}

/** Where we do not know the record, or there is none. */
const nothing: Readonly<Record<string, string>> = {
  address:
    'this machine has no public address of its own: publish A and AAAA of the address that leads to it',
  reverse: 'set the reverse name of that address to the name above, where the address comes from',
  DANE: 'there is no certificate yet: start the server once',
  CAA: 'name the authority that makes your certificates, such as 0 issue "letsencrypt.org"',
  DKIM: 'there is no signing key yet: start the server once',
  BIMI: 'needs a picture on a web server of yours, and DMARC with quarantine or reject',
};

export function zoneJson(all: readonly Part[]): unknown {
  return all.flatMap(({ of, kind, records }) =>
    records.map((record) => ({
      of,
      kind: kind.name,
      need: kind.need,
      purpose: kind.purpose,
      name: record.name,
      type: record.type,
      data: zoneData(record),
      ...(record.note === undefined ? {} : { note: record.note }),
    })),
  );
}
