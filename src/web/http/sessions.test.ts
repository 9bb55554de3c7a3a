import { expect, test } from 'vitest';
import type { Member } from '../../accounts/index.ts';
import { fakeClock } from '../../testing/index.ts';
import { sessionMinutesMax, sessionsMax, sessionsPerMemberMax } from '../limits.ts';
import { Sessions } from './sessions.ts';

function open() {
  const members = new Map<number, Member>();
  const clock = fakeClock();
  const member = (id: number, change: Partial<Member> = {}): Member => {
    const made = { id, address: `${id}@x`, name: '', admin: false, disabled: false, version: 1, ...change };
    members.set(id, made);
    return made;
  };
  const sessions = new Sessions({ member: async (id) => members.get(id) ?? null }, clock);
  return { sessions, clock, member, members };
}

test('a session is its member’s while it is used', async () => {
  const { sessions, clock, member } = open();
  const token = sessions.begin(member(1));
  for (let look = 0; look < 3; look++) {
    clock.advance(sessionMinutesMax * 60_000 - 1);
    expect((await sessions.memberOf(token))?.id).toBe(1);
  }
  clock.advance(sessionMinutesMax * 60_000);
  expect(await sessions.memberOf(token)).toBeNull();
  expect(sessions.size).toBe(0);
  for (const other of [null, '', 'x']) expect(await sessions.memberOf(other)).toBeNull();
});

test('the wall clock set back does not lengthen it', async () => {
  const { sessions, clock, member } = open();
  const token = sessions.begin(member(1));
  clock.set(0);
  clock.advance(sessionMinutesMax * 60_000);
  expect(await sessions.memberOf(token)).toBeNull();
});

test('it ends with a change that it did not make, with the member, and when it is ended', async () => {
  const { sessions, member, members } = open();
  const own = sessions.begin(member(1));
  sessions.keep(own);
  member(1, { version: 2 });
  expect((await sessions.memberOf(own))?.version).toBe(2);
  member(1, { version: 3 });
  expect(await sessions.memberOf(own)).toBeNull();
  const two = sessions.begin(member(2));
  member(2, { disabled: true });
  expect(await sessions.memberOf(two)).toBeNull();
  const three = sessions.begin(member(3));
  members.delete(3);
  expect(await sessions.memberOf(three)).toBeNull();
  const four = sessions.begin(member(4));
  const looking = sessions.memberOf(four);
  sessions.end(four);
  expect([await looking, await sessions.memberOf(four)]).toEqual([null, null]);
});

test('a member pushes out own sessions alone, and all of them are bounded', async () => {
  const { sessions, member } = open();
  const other = sessions.begin(member(1));
  const busy = member(2);
  const own = Array.from({ length: sessionsPerMemberMax + 1 }, () => sessions.begin(busy));
  expect(await sessions.memberOf(own[0] ?? '')).toBeNull();
  expect((await sessions.memberOf(own[1] ?? ''))?.id).toBe(2);
  expect((await sessions.memberOf(other))?.id).toBe(1);
  for (let id = 3; id < sessionsMax; id++) sessions.begin(member(id));
  expect(sessions.size).toBe(sessionsMax);
});
