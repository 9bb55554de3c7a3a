import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSuite, type TestSuite, testBrowser, XmppActor } from '../testing/index.ts';

const domain = 'coop.localhost';
const password = 'correct horse';
const canary = 'canary-7f3a';
let suite: TestSuite;

beforeAll(async () => {
  suite = await startSuite({ settings: { log: { level: 'trace' } } });
  for (const name of ['ana', 'bo']) await suite.addMember(`${name}@${domain}`, password);
});
afterAll(() => suite.stop());

async function signedIn(username: string): Promise<XmppActor> {
  const tls = { ca: suite.authority, servername: domain };
  const actor = new XmppActor({ transport: 'tcp', port: suite.ports.xmpp, domain, tls });
  await actor.login({ username, password });
  await actor.send('<presence/>');
  await actor.forget();
  return actor;
}

/** Rows of every table of chat that name an account, by the column that they name it in. */
async function rowsOf(account: number): Promise<Record<string, number>> {
  const { conversations } = suite.rooms;
  const nodes = await conversations.nodes.nodes({ service: 'pep', account });
  const { contacts, blocked } = await conversations.roster.load(account);
  const { registrations, archive } = conversations;
  let [messages, uploads] = [0, 0];
  for await (const page of archive.all({ kind: 'account', owner: account })) messages += page.length;
  for await (const page of registrations.uploads.of(account)) uploads += page.length;
  return {
    contacts: contacts.size,
    blocked: blocked.size,
    private: (await conversations.roster.allPrivateXml(account)).length,
    nodes: nodes.length,
    messages,
    uploads,
    pushes: (await registrations.push.of(account)).length,
    waiting: await archive.countOffline(account),
  };
}

test('of a member who is deleted nothing of chat stays; no line of the log says what was said, or to whom', async () => {
  const [ana, bo] = [await signedIn('ana'), await signedIn('bo')];
  const member = await suite.rooms.accounts.accounts.byName('ana');
  const account = member?.id ?? 0;
  await ana.ask(
    'set',
    `<query xmlns='jabber:iq:roster'><item jid='${canary}@else.example' name='${canary}'/></query>`,
  );
  await ana.ask('set', `<query xmlns='jabber:iq:private'><x xmlns='${canary}'>${canary}</x></query>`);
  await ana.ask('set', `<block xmlns='urn:xmpp:blocking'><item jid='${canary}.example'/></block>`);
  await ana.send(`<message to='bo@${domain}' type='chat' id='1'><body>${canary} out</body></message>`);
  await bo.find(({ name }) => name === 'message');
  await bo.send(`<message to='ana@${domain}' type='chat' id='2'><body>${canary} in</body></message>`);
  await ana.find(({ name, attributes }) => name === 'message' && attributes.id === '2');
  await suite.rooms.conversations.registrations.push.enable(account, {
    ...{ service: 'push.example', node: canary, options: '', client: 'x', credential: '' },
  });
  const slot = { name: `${canary}.txt`, size: 1, type: '', expiresMs: Date.now() + 60_000 };
  const { put, get } = await suite.rooms.conversations.registrations.uploads.open(account, slot);
  const browser = testBrowser(suite.ports.https, suite.authority);
  const headers = { 'content-length': '1' };
  await browser.ask(`/upload/${put}/x`, { method: 'PUT', headers, body: 'x' });
  expect((await browser.get(`/upload/${get}/x`)).status).toBe(200);
  const before = await rowsOf(account);
  for (const [what, rows] of Object.entries(before))
    if (!['nodes', 'waiting'].includes(what)) expect([what, rows > 0]).toEqual([what, true]);

  await suite.rooms.accounts.admin.deleteMember(account);
  await ana.ended();
  await expect
    .poll(() => rowsOf(account))
    .toEqual(Object.fromEntries(Object.keys(before).map((what) => [what, 0])));
  expect((await browser.get(`/upload/${get}/x`)).status).toBe(404);
  // What bo was told is bo's.
  const { conversations, accounts } = suite.rooms;
  const other = (await accounts.accounts.byName('bo'))?.id ?? 0;
  const kept: string[] = [];
  for await (const page of conversations.archive.all({ kind: 'account', owner: other }))
    kept.push(...page.map(({ stanza }) => stanza));
  expect(kept.join('')).toContain(`${canary} out`);
  expect(suite.logged.length).toBeGreaterThan(0);
  expect(suite.logged.join('')).not.toContain(canary);
  await bo.disconnect();
});
