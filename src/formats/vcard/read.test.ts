import { describe, expect, test } from 'vitest';
import { CardError, readCard, readKept, writeCard } from './index.ts';
import { cardBytesMax, propertiesPerCardMax } from './limits.ts';

const card = (body: string, version = '3.0') =>
  Buffer.from(`BEGIN:VCARD\r\nVERSION:${version}\r\n${body}\r\nEND:VCARD\r\n`);

function refusal(bytes: Buffer, limits?: Parameters<typeof readCard>[1]): CardError {
  try {
    readCard(bytes, limits);
  } catch (error) {
    if (error instanceof CardError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('a card is read', () => {
  test('groups, parameters, quotes, folds, escapes', () => {
    const read = readCard(
      card(
        'UID:u-1\r\nFN:Ana\\, the\r\n  first\r\nitem1.TEL;TYPE="home,voice";type=pref:+1\r\nitem1.X-ABLabel:Boat\r\n' +
          'ADR;LABEL="1 Road^nTown^^ ^\'x^\'; here":;;1 Road;;;;',
      ),
    );
    expect(read).toMatchObject({ version: '3.0', uid: 'u-1' });
    expect(read.properties).toMatchObject([
      { name: 'UID', line: 3 },
      { name: 'FN', value: 'Ana\\, the first', line: 4 },
      {
        group: 'item1',
        name: 'TEL',
        line: 6,
        parameters: [{ name: 'TYPE', values: ['home', 'voice', 'pref'] }],
      },
      { group: 'item1', name: 'X-ABLABEL', spelling: 'X-ABLabel', value: 'Boat' },
      { parameters: [{ name: 'LABEL', values: ['1 Road\nTown^ "x"; here'] }] },
    ]);
  });

  test('what real clients write: a byte order mark, LF alone, bare types, empty lines, no FN', () => {
    const read = readCard(
      Buffer.from('\ufeffbegin:vcard\n\nversion:3.0\nTEL;HOME;VOICE:1\nN;:x\n\nend:vcard\n\n'),
    );
    expect(read.uid).toBe('');
    expect(read.properties).toMatchObject([
      { parameters: [{ name: 'TYPE', values: ['HOME', 'VOICE'] }] },
      { name: 'N', parameters: [] },
    ]);
  });

  test('version 2.1 is read as 3.0 would say it', () => {
    const read = readCard(
      Buffer.from(
        'BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;\r\n' +
          'NOTE;ENCODING=QUOTED-PRINTABLE:one, two=0D=0A=\r\nthree\r\nTEL;CELL;PREF:123\r\n' +
          'PHOTO;JPEG;ENCODING=BASE64:\r\n /9j/\r\n AAAA\r\n\r\nAGENT:\r\nBEGIN:VCARD\r\nFN:B\r\nEND:VCARD\r\nEND:VCARD\r\n',
      ),
    );
    expect(read.version).toBe('2.1');
    expect(read.properties).toMatchObject([
      { name: 'N', value: 'Müller;Jörg;;;', parameters: [] },
      { name: 'NOTE', value: 'one\\, two\\nthree' },
      { name: 'TEL', parameters: [{ name: 'TYPE', values: ['CELL', 'PREF'] }] },
      {
        name: 'PHOTO',
        value: '/9j/AAAA',
        parameters: [
          { name: 'TYPE', values: ['JPEG'] },
          { name: 'ENCODING', values: ['b'] },
        ],
      },
      { name: 'AGENT', value: expect.stringContaining('FN:B') },
    ]);
    const latin = Buffer.from('BEGIN:VCARD\r\nVERSION:2.1\r\nFN:M\xfcller\r\nEND:VCARD\r\n', 'latin1');
    expect(readCard(latin).properties).toMatchObject([{ value: 'Müller' }]);
  });

  test.each([
    ['nothing', '', 'syntax', 1],
    ['no card', 'hello\r\n', 'syntax', 1],
    ['no end', 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\n', 'syntax', 1],
    ['no version', 'BEGIN:VCARD\r\nFN:x\r\nEND:VCARD\r\n', 'syntax', 1],
    ['two versions', 'BEGIN:VCARD\r\nVERSION:3.0\r\nVERSION:4.0\r\nEND:VCARD\r\n', 'syntax', 3],
    ['another version', 'BEGIN:VCARD\r\nVERSION:5.0\r\nEND:VCARD\r\n', 'version', 2],
    ['no colon', 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN\r\nEND:VCARD\r\n', 'syntax', 3],
    ['no name', 'BEGIN:VCARD\r\nVERSION:3.0\r\n:x\r\nEND:VCARD\r\n', 'syntax', 3],
    ['an open quote', 'BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;X="a:1\r\nEND:VCARD\r\n', 'syntax', 3],
    ['a parameter that is none', 'BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;=a:1\r\nEND:VCARD\r\n', 'syntax', 3],
    ['two UIDs', 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nUID:b\r\nEND:VCARD\r\n', 'syntax', 4],
    [
      'two cards',
      'BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n',
      'several',
      4,
    ],
    ['a card in a card', 'BEGIN:VCARD\r\nVERSION:3.0\r\nBEGIN:VCARD\r\nEND:VCARD\r\n', 'several', 3],
    ['more behind', 'BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\nX:1\r\n', 'syntax', 4],
    ['a control character', 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:\u0001\r\nEND:VCARD\r\n', 'characters', 3],
    ['no character of XML', 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:\uffff\r\nEND:VCARD\r\n', 'characters', 3],
  ])('refused: %s', (_, text, fault, line) => {
    expect(refusal(Buffer.from(text))).toMatchObject({ fault, at: line });
  });

  test('refused: no UTF-8, with its line; also where a fold cuts a character in two', () => {
    const whole = card('FN:é');
    expect(refusal(Buffer.from(whole.toString('utf8'), 'latin1'))).toMatchObject({
      fault: 'characters',
      at: 3,
    });
    for (const [before, after] of [
      [0, 0],
      [3, 900],
      [900, 3],
      [10_000, 10_000],
    ] as const) {
      const bad = Buffer.concat([
        Buffer.from('X:\n'.repeat(before)),
        Buffer.from([0x58, 0x3a, 0xff, 0x0a]),
        Buffer.from('\n'.repeat(after)),
      ]);
      expect(refusal(bad)).toMatchObject({ fault: 'characters', at: before + 1 });
    }
    const at = whole.indexOf('é') + 1;
    const cut = Buffer.concat([whole.subarray(0, at), Buffer.from('\r\n '), whole.subarray(at)]);
    expect(refusal(cut)).toMatchObject({ fault: 'characters', at: 3 });
  });

  test('limits have names', () => {
    const limits = { bytesMax: 1000, propertiesMax: 2 };
    expect(refusal(card(`NOTE:${'x'.repeat(1000)}`), limits)).toMatchObject({ fault: 'too-large' });
    expect(refusal(card('A:1\r\nB:2\r\nC:3'), limits)).toMatchObject({ fault: 'limit', at: 5 });
    const large = card(`NOTE:${'x'.repeat(cardBytesMax)}`);
    expect(refusal(large)).toMatchObject({ fault: 'too-large' });
    expect(readKept(large).properties).toHaveLength(1);
    expect(refusal(Buffer.alloc(cardBytesMax + 1))).toMatchObject({ fault: 'too-large' });
    const properties = 'A:1\r\n'.repeat(propertiesPerCardMax + 1).trimEnd();
    expect(refusal(card(properties))).toMatchObject({ fault: 'limit', at: propertiesPerCardMax + 3 });
    expect(refusal(card(`TEL${';X=1'.repeat(500_000)}:1`))).toMatchObject({ fault: 'limit' });
    expect(refusal(card(`TEL;TYPE="${'a,'.repeat(500_000)}":1`))).toMatchObject({ fault: 'limit' });
  });

  test('long lines, folded a thousand times or not at all, are read whole', () => {
    const value = 'a'.repeat(1_000_000);
    const folded = value.replaceAll(/.{70}/g, '$&\r\n ');
    for (const text of [value, folded]) {
      expect(readCard(card(`PHOTO;ENCODING=b:${text}`)).properties[0]?.value).toHaveLength(1_000_000);
    }
    const semicolons = ';'.repeat(500_000);
    expect(refusal(card(`TEL${semicolons}x`))).toMatchObject({ fault: 'syntax' });
    expect(readCard(card(`NOTE:${'\\'.repeat(500_000)}`)).properties).toHaveLength(1);
  });
});

test('a card is written as it was read', () => {
  const read = readCard(card(`UID:1\r\nitem1.NOTE;X-A="a;b";X-B=x,"y,z":${'ü€😀'.repeat(200)}`, '4.0'));
  const again = readCard(Buffer.from(writeCard(read)));
  const bare = (properties: typeof read.properties) => properties.map((each) => ({ ...each, line: 0 }));
  expect(bare(again.properties)).toEqual(bare(read.properties));
});
