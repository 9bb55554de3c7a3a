import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CollectionRow, CollectionsWriter } from '../../stores/collections/index.ts';
import { describeEngines, openTestStores, type TestStores, temporaryFolder } from '../../testing/index.ts';
import {
  importBatchItemsMax,
  importHeldCharactersMax,
  importItemsBatchBytesMax,
  importRefusedShownMax,
  importZonesMax,
} from '../limits.ts';
import { exportCollections } from './export-collections.ts';
import { importCalendar } from './import-calendar.ts';
import { importCards } from './import-cards.ts';
import { collectionNamed } from './item-intake.ts';

const account = 3;
const quiet = { progress: () => {}, signal: new AbortController().signal };
const limits = { objectBytesMax: 100_000, attendeesMax: 10 };

const crlf = (lines: readonly string[]) => lines.map((line) => `${line}\r\n`).join('');
const calendar = (...inner: readonly string[]) =>
  crlf(['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//y', ...inner.flat(), 'END:VCALENDAR']);
const event = (uid: string | null, ...lines: readonly string[]) => [
  'BEGIN:VEVENT',
  ...(uid === null ? [] : [`UID:${uid}`]),
  'DTSTAMP:20260101T000000Z',
  'DTSTART:20260305T100000Z',
  ...lines,
  'END:VEVENT',
];
const series = (uid: string) => event(uid, 'RRULE:FREQ=DAILY;COUNT=9', 'SUMMARY:series');
const instance = (uid: string, day: string, ...lines: readonly string[]) =>
  event(uid, `RECURRENCE-ID:202603${day}T100000Z`, `SUMMARY:moved on ${day}`, ...lines);
const card = (version: string, ...lines: readonly string[]) => [
  'BEGIN:VCARD',
  `VERSION:${version}`,
  ...lines,
  'END:VCARD',
];

describeEngines('items of files', (engine) => {
  let stores: TestStores;
  let store: CollectionsWriter;
  let folder: string;
  beforeEach(async () => {
    stores = await openTestStores(engine);
    store = stores.collections;
    folder = temporaryFolder();
  });
  afterEach(() => stores.close());

  const file = (text: string | Buffer, name = 'file') => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const home = () => collectionNamed(store, account, 'calendars', undefined);
  const takeCalendar = async (text: string, heldMax?: number) =>
    importCalendar(store, await home(), file(text), limits, quiet, heldMax);
  const takeCards = async (text: string) =>
    importCards(
      store,
      await collectionNamed(store, account, 'contacts', undefined),
      file(text),
      { cardBytesMax: 10_000 },
      quiet,
    );

  async function textsIn({ id }: CollectionRow): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for await (const page of store.itemsWithBytes(account, id))
      for (const { uid, bytes } of page) found.set(uid, bytes.toString());
    return found;
  }

  describe('where it goes', () => {
    test('without a name into what every member has, by name or shown name where it is, else into a new one', async () => {
      expect((await home()).name).toBe('personal');
      const work = await collectionNamed(store, account, 'calendars', 'Work');
      expect(work).toMatchObject({ kind: 'calendar', name: 'Work', details: { displayName: 'Work' } });
      await store.changeCollection(account, work.id, { details: { displayName: 'Arbeit' } });
      for (const name of ['Work', 'Arbeit'])
        expect((await collectionNamed(store, account, 'calendars', name)).id).toBe(work.id);
      expect(await store.collections(account, 'calendars')).toHaveLength(3);
    });
  });

  describe('an .ics file', () => {
    test('comes apart into objects, with their zones; nothing of it is there twice when it is read again', async () => {
      const text = calendar(
        ...['BEGIN:VTIMEZONE', 'TZID:Own', 'BEGIN:STANDARD', 'DTSTART:19700101T000000'],
        ...['TZOFFSETFROM:+0300', 'TZOFFSETTO:+0300', 'END:STANDARD', 'END:VTIMEZONE'],
        ...event('plain'),
        ...event('zoned').map((line) =>
          line.replace('DTSTART:20260305T100000Z', 'DTSTART;TZID=Own:20260305T100000'),
        ),
        ...['BEGIN:VTODO', 'UID:todo', 'DTSTAMP:20260101T000000Z', 'SUMMARY:x', 'END:VTODO'],
      );
      expect(await takeCalendar(text)).toEqual({ items: 3, known: 0, refused: [], refusedCount: 0 });
      const personal = await home();
      const token = await store.syncToken(account, personal.id);
      expect(await takeCalendar(text)).toMatchObject({ items: 0, known: 3, refusedCount: 0 });
      expect(await store.syncToken(account, personal.id)).toBe(token);
      const texts = await textsIn(personal);
      expect(texts.get('zoned')).toContain('TZID:Own');
      expect(texts.get('plain')).not.toContain('VTIMEZONE');
      expect(await store.item(account, personal.id, 'todo.ics')).toMatchObject({ component: 'VTODO' });
    });

    test.each([
      ['all at once', undefined],
      ['with room for one series at a time', 1],
    ])('instances far apart come together, %s', async (_, heldMax) => {
      const names = ['a', 'b', 'c'];
      const text = calendar(
        ...names.flatMap((uid) => instance(uid, '06')),
        ...event('single'),
        ...names.flatMap(series),
        ...names.flatMap((uid) => instance(uid, '07')),
      );
      expect(await takeCalendar(text, heldMax)).toEqual({ items: 4, known: 0, refused: [], refusedCount: 0 });
      const texts = await textsIn(await home());
      for (const uid of names) {
        expect(texts.get(uid)?.match(/BEGIN:VEVENT/g)).toHaveLength(3);
        expect(texts.get(uid)).toContain('moved on 07');
      }
    });

    test('of an instance that is there twice the one with the higher SEQUENCE counts, else the later', async () => {
      await takeCalendar(
        calendar(
          ...series('a'),
          ...instance('a', '06', 'SEQUENCE:2', 'LOCATION:new'),
          ...instance('a', '06', 'SEQUENCE:1', 'LOCATION:old'),
          ...instance('a', '07', 'LOCATION:first'),
          ...instance('a', '07', 'LOCATION:second'),
        ),
      );
      const text = (await textsIn(await home())).get('a');
      expect(text?.match(/LOCATION:\w+/g)).toEqual(['LOCATION:new', 'LOCATION:second']);
    });

    test('what cannot be taken is told by its line, and the rest is taken', async () => {
      const text = calendar(
        ...event('good'), // lines 4 to 8
        ...event('bad', 'RRULE:FREQ=SOMETIMES'), // 9 to 14
        ...event('worse', 'no line at all'),
        ...event('last'),
      );
      const result = await takeCalendar(text);
      expect(result).toMatchObject({ items: 2, refusedCount: 2 });
      const places = result.refused.map(({ place }) => Number(place.split(':').at(-1)));
      expect(places[0]).toBeGreaterThanOrEqual(9);
      expect(places.every((line) => line >= 9 && line <= 20)).toBe(true);
      expect(result.refused.map(({ reason }) => reason).join()).toMatch(/FREQ/);
      expect([...(await textsIn(await home())).keys()].sort()).toEqual(['good', 'last']);
    });

    test('a series that is too large with all its instances is refused once', async () => {
      const days = Array.from({ length: 9 }, (_, day) => String(5 + day).padStart(2, '0'));
      const large = days.flatMap((day) => instance('large', day, `DESCRIPTION:${'x'.repeat(20_000)}`));
      const result = await takeCalendar(calendar(...large, ...event('small')));
      expect(result).toMatchObject({ items: 1, refusedCount: 1 });
      expect(result.refused[0]?.reason).toMatch(/too large/);
    });

    test('events without a UID are the same when they come again', async () => {
      const text = calendar(...event(null, 'SUMMARY:old program'), ...event(null, 'SUMMARY:another'));
      expect(await takeCalendar(text)).toMatchObject({ items: 2, known: 0 });
      expect(await takeCalendar(text)).toMatchObject({ items: 0, known: 2 });
    });

    test('what a calendar does not hold is refused', async () => {
      const todos = await collectionNamed(store, account, 'calendars', 'todos');
      const only = await store.changeCollection(account, todos.id, { details: { components: ['VTODO'] } });
      const result = await importCalendar(store, only, file(calendar(...event('a'))), limits, quiet);
      expect(result).toMatchObject({ items: 0, refusedCount: 1 });
    });

    test('more than one transaction takes, in items and in bytes', async () => {
      const many = Array.from({ length: importBatchItemsMax + 1 }, (_, index) => event(`n${index}`)).flat();
      const pieces = Math.ceil(importItemsBatchBytesMax / 80_000) + 1;
      const long = 'x'.repeat(80_000);
      const large = Array.from({ length: pieces }, (_, index) =>
        event(`l${index}`, `DESCRIPTION:${long}`),
      ).flat();
      const items = importBatchItemsMax + 1 + pieces;
      expect(await takeCalendar(calendar(...many, ...large))).toMatchObject({ items, refusedCount: 0 });
      expect((await home()).items).toBe(items);
    });

    test('of more that is refused than is told, all is counted', async () => {
      const nonsense = Array.from({ length: importRefusedShownMax + 1 }, () => 'nonsense').join('\n');
      const result = await takeCalendar(`${nonsense}\n`);
      expect(result.refused).toHaveLength(importRefusedShownMax);
      expect(result.refusedCount).toBe(importRefusedShownMax + 1);
    });

    test('of more zones than are remembered the first are known', async () => {
      const zone = (name: string) => [
        ...['BEGIN:VTIMEZONE', `TZID:${name}`, 'BEGIN:STANDARD', 'DTSTART:19700101T000000'],
        ...['TZOFFSETFROM:+0300', 'TZOFFSETTO:+0300', 'END:STANDARD', 'END:VTIMEZONE'],
      ];
      const zoned = (uid: string, name: string) =>
        event(uid).map((line) =>
          line.replace('DTSTART:20260305T100000Z', `DTSTART;TZID=${name}:20260305T100000`),
        );
      const zones = Array.from({ length: importZonesMax + 1 }, (_, index) => zone(`z${index}`)).flat();
      await takeCalendar(calendar(...zoned('first', 'z0'), ...zoned('last', `z${importZonesMax}`), ...zones));
      const texts = await textsIn(await home());
      expect(texts.get('first')).toContain('BEGIN:VTIMEZONE');
      expect(texts.get('last') ?? '').not.toContain('BEGIN:VTIMEZONE');
    });

    test('what waits for its other instances is far less than a member may keep', () => {
      expect(importHeldCharactersMax).toBeLessThan(2 ** 24);
    });

    test('no file of calendars at all', async () => {
      const result = await takeCalendar('This is a letter.\nIt has two lines.\n');
      expect(result.items).toBe(0);
      expect(result.refusedCount).toBeGreaterThan(0);
    });
  });

  describe('a .vcf file', () => {
    test('cards as they are; those of 2.1 as 3.0; those without a UID get one that stays', async () => {
      const whole = crlf(card('4.0', 'UID:a', 'FN:Ana', 'item1.X-OWN;P=1:kept'));
      const text =
        whole +
        crlf(card('2.1', 'FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=AB', 'N:Doe;Zoe')) +
        crlf(card('3.0', 'FN:No id'));
      expect(await takeCards(text)).toEqual({ items: 3, known: 0, refused: [], refusedCount: 0 });
      expect(await takeCards(text)).toMatchObject({ items: 0, known: 3 });
      const texts = await textsIn(await collectionNamed(store, account, 'contacts', undefined));
      expect(texts.get('a')).toBe(whole);
      expect([...texts.values()].join('')).toContain('FN:Zoë');
      expect([...texts.values()].every((each) => /^UID:/m.test(each) && !each.includes('VERSION:2.1'))).toBe(
        true,
      );
    });

    test('what cannot be taken is told by its line', async () => {
      const text = crlf([
        ...card('3.0', 'UID:a', 'FN:A'), // lines 1 to 5
        ...card('9.0', 'UID:b', 'FN:B'), // 6 to 10
        ...card('3.0', 'UID:c', `NOTE:${'x'.repeat(20_000)}`), // 11 to 15
        ...card('3.0', 'UID:d', 'FN:D'),
      ]);
      const result = await takeCards(text);
      expect(result).toMatchObject({ items: 2, refusedCount: 2 });
      expect(result.refused.map(({ place }) => Number(place.split(':').at(-1)))).toEqual([7, 11]);
    });
  });

  describe('an export', () => {
    const out = () => {
      const path = join(folder, 'out');
      mkdirSync(path, { recursive: true });
      return path;
    };

    test('is what an import takes', async () => {
      await takeCalendar(calendar(...series('a'), ...instance('a', '06'), ...event('b')));
      await takeCards(crlf([...card('3.0', 'UID:c', 'FN:C'), ...card('4.0', 'UID:d', 'FN:D')]));
      const personal = await home();
      await store.changeCollection(account, personal.id, { details: { color: '#123456' } });
      const result = await exportCollections(store, account, out(), quiet);
      expect(result).toMatchObject({ addressBooks: 1, items: 4, attachments: 0 });
      expect(JSON.parse(readFileSync(join(out(), 'calendars/personal.json'), 'utf8'))).toMatchObject({
        name: 'personal',
        details: { color: '#123456' },
      });
      const other = 4;
      const calendars = await collectionNamed(store, other, 'calendars', undefined);
      const books = await collectionNamed(store, other, 'contacts', undefined);
      const ics = join(out(), 'calendars/personal.ics');
      const vcf = join(out(), 'contacts/personal.vcf');
      expect(await importCalendar(store, calendars, ics, limits, quiet)).toMatchObject({
        items: 2,
        refusedCount: 0,
      });
      expect(await importCards(store, books, vcf, { cardBytesMax: 10_000 }, quiet)).toMatchObject({
        items: 2,
      });
      expect(readFileSync(ics, 'utf8').match(/BEGIN:VCALENDAR/g)).toHaveLength(1);
    });

    test('with what is attached, under names that every system takes', async () => {
      const odd = await collectionNamed(store, account, 'calendars', 'a:b*?');
      const text = calendar(...event('a', 'ATTACH;MANAGED-ID=M1:https://x.example/M1'));
      await importCalendar(store, odd, file(text), limits, quiet);
      const body = async function* () {
        yield Buffer.from('the agenda');
      };
      const attached = await store.attachments.take(
        account,
        { body: body(), type: 'text/plain', filename: 'agenda.txt' },
        1_000,
      );
      const bytes = Buffer.from(text.replaceAll('M1', attached.managedId));
      const made = {
        bytes,
        uid: 'a',
        component: 'VEVENT',
        firstMs: 0,
        lastMs: 1,
        digest: '',
        attachments: [attached.managedId],
        scheduleTag: 'none',
      } as const;
      await store.put(account, odd.id, 'a.ics', made, { brought: [attached] });
      store.attachments.release(attached);
      expect(await exportCollections(store, account, out(), quiet)).toMatchObject({ attachments: 1 });
      const kept = join(
        out(),
        'calendars/attachments',
        readdirSync(join(out(), 'calendars/attachments'))[0] ?? '',
      );
      expect(readFileSync(join(kept, 'agenda.txt'), 'utf8')).toBe('the agenda');
      expect(readdirSync(join(out(), 'calendars'))).toContain('a%3Ab%2A%3F.ics');
    });
  });
});
