import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DavSuite, startDavSuite } from '../testing/index.ts';

let suite: DavSuite;

beforeAll(async () => {
  suite = await startDavSuite(['ana']);
});
afterAll(() => suite.stop());

const ask = (method: string, path: string, headers: Readonly<Record<string, string>>, body?: string) =>
  suite.ask('ana', method, path, body, headers);

const hrefIn = (text: string, property: string): string =>
  new RegExp(`<[A-Z]+:${property}>(?:<D:href>)?([^<]+)`).exec(text)?.[1] ?? '';

describe('DAVx5', () => {
  test('finds the address books, makes one, keeps a card of version 4.0 and syncs it', async () => {
    const start = await ask(
      'PROPFIND',
      '/.well-known/carddav',
      { depth: '0' },
      '<propfind xmlns="DAV:" xmlns:CARD="urn:ietf:params:xml:ns:carddav"><prop><current-user-principal/><CARD:addressbook-home-set/></prop></propfind>',
    );
    const root = new URL(start.headers.location ?? '', 'https://localhost').pathname;
    const found = await ask(
      'PROPFIND',
      root,
      { depth: '0' },
      '<propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>',
    );
    const principal = hrefIn(found.text, 'current-user-principal');
    expect((await ask('OPTIONS', principal, {})).headers.dav).toMatch(/(^|, ?)addressbook(,|$)/);
    const sets = await ask(
      'PROPFIND',
      principal,
      { depth: '0' },
      '<propfind xmlns="DAV:" xmlns:CARD="urn:ietf:params:xml:ns:carddav"><prop><displayname/><CARD:addressbook-home-set/><group-membership/></prop></propfind>',
    );
    const home = hrefIn(sets.text, 'addressbook-home-set');
    const list = await ask(
      'PROPFIND',
      home,
      { depth: '1' },
      '<propfind xmlns="DAV:" xmlns:CARD="urn:ietf:params:xml:ns:carddav"><prop><resourcetype/><current-user-privilege-set/><displayname/><owner/><CARD:addressbook-description/><CARD:supported-address-data/><sync-token/><supported-report-set/></prop></propfind>',
    );
    expect(list.text).toContain('<CARD:addressbook/>');
    expect(list.text).toContain('version="4.0"');
    expect(list.text).toContain('<D:sync-collection/>');

    const book = `${home}6a9f54a4-29ba-4f49-9f49-2fd3d6a2a87d/`;
    const made = await ask(
      'MKCOL',
      book,
      {},
      '<mkcol xmlns="DAV:" xmlns:CARD="urn:ietf:params:xml:ns:carddav"><set><prop><resourcetype><collection/><CARD:addressbook/></resourcetype><displayname>Phone</displayname><CARD:addressbook-description>x</CARD:addressbook-description></prop></set></mkcol>',
    );
    expect(made.status).toBe(201);

    const card =
      'BEGIN:VCARD\r\nVERSION:4.0\r\nPRODID:DAVx5/4.4 ez-vcard/0.12\r\nUID:0c7a\r\nFN:Bo Li\r\nN:Li;Bo;;;\r\nTEL;TYPE=cell:+33 1\r\nBDAY:--0203\r\ngroup1.EMAIL:bo@x.org\r\ngroup1.X-ABLABEL:Boat\r\nREV:20260101T000000Z\r\nEND:VCARD\r\n';
    const put = await ask(
      'PUT',
      `${book}0c7a.vcf`,
      { 'if-none-match': '*', 'content-type': 'text/vcard; charset=utf-8; version=4.0' },
      card,
    );
    expect([put.status, put.headers.etag]).toEqual([201, expect.stringMatching(/^"/)]);
    const sync = await ask(
      'REPORT',
      book,
      { depth: '0' },
      '<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><limit><nresults>5000</nresults></limit><prop><getetag/></prop></sync-collection>',
    );
    expect(sync.text).toContain(`<D:href>${book}0c7a.vcf</D:href>`);
    expect(hrefIn(sync.text, 'sync-token')).not.toBe('');
    const got = await ask(
      'REPORT',
      book,
      { depth: '0' },
      `<CARD:addressbook-multiget xmlns="DAV:" xmlns:CARD="urn:ietf:params:xml:ns:carddav"><prop><getcontenttype/><getetag/><CARD:address-data content-type="text/vcard" version="4.0"/></prop><href>${book}0c7a.vcf</href></CARD:addressbook-multiget>`,
    );
    expect(got.text).toContain(card.replaceAll('\r', '&#13;'));
    expect(got.text).toContain(`<D:getetag>${put.headers.etag}</D:getetag>`);
  });
});

describe('Contacts of iOS and macOS', () => {
  const wanted =
    '<A:propfind xmlns:A="DAV:"><A:prop><A:add-member/><C:bulk-requests xmlns:C="http://me.com/_namespace/"/><A:current-user-privilege-set/><A:displayname/><D:max-image-size xmlns:D="urn:ietf:params:xml:ns:carddav"/><D:max-resource-size xmlns:D="urn:ietf:params:xml:ns:carddav"/><B:me-card xmlns:B="http://calendarserver.org/ns/"/><A:owner/><B:push-transports xmlns:B="http://calendarserver.org/ns/"/><B:pushkey xmlns:B="http://calendarserver.org/ns/"/><A:quota-available-bytes/><A:quota-used-bytes/><A:resource-id/><A:resourcetype/><A:supported-report-set/><A:sync-token/></A:prop></A:propfind>';

  test('lists the home, keeps a card and a group, and reads them as version 3.0', async () => {
    const principal = await ask(
      'PROPFIND',
      '/dav/principals/ana/',
      { depth: '0' },
      '<A:propfind xmlns:A="DAV:"><A:prop><B:addressbook-home-set xmlns:B="urn:ietf:params:xml:ns:carddav"/><B:directory-gateway xmlns:B="urn:ietf:params:xml:ns:carddav"/><A:displayname/><C:email-address-set xmlns:C="http://calendarserver.org/ns/"/><A:principal-collection-set/><A:principal-URL/><A:resource-id/><A:supported-report-set/></A:prop></A:propfind>',
    );
    const home = hrefIn(principal.text, 'addressbook-home-set');
    const listed = await ask(
      'PROPFIND',
      home,
      { depth: '1', 'user-agent': 'iOS/18.4 dataaccessd/1.0' },
      wanted,
    );
    expect([listed.status, listed.text]).toEqual([
      207,
      expect.stringContaining('<D:href>/dav/contacts/ana/personal/'),
    ]);

    const uid = 'B5A1D9B6-0F0A-4E4A-8F0A-1C1F3E1D2A3B';
    const person = `BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Apple Inc.//iOS 18.4//EN\r\nN:Li;Bo;;;\r\nFN:Bo Li\r\nitem1.EMAIL;type=INTERNET;type=pref:bo@x.org\r\nitem1.X-ABLabel:_$!<Other>!$_\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-02-03\r\nUID:${uid}\r\nREV:2026-01-01T00:00:00Z\r\nEND:VCARD\r\n`;
    const group = `BEGIN:VCARD\r\nVERSION:3.0\r\nN:Crew;;;;\r\nFN:Crew\r\nX-ADDRESSBOOKSERVER-KIND:group\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:${uid}\r\nUID:G-1\r\nEND:VCARD\r\n`;
    for (const [name, text] of [
      [uid, person],
      ['G-1', group],
    ]) {
      const put = await ask(
        'PUT',
        `${home}personal/${name}.vcf`,
        { 'if-none-match': '*', 'content-type': 'text/vcard' },
        text,
      );
      expect([put.status, put.headers.etag]).toEqual([201, expect.stringMatching(/^"/)]);
    }
    const got = await ask(
      'REPORT',
      `${home}personal/`,
      { depth: '1' },
      `<B:addressbook-multiget xmlns:B="urn:ietf:params:xml:ns:carddav"><A:prop xmlns:A="DAV:"><A:getetag/><B:address-data/></A:prop><A:href xmlns:A="DAV:">${home}personal/${uid}.vcf</A:href><A:href xmlns:A="DAV:">${home}personal/G-1.vcf</A:href></B:addressbook-multiget>`,
    );
    expect(got.text).toContain(group.replaceAll('\r', '&#13;'));
    expect(got.text).toContain('_$!&lt;Other&gt;!$_');
  });
});

describe('Thunderbird', () => {
  test('asks with Depth: 1 and reads what it wrote', async () => {
    const book = '/dav/contacts/ana/personal/';
    const card = 'BEGIN:VCARD\r\nVERSION:4.0\r\nUID:tb-1\r\nFN:Cy\r\nEMAIL;PREF=1:cy@x.org\r\nEND:VCARD\r\n';
    const headers = { 'content-type': 'text/vcard', 'if-none-match': '*' };
    expect((await ask('PUT', `${book}tb-1.vcf`, headers, card)).status).toBe(201);
    const sync = await ask(
      'REPORT',
      book,
      { depth: '1' },
      '<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>',
    );
    expect(sync.text).toContain(`<D:href>${book}tb-1.vcf</D:href>`);
    const got = await ask(
      'REPORT',
      book,
      { depth: '1' },
      `<C:addressbook-multiget xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><prop><getetag/><C:address-data/></prop><href>${book}tb-1.vcf</href></C:addressbook-multiget>`,
    );
    expect(got.text).toContain('EMAIL;TYPE=pref:cy@x.org');
  });
});

describe('Evolution', () => {
  const names =
    'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="urn:ietf:params:xml:ns:carddav"';
  const find = (path: string, depth: string, prop: string) =>
    ask('PROPFIND', path, { depth }, `<propfind ${names}><prop>${prop}</prop></propfind>`);

  /** From `/`, or from where `.well-known` leads, to the home. */
  async function homeFrom(path: string): Promise<string> {
    const sought =
      '<resourcetype/><current-user-principal/><principal-URL/><C:calendar-home-set/><C:calendar-user-address-set/><A:addressbook-home-set/>';
    const first = await find(path, '0', sought);
    if (first.status === 301) return homeFrom(first.headers.location ?? '');
    const principal = hrefIn(first.text, 'current-user-principal');
    return hrefIn((await find(principal, '0', sought)).text, 'addressbook-home-set');
  }

  test('finds the book from the server alone, opens it, and keeps it the same by tags, ETags and multiget', async () => {
    const home = await homeFrom('/.well-known/carddav');
    expect([home, await homeFrom('/')]).toEqual(['/dav/contacts/ana/', home]);
    const listed = await find(
      home,
      '1',
      '<displayname/><resourcetype/><current-user-privilege-set/><A:addressbook-description/><A:supported-address-data/>',
    );
    const book = `${home}personal/`;
    expect(listed.text).toContain(`<D:href>${book}</D:href>`);

    // It may write where OPTIONS says addressbook and a privilege of writing is named.
    const { dav } = (await ask('OPTIONS', book, {})).headers;
    expect(String(dav).split(/, ?/)).toContain('addressbook');
    expect((await find(book, '0', '<current-user-privilege-set/>')).text).toContain('<D:write-content/>');
    const tag = async () => {
      const body = `<propfind ${names} xmlns:E="http://calendarserver.org/ns/"><prop><E:getctag/></prop></propfind>`;
      return hrefIn((await ask('PROPFIND', book, { depth: '0' }, body)).text, 'getctag');
    };
    const before = await tag();
    expect(before).not.toBe('');

    const uid = 'pas-id-6A1F0C1E00000001';
    const path = `${book}${uid}.vcf`;
    const card = (name: string) =>
      `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${uid}\r\nFN:${name}\r\nN:Roe;Di;;;\r\nX-EVOLUTION-FILE-AS:Roe\\, Di\r\nEMAIL;TYPE=WORK:di@x.org\r\nEND:VCARD\r\n`;
    const type = { 'content-type': 'text/vcard; charset="utf-8"' };
    const made = await ask('PUT', path, { ...type, 'if-none-match': '*' }, card('Di Roe'));
    expect([made.status, made.headers.etag]).toEqual([201, expect.stringMatching(/^"[^"]+"$/)]);
    const changed = await ask('PUT', path, { ...type, 'if-match': String(made.headers.etag) }, card('Di'));
    expect(changed.status).toBe(204);
    const late = await ask('PUT', path, { ...type, 'if-match': String(made.headers.etag) }, card('Late'));
    expect(late.status).toBe(412);

    expect(await tag()).not.toBe(before);
    const rows = await find(book, '1', '<getetag/>');
    expect(rows.text).toContain(
      `<D:href>${path}</D:href><D:propstat><D:prop><D:getetag>${changed.headers.etag}</D:getetag>`,
    );
    // All that is there, with the version and UID of each.
    const listing = `<A:addressbook-query xmlns:D="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav"><D:prop><D:getetag/><A:address-data><A:prop name="VERSION"/><A:prop name="UID"/></A:address-data></D:prop></A:addressbook-query>`;
    const all = await ask('REPORT', book, { depth: '0' }, listing);
    expect([all.status, all.text]).toEqual([207, expect.stringContaining(`<D:href>${path}</D:href>`)]);
    expect(all.text).toContain(
      `BEGIN:VCARD&#13;\nVERSION:3.0&#13;\nUID:${uid}&#13;\nEND:VCARD&#13;\n</CARD:address-data>`,
    );
    // Its reports have no Depth.
    const got = await ask(
      'REPORT',
      book,
      {},
      `<A:addressbook-multiget xmlns:D="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav"><D:prop><D:getetag/><A:address-data/></D:prop><D:href>${path}</D:href><D:href>${book}gone.vcf</D:href></A:addressbook-multiget>`,
    );
    expect(got.text).toContain(card('Di').replaceAll('\r', '&#13;'));
    expect(got.text).toContain(`<D:href>${book}gone.vcf</D:href><D:status>HTTP/1.1 404`);

    const alone = await ask('GET', path, {});
    expect([alone.text, alone.headers.etag]).toEqual([card('Di'), changed.headers.etag]);
    const gone = await ask('DELETE', path, { 'if-match': String(changed.headers.etag) });
    expect(gone.status).toBe(204);
    expect((await ask('GET', path, {})).status).toBe(404);
  });
});
