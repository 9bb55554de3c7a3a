import { createECDH } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../testing/index.ts';
import { crlf, document, event, xml } from './fixtures.ts';

// Every POST that a calendar, its home and what stands beside them take, by every kind of member and stranger.

const password = 'correct horse battery';
let suite: TestSuite;
let browser: TestBrowser;
let account = 0;
let calendar = 0;
let mailOnly = '';
let group: readonly string[] = [];

const basic = (user: string, secret = password) =>
  `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;

/** Who asks: how they sign in, and whose home the calendar stands in for them. */
const actors = {
  owner: ['ana', 'own'],
  'acts for her': ['bea', 'own'],
  'watches for her': ['carl', 'own'],
  writer: ['dora', 'shared'],
  reader: ['emil', 'shared'],
  'sees busy times': ['fred', 'shared'],
  'in a group that writes': ['hana', 'shared'],
  'left that group': ['ivan', 'shared'],
  'was erased': ['jana', 'shared'],
  'other member': ['gina', 'own'],
  'her mail program': ['ana', 'own'],
  nobody: [null, 'own'],
} as const satisfies Record<string, readonly [string | null, 'own' | 'shared']>;
type Actor = keyof typeof actors;
const everybody = Object.keys(actors) as readonly Actor[];

const homeOf = (actor: Actor) => {
  const [user, where] = actors[actor];
  return where === 'own' ? '/dav/calendars/ana' : `/dav/calendars/${user}`;
};
const calendarOf = (actor: Actor) =>
  `${homeOf(actor)}/${actors[actor][1] === 'own' ? 'work' : `ana~${calendar}`}`;

function ask(
  actor: Actor,
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
) {
  const [user] = actors[actor];
  const login = user && basic(user, actor === 'her mail program' ? mailOnly : password);
  const type = body?.startsWith('<?xml') ? xml : {};
  return browser.ask(path, {
    method,
    headers: { ...type, ...headers, ...(login === null ? {} : { authorization: login }) },
    ...(body === undefined ? {} : { body }),
  });
}

beforeAll(async () => {
  suite = await startSuite();
  browser = testBrowser(suite.ports.https, suite.authority);
  const ids: Record<string, number> = {};
  for (const name of ['ana', 'bea', 'carl', 'dora', 'emil', 'fred', 'gina', 'hana', 'ivan', 'jana'])
    ids[name] = (await suite.addMember(`${name}@coop.localhost`, password)).id;
  account = ids.ana ?? 0;
  const { accounts, collections } = suite.rooms;
  mailOnly = (await accounts.admin.addAppPassword(account, 'Mail', ['mail'])).password;
  await ask('owner', 'MKCALENDAR', '/dav/calendars/ana/work');
  calendar = (await collections.collection(account, 'calendars', 'work'))?.id ?? 0;
  const { sharing } = collections;
  const member = (name: string) => ({ member: ids[name] ?? 0, group: '' });
  await sharing.setDelegates(account, 'write', [member('bea')]);
  await sharing.setDelegates(account, 'read', [member('carl')]);
  for (const [name, rights] of [
    ['dora', 'write'],
    ['emil', 'read'],
    ['fred', 'busy'],
    ['jana', 'write'],
  ] as const)
    await sharing.give(account, calendar, member(name), { rights, summary: '', accepted: true });
  group = ['hana@coop.localhost', 'ivan@coop.localhost'];
  await accounts.admin.addAlias('crew@coop.localhost', group);
  await sharing.give(
    account,
    calendar,
    { member: 0, group: 'crew@coop.localhost' },
    { rights: 'write', summary: '', accepted: true },
  );
  await accounts.admin.changeAlias('crew@coop.localhost', group.slice(0, 1));
  await accounts.admin.deleteMember(ids.jana ?? 0);
});
afterAll(() => suite.stop());

const share = document('CS:share', '<CS:set><D:href>mailto:gina@coop.localhost</D:href><CS:read/></CS:set>');
const shareResource = document(
  'D:share-resource',
  '<D:sharee><D:href>mailto:gina@coop.localhost</D:href><D:share-access><D:read/></D:share-access></D:sharee>',
);
const reply = document(
  'CS:invite-reply',
  '<D:href>mailto:x</D:href><CS:invite-accepted/><CS:hosturl><D:href>/dav/calendars/ana/work/</D:href></CS:hosturl>',
);
const agent = createECDH('prime256v1');
agent.generateKeys();
const register =
  '<?xml version="1.0"?><push-register xmlns="https://bitfire.at/webdav-push" xmlns:D="DAV:"><subscription>' +
  '<web-push-subscription><push-resource>https://push.example.com/x</push-resource>' +
  `<content-encoding>aes128gcm</content-encoding><subscription-public-key type="p256dh">${agent.getPublicKey('base64url')}</subscription-public-key>` +
  `<auth-secret>${Buffer.alloc(16, 1).toString('base64url')}</auth-secret></web-push-subscription></subscription>` +
  '<trigger><content-update><D:depth>1</D:depth></content-update></trigger></push-register>';
const freeBusy = crlf(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//t//EN
METHOD:REQUEST
BEGIN:VFREEBUSY
UID:fb
DTSTAMP:20260101T000000Z
DTSTART:20260301T000000Z
DTEND:20260302T000000Z
ORGANIZER:mailto:ana@coop.localhost
ATTENDEE:mailto:gina@coop.localhost
END:VFREEBUSY
END:VCALENDAR`);
const type = { 'content-type': 'text/calendar' };
const text = { 'content-type': 'text/plain', 'content-disposition': 'attachment; filename=a.txt' };

type Post = (actor: Actor) => ReturnType<typeof ask>;
const at =
  (path: string, body: string, headers: Record<string, string> = {}): Post =>
  (actor) =>
    ask(actor, 'POST', calendarOf(actor) + path, body, headers);

/** In the order of `actors`. */
const matrix: readonly (readonly [what: string, post: Post, statuses: readonly number[]])[] = [
  ['a new object', at('/', event('n'), type), [201, 201, 403, 201, 403, 403, 201, 404, 401, 404, 403, 401]],
  ['CS:share', at('/', share), [200, 403, 403, 403, 403, 403, 403, 404, 401, 404, 403, 401]],
  [
    'DAV:share-resource',
    at('/', shareResource),
    [200, 403, 403, 403, 403, 403, 403, 404, 401, 404, 403, 401],
  ],
  [
    'CS:publish-calendar',
    at('/', document('CS:publish-calendar', '')),
    [200, 403, 403, 403, 403, 403, 403, 404, 401, 404, 403, 401],
  ],
  [
    'CS:unpublish-calendar',
    at('/', document('CS:unpublish-calendar', '')),
    [200, 403, 403, 403, 403, 403, 403, 404, 401, 404, 403, 401],
  ],
  ['push-register', at('/', register), [201, 201, 201, 201, 201, 201, 201, 404, 401, 404, 403, 401]],
  [
    'an attachment',
    at('/a?action=attachment-add', 'x', text),
    [201, 201, 403, 201, 403, 403, 201, 404, 401, 404, 403, 401],
  ],
  [
    'an attachment of what is private',
    at('/p?action=attachment-add', 'x', text),
    [201, 403, 403, 403, 403, 403, 403, 404, 401, 404, 403, 401],
  ],
  [
    'CS:invite-reply to a home',
    (actor) => ask(actor, 'POST', `${homeOf(actor)}/`, reply),
    // What nobody was given is nobody's to answer; of her home only she is asked.
    [403, 403, 403, 200, 200, 200, 200, 403, 401, 404, 403, 401],
  ],
  [
    'who is free, asked in her outbox',
    (actor) => ask(actor, 'POST', '/dav/calendars/ana/outbox/', freeBusy, type),
    [200, 200, 404, 404, 404, 404, 404, 404, 401, 404, 403, 401],
  ],
  [
    'what she was given (PROPFIND)',
    (actor) => ask(actor, 'PROPFIND', '/dav/notifications/ana/', undefined, { depth: '1' }),
    [207, 404, 404, 404, 404, 404, 404, 404, 401, 404, 403, 401],
  ],
];

test.each(matrix)('%s', async (_, post, statuses) => {
  const { collections } = suite.rooms;
  const heard: Partial<Record<Actor, number>> = {};
  for (const actor of everybody) {
    for await (const page of collections.items(account, calendar))
      for (const { name } of page) await collections.remove(account, calendar, name);
    for (const [name, body] of [
      ['a', event('a')],
      ['p', event('p', 'CLASS:PRIVATE')],
    ] as const)
      expect((await ask('owner', 'PUT', `/dav/calendars/ana/work/${name}`, body, type)).status).toBe(201);
    const { status } = await post(actor);
    // Who comes again and again with a login that is none waits.
    heard[actor] = status === 429 ? 401 : status;
  }
  expect(heard).toEqual(Object.fromEntries(everybody.map((actor, index) => [actor, statuses[index]])));
});
