import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { parseXml } from '../../formats/xml/index.ts';
import type { Resource } from '../types.ts';
import { readPropertyChanges, verdictXml } from './changes.ts';
import { propstatsOf, testFile, testFolder, testVisit } from './fixtures.ts';
import { deadPropertyBytesMax, propertyChangesMax, wantedPropertiesMax } from './limits.ts';
import { readNames } from './wish.ts';

const patchable = { patch: async () => undefined };
const file = testFile(['a.txt'], patchable);

function read(inner: string, resource: Resource | null = file, root = 'propertyupdate') {
  const xml = `<D:${root} xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:" xml:lang="fr">${inner}</D:${root}>`;
  const body = parseXml(Buffer.from(xml), { verbatim: true });
  return readPropertyChanges(body, { dav: testVisit().dav, resource });
}

const set = (inner: string) => `<D:set><D:prop>${inner}</D:prop></D:set>`;
const remove = (inner: string) => `<D:remove><D:prop>${inner}</D:prop></D:remove>`;

describe('changes of properties', () => {
  test('dead ones stand by themselves; the last word on each counts', () => {
    const { changes, refused } = read(
      set('<a>1</a><b xmlns="urn:b" xml:lang="it">x<c/>y</b>') + remove('<a/>') + set('<D:own>1</D:own>'),
    );
    expect(refused).toBe(false);
    expect(changes.dead).toEqual([
      { namespace: 'urn:b', name: 'b', xml: '<b xmlns="urn:b" xml:lang="it">x<c/>y</b>' },
      { namespace: '', name: 'a', xml: null },
      { namespace: 'DAV:', name: 'own', xml: '<D:own xmlns:D="DAV:" xml:lang="fr">1</D:own>' },
    ]);
  });

  test.each(['getetag', 'resourcetype', 'lockdiscovery', 'quota-used-bytes', 'current-user-principal'])(
    'DAV:%s is protected, wherever it is asked for, and nothing else is done',
    (name) => {
      const { verdicts, refused } = read(set(`<a/><D:${name}>x</D:${name}>`));
      expect(refused).toBe(true);
      const found = propstatsOf(verdictXml(verdicts));
      expect(Object.keys(found['403'] ?? {})).toEqual([name]);
      expect(Object.keys(found['424'] ?? {})).toEqual(['a']);
      expect(verdictXml(verdicts)).toContain('<D:error><D:cannot-modify-protected-property/></D:error>');
    },
  );

  test('a protected one cannot be removed either', () => {
    expect(read(remove('<D:getetag/>')).verdicts).toMatchObject([{ status: 403 }]);
  });

  test('DAV:displayname may be set: it is the member’s own word', () => {
    expect(read(set('<D:displayname>x</D:displayname>')).changes.dead).toMatchObject([
      { name: 'displayname' },
    ]);
  });

  test('Win32LastModifiedTime of a file is its time, of a folder a word', () => {
    const time = '<Z:Win32LastModifiedTime>Fri, 02 Jan 2026 03:04:05 GMT</Z:Win32LastModifiedTime>';
    const other = '<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes>';
    const { changes } = read(set(time + other));
    expect(changes.live).toEqual(new Map([['modifiedMs', Date.UTC(2026, 0, 2, 3, 4, 5)]]));
    expect(changes.dead.map(({ name }) => name)).toEqual(['Win32FileAttributes']);
    expect(read(set(time), testFolder(['b'], [], patchable)).changes).toMatchObject({
      dead: [{ name: 'Win32LastModifiedTime' }],
      live: new Map(),
    });
  });

  test('a value that cannot be is 409', () => {
    const wrong = '<Z:Win32LastModifiedTime>yesterday</Z:Win32LastModifiedTime>';
    expect(read(set(wrong)).verdicts).toMatchObject([{ status: 409 }]);
    expect(read(remove('<Z:Win32LastModifiedTime/>'))).toMatchObject({ refused: false });
  });

  test('what is being made has a type; what is there has one already (RFC 5689 §3)', () => {
    const types = '<D:resourcetype><D:collection/><x xmlns="urn:x"/></D:resourcetype>';
    const made = read(set(`${types}<D:displayname>n</D:displayname>`), null, 'mkcol');
    expect(made).toMatchObject({ refused: false, types: [{ namespace: 'urn:x', name: 'x' }] });
    expect(read(set('<a/>'), null, 'mkcol').types).toBeNull();
    expect(read(set('<D:getetag/><a/>'), null, 'mkcol').verdicts.map(({ status }) => status)).toEqual([
      403, 424,
    ]);
    expect(read(remove('<a/>'), null, 'mkcol').verdicts).toEqual([]);
  });

  test('what is no instruction is passed over (RFC 4918 §17)', () => {
    expect(read(`<D:else/><set xmlns="urn:x"/>${set('<a/>')}`).verdicts).toHaveLength(1);
  });

  test('deadPropertyBytesMax, propertyChangesMax, wantedPropertiesMax', () => {
    const big = (bytes: number) => `<a>${'x'.repeat(bytes)}</a>`;
    const around = '<a xml:lang="fr"></a>'.length;
    expect(read(set(big(deadPropertyBytesMax - around))).refused).toBe(false);
    expect(read(set(big(deadPropertyBytesMax - around + 1))).verdicts).toMatchObject([{ status: 507 }]);
    expect(read(set('<a/>'.repeat(propertyChangesMax))).verdicts).toHaveLength(propertyChangesMax);
    expect(() => read(set('<a/>'.repeat(propertyChangesMax + 1)))).toThrow(FormatError);
    const names = (count: number) => readNames(parseXml(Buffer.from(`<p>${'<a/>'.repeat(count)}</p>`)));
    expect(names(wantedPropertiesMax)).toHaveLength(wantedPropertiesMax);
    expect(() => names(wantedPropertiesMax + 1)).toThrow(FormatError);
  });
});
