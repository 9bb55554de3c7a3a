import { afterAll, expect, test } from 'vitest';
import { parseMessage } from '../../formats/mime/index.ts';
import { makeFolder, removeFolder } from '../../testing/index.ts';
import { invitationBytesMax, partsLookedAtMax } from '../limits.ts';
import type { Session } from '../session/session.ts';
import type { Transaction } from '../session/types.ts';
import { Spool } from './spool.ts';
import { type ArrivedInvitation, takeInvitation } from './take-invitation.ts';

const folder = makeFolder();
afterAll(() => removeFolder(folder));

const dmarc = (result: string, aligned: boolean) => ({
  dmarc: { result, aligned: { spf: false, dkim: aligned } },
});
const proven = dmarc('pass', true);

const mailOf = (body: string, type = 'text/calendar; method=REQUEST', from = 'Ana <ana@far.example>') =>
  `From: ${from}\r\nSubject: x\r\nContent-Type: ${type}\r\n\r\n${body}`;

async function taken(
  mail: string,
  how: { verdict?: unknown; door?: string; member?: object; junk?: boolean } = {},
): Promise<readonly ArrivedInvitation[]> {
  const got: ArrivedInvitation[] = [];
  const { verdict = proven, door = 'smtp', member = null, junk = false } = how;
  const session = {
    door: { name: door },
    member,
    services: {
      invitations: async (invitation: ArrivedInvitation) => {
        got.push(invitation);
      },
    },
  } as unknown as Session;
  const spool = new Spool(folder);
  const top = 'Received: here\r\n';
  await spool.add(Buffer.from(mail));
  const { root } = parseMessage(Buffer.from(top + mail));
  const transaction = { verdict } as unknown as Transaction;
  await takeInvitation(session, transaction, [3, 5], { spool, root, before: top.length, junk });
  await spool.close();
  return got;
}

test('the part as it was before it was encoded, for all whom the mail is for', async () => {
  const [one] = await taken(
    `From: ana@far.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\nContent-Type: text/calendar; method=REQUEST\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from('BEGIN:VCALENDAR').toString('base64')}\r\n--b--\r\n`,
  );
  expect(one).toEqual({ accounts: [3, 5], author: 'ana@far.example', bytes: Buffer.from('BEGIN:VCALENDAR') });
});

test.each([
  ['DMARC passes', proven, 1],
  ['no policy, but aligned', dmarc('none', true), 1],
  ['no policy, nothing aligned', dmarc('none', false), 0],
  ['DMARC fails', dmarc('fail', false), 0],
  ['DMARC cannot be known now', dmarc('temperror', true), 0],
  ['no author', { dmarc: null }, 0],
  ['nobody looked', null, 0],
])('%s', async (_, verdict, count) => {
  expect(await taken(mailOf('x'), { verdict })).toHaveLength(count);
});

test.each([
  ['two authors', mailOf('x', undefined, 'a@far.example, b@far.example')],
  ['two From fields', `From: eve@far.example\r\n${mailOf('x')}`],
  ['no method: a file that somebody sends', mailOf('x', 'text/calendar')],
  ['another type', mailOf('x', 'text/plain; method=REQUEST')],
])('%s: it is just mail', async (_, mail) => {
  expect(await taken(mail)).toEqual([]);
});

test('what is unwanted is not looked at; who signed in is who they are, a neighbour is not', async () => {
  expect(await taken(mailOf('x'), { junk: true })).toEqual([]);
  expect(await taken(mailOf('x'), { door: 'submission', member: {}, verdict: null })).toHaveLength(1);
  expect(await taken(mailOf('x'), { door: 'lmtp', verdict: null })).toEqual([]);
});

test('invitationBytesMax', async () => {
  expect(await taken(mailOf('x'.repeat(invitationBytesMax)))).toHaveLength(1);
  expect(await taken(mailOf('x'.repeat(invitationBytesMax + 1)))).toEqual([]);
});

test('partsLookedAtMax', async () => {
  const parts = (count: number) =>
    `From: ana@far.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(count)}--b\r\nContent-Type: text/calendar; method=REPLY\r\n\r\nx\r\n--b--\r\n`;
  expect(await taken(parts(partsLookedAtMax - 2))).toHaveLength(1);
  expect(await taken(parts(partsLookedAtMax - 1))).toEqual([]);
});
