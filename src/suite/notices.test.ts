import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Member } from '../accounts/index.ts';
import { childOf, textOf } from '../formats/stanza/index.ts';
import {
  connectSocket,
  describeEngines,
  startSuite,
  type TestSuite,
  testBrowser,
  XmppActor,
} from '../testing/index.ts';
import { takeInvitations } from './invitations.ts';
import { openNews } from './notices.ts';

const domain = 'coop.localhost';
const password = 'correct horse';

describeEngines('notices in chat', (engine) => {
  let suite: TestSuite;
  const members: Record<string, Member> = {};
  beforeAll(async () => {
    const storage = { database: await engine.database() };
    suite = await startSuite({ settings: { storage, coop: { languages: ['en'] } } });
    for (const name of ['ana', 'bo', 'cleo', 'dora'])
      members[name] = await suite.addMember(`${name}@${domain}`, password);
  });
  afterAll(() => suite.stop());

  const idOf = (name: string) => members[name]?.id ?? 0;
  const wants = (name: string, ...kinds: ('mail' | 'invitations')[]) =>
    suite.rooms.conversations.roster.setNotices(idOf(name), kinds);

  async function signedIn(username: string): Promise<XmppActor> {
    const tls = { ca: suite.authority, servername: domain };
    const actor = new XmppActor({ transport: 'tcp', port: suite.ports.xmpp, domain, tls });
    await actor.login({ username, password });
    await actor.send('<presence/>');
    await actor.forget();
    return actor;
  }
  const heard = async (actor: XmppActor) =>
    textOf(childOf(await actor.find(({ name }) => name === 'message'), 'body'));

  /** Says lines to a door of mail, each after the answer to the one before. */
  async function say(door: 'submissions' | 'imaps', lines: readonly string[]): Promise<void> {
    const socket = await connectSocket({
      ...{ port: suite.ports[door], implicitTls: true, patienceMs: 60_000 },
      tls: { ca: suite.authority },
    });
    const answer = async () => {
      for (;;) {
        const line = String(await socket.readLine());
        if (/^[45]\d\d |^a (?:NO|BAD)/.test(line)) throw new Error(line);
        if (/^\d{3} |^\* OK|^a OK|^\+/.test(line)) return;
      }
    };
    await answer();
    for (const line of lines) {
      await socket.send(`${line}\r\n`);
      await answer();
    }
    await socket.close();
  }

  const send = (to: readonly string[], subject: string) =>
    say('submissions', [
      'EHLO client.example',
      `AUTH PLAIN ${Buffer.from(`\0bo\0${password}`).toString('base64')}`,
      `MAIL FROM:<bo@${domain}>`,
      ...to.map((name) => `RCPT TO:<${name}@${domain}>`),
      'DATA',
      `From: =?utf-8?q?B=C3=B6?= <bo@${domain}>\r\nSubject: ${subject}\r\n\r\nthe secret words\r\n.`,
    ]);

  test('mail is told to who asked and is there: by whom and of what, and nothing that they put there themselves', async () => {
    await wants('ana', 'mail');
    await wants('cleo', 'invitations');
    const [ana, cleo, dora] = [await signedIn('ana'), await signedIn('cleo'), await signedIn('dora')];
    const own = `From: ana@${domain}\r\nSubject: put there\r\n\r\nx\r\n`;
    await say('imaps', [`a LOGIN ana "${password}"`, `a APPEND INBOX {${own.length}}`, own]);
    await send(['dora', 'cleo', 'ana'], 'Potatoes');
    expect(await heard(ana)).toBe(`Mail from Bö <bo@${domain}>: Potatoes`);
    for (const actor of [cleo, dora]) {
      await actor.receivesNothing();
      actor.cut();
    }
    ana.cut();
    expect(suite.logged.join('')).not.toContain('Potatoes');
  });

  test('what lies elsewhere than in the inbox, and what others answer, is told to nobody', async () => {
    await wants('dora', 'mail', 'invitations');
    const dora = await signedIn('dora');
    const news = openNews(suite.rooms);
    const { stop } = news.start(suite.running.chat);
    const { parsed, blob } = await suite.rooms.mail.stage(Buffer.from('Subject: odd\r\n\r\n'), 1_000);
    suite.rooms.mail.discard(blob);
    const account = idOf('dora');
    for (const mailbox of ['Junk', 'INBOX']) news.mail.arrived({ account, mailbox, parsed });
    for (const method of ['REPLY', 'COUNTER', 'CANCEL', 'ADD'])
      news.invited({ account, method, from: 'zoe@far.example', title: method });
    expect((await heard(dora)).split('\n')).toEqual([
      'Mail from nobody: odd',
      'Cancelled by zoe@far.example: CANCEL',
      'Invitation from zoe@far.example: ADD',
    ]);
    await stop();
    dora.cut();
  });

  test('invitations and what becomes of them, but no answers of others', async () => {
    const page = testBrowser(suite.ports.https, suite.authority);
    await page.get('/sign-in');
    const { token } = await suite.rooms.accounts.admin.createSignInToken(idOf('bo'));
    await page.get(`/sign-in/${token}`);
    await page.post(`/sign-in/${token}`, { password, again: password });
    expect((await page.get('/mail')).text).toContain('name="invitations" value="yes">');
    const chosen = await page.post('/mail/chat/notices', { invitations: 'yes' });
    expect([chosen.status, chosen.headers.location]).toEqual([303, '/mail#notices']);
    const { text } = await page.get('/mail');
    expect(text).toContain('name="invitations" value="yes" checked>');
    expect(text).toContain('name="mail" value="yes">');

    const bo = await signedIn('bo');
    const message = (method: string, uid: string) =>
      Buffer.from(
        [
          ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', `METHOD:${method}`, 'BEGIN:VEVENT'],
          ...[`UID:${uid}`, 'DTSTAMP:20260101T000000Z', 'DTSTART:20990305T100000Z', `SUMMARY:About ${uid}`],
          ...[`ORGANIZER:mailto:ana@${domain}`, `ATTENDEE:mailto:bo@${domain}`, 'END:VEVENT'],
          ...['END:VCALENDAR', ''],
        ].join('\r\n'),
      );
    const { invitations } = suite.running;
    const take = takeInvitations(suite.rooms, invitations);
    const arrive = async (bytes: Buffer) => {
      await take({ accounts: [idOf('bo')], author: `ana@${domain}`, bytes });
      await invitations.idle();
    };
    await arrive(message('REPLY', 'nothing'));
    await arrive(message('REQUEST', 'apples'));
    expect(await heard(bo)).toBe(`Invitation from ana@${domain}: About apples`);
    bo.cut();
  });
});

test('`chat.notices: nobody`: there is nothing to choose, and nobody is told', async () => {
  const suite = await startSuite({ settings: { chat: { notices: 'nobody' } } });
  try {
    const { id } = await suite.addMember(`ana@${domain}`, password);
    await suite.rooms.conversations.roster.setNotices(id, ['mail']);
    const { token } = await suite.rooms.accounts.admin.createSignInToken(id);
    const page = testBrowser(suite.ports.https, suite.authority);
    await page.get(`/sign-in/${token}`);
    await page.post(`/sign-in/${token}`, { password, again: password });
    expect((await page.get('/mail')).text).not.toContain('/mail/chat/notices');
    expect((await page.post('/mail/chat/notices', {})).status).toBe(303);
    expect(await suite.rooms.conversations.roster.notices(id)).toEqual(new Set(['mail']));
  } finally {
    await suite.stop();
  }
});
