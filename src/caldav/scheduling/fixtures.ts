import { startSuite, type TestSuite, testBrowser } from '../../testing/index.ts';
import { event } from '../fixtures.ts';
import { arrivedJob } from './imip/arrived.ts';

/** People who invite each other, over CalDAV and by mail. */

const password = 'correct horse battery';

export const far = 'DTSTART:20990305T100000Z\nDTEND:20990305T110000Z';

/** Ana's, with guests of the co-op. */
export const meeting = (uid: string, more = '', start = far, guests = ['ben', 'cleo']) =>
  event(
    uid,
    `ORGANIZER:mailto:ana@coop.localhost
ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@coop.localhost
${guests.map((name) => `ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${name}@coop.localhost`).join('\n')}
${more}`,
    start,
  );

/** Of one attendee in an unfolded text. */
export const partstat = (text: string | undefined, name: string) =>
  /PARTSTAT=([A-Z-]+)/.exec(text?.match(new RegExp(`^ATTENDEE.*mailto:${name}@.*$`, 'im'))?.[0] ?? '')?.[1];

/** A suite with `ana`, `ben`, `cleo` and the room `hall`. Every call waits until all that follows from it is done. */
export async function startCompany() {
  const suite: TestSuite = await startSuite({ settings: { calendars: { rooms: ['hall@coop.localhost'] } } });
  const browser = testBrowser(suite.ports.https, suite.authority);
  for (const name of ['ana', 'ben', 'cleo', 'hall'])
    await suite.addMember(`${name}@coop.localhost`, password);
  const { collections } = suite.rooms;

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

  async function idOf(name: string): Promise<number> {
    const member = await suite.rooms.accounts.accounts.byName(name);
    if (member === null) throw new Error(`no ${name}`);
    return member.id;
  }

  /** Someone's copy, unfolded, with its address and tag. */
  async function copyOf(name: string, uid: string) {
    const account = await idOf(name);
    const [item] = await collections.byUid(account, 'calendars', uid);
    if (item === undefined) return null;
    const collection = await collections.collectionById(account, item.collection);
    return {
      text: item.bytes.toString().replace(/\r\n[ \t]/g, ''),
      path: `/dav/calendars/${name}/${collection?.name}/${item.name}`,
      tag: item.scheduleTag,
      hash: item.hash,
    };
  }

  /** Someone writes their copy again as their client makes it. */
  async function rewrites(name: string, uid: string, change: (text: string) => string) {
    const copy = await copyOf(name, uid);
    if (copy === null) throw new Error(`${name} has no ${uid}`);
    return ask(name, 'PUT', copy.path, change(copy.text));
  }

  async function news(name: string): Promise<string[]> {
    const account = await idOf(name);
    const inbox = await collections.collection(account, 'calendars', 'inbox');
    if (inbox === null) return [];
    const found: string[] = [];
    for await (const page of collections.itemsWithBytes(account, inbox.id))
      found.push(...page.map(({ bytes, uid }) => `${/METHOD:(\w+)/.exec(bytes.toString())?.[1]} ${uid}`));
    return found;
  }

  /** A message comes to someone by mail, its author proven. False: it is just mail. */
  async function mailTo(name: string, author: string, text: string): Promise<boolean> {
    const job = arrivedJob(Buffer.from(text), author);
    if (job === null) return false;
    await collections.addJob(await idOf(name), job);
    suite.running.invitations.wake();
    await suite.running.invitations.idle();
    return true;
  }

  return { suite, ask, put, idOf, copyOf, rewrites, news, mailTo, stop: () => suite.stop() };
}

export type Company = Awaited<ReturnType<typeof startCompany>>;
