import { z } from 'zod';
import type { Act } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { number } from './amount.ts';

const list = adminCommand<Rooms>()({
  name: ['coop', 'act', 'list'],
  summary: 'what was done by whom, in order: number, when, who, as what, what, to what; a page at a time',
  options: [
    { name: 'about', value: 'SUBJECT', summary: 'of one subject alone: member:17, run:5, month:2026-03' },
    { name: 'after', value: 'N', summary: 'go on behind this number' },
  ],
  schema: z.strictObject({ about: z.string().default(''), after: number().default(0) }),
  async run({ coop, accounts }, { about: subject, after }) {
    let page: readonly Act[] = [];
    for await (const first of coop.acts.log({ subject, after })) {
      page = first;
      break;
    }
    const names = new Map<number, string>();
    for (const { account } of page)
      if (!names.has(account))
        names.set(account, (await accounts.accounts.member(account))?.address ?? `account ${account}`);
    const rows = page.map(({ n, at, account, roles, verb, subject: what }) => [
      ...[String(n), new Date(at).toISOString().slice(0, 19), names.get(account) ?? ''],
      ...[roles.join(','), verb, what],
    ]);
    const last = page.at(-1);
    const more = last === undefined ? 'no more' : `what came later: --after ${last.n}`;
    return { text: [table(rows), more].join('\n').trim(), json: page };
  },
});

export const actCommands = [list];
