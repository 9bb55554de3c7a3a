import { z } from 'zod';
import type { Member } from '../../accounts/index.ts';
import { FormatError, StoreError } from '../../base/index.ts';
import { parseMailbox } from '../../formats/address/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { adminCommand } from '../admin/index.ts';
import { openChecker } from '../dns/index.ts';
import { ownDoors, Steps, Stopped, testLocally, testOutside } from '../mail-test/index.ts';

const command = adminCommand<Rooms>();

/** The first administrator who may sign in. */
async function administrator({ accounts }: Rooms): Promise<Member> {
  for (let after: number | null = 0; after !== null; ) {
    const page: Awaited<ReturnType<typeof accounts.admin.members>> = await accounts.admin.members({ after });
    const found = page.rows.find(({ admin, disabled }) => admin && !disabled);
    if (found) return found;
    after = page.next;
  }
  throw new StoreError('not-found', 'there is no administrator to send as');
}

async function memberOf({ accounts }: Rooms, id: number): Promise<Member> {
  const { rows } = await accounts.admin.members({ after: id - 1, max: 1 });
  const [member] = rows;
  if (member?.id !== id) throw new StoreError('not-found', 'there is no such member');
  return member;
}

/** Whom it goes to: a member here, or an address elsewhere. */
async function readTarget(rooms: Rooms, text: string | undefined): Promise<Member | string> {
  if (text === undefined) return administrator(rooms);
  const full = text.includes('@') ? text : `${text}@${rooms.settings.value.coop.domain}`;
  let domain: string;
  try {
    domain = parseMailbox(full).domain;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new StoreError('invalid', `'${text}' is no address: ${error.message}`);
  }
  if (!(await rooms.accounts.accounts.isLocalDomain(domain))) return full;
  const resolution = await rooms.accounts.accounts.resolve(full);
  const members =
    resolution.kind === 'local' ? resolution.recipients.filter(({ kind }) => kind === 'member') : [];
  const [only] = members;
  if (members.length !== 1 || only?.kind !== 'member')
    throw new StoreError('not-found', `${full} is not the address of one member`);
  return memberOf(rooms, only.account);
}

const test = command({
  name: ['mail', 'test'],
  summary: 'send a message through the whole chain of the running server, and say step by step what happened',
  parameters: [
    {
      name: 'address',
      summary: 'a member, or an address elsewhere; the first administrator where it is left out',
      optional: true,
    },
  ],
  schema: z.strictObject({ address: z.string().optional() }),
  async run(rooms, { address }, { signal, progress }) {
    const doors = ownDoors(rooms);
    const target = await readTarget(rooms, address);
    const steps = new Steps(rooms.clock, (what, done) => progress({ what, done }));
    const { resolver } = openChecker(rooms);
    try {
      if (typeof target === 'string')
        await testOutside(rooms, doors, steps, await administrator(rooms), target, signal);
      else await testLocally(rooms, resolver, doors, steps, target);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      resolver.close();
    }
    return { text: steps.text(), json: steps.done, status: steps.failed ? 1 : 0 };
  },
});

export const mailCommands = [test];
