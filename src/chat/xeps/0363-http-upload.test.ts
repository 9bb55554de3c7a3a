import { afterEach, expect, test } from 'vitest';
import { bareText, parseJid } from '../../formats/jid/index.ts';
import { childOf, element } from '../../formats/stanza/index.ts';
import { registrationsLimits } from '../../stores/conversations/index.ts';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';
import { slotMsMax, uploadTextCharsMax } from '../limits.ts';
import { addressed } from '../stanza.ts';
import { uploadService } from './0363-http-upload.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const uploadNs = 'urn:xmpp:http:upload:0';
const service = 'upload.coop.localhost';

async function world() {
  const chat: TestChat = await openTestChat({
    services: ({ registrations }) => [
      (of, domain) =>
        uploadService(of, domain, {
          fileBytesMax: () => 1_000,
          room: async () => null,
          open: (account, slot) => registrations.uploads.open(account, slot),
          address: (token, name) => `https://x/${token}/${encodeURIComponent(name)}`,
        }),
    ],
  });
  cleanups.push(() => chat.close());
  const account = await chat.addMember('romeo');
  const romeo = new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain });
  await romeo.login({ username: 'romeo', password: chatPassword });
  cleanups.push(() => romeo.disconnect());
  const ask = async (attributes: string) => {
    const answer = await romeo.ask('get', `<request xmlns='${uploadNs}' ${attributes}/>`, service);
    const slot = childOf(answer, 'slot', uploadNs);
    const url = (name: string) => String(slot && childOf(slot, name)?.attributes.url);
    return { put: url('put'), get: url('get') };
  };
  return { chat, account, romeo, ask };
}

const tokenOf = (url: string) => url.split('/')[3] ?? '';

test('a slot is kept as it was asked for, for a while', async () => {
  const { chat, account, ask } = await world();
  const before = Date.now();
  const { put, get } = await ask("filename='x&lt;y&gt;.png' size='7' content-type='image/png'");
  const slot = await chat.store.registrations.uploads.byPut(tokenOf(put));
  expect(slot).toMatchObject({ account, name: 'x<y>.png', size: 7, type: 'image/png', state: 'open' });
  expect(slot?.expiresMs).toBeGreaterThanOrEqual(before + slotMsMax);
  expect(put).toMatch(/\/x%3Cy%3E\.png$/);
  expect(tokenOf(get)).not.toBe(tokenOf(put));
  expect(tokenOf(get)).toMatch(/^[A-Za-z0-9_-]{27,}$/);
  expect(await chat.store.registrations.uploads.byGet(tokenOf(get))).toBeNull();
});

test('names and types have an end', async () => {
  const { ask } = await world();
  const long = 'x'.repeat(uploadTextCharsMax + 1);
  await expect(ask(`filename='${long}' size='1'`)).rejects.toThrow('at most 500 characters');
  await expect(ask(`filename='x' size='1' content-type='${long}'`)).rejects.toThrow('bad-request');
  await expect(ask("filename='x' size='1' content-type='image/é'")).rejects.toThrow('content-type is none');
  await expect(ask("filename='x' size='1e3'")).rejects.toThrow('size is a number of bytes');
});

test('slots that nobody uses are not given without end, and it is said until when', async () => {
  const { romeo, ask } = await world();
  for (let one = 0; one < registrationsLimits.openSlotsPerAccountMax; one++)
    await ask("filename='x' size='1'");
  await romeo.send(
    `<iq type='get' id='more' to='${service}'><request xmlns='${uploadNs}' filename='x' size='1'/></iq>`,
  );
  const refused = await romeo.receive(
    `<iq type='error' id='more' from='${service}' to='{any}'>{...}<error type='wait'>
      <resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>
      <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>{any}</text>
      <retry xmlns='${uploadNs}' stamp='{any}'/></error></iq>`,
  );
  expect(refused).toBeDefined();
});

test('nobody else gets one: another server asks in vain', async () => {
  const { chat, account } = await world();
  const from = parseJid('mercutio@verona.example/street');
  const request = element('request', uploadNs, { filename: 'x', size: '1' });
  const iq = element('iq', 'jabber:client', { type: 'get', id: 'x' }, request);
  await chat.server.chat.router.route(addressed(iq, from, parseJid(service)));
  expect(bareText(from)).toBe('mercutio@verona.example');
  for await (const rows of chat.store.registrations.uploads.of(account)) expect(rows).toEqual([]);
});
