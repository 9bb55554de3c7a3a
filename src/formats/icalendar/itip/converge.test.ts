import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type CalendarObject,
  Component,
  groupObject,
  Property,
  readCalendar,
  readMessage,
  writeCalendar,
  writeComponent,
} from '../index.ts';
import { ana, object, weekly } from './fixtures.ts';
import {
  applyCancel,
  applyReply,
  applyRequest,
  askedAnew,
  attendeeIn,
  attendeeMayNot,
  attendeeMessage,
  instanceOf,
  instancesByKey,
  organizerMessages,
  partstatOf,
  withNotes,
} from './index.ts';
import { exceptionsOf, whenOf } from './when.ts';

// Ana leads a series; Bea and Carl answer. What they say to each other comes late, twice, and in any order.

const guests = { bea: 'mailto:bea@a.test', carl: 'mailto:carl@b.test' } as const;
type Guest = keyof typeof guests;
const days = ['20260105', '20260112', '20260119', '20260126', '20260202'];
const answers = ['ACCEPTED', 'DECLINED', 'TENTATIVE'];

type Act =
  | { readonly by: 'ana'; readonly does: 'rename' | 'move' | 'moveOne' | 'callOff'; readonly n: number }
  | { readonly by: Guest; readonly does: 'answer' | 'answerOne' | 'takeOut' | 'touch'; readonly n: number }
  | { readonly by: 'post'; readonly does: 'once' | 'twice'; readonly n: number };

interface Letter {
  readonly to: 'ana' | Guest;
  readonly text: string;
}

const setOf = (guest: Guest) => new Set([guests[guest]]);

class World {
  own = object(weekly);
  readonly copies: Record<Guest, CalendarObject>;
  readonly letters: Letter[] = [];
  sent = 0;
  acts = 0;
  #nowMs = Date.UTC(2026, 0, 2);

  constructor() {
    const first = (guest: Guest) => {
      const copy = applyRequest(null, this.own, setOf(guest));
      if (copy === null) throw new Error('no copy');
      return copy;
    };
    this.copies = { bea: first('bea'), carl: first('carl') };
  }

  act(act: Act): void {
    this.#nowMs += 60_000;
    if (act.by === 'post') this.deliver(act.n, act.does === 'twice');
    else if (act.by === 'ana') this.#leads(act.does, act.n);
    else this.#answers(act.by, act.does, act.n);
  }

  deliver(n: number, again: boolean): void {
    const at = n % Math.max(1, this.letters.length);
    const letter = this.letters[at];
    if (letter === undefined) return;
    if (!again) this.letters.splice(at, 1);
    this.#nowMs += 1000;
    const { method, object: message } = readMessage(letter.text);
    if (letter.to === 'ana') {
      const from = new Set(
        message.instances.map((one) => one.property('ATTENDEE')?.value.toLowerCase() ?? ''),
      );
      const next = applyReply(this.own, message, from);
      if (next !== null) this.#becomes(next);
      return;
    }
    const copy = this.copies[letter.to];
    const next =
      method === 'CANCEL' ? applyCancel(copy, message) : applyRequest(copy, message, setOf(letter.to));
    if (next !== null) this.copies[letter.to] = kept(next);
  }

  #becomes(next: CalendarObject): void {
    const before = this.own;
    this.own = kept(next);
    for (const { to, calendar } of organizerMessages(before, this.own, {
      organizer: ana,
      nowMs: this.#nowMs,
    })) {
      const guest = (Object.keys(guests) as Guest[]).find((name) => guests[name] === to);
      if (guest !== undefined) this.#post({ to: guest, text: writeComponent(calendar) });
    }
  }

  #post(letter: Letter): void {
    this.letters.push(letter);
    this.sent++;
  }

  #leads(does: string, n: number): void {
    const before = this.own;
    const { master } = before;
    if (master === null) throw new Error('no series');
    const day = days[n % days.length] ?? '';
    let next = before;
    if (does === 'rename') next = withMaster(before, master.with(Property.text('SUMMARY', `Council ${n}`)));
    // Clients that move a series begin it anew.
    if (does === 'move')
      next = rebuilt(before, [timed(master, days[0] ?? '', 9 + (n % 3), n % 60).without('EXDATE')]);
    if (does === 'moveOne' || does === 'callOff') {
      const named = namedBy(master, day);
      const key = [...instancesByKey(rebuilt(before, [named]), before.zones()).keys()].join();
      const known = instancesByKey(before, before.zones()).get(key);
      const instance = known ?? instanceOf(master, named, before.zones());
      if (instance === null) return;
      const rest = before.overrides.filter((one) => one !== known);
      const { parameters = [], value = '' } = named.property('RECURRENCE-ID') ?? {};
      next =
        does === 'moveOne'
          ? rebuilt(before, [master, ...rest, timed(instance, day, 13 + (n % 4), n % 60)])
          : rebuilt(before, [master.adding(new Property('EXDATE', parameters, value)), ...rest]);
    }
    this.acts++;
    const changed = askedAnew(before, next, ana);
    this.#becomes(
      rebuilt(
        next,
        next.instances.map((one) => changed.get(one) ?? one),
      ),
    );
  }

  #answers(guest: Guest, does: string, n: number): void {
    const me = setOf(guest);
    const before = this.copies[guest];
    const { master } = before;
    if (master === null) throw new Error('no series');
    const zones = before.zones();
    const partstat = answers[n % answers.length] ?? '';
    const named = namedBy(master, days[n % days.length] ?? '');
    const { parameters = [], value = '' } = named.property('RECURRENCE-ID') ?? {};
    const key = [...instancesByKey(rebuilt(before, [named]), zones).keys()].join();
    const known = instancesByKey(before, zones).get(key);
    const instance = known ?? instanceOf(master, named, zones);
    const rest = before.overrides.filter((one) => one !== known);
    let next = before;
    if (does === 'answer') next = withMaster(before, answering(master, me, partstat));
    else if (does === 'answerOne' && instance !== null)
      next = rebuilt(before, [master, ...rest, answering(instance, me, partstat)]);
    else if (does === 'takeOut' && instance !== null)
      next = rebuilt(before, [master.adding(new Property('EXDATE', parameters, value)), ...rest]);
    else if (does === 'touch')
      next = withMaster(
        before,
        master
          .without('X-MYCO-TOLD', 'X-MYCO-DECLINED')
          .with(Property.of('SEQUENCE', String(n)), Property.of('DTSTAMP', '20270101T000000Z')),
      );
    next = kept(next);
    expect(attendeeMayNot(before, next, me)).toBeNull();
    this.acts++;
    const after = withNotes(before, next);
    const message = attendeeMessage(before, after, { me, nowMs: this.#nowMs });
    this.copies[guest] = kept(after);
    if (message !== null) this.#post({ to: 'ana', text: writeComponent(message.calendar) });
  }
}

const kept = (taken: CalendarObject) => readCalendar(writeCalendar(taken));
const rebuilt = (of: CalendarObject, components: readonly Component[]) =>
  groupObject(of.calendar.withComponents([...of.vtimezones, ...components]));
const withMaster = (of: CalendarObject, master: Component) => rebuilt(of, [master, ...of.overrides]);

/** An instance by the hour at which the series is. */
const namedBy = (master: Component, day: string) =>
  new Component(master.name, [
    Property.of('UID', '1'),
    Property.of('RECURRENCE-ID', `${day}${master.property('DTSTART')?.value.slice(8)}`, {
      TZID: 'Europe/Paris',
    }),
  ]);

function timed(component: Component, day: string, hour: number, minute: number): Component {
  const at = (hours: number) =>
    `${day}T${String(hours).padStart(2, '0')}${String(minute).padStart(2, '0')}00`;
  return component.with(
    Property.of('DTSTART', at(hour), { TZID: 'Europe/Paris' }),
    Property.of('DTEND', at(hour + 1), { TZID: 'Europe/Paris' }),
  );
}

function answering(component: Component, me: ReadonlySet<string>, partstat: string): Component {
  const own = attendeeIn(component, me)?.property;
  return component.mapping((property) =>
    property === own ? property.withParameter('PARTSTAT', partstat).withParameter('RSVP', null) : property,
  );
}

/** Each instance as one sees it: when, what, and what the guest answered; what they took out is declined. */
function seen(of: CalendarObject, guest: Guest, outIsOff: boolean): Record<string, string> {
  const { master } = of;
  if (master === null) throw new Error('no series');
  const zones = of.zones();
  const out = exceptionsOf(master, zones);
  const by = instancesByKey(of, zones);
  return Object.fromEntries(
    days.map((day) => {
      const named = namedBy(master, day);
      const key = [...instancesByKey(rebuilt(of, [named]), zones).keys()].join();
      const component = by.get(key) ?? instanceOf(master, named, zones);
      if (component === null) return [day, outIsOff || !out.has(key) ? 'off' : 'out'];
      const own = attendeeIn(component, setOf(guest));
      return [day, `${own && partstatOf(own)} ${component.text('SUMMARY')} ${whenOf(component, zones)}`];
    }),
  );
}

const act = fc.oneof(
  fc.record({
    by: fc.constant('ana' as const),
    does: fc.constantFrom('rename' as const, 'move' as const, 'moveOne' as const, 'callOff' as const),
    n: fc.nat(60),
  }),
  fc.record({
    by: fc.constantFrom('bea' as const, 'carl' as const),
    does: fc.constantFrom('answer' as const, 'answerOne' as const, 'takeOut' as const, 'touch' as const),
    n: fc.nat(60),
  }),
  fc.record({
    by: fc.constant('post' as const),
    does: fc.constantFrom('once' as const, 'twice' as const),
    n: fc.nat(60),
  }),
);

test('whatever comes late, twice and in any order: all end up with one appointment, and it ends', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), fc.array(fc.nat(60), { minLength: 8 }), (acts, order) => {
      const world = new World();
      for (const each of acts) world.act(each);
      // A human act says something to each guest at most, and an answer of it to each once more.
      const most = () => world.acts * (1 + 2 * Object.keys(guests).length);
      for (let turn = 0; world.letters.length > 0; turn++) {
        world.deliver(order[turn % order.length] ?? 0, false);
        expect(world.sent).toBeLessThanOrEqual(most());
      }
      for (const guest of Object.keys(guests) as Guest[]) {
        const theirs = seen(world.copies[guest], guest, false);
        const hers = seen(world.own, guest, true);
        for (const day of days) {
          if (theirs[day] === 'out') expect(`${day} ${hers[day]}`).toMatch(/ (?:DECLINED|off)/);
          else expect(`${day} ${theirs[day]}`).toBe(`${day} ${hers[day]}`);
        }
      }
    }),
    { seed: 20_260_105, numRuns: 250 },
  );
});
