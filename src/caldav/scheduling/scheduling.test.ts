import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../../testing/index.ts';
import { event } from '../fixtures.ts';

// Invitations inside the co-op, as clients see them over CalDAV.

const password = 'correct horse battery';
let suite: TestSuite;
let browser: TestBrowser;

beforeAll(async () => {
  suite = await startSuite({ settings: { calendars: { rooms: ['hall@coop.localhost'] } } });
  browser = testBrowser(suite.ports.https, suite.authority);
  for (const name of ['ana', 'ben', 'cleo', 'hall'])
    await suite.addMember(`${name}@coop.localhost`, password);
});
afterAll(() => suite.stop());

async function ask(
  as: string,
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
) {
  const answer = await browser.ask(path, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${as}:${password}`).toString('base64')}`,
      ...(body === undefined ? {} : { 'content-type': 'text/calendar' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  await suite.running.invitations.idle();
  return answer;
}

const put = (as: string, uid: string, body: string, headers: Record<string, string> = {}) =>
  ask(as, 'PUT', `/dav/calendars/${as}/personal/${uid}.ics`, body, headers);

const far = 'DTSTART:20990305T100000Z\nDTEND:20990305T110000Z';
const meeting = (uid: string, more = '', start = far, guests = ['ben', 'cleo']) =>
  event(
    uid,
    `ORGANIZER:mailto:ana@coop.localhost
ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@coop.localhost
${guests.map((name) => `ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${name}@coop.localhost`).join('\n')}
${more}`,
    start,
  );

async function idOf(name: string): Promise<number> {
  const member = await suite.rooms.accounts.accounts.byName(name);
  if (member === null) throw new Error(`no ${name}`);
  return member.id;
}

/** Someone's copy, unfolded, with its address and tag. */
async function copyOf(name: string, uid: string) {
  const account = await idOf(name);
  const [item] = await suite.rooms.collections.byUid(account, 'calendars', uid);
  if (item === undefined) return null;
  const collection = await suite.rooms.collections.collectionById(account, item.collection);
  return {
    text: item.bytes.toString().replace(/\r\n[ \t]/g, ''),
    path: `/dav/calendars/${name}/${collection?.name}/${item.name}`,
    tag: item.scheduleTag,
    hash: item.hash,
  };
}

const partstat = (text: string | undefined, name: string) =>
  /PARTSTAT=([A-Z-]+)/.exec(text?.match(new RegExp(`^ATTENDEE.*mailto:${name}@.*$`, 'im'))?.[0] ?? '')?.[1];

async function news(name: string): Promise<string[]> {
  const account = await idOf(name);
  const inbox = await suite.rooms.collections.collection(account, 'calendars', 'inbox');
  if (inbox === null) return [];
  const found: string[] = [];
  for await (const page of suite.rooms.collections.itemsWithBytes(account, inbox.id))
    found.push(...page.map(({ bytes, uid }) => `${/METHOD:(\w+)/.exec(bytes.toString())?.[1]} ${uid}`));
  return found;
}

describe('an invitation inside', () => {
  test('is in the calendar and the inbox of who is invited; the answer comes back', async () => {
    const made = await put('ana', 'one', meeting('one'));
    expect(made.status).toBe(201);
    expect(made.headers['schedule-tag']).toMatch(/^"\d+"$/);
    expect(made.headers.etag).toBeUndefined();
    const ben = await copyOf('ben', 'one');
    expect(partstat(ben?.text, 'ben')).toBe('NEEDS-ACTION');
    expect(ben?.text).not.toContain('SCHEDULE-');
    expect(await news('ben')).toContain('REQUEST one');
    const own = await copyOf('ana', 'one');
    expect(own?.text).toMatch(/ATTENDEE;.*SCHEDULE-STATUS=1\.2:mailto:ben/);

    const yes = (ben?.text ?? '').replace(/(ATTENDEE;PARTSTAT=)NEEDS-ACTION(.*mailto:ben)/, '$1ACCEPTED$2');
    expect((await ask('ben', 'PUT', ben?.path ?? '', yes)).status).toBe(204);
    const told = await copyOf('ana', 'one');
    expect(partstat(told?.text, 'ben')).toBe('ACCEPTED');
    expect(told?.tag).toBe(own?.tag);
    expect(told?.hash).not.toBe(own?.hash);
    expect(await news('ana')).toContain('REPLY one');
    // The others see who comes, and nobody is told twice.
    expect(partstat((await copyOf('cleo', 'one'))?.text, 'ben')).toBe('ACCEPTED');
    expect(await suite.rooms.collections.nextJobMs('itip')).toBeNull();
  });
});
