import { z } from 'zod';
import { StoreError } from '../../../base/index.ts';
import type { ClosedMonth, MonthPreview, MonthShare } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { absolute, actingCommand } from './acting.ts';
import { day, month, number, shownMoney } from './amount.ts';
import { writeNew } from './file.ts';
import { allOf, despiteWaiting, newFile } from './parts.ts';
import { approved, exported, prepared, runAbout, shownRun } from './runs.ts';

const command = adminCommand<Rooms>();
const which = { name: 'month', summary: 'such as 2026-03' };

/** `closed`: what a month came to, or would come to now. */
function shown(closed: MonthPreview, currency: string): string[][] {
  const money = (amount: number) => shownMoney(amount, currency);
  return [
    ['received from sponsors, without VAT', money(closed.received)],
    ...(closed.credited === 0 ? [] : [['credited', money(-closed.credited)]]),
    ...(closed.turnoverBefore === 0 ? [] : [['short since the month before', money(closed.turnoverBefore)]]),
    ['turnover', money(closed.turnover)],
    ...(closed.poolBefore === 0 ? [] : [['left from months before', money(closed.poolBefore)]]),
    ["the members' part", money(closed.pool)],
    ['coins', `${closed.coins} of ${closed.members} members`],
    ...(closed.coinsLeft === 0 ? [] : [['coins that count in the next month', String(closed.coinsLeft)]]),
    ['owed to members', money(closed.paid)],
  ];
}

const shownClosed = (closed: ClosedMonth, currency: string): string =>
  table([
    ...shown(closed, currency),
    ['root', closed.root === '' ? 'none: nothing was shared out' : closed.root],
    ...(closed.despite === ''
      ? []
      : [['closed despite', `${closed.linesWaiting} lines of the bank that waited: ${closed.despite}`]]),
  ]);

const close = actingCommand({
  name: ['coop', 'month', 'close'],
  summary: 'share a month out among those who had coins, once, and put what is owed into a payment run',
  parameters: [which],
  options: [despiteWaiting],
  schema: z.strictObject({ month: month(), despiteWaiting: z.string().optional() }),
  privilege: 'pay.prepare',
  async run({ coop, actor, key }, { month: wanted, despiteWaiting: despite = '' }) {
    const closed = await coop.payouts.closeMonth(actor, { month: wanted, despite, key });
    const run = await prepared({ coop, actor, key: `${key}-run` }, { purpose: 'month', about: wanted });
    const said = run === null ? 'nobody is owed enough to be paid' : shownRun(run, coop.rules);
    const text = [`${wanted} is closed`, shownClosed(closed, coop.rules.currency), said].join('\n');
    return { text, json: { ...closed, run } };
  },
});

const approve = actingCommand({
  name: ['coop', 'month', 'approve'],
  summary: "approve a month's payment run; it takes two persons",
  parameters: [which],
  schema: z.strictObject({ month: month() }),
  privilege: 'pay.approve',
  run: async (acting, { month: wanted }) =>
    approved(acting, await runAbout(acting.coop, { purpose: 'month', about: wanted })),
});

const exportCommand = actingCommand({
  name: ['coop', 'month', 'export'],
  summary: "write the file for the bank (pain.001) of a month's approved run; the same octets each time",
  parameters: [which, newFile],
  options: [
    { name: 'day', value: 'DAY', summary: 'on which the bank is to pay; today where it is left out' },
  ],
  schema: z.strictObject({ month: month(), file: z.string(), day: day().optional() }),
  paths: ['file'],
  privilege: 'pay.prepare',
  run: async (acting, { month: wanted, file, ...rest }) =>
    exported(acting, await runAbout(acting.coop, { purpose: 'month', about: wanted }), { file, ...rest }),
});

const show = command({
  name: ['coop', 'month', 'show'],
  summary: 'what a month came to',
  parameters: [which],
  schema: z.strictObject({ month: month() }),
  async run({ coop }, { month: wanted }) {
    const closed = await coop.payouts.month(wanted);
    if (closed === null) throw new StoreError('not-found', `${wanted} is not closed`);
    return { text: shownClosed(closed, coop.rules.currency), json: closed };
  },
});

const list = command({
  name: ['coop', 'month', 'list'],
  summary: "the months that were shared out, the last one first: turnover, the members' part, owed",
  schema: z.strictObject({}),
  async run({ coop }) {
    const all = await allOf<ClosedMonth>((last) => coop.payouts.months({ before: last?.month ?? '~' }));
    const money = (minor: number) => shownMoney(minor, coop.rules.currency);
    const rows = all.map((each) => [each.month, money(each.turnover), money(each.pool), money(each.paid)]);
    return { text: table(rows), json: all };
  },
});

const preview = command({
  name: ['coop', 'month', 'preview'],
  summary: 'what the next month to be shared out would come to, as things stand',
  schema: z.strictObject({}),
  async run({ coop }) {
    const said = await coop.payouts.preview();
    const rows = [
      ['month', said.month],
      ...shown(said, coop.rules.currency),
      ['lines of the bank that wait', String(said.linesWaiting)],
    ];
    return { text: table(rows), json: said };
  },
});

const shares = command({
  name: ['coop', 'month', 'shares'],
  summary: 'what a month came to for each member',
  parameters: [which],
  schema: z.strictObject({ month: month() }),
  async run({ coop }, { month: wanted }) {
    const all = await allOf<MonthShare>((last) => coop.payouts.shares(wanted, { after: last?.member ?? 0 }));
    const rows = all.map(({ member, coins, paid }) => [
      ...[`member ${member}`, `${coins} coins`, shownMoney(paid, coop.rules.currency)],
    ]);
    return { text: table(rows), json: all };
  },
});

const proof = command({
  name: ['coop', 'month', 'proof'],
  summary: "write what shows a member that their pay is in the month's sum, for the stand-alone verifier",
  parameters: [which, { name: 'member', summary: 'their number' }, newFile],
  schema: z.strictObject({ month: month(), member: number(), file: z.string() }),
  gather: async (call) => absolute(call, ['file']),
  async run({ coop }, { month: wanted, member, file }) {
    const found = await coop.payouts.proof(wanted, member);
    if (found === null) throw new StoreError('not-found', `member ${member} had no coins in ${wanted}`);
    await writeNew(file, `${JSON.stringify(found, null, 2)}\n`);
    const paid = shownMoney(found.paid, coop.rules.currency);
    return { text: `${file}: ${paid} of ${wanted} for member ${member}`, json: { file, ...found } };
  },
});

export const monthCommands = [preview, close, approve, exportCommand, list, show, shares, proof];
