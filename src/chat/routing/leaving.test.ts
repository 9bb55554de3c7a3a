import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parseJid } from '../../formats/jid/index.ts';
import { element } from '../../formats/stanza/index.ts';
import { openMember, openTestChat, type TestChat, type XmppActor } from '../../testing/index.ts';
import { clientNs } from '../namespaces.ts';
import { addressed } from '../stanza.ts';

let chat: TestChat;
let ana: XmppActor;

beforeEach(async () => {
  chat = await openTestChat();
  ana = await openMember(chat, 'ana');
});
afterEach(async () => {
  vi.restoreAllMocks();
  ana.cut();
  await chat.close();
});

async function present(): Promise<XmppActor> {
  const bob = await openMember(chat, 'bob');
  await bob.send('<presence/>');
  await bob.forget();
  return bob;
}

/** What is said from now on is kept once `go` is called. */
function slowly() {
  const { archive } = chat.store;
  const append = archive.append.bind(archive);
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const kept = vi.spyOn(archive, 'append').mockImplementation(async (rows) => {
    await gate;
    return append(rows);
  });
  return { go: () => go(), kept };
}

const isMessage = ({ element: of }: XmppActor['unread'][number]) => of.name === 'message';

/** Messages that had waited for who comes now. */
async function waited(): Promise<readonly (string | undefined)[]> {
  const bob = await openMember(chat, 'bob');
  await bob.send('<presence/>');
  await bob.barrier();
  // They are told behind what is answered.
  await chat.server.chat.commits.settled();
  await bob.barrier();
  const came = bob.unread.filter(isMessage).map(({ element: { attributes } }) => attributes.id);
  await bob.disconnect();
  return came;
}

test.each([
  ['the account', () => 'bob@coop.localhost'],
  ['the one that is there', (bob: XmppActor) => bob.jid],
])('a message to %s, who leaves while it is kept, waits for who comes next, once', async (_, to) => {
  const [bob, other] = [await present(), await present()];
  const { go, kept } = slowly();
  await ana.send(`<message to='${to(bob)}' type='chat' id='m1'><body>one</body></message>`);
  await expect.poll(() => kept.mock.calls.length).toBe(1);
  await bob.disconnect();
  await other.disconnect();
  await expect.poll(() => chat.server.chat.homes.sessionCount).toBe(1);
  go();
  await chat.server.chat.commits.settled();
  expect(await waited()).toEqual(['m1']);
  expect(await waited()).toEqual([]);
});

test('a request to a client that is no more is answered', async () => {
  const bob = await present();
  const session = chat.server.chat.homes.sessionAt(bob.jid);
  const iq = element('iq', clientNs, { type: 'get', id: 'q' }, element('query', 'jabber:iq:version'));
  const request = addressed(iq, parseJid(ana.jid), parseJid(bob.jid));
  await bob.disconnect();
  await expect.poll(() => session?.isClosed).toBe(true);
  session?.deliver(request.element);
  await ana.find(({ attributes }) => attributes.id === 'q' && attributes.type === 'error');
});

test('what was held back for a client that does not come back waits for the next (XEP-0352)', async () => {
  const bob = await present();
  await bob.setActive(false);
  await bob.barrier();
  const receipt = "<received xmlns='urn:xmpp:receipts' id='m0'/>";
  await ana.send(`<message to='bob@coop.localhost' type='chat' id='r0'>${receipt}</message>`);
  await ana.barrier();
  await bob.disconnect();
  await expect.poll(() => chat.server.chat.homes.sessionCount).toBe(1);
  expect(await waited()).toEqual(['r0']);
});
