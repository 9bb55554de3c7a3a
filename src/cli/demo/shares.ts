import { type Day, daysAfter, type Movement, type Person, refusalCode } from '../../coop/index.ts';
import { detailsOf } from './members.ts';
import { inventPerson } from './people.ts';
import { activeMembers, decisionOf, keyOf, type Scene } from './scene.ts';
import { dayOf } from './year.ts';

/** Months whose 10th brings requests, and how many at most; the last one of a month asks all shares back now and then. */
const requests = { from: 4, until: 12, most: 2, leaves: 4 } as const;

/** Plans how shares move once they are held: given back, transferred, to heirs; a member is excluded, an error is undone. */
export function planShares(scene: Scene): void {
  const { calendar, year } = scene;
  const on = (month: number, day: number, what: (scene: Scene, on: Day) => Promise<unknown>) => {
    const date = dayOf(year, month, day);
    calendar.on(date, async () => void (await what(scene, date)));
  };
  for (let month = requests.from; month <= requests.until; month++) on(month, 10, askBack);
  on(5, 15, transfer);
  on(6, 1, transferInError);
  on(7, 1, exclude);
  on(8, 12, thinkAgain);
  on(9, 15, redeem);
  on(10, 2, die);
}

/** Somebody with more shares than these, none of which is on its way out, other than who is named; null where nobody is. */
async function memberWith(scene: Scene, part: string, more: number, other = 0): Promise<Person | null> {
  const members = (await activeMembers(scene)).filter(
    ({ number, shares, queued }) => shares > more && queued === 0 && number !== other,
  );
  const [first, ...rest] = members;
  return first === undefined ? null : scene.dice.of(part).pick([first, ...rest]);
}

/** Nobody asks where shares are asked back at another time of the year. */
async function askBack(scene: Scene, on: Day): Promise<void> {
  try {
    await askSharesBack(scene, on);
  } catch (error) {
    if (refusalCode(error) !== 'E_DATE') throw error;
  }
}

async function askSharesBack(scene: Scene, on: Day): Promise<void> {
  const throws = scene.dice.of(`requests ${on}`);
  const count = throws.between(1, requests.most);
  for (let n = 1; n <= count; n++) {
    const member = await memberWith(scene, `request ${on} ${n}`, 2);
    if (member === null) return;
    const isLeaving = throws.below(requests.leaves) === 0;
    const shares = isLeaving ? member.shares : throws.between(1, Math.ceil(member.shares / 2));
    await scene.coop.register.request(scene.officers.treasurer, {
      ...{ person: member.number, shares, on, key: keyOf(scene, `request-${on}-${n}`) },
    });
  }
}

/** Who asked last stays after all. */
async function thinkAgain({ coop, officers, year }: Scene, on: Day): Promise<void> {
  const last = (await coop.register.queue()).findLast(({ cause }) => cause === 'request');
  if (last === undefined) return;
  await coop.register.withdrawRequest(officers.treasurer, {
    ...{ request: last.id, on, key: keyOf({ year }, `withdrawal-${on}`) },
  });
}

async function transfer(scene: Scene, on: Day): Promise<Movement | null> {
  const from = await memberWith(scene, `transfer ${on} from`, 3);
  const to = await memberWith(scene, `transfer ${on} to`, 0, from?.number);
  if (from === null || to === null) return null;
  return scene.coop.register.transfer(scene.officers.chair, {
    ...{ from: from.number, to: to.number, shares: 2, decision: decisionOf(on), on },
    key: keyOf(scene, `transfer-${on}`),
  });
}

/** It was meant for somebody else: another movement undoes it, and both stay in the register. */
async function transferInError(scene: Scene, on: Day): Promise<void> {
  const wrong = await transfer(scene, on);
  if (wrong === null) return;
  const later = daysAfter(on, 2);
  scene.calendar.on(later, async () => {
    await scene.coop.register.cancel(scene.officers.chair, {
      ...{ seq: wrong.seq, decision: decisionOf(later), on: later, key: keyOf(scene, `cancel-${on}`) },
    });
  });
}

async function exclude(scene: Scene, on: Day): Promise<void> {
  const member = await memberWith(scene, `exclusion ${on}`, 0);
  if (member === null) return;
  await scene.coop.register.exclude(scene.officers.chair, {
    ...{ person: member.number, decision: `AG ${on}`, on, key: keyOf(scene, `exclusion-${on}`) },
  });
}

/** Gives back what has been asked back until then; the run of the month pays it. */
async function redeem(scene: Scene, on: Day): Promise<void> {
  await scene.coop.register.redeem(scene.officers.treasurer, {
    ...{ uncoveredLoss: 0, decision: decisionOf(on), on, key: keyOf(scene, `redemption-${on}`) },
  });
}

/** A member dies; weeks later an heir, who was no member, is admitted and has the shares. */
async function die(scene: Scene, on: Day): Promise<void> {
  const { coop, officers, calendar, dice, country, year } = scene;
  const member = await memberWith(scene, `death ${on}`, 0);
  if (member === null) return;
  const { number, shares } = member;
  await coop.register.death(officers.chair, {
    ...{ person: number, decision: decisionOf(on), on, key: keyOf(scene, `death-${on}`) },
  });
  const later = dayOf(year, 11, 15);
  calendar.on(later, async () => {
    const heir = await coop.persons.add(officers.treasurer, {
      ...{ details: detailsOf(inventPerson(country, dice.of(`heir ${on}`))) },
      key: keyOf(scene, `heir-${on}`),
    });
    await coop.register.transfer(officers.chair, {
      ...{ from: number, to: heir.number, shares, decision: decisionOf(later), on: later },
      key: keyOf(scene, `inheritance-${on}`),
    });
  });
}
