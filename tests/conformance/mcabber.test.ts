import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder, removeFolder, type XmppActor } from '../../src/testing/index.ts';
import { openChatMember, says } from '../harness/chat-member.ts';
import { domain, type Myco, member, password, startMyco, stopAll, withTools } from '../harness/index.ts';
import { openTerminal, type Terminal } from '../harness/terminal.ts';

let myco: Myco;
let folder: string;
afterAll(async () => {
  await stopAll();
  if (folder !== undefined) removeFolder(folder);
});

/** It reads a file that nobody else may read, and knows PLAIN alone of what is offered. */
function mcabber(name: string, secret: string): Promise<Terminal> {
  const home = join(folder, name);
  mkdirSync(join(home, '.mcabber'), { recursive: true, mode: 0o700 });
  const settings = {
    ...{ jid: member('ana'), password: secret, server: '127.0.0.1', port: myco.port('xmpp') },
    ...{ tls: 1, ssl_ca: myco.authorityFile, carbons: 1, beep_on_message: 0 },
  };
  const file = join(home, '.mcabber/mcabberrc');
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([key, value]) => `set ${key} = ${value}\n`)
      .join(''),
  );
  chmodSync(file, 0o600);
  return openTerminal(['mcabber'], { HOME: home });
}

withTools('mcabber', ['mcabber', 'tmux'], () => {
  let bea: XmppActor;
  beforeAll(async () => {
    folder = makeFolder();
    myco = await startMyco({ members: ['ana', 'bea'] });
    bea = await openChatMember(myco, 'bea');
  });

  test('finds a contact, writes and is written to, and comes back', async () => {
    const ana = await mcabber('one', password);
    try {
      await ana.shows('Carbons enabled.');
      await ana.type(`/add ${member('bea')} Bea`);
      await bea.find(({ name, attributes }) => name === 'presence' && attributes.type === 'subscribe');
      await bea.send(`<presence to='${member('ana')}' type='subscribed'/>`);
      await ana.shows('has allowed you');
      await ana.type('/roster search Bea');
      await ana.type('grüezi from mcabber');
      const heard = await bea.find(says('grüezi from mcabber'));
      await bea.send(
        `<message to='${heard.attributes.from}' type='chat' id='b1'><body>and to you</body></message>`,
      );
      await ana.shows('and to you');
      await ana.type('/disconnect');
      await ana.shows('Disconnected.');
      await bea.send(`<message to='${member('ana')}' type='chat' id='b2'><body>while away</body></message>`);
      await ana.type('/connect');
      await ana.shows(/Disconnected\.[\s\S]*Connection established\.[\s\S]*Carbons enabled\./);
      await ana.type('/roster search Bea');
      await ana.shows('while away');
    } finally {
      await ana.close();
    }
  });

  test('makes a room with the password of a device, and others come in', async () => {
    const made = await myco.cli([
      'member',
      'app-password',
      member('ana'),
      '--name',
      'tty',
      '--scopes',
      'chat',
    ]);
    const ana = await mcabber('two', String(made.out).trim());
    const room = `shed@rooms.${domain}`;
    try {
      await ana.shows('Carbons enabled.');
      await ana.type(`/room join ${room} Ana`);
      await ana.shows('You have joined');
      await ana.type('/roster search shed');
      await ana.type('the rake is back');
      // As the room says it, not as it was typed.
      await ana.shows('<Ana> the rake is back');
      const enter = `<presence to='${room}/Bea'><x xmlns='http://jabber.org/protocol/muc'/></presence>`;
      await bea.send(enter);
      const heard = await bea.find(says('the rake is back'));
      expect(heard.attributes.from).toBe(`${room}/Ana`);
      await bea.send(`<message to='${room}' type='groupchat'><body>and the spade?</body></message>`);
      await ana.shows('and the spade?');
    } finally {
      await ana.close();
    }
  });
});
