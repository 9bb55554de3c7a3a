import type { Contact, HomeState as Stored } from '../../stores/conversations/index.ts';
import type { Chat } from '../services.ts';
import type { SharedContact } from './sources.ts';

/** What is known of an account as long as its home is in memory; changed after the store, by who writes it. */
export interface HomeState extends Pick<Stored, 'verFloor'> {
  /** By bare address: those of the list, those who only ask to be let in, and those who were in the list. */
  readonly contacts: Map<string, Contact>;
  /** Of the list. */
  ver: number;
  /** Those whom the co-op puts into the list; by bare address. */
  shared: ReadonlyMap<string, SharedContact>;
  readonly blocked: Set<string>;
  preferences: Stored['preferences'];
  last: Stored['last'];
}

const nobody: ReadonlyMap<string, SharedContact> = new Map();

export async function loadState({ store, rosterSource }: Chat, account: number): Promise<HomeState> {
  const { contacts, blocked, ...state } = await store.roster.load(account);
  const shared = (await rosterSource?.contactsOf(account)) ?? [];
  return {
    ...state,
    contacts: new Map(contacts),
    shared: shared.length === 0 ? nobody : new Map(shared.map((contact) => [contact.contact, contact])),
    blocked: new Set(blocked),
  };
}
