import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder, removeFolder, type XmppActor } from '../../src/testing/index.ts';
import { openChatMember, says } from '../harness/chat-member.ts';
import { domain, type Myco, member, password, run, startMyco, stopAll, withTools } from '../harness/index.ts';

let myco: Myco;
let folder: string;
afterAll(async () => {
  await stopAll();
  if (folder !== undefined) removeFolder(folder);
});

/** It takes no file that others may read. */
function account(name: string, door: 'xmpp' | 'xmpps'): string[] {
  const file = join(folder, `${name}-${door}`);
  const lines = { username: name, jserver: '127.0.0.1', port: myco.port(door), password, component: domain };
  writeFileSync(
    file,
    Object.entries(lines)
      .map(([key, value]) => `${key}: ${value}\n`)
      .join(''),
  );
  chmodSync(file, 0o600);
  return ['-f', file, door === 'xmpp' ? '-t' : '-e', '-a', myco.authorityFile];
}

async function sends(words: string, args: readonly string[]): Promise<void> {
  const { code, said } = await run('sendxmpp', args, { input: `${words}\n`, env: { HOME: folder } });
  expect(code, said).toBe(0);
}

// It asks for rooms as was done before XEP-0045, which lets nobody in.
withTools('sendxmpp', ['sendxmpp'], () => {
  let bea: XmppActor;
  beforeAll(async () => {
    folder = makeFolder();
    myco = await startMyco({ members: ['ana', 'bea'] });
    bea = await openChatMember(myco, 'bea');
  });

  test.each(['xmpp', 'xmpps'] as const)('writes to somebody, through %s', async (door) => {
    await sends(`the backup is made, says ${door}`, [...account('ana', door), member('bea')]);
    const heard = await bea.find(says(`the backup is made, says ${door}`));
    expect(heard.attributes.from).toBe(`${member('ana')}/sendxmpp`);
  });
});
