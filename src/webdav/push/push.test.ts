import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../base/index.ts';
import { createAskOutward, parseNetworks } from '../../net/index.ts';
import {
  memoryResolver,
  openTestPushService,
  startSuite,
  type TestBrowser,
  type TestDevice,
  type TestPushService,
  type TestSuite,
  testBrowser,
} from '../../testing/index.ts';
import { Pushes, type PushesHouse, PushKeys } from './index.ts';
import { failuresMax, pushResourceBytesMax, registrationDefaultMs, registrationMsMax } from './limits.ts';

// Ana has a phone and a laptop; Bea a phone of her own, and sometimes a calendar of Ana's.

const password = 'correct horse battery';
let suite: TestSuite;
let browser: TestBrowser;
let service: TestPushService;
let pushes: Pushes;
let count = 0;

beforeAll(async () => {
  suite = await startSuite();
  browser = testBrowser(suite.ports.https, suite.authority);
  service = await openTestPushService();
  for (const name of ['ana', 'bea', 'carl']) await suite.addMember(`${name}@coop.localhost`, password);
  // The suite's own trusts no authority of a test.
  await suite.running.pushes.stop();
  pushes = open();
  pushes.start();
});
afterAll(async () => {
  await pushes.stop();
  await service.close();
  await suite.stop();
});

function open(more: Partial<PushesHouse> = {}): Pushes {
  const { rooms, running } = suite;
  return new Pushes({
    push: rooms.push,
    collections: rooms.collections,
    accounts: rooms.accounts.accounts,
    keys: new PushKeys(() => rooms.trust.secret('push')),
    clock: rooms.clock,
    log: running.observers.log,
    metrics: running.observers.metrics,
    contact: () => 'mailto:postmaster@coop.localhost',
    ask: createAskOutward({
      resolver: memoryResolver({ [service.host]: { a: ['127.0.0.1'] } }),
      allowed: () => parseNetworks(['127.0.0.0/8']),
      authority: service.authority,
    }),
    times: { pushEveryMs: 20, againMs: 20 },
    ...more,
  });
}

/** Machines that are busy take their time. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 15_000 });

const xml = { 'content-type': 'application/xml; charset="utf-8"' };

function ask(
  user: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
) {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return browser.ask(path, {
    method,
    headers: { authorization, ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

/** What DAVx5 sends, or with other parts. */
function document(device: TestDevice, parts: { trigger?: string; expires?: string } = {}): string {
  const trigger = parts.trigger ?? '<content-update><D:depth>1</D:depth></content-update>';
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><push-register xmlns="https://bitfire.at/webdav-push" xmlns:D="DAV:"><subscription><web-push-subscription><push-resource>${device.resource}</push-resource><content-encoding>aes128gcm</content-encoding><subscription-public-key type="p256dh">${device.publicKey}</subscription-public-key><auth-secret>${device.authSecret}</auth-secret></web-push-subscription></subscription><trigger>${trigger}</trigger>${parts.expires === undefined ? '' : `<expires>${parts.expires}</expires>`}</push-register>`;
}

const post = (user: string, path: string, body: string) => ask(user, 'POST', path, xml, body);

/** Answers the URL of the registration. */
async function register(
  user: string,
  path: string,
  device: TestDevice,
  parts: { trigger?: string; expires?: string } = {},
): Promise<string> {
  const answer = await post(user, path, document(device, parts));
  expect(answer.text).toBe('');
  expect([201, 204]).toContain(answer.status);
  return String(answer.headers.location);
}

const device = (name: string) => service.device(`${name}-${++count}`);

async function calendar(name: string): Promise<string> {
  const path = `/dav/calendars/ana/${name}-${++count}/`;
  expect((await ask('ana', 'MKCALENDAR', path)).status).toBe(201);
  return path;
}

const event = (uid: string, summary: string) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20990305T100000Z\r\nSUMMARY:${summary}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

async function put(user: string, path: string, headers: Record<string, string> = {}): Promise<void> {
  const name = `e${++count}`;
  const type = { 'content-type': 'text/calendar' };
  const answer = await ask(user, 'PUT', `${path}${name}.ics`, { ...type, ...headers }, event(name, 'Secret'));
  expect(answer.status).toBe(201);
}

const propfind = (inner: string) =>
  `<D:propfind xmlns:D="DAV:" xmlns:P="https://bitfire.at/webdav-push"><D:prop>${inner}</D:prop></D:propfind>`;

async function read(user: string, path: string, inner: string, depth = '0'): Promise<string> {
  return (await ask(user, 'PROPFIND', path, { ...xml, depth }, propfind(inner))).text;
}

const topicOf = async (user: string, path: string) =>
  />([\w-]{22})<\/\w+:topic>/.exec(await read(user, path, '<P:topic/>'))?.[1] ?? '';
const tokenOf = async (user: string, path: string) =>
  /<D:sync-token>([^<]+)</.exec(await read(user, path, '<D:sync-token/>'))?.[1] ?? '';

/** Ana's calendar given to Bea, who takes it; answers its path in her home. */
async function share(path: string, rights: 'read' | 'write' = 'read'): Promise<string> {
  const { collections, accounts } = suite.rooms;
  const [ana, bea] = await Promise.all(
    ['ana', 'bea'].map(async (name) => (await accounts.accounts.byName(name))?.id ?? 0),
  );
  const row = await collections.collection(ana ?? 0, 'calendars', path.split('/')[4] ?? '');
  const to = { member: bea ?? 0, group: '' };
  await collections.sharing.give(ana ?? 0, row?.id ?? 0, to, { rights, summary: '', accepted: true });
  return `/dav/calendars/bea/ana~${row?.id}/`;
}

describe('what is advertised', () => {
  test('the feature, the key, a topic of each collection and what can be told', async () => {
    const path = await calendar('advertised');
    expect((await ask('ana', 'OPTIONS', path)).headers.dav).toMatch(/(^|, )webdav-push(,|$)/);
    const text = await read('ana', path, '<P:transports/><P:topic/><P:supported-triggers/>');
    const { publicKey } = await new PushKeys(() => suite.rooms.trust.secret('push')).get();
    expect(Buffer.from(publicKey, 'base64url')).toHaveLength(65);
    expect(text.replaceAll(' xmlns:x="https://bitfire.at/webdav-push"', '')).toContain(
      `<x:transports><x:web-push><x:vapid-public-key type="p256ecdsa">${publicKey}</x:vapid-public-key></x:web-push></x:transports>`,
    );
    expect(text.replaceAll(' xmlns:x="https://bitfire.at/webdav-push"', '')).toContain(
      '<x:supported-triggers><x:content-update><D:depth>1</D:depth></x:content-update><x:property-update><D:depth>0</D:depth></x:property-update></x:supported-triggers>',
    );
    const topics = await Promise.all(
      [path, '/dav/calendars/ana/', '/dav/calendars/ana/inbox/', '/dav/contacts/ana/personal/'].map((each) =>
        topicOf('ana', each),
      ),
    );
    expect(new Set(topics).size).toBe(4);
    expect(topics).not.toContain('');
    // Wherever it is found it has one topic.
    expect(await topicOf('bea', await share(path))).toBe(topics[0]);
    expect(await read('ana', '/dav/files/ana/', '<P:topic/>')).toContain('404 Not Found');
    expect(await read('ana', path, '<D:allprop/>')).not.toContain('vapid');
  });

  test('all three come with the listing of a home', async () => {
    const text = await read('ana', '/dav/calendars/ana/', '<P:transports/><P:topic/>', '1');
    expect(text.match(/p256ecdsa/g)?.length).toBeGreaterThan(2);
  });
});

describe('a registration', () => {
  test('is answered with its URL and its end; the same device again renews it', async () => {
    const path = await calendar('registered');
    const phone = device('phone');
    const before = systemClock.nowMs();
    const first = await post('ana', path, document(phone));
    expect(first.status).toBe(201);
    expect(first.headers.location).toMatch(/^https:\/\/localhost:\d+\/dav\/push\/[a-z0-9]{32}$/);
    const ends = Date.parse(String(first.headers.expires));
    expect(ends).toBeGreaterThanOrEqual(before + registrationDefaultMs - 1_000);
    const wished = new Date(before + registrationDefaultMs + 3_600_000).toUTCString();
    const again = await post('ana', path, document(phone, { expires: wished }));
    expect([again.status, again.headers.location, again.headers.expires]).toEqual([
      204,
      first.headers.location,
      wished,
    ]);
  });

  test('may ask for more than there is, in the words of earlier drafts too', async () => {
    const path = await calendar('deep');
    const phone = device('phone');
    for (const trigger of [
      '<content-update><D:depth>infinity</D:depth></content-update><property-update><D:depth>1</D:depth></property-update>',
      '<content-update><D:sync-level>infinite</D:sync-level></content-update><moon-update/>',
    ]) {
      const url = await register('ana', path, phone, { trigger });
      const token = url.split('/').at(-1) ?? '';
      expect((await suite.rooms.push.find(token))?.contentDepth).toBe(1);
    }
    await put('ana', path);
    expect((await phone.next()).text).toContain('content-update');
  });

  test('registrationMsMax: what is wished beyond is cut; less is taken', async () => {
    const path = await calendar('long');
    const now = systemClock.nowMs();
    const at = async (expires: string) => {
      const answer = await post('ana', path, document(device('phone'), { expires }));
      return [answer.status, Date.parse(String(answer.headers.expires))] as const;
    };
    const [status, ends] = await at('Sat, 01 Jan 2121 00:00:00 GMT');
    expect(status).toBe(201);
    expect(ends - now).toBeLessThanOrEqual(registrationMsMax + 60_000);
    expect(ends - now).toBeGreaterThan(registrationMsMax - 60_000);
    const soon = new Date(now + 3_600_000).toUTCString();
    expect(await at(soon)).toEqual([201, Date.parse(soon)]);
    expect((await at('2026-12-01'))[0]).toBe(400);
    expect((await at('Sat, 01 Jan 2022 00:00:00 GMT'))[0]).toBe(403);
  });

  test('ends when its owner removes it; to others it is not there', async () => {
    const path = await calendar('removed');
    const [phone, tablet] = [device('phone'), device('tablet')];
    const url = new URL(await register('ana', path, phone)).pathname;
    await register('ana', path, tablet);
    for (const method of ['DELETE', 'PROPFIND', 'GET'])
      expect((await ask('bea', method, url)).status).toBe(404);
    expect((await ask('ana', 'DELETE', url)).status).toBe(204);
    expect((await ask('ana', 'DELETE', url)).status).toBe(404);
    await put('ana', path);
    await tablet.next();
    expect(phone.messages).toEqual([]);
  });

  const key = noPoint();
  test.each([
    [
      'no subscription',
      (text: string) => text.replace(/<subscription>.*<\/subscription>/, ''),
      'invalid-subscription',
    ],
    [
      'two',
      (text: string) => text.replace(/(<subscription>.*<\/subscription>)/, '$1$1'),
      'invalid-subscription',
    ],
    [
      'another transport',
      (text: string) => text.replaceAll('web-push-subscription', 'other'),
      'invalid-subscription',
    ],
    [
      'no key',
      (text: string) => text.replace(/<subscription-public-key.*<\/subscription-public-key>/, ''),
      'invalid-subscription',
    ],
    ['another type of key', (text: string) => text.replace('p256dh', 'x25519'), 'invalid-subscription'],
    [
      'a key off the curve',
      (text: string) => text.replace(/p256dh">[^<]+/, `p256dh">${key}`),
      'invalid-subscription',
    ],
    [
      'a short secret',
      (text: string) => text.replace(/<auth-secret>[^<]+/, '<auth-secret>AAAA'),
      'invalid-subscription',
    ],
    ['an old encoding', (text: string) => text.replace('aes128gcm', 'aesgcm'), 'invalid-subscription'],
    ['no trigger', (text: string) => text.replace(/<trigger>.*<\/trigger>/, ''), 'no-supported-trigger'],
    [
      'an unknown trigger',
      (text: string) => text.replaceAll('content-update', 'moon-update'),
      'no-supported-trigger',
    ],
  ])('with %s is refused', async (_, change, condition) => {
    const answer = await post('ana', '/dav/calendars/ana/personal/', change(document(device('phone'))));
    expect(answer.status).toBe(403);
    expect(answer.text).toContain(`<x:${condition} xmlns:x="https://bitfire.at/webdav-push"/>`);
  });

  test.each([
    'http://push.example/x',
    'https://127.0.0.1/x',
    'https://127.1:8443/x',
    'https://[::1]/x',
    'https://[::ffff:10.0.0.1]/x',
    'https://169.254.169.254/latest',
    'https://10.1.2.3:9999/x',
    'https://user:pass@push.example/x',
    'file:///etc/passwd',
    '/relative',
    `https://push.example/${'x'.repeat(pushResourceBytesMax)}`,
  ])('at %s is refused', async (resource) => {
    const answer = await post(
      'ana',
      '/dav/calendars/ana/personal/',
      document({
        ...device('x'),
        resource,
        publicKey: device('y').publicKey,
        authSecret: 'AAAAAAAAAAAAAAAAAAAAAA',
      }),
    );
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('<x:invalid-subscription');
  });

  test('is had where the visitor may read alone, and not of everything', async () => {
    const path = await calendar('private');
    const phone = device('phone');
    expect((await post('bea', path, document(phone))).status).toBe(404);
    const properties = '<property-update><D:depth>0</D:depth></property-update>';
    const home = await post('ana', '/dav/calendars/ana/', document(phone, { trigger: properties }));
    expect([home.status, home.text.includes('no-supported-trigger')]).toEqual([403, true]);
  });
});

/** 65 octets that look like a point. */
function noPoint(): string {
  return Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 7)]).toString('base64url');
}

describe('a phone', () => {
  test('is told what the laptop wrote, and of nothing that is in it', async () => {
    const path = await calendar('told');
    const phone = device('phone');
    await register('ana', path, phone);
    await put('ana', path);
    const { text, headers, claims, serverKey } = await phone.next();
    const topic = await topicOf('ana', path);
    expect(text).toBe(
      `<?xml version="1.0" encoding="utf-8"?>\n<P:push-message xmlns:D="DAV:" xmlns:P="https://bitfire.at/webdav-push"><P:topic>${topic}</P:topic><P:content-update><D:sync-token>${await tokenOf('ana', path)}</D:sync-token></P:content-update></P:push-message>`,
    );
    expect(headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '86400', urgency: 'normal' });
    expect(headers['content-type']).toBe('application/xml; charset="utf-8"');
    expect(headers.topic).toMatch(/^[\w-]{32}$/);
    expect(String(headers.topic)).not.toContain(topic);
    const inSeconds = claims.exp - systemClock.nowMs() / 1_000;
    expect(claims).toMatchObject({
      aud: new URL(phone.resource).origin,
      sub: 'mailto:postmaster@coop.localhost',
    });
    expect(inSeconds > 0 && inSeconds <= 86_400).toBe(true);
    expect(serverKey).toBe((await new PushKeys(() => suite.rooms.trust.secret('push')).get()).publicKey);
  });

  test('is told of changes and removals, and of the last state where several come together', async () => {
    const path = await calendar('many');
    const phone = device('phone');
    await register('ana', path, phone);
    for (let at = 0; at < 10; at++) await put('ana', path);
    const last = async () => {
      const token = await tokenOf('ana', path);
      for (;;) if ((await phone.next()).text.includes(`>${token}<`)) return;
    };
    await last();
    expect(phone.messages.length).toBeLessThanOrEqual(10);
    expect((await ask('ana', 'DELETE', `${path}e${count}.ics`)).status).toBe(204);
    await last();
  });

  test('is not told of what it wrote itself, and the others are', async () => {
    const path = await calendar('own');
    const [phone, tablet] = [device('phone'), device('tablet')];
    const url = await register('ana', path, phone);
    await register('ana', path, tablet);
    await put('ana', path, { 'push-dont-notify': `"${url}"` });
    await tablet.next();
    await put('ana', path, { 'push-dont-notify': '*' });
    await put('ana', path, { 'push-dont-notify': `"https://elsewhere.test/dav/push/nobodyatallofthatname"` });
    const token = await tokenOf('ana', path);
    expect((await phone.next()).text).toContain(`>${token}<`);
    expect(phone.messages).toHaveLength(1);
    // Two writes that come together, of which one is another's.
    await Promise.all([put('ana', path, { 'push-dont-notify': `"${url}"` }), put('ana', path)]);
    await phone.next();
  });

  test('is not told of a property unless it asked, and of that alone where it did', async () => {
    const path = await calendar('coloured');
    const [phone, tablet] = [device('phone'), device('tablet')];
    await register('ana', path, phone);
    const properties =
      '<property-update><D:depth>0</D:depth><D:prop><D:displayname/></D:prop></property-update>';
    await register('ana', path, tablet, { trigger: properties });
    const rename = `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:displayname>New</D:displayname></D:prop></D:set></D:propertyupdate>`;
    expect((await ask('ana', 'PROPPATCH', path, xml, rename)).status).toBe(207);
    const told = await tablet.next();
    expect(told.text).toContain('<P:property-update/></P:push-message>');
    expect(told.text).not.toContain('content-update');
    expect(told.headers.urgency).toBe('low');
    await put('ana', path);
    expect((await phone.next()).text).not.toContain('property-update');
    expect([phone.messages.length, tablet.messages.length]).toEqual([1, 1]);
  });

  test('hears of new and removed collections in its home, and of the end of what it watched', async () => {
    const phone = device('phone');
    await register('bea', '/dav/contacts/bea/', phone);
    const topic = await topicOf('bea', '/dav/contacts/bea/');
    const make = `<D:mkcol xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><D:set><D:prop><D:resourcetype><D:collection/><C:addressbook/></D:resourcetype></D:prop></D:set></D:mkcol>`;
    expect((await ask('bea', 'MKCOL', '/dav/contacts/bea/club/', xml, make)).status).toBe(201);
    expect((await phone.next()).text).toContain(`<P:topic>${topic}</P:topic><P:content-update/>`);
    const club = device('club');
    const url = await register('bea', '/dav/contacts/bea/club/', club, {
      trigger: '<content-update><D:depth>0</D:depth></content-update>',
    });
    expect((await ask('bea', 'DELETE', '/dav/contacts/bea/club/')).status).toBe(204);
    expect((await phone.next()).text).toContain('content-update');
    expect((await club.next()).text).toContain('<P:content-update/>');
    // The address book that a home begins with is told alone, or with what comes right after it.
    const told = `<P:topic>${topic}</P:topic><P:content-update/>`;
    expect(phone.messages.every(({ text }) => text.includes(told))).toBe(true);
    expect(club.messages).toHaveLength(1);
    await soon(async () => (await ask('bea', 'DELETE', new URL(url).pathname)).status).toBe(404);
  });
});

describe('another member’s phone', () => {
  test('hears of what comes into its home by a share, and goes', async () => {
    const path = await calendar('given');
    const [home, calendars] = [device('home'), device('calendars')];
    await register('bea', '/dav/calendars/bea/', home);
    const hers = await share(path);
    expect((await home.next()).text).toContain(await topicOf('bea', '/dav/calendars/bea/'));
    const trigger = '<property-update><D:depth>0</D:depth></property-update>';
    await register('bea', hers, calendars, { trigger });
    await share(path, 'write');
    expect((await calendars.next()).text).toContain('<P:property-update/>');
    expect((await ask('ana', 'DELETE', path)).status).toBe(204);
    await soon(() => home.messages.length).toBeGreaterThanOrEqual(2);
    expect(home.messages.every(({ text }) => text.includes('<P:content-update/>'))).toBe(true);
  });

  test('hears of an invitation at once, whatever the organiser’s client would not hear of', async () => {
    const path = await calendar('meetings');
    const [calendars, inbox] = [device('calendars'), device('inbox')];
    await register('bea', '/dav/calendars/bea/personal/', calendars);
    await register('bea', '/dav/calendars/bea/inbox/', inbox);
    const headers = { 'content-type': 'text/calendar', 'push-dont-notify': '*' };
    const people =
      'ORGANIZER:mailto:ana@coop.localhost\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@coop.localhost\r\nATTENDEE:mailto:bea@coop.localhost\r\nEND:VEVENT';
    const invitation = event('meeting', 'Meeting').replace('END:VEVENT', people);
    expect((await ask('ana', 'PUT', `${path}meeting.ics`, headers, invitation)).status).toBe(201);
    const [one, other] = await Promise.all([calendars.next(), inbox.next()]);
    expect(one.text).toContain(await topicOf('bea', '/dav/calendars/bea/personal/'));
    expect(other.text).toContain(await topicOf('bea', '/dav/calendars/bea/inbox/'));
  });

  test('hears of what its member looks after for another', async () => {
    const path = await calendar('delegated');
    const { collections, accounts } = suite.rooms;
    const ana = (await accounts.accounts.byName('ana'))?.id ?? 0;
    const bea = (await accounts.accounts.byName('bea'))?.id ?? 0;
    const [anas, beas] = [device('anas'), device('beas')];
    await collections.sharing.setDelegates(ana, 'read', [{ member: bea, group: '' }]);
    await register('ana', path, anas);
    await register('bea', path, beas);
    const home = await post('bea', '/dav/calendars/ana/', document(beas));
    expect([home.status, home.text.includes('<x:push-not-available ')]).toEqual([403, true]);
    await put('ana', path);
    await Promise.all([anas.next(), beas.next()]);
    await collections.sharing.setDelegates(ana, 'read', []);
    await put('ana', path);
    await anas.next();
    await put('ana', path);
    await anas.next();
    expect(beas.messages).toHaveLength(1);
  });

  test('is told while the share lasts, and then no more', async () => {
    const path = await calendar('shared');
    const hers = await share(path, 'write');
    const [anas, beas] = [device('anas'), device('beas')];
    await register('ana', path, anas);
    const url = await register('bea', hers, beas);
    await put('bea', hers);
    await Promise.all([anas.next(), beas.next()]);
    const [, , , , name = ''] = path.split('/');
    const ana = (await suite.rooms.accounts.accounts.byName('ana'))?.id ?? 0;
    const bea = (await suite.rooms.accounts.accounts.byName('bea'))?.id ?? 0;
    const row = await suite.rooms.collections.collection(ana, 'calendars', name);
    await suite.rooms.collections.sharing.takeBack(ana, row?.id ?? 0, { member: bea, group: '' });
    await put('ana', path);
    await anas.next();
    await soon(async () => (await ask('bea', 'DELETE', new URL(url).pathname)).status).toBe(404);
    expect(beas.messages).toHaveLength(1);
  });

  test('is told nothing once its member is erased', async () => {
    const path = await calendar('erased');
    const [, , , , name = ''] = path.split('/');
    const { collections, accounts, push } = suite.rooms;
    const ana = (await accounts.accounts.byName('ana'))?.id ?? 0;
    const carl = (await accounts.accounts.byName('carl'))?.id ?? 0;
    const row = await collections.collection(ana, 'calendars', name);
    const to = { member: carl, group: '' };
    await collections.sharing.give(ana, row?.id ?? 0, to, { rights: 'read', summary: '', accepted: true });
    const [anas, carls] = [device('anas'), device('carls')];
    await register('ana', path, anas);
    const url = await register('carl', `/dav/calendars/carl/ana~${row?.id}/`, carls);
    await accounts.admin.deleteMember(carl);
    expect(await push.find(url.split('/').at(-1) ?? '')).toBeNull();
    await put('ana', path);
    await anas.next();
    expect(carls.messages).toEqual([]);
  });
});

describe('a push service', () => {
  test.each([404, 410])('that answers %i ends the registration', async (status) => {
    const path = await calendar('gone');
    const phone = device('phone');
    const url = await register('ana', path, phone);
    phone.answers.push({ status });
    await put('ana', path);
    await phone.next();
    await soon(() => suite.rooms.push.find(url.split('/').at(-1) ?? '')).toBeNull();
  });

  test.each([
    { status: 429, headers: { 'retry-after': '0' } },
    { status: 503 },
    { status: 302, headers: { location: 'https://127.0.0.1:1/inside' } },
    { status: 400 },
  ])('that answers $status is asked again, and told the last state', async (answer) => {
    const path = await calendar('busy');
    const phone = device('phone');
    await register('ana', path, phone);
    phone.answers.push(answer, answer);
    await put('ana', path);
    await phone.next();
    await put('ana', path);
    const token = await tokenOf('ana', path);
    await soon(() => phone.messages.at(-1)?.text).toContain(`>${token}<`);
    await soon(() => phone.answers).toEqual([]);
  });

  test('failuresMax: one that fails for long ends the registration', async () => {
    const path = await calendar('broken');
    const phone = device('phone');
    const url = await register('ana', path, phone);
    for (let at = 0; at < 4; at++) phone.answers.push({ status: 500 });
    expect(failuresMax).toBeGreaterThan(4);
    await pushes.stop();
    const impatient = open({ times: { pushEveryMs: 1, againMs: 1, failuresMax: 3 } });
    impatient.start();
    await put('ana', path);
    await soon(() => suite.rooms.push.find(url.split('/').at(-1) ?? '')).toBeNull();
    expect(phone.messages).toHaveLength(3);
    await impatient.stop();
    pushes = open();
    pushes.start();
  });

  test('inside, behind a name, is not asked', async () => {
    const path = await calendar('inside');
    const [phone, tablet] = [device('phone'), device('tablet')];
    await register('ana', path, tablet);
    const hidden = document(phone).replace(service.host, 'inside.test');
    expect((await post('ana', path, hidden)).status).toBe(201);
    await pushes.stop();
    const strict = open({
      ask: createAskOutward({
        resolver: memoryResolver({
          [service.host]: { a: ['127.0.0.1'] },
          'inside.test': { a: ['10.0.0.1'] },
        }),
        allowed: () => parseNetworks(['127.0.0.0/8']),
        authority: service.authority,
      }),
    });
    strict.start();
    await put('ana', path);
    await tablet.next();
    await strict.stop();
    expect(phone.messages).toEqual([]);
    pushes = open();
    pushes.start();
  });
});

test('the server itself tells, counts what became of it, and logs nothing of where it went', async () => {
  const own = await startSuite({ settings: { push: { networks: ['127.0.0.0/8'] } } });
  try {
    await own.addMember('ana@coop.localhost', password);
    const secure = testBrowser(own.ports.https, own.authority);
    const authorization = `Basic ${Buffer.from(`ana:${password}`).toString('base64')}`;
    const phone = device('phone');
    const path = '/dav/calendars/ana/personal/';
    const body = document(phone).replace(service.host, '127.0.0.1');
    const registered = await secure.ask(path, { method: 'POST', headers: { authorization, ...xml }, body });
    expect(registered.status).toBe(201);
    const written = await secure.ask(`${path}a.ics`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'text/calendar' },
      body: event('a', 'Secret'),
    });
    expect(written.status).toBe(201);
    // Its certificate is of an authority that nobody knows.
    await soon(async () => (await own.running.observers.metrics.render()).body).toContain(
      'myco_push_messages_total{outcome="failed"} 1',
    );
    expect(phone.messages).toEqual([]);
    expect(own.logged.join('')).not.toMatch(/push\.test|phone-/);
  } finally {
    await own.stop();
  }
});

test('a server that tells nobody advertises nothing and registers nobody', async () => {
  const own = await startSuite({ settings: { push: { devices: 'nobody' } } });
  try {
    await own.addMember('ana@coop.localhost', password);
    const secure = testBrowser(own.ports.https, own.authority);
    const authorization = `Basic ${Buffer.from(`ana:${password}`).toString('base64')}`;
    const path = '/dav/calendars/ana/personal/';
    const options = await secure.ask(path, { method: 'OPTIONS', headers: { authorization } });
    expect(options.headers.dav).not.toContain('push');
    const headers = { authorization, ...xml };
    const answer = await secure.ask(path, { method: 'POST', headers, body: document(device('phone')) });
    expect(answer.status).toBe(403);
  } finally {
    await own.stop();
  }
});
