import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder, openTestDns, removeFolder, type TestDns } from '../../src/testing/index.ts';
import { eventually, type Myco, openDav, password, startMyco, stopAll } from '../harness/index.ts';
import { giveBySmtp } from '../harness/neighbour.ts';
import { freePort } from '../harness/programs.ts';

// Two co-ops that invite each other: calendars on both sides, mail between them.

interface Coop {
  readonly domain: string;
  readonly address: string;
  readonly folder: string;
  myco: Myco;
}

let dns: TestDns;
let port: number;
let a: Coop;
let b: Coop;

const patienceMs = 60_000;

async function startCoop(name: string, address: string): Promise<Coop> {
  const domain = `${name}.test`;
  const folder = makeFolder();
  const myco = await start({ domain, address, folder });
  for (const who of ['ana', 'ben', 'eve']) {
    const added = ['member', 'add', `${who}@${domain}`, '--password-stdin'];
    const { code, said } = await myco.cli(added, `${password}\n`);
    if (code !== 0) throw new Error(said);
  }
  // All of this machine is one address to who is connected to.
  dns.set(`mail.${domain}`, { a: [address], txt: ['v=spf1 ip4:127.0.0.0/8 -all'], ttl: 0 });
  dns.set(domain, { mx: [[10, `mail.${domain}`]], txt: ['v=spf1 ip4:127.0.0.0/8 -all'], ttl: 0 });
  dns.set(`_dmarc.${domain}`, { txt: ['v=DMARC1; p=reject'], ttl: 0 });
  return { domain, address, folder, myco };
}

function start({ domain, address, folder }: Omit<Coop, 'myco'>): Promise<Myco> {
  const doors = ['submission', 'submissions', 'imap', 'imaps', 'http', 'https'];
  const listeners = [
    `  smtp: { host: ${address}, port: ${port} }`,
    ...doors.map((door) => `  ${door}: { host: 127.0.0.1, port: 0 }`),
  ];
  return startMyco({
    folder,
    settings: {
      coop: `{ name: ${domain}, domain: ${domain}, hostname: mail.${domain} }`,
      listeners: `\n${listeners.join('\n')}`,
      mail: `{ port: ${port}, resolver: ["${dns.address}"] }`,
    },
  });
}

beforeAll(async () => {
  dns = await openTestDns();
  port = await freePort();
  a = await startCoop('a', '127.0.1.1');
  b = await startCoop('b', '127.0.1.2');
}, patienceMs);

afterAll(async () => {
  await stopAll();
  for (const { folder } of [a, b]) removeFolder(folder);
  await dns.close();
});

const far = 'DTSTART:20990305T100000Z\r\nDTEND:20990305T110000Z';

function meeting(uid: string, guests: readonly string[], more = '', times = far): string {
  const attendees = guests.map((guest) => `ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${guest}\r\n`);
  return `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\n${times}\r\nSUMMARY:Meeting ${uid}\r\nORGANIZER:mailto:ana@a.test\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@a.test\r\n${attendees.join('')}${more}END:VEVENT\r\n`;
}

const calendar = (...inner: string[]) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n${inner.join('')}END:VCALENDAR\r\n`;

async function put({ myco, domain }: Coop, who: string, name: string, body: string): Promise<number> {
  const dav = openDav(myco, `${who}@${domain}`);
  const headers = { 'content-type': 'text/calendar' };
  const { status } = await dav.ask('PUT', `/dav/calendars/${who}/personal/${name}`, { headers, body });
  dav.close();
  return status;
}

const unfolded = (body: Buffer) => body.toString().replace(/\r\n[ \t]/g, '');

/** Everything in somebody's calendar, by its name. */
async function objects({ myco, domain }: Coop, who: string): Promise<Map<string, string>> {
  const dav = openDav(myco, `${who}@${domain}`);
  const listed = await dav.ask('PROPFIND', `/dav/calendars/${who}/personal/`, { headers: { depth: '1' } });
  const all = new Map<string, string>();
  for (const [, name = ''] of listed.body.toString().matchAll(/<D:href>[^<]*\/([^</]+\.ics)<\/D:href>/g)) {
    all.set(name, unfolded((await dav.ask('GET', `/dav/calendars/${who}/personal/${name}`)).body));
  }
  dav.close();
  return all;
}

/** Somebody's copy, once it is as expected. */
const copy = (coop: Coop, who: string, uid: string, expected: RegExp = /./) =>
  eventually(
    `${uid} of ${who}@${coop.domain} with ${expected}`,
    async () =>
      [...(await objects(coop, who))].find(
        ([, text]) => text.includes(`UID:${uid}\r\n`) && expected.test(text),
      ),
    patienceMs,
  );

const answered = (text: string, who: string, partstat: string) =>
  text.replace(new RegExp(`(ATTENDEE[^\\r\\n]*)NEEDS-ACTION([^\\r\\n]*${who})`), `$1${partstat}$2`);

test(
  'to a member here and by mail to another co-op; both answers come back; a change and a cancellation arrive',
  async () => {
    const guests = ['ben@a.test', 'ben@b.test', 'nobody@b.test'];
    expect(await put(a, 'ana', 'one.ics', calendar(meeting('one', guests)))).toBe(201);
    const [near, nearText] = await copy(a, 'ben', 'one');
    const [there, thereText] = await copy(b, 'ben', 'one');
    expect(thereText).not.toContain('METHOD');
    // What became of the mails is told on the organiser's copy (RFC 6638 §3.2.9).
    await copy(a, 'ana', 'one', /SCHEDULE-STATUS=1\.2[^\r\n]*ben@b\.test/);
    await copy(a, 'ana', 'one', /SCHEDULE-STATUS=3\.7[^\r\n]*nobody@b\.test/);
    expect(await put(a, 'ben', near, answered(nearText, 'ben@a.test', 'ACCEPTED'))).toBe(204);
    expect(await put(b, 'ben', there, answered(thereText, 'ben@b.test', 'TENTATIVE'))).toBe(204);
    await copy(a, 'ana', 'one', /PARTSTAT=ACCEPTED[^\r\n]*ben@a\.test/);
    const [, own] = await copy(a, 'ana', 'one', /PARTSTAT=TENTATIVE[^\r\n]*ben@b\.test/);

    const later = own.replaceAll('T100000Z', 'T090000Z').replace('SUMMARY:', 'SEQUENCE:1\r\nSUMMARY:');
    expect(await put(a, 'ana', 'one.ics', later)).toBe(204);
    await copy(a, 'ben', 'one', /DTSTART:20990305T090000Z/);
    await copy(b, 'ben', 'one', /DTSTART:20990305T090000Z/);

    const ana = openDav(a.myco, 'ana@a.test');
    expect((await ana.ask('DELETE', '/dav/calendars/ana/personal/one.ics')).status).toBe(204);
    ana.close();
    await copy(a, 'ben', 'one', /STATUS:CANCELLED/);
    await copy(b, 'ben', 'one', /STATUS:CANCELLED/);
  },
  3 * patienceMs,
);

test(
  'one instance is moved, and declined alone',
  async () => {
    const series = `${far}\r\nRRULE:FREQ=DAILY;COUNT=3`;
    const whole = meeting('many', ['ben@b.test'], '', series);
    expect(await put(a, 'ana', 'many.ics', calendar(whole))).toBe(201);
    await copy(b, 'ben', 'many');
    const times = 'DTSTART:20990306T150000Z\r\nDTEND:20990306T160000Z';
    const one = meeting('many', ['ben@b.test'], 'RECURRENCE-ID:20990306T100000Z\r\n', times);
    expect(await put(a, 'ana', 'many.ics', calendar(whole, one))).toBe(204);
    const [name, text] = await copy(b, 'ben', 'many', /RECURRENCE-ID:20990306T100000Z/);
    const at = text.indexOf('BEGIN:VEVENT', text.indexOf('BEGIN:VEVENT') + 1);
    const [first, second] = [text.slice(0, at), text.slice(at)];
    const declined = first.includes('RECURRENCE-ID')
      ? answered(first, 'ben@b.test', 'DECLINED') + second
      : first + answered(second, 'ben@b.test', 'DECLINED');
    expect(await put(b, 'ben', name, declined)).toBe(204);
    const [, own] = await copy(a, 'ana', 'many', /PARTSTAT=DECLINED[^\r\n]*ben@b\.test/);
    expect(own.match(/PARTSTAT=DECLINED/g)).toHaveLength(1);
    expect(own).toMatch(/PARTSTAT=NEEDS-ACTION[^\r\n]*ben@b\.test/);
  },
  2 * patienceMs,
);

test(
  'an answer in the name of another is just mail',
  async () => {
    expect(await put(a, 'ana', 'spoof.ics', calendar(meeting('spoof', ['ben@b.test', 'eve@b.test'])))).toBe(
      201,
    );
    await copy(b, 'ben', 'spoof');
    const reply = (who: string, from: string) =>
      `From: ${from}@b.test\r\nTo: ana@a.test\r\nSubject: yes\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <${who}${from}@b.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/calendar; charset=utf-8; method=REPLY\r\n\r\n${calendar(
        `METHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:spoof\r\nDTSTAMP:20270101T000000Z\r\nORGANIZER:mailto:ana@a.test\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:${who}@b.test\r\nEND:VEVENT\r\n`,
      )}`;
    const give = (who: string, from: string) =>
      eventually(
        'an answer to the end of the message',
        async () => {
          const where = { host: a.address, port };
          const said = await giveBySmtp(where, `${from}@b.test`, ['ana@a.test'], reply(who, from));
          // Who is not known yet is asked to come again.
          return said.startsWith('4') ? undefined : said;
        },
        patienceMs,
      );
    expect(await give('ben', 'eve')).toMatch(/^250/);
    // Eve's own is taken in after it: what was before it was done with.
    expect(await give('eve', 'eve')).toMatch(/^250/);
    const [, own] = await copy(a, 'ana', 'spoof', /PARTSTAT=ACCEPTED[^\r\n]*eve@b\.test/);
    expect(own).toMatch(/PARTSTAT=NEEDS-ACTION[^\r\n]*ben@b\.test/);
  },
  2 * patienceMs,
);

test(
  'what was answered 201 is said, though the process is killed at once',
  async () => {
    const guests = ['ben@a.test', 'ben@b.test'];
    expect(await put(a, 'ana', 'killed.ics', calendar(meeting('killed', guests)))).toBe(201);
    await a.myco.kill();
    a.myco = await start(a);
    await copy(a, 'ben', 'killed');
    await copy(b, 'ben', 'killed');
  },
  4 * patienceMs,
);
