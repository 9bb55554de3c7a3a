import { z } from 'zod';
import type { Entry } from '../../../coop/index.ts';
import { table } from '../../text.ts';
import { actingCommand } from './acting.ts';
import { amount, day, number, shownMoney } from './amount.ts';

const posting = () =>
  z
    .string()
    .regex(/^[^=]+=[^=]+$/, 'an account and an amount such as expense:other=12.50')
    .transform((text) => ({
      account: text.slice(0, text.indexOf('=')),
      minor: text.slice(text.indexOf('=') + 1),
    }))
    .pipe(z.object({ account: z.string(), minor: amount() }));

const on = { name: 'on', value: 'DAY', summary: 'the day of the entry; today where it is left out' };
const memo = {
  name: 'memo',
  value: 'TEXT',
  summary: 'what it is about, and without a name: exports show it',
};

/** An entry as its postings, debit and credit in a column each. */
export function shownEntry({ seq, date, kind, memo: words, postings, hash }: Entry): string {
  const rows = postings.map(({ account, asset, amount: minor }) => [
    ...[account, minor > 0 ? shownMoney(minor, asset) : '', minor < 0 ? shownMoney(-minor, asset) : ''],
  ]);
  return [`entry ${seq} of ${date}: ${kind}`, words, table(rows), `SHA-256 ${hash}`]
    .filter((line) => line !== '')
    .join('\n');
}

const enter = actingCommand({
  name: ['ledger', 'enter'],
  summary: 'write an entry by hand: costs, fees, opening balances; what a room answers for is refused',
  options: [
    { name: 'debit', value: 'ACCOUNT=AMOUNT', many: true, summary: 'such as expense:other=12.50' },
    { name: 'credit', value: 'ACCOUNT=AMOUNT', many: true, summary: 'such as bank:main=12.50' },
    { name: 'kind', value: 'WORD', summary: 'what sort of entry it is, such as rent' },
    ...[memo, on],
  ],
  schema: z.strictObject({
    ...{ debit: z.array(posting()), credit: z.array(posting()), kind: z.string() },
    ...{ memo: z.string().default(''), on: day().optional() },
  }),
  privilege: 'ledger.write',
  async run({ coop, actor, key }, { debit, credit, kind, memo: words, on: date = coop.today() }) {
    const asset = coop.rules.currency;
    const postings = [
      ...debit.map(({ account, minor }) => ({ account, asset, amount: minor })),
      ...credit.map(({ account, minor }) => ({ account, asset, amount: -minor })),
    ];
    const entry = await coop.books.enter(actor, { date, kind, memo: words, postings, key });
    return { text: shownEntry(entry), json: entry };
  },
});

const reverse = actingCommand({
  name: ['ledger', 'reverse'],
  summary: 'undo an entry that was written by hand, by its contrary in an open month',
  parameters: [{ name: 'entry', summary: 'its number' }],
  options: [memo, on],
  schema: z.strictObject({ entry: number(), memo: z.string().default(''), on: day().optional() }),
  privilege: 'ledger.write',
  async run({ coop, actor, key }, { entry: seq, memo: words, on: date = coop.today() }) {
    const entry = await coop.books.reverse(actor, { seq, date, memo: words, key });
    return { text: shownEntry(entry), json: entry };
  },
});

export const byHandCommands = [enter, reverse];
