import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder, removeFolder, type XmppActor } from '../../src/testing/index.ts';
import { openChatMember, says } from '../harness/chat-member.ts';
import { domain, type Myco, member, password, run, startMyco, stopAll, withTools } from '../harness/index.ts';
import { openTerminal } from '../harness/terminal.ts';

let myco: Myco;
let folder: string;
afterAll(async () => {
  await stopAll();
  if (folder !== undefined) removeFolder(folder);
});

type ClientDoor = 'xmpp' | 'xmpps';

/** What it is told of the account; it takes no file that others may read. */
function account(name: string, secret: string, door: ClientDoor): string[] {
  const file = join(folder, `${name}-${door}-${secret.length}`);
  const lines = { username: member(name), password: secret, jserver: `127.0.0.1:${myco.port(door)}` };
  writeFileSync(
    file,
    Object.entries(lines)
      .map(([key, value]) => `${key}: ${value}\n`)
      .join(''),
  );
  chmodSync(file, 0o600);
  return ['-f', file, ...(door === 'xmpps' ? ['-t'] : [])];
}

const world = () => ({ HOME: folder, SSL_CERT_FILE: myco.authorityFile });

async function sends(words: string, args: readonly string[]): Promise<void> {
  const { code, said } = await run('go-sendxmpp', args, { input: `${words}\n`, env: world() });
  expect({ code, said }).toEqual({ code: 0, said: '' });
}

withTools('go-sendxmpp', ['go-sendxmpp', 'tmux'], () => {
  let bea: XmppActor;
  beforeAll(async () => {
    folder = makeFolder();
    myco = await startMyco({ members: ['ana', 'bea'] });
    bea = await openChatMember(myco, 'bea');
  });

  test.each(['xmpp', 'xmpps'] as const)('writes to somebody, through %s', async (door) => {
    await sends(`grüezi through ${door}`, [...account('ana', password, door), member('bea')]);
    const heard = await bea.find(says(`grüezi through ${door}`));
    expect(heard.attributes.from).toMatch(`${member('ana')}/go-sendxmpp`);
  });

  test('signs in with the password of a device', async () => {
    const made = await myco.cli([
      'member',
      'app-password',
      member('ana'),
      '--name',
      'cron',
      '--scopes',
      'chat',
    ]);
    const [secret = ''] = /^[a-z0-9-]{16,}$/m.exec(String(made.out)) ?? [];
    expect(secret, made.said).not.toBe('');
    await sends('the backup is made', [...account('ana', secret, 'xmpp'), member('bea')]);
    await bea.find(says('the backup is made'));
  });

  test('prints what was written to it before, and what is', async () => {
    const write = (body: string) =>
      bea.send(`<message to='${member('ana')}' type='chat' id='${body}'><body>${body}</body></message>`);
    await write('written-before');
    const listener = await openTerminal(['go-sendxmpp', '-l', ...account('ana', password, 'xmpp')], world());
    try {
      await listener.shows('written-before');
      await write('written-now');
      await listener.shows('written-now');
    } finally {
      await listener.close();
    }
  });

  test('talks in a room', async () => {
    const garden = `garden@rooms.${domain}`;
    // Whoever has made it and speaks has opened it.
    await bea.send(`<presence to='${garden}/Bea'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    await bea.send(`<message to='${garden}' type='groupchat'><body>who waters?</body></message>`);
    await bea.find(says('who waters?'));
    await sends('I do', ['-c', '-a', 'Ana', ...account('ana', password, 'xmpps'), garden]);
    const heard = await bea.find(says('I do'));
    expect(heard.attributes.from).toBe(`${garden}/Ana`);
  });
});
