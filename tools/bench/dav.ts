/**
 * `npm run bench -- dav [quick] [ROW…]`: calendars and contacts, beside Debian's Radicale on the same disk, row by row in one run.
 * Shown are median and 99th percentile after a first request that warms. Where Radicale is missing only myco is measured; why
 * Cyrus is not is said. `quick`: a tenth of everything.
 */
import { loadavg } from 'node:os';
import { startOurs, startRadicale, type Target, whyNoCyrus } from './dav/servers.ts';
import { type Answer, type Line, openLine } from './http/client.ts';

interface Scale {
  readonly events: number;
  readonly large: number;
  readonly recurring: number;
  readonly cards: number;
}
const whole: Scale = { events: 1_000, large: 10_000, recurring: 500, cards: 5_000 };
const quick: Scale = { events: 100, large: 1_000, recurring: 50, cards: 500 };

/** Requests of one row: as many as fit into its time, the first of them not counted. */
const timesMax = 1_000;
const rowMs = 20_000;

const stamp = (day: number, hour: number) => {
  const at = new Date(Date.UTC(2026, 0, 1 + day, hour));
  return at.toISOString().replace(/[-:]|\.000/g, '');
};

function event(uid: string, day: number, recurs: boolean): string {
  return [
    ...['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260101T000000Z', `DTSTART:${stamp(day, 10)}`],
    ...[
      `DTEND:${stamp(day, 11)}`,
      `SUMMARY:Meeting ${uid}`,
      'DESCRIPTION:What is to be said there, and by whom',
    ],
    ...(recurs ? ['RRULE:FREQ=WEEKLY'] : []),
    ...['LOCATION:Room 1', 'END:VEVENT', ''],
  ].join('\r\n');
}
const calendar = (events: string) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\n${events}END:VCALENDAR\r\n`;
const card = (n: number) =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c${n}\r\nFN:Person ${n}\r\nN:${n};Person;;;\r\nEMAIL:person${n}@example.org\r\nTEL:+33 ${n}\r\nEND:VCARD\r\n`;

/** One visitor: a connection, or one for each request where the server closes it. */
class Visitor {
  readonly #target: Target;
  #line: Line | null = null;

  constructor(target: Target) {
    this.#target = target;
  }

  async ask(method: string, path: string, headers: string, body = '', keep = false): Promise<Answer> {
    const { authorization, keepsOpen, port } = this.#target;
    const bytes = Buffer.from(body);
    const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${authorization}\r\nContent-Length: ${bytes.length}\r\n${headers}\r\n`;
    this.#line ??= await openLine(port);
    const answer = await this.#line.ask(head, bytes, keep);
    if (!keepsOpen) this.close();
    return answer;
  }

  close(): void {
    this.#line?.close();
    this.#line = null;
  }
}

function demand(answer: Answer, ...statuses: number[]): Answer {
  if (!statuses.includes(answer.status))
    throw new Error(`answered with ${answer.status}: ${answer.text.slice(0, 300)}`);
  return answer;
}

interface Row {
  readonly name: string;
  readonly unit: 'ms' | '/s';
  prepare?(target: Target, visitor: Visitor): Promise<void>;
  /** Milliseconds of each request. */
  measure(target: Target, visitor: Visitor): Promise<readonly number[]>;
}

const xml = 'Content-Type: application/xml; charset=utf-8\r\n';
const names = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="urn:ietf:params:xml:ns:carddav"';

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

/** The same request until the time is over. */
async function repeated(work: () => Promise<unknown>): Promise<readonly number[]> {
  await work();
  const until = performance.now() + rowMs;
  const all: number[] = [];
  while (all.length < timesMax && (all.length < 2 || performance.now() < until)) all.push(await timed(work));
  return all;
}

const report = (visitor: Visitor, path: string, body: string, keep = false) =>
  visitor.ask('REPORT', path, `${xml}Depth: 1\r\n`, body, keep).then((answer) => demand(answer, 207));

/** The calendar that most rows look at. */
const big = (target: Target) => `${target.home('calendars')}big/`;

function eventRows({ events, large, recurring }: Scale): Row[] {
  let round = 0;
  return [
    {
      name: `PUT of ${events} events`,
      unit: '/s',
      async measure(target, visitor) {
        const path = `${target.home('calendars')}put${round++}/`;
        demand(await visitor.ask(target.makes, path, ''), 201);
        const all: number[] = [];
        for (let n = 0; n < events; n++) {
          const text = calendar(event(`p${n}`, n % 365, false));
          const put = () => visitor.ask('PUT', `${path}p${n}.ics`, 'Content-Type: text/calendar\r\n', text);
          all.push(await timed(async () => demand(await put(), 201, 204)));
        }
        return all;
      },
    },
    {
      name: `one month of ${large} events, of which ${recurring} recur`,
      unit: 'ms',
      prepare: (target) => {
        const all = Array.from({ length: large }, (_, n) => event(`b${n}`, n % 1_095, n < recurring));
        return target.fill('calendars', 'big', calendar(all.join('')));
      },
      measure: (target, visitor) =>
        repeated(() =>
          report(
            visitor,
            big(target),
            `<C:calendar-query ${names}><prop><getetag/></prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="20270301T000000Z" end="20270401T000000Z"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`,
          ),
        ),
    },
  ];
}

function itemRows({ large }: Scale): Row[] {
  let round = 0;
  return [
    {
      name: `multiget of 100 of ${large}`,
      unit: 'ms',
      measure: (target, visitor) => {
        const hrefs = Array.from({ length: 100 }, (_, n) => `<href>${big(target)}b${n * 7}.ics</href>`).join(
          '',
        );
        return repeated(async () => {
          const body = `<C:calendar-multiget ${names}><prop><getetag/><C:calendar-data/></prop>${hrefs}</C:calendar-multiget>`;
          const { text } = await report(visitor, big(target), body, true);
          const found = text.match(/BEGIN:VEVENT/g)?.length;
          if (found !== 100) throw new Error(`${found} of 100 were answered`);
        });
      },
    },
    {
      name: `sync-collection, 10 changes of ${large}`,
      unit: 'ms',
      async measure(target, visitor) {
        const ask = async (token: string) => {
          const body = `<sync-collection ${names}><sync-token>${token}</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`;
          return (await report(visitor, big(target), body, true)).text;
        };
        // RFC 6578 §3.6: what does not fit into one answer is asked for again.
        let token = '';
        for (let isWhole = false; !isWhole; ) {
          const page = await ask(token);
          token = /sync-token>([^<]+)</.exec(page)?.[1] ?? '';
          isWhole = !page.includes('HTTP/1.1 507');
        }
        for (let n = 0; n < 10; n++) {
          const text = calendar(event(`b${n * 9}`, (round + n) % 300, false));
          const put = visitor.ask(
            'PUT',
            `${big(target)}b${n * 9}.ics`,
            'Content-Type: text/calendar\r\n',
            text,
          );
          demand(await put, 201, 204);
        }
        round++;
        return repeated(async () => {
          const found = (await ask(token)).match(/<(?:[a-z]+:)?response>/gi)?.length ?? 0;
          if (found !== 10) throw new Error(`${found} changes were told`);
        });
      },
    },
  ];
}

function homeRows({ cards }: Scale): Row[] {
  return [
    {
      name: 'PROPFIND of a home with 20 calendars',
      unit: 'ms',
      async prepare(target, visitor) {
        for (let n = 0; n < 20; n++)
          demand(await visitor.ask(target.makes, `${target.home('calendars')}home${n}/`, ''), 201);
      },
      measure: (target, visitor) =>
        repeated(async () =>
          demand(
            await visitor.ask(
              'PROPFIND',
              target.home('calendars'),
              `${xml}Depth: 1\r\n`,
              `<propfind ${names} xmlns:S="http://calendarserver.org/ns/" xmlns:I="http://apple.com/ns/ical/"><prop><resourcetype/><displayname/><current-user-privilege-set/><sync-token/><S:getctag/><I:calendar-color/><C:supported-calendar-component-set/></prop></propfind>`,
            ),
            207,
          ),
        ),
    },
    {
      name: `addressbook-query over ${cards} cards`,
      unit: 'ms',
      prepare: (target) =>
        target.fill('contacts', 'cards', Array.from({ length: cards }, (_, n) => card(n)).join('')),
      measure: (target, visitor) =>
        repeated(() =>
          report(
            visitor,
            `${target.home('contacts')}cards/`,
            `<A:addressbook-query ${names}><prop><getetag/></prop><A:filter><A:prop-filter name="EMAIL"><A:text-match collation="i;unicode-casemap" match-type="contains">PERSON49</A:text-match></A:prop-filter></A:filter></A:addressbook-query>`,
          ),
        ),
    },
  ];
}

const at = (all: readonly number[], part: number) =>
  [...all].sort((one, other) => one - other)[Math.min(all.length - 1, Math.floor(all.length * part))] ??
  Number.NaN;

function shownOf({ unit }: Row, all: readonly number[]): string {
  if (unit === '/s')
    return `${((all.length * 1000) / all.reduce((sum, each) => sum + each, 0)).toFixed(0)} /s`;
  return `${at(all, 0.5).toFixed(1)} ms (p99 ${at(all, 0.99).toFixed(1)}, ${all.length} times)`;
}

async function fillByPut(target: Target, path: string, type: string, text: string): Promise<void> {
  const visitor = new Visitor(target);
  demand(await visitor.ask('PUT', path, `Content-Type: ${type}\r\n`, text, true), 201, 204);
  visitor.close();
}

export async function run(args: readonly string[]): Promise<void> {
  const small = args.includes('quick');
  const wanted = args.filter((each) => each !== 'quick');
  const scale = small ? quick : whole;
  const all = [...eventRows(scale), ...itemRows(scale), ...homeRows(scale)];
  const targets = [await startOurs(), await startRadicale(fillByPut)].filter((each) => each !== null);
  if (targets.length === 1) console.log('radicale is not installed: only myco is measured');
  console.log(whyNoCyrus());
  try {
    for (const row of all) {
      const picked = wanted.length === 0 || wanted.some((word) => row.name.includes(word));
      const figures: string[] = [];
      for (const target of targets) {
        const visitor = new Visitor(target);
        // What later rows look at is made even where this one is not asked for.
        if (picked || row.prepare) await row.prepare?.(target, visitor);
        if (picked) figures.push(`${target.name} ${shownOf(row, await row.measure(target, visitor))}`);
        visitor.close();
      }
      if (picked) console.log(`${row.name}: ${figures.join('; ')}`);
    }
    console.log(
      `load of the machine at the end: ${loadavg()
        .map((each) => each.toFixed(1))
        .join(' ')}`,
    );
  } finally {
    for (const target of targets) await target.stop();
  }
}
