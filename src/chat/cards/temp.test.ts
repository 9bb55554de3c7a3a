import { describe, expect, test } from 'vitest';
import { elementsOf, parseElement, textOf, writeElement } from '../../formats/stanza/index.ts';
import { readCard, writeCard } from '../../formats/vcard/index.ts';
import { avatarBytesMax } from './limits.ts';
import { hashOf, photoOfCard, withPhoto } from './photo.ts';
import { asTemp, withAdded, withSaid, withTemp } from './temp.ts';

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const three = [
  'BEGIN:VCARD',
  'VERSION:3.0',
  'UID:one',
  'FN:Romeo Montague',
  'N:Montague;Romeo;;;',
  'item1.TEL;TYPE=CELL;X-WHO=him:+39 045 1',
  'item1.X-ABLabel:night',
  'TEL;TYPE=HOME,VOICE:+39 045 2',
  'ADR;TYPE=HOME:;;Via Cappello 23;Verona;;37121;Italia',
  'ORG:House of Montague;Sons',
  'NOTE:In love\\, as usual',
  'URL:https://verona.example/?a,b;c',
  `PHOTO;ENCODING=b;TYPE=PNG:${pixel.toString('base64')}`,
  'X-SPOUSE:Juliet',
  'IMPP:xmpp:romeo@coop.localhost',
  'END:VCARD',
  '',
].join('\r\n');
const card = readCard(Buffer.from(three));
const vCard = (inner: string) => parseElement(`<vCard xmlns='vcard-temp'>${inner}</vCard>`);
const set = (inner: string, before = card) => writeCard(withTemp(before, vCard(inner), 'Romeo'));

describe('a card as chat has it', () => {
  test('what is said of it', () => {
    const shown = writeElement(asTemp(card, null));
    expect(shown).toContain('<FN>Romeo Montague</FN><N><FAMILY>Montague</FAMILY><GIVEN>Romeo</GIVEN></N>');
    expect(shown).toContain('<TEL><CELL/><NUMBER>+39 045 1</NUMBER></TEL>');
    expect(shown).toContain('<ADR><HOME/><STREET>Via Cappello 23</STREET><LOCALITY>Verona</LOCALITY>');
    expect(shown).toContain('<ORG><ORGNAME>House of Montague</ORGNAME><ORGUNIT>Sons</ORGUNIT></ORG>');
    expect(shown).toContain('<DESC>In love, as usual</DESC><URL>https://verona.example/?a,b;c</URL>');
    expect(shown).toContain(
      `<PHOTO><TYPE>image/png</TYPE><BINVAL>${pixel.toString('base64')}</BINVAL></PHOTO>`,
    );
    expect(shown).not.toMatch(/SPOUSE|IMPP|night/);
  });

  test('some of it, for those who may see so much', () => {
    const names = [...elementsOf(asTemp(card, new Set(['FN', 'PHOTO'])))].map(({ name }) => name);
    expect(names).toEqual(['FN', 'PHOTO']);
    expect([...elementsOf(asTemp(null, null))]).toEqual([]);
  });

  test('set again as it was got, it stays as it was', () => {
    const got = [...elementsOf(asTemp(card, null))].map((each) => writeElement(each)).join('');
    expect(set(got)).toBe(writeCard(card));
  });

  test('what is set stands in the place of what could be said, and nothing else is touched', () => {
    const written = set(
      '<FN>Romeo</FN><TEL><CELL/><NUMBER>+39 045 1</NUMBER></TEL><EMAIL><HOME/><USERID>r@v.example</USERID></EMAIL>',
    );
    expect(written).toContain('item1.TEL;TYPE=CELL;X-WHO=him:+39 045 1\r\nitem1.X-ABLabel:night\r\n');
    expect(written).toContain('FN:Romeo\r\n');
    expect(written).toContain('EMAIL;TYPE=home:r@v.example\r\n');
    expect(written).toContain('X-SPOUSE:Juliet\r\n');
    expect(written).not.toMatch(/ADR|PHOTO|045 2|Montague/);
  });

  test('a card keeps a name', () => {
    expect(set('')).toContain('FN:Romeo Montague\r\n');
    expect(
      set(
        '<NICKNAME>R</NICKNAME>',
        readCard(Buffer.from('BEGIN:VCARD\r\nVERSION:4.0\r\nUID:u\r\nEND:VCARD\r\n')),
      ),
    ).toContain('FN:Romeo\r\n');
  });

  test.each([
    ['<FN>a&#10;X-EVIL:b</FN>', 'FN:a\\nX-EVIL:b'],
    ['<FN>a&#13;&#10;X-EVIL:b</FN>', 'FN:a\\nX-EVIL:b'],
    ['<FN>x</FN><URL>a&#10;X-EVIL:b</URL>', 'URL:a X-EVIL:b'],
    ['<FN>x</FN><BDAY>1590&#13;X-EVIL:b</BDAY>', 'BDAY:1590 X-EVIL:b'],
    ['<FN>x</FN><TEL><NUMBER>1&#13;X-EVIL:b</NUMBER></TEL>', 'TEL:1\\nX-EVIL:b'],
  ])('%s is one line', (inner, expected) => {
    const written = set(inner);
    expect(written).toContain(`${expected}\r\n`);
    expect(readCard(Buffer.from(written)).properties.some(({ name }) => name === 'X-EVIL')).toBe(false);
  });

  test('pictures: of both versions, in the place of one another; what is none is none', () => {
    const photo = photoOfCard(card);
    expect(photo && hashOf(photo)).toMatch(/^[0-9a-f]{40}$/);
    const four = withPhoto({ ...card, version: '4.0' }, photo);
    expect(writeCard(four).replaceAll('\r\n ', '')).toContain(
      `PHOTO:data:image/png;base64,${pixel.toString('base64')}`,
    );
    expect(photoOfCard(four)).toEqual(photo);
    expect(photoOfCard(withPhoto(card, null))).toBeNull();
    const elsewhere = readCard(
      Buffer.from(three.replace(/PHOTO.*/, 'PHOTO;VALUE=uri:https://a.example/me.png')),
    );
    expect(photoOfCard(elsewhere)).toBeNull();
    expect(writeCard(withPhoto(elsewhere, photo))).toContain('https://a.example/me.png');
    const [shown] = elementsOf(asTemp(withPhoto(card, photo), new Set(['PHOTO'])));
    expect(shown && textOf([...elementsOf(shown)][0])).toBe('image/png');
  });

  test('avatarBytesMax: a larger picture stays where it is', () => {
    const large = Buffer.alloc(avatarBytesMax + 1, 1).toString('base64');
    const before = readCard(Buffer.from(three.replace(/PHOTO.*/, `PHOTO;ENCODING=b;TYPE=PNG:${large}`)));
    expect(photoOfCard(before)).toBeNull();
    expect(set('<FN>Romeo</FN>', before).replaceAll('\r\n ', '')).toContain(large);
    expect(set(`<FN>R</FN><PHOTO><BINVAL>${large}</BINVAL></PHOTO>`, withPhoto(card, null))).not.toContain(
      'PHOTO',
    );
  });
});

describe('a card of which somebody else says something', () => {
  const added = (inner: string) => writeCard(withAdded(card, vCard(inner), 'Romeo'));
  const said = (inner: string) => writeCard(withSaid(card, vCard(inner), 'Romeo'));

  test('added: what it says already stays', () => {
    expect(added('<FN>R</FN><TEL><NUMBER>+39 9</NUMBER></TEL>')).toBe(writeCard(card));
    const more = added('<FN>R</FN><NICKNAME>Romo</NICKNAME>');
    expect(more).toContain('NICKNAME:Romo');
    expect(more).toContain('FN:Romeo Montague');
    expect(more).toContain('item1.X-ABLabel:night');
  });

  test('said: one thing is another, of several there is one more, and once', () => {
    const once = said('<FN>R</FN><TEL><CELL/><PREF/><NUMBER>+39 9</NUMBER></TEL>');
    expect(once).toContain('FN:R\r\n');
    expect(once).not.toContain('Romeo Montague');
    for (const number of ['+39 045 1', '+39 045 2', '+39 9']) expect(once).toContain(number);
    expect(once).toContain('X-WHO=him');
    const again = withSaid(
      readCard(Buffer.from(once)),
      vCard('<TEL><CELL/><PREF/><NUMBER>+39 9</NUMBER></TEL>'),
      'R',
    );
    expect(writeCard(again)).toBe(once);
  });
});
