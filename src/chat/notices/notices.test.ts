import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { childOf, type Element, elementsOf, textOf } from '../../formats/stanza/index.ts';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';
import { Gathered, shownText } from './gathered.ts';
import { type News, Notices, type NoticesOptions } from './index.ts';
import {
  noticeEveryMs,
  noticeLinesMax,
  noticeQuietMs,
  noticesWaitingMax,
  noticeTextCharsMax,
} from './limits.ts';
import { chatNotices } from './wishes.ts';
import { wordsOf } from './words.ts';

const mail = (subject: string, from = 'Bo <bo@far.example>'): News => ({ kind: 'mail', from, subject });
const invitation = (title: string, isCancelled = false): News => ({
  ...{ kind: 'invitations', from: 'bo@far.example', title, isCancelled },
});
const all = new Set(['mail', 'invitations'] as const);

describe('what a notice says', () => {
  const said = (news: readonly News[], language = 'en', wanted: ReadonlySet<News['kind']> = all) => {
    const gathered = new Gathered();
    for (const each of news) gathered.add(each);
    return gathered.text(wanted, wordsOf(language)).split('\n');
  };

  test('who sends, and the subject; in the language of the co-op', () => {
    const news = [mail('Potatoes'), invitation('Assembly'), invitation('Picnic', true), mail('', '')];
    expect(said(news)).toEqual([
      'Mail from Bo <bo@far.example>: Potatoes',
      'Mail from nobody: (no subject)',
      'Invitation from bo@far.example: Assembly',
      'Cancelled by bo@far.example: Picnic',
    ]);
    expect(said(news, 'fr-FR')[0]).toBe('Courrier de Bo <bo@far.example> : Potatoes');
    expect(said(news, 'fr')).toHaveLength(4);
  });

  test('of what is not wanted nothing', () => {
    const news = [mail('Potatoes'), invitation('Assembly')];
    expect(said(news, 'en', new Set(['mail']))).toEqual(['Mail from Bo <bo@far.example>: Potatoes']);
    expect(said(news, 'en', new Set())).toEqual(['']);
  });

  test('noticeLinesMax: of more, how many, of each kind by itself', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => mail(`${at}`));
    expect(said(many(noticeLinesMax))).toHaveLength(noticeLinesMax);
    expect(said(many(noticeLinesMax + 1)).at(-1)).toBe('and one more mail');
    const news = [...many(noticeLinesMax + 12), ...many(noticeLinesMax).map(() => invitation('x'))];
    expect(said(news)[noticeLinesMax]).toBe('and 12 more mails');
    expect(said(news)).toHaveLength(2 * noticeLinesMax + 1);
    expect(said(news, 'fr')[noticeLinesMax]).toBe('et 12 autres courriers');
  });

  test('noticeTextCharsMax: one line of bounded length, which turns nothing around', () => {
    const end = (text: string) => [...text].length;
    expect(end(shownText('a'.repeat(1_000_000)))).toBe(noticeTextCharsMax);
    expect(shownText('😀'.repeat(noticeTextCharsMax + 1))).toBe(`${'😀'.repeat(noticeTextCharsMax - 1)}…`);
    expect(shownText('😀'.repeat(noticeTextCharsMax))).toBe('😀'.repeat(noticeTextCharsMax));
    expect(shownText(' a\r\n\tb\u0000c\u2028d\u202ee\ud800 ')).toBe('a b c d e\ufffd');
    expect(shownText('a'.repeat(noticeTextCharsMax * 8 - 1) + '😀'.repeat(9))).toHaveLength(
      noticeTextCharsMax,
    );
  });
});

describe('who is told', () => {
  let chat: TestChat;
  let account: number;
  const actors: XmppActor[] = [];
  const open: Notices[] = [];
  beforeEach(async () => {
    chat = await openTestChat();
    account = await chat.addMember('ana');
    await chat.store.roster.setNotices(account, ['mail']);
  });
  afterEach(async () => {
    for (const notices of open.splice(0)) notices.stop();
    for (const actor of actors.splice(0)) actor.cut();
    await chat.close();
  });

  function made(most: NoticesOptions['most'] = {}): Notices {
    const notices = new Notices({
      ...{ chat: () => chat.server.chat, language: 'en' },
      most: { noticeQuietMs: 10, noticeEveryMs: 10, ...most },
    });
    open.push(notices);
    return notices;
  }

  async function come(username = 'ana', presence = '<presence/>'): Promise<XmppActor> {
    const actor = new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain });
    actors.push(actor);
    await actor.login({ username, password: chatPassword });
    await actor.send(presence);
    await actor.forget();
    return actor;
  }

  async function hearsNoMessage(actor: XmppActor): Promise<void> {
    await actor.barrier();
    expect(actor.unread.filter(({ element }) => element.name === 'message')).toEqual([]);
  }

  const notice = (actor: XmppActor) => actor.find(({ name }) => name === 'message');
  const bodyOf = (message: Element) => textOf(childOf(message, 'body'));

  test('a burst is one headline of the co-op, to each program that is there, kept nowhere', async () => {
    expect([noticeQuietMs, noticeEveryMs, noticesWaitingMax].every((limit) => limit > 0)).toBe(true);
    const [desk, phone] = [await come(), await come()];
    const hidden = await come('ana', '<presence><priority>-1</priority></presence>');
    await phone.ask('set', "<enable xmlns='urn:xmpp:carbons:2'/>");
    await chat.store.registrations.push.enable(account, {
      ...{ service: 'push.example', node: 'n', options: '', client: 'phone', credential: '1' },
    });
    const notices = made();
    for (let at = 0; at < noticeLinesMax + 2; at++) notices.tell(account, mail(`${at}`));
    const [one, two] = [await notice(desk), await notice(phone)];
    const { type, from, to } = one.attributes;
    expect({ type, from, to }).toEqual({ type: 'headline', from: chat.domain, to: `ana@${chat.domain}` });
    expect(two).toEqual(one);
    expect(bodyOf(one).split('\n')).toHaveLength(noticeLinesMax + 1);
    expect([...elementsOf(one)].map(({ name }) => name)).toEqual(['body', 'no-store']);
    for (const actor of [desk, phone, hidden]) await hearsNoMessage(actor);
    const archive = await desk.ask('get', "<metadata xmlns='urn:xmpp:mam:2'/>");
    expect([...elementsOf([...elementsOf(archive)][0] ?? archive)]).toEqual([]);
  });

  test('what comes after it is one more', async () => {
    const ana = await come();
    const notices = made();
    notices.tell(account, mail('first'));
    expect(bodyOf(await notice(ana))).toContain('first');
    for (const subject of ['second', 'third']) notices.tell(account, mail(subject));
    expect(bodyOf(await notice(ana)).split('\n')).toHaveLength(2);
  });

  test('who has not asked, asked for something else, or is not there hears nothing', async () => {
    const bo = await chat.addMember('bo');
    const notices = made();
    expect([notices.mayHear(account), notices.mayHear(bo)]).toEqual([false, false]);
    notices.tell(account, mail('before'));
    const [ana, silent] = [await come(), await come('bo')];
    notices.tell(bo, mail('unasked'));
    notices.tell(account, invitation('unasked'));
    notices.tell(account, mail('asked'));
    expect(bodyOf(await notice(ana))).toBe('Mail from Bo <bo@far.example>: asked');
    await hearsNoMessage(silent);
    await ana.disconnect();
    await expect.poll(() => notices.mayHear(account)).toBe(false);
  });

  test('who changes their mind is told accordingly; where the co-op does not want it, nobody is asked', async () => {
    const { chat: server } = chat.server;
    const wishes = chatNotices(server);
    expect(await wishes.of(account)).toEqual(new Set(['mail']));
    await wishes.choose(account, ['invitations']);
    const ana = await come();
    const notices = made();
    notices.tell(account, mail('no more'));
    notices.tell(account, invitation('from now on'));
    expect(bodyOf(await notice(ana))).toBe('Invitation from bo@far.example: from now on');
    const shut = { ...server, settings: () => ({ ...server.settings(), notices: 'nobody' as const }) };
    expect(await chatNotices(shut).of(account)).toBeNull();
    expect(new Notices({ chat: () => shut, language: 'en' }).mayHear(account)).toBe(false);
    await chatNotices(shut).choose(account, ['mail']);
    expect(await wishes.of(account)).toEqual(new Set(['invitations']));
  });

  test('noticesWaitingMax: for more members than that nothing waits', async () => {
    const second = await chat.addMember('bo');
    await chat.store.roster.setNotices(second, ['mail']);
    const [ana, bo] = [await come(), await come('bo')];
    const notices = made({ noticesWaitingMax: 1 });
    notices.tell(account, mail('one'));
    notices.tell(second, mail('two'));
    await notice(ana);
    await hearsNoMessage(bo);
  });

  test('who is gone, or locked out, is told nothing; nor is anybody after the end, or by a disk that is full', async () => {
    const ana = await come();
    const notices = made({ noticeQuietMs: 60_000 });
    notices.tell(account, mail('one'));
    await chat.admin.disableMember(account);
    await ana.ended();
    expect(notices.mayHear(account)).toBe(false);
    notices.stop();
    await chat.admin.enableMember(account);
    const again = await come();
    notices.tell(account, mail('two'));
    await hearsNoMessage(again);
    const { roster } = chat.store;
    const other = made();
    const real = roster.notices;
    let asked = 0;
    Object.assign(roster, {
      notices: async (of: number) => {
        if (asked++ === 0) throw new Error('the disk is gone');
        return real(of);
      },
    });
    other.tell(account, mail('lost'));
    await expect.poll(() => chat.logged.join('').includes('a notice was not sent')).toBe(true);
    other.tell(account, mail('three'));
    expect(bodyOf(await notice(again))).toContain('three');
  });
});
