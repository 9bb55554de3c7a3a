import { z } from 'zod';
import type { Rooms } from '../../../rooms/index.ts';
import { type AdminCommand, adminCommand } from '../../admin/index.ts';
import { fillCoop, newPassword } from '../../demo/index.ts';
import { readStdinLine } from '../../io.ts';
import { demoMembersMax } from '../../limits.ts';
import { table } from '../../text.ts';
import { absolute } from './acting.ts';
import { shownMoney } from './amount.ts';
import { writeNew } from './file.ts';

const membersUsually = 250;
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** Fills an empty co-op: to look at, to try commands on, to test. */
export const demoCommand: AdminCommand<Rooms> = adminCommand<Rooms>()({
  name: ['demo'],
  summary:
    'fill a co-op that is empty with invented members and a year of movements, the same for the same seed',
  options: [
    { name: 'members', value: 'N', summary: `how many ask for shares; ${membersUsually}` },
    { name: 'seed', value: 'TEXT', summary: 'another one is another story' },
    { name: 'year', value: 'YEAR', summary: 'which year it is; the last whole one' },
    {
      name: 'statement',
      value: 'FILE',
      summary: "write the bank's last statement there instead of importing it",
    },
    {
      name: 'password-stdin',
      summary: 'the password of the five officers, one line; else one is made and printed',
    },
  ],
  schema: z.strictObject({
    members: whole(1, demoMembersMax).optional(),
    seed: z.string().max(100).optional(),
    year: whole(2000, 2999).optional(),
    statement: z.string().optional(),
    password: z.string().optional(),
  }),
  async gather(call) {
    const { passwordStdin, ...args } = absolute(call, ['statement']);
    return passwordStdin === true ? { ...args, password: await readStdinLine(call.io) } : args;
  },
  async run(rooms, { members = membersUsually, seed = 'myco', statement, ...given }, session) {
    const year = given.year ?? new Date(rooms.clock.nowMs()).getUTCFullYear() - 1;
    const password = given.password ?? newPassword();
    const options = { members, seed, year, password, keepsLastStatement: statement !== undefined };
    const { statement: text, ...made } = await fillCoop(rooms, options, session);
    if (statement !== undefined && text !== null) await writeNew(statement, text);
    const { currency } = rooms.coop.rules;
    const lines = [
      `${year}: ${made.members} members, ${shownMoney(made.capital, currency)} of capital, ${made.entries} entries`,
      `${year}-12 is not closed yet`,
      ...(statement === undefined ? [] : [`the bank's last statement: ${statement}`]),
      table(made.officers.map(({ address, roles }) => [address, roles.join(', ')])),
      ...(given.password === undefined ? [`their password: ${password}`] : []),
    ];
    const json = { year, seed, ...made, ...(given.password === undefined ? { password } : {}) };
    return { text: lines.join('\n'), json };
  },
});
