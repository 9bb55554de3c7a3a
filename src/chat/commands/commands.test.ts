import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { childOf, childrenOf, type Element, textOf } from '../../formats/stanza/index.ts';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';
import { adminNs } from './administration.ts';
import { announcementBytesMax, commandsAtOnceMax, listedMax } from './limits.ts';

const commandsNs = 'http://jabber.org/protocol/commands';
const formsNs = 'jabber:x:data';
let chat: TestChat;
const actors: XmppActor[] = [];

beforeEach(async () => {
  chat = await openTestChat();
  await chat.addMember('carol', { admin: true });
  await chat.addMember('romeo');
});
afterEach(async () => {
  for (const actor of actors.splice(0)) actor.cut();
  await chat.close();
});

async function come(username: string, password = chatPassword): Promise<XmppActor> {
  const actor = new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain });
  actors.push(actor);
  await actor.login({ username, password });
  return actor;
}

type Fields = Readonly<Record<string, string | readonly string[]>>;

const formOf = (fields: Fields) =>
  `<x xmlns='${formsNs}' type='submit'><field var='FORM_TYPE'><value>${adminNs}</value></field>${Object.entries(
    fields,
  )
    .map(
      ([name, values]) =>
        `<field var='${name}'>${[values]
          .flat()
          .map((value) => `<value>${value}</value>`)
          .join('')}</field>`,
    )
    .join('')}</x>`;

async function ask(actor: XmppActor, node: string, session = '', inner = ''): Promise<Element> {
  const id = session === '' ? '' : `sessionid='${session}'`;
  const answer = await actor.ask(
    'set',
    `<command xmlns='${commandsNs}' node='${adminNs}#${node}' ${id}>${inner}</command>`,
    chat.domain,
  );
  const command = childOf(answer, 'command', commandsNs);
  if (command === undefined) throw new Error('no command was answered');
  return command;
}

/** Begins a command, fills its form in, and answers what it says. */
async function run(actor: XmppActor, node: string, fields: Fields): Promise<Element> {
  const { attributes } = await ask(actor, node);
  return ask(actor, node, attributes.sessionid, formOf(fields));
}
const noteOf = (command: Element) => textOf(childOf(command, 'note', commandsNs));
const valuesOf = (command: Element, name: string) =>
  childrenOf(childOf(command, 'x', formsNs) ?? command, 'field', formsNs)
    .filter((field) => field.attributes.var === name)
    .flatMap((field) => childrenOf(field, 'value', formsNs).map(textOf));

describe('administrators', () => {
  test('add a member, with a password or with a link that signs in once', async () => {
    const carol = await come('carol');
    const passwords = { password: 'a good one 2026', 'password-verify': 'a good one 2026' };
    const added = await run(carol, 'add-user', {
      accountjid: 'juliet@coop.localhost',
      surname: 'C',
      ...passwords,
    });
    expect(noteOf(added)).toBe('added: juliet@coop.localhost');
    expect((await come('juliet', 'a good one 2026')).jid).toMatch(/^juliet@/);
    const linked = await run(carol, 'add-user', { accountjid: 'nurse@coop.localhost' });
    const [link = ''] = valuesOf(linked, 'link');
    const token = link.replace('https://coop.localhost/sign-in/', '');
    expect(await chat.accounts.redeemSignInToken(token)).toMatchObject({ address: 'nurse@coop.localhost' });
    await expect(
      run(carol, 'add-user', { accountjid: 'x@coop.localhost', password: 'a', 'password-verify': 'b' }),
    ).rejects.toThrow('not the same');
    await expect(run(carol, 'add-user', { accountjid: 'romeo@coop.localhost' })).rejects.toThrow('conflict');
    await expect(run(carol, 'add-user', { surname: 'x' })).rejects.toThrow("'accountjid' is needed");
  });

  test('disable, enable and delete others, whose sessions end; and not themselves', async () => {
    const [carol, romeo] = [await come('carol'), await come('romeo')];
    expect(noteOf(await run(carol, 'disable-user', { accountjids: ['romeo@coop.localhost'] }))).toContain(
      'romeo',
    );
    await romeo.ended();
    expect(noteOf(await ask(carol, 'get-disabled-users-num'))).toBe('1');
    expect(valuesOf(await ask(carol, 'get-disabled-users-list'), 'disableduserjids')).toEqual([
      'romeo@coop.localhost',
    ]);
    await run(carol, 'reenable-user', { accountjids: 'romeo@coop.localhost' });
    await come('romeo');
    const both = { accountjids: ['romeo@coop.localhost', 'carol@coop.localhost'] };
    await expect(run(carol, 'delete-user', both)).rejects.toThrow('nobody does that to themselves');
    await expect(
      run(carol, 'delete-user', { accountjids: ['romeo@coop.localhost', 'nobody@coop.localhost'] }),
    ).rejects.toThrow('nobody here has the address');
    expect(await chat.accounts.byName('romeo')).not.toBeNull();
    await run(carol, 'delete-user', { accountjids: 'romeo@coop.localhost' });
    expect(await chat.accounts.byName('romeo')).toBeNull();
  });

  test('see who is there, and end a session or all of an account', async () => {
    const [carol, one, two] = [await come('carol'), await come('romeo'), await come('romeo')];
    expect(noteOf(await ask(carol, 'get-online-users-num'))).toBe('3');
    const lines = valuesOf(await ask(carol, 'get-online-users-list'), 'onlineuserjids');
    expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual([carol.jid, one.jid, two.jid].sort());
    expect(lines.length).toBeLessThanOrEqual(listedMax);
    expect(noteOf(await run(carol, 'end-user-session', { accountjids: one.jid }))).toBe('ended: 1');
    await one.ended();
    await two.barrier();
    expect(noteOf(await run(carol, 'end-user-session', { accountjids: 'romeo@coop.localhost' }))).toBe(
      'ended: 1',
    );
    await two.ended();
    await expect(run(carol, 'end-user-session', { accountjids: '@' })).rejects.toThrow('is no address');
  });

  test('pass on a link by which a member chooses a password, and never see one', async () => {
    const carol = await come('carol');
    const [link = ''] = valuesOf(
      await run(carol, 'change-user-password', { accountjid: 'romeo@coop.localhost' }),
      'link',
    );
    const token = link.replace('https://coop.localhost/sign-in/', '');
    expect(await chat.admin.redeemWithPassword(token, 'another good one')).toMatchObject({ name: 'romeo' });
    await come('romeo', 'another good one');
  });

  test('say something to everybody who is there, within announcementBytesMax', async () => {
    const carol = await come('carol');
    const long = 'x'.repeat(announcementBytesMax + 1);
    await expect(run(carol, 'announce', { announcement: long })).rejects.toThrow('at most 16384 bytes');
    expect(noteOf(await run(carol, 'announce', { announcement: 'x' }))).toBe('sent to 1');
  });
});

describe('nobody else', () => {
  test('runs what is for administrators', async () => {
    const romeo = await come('romeo');
    for (const node of ['add-user', 'delete-user', 'announce', 'get-online-users-list'])
      await expect(ask(romeo, node)).rejects.toThrow('forbidden');
  });

  test('not one who is no administrator any more, in the middle of it', async () => {
    const carol = await come('carol');
    const { attributes } = await ask(carol, 'delete-user');
    await chat.addMember('dora', { admin: true });
    const member = await chat.accounts.byName('carol');
    await chat.admin.changeMember(member?.id ?? 0, { admin: false });
    const form = formOf({ accountjids: 'romeo@coop.localhost' });
    await expect(ask(carol, 'delete-user', attributes.sessionid, form)).rejects.toThrow('forbidden');
    expect(await chat.accounts.byName('romeo')).not.toBeNull();
  });

  test('not who has signed in with the password of an app', async () => {
    const member = await chat.accounts.byName('carol');
    const { password } = await chat.admin.addAppPassword(member?.id ?? 0, 'phone', ['chat']);
    await expect(ask(await come('carol', password), 'add-user')).rejects.toThrow('their own password');
  });

  test('not another session with the number of the first', async () => {
    const [carol, other] = [await come('carol'), await come('carol')];
    const { attributes } = await ask(carol, 'delete-user');
    const form = formOf({ accountjids: 'romeo@coop.localhost' });
    await expect(ask(other, 'delete-user', attributes.sessionid, form)).rejects.toThrow('bad-sessionid');
  });
});

test('of what one session has begun, commandsAtOnceMax are remembered', async () => {
  const carol = await come('carol');
  const { attributes: first } = await ask(carol, 'announce');
  const { attributes: second } = await ask(carol, 'announce');
  for (let one = 1; one < commandsAtOnceMax; one++) await ask(carol, 'announce');
  const form = formOf({ announcement: 'x' });
  await expect(ask(carol, 'announce', first.sessionid, form)).rejects.toThrow('bad-sessionid');
  expect((await ask(carol, 'announce', second.sessionid, form)).attributes.status).toBe('completed');
});
