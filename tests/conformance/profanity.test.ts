import { mkdirSync, writeFileSync } from 'node:fs';
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

/** The account and the settings that a person would have made with /account. */
function settle(home: string): Record<string, string> {
  const [config, data] = [join(home, 'config/profanity'), join(home, 'data/profanity')];
  for (const each of [config, data]) mkdirSync(each, { recursive: true });
  const account = {
    ...{ enabled: 'true', jid: member('ana'), server: '127.0.0.1', port: myco.port('xmpp'), password },
    ...{ resource: 'profanity', 'tls.policy': 'force', 'muc.service': `rooms.${domain}`, 'muc.nick': 'Ana' },
    ...{ 'presence.last': 'online', 'presence.login': 'online' },
  };
  const lines = Object.entries(account).map(([key, value]) => `${key}=${value}`);
  writeFileSync(join(data, 'accounts'), `[ana]\n${lines.join('\n')}\n`);
  writeFileSync(join(config, 'profrc'), '[connection]\nmam=true\n[ui]\nsplash=false\n');
  return {
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    // Its library trusts what OpenSSL trusts.
    SSL_CERT_FILE: myco.authorityFile,
  };
}

const profanity = (home: string): Promise<Terminal> => openTerminal(['profanity', '-a', 'ana'], settle(home));

withTools('profanity', ['profanity', 'tmux'], () => {
  let other: XmppActor;
  beforeAll(async () => {
    folder = makeFolder();
    myco = await startMyco({ members: ['ana', 'bea'] });
    other = await openChatMember(myco, 'bea');
  });

  test('signs in, writes and is written to', async () => {
    const ana = await profanity(join(folder, 'one'));
    try {
      await ana.shows('logged in successfully');
      await ana.shows('[TLS]');
      await ana.type(`/msg ${member('bea')} grüezi from a terminal`);
      const heard = await other.find(says('grüezi from a terminal'));
      expect(heard.attributes.from).toBe(`${member('ana')}/profanity`);
      await other.send(
        `<message to='${member('ana')}' type='chat' id='a1'><body>and to you</body></message>`,
      );
      await ana.shows('and to you');
      await ana.type('/quit');
      await ana.ended();
    } finally {
      await ana.close();
    }
  });

  test('shows what was said while it was not there, by both', async () => {
    const phone = await openChatMember(myco, 'ana');
    await phone.send(
      `<message to='${member('bea')}' type='chat' id='p1'><body>from my phone</body></message>`,
    );
    await other.find(says('from my phone'));
    await other.send(`<message to='${phone.jid}' type='chat' id='p2'><body>to your phone</body></message>`);
    await phone.find(says('to your phone'));
    await phone.disconnect();
    const ana = await profanity(join(folder, 'two'));
    try {
      await ana.shows('logged in successfully');
      // The word that it knows what the server can do; before, it asks for no archive.
      await ana.shows('OMEMO');
      await ana.type(`/msg ${member('bea')}`);
      await ana.shows('from my phone');
      await ana.shows('to your phone');
    } finally {
      await ana.close();
    }
  });

  test('makes a room, talks in it and is there again', async () => {
    const room = `garden@rooms.${domain}`;
    const ana = await profanity(join(folder, 'three'));
    try {
      await ana.shows('logged in successfully');
      await ana.type(`/join ${room}`);
      await ana.shows('You have joined the room');
      await ana.type('/room accept');
      await ana.type('the first seeds');
      await ana.shows('Ana: the first seeds');
      await other.send(
        `<presence to='${room}/Bea'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='5'/></x></presence>`,
      );
      await other.find(says('the first seeds'));
      await other.send(`<message to='${room}' type='groupchat'><body>and water</body></message>`);
      await ana.shows('Bea: and water');
      await ana.type('/leave');
      await ana.type(`/join ${room}`);
      await ana.shows('Bea: and water');
    } finally {
      await ana.close();
    }
  });
});
