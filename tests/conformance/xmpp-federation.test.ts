import { afterAll, beforeAll, test } from 'vitest';
import { openTestDns, type TestDns } from '../../src/testing/index.ts';
import { loginXmpp } from '../../src/testing/xmpp/index.ts';
import type { ChatNeighbour } from '../harness/chat-neighbour.ts';
import { ejabberdPrograms, startEjabberd } from '../harness/ejabberd.ts';
import { withTools } from '../harness/index.ts';
import { prosodyPrograms, startProsody } from '../harness/prosody.ts';

// That they find and believe each other through our name server; ours takes the place of one of them.
withTools('Prosody and ejabberd', [...prosodyPrograms, ...ejabberdPrograms], () => {
  let names: TestDns;
  const servers: ChatNeighbour[] = [];
  beforeAll(async () => {
    names = await openTestDns({ localhost: { a: ['127.0.0.1'] } });
    for (const start of [startProsody, startEjabberd]) {
      const server = await start({ nameServer: names.address });
      servers.push(server);
      names.set(`_xmpp-server._tcp.${server.domain}`, { srv: [[0, 0, server.ports.server, 'localhost']] });
    }
  });
  afterAll(async () => {
    for (const server of servers) await server.close();
    await names?.close();
  });

  test('a message goes either way by dialback (XEP-0220)', async () => {
    const actors = [];
    for (const { domain, ports, addMember } of servers) {
      const login = { username: 'romeo', password: await addMember('romeo', domain), resource: 'r' };
      actors.push(
        await loginXmpp({ transport: 'tcp', port: ports.tcp, domain, patienceMs: 20_000, ...login }),
      );
    }
    for (const [from, to] of [actors, [...actors].reverse()] as const) {
      if (from === undefined || to === undefined) throw new Error('two servers are needed');
      await from.send(`<message to='${to.jid}' type='chat' id='m'><body>Hi</body></message>`);
      await to.receive(
        `<message from='${from.jid}' to='${to.jid}' type='chat' id='m' more='{...}'><body>Hi</body>{...}</message>`,
      );
    }
    for (const actor of actors) await actor.disconnect();
  });
});
