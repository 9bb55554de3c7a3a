import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { StoreError } from '../../../base/index.ts';
import type { BankLine, BankMatch, Decided, StatementRow } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { actingCommand } from './acting.ts';
import { number, shownAmount, shownMoney } from './amount.ts';
import { fileRefusal } from './file.ts';
import { allOf } from './parts.ts';

const command = adminCommand<Rooms>();

/** What cannot be read is refused by its name before the bank sees anything of it. */
async function* octetsOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw fileRefusal(file, error);
  }
}

const importCommand = actingCommand({
  name: ['coop', 'bank', 'import'],
  summary: 'read what the bank booked (camt.053); the same file, statement or booking again changes nothing',
  parameters: [{ name: 'file', summary: 'as the bank gave it' }],
  schema: z.strictObject({ file: z.string() }),
  paths: ['file'],
  privilege: 'bank.import',
  async run({ coop, actor, key }, { file }) {
    const done = await coop.bank.import(actor, { body: octetsOf(file), key });
    const counts = [
      `${done.matched} matched, ${done.queued} wait for a person (coop bank queue)`,
      ...(done.repeated > 0 ? [`${done.repeated} stood in an earlier statement`] : []),
      ...(done.others > 0 ? [`${done.others} are not booked yet and were left out`] : []),
    ];
    const text = done.isNew ? counts.join('\n') : 'this file was imported before; nothing was done';
    return { text, json: done };
  },
});

const lineRow = (line: BankLine) => [
  ...[String(line.id), line.day, shownAmount(line.left), line.reason, line.name],
  line.rf || line.remittance.slice(0, 40),
];

const queue = command({
  name: ['coop', 'bank', 'queue'],
  summary: 'what the bank booked and nobody knows for what yet: number, day, amount, why, who, which words',
  schema: z.strictObject({}),
  async run({ coop }) {
    const lines = await allOf<BankLine>((last) => coop.bank.waiting({ after: last?.id ?? 0 }));
    const proposals = await allOf<BankMatch>((last) => coop.bank.proposals({ after: last?.id ?? 0 }));
    const second = proposals.map(({ id, line, amount, account }) => [
      `match ${id}`,
      `line ${line}`,
      shownAmount(amount),
      account === '' ? 'by reference' : account,
    ]);
    const text = [
      table(lines.map(lineRow)),
      ...(second.length > 0 ? ['to be confirmed by a second person:', table(second)] : []),
    ];
    return { text: text.join('\n').trim(), json: { lines, proposals } };
  },
});

const shownDecision = ({ state }: Decided, what: string) =>
  state === 'proposed' ? `${what}: proposed, and a second person is to confirm it` : `${what}: ${state}`;

const isGiven = <Value>(value: Value | undefined): value is Value => value !== undefined;

const match = actingCommand({
  name: ['coop', 'bank', 'match'],
  summary: 'say for what a line is; above what one person may decide, a second one confirms',
  parameters: [{ name: 'line', summary: 'its number, as coop bank queue shows it' }],
  options: [
    { name: 'reference', value: 'RF', summary: 'of what was expected' },
    { name: 'account', value: 'NAME', summary: 'of the ledger, such as expense:bank or deposit:17' },
    { name: 'run', value: 'NUMBER', summary: 'a payment run of which it is; all that was not booked of it' },
    { name: 'items', value: 'NUMBERS', summary: 'or transfers of that run, such as 3,4,9' },
    { name: 'memo', value: 'TEXT', summary: 'why' },
  ],
  schema: z
    .strictObject({
      line: number(),
      reference: z.string().optional(),
      account: z.string().optional(),
      run: number().optional(),
      items: z
        .string()
        .regex(/^\d{1,9}(,\d{1,9})*$/, 'numbers of transfers such as 3,4,9')
        .transform((text) => text.split(',').map(Number))
        .optional(),
      memo: z.string().optional(),
    })
    .refine(({ reference, account, run }) => [reference, account, run].filter(isGiven).length === 1, {
      message: 'give --reference, --account or --run',
    })
    .refine(({ run, items }) => isGiven(run) || !isGiven(items), { message: 'give --run with --items' }),
  privilege: 'bank.match',
  async run({ coop, actor, key }, { line, reference, account = '', run, items = [], memo }) {
    const to = isGiven(run) ? { run, items } : isGiven(reference) ? { reference } : { account };
    const decided = await coop.bank.match(actor, { line, to, key, ...(memo === undefined ? {} : { memo }) });
    return { text: shownDecision(decided, `line ${line}`), json: decided };
  },
});

function judge(verb: 'confirm' | 'refuse', summary: string) {
  return actingCommand({
    name: ['coop', 'bank', verb],
    summary,
    parameters: [{ name: 'match', summary: 'its number, as coop bank queue shows it' }],
    schema: z.strictObject({ match: number() }),
    privilege: 'bank.match',
    async run({ coop, actor, key }, { match: id }) {
      const decided = await coop.bank[verb](actor, { match: id, key });
      return { text: shownDecision(decided, `match ${id}`), json: decided };
    },
  });
}

const show = command({
  name: ['coop', 'bank', 'show'],
  summary: 'each account: what the ledger and what the bank says it holds, and statements that are missing',
  schema: z.strictObject({}),
  async run({ coop }) {
    const accounts = await coop.bank.reconciliation();
    const gaps = await coop.bank.gaps();
    const { currency } = coop.rules;
    const rows = accounts.map(({ account, ledger, bank, last }) => [
      account,
      `ledger ${shownMoney(ledger, currency)}`,
      bank === null ? 'no statement yet' : `bank ${shownMoney(bank, currency)} on ${last}`,
    ]);
    const missing = gaps.map(
      ({ account, before, after }) => `${account}: between statement ${before} and ${after} one is missing`,
    );
    return { text: [table(rows), ...missing].join('\n'), json: { accounts, gaps } };
  },
});

/** For what somebody pays, in words. */
const purposes = { share: 'application', call: 'call', invoice: 'invoice' } as const;

const statements = command({
  name: ['coop', 'bank', 'statements'],
  summary:
    'the statements that were imported, the last one first: account, name, days, what it began and ended with',
  schema: z.strictObject({}),
  async run({ coop }) {
    const all = await allOf<StatementRow>((last) =>
      coop.bank.statements({ before: last?.id ?? Number.MAX_SAFE_INTEGER }),
    );
    const money = (minor: number | null) => (minor === null ? '' : shownAmount(minor));
    const rows = all.map(({ account, name, first, last, opening, closing }) => [
      ...[account, name, first, last, money(opening), money(closing)],
    ]);
    return { text: table(rows), json: all };
  },
});

const reference = command({
  name: ['coop', 'bank', 'reference'],
  summary: 'what is expected under a reference, and what came of it',
  parameters: [{ name: 'reference', summary: 'as the payer writes it, RF…' }],
  schema: z.strictObject({ reference: z.string() }),
  async run({ coop }, { reference: wanted }) {
    const found = await coop.bank.expected(wanted);
    if (found === null) throw new StoreError('not-found', `nothing is expected under ${wanted}`);
    const { purpose, subject, amount, received, cancelled } = found;
    const came = `${shownAmount(received)} of ${shownMoney(amount, coop.rules.currency)} came`;
    const text = `${purposes[purpose]} ${subject}: ${came}${cancelled > 0 ? '; expected no more' : ''}`;
    return { text, json: found };
  },
});

export const bankCommands = [
  importCommand,
  queue,
  match,
  judge('confirm', 'a second person agrees with what was said of a line'),
  judge('refuse', 'drop what was said of a line; it waits again'),
  show,
  statements,
  reference,
];
