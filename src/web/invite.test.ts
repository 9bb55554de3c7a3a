import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSuite, type TestSuite, testBrowser } from '../testing/index.ts';

const canary = `<script>alert('x')</script>"&`;
const escaped = '&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;';

let suite: TestSuite;
beforeAll(async () => {
  suite = await startSuite({ settings: { coop: { languages: ['en'] }, chat: { registration: 'invite' } } });
});
afterAll(() => suite.stop());

const show = async (token: string) => testBrowser(suite.ports.https, suite.authority).get(`/invite/${token}`);

async function made(kind: 'account' | 'contact', creator: number, local = '', uses = 1) {
  const { invites } = suite.rooms.conversations.registrations;
  const expiresMs = Date.now() + 60_000;
  const wish = { kind, creator, local, groups: [], rooms: [], label: '', uses, expiresMs };
  return (await invites.create(wish)).token;
}

test("a member's invitation: who invites, the programs, the link and its picture; looking does not use it", async () => {
  const { id } = await suite.rooms.accounts.admin.addMember('romeo', { name: canary });
  const token = await made('contact', id);
  for (let preview = 0; preview < 2; preview++) {
    const { status, text } = await show(token);
    expect(status).toBe(200);
    expect(text).toContain(`${escaped} of`);
    expect(text).not.toContain(canary);
    expect(text).toContain(`href="xmpp:romeo@coop.localhost?roster;preauth=${token}"`);
    expect(text).toContain('https://conversations.im/');
    expect(text).toContain('<svg class="qr"');
  }
  await suite.rooms.accounts.admin.disableMember(id);
  expect((await show(token)).status).toBe(404);
});

test('to an account: the address that is kept, or none', async () => {
  const kept = await made('account', 0, 'juliet');
  const { text } = await show(kept);
  expect(text).toContain('juliet@coop.localhost');
  expect(text).toContain(`href="xmpp:juliet@coop.localhost?register;preauth=${kept}"`);
  const any = await made('account', 0);
  expect((await show(any)).text).toContain(`href="xmpp:coop.localhost?register;preauth=${any}"`);
});

test('one that was used, or never was, says so', async () => {
  const token = await made('account', 0);
  await suite.rooms.conversations.registrations.invites.take(token, 'account');
  for (const gone of [token, 'made-up']) {
    const { status, text } = await show(gone);
    expect([status, text.includes('no longer good')]).toEqual([404, true]);
  }
});
