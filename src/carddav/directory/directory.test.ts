import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Member } from '../../accounts/index.ts';
import { type DavSuite, startDavSuite } from '../../testing/index.ts';
import { createDirectory, type Directory } from '../index.ts';
import { directoryPhotoBytesMax, phoneCharactersMax } from '../limits.ts';

const password = 'correct horse battery';
let suite: DavSuite;
let directory: Directory;
const members: Record<string, Member> = {};

beforeAll(async () => {
  suite = await startDavSuite([]);
  for (const name of ['ana', 'bea', 'carl']) {
    members[name] = await suite.addMember(`${name}@coop.localhost`, password);
  }
  const { collections, accounts } = suite.rooms;
  // As a command has it: the suite's own compares what is kept before it answers.
  directory = createDirectory({ collections, accounts: accounts.accounts, domain: 'coop.localhost' });
});
afterAll(() => suite.stop());

const ask = (
  user: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
) => suite.ask(user, method, path, body, headers);

const at = (user: string) => `/dav/contacts/${user}/directory/`;
const member = (name: string): Member => {
  const found = members[name];
  if (!found) throw new Error(`no ${name}`);
  return found;
};

async function cards(user: string): Promise<string[]> {
  const answer = await ask(user, 'PROPFIND', at(user), { depth: '1' });
  if (answer.status !== 207) return [];
  const hrefs = [...answer.text.matchAll(/<D:href>([^<]*\.vcf)<\/D:href>/g)].map(([, href = '']) => href);
  return Promise.all(hrefs.map(async (href) => (await ask(user, 'GET', href)).text));
}

describe('the directory', () => {
  test('is not there while nobody is in it', async () => {
    expect((await ask('bea', 'PROPFIND', at('bea'), { depth: '0' })).status).toBe(404);
    expect((await ask('bea', 'PROPFIND', '/dav/contacts/bea/', { depth: '1' })).text).not.toContain(
      'directory',
    );
    expect(await directory.consentOf(member('ana').id)).toBeNull();
  });

  test('shows who consents, to every member alike, with their number where they chose so', async () => {
    await directory.show(member('ana'), { phone: '', photo: false });
    const [card] = await cards('bea');
    expect(card).toMatch(
      /^BEGIN:VCARD\r\nVERSION:3.0\r\nUID:member-\d+\.coop\.localhost\r\nFN:ana\r\nN:ana;;;;\r\nEMAIL;TYPE=INTERNET:ana@coop.localhost\r\nEND:VCARD\r\n$/,
    );
    expect(await cards('ana')).toEqual([card]);
    await directory.show(member('ana'), { phone: '+33 1 23', photo: false });
    expect((await cards('bea'))[0]).toContain('TEL;TYPE=VOICE:+33 1 23');
    expect(await directory.consentOf(member('ana').id)).toEqual({ phone: '+33 1 23', photo: false });
    const home = await ask('bea', 'PROPFIND', '/dav/contacts/bea/', { depth: '1' });
    expect(home.text).toContain(`<D:href>${at('bea')}</D:href>`);
  });

  test('that is watched reads a card once, and again when it or its member has changed', async () => {
    const { collections, accounts } = suite.rooms;
    let read = 0;
    const counting = new Proxy(collections, {
      get(target, key) {
        if (key === 'bytes') read++;
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    let changed = () => {};
    const watched = createDirectory({
      ...{ collections: counting, accounts: accounts.accounts, domain: 'coop.localhost' },
      watch: (listener) => {
        changed = listener;
      },
    });
    const compared = async () => {
      read = 0;
      changed();
      await watched.book();
      return read;
    };
    await directory.show(member('ana'), { phone: '', photo: false });
    expect(await compared()).toBe(1);
    expect(await compared()).toBe(0);
    await directory.show({ ...member('ana'), name: 'Ana of before' }, { phone: '+33 1 23', photo: false });
    expect(await compared()).toBe(1);
    expect((await cards('bea'))[0]).toContain('FN:ana\r\n');
    expect(await compared()).toBe(1);
    expect(await compared()).toBe(0);
  });

  test('leads there from the principal', async () => {
    const body =
      '<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav" xmlns:CS="http://calendarserver.org/ns/"><D:prop><C:directory-gateway/><C:principal-address/><CS:me-card/></D:prop></D:propfind>';
    const answer = await ask('ana', 'PROPFIND', '/dav/principals/ana/', { depth: '0' }, body);
    const card = `${at('ana')}member-${member('ana').id}.vcf`;
    expect(answer.text).toContain(
      `<CARD:directory-gateway><D:href>${at('ana')}</D:href></CARD:directory-gateway>`,
    );
    expect(answer.text).toContain(
      `<CARD:principal-address><D:href>${card}</D:href></CARD:principal-address>`,
    );
    expect(answer.text).toContain(`<CS:me-card><D:href>${card}</D:href></CS:me-card>`);
    const other = await ask('bea', 'PROPFIND', '/dav/principals/ana/', { depth: '0' }, body);
    expect(other.text).toContain(
      `<D:href>${at('bea')}member-${member('ana').id}.vcf</D:href></CARD:principal-address>`,
    );
    expect(other.text).not.toMatch(/<CS:me-card>/);
  });

  test('who has an address book of that name keeps it', async () => {
    const { collections } = suite.rooms;
    const { id } = member('carl');
    const wish = { home: 'contacts', kind: 'addressbook', name: 'directory', details: {} } as const;
    const own = await collections.makeCollection(id, wish);
    expect(await cards('carl')).toEqual([]);
    const home = await ask('carl', 'PROPFIND', '/dav/contacts/carl/', { depth: '1' });
    expect(home.text.split(`<D:href>${at('carl')}</D:href>`)).toHaveLength(2);
    await collections.removeCollection(id, own.id);
    expect(await cards('carl')).toHaveLength(1);
  });

  test('nobody writes there', async () => {
    const card = `${at('bea')}member-${member('ana').id}.vcf`;
    const vcard = 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:x\r\nFN:X\r\nEND:VCARD\r\n';
    const patch =
      '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:displayname>x</D:displayname></D:prop></D:set></D:propertyupdate>';
    for (const [method, path, headers, body] of [
      ['PUT', `${at('bea')}x.vcf`, {}, vcard],
      ['PUT', card, {}, vcard],
      ['DELETE', card, {}, undefined],
      ['PROPPATCH', at('bea'), {}, patch],
      ['MOVE', card, { destination: '/dav/contacts/bea/personal/x.vcf' }, undefined],
      ['COPY', '/dav/contacts/bea/personal/mine.vcf', { destination: `${at('bea')}x.vcf` }, undefined],
    ] as const) {
      if (method === 'COPY') await ask('bea', 'PUT', '/dav/contacts/bea/personal/mine.vcf', {}, vcard);
      const answer = await ask('bea', method, path, headers, body);
      expect([method, path, answer.status, answer.text]).toEqual([
        method,
        path,
        403,
        expect.stringContaining('need-privileges'),
      ]);
    }
    expect((await ask('bea', 'DELETE', at('bea'))).status).toBe(403);
    expect(await cards('bea')).toHaveLength(1);
  });

  test('is synchronised, and told of by its tag', async () => {
    const body = (token: string) =>
      `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`;
    const first = await ask('bea', 'REPORT', at('bea'), {}, body(''));
    const token = /<D:sync-token>([^<]*)</.exec(first.text)?.[1] ?? '';
    await directory.show(member('carl'), { phone: '', photo: false });
    const second = await ask('bea', 'REPORT', at('bea'), {}, body(token));
    expect([...second.text.matchAll(/<D:href>/g)]).toHaveLength(1);
    expect(second.text).toContain(`member-${member('carl').id}.vcf`);
  });

  test('follows names and addresses; who withdraws, is disabled or erased is gone at once', async () => {
    const { admin } = suite.rooms.accounts;
    await admin.changeMember(member('carl').id, { name: 'Carl the Great' });
    await admin.renameMember(member('carl').id, 'karl@coop.localhost');
    const [, carl] = await cards('bea');
    expect(carl).toContain('FN:Carl the Great\r\n');
    expect(carl).toContain(':karl@coop.localhost\r\n');
    await admin.disableMember(member('carl').id);
    expect(await cards('bea')).toHaveLength(1);
    await admin.enableMember(member('carl').id);
    expect(await cards('bea')).toHaveLength(1);
    expect(await directory.consentOf(member('carl').id)).toBeNull();
    await directory.show({ ...member('carl'), address: 'karl@coop.localhost' }, { phone: '', photo: false });
    expect(await cards('bea')).toHaveLength(2);
    await admin.deleteMember(member('carl').id);
    expect(await cards('bea')).toHaveLength(1);
    await directory.hide(member('ana').id);
    expect(await cards('bea')).toEqual([]);
    await directory.hide(member('ana').id);
  });

  test('a photo is that of the own card', async () => {
    const photo = (base64: string) =>
      `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:me\r\nFN:Ana\r\nPHOTO:data:image/png;base64,${base64}\r\nEND:VCARD\r\n`;
    const own = '/dav/contacts/ana/personal/me.vcf';
    const wish = { phone: '', photo: true };
    await expect(directory.show(member('ana'), wish)).rejects.toMatchObject({ reason: 'not-found' });
    await ask('ana', 'PUT', own, {}, photo('AAAA'));
    const patch = `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><me-card xmlns="http://calendarserver.org/ns/"><D:href>${own}</D:href></me-card></D:prop></D:set></D:propertyupdate>`;
    expect((await ask('ana', 'PROPPATCH', '/dav/contacts/ana/', {}, patch)).text).toContain('200 OK');
    await directory.show(member('ana'), wish);
    expect((await cards('bea'))[0]).toContain('PHOTO;ENCODING=b;TYPE=PNG:AAAA\r\n');
    expect(await directory.consentOf(member('ana').id)).toEqual(wish);
    await suite.rooms.accounts.admin.changeMember(member('ana').id, { name: 'Ana B' });
    const [card] = await cards('bea');
    expect(card).toContain('FN:Ana B\r\n');
    expect(card).toContain('PHOTO;ENCODING=b;TYPE=PNG:AAAA\r\n');
    await ask('ana', 'PUT', own, {}, photo('A'.repeat(directoryPhotoBytesMax + 4)));
    await expect(directory.show(member('ana'), wish)).rejects.toMatchObject({ reason: 'too-large' });
  });

  test.each(['abc', '+', `1${'2'.repeat(phoneCharactersMax)}`, '1\r\nTEL:2', '1;ext=2'])(
    'a telephone number that is none: %s',
    async (phone) => {
      const refused = directory.show(member('bea'), { phone, photo: false });
      await expect(refused).rejects.toMatchObject({ reason: 'invalid' });
    },
  );

  test('a disabled member cannot be shown', async () => {
    const refused = directory.show({ ...member('bea'), disabled: true }, { phone: '', photo: false });
    await expect(refused).rejects.toMatchObject({ reason: 'disabled' });
  });
});
