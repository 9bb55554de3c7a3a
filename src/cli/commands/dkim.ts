import { z } from 'zod';
import { StoreError } from '../../base/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import type { KeyInfo } from '../../stores/trust/index.ts';
import { adminCommand } from '../admin/index.ts';
import { date, table } from '../text.ts';

const command = adminCommand<Rooms>();
const domain = {
  name: 'domain',
  summary: 'such as coop.example; the main domain where it is left out',
  optional: true,
};
const selector = { name: 'selector', summary: 'which key, as dkim list names it' };

/** A domain of ours, which has keys when this resolves. */
async function domainOf(rooms: Rooms, wanted: string | undefined): Promise<string> {
  const ours = (await rooms.accounts.admin.domains()).map((row) => row.domain);
  const chosen = wanted?.toLowerCase() ?? rooms.settings.value.coop.domain;
  if (!ours.includes(chosen)) throw new StoreError('not-found', `'${chosen}' is not a domain of this server`);
  await rooms.trust.ensureKeys(chosen);
  return chosen;
}

function row(key: KeyInfo): string[] {
  const since = { pending: key.created, active: key.activated, retired: key.retired }[key.state];
  return [key.domain, key.selector, key.algorithm, key.state, `since ${date(since)}`];
}

const list = command({
  name: ['dkim', 'list'],
  summary: 'list the keys that sign mail, of all domains or of one',
  parameters: [domain],
  schema: z.strictObject({ domain: z.string().optional() }),
  async run(rooms, { domain: wanted }) {
    const domains =
      wanted === undefined
        ? (await rooms.accounts.admin.domains()).map((one) => one.domain)
        : [await domainOf(rooms, wanted)];
    const keys = (await Promise.all(domains.map((one) => rooms.trust.keys(one)))).flat();
    return { text: table(keys.map(row)), json: keys };
  },
});

const rotate = command({
  name: ['dkim', 'rotate'],
  summary: 'make new keys, which sign once their records stand in the DNS',
  parameters: [domain],
  schema: z.strictObject({ domain: z.string().optional() }),
  async run(rooms, { domain: wanted }) {
    const chosen = await domainOf(rooms, wanted);
    await rooms.trust.rotateKeys(chosen);
    const pending = (await rooms.trust.signingRecords(chosen)).filter(({ state }) => state === 'pending');
    const lines = pending.map(({ name, value }) => `${name}. TXT "${value}"`);
    return { text: ['publish these records:', ...lines].join('\n'), json: pending };
  },
});

const activate = command({
  name: ['dkim', 'activate'],
  summary: 'sign with a key from now on; the one before it is retired',
  parameters: [selector, domain],
  schema: z.strictObject({ selector: z.string(), domain: z.string().optional() }),
  async run(rooms, { selector: wanted, domain: where }) {
    const chosen = await domainOf(rooms, where);
    await rooms.trust.activateKey(chosen, wanted);
    return { text: `${wanted} signs for ${chosen}`, json: { domain: chosen, selector: wanted } };
  },
});

const retire = command({
  name: ['dkim', 'retire'],
  summary: 'sign with a key no more; leave its record in the DNS for some days',
  parameters: [selector, domain],
  schema: z.strictObject({ selector: z.string(), domain: z.string().optional() }),
  async run(rooms, { selector: wanted, domain: where }) {
    const chosen = await domainOf(rooms, where);
    await rooms.trust.retireKey(chosen, wanted);
    return { text: `${wanted} is retired`, json: { domain: chosen, selector: wanted } };
  },
});

export const dkimCommands = [list, rotate, activate, retire];
