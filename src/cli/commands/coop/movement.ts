import { z } from 'zod';
import type { RedemptionRequest } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { actingCommand } from './acting.ts';
import { amount, number, shownMoney } from './amount.ts';
import { allOf, decision, on, onShape, person, when } from './parts.ts';

const transfer = actingCommand({
  name: ['coop', 'share', 'transfer'],
  summary: 'shares go from a member to another person, who is a member by it',
  parameters: [
    { name: 'from', summary: 'the number of who gives' },
    { name: 'to', summary: 'the number of who receives' },
    { name: 'shares', summary: 'how many' },
  ],
  options: [decision, on],
  schema: z.strictObject({
    ...onShape,
    from: number(),
    to: number(),
    shares: number(),
    decision: z.string(),
  }),
  privilege: 'admission.decide',
  async run({ coop, actor, key }, { from, to, shares, decision: why, ...rest }) {
    const done = await coop.register.transfer(actor, { from, to, shares, decision: why, ...when(rest, key) });
    return { text: `movement ${done.seq}: ${shares} shares from ${from} to ${to}`, json: done };
  },
});

const request = actingCommand({
  name: ['coop', 'share', 'request'],
  summary: 'a member asks shares back; they wait for their turn',
  parameters: [person, { name: 'shares', summary: 'how many' }],
  options: [on],
  schema: z.strictObject({ ...onShape, person: number(), shares: number() }),
  privilege: 'register.write',
  async run({ coop, actor, key }, { person: whose, shares, ...rest }) {
    const asked = await coop.register.request(actor, { person: whose, shares, ...when(rest, key) });
    return { text: `request ${asked.id}: ${shares} shares, not before ${asked.due}`, json: asked };
  },
});

const recall = actingCommand({
  name: ['coop', 'share', 'recall'],
  summary: 'a member takes a request back of which nothing was given back',
  parameters: [{ name: 'request', summary: 'its number, as coop share queue shows it' }],
  options: [on],
  schema: z.strictObject({ ...onShape, request: number() }),
  privilege: 'register.write',
  async run({ coop, actor, key }, { request: id, ...rest }) {
    const now = await coop.register.withdrawRequest(actor, { request: id, ...when(rest, key) });
    return { text: `request ${id} is ${now.state}`, json: now };
  },
});

const queue = adminCommand<Rooms>()({
  name: ['coop', 'share', 'queue'],
  summary:
    'what waits to be given back, in its order: request, person, shares, why, not before, the last day',
  schema: z.strictObject({}),
  async run({ coop }) {
    const all = await allOf<RedemptionRequest>((last) => coop.register.queue(last?.id));
    const rows = all.map(({ id, person: whose, left, shares, cause, due, latest }) => [
      ...[String(id), `person ${whose}`, `${left} of ${shares} shares`, cause, due, latest],
    ]);
    return { text: table(rows), json: all };
  },
});

const call = actingCommand({
  name: ['coop', 'share', 'call'],
  summary: 'call what is not paid up of shares; prints the reference that the payment must bear',
  parameters: [person, { name: 'amount', summary: 'such as 50.00' }],
  options: [decision, on],
  schema: z.strictObject({ ...onShape, person: number(), amount: amount(), decision: z.string() }),
  privilege: 'register.write',
  async run({ coop, actor, key }, { person: whose, amount: minor, decision: why, ...rest }) {
    const asked = { person: whose, amount: minor, decision: why, ...when(rest, key) };
    const made = await coop.register.call(actor, asked);
    const due = shownMoney(made.amount, coop.rules.currency);
    return { text: `call ${made.id}: ${due} with the reference ${made.reference}`, json: made };
  },
});

const redeem = actingCommand({
  name: ['coop', 'share', 'redeem'],
  summary: 'give back what is due, first come first served, down to the floor of the capital',
  options: [
    { name: 'loss', value: 'AMOUNT', summary: 'that is not covered: its part is taken off' },
    decision,
    on,
  ],
  schema: z.strictObject({ ...onShape, loss: amount().optional(), decision: z.string() }),
  privilege: 'pay.prepare',
  async run({ coop, actor, key }, { loss = 0, decision: why, ...rest }) {
    const done = await coop.register.redeem(actor, {
      uncoveredLoss: loss,
      decision: why,
      ...when(rest, key),
    });
    const { currency } = coop.rules;
    const text = [
      `${done.shares} shares of ${done.requests} requests, ${shownMoney(done.amount, currency)} owed`,
      `capital ${shownMoney(done.capital, currency)}, floor ${shownMoney(done.floor, currency)}`,
      ...(done.more ? ['there is more that is due: run it again'] : []),
    ];
    return { text: text.join('\n'), json: done };
  },
});

function end(verb: 'exclude' | 'death', summary: string) {
  return actingCommand({
    name: ['coop', 'share', verb],
    summary,
    parameters: [person],
    options: [decision, on],
    schema: z.strictObject({ ...onShape, person: number(), decision: z.string() }),
    privilege: 'admission.decide',
    async run({ coop, actor, key }, { person: whose, decision: why, ...rest }) {
      const waits = await coop.register[verb](actor, { person: whose, decision: why, ...when(rest, key) });
      const text = waits === null ? 'nothing waits' : `request ${waits.id}: ${waits.left} shares wait`;
      return { text, json: waits };
    },
  });
}

const cancel = actingCommand({
  name: ['coop', 'share', 'cancel'],
  summary: 'undo the last movement of whom it concerns, by another one',
  parameters: [{ name: 'movement', summary: 'its number, as coop member show has it first' }],
  options: [decision, on],
  schema: z.strictObject({ ...onShape, movement: number(), decision: z.string() }),
  privilege: 'admission.decide',
  async run({ coop, actor, key }, { movement: seq, decision: why, ...rest }) {
    const done = await coop.register.cancel(actor, { seq, decision: why, ...when(rest, key) });
    return { text: `movement ${done.seq} undoes ${seq}`, json: done };
  },
});

export const movementCommands = [
  call,
  transfer,
  request,
  recall,
  queue,
  redeem,
  end('exclude', 'exclude a member: their shares wait to be given back'),
  end('death', 'a member died: their shares wait, or go to heirs by transfer'),
  cancel,
];
