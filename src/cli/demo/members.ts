import type { AccountsService } from '../../accounts/index.ts';
import { type Application, type Day, daysAfter, type PersonDetails } from '../../coop/index.ts';
import type { Dice } from './dice.ts';
import { type Invented, inventPerson } from './people.ts';
import { decisionOf, keyOf, type Scene, written } from './scene.ts';
import { dayOf } from './year.ts';

/** Of a hundred who join: founders of January, who ask for many shares, and whose payment never comes. */
const percent = { founders: 40, large: 6, unpaid: 2, refused: 1 } as const;
/** Days of December on which who forgets the reference asks, and pays. */
const forgetful = { asks: 12, pays: 29 } as const;
/** Shares of most, and of those who can. */
const shares = { most: 20, large: 300 } as const;

/** `Élise Müller` -> `elise.muller`. */
const localPart = ({ given, family }: Invented): string =>
  `${given}.${family}`
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z.]+/g, '-');

export const detailsOf = (who: Invented): PersonDetails => ({
  ...{ kind: 'natural', name: `${who.given} ${who.family}`, country: who.country, birth: who.born },
  address: `${who.street}\n${who.postCode} ${who.town}`,
  ...{ iban: who.iban, holder: `${who.given} ${who.family}` },
});

/** The board meets on the 1st and the 15th; what it decides bears its name. */
function nextMeeting(after: Day): { readonly day: Day; readonly decision: string } {
  const [year = 0, month = 0, on = 0] = after.split('-').map(Number);
  const day =
    on < 15 ? dayOf(year, month, 15) : month === 12 ? dayOf(year + 1, 1, 1) : dayOf(year, month + 1, 1);
  return { day, decision: decisionOf(day) };
}

/** The day on which the nth of all joins: founders in January, the others from February to the middle of December. */
function joiningDay(scene: Scene, dice: Dice): Day {
  const start = dayOf(scene.year, 1, 2);
  return dice.below(100) < percent.founders
    ? daysAfter(start, dice.below(12))
    : daysAfter(start, dice.between(30, 345));
}

export interface Joining {
  readonly accounts: AccountsService;
  /** Local parts that are taken. */
  readonly names: Set<string>;
}

/**
 * Plans how so many people ask for shares, pay and are admitted; some are refused, some never pay, and who comes last pays at the
 * end of the year without the reference.
 */
export function planMembers(scene: Scene, joining: Joining, count: number): void {
  for (let n = 1; n <= count; n++) {
    const dice = scene.dice.of(`member ${n}`);
    const who = inventPerson(scene.country, dice);
    const forgets = n === count;
    const day = forgets ? dayOf(scene.year, 12, forgetful.asks) : joiningDay(scene, dice);
    scene.calendar.on(day, () => join(scene, joining, { n, who, dice, day, forgets }));
  }
}

interface Coming {
  readonly n: number;
  readonly who: Invented;
  readonly dice: Dice;
  readonly day: Day;
  readonly forgets: boolean;
}

async function join(scene: Scene, { accounts, names }: Joining, coming: Coming): Promise<void> {
  const { n, who, dice, day } = coming;
  const { coop, officers, calendar } = scene;
  const plain = localPart(who);
  const local = names.has(plain) ? `${plain}.${n}` : plain;
  names.add(local);
  const name = `${who.given} ${who.family}`;
  const account = await accounts.admin.addMember(local, { name });
  const person = await coop.persons.add(officers.treasurer, {
    ...{ details: detailsOf(who), account: account.id, key: keyOf(scene, `person-${n}`) },
  });
  const most = dice.below(100) < percent.large ? shares.large : shares.most;
  const application = await coop.register.apply(officers.treasurer, {
    ...{ person: person.number, shares: dice.between(1, Math.min(most, coop.rules.shares.maxPerMember)) },
    ...{ on: day, key: keyOf(scene, `application-${n}`) },
  });
  const isRefused = !coming.forgets && dice.below(100) < percent.refused;
  if (coming.forgets || (!isRefused && dice.below(100) >= percent.unpaid))
    payLater(scene, application, coming);
  const meeting = nextMeeting(day);
  calendar.on(meeting.day, async () => {
    await coop.register.decide(officers.chair, {
      ...{ application: application.id, isAdmitted: !isRefused, decision: meeting.decision },
      ...{ on: meeting.day, key: keyOf(scene, `decision-${n}`) },
    });
  });
}

function payLater(scene: Scene, { due, reference }: Application, { who, dice, day, forgets }: Coming): void {
  const words = dice.pick(['parts sociales', 'souscription', 'bienvenue']);
  const name = `${who.given} ${who.family}`;
  scene.bank.book({
    ...{ amount: due, name, iban: who.iban },
    day: forgets ? dayOf(scene.year, 12, forgetful.pays) : daysAfter(day, dice.between(1, 9)),
    remittance: forgets ? `parts ${name}` : `${words} ${written(reference, dice)}`,
  });
}
