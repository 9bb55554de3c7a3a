import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../../testing/index.ts';
import { receiversMax } from './limits.ts';

// Members who give each other calendars, as Apple's clients and those of the DAV draft say it.

const password = 'correct horse battery';
let suite: TestSuite;
let browser: TestBrowser;

const names =
  'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"';
const document = (root: string, inner: string) => `<?xml version="1.0"?><${root} ${names}>${inner}</${root}>`;
const propfind = (...properties: string[]) =>
  document('D:propfind', `<D:prop>${properties.map((name) => `<${name}/>`).join('')}</D:prop>`);

function ask(
  user: string,
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
) {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return browser.ask(path, {
    method,
    headers: { authorization, 'content-type': 'application/xml; charset=utf-8', ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

const share = (inner: string) => document('CS:share', inner);
const set = (href: string, access = '<CS:read/>', summary = '') =>
  `<CS:set><D:href>${href}</D:href><CS:common-name>Whoever</CS:common-name>${
    summary === '' ? '' : `<CS:summary>${summary}</CS:summary>`
  }${access}</CS:set>`;
const remove = (href: string) => `<CS:remove><D:href>${href}</D:href></CS:remove>`;
const reply = (hosturl: string, answer: string, summary = '') =>
  document(
    'CS:invite-reply',
    `<D:href>mailto:bea@coop.localhost</D:href><CS:${answer}/><CS:hosturl><D:href>${hosturl}</D:href></CS:hosturl>` +
      `<CS:in-reply-to>x</CS:in-reply-to><CS:summary>${summary}</CS:summary>`,
  );

beforeAll(async () => {
  suite = await startSuite();
  browser = testBrowser(suite.ports.https, suite.authority);
  for (const name of ['ana', 'bea', 'carl', 'dora'])
    await suite.addMember(`${name}@coop.localhost`, password);
  await suite.rooms.accounts.admin.addAlias('team@coop.localhost', [
    'bea@coop.localhost',
    'carl@coop.localhost',
  ]);
});
afterAll(() => suite.stop());

/** A new calendar of Ana's. */
async function fresh(name: string): Promise<string> {
  const path = `/dav/calendars/ana/${name}/`;
  expect((await ask('ana', 'MKCALENDAR', path, undefined, { 'content-type': '' })).status).toBe(201);
  return path;
}

const read = async (user: string, path: string, ...properties: string[]) =>
  (await ask(user, 'PROPFIND', path, propfind(...properties), { depth: '0' })).text;

const list = async (user: string, path: string, ...properties: string[]) =>
  (await ask(user, 'PROPFIND', path, propfind(...properties), { depth: '1' })).text;

const idOf = async (name: string) => (await suite.rooms.accounts.accounts.byName(name))?.id ?? 0;

const hrefsIn = (text: string) =>
  [...text.matchAll(/<D:response><D:href>([^<]*)</g)].map(([, href]) => href ?? '');

describe('a calendar that is shared', () => {
  test('from the invitation to its end', async () => {
    const work = await fresh('work');
    expect(await read('ana', work, 'CS:invite')).toContain('404 Not Found');
    expect(await read('ana', work, 'CS:allowed-sharing-modes')).toContain(
      '<CS:allowed-sharing-modes><CS:can-be-shared/><CS:can-be-published/></CS:allowed-sharing-modes>',
    );
    const given = await ask(
      'ana',
      'POST',
      work,
      share(set('mailto:bea@coop.localhost', '<CS:read-write/>', 'Our work')),
    );
    expect([given.status, given.text]).toEqual([200, '']);

    const shown = await read('ana', work, 'D:resourcetype', 'CS:invite', 'D:invite', 'D:share-access');
    expect(shown).toContain('<D:collection/><C:calendar/><CS:shared-owner/>');
    expect(shown).toContain(
      '<CS:user><D:href>mailto:bea@coop.localhost</D:href><CS:common-name>bea</CS:common-name>' +
        '<CS:invite-noresponse/><CS:access><CS:read-write/></CS:access><CS:summary>Our work</CS:summary></CS:user>',
    );
    expect(shown).toContain('<D:share-access><D:shared-owner/></D:share-access>');
    expect(shown).toContain('<D:invite-noresponse/><D:share-access><D:read-write/></D:share-access>');

    // She finds the invitation where her principal says.
    expect(await list('bea', '/dav/calendars/bea/', 'D:displayname')).not.toContain('ana~');
    expect(await read('bea', '/dav/principals/bea/', 'CS:notification-URL')).toContain(
      '<CS:notification-URL><D:href>/dav/notifications/bea/</D:href></CS:notification-URL>',
    );
    const notes = await list(
      'bea',
      '/dav/notifications/bea/',
      'CS:notificationtype',
      'D:getetag',
      'D:resourcetype',
    );
    expect(notes).toContain('<D:collection/><CS:notification/>');
    expect(notes).toContain(
      '<CS:notificationtype><CS:invite-notification shared-type="calendar"/></CS:notificationtype>',
    );
    const note = hrefsIn(notes).find((href) => href.endsWith('.xml')) ?? '';
    const invitation = await ask('bea', 'GET', note);
    expect(invitation.headers['content-type']).toContain('application/xml');
    expect(invitation.text).toContain(`<CS:hosturl><D:href>${work}</D:href></CS:hosturl>`);
    expect(invitation.text).toContain('<CS:organizer><D:href>mailto:ana@coop.localhost</D:href>');
    expect(invitation.text).toContain('<CS:summary>Our work</CS:summary>');

    const accepted = await ask(
      'bea',
      'POST',
      '/dav/calendars/bea/',
      reply(work, 'invite-accepted', 'Ana works'),
    );
    expect(accepted.status).toBe(200);
    const hers = /<CS:shared-as[^>]*><D:href>([^<]*)</.exec(accepted.text)?.[1] ?? '';
    expect(hers).toMatch(/^\/dav\/calendars\/bea\/ana~\d+\/$/);
    expect(hrefsIn(await list('bea', '/dav/notifications/bea/', 'D:getetag'))).toHaveLength(1);
    const held = await read(
      'bea',
      hers,
      ...[
        'D:displayname',
        'D:resourcetype',
        'CS:shared-url',
        'CS:invite',
        'D:share-access',
        'C:schedule-calendar-transp',
      ],
    );
    expect(held).toContain('<D:displayname>Ana works</D:displayname>');
    expect(held).toContain('<C:calendar/><CS:shared/>');
    expect(held).toContain(`<CS:shared-url><D:href>${work}</D:href></CS:shared-url>`);
    expect(held).toContain('<CS:invite><CS:organizer><D:href>mailto:ana@coop.localhost</D:href>');
    expect(held).toContain('<D:share-access><D:read-write/></D:share-access>');
    expect(held).toContain('<C:transparent/>');
    expect(await read('ana', work, 'CS:invite')).toContain('<CS:invite-accepted/>');

    // Apple's clients take it from sight by DELETE; the owner sees that.
    expect((await ask('bea', 'DELETE', hers)).status).toBe(204);
    expect(await read('ana', work, 'CS:invite')).toContain('<CS:invite-declined/>');
    expect((await ask('ana', 'GET', work)).status).toBe(200);

    expect((await ask('ana', 'POST', work, share(remove('mailto:bea@coop.localhost')))).status).toBe(200);
    const ended = await read('ana', work, 'D:resourcetype', 'CS:invite');
    expect(ended).toContain('404 Not Found');
    expect(ended).not.toContain('shared-owner');
  });

  test('declined: by the reply, or by throwing the invitation away', async () => {
    const calendar = await fresh('declined');
    const all = set('/dav/principals/bea/') + set(`${browser.origin}/dav/principals/carl/`);
    expect((await ask('ana', 'POST', calendar, share(all))).status).toBe(200);
    const said = await ask('bea', 'POST', '/dav/calendars/bea/', reply(calendar, 'invite-declined'));
    expect([said.status, said.text]).toEqual([200, '']);
    const note = hrefsIn(await list('carl', '/dav/notifications/carl/', 'D:getetag')).find((href) =>
      href.endsWith('.xml'),
    );
    expect((await ask('carl', 'DELETE', note ?? '')).status).toBe(204);
    expect((await read('ana', calendar, 'CS:invite')).match(/<CS:invite-declined\/>/g)).toHaveLength(2);
    for (const user of ['bea', 'carl'])
      expect(await list(user, `/dav/calendars/${user}/`, 'D:displayname')).not.toContain('ana~');
    // Who is asked again may think again.
    await ask('ana', 'POST', calendar, share(set('mailto:bea@coop.localhost')));
    const again = await ask('bea', 'POST', '/dav/calendars/bea/', reply(calendar, 'invite-accepted'));
    expect(again.status).toBe(200);
  });

  test('with a group: each of its members answers for themselves', async () => {
    const calendar = await fresh('team');
    await ask('ana', 'POST', calendar, share(set('mailto:team@coop.localhost', '<CS:read-write/>')));
    await ask('bea', 'POST', '/dav/calendars/bea/', reply(calendar, 'invite-accepted'));
    expect(await list('bea', '/dav/calendars/bea/', 'CS:shared-url')).toContain(calendar);
    expect(await list('carl', '/dav/calendars/carl/', 'CS:shared-url')).not.toContain(calendar);
    expect(await list('carl', '/dav/notifications/carl/', 'D:getetag')).toContain('.xml');
    const { text } = await ask('ana', 'PROPFIND', calendar, propfind('CS:invite'), { depth: '0' });
    expect(text.match(/<CS:user>/g)).toHaveLength(1);
    expect(text).toContain('mailto:team@coop.localhost');
    const outsider = await ask('dora', 'POST', '/dav/calendars/dora/', reply(calendar, 'invite-accepted'));
    expect(outsider.status).toBe(403);
    await ask('ana', 'POST', calendar, share(remove('mailto:team@coop.localhost')));
    expect(await list('bea', '/dav/calendars/bea/', 'CS:shared-url')).not.toContain(calendar);
  });

  test('with a group: who leaves it, and a group that is no more, have nothing at once', async () => {
    const { admin } = suite.rooms.accounts;
    const calendar = await fresh('crew');
    const of = ['bea@coop.localhost', 'carl@coop.localhost'];
    await admin.addAlias('crew@coop.localhost', of);
    await ask('ana', 'POST', calendar, share(set('mailto:crew@coop.localhost', '<CS:read-write/>')));
    const homes = () =>
      Promise.all(
        ['bea', 'carl'].map(async (user) =>
          (await list(user, `/dav/calendars/${user}/`, 'CS:shared-url')).includes(calendar),
        ),
      );
    for (const user of ['bea', 'carl'])
      await ask(user, 'POST', `/dav/calendars/${user}/`, reply(calendar, 'invite-accepted'));
    expect(await homes()).toEqual([true, true]);
    const id = (await suite.rooms.collections.collection(await idOf('ana'), 'calendars', 'crew'))?.id;
    const sync = (user: string) =>
      ask(
        user,
        'REPORT',
        `/dav/calendars/${user}/ana~${id}/`,
        document('D:sync-collection', '<D:sync-token/><D:sync-level>1</D:sync-level><D:prop/>'),
      );
    expect((await sync('carl')).status).toBe(207);

    await admin.changeAlias('crew@coop.localhost', ['bea@coop.localhost']);
    expect(await homes()).toEqual([true, false]);
    expect((await sync('carl')).status).toBe(404);
    await admin.changeAlias('crew@coop.localhost', of);
    expect(await homes()).toEqual([true, true]);

    const { sharing } = suite.rooms.collections;
    await sharing.setDelegates(await idOf('ana'), 'write', [{ member: 0, group: 'crew@coop.localhost' }]);
    const acts = async () => (await ask('bea', 'PROPFIND', calendar, undefined, { depth: '0' })).status;
    expect(await acts()).toBe(207);
    await admin.removeAlias('crew@coop.localhost');
    expect([await homes(), await acts(), (await sync('bea')).status]).toEqual([[false, false], 404, 404]);
    expect(await list('bea', '/dav/notifications/bea/', 'D:getetag')).not.toContain(`-${id}.xml`);
    expect(await read('ana', calendar, 'CS:invite')).toContain('404 Not Found');
    // Another group under its name is another group.
    await admin.addAlias('crew@coop.localhost', of);
    expect([await homes(), await acts()]).toEqual([[false, false], 404]);
    expect(await list('bea', '/dav/notifications/bea/', 'D:getetag')).not.toContain(`-${id}.xml`);
  });

  test('who is erased has nothing, gives nothing, and is not named', async () => {
    const { id } = await suite.addMember('erin@coop.localhost', password);
    const calendar = await fresh('erased');
    await ask('ana', 'POST', calendar, share(set('mailto:erin@coop.localhost')));
    await ask('ana', 'POST', calendar, share(set('mailto:bea@coop.localhost')));
    await ask('erin', 'MKCALENDAR', '/dav/calendars/erin/hers/', undefined, { 'content-type': '' });
    await ask('erin', 'POST', '/dav/calendars/erin/hers/', share(set('mailto:bea@coop.localhost')));
    await ask('bea', 'POST', '/dav/calendars/bea/', reply('/dav/calendars/erin/hers/', 'invite-accepted'));
    expect(await list('bea', '/dav/calendars/bea/', 'D:displayname')).toContain('/erin~');
    await suite.rooms.accounts.admin.deleteMember(id);
    expect(await list('bea', '/dav/calendars/bea/', 'D:displayname')).not.toContain('erin');
    const invite = await read('ana', calendar, 'CS:invite', 'D:invite');
    expect(invite).toContain('bea@');
    expect(invite).not.toContain('erin');
  });

  test('each receiver has a name and a colour of their own for it; the rest is the owner’s', async () => {
    const calendar = await fresh('colours');
    await ask('ana', 'POST', calendar, share(set('mailto:bea@coop.localhost')));
    await ask('bea', 'POST', '/dav/calendars/bea/', reply(calendar, 'invite-accepted'));
    const id = (await suite.rooms.collections.collection(await idOf('ana'), 'calendars', 'colours'))?.id;
    const hers = `/dav/calendars/bea/ana~${id}/`;
    const alarm = (minutes: number) => `BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT${minutes}M\nEND:VALARM`;
    const patch = (user: string, path: string, prop: string) =>
      ask(user, 'PROPPATCH', path, document('D:propertyupdate', `<D:set><D:prop>${prop}</D:prop></D:set>`));
    const colour = (value: string) =>
      `<x:calendar-color xmlns:x="http://apple.com/ns/ical/">${value}</x:calendar-color>`;
    const rings = (minutes: number) =>
      `<C:default-alarm-vevent-datetime>${alarm(minutes)}</C:default-alarm-vevent-datetime>`;
    await patch('ana', calendar, colour('#111111') + rings(10));
    const shown = async (user: string, path: string) =>
      (
        await ask(
          user,
          'PROPFIND',
          path,
          document(
            'D:propfind',
            '<D:prop><x:calendar-color xmlns:x="http://apple.com/ns/ical/"/><C:default-alarm-vevent-datetime/><u:u xmlns:u="urn:u"/></D:prop>',
          ),
          { depth: '0' },
        )
      ).text;
    // Her alarms are hers; the colour is the owner’s until she has one.
    const first = await shown('bea', hers);
    expect(first).toContain('#111111');
    expect(first).not.toContain('VALARM');
    await patch('bea', hers, colour('#222222') + rings(20));
    expect(await shown('bea', hers)).toMatch(/#222222[\s\S]*-PT20M/);
    expect(await shown('ana', calendar)).toMatch(/#111111[\s\S]*-PT10M/);
    // RFC 4918 §9.2: what is not hers to set is named, and nothing else is done.
    const refused = await patch('bea', hers, `${colour('#333333')}<u xmlns="urn:u">1</u>`);
    expect(refused.status).toBe(207);
    expect(refused.text).toMatch(/calendar-color[\s\S]*424[\s\S]*403/);
    expect(refused.text).toContain('<D:cannot-modify-protected-property/>');
    expect(await shown('bea', hers)).toContain('#222222');
  });

  test('busy times alone, in our own word for it', async () => {
    const calendar = await fresh('busy');
    await ask('ana', 'POST', calendar, share(set('mailto:bea@coop.localhost', '<C:read-free-busy/>')));
    expect(await read('ana', calendar, 'CS:invite')).toContain(
      '<CS:access><CS:read/><C:read-free-busy/></CS:access>',
    );
  });

  test('as the draft of DAV says it', async () => {
    const calendar = await fresh('draft');
    const sharee = (address: string, access: string) =>
      `<D:sharee><D:href>mailto:${address}@coop.localhost</D:href><D:prop><D:displayname>x</D:displayname></D:prop>` +
      `<D:comment>For you</D:comment><D:share-access><D:${access}/></D:share-access></D:sharee>`;
    const post = (inner: string) =>
      ask('ana', 'POST', calendar, document('D:share-resource', inner), {
        'content-type': 'application/davsharing+xml; charset=utf-8',
      });
    expect((await post(sharee('bea', 'read-write') + sharee('carl', 'read'))).status).toBe(200);
    const shown = await read('ana', calendar, 'D:invite');
    expect(shown).toContain('<D:share-access><D:read-write/></D:share-access><D:comment>For you</D:comment>');
    expect((await post(sharee('bea', 'no-access'))).status).toBe(200);
    expect(await read('ana', calendar, 'D:invite')).not.toContain('bea@');
  });

  test('an address book is shared in the same way', async () => {
    const contacts = '/dav/contacts/ana/personal/';
    expect((await ask('ana', 'POST', contacts, share(set('mailto:dora@coop.localhost')))).status).toBe(200);
    expect(await list('dora', '/dav/notifications/dora/', 'CS:notificationtype')).toContain(
      'shared-type="addressbook"',
    );
    const said = await ask('dora', 'POST', '/dav/contacts/dora/', reply(contacts, 'invite-accepted'));
    expect(said.text).toContain('/dav/contacts/dora/ana~');
  });
});

describe('what is refused', () => {
  test('nobody of ours, oneself, nothing at all', async () => {
    const calendar = await fresh('refused');
    for (const href of [
      'mailto:eve@elsewhere.example',
      'mailto:nobody@coop.localhost',
      'urn:uuid:1',
      'mailto:ana@coop.localhost',
    ])
      expect([href, (await ask('ana', 'POST', calendar, share(set(href)))).status]).toEqual([href, 403]);
    const some = await ask(
      'ana',
      'POST',
      calendar,
      share(set('mailto:bea@coop.localhost') + set('mailto:eve@elsewhere.example')),
    );
    expect(some.status).toBe(207);
    expect(some.text).toContain(
      '<D:href>mailto:eve@elsewhere.example</D:href><D:status>HTTP/1.1 403 Forbidden</D:status>',
    );
    expect(await read('ana', calendar, 'CS:invite')).toContain('bea@coop.localhost');
    for (const body of [share(''), share('<CS:set><CS:read/></CS:set>')])
      expect((await ask('ana', 'POST', calendar, body)).status).toBe(400);
    expect((await ask('ana', 'POST', calendar, document('CS:unheard-of', ''))).status).toBe(403);
    const many = Array.from({ length: receiversMax + 1 }, (_, at) =>
      set(`mailto:m${at}@coop.localhost`),
    ).join('');
    expect((await ask('ana', 'POST', calendar, share(many))).status).toBe(400);
  });

  test('the inbox, and what is not one’s own', async () => {
    const calendar = await fresh('owned');
    const wish = share(set('mailto:dora@coop.localhost'));
    expect((await ask('ana', 'POST', '/dav/calendars/ana/inbox/', wish)).status).not.toBe(200);
    expect((await ask('bea', 'POST', calendar, wish)).status).toBe(404);
    await ask('ana', 'POST', calendar, share(set('mailto:bea@coop.localhost', '<CS:read-write/>')));
    const { text } = await ask('bea', 'POST', '/dav/calendars/bea/', reply(calendar, 'invite-accepted'));
    const hers = /<D:href>([^<]*)</.exec(text)?.[1] ?? '';
    expect((await ask('bea', 'POST', hers, wish)).status).toBe(403);
    expect(await read('bea', hers, 'CS:invite')).not.toContain('dora');
  });

  test('the invitations of others, and what nobody was invited to', async () => {
    const calendar = await fresh('unasked');
    expect((await ask('bea', 'PROPFIND', '/dav/notifications/ana/', propfind('D:getetag'))).status).toBe(404);
    expect(await read('bea', '/dav/principals/ana/', 'CS:notification-URL')).not.toContain(
      '/dav/notifications',
    );
    for (const host of [
      calendar,
      '/dav/files/ana/',
      'https://elsewhere.example/dav/calendars/ana/unasked/',
      '',
    ])
      expect((await ask('bea', 'POST', '/dav/calendars/bea/', reply(host, 'invite-accepted'))).status).toBe(
        403,
      );
    const unsaid = document('CS:invite-reply', `<CS:hosturl><D:href>${calendar}</D:href></CS:hosturl>`);
    expect((await ask('bea', 'POST', '/dav/calendars/bea/', unsaid)).status).toBe(400);
    expect((await ask('bea', 'POST', '/dav/calendars/ana/', reply(calendar, 'invite-accepted'))).status).toBe(
      404,
    );
  });

  test('a member that is posted is one still (RFC 5995)', async () => {
    const calendar = await fresh('posted');
    const event = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\nBEGIN:VEVENT\r\nUID:p1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260305T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
    const added = await ask('ana', 'POST', calendar, event, { 'content-type': 'text/calendar' });
    expect(added.status).toBe(201);
    expect(
      (await ask('ana', 'POST', '/dav/calendars/ana/', 'x', { 'content-type': 'text/plain' })).status,
    ).toBe(415);
  });
});
