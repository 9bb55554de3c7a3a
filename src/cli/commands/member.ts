import { z } from 'zod';
import { type Member, type Scope, scopes } from '../../accounts/index.ts';
import { StoreError } from '../../base/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { signInAddress } from '../../web/index.ts';
import { adminCommand } from '../admin/index.ts';
import type { Call } from '../command.ts';
import { UsageError } from '../exit.ts';
import { readStdinLine } from '../io.ts';
import { date, table } from '../text.ts';

const command = adminCommand<Rooms>();
const address = { name: 'address', summary: 'user@domain, or the user alone for the main domain' };

/** The member an address belongs to. StoreError 'not-found'. */
export async function memberAt(rooms: Rooms, text: string): Promise<Member> {
  const domain = rooms.settings.value.coop.domain;
  const member = await rooms.accounts.accounts.byAddress(text.includes('@') ? text : `${text}@${domain}`);
  if (!member) throw new StoreError('not-found', `no member has the address ${text}`);
  return member;
}

async function withPassword({ args, io }: Call): Promise<Record<string, unknown>> {
  const { passwordStdin, ...rest } = args;
  return passwordStdin === true ? { ...rest, password: await readStdinLine(io) } : rest;
}

function shown(member: Member): Record<string, unknown> {
  const { id, name, admin, disabled } = member;
  return { id, address: member.address, name, admin, disabled };
}

const add = command({
  name: ['member', 'add'],
  summary: 'add a member; without a password, print a link that signs in once',
  parameters: [address],
  options: [
    { name: 'name', value: 'NAME', summary: 'for people; else the user part of the address' },
    { name: 'password-stdin', summary: 'read the password from standard input, one line' },
    { name: 'admin', summary: 'may administer the co-op' },
  ],
  schema: z.strictObject({
    address: z.string(),
    name: z.string().optional(),
    password: z.string().optional(),
    admin: z.boolean().optional(),
  }),
  gather: withPassword,
  async run(rooms, { address: wanted, name, password, admin }) {
    const wish = {
      ...(name === undefined ? {} : { name }),
      ...(password === undefined ? {} : { password }),
      ...(admin === undefined ? {} : { admin }),
    };
    const member = await rooms.accounts.admin.addMember(wanted, wish);
    if (password !== undefined) return { text: `added ${member.address}`, json: shown(member) };
    const { token } = await rooms.accounts.admin.createSignInToken(member.id);
    const link = signInAddress(rooms.settings.value, token);
    return { text: `added ${member.address}; signs in once with\n${link}`, json: { ...shown(member), link } };
  },
});

const list = command({
  name: ['member', 'list'],
  summary: 'list the members',
  schema: z.strictObject({}),
  async run(rooms) {
    const members: (Member & { created: number })[] = [];
    for (let after: number | null = 0; after !== null; ) {
      const page = await rooms.accounts.admin.members({ after });
      members.push(...page.rows);
      after = page.next;
    }
    const rows = members.map((member) => [
      member.address,
      member.name,
      member.disabled ? 'disabled' : member.admin ? 'administrator' : '',
    ]);
    return { text: table(rows), json: members.map(shown) };
  },
});

const show = command({
  name: ['member', 'show'],
  summary: 'show a member: addresses, credentials, mail',
  parameters: [address],
  schema: z.strictObject({ address: z.string() }),
  async run(rooms, { address: wanted }) {
    const member = await memberAt(rooms, wanted);
    const addresses = await rooms.accounts.admin.addresses(member.id);
    const credentials = await rooms.accounts.admin.credentials(member.id);
    const mail = await rooms.mail.quota(member.id);
    const rows = [
      ['address', member.address],
      ['name', member.name],
      ['status', member.disabled ? 'disabled' : 'active'],
      ['administrator', member.admin ? 'yes' : 'no'],
      ['mail', `${mail.messages} messages, ${mail.used} bytes of ${mail.limit ?? 'no limit'}`],
      ...addresses.map((one) => [one.kind, one.address]),
      ...credentials.map((one) => [`${one.kind} ${one.id}`, `${one.name}${one.revoked ? ' (revoked)' : ''}`]),
    ];
    return { text: table(rows), json: { ...shown(member), addresses, credentials, mail } };
  },
});

function change(
  verb: 'disable' | 'enable' | 'delete',
  summary: string,
  done: string,
  act: (rooms: Rooms, id: number) => Promise<unknown>,
) {
  return command({
    name: ['member', verb],
    summary,
    parameters: [address],
    schema: z.strictObject({ address: z.string() }),
    async run(rooms, { address: wanted }) {
      const member = await memberAt(rooms, wanted);
      await act(rooms, member.id);
      return { text: `${done} ${member.address}`, json: { id: member.id, address: member.address, done } };
    },
  });
}

const passwd = command({
  name: ['member', 'passwd'],
  summary: "set a member's password from standard input, or print a link that signs in once",
  parameters: [address],
  options: [{ name: 'password-stdin', summary: 'read the password from standard input, one line' }],
  schema: z.strictObject({ address: z.string(), password: z.string().optional() }),
  gather: withPassword,
  async run(rooms, { address: wanted, password }) {
    const member = await memberAt(rooms, wanted);
    if (password !== undefined) {
      await rooms.accounts.admin.setPassword(member.id, password);
      return { text: `changed the password of ${member.address}`, json: { id: member.id } };
    }
    const { token } = await rooms.accounts.admin.createSignInToken(member.id);
    const link = signInAddress(rooms.settings.value, token);
    return { text: link, json: { id: member.id, link } };
  },
});

function readScopes(text: string | undefined): readonly Scope[] {
  if (text === undefined) return scopes;
  return text.split(',').map((word) => {
    const scope = scopes.find((known) => known === word.trim());
    if (!scope) throw new UsageError(`scopes: '${word}' is none of ${scopes.join(', ')}`);
    return scope;
  });
}

/** A credential is made, or all are listed, or one is revoked. */
const oneOfThem = [
  ({ name, list: all, revoke }: { name?: unknown; list?: unknown; revoke?: unknown }) =>
    [name, all, revoke].filter((one) => one !== undefined).length === 1,
  { message: 'give one of --name, --list, --revoke' },
] as const;

const appPassword = command({
  name: ['member', 'app-password'],
  summary: 'make a password for one device and print it once; or list or revoke them',
  parameters: [address],
  options: [
    { name: 'name', value: 'DEVICE', summary: 'make one for this device' },
    { name: 'scopes', value: 'LIST', summary: `what it may do, comma-separated: ${scopes.join(', ')}` },
    { name: 'list', summary: 'list them' },
    { name: 'revoke', value: 'ID', summary: 'revoke the one of this number' },
  ],
  schema: z
    .strictObject({
      address: z.string(),
      name: z.string().optional(),
      scopes: z.string().optional(),
      list: z.boolean().optional(),
      revoke: z.coerce.number().int().positive().optional(),
    })
    .refine(...oneOfThem),
  async run(rooms, { address: wanted, name, scopes: wish, revoke }) {
    const { admin } = rooms.accounts;
    const member = await memberAt(rooms, wanted);
    if (revoke !== undefined) {
      await admin.revokeAppPassword(member.id, revoke);
      return { text: `revoked ${revoke}`, json: { revoked: revoke } };
    }
    if (name !== undefined) {
      const made = await admin.addAppPassword(member.id, name, readScopes(wish));
      return { text: made.password, json: { ...made, address: member.address } };
    }
    const all = (await admin.credentials(member.id)).filter((one) => one.kind === 'app-password');
    const rows = all.map((one) => [
      String(one.id),
      one.name,
      one.scopes.join(','),
      one.revoked === null ? `used ${date(one.lastUsed)}` : `revoked ${date(one.revoked)}`,
    ]);
    return { text: table(rows), json: all };
  },
});

const token = command({
  name: ['member', 'token'],
  summary: 'make a bearer token for /api/v1 and print it once; or list or revoke them',
  parameters: [address],
  options: [
    { name: 'name', value: 'PROGRAM', summary: 'make one for this program' },
    {
      name: 'scopes',
      value: 'LIST',
      summary: 'read, write, or privileges such as ledger.read, comma-separated',
    },
    { name: 'days', value: 'DAYS', summary: 'after which it ends; 90 where nothing is said' },
    { name: 'list', summary: 'list them' },
    { name: 'revoke', value: 'ID', summary: 'revoke the one of this number' },
  ],
  schema: z
    .strictObject({
      address: z.string(),
      name: z.string().optional(),
      scopes: z.string().prefault('read'),
      days: z.coerce.number().int().positive().prefault(90),
      list: z.boolean().optional(),
      revoke: z.coerce.number().int().positive().optional(),
    })
    .refine(...oneOfThem),
  async run(rooms, { address: wanted, name, scopes: wish, days, revoke }) {
    const { admin } = rooms.accounts;
    const member = await memberAt(rooms, wanted);
    if (revoke !== undefined) {
      await admin.revokeApiToken(member.id, revoke);
      return { text: `revoked ${revoke}`, json: { revoked: revoke } };
    }
    if (name !== undefined) {
      const words = wish.split(',').map((word) => word.trim());
      const made = await admin.addApiToken(member.id, { name, scopes: words, days });
      return { text: made.token, json: { ...made, address: member.address } };
    }
    const all = await admin.apiTokens(member.id);
    const rows = all.map((one) => [
      String(one.id),
      one.name,
      one.scopes.join(','),
      one.revoked === null ? `ends ${date(one.expires)}` : `revoked ${date(one.revoked)}`,
    ]);
    return { text: table(rows), json: all };
  },
});

export const memberCommands = [
  add,
  list,
  show,
  change('disable', 'refuse a member every login', 'disabled', (rooms, id) =>
    rooms.accounts.admin.disableMember(id),
  ),
  change('enable', 'let a disabled member in again', 'enabled', (rooms, id) =>
    rooms.accounts.admin.enableMember(id),
  ),
  change('delete', 'end a membership and erase its data', 'deleted', (rooms, id) =>
    rooms.accounts.admin.deleteMember(id),
  ),
  passwd,
  appPassword,
  token,
];
