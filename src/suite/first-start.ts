import type { Rooms } from '../rooms/index.ts';

/**
 * A co-op without members gets its administrator, and the path of the one link that signs in as it. Null where there
 * is somebody already.
 */
export async function firstAdministrator(rooms: Rooms): Promise<{ address: string; path: string } | null> {
  const { admin } = rooms.accounts;
  const { rows } = await admin.members({ max: 1 });
  if (rows.length > 0) return null;
  const member = await admin.addMember('admin', { name: 'Administrator', admin: true });
  const { token } = await admin.createSignInToken(member.id);
  return { address: member.address, path: `/sign-in/${token}` };
}
