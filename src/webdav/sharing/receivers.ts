import { isPrincipal } from '../principals/principal.ts';
import type { Exchange } from '../types.ts';
import type { SharingHouse } from './house.ts';

/** A member's id, or 0 and the canonical address of a group. */
export interface Receiver {
  readonly member: number;
  readonly group: string;
}

/** Whom a client names: a calendar user address, or the URL of a principal. Null: nobody of ours. */
export async function receiverOf(
  exchange: Exchange,
  { accounts }: SharingHouse,
  href: string,
): Promise<Receiver | null> {
  const address = await addressIn(exchange, href.trim());
  if (address === null) return null;
  const member = await accounts.byAddress(address);
  if (member) return member.disabled ? null : { member: member.id, group: '' };
  const group = await accounts.group(address);
  // A catch-all is nobody's group.
  return group === null || group.startsWith('*@') ? null : { member: 0, group };
}

async function addressIn(exchange: Exchange, href: string): Promise<string | null> {
  const mailto = /^mailto:([^?]*)/i.exec(href)?.[1];
  try {
    if (mailto !== undefined) return decodeURIComponent(mailto);
    if (/^[^/:@]+@[^/:@]+$/.test(href)) return href;
    const path = exchange.locate(href);
    if (typeof path === 'string') return null;
    const { resource } = await exchange.find(path);
    return resource && isPrincipal(resource) ? resource.address : null;
  } catch {
    // What is no URL of ours names nobody.
    return null;
  }
}

/** Null: they are not here any more. */
export async function personOf(
  { accounts }: SharingHouse,
  { member, group }: Receiver,
): Promise<{ readonly address: string; readonly name: string } | null> {
  if (member === 0) return { address: group, name: group };
  const found = await accounts.member(member);
  return found && { address: found.address, name: found.name === '' ? found.address : found.name };
}
