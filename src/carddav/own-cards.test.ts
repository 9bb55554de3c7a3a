import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../base/index.ts';
import { readCard } from '../formats/vcard/index.ts';
import { type CollectionsWriter, createCollections } from '../stores/collections/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../testing/index.ts';
import { cardItem } from './collections/prepare.ts';
import { ownCards } from './own-cards.ts';

const member = 7;
const cardNamed = (name: string) => `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:me\r\nFN:${name}\r\nEND:VCARD\r\n`;

describeEngines('own cards of members', (engine) => {
  let stores: TestStores;
  let collections: CollectionsWriter;
  beforeEach(async () => {
    stores = await openTestStores(engine);
    collections = createCollections({
      ...{ database: stores.database, blobs: stores.blobs, clock: systemClock },
      settings: () => ({ quota: 1e9 }),
    });
  });
  afterEach(() => stores.close());
  const books = () => collections.collections(member, 'contacts');
  const read = async () => String(await ownCards(collections).read(member));

  test('who has no card gets one in a book of their own, which says so', async () => {
    const cards = ownCards(collections);
    expect(await cards.read(member)).toBeNull();
    await cards.write(member, (before) => {
      expect(before).toBeNull();
      return cardNamed('Romeo');
    });
    expect(await read()).toBe(cardNamed('Romeo'));
    const [book, ...more] = await books();
    expect([book?.name, book?.items, more]).toEqual(['personal', 1, []]);
    await cards.write(member, (before) => String(before).replace('Romeo', 'R'));
    expect(await read()).toBe(cardNamed('R'));
    expect((await books())[0]?.items).toBe(1);
  });

  test('the card that an address book has said is the own one is written, and no other', async () => {
    const wish = { home: 'contacts', kind: 'addressbook', name: 'friends', details: {} } as const;
    const book = await collections.makeCollection(member, wish);
    for (const name of ['a', 'b']) {
      const bytes = Buffer.from(cardNamed(name).replace('UID:me', `UID:${name}`));
      await collections.put(member, book.id, `${name}.vcf`, cardItem(readCard(bytes), bytes));
    }
    await collections.changeCollection(member, book.id, { details: { meCard: 'b.vcf' } });
    await ownCards(collections).write(member, (before) => String(before).replace('FN:b', 'FN:B'));
    expect(await read()).toContain('FN:B');
    const [first] = await collections.itemsNamed(member, book.id, ['a.vcf']);
    expect(String(first?.bytes)).toContain('FN:a');
  });

  test('what somebody else has written meanwhile is read again', async () => {
    const cards = ownCards(collections);
    await cards.write(member, () => cardNamed('one'));
    const bytes = Buffer.from(cardNamed('other'));
    let turns = 0;
    const put: CollectionsWriter['put'] = async (account, collection, name, item, options) => {
      if (turns === 1) await collections.put(account, collection, name, cardItem(readCard(bytes), bytes));
      return collections.put(account, collection, name, item, options);
    };
    const racing = new Proxy(collections, {
      get(of, key) {
        const value: unknown = key === 'put' ? put : Reflect.get(of, key);
        return typeof value === 'function' ? value.bind(of) : value;
      },
    });
    await ownCards(racing).write(member, (before) => {
      turns++;
      return String(before).replace('FN:', 'FN:the ');
    });
    expect([turns, await read()]).toEqual([2, cardNamed('the other')]);
  });
});
