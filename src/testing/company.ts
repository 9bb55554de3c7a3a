import { arrivedJob } from '../caldav/index.ts';
import { type DavSuite, startDavSuite } from './dav/index.ts';

/** Members who invite each other, over CalDAV and by mail. Every call waits until all that follows from it is done. */
export class TestCompany {
  readonly suite: DavSuite;

  constructor(suite: DavSuite) {
    this.suite = suite;
  }

  stop(): Promise<void> {
    return this.suite.stop();
  }

  async ask(
    as: string,
    method: string,
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    const type = body === undefined ? {} : { 'content-type': 'text/calendar' };
    const answer = await this.suite.ask(as, method, path, body, { ...type, ...headers });
    await this.suite.running.invitations.idle();
    return answer;
  }

  put(as: string, uid: string, body: string, headers: Readonly<Record<string, string>> = {}) {
    return this.ask(as, 'PUT', `/dav/calendars/${as}/personal/${uid}.ics`, body, headers);
  }

  async idOf(name: string): Promise<number> {
    const member = await this.suite.rooms.accounts.accounts.byName(name);
    if (member === null) throw new Error(`no ${name}`);
    return member.id;
  }

  /** Someone's copy, unfolded, with its address and tag. */
  async copyOf(name: string, uid: string) {
    const { collections } = this.suite.rooms;
    const account = await this.idOf(name);
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
  async rewrites(name: string, uid: string, change: (text: string) => string) {
    const copy = await this.copyOf(name, uid);
    if (copy === null) throw new Error(`${name} has no ${uid}`);
    return this.ask(name, 'PUT', copy.path, change(copy.text));
  }

  /** What someone finds in their inbox: method and UID. */
  async news(name: string): Promise<string[]> {
    const { collections } = this.suite.rooms;
    const account = await this.idOf(name);
    const inbox = await collections.collection(account, 'calendars', 'inbox');
    if (inbox === null) return [];
    const found: string[] = [];
    for await (const page of collections.itemsWithBytes(account, inbox.id))
      found.push(...page.map(({ bytes, uid }) => `${/METHOD:(\w+)/.exec(bytes.toString())?.[1]} ${uid}`));
    return found;
  }

  /** A message comes to someone by mail, its author proven. False: it is just mail. */
  async mailTo(name: string, author: string, text: string): Promise<boolean> {
    const job = arrivedJob(Buffer.from(text), author);
    if (job === null) return false;
    await this.suite.rooms.collections.addJob(await this.idOf(name), job);
    this.suite.running.invitations.wake();
    await this.suite.running.invitations.idle();
    return true;
  }
}

/** `names` are members of coop.localhost; those of `rooms` answer by themselves. */
export async function startCompany(names: readonly string[], rooms: readonly string[]): Promise<TestCompany> {
  const addresses = rooms.map((name) => `${name}@coop.localhost`);
  const settings = { calendars: { rooms: addresses } };
  return new TestCompany(await startDavSuite([...names, ...rooms], { settings }));
}
