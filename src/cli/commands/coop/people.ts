import { z } from 'zod';
import type { Movement, PayeeChange, Person } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { memberAt } from '../member.ts';
import { actingCommand } from './acting.ts';
import { number } from './amount.ts';
import { allOf, personAt, who } from './parts.ts';

const command = adminCommand<Rooms>();
const person = { name: 'number', summary: 'of the person, as coop member list shows it' };

const details = [
  { name: 'name', value: 'NAME', summary: 'of the person, or of the company' },
  { name: 'legal', summary: 'a company, an association, a commune' },
  { name: 'address', value: 'LINE', many: true, summary: 'where they live, in lines' },
  { name: 'country', value: 'CODE', summary: 'of that address; FR' },
  { name: 'birth', value: 'DAY', summary: 'of a natural person; 1971-04-09' },
  { name: 'iban', value: 'IBAN', summary: 'where they are paid' },
  { name: 'holder', value: 'NAME', summary: 'whose account that is; the person where it is left out' },
  { name: 'account', value: 'ADDRESS', summary: 'their mail address here' },
] as const;

const detailsShape = {
  name: z.string().optional(),
  legal: z.boolean().optional(),
  address: z.array(z.string()).optional(),
  country: z.string().optional(),
  birth: z.string().optional(),
  iban: z.string().optional(),
  holder: z.string().optional(),
  account: z.string().optional(),
};

/** What was given of it, as the register takes it. */
function given(typed: z.output<z.ZodObject<typeof detailsShape>>) {
  const {
    name,
    legal,
    address,
    country,
    birth,
    iban,
    holder = iban === undefined ? undefined : name,
  } = typed;
  return {
    ...(name === undefined ? {} : { name }),
    ...(legal === undefined ? {} : { kind: 'legal' as const }),
    ...(address === undefined ? {} : { address: address.join('\n') }),
    ...(country === undefined ? {} : { country }),
    ...(birth === undefined ? {} : { birth }),
    ...(iban === undefined ? {} : { iban }),
    ...(holder === undefined ? {} : { holder }),
  };
}

const accountOf = async (rooms: Rooms, address: string | undefined) =>
  address === undefined ? {} : { account: (await memberAt(rooms, address)).id };

const unknown = { kind: 'natural', address: '', country: '', birth: '', iban: '', holder: '' } as const;

const add = actingCommand({
  name: ['coop', 'member', 'add'],
  summary: 'write somebody down who asks for shares; they are a member when they are admitted and have paid',
  options: details,
  schema: z.strictObject({ ...detailsShape, name: z.string() }),
  privilege: 'register.write',
  async run({ rooms, coop, actor, key }, typed) {
    const { name, ...rest } = { ...unknown, ...given(typed), name: typed.name };
    const account = await accountOf(rooms, typed.account);
    const made = await coop.persons.add(actor, { details: { name, ...rest }, ...account, key });
    return { text: `${made.number}  ${made.name}`, json: made };
  },
});

const change = actingCommand({
  name: ['coop', 'member', 'change'],
  summary: 'change what is known of somebody; what is left out stays',
  parameters: [person],
  options: details,
  schema: z.strictObject({ ...detailsShape, number: number() }),
  privilege: 'register.write',
  async run({ rooms, coop, actor, key }, { number: wanted, ...typed }) {
    const account = await accountOf(rooms, typed.account);
    const changed = await coop.persons.change(actor, {
      ...{ number: wanted, change: { ...given(typed), ...account }, key },
    });
    const waits =
      changed.waiting === 0
        ? ''
        : `\nchange ${changed.waiting} of where they are paid waits for a second person (coop member changes)`;
    return { text: `changed ${changed.number}  ${changed.name}${waits}`, json: changed };
  },
});

const line = (each: Person) => [
  String(each.number),
  each.standing,
  String(each.shares),
  each.name,
  each.queued === 0 ? '' : `${each.queued} to be given back`,
];

const list = command({
  name: ['coop', 'member', 'list'],
  summary: 'the persons of the register: number, standing, shares, name',
  schema: z.strictObject({}),
  async run({ coop }) {
    const all = await allOf<Person>((last) => coop.persons.list({ after: last?.number ?? 0 }));
    return { text: table(all.map(line)), json: all };
  },
});

const show = command({
  name: ['coop', 'member', 'show'],
  summary: 'what is known of a person: standing, shares, movements',
  parameters: [who],
  schema: z.strictObject({ person: z.string() }),
  async run(rooms, { person: wanted }) {
    const found = await personAt(rooms, wanted);
    const movements = await allOf<Movement>((last) =>
      rooms.coop.register.movements({ person: found.number, after: last?.seq ?? 0 }),
    );
    const rows = [
      ['name', found.name],
      ['standing', found.standing],
      ['shares', String(found.shares)],
      ['address', found.address.replaceAll('\n', ', ')],
      ['birth', found.birth],
      ['IBAN', found.iban],
    ].filter(([, value]) => value !== '');
    const moves = movements.map(({ seq, effective, kind, shares, decision }) => [
      ...[String(seq), effective, kind, String(shares), decision],
    ]);
    return { text: [table(rows), '', table(moves)].join('\n').trimEnd(), json: { ...found, movements } };
  },
});

const changes = command({
  name: ['coop', 'member', 'changes'],
  summary:
    'changes of where members are paid that wait for a second person: what it was, what it would be, who asked',
  schema: z.strictObject({}),
  async run({ coop, accounts }) {
    const all = await allOf<PayeeChange>((last) => coop.payees.waiting({ after: last?.id ?? 0 }));
    const nameOf = async (account: number) =>
      (await accounts.accounts.member(account))?.address ?? (account === 0 ? 'none' : `account ${account}`);
    const rows = await Promise.all(
      all.map(async (each) => [
        ...[`change ${each.id}`, `person ${each.person}`],
        each.iban === each.ibanBefore ? '' : `${each.ibanBefore || 'no IBAN'} -> ${each.iban || 'no IBAN'}`,
        each.account === each.accountBefore
          ? ''
          : `${await nameOf(each.accountBefore)} -> ${await nameOf(each.account)}`,
        ...[`by ${await nameOf(each.by)}`, `until ${each.until}`],
      ]),
    );
    return { text: table(rows), json: all };
  },
});

function judge(verb: 'confirm' | 'refuse', summary: string) {
  return actingCommand({
    name: ['coop', 'member', verb],
    summary,
    parameters: [{ name: 'change', summary: 'its number, as coop member changes shows it' }],
    schema: z.strictObject({ change: number() }),
    privilege: 'pay.approve',
    async run({ coop, actor, key }, { change: id }) {
      const decided = await coop.payees[verb](actor, { change: id, key });
      return { text: `change ${id} is ${decided.state}`, json: decided };
    },
  });
}

export const peopleCommands = [
  ...[add, change, list, show, changes],
  judge('confirm', 'a second person agrees that a member is paid elsewhere'),
  judge('refuse', 'a member stays paid where they are'),
];
