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

export const roleCommands = [
  change('grant', 'make somebody treasurer, member of the board, auditor or administrator'),
  change('revoke', 'take a role back'),
  list,
];
