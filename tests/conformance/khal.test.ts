import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import { type DavClient, type Myco, openDav, run, startMyco, stopAll, withTools } from '../harness/index.ts';
import { openVdir, textsIn, type Vdir, type VdirKind } from './vdir.ts';

let myco: Myco;
let dav: DavClient;
let root: string;

async function begin(): Promise<void> {
  root = makeFolder();
  myco = await startMyco({ members: ['ana'], folder: root });
  dav = openDav(myco, 'ana');
}
async function end(): Promise<void> {
  dav.close();
  await stopAll();
  removeFolder(root);
}

const open = async (kind: VdirKind): Promise<Vdir> => {
  const vdir = openVdir({ myco, kind, name: 'ana', root: join(root, 'ana') });
  const ran = await vdir.discover();
  expect(ran.code, ran.said).toBe(0);
  return vdir;
};

async function sync(vdir: Vdir): Promise<void> {
  const ran = await vdir.sync();
  expect(ran.code, ran.said).toBe(0);
}

const put = async (path: string, lines: readonly string[]) => {
  const { status } = await dav.ask('PUT', path, { body: lines.map((line) => `${line}\r\n`).join('') });
  expect(status).toBe(201);
};

withTools('khal, on what vdirsyncer fetched', ['khal', 'vdirsyncer'], () => {
  beforeAll(begin);
  afterAll(end);
  let vdir: Vdir;

  async function khal(...args: string[]): Promise<string> {
    const config = join(root, 'khal.conf');
    writeFileSync(
      config,
      `[calendars]
[[personal]]
path = ${vdir.folder('personal')}
[locale]
local_timezone = Europe/Paris
default_timezone = Europe/Paris
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[default]
default_calendar = personal
[sqlite]
path = ${join(root, 'khal.db')}
`,
    );
    const ran = await run('khal', ['--config', config, ...args], { env: { HOME: root, LC_ALL: 'C.UTF-8' } });
    expect(ran.code, ran.said).toBe(0);
    return ran.out.toString();
  }

  test('shows what was put on the server, each recurrence at its hour', async () => {
    vdir = await open('calendars');
    await put('/dav/calendars/ana/personal/weekly.ics', [
      ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//conformance//EN'],
      // Without a VTIMEZONE: the server knows the zone, and gives it to who needs it.
      ...['BEGIN:VEVENT', 'UID:weekly', 'DTSTAMP:20260101T000000Z', 'SUMMARY:Choir'],
      ...['DTSTART;TZID=America/New_York:20260318T120000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=3'],
      ...['END:VEVENT', 'END:VCALENDAR'],
    ]);
    await sync(vdir);
    const shown = await khal('list', '--format', '{start-long} {title}', '2026-03-16', '30d');
    // Clocks change a week apart: noon in New York is five hours before Paris until the 29th, then six.
    expect(shown.split('\n').filter((line) => line.includes('Choir'))).toEqual([
      '2026-03-18 17:00 Choir',
      '2026-03-25 17:00 Choir',
      '2026-04-01 18:00 Choir',
    ]);
  });

  test('what it makes comes to the server', async () => {
    await khal('new', '2026-03-20', '09:30', '10:15', 'Dentist & cake', '::', 'bring the card');
    await sync(vdir);
    const { status, body } = await dav.ask('REPORT', '/dav/calendars/ana/personal/', {
      headers: { depth: '1' },
      body: `<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><C:calendar-data/></prop><C:filter>
<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="20260320T080000Z" end="20260320T093000Z"/>
</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`,
    });
    expect(status).toBe(207);
    expect(body.toString()).toContain('SUMMARY:Dentist');
    expect(body.toString()).not.toContain('SUMMARY:Choir');
  });
});

withTools('khard, on what vdirsyncer fetched', ['khard', 'vdirsyncer'], () => {
  beforeAll(begin);
  afterAll(end);
  let vdir: Vdir;

  async function khard(input: string, ...args: string[]): Promise<string> {
    const config = join(root, 'khard.conf');
    writeFileSync(
      config,
      `[addressbooks]
[[personal]]
path = ${vdir.folder('personal')}
[general]
default_action = list
editor = true
merge_editor = true
`,
    );
    const env = { HOME: root, LC_ALL: 'C.UTF-8' };
    const ran = await run('khard', ['-c', config, ...args], { env, input });
    expect(ran.code, ran.said).toBe(0);
    return ran.out.toString();
  }

  test('finds whom the server has', async () => {
    vdir = await open('contacts');
    await put('/dav/contacts/ana/personal/zoe.vcf', [
      ...['BEGIN:VCARD', 'VERSION:3.0', 'UID:zoe', 'FN:Zoë Grün', 'N:Grün;Zoë;;;'],
      ...['EMAIL;TYPE=work:zoe@example.org', 'TEL;TYPE=cell:+33 1 23', 'END:VCARD'],
    ]);
    await sync(vdir);
    expect(await khard('', 'list')).toContain('Zoë Grün');
    expect(await khard('', 'email', '--parsable', 'zoe')).toContain('zoe@example.org\tZoë Grün');
  });

  test('whom it adds comes to the server', async () => {
    await khard(
      'First name : Ada\nLast name : Lovelace\nEmail :\n    home : ada@example.org\n',
      ...['new', '-a', 'personal'],
    );
    expect(textsIn(vdir.folder('personal'), '.vcf').size).toBe(2);
    await sync(vdir);
    const { status, body } = await dav.ask('REPORT', '/dav/contacts/ana/personal/', {
      headers: { depth: '1' },
      body: `<A:addressbook-query xmlns="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav"><prop><A:address-data/></prop>
<A:filter><A:prop-filter name="EMAIL"><A:text-match>ADA@</A:text-match></A:prop-filter></A:filter></A:addressbook-query>`,
    });
    expect(status).toBe(207);
    expect(body.toString()).toContain('Lovelace');
    expect(body.toString()).not.toContain('Zoë');
  });
});
