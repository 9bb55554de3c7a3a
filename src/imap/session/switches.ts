import type { Session } from './session.ts';

/** What is kept from whom: capabilities in upper case, as `Features.switches` has them. */
export interface CapabilitySwitches {
  readonly everyone: readonly string[];
  /** By the member's address. */
  readonly accounts: Readonly<Record<string, readonly string[]>>;
  /** By what the name that a client gives itself with ID contains. */
  readonly clients: Readonly<Record<string, readonly string[]>>;
}

/** CLIENTS.md: Outlook does not understand answers without sequence numbers. */
export const defaultSwitches: CapabilitySwitches = {
  everyone: [],
  accounts: {},
  clients: { Outlook: ['UIDONLY'] },
};

/** What is kept from a client that calls itself so, of a member with this address; '' where it is not known yet. */
export function withheldFrom(
  { everyone, accounts, clients }: CapabilitySwitches,
  clientName: string,
  address: string,
): ReadonlySet<string> {
  const client = clientName.toLowerCase();
  const withheld = new Set(everyone);
  for (const [account, names] of Object.entries(accounts)) {
    if (address !== '' && account.toLowerCase() === address.toLowerCase())
      for (const name of names) withheld.add(name);
  }
  for (const [part, names] of Object.entries(clients)) {
    if (client.includes(part.toLowerCase())) for (const name of names) withheld.add(name);
  }
  return withheld;
}

/** The session sees the tables without what is kept from it: it is neither told of that nor obeyed in it. */
export function applySwitches(session: Session): void {
  const { services, clientName, member } = session;
  const withheld = withheldFrom(services.switches(), clientName, member?.address ?? '');
  if (withheld.size === 0 && session.withheld.size === 0) return;
  session.withheld = withheld;
  session.services = { ...services, features: services.features.without(withheld) };
}
