import { type Clock, StoreError } from '../../base/index.ts';
import type { Actor, Coop, Role } from '../../coop/index.ts';
import { readIban } from '../../formats/iban/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { dice } from './dice.ts';
import { planMembers } from './members.ts';
import { type LastStatement, planMonths } from './months.ts';
import { DemoBank, type Officers, type Scene } from './scene.ts';
import { planShares } from './shares.ts';
import { planSponsors } from './sponsors.ts';
import { Calendar, dayOf, lastDay, walkingClock } from './year.ts';

export interface DemoOptions {
  readonly members: number;
  readonly seed: string;
  readonly year: number;
  /** Of the five officers. */
  readonly password: string;
  /** Whether the last statement of the bank is imported as well, or answered as a file. */
  readonly keepsLastStatement: boolean;
}

export interface Demo {
  readonly officers: readonly { readonly address: string; readonly roles: readonly Role[] }[];
  readonly members: number;
  readonly capital: number;
  readonly entries: number;
  /** Of the last entry, hex: the same for the same options, on every machine and either database. */
  readonly hash: string;
  /** camt.053 of the last days; null where it was imported. */
  readonly statement: string | null;
}

type Session = {
  progress(told: { what: string; done: number; total?: number }): void;
  readonly signal: AbortSignal;
};

/** Fills an empty co-op with a year of its life. StoreError 'exists' where somebody or something is in its books. */
export async function fillCoop(rooms: Rooms, options: DemoOptions, session: Session): Promise<Demo> {
  const { coop: settings } = rooms.settings.value;
  const [account] = Object.values(settings.banks);
  if (account === undefined)
    throw new StoreError('invalid', 'coop.banks names no account that the demonstration could pay from');
  if ((await rooms.coop.persons.list()).length > 0 || (await rooms.coop.ledger.entry(1)) !== null)
    throw new StoreError(
      'exists',
      'this co-op has persons or entries already; a demonstration needs an empty one',
    );
  const { year } = options;
  const clock = walkingClock(rooms.clock, dayOf(year, 1, 1));
  const coop = rooms.coopAt(clock, `${options.seed} ${year}`);
  const officers = await appoint(rooms, coop, options);
  const calendar = new Calendar(clock, lastDay(year, 12));
  const scene: Scene = {
    ...{ coop, clock, calendar, officers: officers.actors, year },
    dice: dice(`${options.seed} ${year}`),
    ...{ country: coop.rules.country, bank: new DemoBank(readIban(account.iban), year) },
  };
  const last: LastStatement | null = options.keepsLastStatement ? { text: null } : null;
  planMembers(scene, { accounts: rooms.accounts, names: officers.names }, options.members);
  planShares(scene);
  planSponsors(scene);
  planMonths(scene, last);
  await calendar.live(dayOf(year, 1, 1), (day) => {
    if (session.signal.aborted)
      throw new StoreError('unavailable', 'interrupted; empty the data folder before another try');
    if (day.endsWith('-01')) session.progress({ what: 'months', done: Number(day.slice(5, 7)), total: 12 });
  });
  return { ...(await countUp(coop, clock)), officers: officers.shown, statement: last?.text ?? null };
}

const offices = [
  { local: 'administration', name: 'Ada Martin', key: 'administrator', roles: ['administrator'] },
  { local: 'tresorerie', name: 'Théo Roux', key: 'treasurer', roles: ['treasurer'] },
  { local: 'tresorerie2', name: 'Dina Faure', key: 'deputy', roles: ['treasurer'] },
  { local: 'presidence', name: 'Paula Conti', key: 'chair', roles: ['board'] },
  { local: 'audit', name: 'Omar Blanc', key: 'auditor', roles: ['auditor'] },
] as const;

/** Accounts and roles of those who decide; the first administrator of the co-op gives them. */
async function appoint({ accounts }: Rooms, coop: Coop, { password, year }: DemoOptions) {
  const actors: Partial<Record<(typeof offices)[number]['key'], Actor>> = {};
  const shown: { address: string; roles: readonly Role[] }[] = [];
  for (const { local, name, key, roles } of offices) {
    const isAdministrator = key === 'administrator';
    const { id, address } = await accounts.admin.addMember(local, { name, password, admin: isAdministrator });
    const by = actors.administrator ?? (await coop.actor(id, 'cli'));
    for (const role of roles)
      await coop.acts.changeRole(by, {
        account: id,
        role,
        give: true,
        key: `demo-${year}-role-${key}-${role}`,
      });
    actors[key] = await coop.actor(id, 'cli');
    shown.push({ address, roles });
  }
  return { actors: actors as Officers, shown, names: new Set<string>(offices.map(({ local }) => local)) };
}

async function countUp(coop: Coop, clock: Clock) {
  const on = new Date(clock.nowMs()).toISOString().slice(0, 10);
  const { members, capital } = await coop.register.totals(on);
  let entries = 0;
  let hash = '';
  for await (const page of coop.ledger.entries()) {
    entries += page.length;
    hash = page.at(-1)?.hash ?? hash;
  }
  return { members, capital, entries, hash };
}
