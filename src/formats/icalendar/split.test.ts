import { expect, test } from 'vitest';
import { assemble, type CalendarPiece, objectOf, splitCalendar } from './index.ts';
import { componentsPerFileMax, lineCharactersMax } from './limits.ts';

async function pieces(text: string | Uint8Array, size = 7, bytesMax?: number): Promise<CalendarPiece[]> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const chunks: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; from += size) chunks.push(bytes.subarray(from, from + size));
  const found: CalendarPiece[] = [];
  for await (const piece of splitCalendar(chunks, bytesMax)) found.push(piece);
  return found;
}
const shown = (piece: CalendarPiece) =>
  piece.type === 'refused'
    ? `refused ${piece.line}: ${piece.error.message}`
    : piece.type === 'zone'
      ? `zone ${piece.line}: ${piece.tzid}`
      : `${piece.component.name} ${piece.line}: ${piece.uid} ${piece.component.text('SUMMARY')}`;

const file = [
  'BEGIN:VCALENDAR',
  'X-WR-CALNAME:all of it',
  'BEGIN:VEVENT',
  'UID:1',
  'SUMMARY:Été',
  'END:VEVENT',
  'BEGIN:VTIMEZONE',
  'TZID:Here',
  'END:VTIMEZONE',
  'END:VCALENDAR',
  'BEGIN:VCALENDAR',
  'BEGIN:VEVENT',
  'UID:2',
  'no colon here',
  'BEGIN:VALARM',
  'END:VALARM',
  'SUMMARY:lost',
  'END:VEVENT',
  'BEGIN:VTODO',
  'SUMMARY:no',
  '  uid',
  'END:VTODO',
  'END:VCALENDAR',
].join('\r\n');

test('components come one by one, what is wrong is told by its line, the next goes on', async () => {
  for (const size of [1, 7, 1000]) {
    expect((await pieces(file, size)).map(shown)).toEqual([
      'VEVENT 3: 1 Été',
      'zone 7: Here',
      'refused 12: line 14: no \':\' in "no colon here"',
      'VTODO 19: null no uid',
    ]);
  }
});

test('a character whose octets a fold parts is put together', async () => {
  const [before = '', after = ''] = file.split('Été');
  const folded = Buffer.concat([
    Buffer.from(`${before}\u00c9t`),
    Buffer.from([0xc3, 0x0d, 0x0a, 0x20, 0xa9]),
    Buffer.from(after),
  ]);
  expect((await pieces(folded)).map(shown)[0]).toBe('VEVENT 3: 1 Ét\u00e9');
});

test('what is no UTF-8, what never ends, what is too long', async () => {
  const broken = Buffer.from(file);
  broken[broken.indexOf(0xc3)] = 0xff;
  expect((await pieces(broken)).map(shown)[0]).toBe('refused 3: line 5: it is not UTF-8');
  expect((await pieces(file.replace('END:VTODO\r\n', ''))).map(shown).at(-1)).toBe(
    'refused 19: line 19: a component does not end',
  );
  expect((await pieces(file.slice(0, -24))).map(shown).at(-1)).toContain('the file ends inside');
  const long = file.replace('Été', 'x'.repeat(lineCharactersMax)).replace('UID:1', 'UID:1');
  expect((await pieces(long, 65_536)).map(shown)[0]).toContain(`more than ${lineCharactersMax} octets`);
  const huge = file.replace('SUMMARY:Été', 'X:y\r\n'.repeat(100));
  expect((await pieces(huge, 1000, 200)).map(shown)[0]).toContain('more than 200 octets');
  expect(componentsPerFileMax).toBe(5_000_000);
});

test('components of a UID are put together with the zones that they name', async () => {
  const text = [
    'BEGIN:VCALENDAR',
    'BEGIN:VTIMEZONE\r\nTZID:Here\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000',
    'TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE',
    'BEGIN:VTIMEZONE\r\nTZID:There\r\nEND:VTIMEZONE',
    'BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Here:20260101T100000\r\nEND:VEVENT',
    'END:VCALENDAR',
  ].join('\r\n');
  const found = await pieces(text);
  const zones = new Map(
    found.flatMap((piece) => (piece.type === 'zone' ? [[piece.tzid, piece.component]] : [])),
  );
  const components = found.flatMap((piece) => (piece.type === 'component' ? [piece.component] : []));
  const object = objectOf(assemble(components, zones));
  expect(object.vtimezones.map((zone) => zone.text('TZID'))).toEqual(['Here']);
});
