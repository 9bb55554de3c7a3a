import { messageOf } from '../base/index.ts';
import { readIban } from '../formats/iban/index.ts';
import { switchableCapabilities } from '../imap/index.ts';
import { type Finding, type MycoSettings, mycoSettings, nearest, rule } from '../settings/index.ts';

const capabilitiesAreKnown = rule<MycoSettings>()(
  'capabilities-are-known',
  ['imap'],
  ({ imap }, { given }) => {
    const findings: Finding[] = [];
    const look = (names: readonly string[], path: readonly (string | number)[]) => {
      for (const [index, name] of names.entries()) {
        const at = ['imap', 'without', ...path, index];
        if (switchableCapabilities.has(name) || !given(at)) continue;
        const near = nearest(name, [...switchableCapabilities]);
        const hint = near === undefined ? '' : `; did you mean ${near}?`;
        findings.push({
          path: at,
          message: `${at.slice(0, -1).join('.')}: ${name} is no capability that can be kept back${hint}`,
        });
      }
    };
    const { everyone, accounts, clients } = imap.without;
    look(everyone, ['everyone']);
    for (const [account, names] of Object.entries(accounts)) look(names, ['accounts', account]);
    for (const [client, names] of Object.entries(clients)) look(names, ['clients', client]);
    return findings;
  },
);

const banksAreRight = rule<MycoSettings>()('banks-are-right', ['coop'], ({ coop }, { given }) => {
  const findings: Finding[] = [];
  const seen = new Map<string, string>();
  for (const [name, { iban }] of Object.entries(coop.banks)) {
    const path = ['coop', 'banks', name];
    if (!given(path)) continue;
    try {
      const plain = readIban(iban);
      const twin = seen.get(plain);
      if (twin !== undefined)
        findings.push({ path, message: `coop.banks.${name}: the same account as ${twin}` });
      seen.set(plain, name);
    } catch (error) {
      findings.push({ path, message: `coop.banks.${name}: ${messageOf(error)}` });
    }
  }
  return findings;
});

/** The configuration with what only the doors and the co-op's rooms know of it. */
export const serverSettings = {
  ...mycoSettings,
  rules: [...mycoSettings.rules, capabilitiesAreKnown, banksAreRight],
};
