import { StoreError } from '../../../base/index.ts';
import type { Database } from '../../../storage/index.ts';
import { limits } from './limits.ts';
import { rosterOperations as operations } from './module.ts';
import {
  type ArchivePreferences,
  type ContactChange,
  type HomeState,
  noticeKinds,
  type RosterStore,
} from './types.ts';

export interface RosterOptions {
  readonly database: Database;
  /** In place of the limits, for tests. */
  readonly contactsMax?: number;
  readonly requestsMax?: number;
  readonly privateCharsMax?: number;
  readonly removedMax?: number;
  readonly blockedMax?: number;
}

function demandBytes(what: string, text: string, max: number): void {
  if (Buffer.byteLength(text) > max)
    throw new StoreError('too-large', `${what} has more than ${max} bytes`, { max });
}

function demandCount(what: string, count: number, max: number): void {
  if (count > max) throw new StoreError('limit', `at most ${max} ${what}`, { max });
}

function demandChange(contact: string, { name = '', groups = [], request }: ContactChange): void {
  demandBytes('the address of a contact', contact, limits.addressBytesMax);
  demandBytes('the name of a contact', name, limits.nameBytesMax);
  demandCount('groups hold one contact', groups.length, limits.groupsPerContactMax);
  for (const group of groups) demandBytes('the name of a group', group, limits.groupBytesMax);
  demandBytes('a request', request ?? '', limits.requestBytesMax);
}

function demandPreferences({ always, never }: ArchivePreferences): void {
  demandCount('addresses are always archived', always.length, limits.preferencesMax);
  demandCount('addresses are never archived', never.length, limits.preferencesMax);
  for (const jid of [...always, ...never]) demandBytes('an address', jid, limits.addressBytesMax);
}

async function estranged(
  database: Database,
  contact: string,
  removedMax: number,
): Promise<readonly number[]> {
  const changed: number[] = [];
  for (let after = 0; ; ) {
    const holders = await database.call(operations.holders, { contact, after });
    const last = holders.at(-1);
    if (last === undefined) return changed;
    for (const account of holders)
      if (await database.call(operations.estrange, { account, contact, removedMax })) changed.push(account);
    after = last;
  }
}

export function createRoster({ database, ...options }: RosterOptions): RosterStore {
  const { contactsMax = limits.contactsMax, removedMax = limits.removedMax } = options;
  const { blockedMax = limits.blockedMax, requestsMax = limits.requestsMax } = options;
  const { privateCharsMax: charsMax = limits.privateCharsMax } = options;
  return {
    async load(account): Promise<HomeState> {
      const { contacts, blocked, ...state } = await database.call(operations.load, { account });
      return {
        ...state,
        contacts: new Map(contacts.map((each) => [each.contact, each])),
        ver: contacts.reduce((newest, { ver }) => Math.max(newest, ver), state.verFloor),
        blocked: new Set(blocked),
      };
    },
    subscribe: (account, listener) => database.changes.subscribe(account, listener),
    async change(account, contact, ver, change) {
      demandChange(contact, change);
      const groups = change.groups && { groups: [...new Set(change.groups)] };
      const asked = { account, contact, ver, change: { ...change, ...groups } };
      return database.call(operations.change, { ...asked, contactsMax, requestsMax, removedMax });
    },
    holders: (contact, after) => database.call(operations.holders, { contact, after }),
    async block(account, { add = [], remove = [] }) {
      for (const jid of add) demandBytes('an address', jid, limits.addressBytesMax);
      demandCount('addresses are blocked', add.length, blockedMax);
      await database.call(operations.block, { account, add, remove, max: blockedMax });
    },
    async setPreferences(account, preferences) {
      demandPreferences(preferences);
      await database.call(operations.setPreferences, { account, preferences });
    },
    async setLast(account, { atMs, status }) {
      const last = { atMs, status: status.slice(0, limits.statusBytesMax / 4) };
      await database.call(operations.setLast, { account, last });
    },
    async notices(account) {
      return new Set(await database.call(operations.notices, { account }));
    },
    async setNotices(account, wanted) {
      const chosen = new Set(wanted);
      await database.call(operations.setNotices, {
        account,
        wanted: noticeKinds.filter((kind) => chosen.has(kind)),
      });
    },
    privateXml: (account, name) => database.call(operations.private, { account, ...name }),
    allPrivateXml: (account) => database.call(operations.privateAll, { account }),
    async setPrivateXml(account, name, xml) {
      demandBytes('an element', xml, limits.privateElementBytesMax);
      demandBytes('a name space', name.ns, limits.nameBytesMax);
      demandBytes('a name', name.name, limits.nameBytesMax);
      const max = limits.privateElementsMax;
      await database.call(operations.setPrivate, { account, ...name, xml, max, charsMax });
    },
    erase: (account) => database.call(operations.erase, { account }),
    estrange: (contact) => estranged(database, contact, removedMax),
    async purge() {
      // Nothing of it ends by itself.
    },
  };
}
