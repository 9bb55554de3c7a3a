import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../../testing/index.ts';
import { event } from '../fixtures.ts';
import { arrivedJob } from './imip/arrived.ts';

// Staff are Ben, Cleo and somebody elsewhere; the crew are the staff and Dora.

const password = 'correct horse battery';
let suite: TestSuite;
let browser: TestBrowser;
const ids: Record<string, number> = {};

beforeAll(async () => {
  suite = await startSuite();
  browser = testBrowser(suite.ports.https, suite.authority);
  for (const name of ['ana', 'ben', 'cleo', 'dora'])
    ids[name] = (await suite.addMember(`${name}@coop.localhost`, password)).id;
  const { admin } = suite.rooms.accounts;
  await admin.addAlias('staff', ['ben', 'cleo', 'x@far.example']);
  await admin.addAlias('crew', ['staff', 'dora', 'ana']);
});
afterAll(() => suite.stop());

async function put(as: string, path: string, body: string) {
  const answer = await browser.ask(path, {
    method: 'PUT',
    headers: {
      authorization: `Basic ${Buffer.from(`${as}:${password}`).toString('base64')}`,
      'content-type': 'text/calendar',
    },
    body,
  });
  await suite.running.invitations.idle();
  return answer;
}
const own = (uid: string) => `/dav/calendars/ana/personal/${uid}.ics`;

async function copyOf(name: string, uid: string) {
  const [item] = await suite.rooms.collections.byUid(ids[name] ?? 0, 'calendars', uid);
  if (!item) return null;
  const collection = await suite.rooms.collections.collectionById(ids[name] ?? 0, item.collection);
  const text = item.bytes.toString().replace(/\r\n[ \t]/g, '');
  return { text, path: `/dav/calendars/${name}/${collection?.name}/${item.name}` };
}

const guests = (text: string | undefined) =>
  [...(text ?? '').matchAll(/^ATTENDEE([^:\r\n]*(?:"[^"]*"[^:\r\n]*)*):mailto:(\S+)/gm)]
    .map(([, , who]) => who?.toLowerCase().replace('@coop.localhost', ''))
    .sort();
const line = (text: string | undefined, who: string) =>
  (text ?? '').split('\r\n').find((each) => each.startsWith('ATTENDEE') && each.includes(`:mailto:${who}`));

const far = 'DTSTART:20990305T100000Z\nDTEND:20990305T110000Z';
const meeting = (uid: string, who: readonly string[], from = 'ana@coop.localhost') =>
  event(uid, `ORGANIZER:mailto:${from}\n${who.map((each) => `ATTENDEE:mailto:${each}`).join('\n')}`, far);

test('a group that is invited brings its members: each is told, and answers for themselves', async () => {
  const me = 'ana@coop.localhost';
  // Ben is invited by his own name too: that is one invitation.
  const asked = meeting('one', [me, 'crew@coop.localhost', 'Ben+Work@coop.localhost']);
  const made = await put('ana', own('one'), asked);
  expect(made.status).toBe(201);
  expect(made.headers.etag).toBeUndefined();
  const ana = await copyOf('ana', 'one');
  expect(guests(ana?.text)).toEqual(['ana', 'ben+work', 'cleo', 'crew', 'dora', 'x@far.example']);
  expect(line(ana?.text, 'crew@')).toContain('CUTYPE=GROUP');
  expect(line(ana?.text, 'cleo@')).toContain('MEMBER="mailto:crew@coop.localhost"');
  expect(line(ana?.text, 'cleo@')).toContain('SCHEDULE-STATUS=1.2');
  const cleo = await copyOf('cleo', 'one');
  expect(line(cleo?.text, 'cleo@')).toContain('PARTSTAT=NEEDS-ACTION');
  for (const name of ['ben', 'dora']) expect(await copyOf(name, 'one')).not.toBeNull();
  const { rows } = await suite.rooms.outbox
    .list({}, { max: 10 })
    .then((all) => ({ rows: all.map(({ recipient }) => recipient.address) }));
  expect(rows).toEqual(['x@far.example']);

  const yes = (cleo?.text ?? '').replace(/(PARTSTAT=)NEEDS-ACTION([^\r\n]*mailto:cleo)/, '$1ACCEPTED$2');
  expect((await put('cleo', cleo?.path ?? '', yes)).status).toBe(204);
  const told = await copyOf('ana', 'one');
  expect(line(told?.text, 'cleo@')).toContain('PARTSTAT=ACCEPTED');
  expect(line(told?.text, 'dora@')).toContain('PARTSTAT=NEEDS-ACTION');

  // What the client has by now is written again: nobody is invited twice.
  const again = (told?.text ?? '').replace('SUMMARY:Event one', 'SUMMARY:Renamed');
  expect((await put('ana', own('one'), again)).status).toBe(204);
  expect(guests((await copyOf('ana', 'one'))?.text)).toEqual(guests(told?.text));
  expect((await copyOf('dora', 'one'))?.text).toContain('SUMMARY:Renamed');

  // The group goes, and who came by it.
  const fewer = ((await copyOf('ana', 'one'))?.text ?? '')
    .split('\r\n')
    .filter((each) => !each.includes(':mailto:crew@'))
    .join('\r\n');
  expect((await put('ana', own('one'), fewer)).status).toBe(204);
  expect(guests((await copyOf('ana', 'one'))?.text)).toEqual(['ana', 'ben+work']);
  expect((await copyOf('cleo', 'one'))?.text).toContain('STATUS:CANCELLED');
  expect((await copyOf('ben', 'one'))?.text).not.toContain('STATUS:CANCELLED');
});

test('more than may be invited are refused, and nobody is told', async () => {
  const many = Array.from({ length: 498 }, (_, n) => `g${n}@far.example`);
  const refused = await put('ana', own('many'), meeting('many', [...many, 'staff@coop.localhost']));
  expect(refused.status).toBe(403);
  expect(refused.text).toContain('<C:max-attendees-per-instance/>');
  expect(await copyOf('cleo', 'many')).toBeNull();
});

test('a group that somebody elsewhere invites: its members have it as theirs, and keep their answer', async () => {
  const request = (summary: string, sequence: number) =>
    meeting('out', ['staff@coop.localhost'], 'zoe@far.example')
      .replace('VERSION:2.0', 'VERSION:2.0\r\nMETHOD:REQUEST')
      .replace('SUMMARY:Event out', `SEQUENCE:${sequence}\r\nSUMMARY:${summary}`)
      .replace('DTSTAMP:20260101T', `DTSTAMP:2026010${sequence + 1}T`);
  const arrive = async (text: string) => {
    const job = arrivedJob(Buffer.from(text), 'zoe@far.example');
    if (!job) throw new Error('it is no message');
    await suite.rooms.collections.addJob(ids.cleo ?? 0, job);
    suite.running.invitations.wake();
    await suite.running.invitations.idle();
  };
  await arrive(request('First', 0));
  const cleo = await copyOf('cleo', 'out');
  expect(line(cleo?.text, 'cleo@')).toContain('MEMBER="mailto:staff@coop.localhost"');
  const yes = (cleo?.text ?? '').replace(/(PARTSTAT=)NEEDS-ACTION([^\r\n]*mailto:cleo)/, '$1ACCEPTED$2');
  expect((await put('cleo', cleo?.path ?? '', yes)).status).toBe(204);
  await arrive(request('Second', 1));
  const after = await copyOf('cleo', 'out');
  expect(after?.text).toContain('SUMMARY:Second');
  expect(line(after?.text, 'cleo@')).toContain('PARTSTAT=ACCEPTED');
});
