import { randomOctets } from '../../base/index.ts';
import { memberNameCharactersMax, scramSaltBytes } from '../limits.ts';
import { operations } from '../module.ts';
import { readOwnAddress } from '../names.ts';
import type { Member } from '../types.ts';
import { makePassword } from './credentials.ts';
import { pageOf, readName, readPageSize } from './input.ts';
import type { AdminParts } from './parts.ts';
import type { AccountsAdmin } from './types.ts';

const dayMs = 86_400_000;

type MemberAdmin = Pick<
  AccountsAdmin,
  | 'addMember'
  | 'changeMember'
  | 'disableMember'
  | 'enableMember'
  | 'renameMember'
  | 'deleteMember'
  | 'resumeErasures'
  | 'members'
  | 'addresses'
>;

async function sayGoodbye(
  { departures, onError }: AdminParts,
  member: Member,
  addresses: readonly string[],
): Promise<void> {
  for (const listener of departures) {
    try {
      await listener(member, addresses);
    } catch (error) {
      onError('a departure was not told', error);
    }
  }
}

export function memberAdmin(parts: AdminParts): MemberAdmin {
  const { database, clock, domain } = parts;

  /** Those are held for a while after the member is gone, and are nobody else's so long. */
  async function addressesOf(id: number): Promise<readonly string[]> {
    const held = await database.call(operations.addressesOf, { member: id });
    return held.map(({ address }) => address);
  }

  /** The stores first: only when all of them have let go is the deletion done. */
  async function erase(id: number, addresses: readonly string[]): Promise<void> {
    for (const hook of parts.onErase) await hook(id, addresses);
    await database.call(operations.memberErased, { id });
  }

  return {
    async addMember(text, wish = {}) {
      const address = readOwnAddress(text, domain);
      const name = readName(wish.name ?? address.local, "a member's name", memberNameCharactersMax);
      const salt = randomOctets(scramSaltBytes);
      const credential = wish.password === undefined ? null : await makePassword(parts, wish.password, salt);
      return database.call(operations.addMember, {
        address: { key: address.key, domain: address.domain },
        name,
        admin: wish.admin ?? false,
        scramSalt: salt.toString('base64'),
        credential,
        now: clock.nowMs(),
      });
    },
    async changeMember(id, change) {
      const { name, admin, disabled } = change;
      return database.call(operations.changeMember, {
        id,
        change: {
          ...(name === undefined ? {} : { name: readName(name, "a member's name", memberNameCharactersMax) }),
          ...(admin === undefined ? {} : { admin }),
          ...(disabled === undefined ? {} : { disabled }),
        },
      });
    },
    disableMember: (id) => database.call(operations.changeMember, { id, change: { disabled: true } }),
    enableMember: (id) => database.call(operations.changeMember, { id, change: { disabled: false } }),
    async renameMember(id, text) {
      const { key, domain: at } = readOwnAddress(text, domain);
      return database.call(operations.renameMember, { id, address: { key, domain: at }, now: clock.nowMs() });
    },
    async deleteMember(id) {
      const now = clock.nowMs();
      const holdUntil = now + parts.settings.addressReuseDays * dayMs;
      const member = await database.call(operations.member, { id });
      const addresses = await addressesOf(id);
      await database.call(operations.buryMember, { id, now, holdUntil });
      if (member !== null) await sayGoodbye(parts, member, addresses);
      await erase(id, addresses);
    },
    async resumeErasures() {
      const ids = await database.call(operations.membersToErase, {});
      for (const id of ids) await erase(id, await addressesOf(id));
      return ids.length;
    },
    async members(page = {}) {
      const max = readPageSize(page.max);
      const rows = await database.call(operations.members, { after: page.after ?? 0, max: max + 1 });
      return pageOf(rows, max, (member) => member.id);
    },
    addresses: (id) => database.call(operations.addressesOf, { member: id }),
  };
}
