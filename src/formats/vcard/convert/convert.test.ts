import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Card, convert, readCard, writeCard } from '../index.ts';

const read = (version: string, body: readonly string[]): Card =>
  readCard(Buffer.from(`BEGIN:VCARD\r\nVERSION:${version}\r\n${body.join('\r\n')}\r\nEND:VCARD\r\n`));

/** Lines of a card, unfolded, without its frame. */
function lines(card: Card): string[] {
  return writeCard(card)
    .replaceAll('\r\n ', '')
    .split('\r\n')
    .filter((line) => line !== '' && !/^(?:BEGIN|END|VERSION):/.test(line));
}

const both = ['FN:A', 'N:A;;;;'];

describe('version 3.0 -> 4.0', () => {
  test.each<[string, string[], string[]]>([
    ['a photo', ['PHOTO;ENCODING=b;TYPE=JPEG:/9j/'], ['PHOTO:data:image/jpeg;base64,/9j/']],
    [
      'a photo of no type',
      ['PHOTO;ENCODING=BASE64:iVBORw0KGgo'],
      ['PHOTO:data:image/png;base64,iVBORw0KGgo'],
    ],
    ['a photo elsewhere', ['PHOTO;VALUE=uri;TYPE=GIF:http://x/y'], ['PHOTO;MEDIATYPE=image/gif:http://x/y']],
    ['a sound', ['SOUND;TYPE=OGG;ENCODING=b:AA=='], ['SOUND:data:audio/ogg;base64,AA==']],
    ['a key', ['KEY;TYPE=PGP;ENCODING=b:AA=='], ['KEY:data:application/pgp-keys;base64,AA==']],
    ['types and preference', ['TEL;TYPE=HOME;type=pref:1'], ['TEL;TYPE=HOME;PREF=1:1']],
    ['mail', ['EMAIL;type=INTERNET;type=HOME:a@b'], ['EMAIL;TYPE=HOME:a@b']],
    ['a birthday', ['BDAY:1996-04-15'], ['BDAY:19960415']],
    ['a birthday with its hour', ['BDAY;VALUE=date-time:1953-10-15T23:10:00Z'], ['BDAY:19531015T231000Z']],
    ['a birthday without a year', ['BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29'], ['BDAY:--0229']],
    ['the same, briefly', ['BDAY:--02-29'], ['BDAY:--0229']],
    ['a birthday in words', ['BDAY;VALUE=text:circa 1800'], ['BDAY;VALUE=text:circa 1800']],
    ['a revision', ['REV:1995-10-31T22:27:10Z'], ['REV:19951031T222710Z']],
    [
      "Apple's anniversary",
      ['item1.X-ABDATE;type=pref:2009-05-01', 'item1.X-ABLabel:_$!<Anniversary>!$_'],
      ['ANNIVERSARY:20090501'],
    ],
    [
      'an anniversary said twice',
      ['X-ANNIVERSARY:2009-05-01', 'item1.X-ABDATE:20090501', 'item1.X-ABLabel:_$!<Anniversary>!$_'],
      ['ANNIVERSARY:20090501'],
    ],
    [
      'another date with its label',
      ['item1.X-ABDATE:2009-05-01', 'item1.X-ABLabel:Boat'],
      ['item1.X-ABDATE:2009-05-01', 'item1.X-ABLabel:Boat'],
    ],
    [
      "Evolution's anniversary",
      ['X-EVOLUTION-ANNIVERSARY:2009-05-01'],
      ['X-EVOLUTION-ANNIVERSARY:2009-05-01', 'ANNIVERSARY:20090501'],
    ],
    [
      'a relation',
      ['item2.X-ABRELATEDNAMES:Jo', 'item2.X-ABLabel:_$!<Mother>!$_'],
      ['item2.RELATED;VALUE=text;TYPE=parent:Jo', 'item2.X-ABLabel:_$!<Mother>!$_'],
    ],
    ['a messenger', ['X-JABBER;TYPE=HOME:a@b.c'], ['IMPP;TYPE=HOME:xmpp:a@b.c']],
    [
      'one said twice',
      ['IMPP;X-SERVICE-TYPE=Jabber:xmpp:a@b', 'X-JABBER:a@b'],
      ['IMPP;SERVICE-TYPE=Jabber:xmpp:a@b'],
    ],
    [
      'a profile',
      ['X-SOCIALPROFILE;type=mastodon;x-user=ana:https://m.s/@ana'],
      ['SOCIALPROFILE;USERNAME=ana;SERVICE-TYPE=mastodon:https://m.s/@ana'],
    ],
    ['a place', ['GEO:37.38;-122.08'], ['GEO:geo:37.38,-122.08']],
    ['a zone', ['TZ:-05:00', 'TZ;VALUE=text:Europe/Rome'], ['TZ;VALUE=utc-offset:-0500', 'TZ:Europe/Rome']],
    [
      'a label of an address',
      ['ADR;TYPE=HOME:;;1 Road;Town;;;', 'LABEL;TYPE=home:1 Road\\nTown'],
      ['ADR;TYPE=HOME;LABEL=1 Road^nTown:;;1 Road;Town;;;'],
    ],
    ['a label alone', ['LABEL;TYPE=WORK:1 Road'], ['ADR;TYPE=WORK;LABEL=1 Road:;;;;;;']],
    ['an organisation', ['X-ABShowAs:COMPANY'], ['KIND:org']],
    ['a UID', ['UID:1-2'], ['UID;VALUE=text:1-2']],
    ['a UID that is a URI', ['UID:urn:uuid:1'], ['UID:urn:uuid:1']],
    ['a gender', ['X-GENDER:Female'], ['X-GENDER:Female', 'GENDER:F']],
    [
      'what 4.0 has no word for',
      ['CLASS:PRIVATE', 'MAILER:x', 'X-Y;X-Z=1:q'],
      ['CLASS:PRIVATE', 'MAILER:x', 'X-Y;X-Z=1:q'],
    ],
    ['what says nothing', ['PROFILE:VCARD', 'NOTE;CHARSET=UTF-8:x'], ['NOTE:x']],
  ])('%s', (_, three, four) => {
    expect(lines(convert(read('3.0', [...both, ...three]), '4.0')).slice(2)).toEqual(four);
  });

  test('a sort string goes to the name', () => {
    expect(lines(convert(read('3.0', ['FN:A', 'N:van Harten;R', 'SORT-STRING:Harten']), '4.0'))).toEqual([
      'FN:A',
      'N;SORT-AS=Harten:van Harten;R',
    ]);
  });

  test.each([
    ['N:Doe;Jo;;;', 'FN:Jo Doe'],
    ['ORG:Sea\\, Ltd;Deck', 'FN:Sea\\, Ltd'],
    ['EMAIL:a@b', 'FN:a@b'],
    ['NOTE:x', 'FN:Unknown'],
  ])('FN must be there: from %s', (line, name) => {
    expect(lines(convert(read('3.0', [line]), '4.0'))[0]).toBe(name);
  });
});

describe('version 4.0 -> 3.0', () => {
  test.each<[string, string[], string[]]>([
    ['a photo', ['PHOTO:data:image/jpeg;base64,/9j/'], ['PHOTO;ENCODING=b;TYPE=JPEG:/9j/']],
    ['a photo with escapes', ['PHOTO:data:image/png\\;base64\\,AA=='], ['PHOTO;ENCODING=b;TYPE=PNG:AA==']],
    [
      'a photo, not in base64',
      ['PHOTO:data:image/svg+xml,%3Csvg/%3E'],
      ['PHOTO;ENCODING=b;TYPE=image/svg+xml:PHN2Zy8+'],
    ],
    ['a photo elsewhere', ['PHOTO;MEDIATYPE=image/gif:http://x/y'], ['PHOTO;VALUE=uri;TYPE=GIF:http://x/y']],
    ['preferences', ['TEL;PREF=1;TYPE=home:1', 'TEL;PREF=2:2'], ['TEL;TYPE=home,pref:1', 'TEL;PREF=2:2']],
    ['preferences from 5', ['TEL;PREF=5:1', 'TEL;PREF=9:2'], ['TEL;PREF=5;TYPE=pref:1', 'TEL;PREF=9:2']],
    ['a telephone', ['TEL;VALUE=uri:tel:+1-418;ext=102'], ['TEL:+1-418 ext. 102']],
    ['a birthday', ['BDAY:19960415'], ['BDAY:1996-04-15']],
    ['a birthday with its hour', ['BDAY:19531015T231000-0500'], ['BDAY:1953-10-15T23:10:00-05:00']],
    ['a birthday without a year', ['BDAY:--0203'], ['BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-03']],
    ['a year', ['BDAY:1985'], ['BDAY:1985']],
    [
      'an anniversary',
      ['ANNIVERSARY:20090501', 'item1.NOTE:x'],
      [
        'X-ANNIVERSARY:2009-05-01',
        'item2.X-ABDATE:2009-05-01',
        'item2.X-ABLabel:_$!<Anniversary>!$_',
        'item1.NOTE:x',
      ],
    ],
    [
      'a relation',
      ['RELATED;TYPE=spouse;VALUE=text:Jo'],
      ['item1.X-ABRELATEDNAMES;TYPE=spouse:Jo', 'item1.X-ABLabel:_$!<Spouse>!$_'],
    ],
    ['one by address', ['RELATED;TYPE=friend:urn:uuid:1'], ['RELATED;TYPE=friend:urn:uuid:1']],
    ['a messenger', ['IMPP;PREF=1:xmpp:a@b.c'], ['IMPP;TYPE=pref:xmpp:a@b.c', 'X-JABBER;TYPE=pref:a@b.c']],
    ['a place', ['GEO:geo:37.38,-122.08;u=9'], ['GEO:37.38;-122.08']],
    ['a zone', ['TZ:Europe/Rome', 'TZ;VALUE=utc-offset:-0500'], ['TZ;VALUE=text:Europe/Rome', 'TZ:-05:00']],
    ['an address', ['ADR;LABEL=a^nb;TYPE=home:;;1;;;;'], ['ADR;TYPE=home:;;1;;;;', 'LABEL;TYPE=home:a\\nb']],
    ['a gender and languages', ['GENDER:O;x', 'LANG;PREF=1:fr'], ['GENDER:O;x', 'LANG;TYPE=pref:fr']],
    [
      'RFC 6715 and RFC 9554',
      [
        'EXPERTISE;LEVEL=expert:sails',
        'PRONOUNS;LANGUAGE=en:she/her',
        'CREATED:20220705T093412Z',
        'GRAMGENDER:feminine',
      ],
      [
        'EXPERTISE;LEVEL=expert:sails',
        'PRONOUNS;LANGUAGE=en:she/her',
        'CREATED:20220705T093412Z',
        'GRAMGENDER:feminine',
      ],
    ],
  ])('%s', (_, four, three) => {
    expect(lines(convert(read('4.0', [...both, ...four]), '3.0')).slice(2)).toEqual(three);
  });

  test('N must be there', () => {
    expect(lines(convert(read('4.0', ['FN:A\\, B C']), '3.0'))).toEqual(['FN:A\\, B C', 'N:A\\, B C;;;;']);
  });
});

test('groups: as Apple writes them and as RFC 6350 does', () => {
  const apple = read('3.0', [
    'UID:g-1',
    'N:Crew;;;;',
    'FN:Crew',
    'X-ADDRESSBOOKSERVER-KIND:group',
    'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:a',
    'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:b',
  ]);
  const four = convert(apple, '4.0');
  expect(lines(four)).toEqual([
    'UID;VALUE=text:g-1',
    'N:Crew;;;;',
    'FN:Crew',
    'KIND:group',
    'MEMBER:urn:uuid:a',
    'MEMBER:urn:uuid:b',
  ]);
  expect(lines(convert(four, '3.0'))).toEqual(lines(apple));
});

test('version 2.1 becomes either', () => {
  const old = readCard(
    Buffer.from('BEGIN:VCARD\r\nVERSION:2.1\r\nN:Doe;Jo\r\nTEL;CELL;PREF:1\r\nEND:VCARD\r\n'),
  );
  expect(writeCard(convert(old, '3.0'))).toContain('VERSION:3.0\r\nN:Doe;Jo\r\nTEL;TYPE=CELL,PREF:1\r\n');
  expect(writeCard(convert(old, '4.0'))).toContain('TEL;TYPE=CELL;PREF=1:1\r\n');
});

/** Without what means nothing: the order of parameters and types, their case, the name of a group where its label says it. */
function meaning(card: Card): string[] {
  const label = (group: string) =>
    card.properties.find((p) => p.name === 'X-ABLABEL' && p.group === group)?.value ?? group;
  return card.properties
    .map(({ name, group, parameters, value }) =>
      JSON.stringify([
        name,
        group === '' ? '' : label(group),
        parameters
          .map(({ name: own, values }) => [own, values.map((one) => one.toLowerCase()).sort()])
          .sort((a, b) => String(a).localeCompare(String(b))),
        value,
      ]),
    )
    .sort();
}

const word = fc.stringMatching(/^[a-zA-Zé ]{1,8}$/);
const group = fc.constantFrom('', '', 'item7.', 'item8.');
const types = fc.constantFrom('', ';TYPE=HOME', ';TYPE=work', ';TYPE=x-boat');
const day = fc
  .date({ min: new Date('1800-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const frame = (name: string, uid: string) => [`UID:${uid}`, `FN:${name}`, `N:${name};x;;;`];
const line = (...parts: (string | fc.Arbitrary<string>)[]) =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((all) => all.join(''));

const shared = [
  line(group, fc.constantFrom('NOTE', 'TITLE', 'X-Thing', 'CLASS', 'HOBBY', 'CALURI'), types, ':', word),
  line(group, 'EMAIL', types, ':', word, '@x.y'),
  line('ADR', types, ':;;', word, ';', word, ';;;'),
  line('X-FOO;X-BAR="', word, ';^n":', word),
  line('ORG;SORT-AS=', word, ':', word, ';', word),
];
const three = fc.oneof(
  ...shared,
  line(group, 'TEL', types, fc.constantFrom('', ';TYPE=pref'), ':+', word),
  line('BDAY:', day),
  line('BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29'),
  line('X-ANNIVERSARY:', day),
  line('PHOTO;ENCODING=b;TYPE=', fc.constantFrom('JPEG', 'PNG', 'image/svg+xml'), ':AAAA'),
  line('LOGO;VALUE=uri;TYPE=GIF:http://x/', word),
  line('X-JABBER', types, ':', fc.stringMatching(/^[a-z][a-zé%]{0,5}@x$/)),
  line('GEO:1.5;-2'),
  line('TZ:', fc.constantFrom('+', '-'), '05:30'),
  line('TZ;VALUE=text:', word),
  line('X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:', word),
  line('X-SOCIALPROFILE;TYPE=mastodon;X-USER=', word, ':http://x/y'),
  line('REV:', day, 'T10:20:30Z'),
);
const four = fc.oneof(
  ...shared,
  line(group, 'TEL', types, fc.constantFrom('', ';PREF=1', ';PREF=7'), ':+', word),
  line(
    'BDAY:',
    day.map((text) => text.replaceAll('-', '')),
  ),
  line('BDAY:', fc.constantFrom('--0203', '1985', '1985-04', '---12', '19531015T231000-0500')),
  line(
    'ANNIVERSARY:',
    day.map((text) => text.replaceAll('-', '')),
  ),
  line('PHOTO', types, ':data:image/', fc.constantFrom('png', 'svg+xml', 'x-icon'), ';base64,AAAA'),
  line('LOGO;MEDIATYPE=image/gif:http://x/', word),
  line('IMPP:', fc.constantFrom('xmpp', 'sip', 'aim', 'matrix'), ':', fc.stringMatching(/^[a-z]{1,6}@x$/)),
  line('RELATED;VALUE=text', fc.constantFrom('', ';TYPE=spouse', ';TYPE=muse', ';TYPE=parent'), ':', word),
  line('ADR;LABEL="a^n', word, '"', types, ':;;', word, ';;;;'),
  line('GENDER:O;', word),
  line('LANG;PREF=2:fr'),
  line('TZ;VALUE=utc-offset:+0530'),
  line('SOCIALPROFILE;SERVICE-TYPE=mastodon;USERNAME=', word, ':http://x/y'),
  line('MEMBER:urn:uuid:', word),
  line('PRONOUNS;AUTHOR-NAME=', word, ':they'),
);

describe('there and back', () => {
  test('3.0 -> 4.0 -> 3.0 loses nothing', () => {
    fc.assert(
      fc.property(fc.array(three, { maxLength: 12 }), word, (body, name) => {
        const card = read('3.0', [...frame(name, 'u-1'), ...body]);
        const back = meaning(convert(again(convert(card, '4.0')), '3.0'));
        for (const said of new Set(meaning(card))) expect(back).toContain(said);
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  test('4.0 -> 3.0 -> 4.0 is the same', () => {
    fc.assert(
      fc.property(fc.array(four, { maxLength: 12 }), word, (body, name) => {
        const card = read('4.0', [...frame(name, 'urn:uuid:u-1'), ...body]);
        const back = convert(again(convert(card, '3.0')), '4.0');
        const labels = (text: string) => !text.startsWith('["X-ABLABEL"');
        const plain = (text: string) => text.replace(/_\$!<\w+>!\$_/, '').replace(/item\d+/, '');
        expect(meaning(back).filter(labels).map(plain)).toEqual(
          expect.arrayContaining(meaning(card).filter(labels).map(plain)),
        );
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  /** Through its bytes. */
  const again = (card: Card) => readCard(Buffer.from(writeCard(card)));
});
