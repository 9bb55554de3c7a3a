import { z } from 'zod';
import type { Application } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { actingCommand } from './acting.ts';
import { number, shownAmount, shownMoney } from './amount.ts';
import { allOf, decision, on, onShape, person, when } from './parts.ts';

const command = adminCommand<Rooms>();
const shares = { name: 'shares', summary: 'how many' };
const application = { name: 'application', summary: 'its number, as coop share list shows it' };

const subscribe = actingCommand({
  name: ['coop', 'share', 'subscribe'],
  summary: 'ask for shares for somebody; prints the reference that their payment must bear',
  parameters: [person, shares],
  options: [on],
  schema: z.strictObject({ person: number(), shares: number(), ...onShape }),
  privilege: 'register.write',
  async run({ coop, actor, key }, { person: whose, shares: count, ...rest }) {
    const made = await coop.register.apply(actor, { person: whose, shares: count, ...when(rest, key) });
    const due = shownMoney(made.due, coop.rules.currency);
    return { text: `application ${made.id}: ${due} with the reference ${made.reference}`, json: made };
  },
});

function decide(verb: 'admit' | 'refuse', summary: string) {
  return actingCommand({
    name: ['coop', 'share', verb],
    summary,
    parameters: [application],
    options: [decision, on],
    schema: z.strictObject({ application: number(), decision: z.string(), ...onShape }),
    privilege: 'admission.decide',
    async run({ coop, actor, key }, { application: id, decision: why, ...rest }) {
      const decided = await coop.register.decide(actor, {
        ...{ application: id, isAdmitted: verb === 'admit', decision: why },
        ...when(rest, key),
      });
      return { text: `application ${id} is ${stateOf(decided)}`, json: decided };
    },
  });
}

const withdraw = actingCommand({
  name: ['coop', 'share', 'withdraw'],
  summary: 'take an application back that has not taken effect',
  parameters: [application],
  schema: z.strictObject({ application: number() }),
  privilege: 'register.write',
  async run({ coop, actor, key }, { application: id }) {
    const done = await coop.register.withdrawApplication(actor, { application: id, key });
    return { text: `application ${id} is ${stateOf(done)}`, json: done };
  },
});

function stateOf({ state, decision: why, due, paid }: Application): string {
  if (state !== 'open') return state;
  const waits = [...(why === '' ? ['its decision'] : []), ...(paid < due ? ['its payment'] : [])];
  return `open: it waits for ${waits.join(' and ')}`;
}

const list = command({
  name: ['coop', 'share', 'list'],
  summary: 'the applications that wait for a decision or a payment',
  schema: z.strictObject({}),
  async run({ coop }) {
    const all = await allOf<Application>((last) => coop.register.applications('open', last?.id));
    const rows = all.map((each) => [
      ...[String(each.id), each.requestedOn, `person ${each.person}`, `${each.shares} shares`],
      ...[shownAmount(each.due), each.reference, stateOf(each)],
    ]);
    return { text: table(rows), json: all };
  },
});

const capital = command({
  name: ['coop', 'share', 'capital'],
  summary: 'what all hold, at the end of a day',
  options: [{ ...on, summary: 'the day; today where it is left out' }],
  schema: z.strictObject(onShape),
  async run({ coop }, { on: wanted }) {
    const at = wanted ?? coop.today();
    const totals = await coop.register.totals(at);
    const rows = [
      ['members', String(totals.members)],
      ['shares', String(totals.shares)],
      ['paid-up capital', shownMoney(totals.capital, coop.rules.currency)],
    ];
    return { text: table(rows), json: { on: at, ...totals } };
  },
});

export const shareCommands = [
  subscribe,
  decide('admit', 'the board admits somebody: with the payment they become a member'),
  decide('refuse', 'the board refuses an application'),
  withdraw,
  list,
  capital,
];
