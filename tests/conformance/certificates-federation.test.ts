import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { createResolver } from '../../src/net/index.ts';
import {
  chatPassword,
  makeFolder,
  openTestChat,
  openTestDns,
  removeFolder,
  type TestChat,
  type TestDns,
  testAuthority,
  XmppActor,
} from '../../src/testing/index.ts';
import type { ChatNeighbour, ChatNeighbourOptions } from '../harness/chat-neighbour.ts';
import { ejabberdPrograms, startEjabberd } from '../harness/ejabberd.ts';
import { withTools } from '../harness/index.ts';
import { prosodyPrograms, startProsody } from '../harness/prosody.ts';

type Start = (options: ChatNeighbourOptions) => Promise<ChatNeighbour>;

interface How {
  readonly isDirect?: boolean;
  /** Whose member speaks first: that server opens the stream. */
  readonly first?: 'ours' | 'theirs';
}

/** Neither of the two believes anybody by dialback: what arrives was authenticated by certificates (XEP-0178), both ways. */
function certificatesAlone(domain: string, start: Start, { isDirect = false, first = 'ours' }: How): void {
  const folder = makeFolder();
  // ejabberd runs as another than who starts it.
  chmodSync(folder, 0o755);
  let dns: TestDns;
  let ours: TestChat;
  let theirs: ChatNeighbour;
  const actors: XmppActor[] = [];
  beforeAll(async () => {
    const authority = testAuthority({ nowMs: systemClock.nowMs() });
    const issued = authority.issue([domain, `rooms.${domain}`]);
    const path = (name: string, text: string) => {
      writeFileSync(join(folder, name), text, { mode: 0o644 });
      return join(folder, name);
    };
    const certificate = { chain: path('chain.pem', issued.chain), key: path('key.pem', issued.key) };
    dns = await openTestDns({ localhost: { a: ['127.0.0.1'] } });
    const trusted = { authority: path('authority.pem', authority.certificate), certificate };
    theirs = await start({ domain, nameServer: dns.address, ...trusted });
    const resolver = createResolver({ servers: [dns] });
    ours = await openTestChat({
      domain: 'myco.test',
      federation: { resolver, authority, settings: { trust: 'certificates' } },
    });
    const label = isDirect ? '_xmpps-server._tcp' : '_xmpp-server._tcp';
    const [own = 0, other = 0] = isDirect
      ? [ours.serverTlsPort, theirs.serverTlsPort]
      : [ours.serverPort, theirs.ports.server];
    dns.set(`${label}.myco.test`, { srv: [[1, 1, own, 'localhost']] });
    dns.set(`${label}.${domain}`, { srv: [[1, 1, other, 'localhost']] });
    await ours.addMember('ana');
    const password = await theirs.addMember('bea', domain);
    for (const [port, at, username, word] of [
      [ours.ports.plain, 'myco.test', 'ana', chatPassword],
      [theirs.ports.tcp, domain, 'bea', password],
    ] as const) {
      const actor = new XmppActor({
        ...{ transport: 'tcp', port, domain: at, patienceMs: 30_000, startTls: false },
      });
      actors.push(actor);
      await actor.login({ username, password: word, resource: 'x' });
      await actor.send('<presence/>');
    }
  }, 60_000);
  afterAll(async () => {
    for (const actor of actors) actor.cut();
    await ours?.close();
    await theirs?.close();
    await dns?.close();
    removeFolder(folder);
  });

  const ways = [
    ['to them', 0, 1],
    ['to us', 1, 0],
  ] as const;
  test.each(first === 'ours' ? ways : [...ways].reverse())(
    'a message %s',
    async (_, from, to) => {
      const [teller, hearer] = [actors[from], actors[to]];
      if (teller === undefined || hearer === undefined) throw new Error('both are signed in');
      await teller.send(
        `<message to='${hearer.jid}' type='chat' id='m${from}'><body>hi ${from}</body></message>`,
      );
      await hearer.find(({ name, attributes }) => name === 'message' && attributes.id === `m${from}`);
      const { body } = await ours.metrics.render();
      const opened = first === 'ours' ? 'out' : 'in';
      expect(body).toContain(`streams{direction="${opened}",trust="certificate"} 1`);
      expect(body).not.toContain('trust="dialback"');
    },
    60_000,
  );
}

withTools('Prosody by certificates alone', prosodyPrograms, () => {
  describe.each<How>([
    { isDirect: false, first: 'ours' },
    { isDirect: false, first: 'theirs' },
    { isDirect: true, first: 'ours' },
    { isDirect: true, first: 'theirs' },
  ])('%o', (how) => certificatesAlone('prosody.test', startProsody, how));
});

withTools('ejabberd by certificates alone', ejabberdPrograms, () => {
  describe.each<How>([{ first: 'ours' }, { first: 'theirs' }])('%o', (how) =>
    certificatesAlone('ejabberd.test', startEjabberd, how),
  );
});
