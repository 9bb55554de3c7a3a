import { z } from 'zod';
import { StoreError } from '../../../base/index.ts';
import {
  type Coop,
  type Item,
  type LeftOut,
  type Rules,
  type Run,
  type RunFor,
  refusalCode,
} from '../../../coop/index.ts';
import { bankDayFrom } from '../../../formats/iso20022/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { type AdminOutcome, adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { type Acting, actingCommand } from './acting.ts';
import { day, number, shownMoney } from './amount.ts';
import { writeNew } from './file.ts';
import { allOf, newFile } from './parts.ts';

const command = adminCommand<Rooms>();
const which = { name: 'run', summary: 'its number, as coop pay list shows it' };

/** One line on a run, and what it waits for. */
export function shownRun(run: Run, { currency, approvals }: Pick<Rules, 'currency' | 'approvals'>): string {
  const missing = approvals.persons - run.approvals.length;
  const next =
    run.state === 'prepared'
      ? `${missing} ${missing === 1 ? 'person is' : 'persons are'} to approve it`
      : run.state;
  const total = shownMoney(run.total, currency);
  const own =
    run.toThemselves === 0 ? '' : `, ${shownMoney(run.toThemselves, currency)} of it to who decided`;
  const changed =
    run.ibansChanged === 0
      ? ''
      : `, ${run.ibansChanged} to another IBAN than was paid last (coop pay show ${run.id})`;
  return `run ${run.id} (${run.purpose} ${run.about}): ${total} to ${run.count} members${changed}${own}; ${next}`;
}

/** Makes the run; null where nobody is owed enough. */
export async function prepared(
  { coop, actor, key }: Pick<Acting, 'coop' | 'actor' | 'key'>,
  what: RunFor,
): Promise<Run | null> {
  try {
    return await coop.payouts.prepare(actor, { ...what, key });
  } catch (error) {
    if (refusalCode(error) === 'E_NOTHING_DUE') return null;
    throw error;
  }
}

/** The run of a month or a year that was not given up; the last one where there are several. */
export async function runAbout({ payouts }: Coop, { purpose, about }: RunFor): Promise<number> {
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const page = await payouts.runs({ before });
    const found = page.find(
      (run) => run.purpose === purpose && run.about === about && run.state !== 'cancelled',
    );
    if (found) return found.id;
    const last = page.at(-1);
    if (last === undefined) throw new StoreError('not-found', `there is no payment run of ${about}`);
    before = last.id;
  }
}

export async function approved({ coop, actor, key }: Acting, run: number): Promise<AdminOutcome> {
  const now = await coop.payouts.approve(actor, { run, key });
  return { text: shownRun(now, coop.rules), json: now };
}

/** Makes the file where there is none yet, and writes it. */
export async function exported(
  { coop, actor, key }: Acting,
  wanted: number,
  { file, day: paid }: { readonly file: string; readonly day?: string | undefined },
): Promise<AdminOutcome> {
  const found = await coop.payouts.run(wanted);
  // A file that was made before its command ended is fetched, not made again.
  const run =
    found !== null && found.hash !== '' && paid === undefined
      ? found
      : await coop.payouts.export(actor, { run: wanted, day: paid ?? bankDayFrom(coop.today()), key });
  const { content } = await coop.payouts.file(actor, run.id);
  await writeNew(file, content);
  const text = [
    `${file}: ${shownMoney(run.total, coop.rules.currency)} to ${run.count} members on ${run.day}`,
    `SHA-256 ${run.hash}`,
    'nothing is paid until somebody gives the file to the bank',
  ];
  return { text: text.join('\n'), json: { ...run, written: file } };
}

const purposeOf = [
  {
    name: 'purpose',
    summary: 'month, year, exit (of a member who leaves) or refund (of what was paid for shares)',
  },
  { name: 'about', summary: 'the month, the year, or the number of the member' },
];
const purposeShape = { purpose: z.enum(['month', 'year', 'exit', 'refund']), about: z.string() };

const prepare = actingCommand({
  name: ['coop', 'pay', 'prepare'],
  summary: 'put what is owed to members into a payment run',
  parameters: purposeOf,
  schema: z.strictObject(purposeShape),
  privilege: 'pay.prepare',
  async run({ coop, actor, key }, what) {
    const run = await coop.payouts.prepare(actor, { ...what, key });
    return { text: shownRun(run, coop.rules), json: run };
  },
});

const approve = actingCommand({
  name: ['coop', 'pay', 'approve'],
  summary: 'approve a payment run; it takes two persons',
  parameters: [which],
  schema: z.strictObject({ run: number() }),
  privilege: 'pay.approve',
  run: async (acting, { run }) => approved(acting, run),
});

const cancel = actingCommand({
  name: ['coop', 'pay', 'cancel'],
  summary: 'give a payment run up that has no file yet',
  parameters: [which],
  schema: z.strictObject({ run: number() }),
  privilege: 'pay.prepare',
  async run({ coop, actor, key }, { run }) {
    const now = await coop.payouts.cancel(actor, { run, key });
    return { text: shownRun(now, coop.rules), json: now };
  },
});

const fail = actingCommand({
  name: ['coop', 'pay', 'fail'],
  summary: 'say that the bank took none of the file: all of it is owed again. Another person than made it',
  parameters: [which],
  schema: z.strictObject({ run: number() }),
  privilege: 'pay.approve',
  async run({ coop, actor, key }, { run }) {
    const now = await coop.payouts.fail(actor, { run, key });
    return { text: shownRun(now, coop.rules), json: now };
  },
});

const reasons: Readonly<Record<LeftOut['why'], string>> = {
  'least-payment': 'less than the least payment: it waits',
  'no-iban': 'nobody knows their account: coop member change --iban',
  'came-back': 'the last payment came back: they are to name another account',
  'no-name': 'no bank can write the name: coop member change --holder',
  'next-run': 'the bank takes no larger file: the next run pays them',
};

const leftOut = command({
  name: ['coop', 'pay', 'left-out'],
  summary: 'who is owed something and would be in no such payment run, and why',
  parameters: purposeOf,
  schema: z.strictObject(purposeShape),
  async run({ coop }, what) {
    const all = await coop.payouts.leftOut(what);
    const rows = all.map(({ member, amount: minor, why }) => [
      ...[`member ${member}`, shownMoney(minor, coop.rules.currency), reasons[why]],
    ]);
    return { text: table(rows), json: all };
  },
});

const exportCommand = actingCommand({
  name: ['coop', 'pay', 'export'],
  summary: 'write the file for the bank (pain.001) of an approved run; the same octets each time',
  parameters: [which, newFile],
  options: [
    { name: 'day', value: 'DAY', summary: 'on which the bank is to pay; today where it is left out' },
  ],
  schema: z.strictObject({ run: number(), file: z.string(), day: day().optional() }),
  paths: ['file'],
  privilege: 'pay.prepare',
  run: async (acting, { run, ...rest }) => exported(acting, run, rest),
});

const list = command({
  name: ['coop', 'pay', 'list'],
  summary: 'the payment runs, the last one first',
  schema: z.strictObject({}),
  async run({ coop }) {
    const all = await allOf<Run>((last) =>
      coop.payouts.runs({ before: last?.id ?? Number.MAX_SAFE_INTEGER }),
    );
    return { text: all.map((run) => shownRun(run, coop.rules)).join('\n'), json: all };
  },
});

const show = command({
  name: ['coop', 'pay', 'show'],
  summary: 'whom a payment run pays, and what became of it',
  parameters: [which],
  schema: z.strictObject({ run: number() }),
  async run({ coop }, { run: wanted }) {
    const run = await coop.payouts.run(wanted);
    if (run === null) throw new StoreError('not-found', `there is no payment run ${wanted}`);
    const items = await allOf<Item>((last) => coop.payouts.items(wanted, { after: last?.n ?? 0 }));
    const rows = items.map((item) => [
      ...[String(item.n), `member ${item.member}`, item.name, shownMoney(item.amount, coop.rules.currency)],
      item.ibanChanged === '' ? item.iban : `${item.iban} since ${item.ibanChanged}`,
      item.returned === '' ? item.settled : `came back ${item.returned} ${item.reason}`,
    ]);
    return { text: [shownRun(run, coop.rules), table(rows)].join('\n'), json: { ...run, items } };
  },
});

export const runCommands = [prepare, leftOut, approve, cancel, exportCommand, fail, list, show];
