import { countryFile } from '../country/load.ts';
import { type Finding, type Rule, rule } from '../define.ts';
import { hostsOverlap, isLoopback } from '../hosts.ts';
import { doorNames } from './doors.ts';
import type { Listener, Listeners } from './listeners.ts';
import type { MycoSettings } from './slices.ts';

const make = rule<MycoSettings>();

interface Opened {
  readonly door: keyof Listeners;
  readonly index: number;
  readonly listener: Listener;
}

function everyListener(listeners: Listeners): Opened[] {
  return doorNames.flatMap((door) => listeners[door].map((listener, index) => ({ door, index, listener })));
}

const aliasIsNotTheDomain = make('alias-is-not-the-domain', ['coop'], ({ coop }) => {
  const findings: Finding[] = [];
  for (const [index, alias] of coop.aliases.entries()) {
    const path = ['coop', 'aliases', index];
    if (alias === coop.domain) findings.push({ path, message: `${alias} is already the main domain` });
    else if (coop.aliases.indexOf(alias) < index)
      findings.push({ path, message: `${alias} is listed twice` });
  }
  return findings;
});

const countryIsReadable = make('country-is-readable', ['coop'], ({ coop }, { given, readable }) => {
  const path = ['coop', 'country'];
  if (!given(path) || readable(countryFile(coop.country))) return [];
  return [{ path, message: `coop.country: no file can be read at ${coop.country}` }];
});

const certificatesAreReadable = make(
  'certificates-are-readable',
  ['tls', 'listeners'],
  ({ tls, listeners }, { readable }) => {
    const findings: Finding[] = [];
    const need = (pair: { cert: string; key: string }, above: (string | number)[], name: string): void => {
      for (const key of ['cert', 'key'] as const) {
        if (readable(pair[key])) continue;
        findings.push({
          path: [...above, key],
          message: `${name}.${key}: no file can be read at ${pair[key]}`,
        });
      }
    };
    if (tls.mode === 'files') need(tls, ['tls', 'files'], 'tls.files');
    for (const { door, index, listener } of everyListener(listeners)) {
      if (listener.tls) need(listener.tls, ['listeners', door, index, 'tls'], `listeners.${door}.tls`);
    }
    return findings;
  },
);

const plaintextStaysOnLoopback = make(
  'plaintext-stays-on-loopback',
  ['auth', 'listeners'],
  ({ auth, listeners }) => {
    if (auth.plaintext === 'refuse') return [];
    return everyListener(listeners)
      .filter(({ listener }) => !isLoopback(listener.host))
      .map(({ door, index, listener }) => ({
        path: ['listeners', door, index, 'host'],
        message: `listeners.${door} is bound to ${listener.host}: auth.plaintext allow needs every listener on loopback`,
      }));
  },
);

const onePortOneListener = make('one-port-one-listener', ['listeners'], ({ listeners }) => {
  const findings: Finding[] = [];
  const all = everyListener(listeners).filter(({ listener }) => listener.port !== 0);
  for (const [position, { door, index, listener }] of all.entries()) {
    const other = all
      .slice(0, position)
      .find(
        (earlier) =>
          earlier.listener.port === listener.port && hostsOverlap(earlier.listener.host, listener.host),
      );
    if (!other) continue;
    const path = ['listeners', door, index, 'port'];
    findings.push({
      path,
      message: `listeners.${door}: port ${listener.port} is already taken by ${other.door}`,
    });
  }
  return findings;
});

const quotaHoldsAMessage = make('quota-holds-a-message', ['limits'], ({ limits }) => {
  if (limits.message <= limits.quota) return [];
  return [
    {
      path: ['limits', 'message'],
      message: 'limits.message is larger than limits.quota: no member could keep it',
    },
  ];
});

/** The impossible combinations, in the order in which they are tried. */
export const mycoRules: readonly Rule<MycoSettings>[] = [
  aliasIsNotTheDomain,
  countryIsReadable,
  certificatesAreReadable,
  plaintextStaysOnLoopback,
  onePortOneListener,
  quotaHoldsAMessage,
];
