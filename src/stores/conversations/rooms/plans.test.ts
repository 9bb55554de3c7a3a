import { beforeAll, expect, test } from 'vitest';
import { describeEngines, plansOf } from '../../../testing/index.ts';
import { type RoomsQueries, roomsQueries } from './queries.ts';
import { roomsTables } from './tables.ts';

/** A thousand rooms, and a member of each fifty. */
const fill = `
  insert into conversation_rooms (service, local, listed, persistent, folded, config, subject, "subjectBy", "subjectAt",
    creator, "occupantSecret", created, active, binding, ver, affiliations, "pictureHash", gone, "goneReason", "goneAlternate")
    select 'rooms', 'room ' || n, n % 2 = 0, n % 100 > 0, 'room ' || n, '{}', '', '', 0,
      n % 300, '', 0, 0, 'group ' || n, 1, 0, '', case when n % 50 = 0 then n else 0 end, '', ''
    from generate_series(1, 3000) n;
  insert into conversation_room_affiliations
    select n % 1000, 'jid ' || n / 50, n % 500, (array['owner', 'member', 'admin', 'outcast'])[1 + n % 4],
      'nick ' || n, 'nick ' || n, '', 1
    from generate_series(1, 30000) n`;

/** What an operator's check asks, or a start. */
const ofAll: readonly string[] = ['roomsNext', 'roomsAfter'];

describeEngines('statements of rooms', (engine) => {
  let plans: ReadonlyMap<string, string>;
  beforeAll(async () => {
    plans = await plansOf(engine, roomsTables, roomsQueries, fill);
  }, 60_000);

  test('none reads a table whole', () => {
    expect(plans.size).toBeGreaterThan(40);
    const whole = [...plans].filter(
      ([name, plan]) => !ofAll.includes(name) && /SCAN (?!CONSTANT ROW|json_each)|Seq Scan/.test(plan),
    );
    expect(whole).toEqual([]);
  });

  test.each<[keyof RoomsQueries, string]>([
    ['roomFind', 'conversation_rooms_service_local'],
    ['listedUp', 'conversation_rooms_service_listed_local'],
    ['listedDown', 'conversation_rooms_service_listed_local'],
    ['boundTo', 'conversation_rooms_binding_id'],
    ['roomsOfCreator', 'conversation_rooms_creator'],
    ['goneOld', 'conversation_rooms_gone'],
    ['memberByNick', 'conversation_room_affiliations_room_nickKey'],
    ['membersOfAfter', 'conversation_room_affiliations_room_affiliation_jid'],
    ['anyOwner', 'conversation_room_affiliations_room_affiliation_jid'],
    ['roomsOfJid', 'conversation_room_affiliations_jid_room'],
    ['membersOfJid', 'conversation_room_affiliations_jid_room'],
    ['membersOfAccount', 'conversation_room_affiliations_account'],
  ])('%s is found by %s', (name, index) => {
    expect(plans.get(name)).toContain(index);
  });
});
