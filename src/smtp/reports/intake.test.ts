import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTrustStore, type TrustStore } from '../../stores/trust/index.ts';
import { memoryResolver, openTestSmtp, type TestDoor, type TestSmtp } from '../../testing/index.ts';
import { createChecks } from '../checks/index.ts';
import { composeReport } from './compose.ts';
import { createIntake } from './index.ts';

let smtp: TestSmtp;
let trust: TrustStore;

beforeEach(async () => {
  smtp = await openTestSmtp({
    async authenticity({ stores, accounts, clock, hostname, log, metrics }) {
      trust = createTrustStore({ database: stores.database, clock });
      const isOurs = (name: string) => accounts.isLocalDomain(name);
      const checks = createChecks({
        resolver: memoryResolver({ 'r.example': { txt: ['v=spf1 ip4:127.0.0.1 -all'] } }),
        hostname,
        clock,
        metrics,
        settings: () => ({ dmarc: 'enforce', temporary: 'accept', trustedSealers: [], exempt: [] }),
        observer: null,
        sealer: null,
      });
      return { checks, intake: createIntake({ trust, isOurs, clock, log }) };
    },
  });
});
afterEach(() => smtp.close());

const xml = `<feedback><report_metadata><org_name>r.example</org_name><report_id>1</report_id></report_metadata>
<policy_published><domain>coop.localhost</domain></policy_published>
<record><row><source_ip>192.0.2.1</source_ip><count>2</count></row></record></feedback>`;

const mail = (document: string) =>
  composeReport({
    from: 'noreply@r.example',
    to: ['dmarc-reports@coop.localhost'],
    subject: 'Report Domain: coop.localhost',
    id: '1@r.example',
    nowMs: 0,
    text: 'A report.',
    attachment: { type: 'application/gzip', name: 'r.xml.gz', bytes: gzipSync(document) },
    fields: {},
    multipart: 'mixed',
  }).bytes.toString('latin1');

async function send(
  door: TestDoor,
  to: readonly string[],
  text: string,
  sender = 'noreply@r.example',
): Promise<string[]> {
  const socket = await smtp.connect(door);
  const answers: string[] = [];
  const hear = async () => {
    for (;;) {
      const line = String(await socket.readLine());
      if (!/^\d{3}-/.test(line)) return line;
    }
  };
  await hear();
  for (const line of [door === 'lmtp' ? 'LHLO r.example' : 'EHLO r.example', `MAIL FROM:<${sender}>`]) {
    await socket.send(`${line}\r\n`);
    await hear();
  }
  for (const address of to) {
    await socket.send(`RCPT TO:<${address}>\r\n`);
    answers.push(await hear());
  }
  if (answers.some((answer) => answer.startsWith('250'))) {
    await socket.send('DATA\r\n');
    await hear();
    await socket.send(`${text}.\r\n`);
    answers.push(await hear());
  }
  await socket.close();
  return answers;
}

test('a report goes into the table and into no mailbox', async () => {
  expect(await send('smtp', ['DMARC-Reports@coop.localhost'], mail(xml))).toEqual([
    '250 2.1.5 Recipient accepted',
    expect.stringMatching(/^250 2\.0\.0 /),
  ]);
  expect(await trust.reports({ max: 5 })).toMatchObject([{ reporter: 'r.example', total: 2, failed: 2 }]);
  expect(await smtp.messages(smtp.members.ana)).toEqual([]);
});

test('a report of whom nothing proves is refused', async () => {
  const to = ['dmarc-reports@coop.localhost'];
  expect((await send('smtp', to, mail(xml), 'noreply@forged.example'))[1]).toBe(
    '550 5.7.1 A report is taken only if SPF, DKIM or DMARC proves who sends it',
  );
  expect(await trust.reports({ max: 5 })).toEqual([]);
});

test('what is no report is refused, and the address of nobody else is known', async () => {
  expect(await send('smtp', ['tls-reports@coop.localhost'], 'From: x@y.example\r\n\r\nbuy\r\n')).toEqual([
    '250 2.1.5 Recipient accepted',
    '550 5.6.0 The report was not taken: there is no report in it',
  ]);
  expect(await send('smtp', ['ruf-reports@coop.localhost'], '')).toEqual([
    '550 5.1.1 There is no ruf-reports@coop.localhost here',
  ]);
  expect(await send('smtp', ['dmarc-reports@elsewhere.example'], '')).toEqual([
    '550 5.7.1 Mail for other domains is not taken from strangers',
  ]);
});

test('an address that is somebody’s is read all the same, and delivered whatever it is', async () => {
  await smtp.admin.addAlias('dmarc-reports@coop.localhost', ['ana@coop.localhost']);
  expect((await send('smtp', ['dmarc-reports@coop.localhost'], mail(xml)))[1]).toMatch(/^250/);
  expect((await send('smtp', ['dmarc-reports@coop.localhost'], mail('<a/>')))[1]).toMatch(/^250/);
  expect(await smtp.messages(smtp.members.ana)).toHaveLength(2);
  expect(await trust.reports({ max: 5 })).toHaveLength(1);
});

test('beside a member the member has it, and a second try of the sender does no harm', async () => {
  const both = ['ana@coop.localhost', 'dmarc-reports@coop.localhost'];
  expect((await send('smtp', both, mail('<a/>')))[2]).toMatch(/^451/);
  expect((await send('smtp', both, mail('<a/>')))[2]).toMatch(/^451/);
  expect(await smtp.messages(smtp.members.ana)).toHaveLength(1);
});
