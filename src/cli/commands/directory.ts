import { z } from 'zod';
import type { Rooms } from '../../rooms/index.ts';
import { adminCommand } from '../admin/index.ts';
import { table } from '../text.ts';

const command = adminCommand<Rooms>();
const domain = { name: 'domain', summary: 'such as coop.example' };
const address = { name: 'address', summary: 'user@domain, or the user alone for the main domain' };

const addDomain = command({
  name: ['domain', 'add'],
  summary: 'receive mail for one more domain',
  parameters: [domain],
  schema: z.strictObject({ domain: z.string() }),
  async run(rooms, { domain: wanted }) {
    const added = await rooms.accounts.admin.addDomain(wanted);
    return { text: `added ${added}`, json: { domain: added } };
  },
});

const listDomains = command({
  name: ['domain', 'list'],
  summary: 'list the domains of the co-op',
  schema: z.strictObject({}),
  async run(rooms) {
    const domains = await rooms.accounts.admin.domains();
    const rows = domains.map((one) => [one.domain, one.configured ? 'named in the configuration' : '']);
    return { text: table(rows), json: domains };
  },
});

const removeDomain = command({
  name: ['domain', 'remove'],
  summary: 'receive no more mail for a domain that no address uses',
  parameters: [domain],
  schema: z.strictObject({ domain: z.string() }),
  async run(rooms, { domain: wanted }) {
    await rooms.accounts.admin.removeDomain(wanted);
    return { text: `removed ${wanted}`, json: { domain: wanted } };
  },
});

const catchAll = command({
  name: ['domain', 'catch-all'],
  summary: 'let mail for addresses that nobody has lead somewhere; none: refuse it',
  parameters: [domain, { name: 'target', summary: 'where it goes, or none', many: true }],
  schema: z.strictObject({ domain: z.string(), target: z.array(z.string()).min(1) }),
  async run(rooms, { domain: wanted, target }) {
    const isNone = target.length === 1 && target[0] === 'none';
    const set = await rooms.accounts.admin.setCatchAll(wanted, isNone ? null : target);
    const targets = set?.targets ?? [];
    const text = set ? `${set.address} -> ${targets.join(', ')}` : `no catch-all for ${wanted}`;
    return { text, json: { domain: wanted, targets } };
  },
});

const addAlias = command({
  name: ['alias', 'add'],
  summary: 'let an address lead to others, here or elsewhere',
  parameters: [address, { name: 'target', summary: 'where its mail goes', many: true }],
  schema: z.strictObject({ address: z.string(), target: z.array(z.string()).min(1) }),
  async run(rooms, { address: wanted, target }) {
    const alias = await rooms.accounts.admin.addAlias(wanted, target);
    return { text: `added ${alias.address} -> ${alias.targets.join(', ')}`, json: alias };
  },
});

const listAliases = command({
  name: ['alias', 'list'],
  summary: 'list the aliases',
  schema: z.strictObject({}),
  async run(rooms) {
    const aliases: { readonly address: string; readonly targets: readonly string[] }[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const page = await rooms.accounts.admin.aliases({ after });
      aliases.push(...page.rows);
      after = page.next;
    }
    return { text: table(aliases.map((one) => [one.address, one.targets.join(', ')])), json: aliases };
  },
});

const removeAlias = command({
  name: ['alias', 'remove'],
  summary: 'remove an alias',
  parameters: [address],
  schema: z.strictObject({ address: z.string() }),
  async run(rooms, { address: wanted }) {
    await rooms.accounts.admin.removeAlias(wanted);
    return { text: `removed ${wanted}`, json: { address: wanted } };
  },
});

export const directoryCommands = [
  addDomain,
  listDomains,
  removeDomain,
  catchAll,
  addAlias,
  listAliases,
  removeAlias,
];
