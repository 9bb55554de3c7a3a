import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import { type DavClient, eventually, type Myco, openDav, startMyco, stopAll } from '../harness/index.ts';
import { seeded } from './journal.ts';

/** As in `files.test.ts`. */
const rounds = process.env.MYCO_CRASH_ROUNDS ? 30 : process.env.CI === 'true' ? 30 : 3;
const workers = 6;
const namesEach = 4;
/** Acknowledged in each round, at least, before the process is killed. */
const progressMin = 8;
const patienceMs = 60_000;

afterAll(stopAll);

/** What stands at a name: the UID of the event and its revision; null for nothing. */
type Standing = { readonly uid: string; readonly revision: number } | null;
type State = ReadonlyMap<string, Standing>;

const eventOf = (uid: string, revision: number): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//test//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20260101T000000Z',
    'DTSTART:20990305T100000Z',
    'DTEND:20990305T110000Z',
    `LOCATION:${revision}`,
    'ORGANIZER:mailto:ana@coop.test',
    'ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@coop.test',
    'ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ben@coop.test',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');

const read = (text: string, property: string): string =>
  new RegExp(`^${property}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';

/** One client of Ana's that has its events for itself: it knows what is there, but for the request that a kill cut off. */
class Worker {
  readonly names: readonly string[];
  readonly #random: (n: number) => number;
  readonly #n: number;
  /** What may be there now; more than one only after a request without an answer. */
  possible: State[];
  /** Of every event that there may have been. */
  readonly uids: string[] = [];
  done = 0;

  constructor(n: number) {
    this.#n = n;
    this.names = Array.from({ length: namesEach }, (_, i) => `/dav/calendars/ana/personal/w${n}-${i}.ics`);
    this.#random = seeded(3_000 + n);
    this.possible = [new Map(this.names.map((name) => [name, null]))];
  }

  /** Invites, changes and calls off until the connection breaks. */
  async work(dav: DavClient): Promise<void> {
    for (;;) {
      const [now] = this.possible;
      if (now === undefined || this.possible.length > 1) throw new Error('what is there was not looked at');
      const name = this.names[this.#random(namesEach)] ?? '';
      const before = now.get(name) ?? null;
      const removes = before !== null && this.#random(4) === 0;
      const after = removes ? null : this.#next(before);
      this.possible = [now, new Map(now).set(name, after)];
      const headers = { 'content-type': 'text/calendar' };
      const answer =
        after === null
          ? dav.ask('DELETE', name)
          : dav.ask('PUT', name, { headers, body: eventOf(after.uid, after.revision) });
      const { status } = await answer;
      if (status < 200 || status > 299) throw new Error(`answered with ${status}`);
      this.possible = this.possible.slice(1);
      this.done++;
    }
  }

  #next(before: Standing): NonNullable<Standing> {
    if (before !== null) return { uid: before.uid, revision: before.revision + 1 };
    const uid = `w${this.#n}-${this.uids.length}`;
    this.uids.push(uid);
    return { uid, revision: 1 };
  }

  /** Reads all names: what is there must be one of what may be there. */
  async look(dav: DavClient): Promise<void> {
    const there = new Map<string, Standing>();
    for (const name of this.names) {
      const { status, body } = await dav.ask('GET', name);
      expect([200, 404]).toContain(status);
      const text = body.toString();
      const standing = { uid: read(text, 'UID'), revision: Number(read(text, 'LOCATION')) };
      there.set(name, status === 200 ? standing : null);
    }
    expect(this.possible.map((state) => [...state])).toContainEqual([...there]);
    this.possible = [there];
  }

  /** What Ben must have in the end of each event: its revision, or that it is called off. */
  expected(): ReadonlyMap<string, number | null> {
    const [now] = this.possible;
    const all = new Map<string, number | null>(this.uids.map((uid) => [uid, null]));
    for (const standing of now?.values() ?? []) if (standing) all.set(standing.uid, standing.revision);
    return all;
  }
}

const query = `<C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:prop><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>`;

/** Everything that Ben has; a UID that is there twice is an error. */
async function calendarOfBen(ben: DavClient): Promise<ReadonlyMap<string, number | null>> {
  const headers = { 'content-type': 'application/xml', depth: '1' };
  const { status, body } = await ben.ask('REPORT', '/dav/calendars/ben/personal/', { headers, body: query });
  expect(status).toBe(207);
  const all = new Map<string, number | null>();
  for (const [event] of body.toString().matchAll(/BEGIN:VEVENT[\s\S]*?END:VEVENT/g)) {
    const text = event.replaceAll('&#13;', '\r');
    const uid = read(text, 'UID');
    expect(all.has(uid), `${uid} is there twice`).toBe(false);
    all.set(uid, read(text, 'STATUS') === 'CANCELLED' ? null : Number(read(text, 'LOCATION')));
  }
  return all;
}

/** Works with all at once and kills the process in the midst of it. */
async function killed(myco: Myco, all: readonly Worker[], workMs: number): Promise<string[]> {
  const dav = openDav(myco, 'ana', 'http');
  const before = all.reduce((sum, { done }) => sum + done, 0);
  const faults: string[] = [];
  const ends = all.map((worker) =>
    worker.work(dav).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error)) faults.push(String(error));
    }),
  );
  await pause(workMs);
  while (faults.length === 0 && all.reduce((sum, { done }) => sum + done, 0) < before + progressMin)
    await pause(10);
  await myco.kill();
  await Promise.all(ends);
  dav.close();
  return faults;
}

test(`${rounds} rounds of SIGKILL while people are invited: what was acknowledged is there, and who is invited has it once`, {
  timeout: 120_000 + rounds * 60_000,
}, async () => {
  const folder = makeFolder();
  const settings = { auth: '{ plaintext: allow }', log: '{ level: warn, format: json }' };
  await (await startMyco({ folder, settings, members: ['ana', 'ben'] })).stop();
  const all = Array.from({ length: workers }, (_, n) => new Worker(n));
  const random = seeded(2027);
  let doubts = 0;
  for (let round = 1; round <= rounds; round++) {
    const faults = await killed(await startMyco({ folder, settings }), all, random(300));
    expect({ round, faults }).toEqual({ round, faults: [] });
    doubts += all.filter(({ possible }) => possible.length > 1).length;
    const myco = await startMyco({ folder, settings });
    const [ana, ben] = [openDav(myco, 'ana', 'http'), openDav(myco, 'ben', 'http')];
    for (const worker of all) await worker.look(ana);
    const wanted = new Map(all.flatMap((worker) => [...worker.expected()]));
    // What was called off before it was told of is not there at all.
    const agrees = (has: ReadonlyMap<string, number | null>) =>
      [...wanted].every(([uid, revision]) => (has.get(uid) ?? null) === revision) &&
      [...has.keys()].every((uid) => wanted.has(uid));
    let has: ReadonlyMap<string, number | null> = new Map();
    await eventually(
      `Ben has what Ana says, round ${round}`,
      async () => {
        has = await calendarOfBen(ben);
        return agrees(has) || undefined;
      },
      patienceMs,
    ).catch(() => expect(Object.fromEntries(has)).toEqual(Object.fromEntries(wanted)));
    ana.close();
    ben.close();
    const { code, said } = await myco.cli(['verify']);
    if (code !== 0) throw new Error(`round ${round}: ${said}`);
    expect(await myco.stop()).toEqual({ code: 0, signal: null });
  }
  // A kill that met nobody at work would prove nothing.
  expect(doubts).toBeGreaterThan(rounds / 2);
  removeFolder(folder);
});
