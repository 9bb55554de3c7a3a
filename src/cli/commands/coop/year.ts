import { z } from 'zod';
import type { MemberInterest, Years } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { actingCommand } from './acting.ts';
import { amount, shownMoney } from './amount.ts';
import { writeNew } from './file.ts';
import { allOf, despiteWaiting, newFile } from './parts.ts';

const command = adminCommand<Rooms>();
const which = { name: 'year', summary: 'the fiscal year that ends in it: 2026' };
const year = () => z.string().regex(/^[1-9]\d{3}$/, 'a year such as 2026');

type Figures = Awaited<ReturnType<Years['figures']>>;

function rowsOf(figures: Figures, currency: string): string[][] {
  const money = (minor: number) => shownMoney(minor, currency);
  return [
    ['result', money(figures.result)],
    ...(figures.covered === 0 ? [] : [['covers losses of before', money(figures.covered)]]),
    ...figures.allocated.map(({ to, amount: minor }) => [`to ${to}`, money(minor)]),
    ['may be distributed', money(figures.distributable)],
    ['paid-up capital', money(figures.capital)],
    ['interest on shares, at most', money(figures.interestMost)],
  ];
}

const show = command({
  name: ['coop', 'year', 'show'],
  summary: 'what a year came to, and what the assembly may decide; or what it decided',
  parameters: [which],
  schema: z.strictObject({ year: year() }),
  async run({ coop }, { year: wanted }) {
    const { currency } = coop.rules;
    const closed = await coop.years.year(wanted);
    if (closed === null) {
      const figures = await coop.years.figures(wanted);
      return { text: table(rowsOf(figures, currency)), json: figures };
    }
    const decided = [
      ['interest', `${shownMoney(closed.interest, currency)} by ${closed.decision}`],
      ...closed.levied.map(({ to, amount: minor }) => [`kept back for ${to}`, shownMoney(minor, currency)]),
      ['to members, net', `${shownMoney(closed.net, currency)} to ${closed.members}`],
      ['free reserve', shownMoney(closed.free, currency)],
    ];
    return { text: table([...rowsOf(closed, currency), ...decided]), json: closed };
  },
});

const close = actingCommand({
  name: ['coop', 'year', 'close'],
  summary: 'close a year as the assembly decided: reserves, interest on shares, levies; once',
  parameters: [which],
  options: [
    {
      name: 'interest',
      value: 'AMOUNT',
      summary: 'on all shares, gross, such as 6844.50; none where it is left out',
    },
    { name: 'decision', value: 'TEXT', summary: 'of the assembly: its day, its number' },
    despiteWaiting,
  ],
  schema: z.strictObject({
    ...{ year: year(), interest: amount().optional(), decision: z.string() },
    despiteWaiting: z.string().optional(),
  }),
  privilege: 'year.close',
  async run({ coop, actor, key }, { year: wanted, interest = 0, decision, despiteWaiting: despite = '' }) {
    const closed = await coop.years.close(actor, {
      ...{ year: wanted, interest, decision, despite, key },
    });
    const net = shownMoney(closed.net, coop.rules.currency);
    return { text: `${wanted} is closed: ${net} to ${closed.members} members, net`, json: closed };
  },
});

const list = command({
  name: ['coop', 'year', 'list'],
  summary: 'the years that were closed, the last one first: result, interest, who decided',
  schema: z.strictObject({}),
  async run({ coop }) {
    const all = await coop.years.years();
    const money = (minor: number) => shownMoney(minor, coop.rules.currency);
    const rows = all.map((each) => [each.year, money(each.result), money(each.interest), each.decision]);
    return { text: table(rows), json: all };
  },
});

const interest = command({
  name: ['coop', 'year', 'interest'],
  summary: 'the interest of a year for each member: gross, what was kept back, net',
  parameters: [which],
  schema: z.strictObject({ year: year() }),
  async run({ coop }, { year: wanted }) {
    const all = await allOf<MemberInterest>((last) =>
      coop.years.interest(wanted, { after: last?.member ?? 0 }),
    );
    const money = (minor: number) => shownMoney(minor, coop.rules.currency);
    const rows = all.map(({ member, gross, levied, net }) => [
      ...[`member ${member}`, money(gross)],
      ...[levied.map(({ to, amount: minor }) => `${to} ${money(minor)}`).join(', '), money(net)],
    ]);
    return { text: table(rows), json: all };
  },
});

const slips = actingCommand({
  name: ['coop', 'year', 'slips'],
  summary: 'write what the tax slips of a calendar year say, member by member, as CSV',
  parameters: [which, newFile],
  schema: z.strictObject({ year: year(), file: z.string() }),
  paths: ['file'],
  privilege: 'year.close',
  async run({ coop, actor }, { year: wanted, file }) {
    await writeNew(file, coop.years.slipLines(actor, wanted));
    return { text: `${file}: slips of ${wanted}`, json: { file, year: wanted } };
  },
});

export const yearCommands = [show, close, list, interest, slips];
