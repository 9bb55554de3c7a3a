import { z } from 'zod';
import { type Role, roles } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { memberAt } from '../member.ts';
import { actingCommand } from './acting.ts';

const address = { name: 'address', summary: 'user@domain, or the user alone for the main domain' };
const role = { name: 'role', summary: roles.join(', ') };

function change(verb: 'grant' | 'revoke', summary: string) {
  return actingCommand({
    name: ['coop', 'role', verb],
    summary,
    parameters: [address, role],
    schema: z.strictObject({ address: z.string(), role: z.enum(roles as readonly [Role, ...Role[]]) }),
    // The room lets the first administrator be made at the server's own terminal.
    privilege: 'public',
    async run({ rooms, coop, actor, key }, { address: wanted, role: given }) {
      const { id, address: full } = await memberAt(rooms, wanted);
      const now = await coop.acts.changeRole(actor, {
        account: id,
        role: given,
        give: verb === 'grant',
        key,
      });
      const text = now.length === 0 ? `${full} is nothing in particular` : `${full} is ${now.join(', ')}`;
      return { text, json: { address: full, roles: now } };
    },
  });
}

const list = adminCommand<Rooms>()({
  name: ['coop', 'role', 'list'],
  summary: 'who may do what with money',
  schema: z.strictObject({}),
  async run({ coop, accounts }) {
    const rows: { address: string; role: Role }[] = [];
    for (const { account, role: held } of await coop.acts.roles())
      rows.push({
        address: (await accounts.accounts.member(account))?.address ?? `account ${account}`,
        role: held,
      });
    return { text: table(rows.map((row) => [row.role, row.address])), json: rows };
  },
});

const same = actingCommand({
  name: ['coop', 'role', 'same'],
  summary: "say that two accounts are one person's: together they decide once",
  parameters: [address, { name: 'other', summary: 'the other account of that person' }],
  schema: z.strictObject({ address: z.string(), other: z.string() }),
  privilege: 'roles.grant',
  async run({ rooms, coop, actor, key }, { address: wanted, other }) {
    const [one, two] = [await memberAt(rooms, wanted), await memberAt(rooms, other)];
    await coop.acts.declareSame(actor, { account: one.id, other: two.id, key });
    return { text: `${one.address} and ${two.address} are one person`, json: { accounts: [one.id, two.id] } };
  },
});

const apart = actingCommand({
  name: ['coop', 'role', 'apart'],
  summary: "say that an account is nobody else's; for another administrator than its own",
  parameters: [address],
  schema: z.strictObject({ address: z.string() }),
  privilege: 'roles.grant',
  async run({ rooms, coop, actor, key }, { address: wanted }) {
    const { id, address: full } = await memberAt(rooms, wanted);
    await coop.acts.declareSame(actor, { account: id, other: 0, key });
    return { text: `${full} is a person of its own`, json: { account: id } };
  },
});

export const roleCommands = [
  change('grant', 'make somebody treasurer, member of the board, auditor or administrator'),
  change('revoke', 'take a role back'),
  list,
  same,
  apart,
];
