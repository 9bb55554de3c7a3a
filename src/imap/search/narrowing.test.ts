import { afterEach, expect, test } from 'vitest';
import { type MailWriter, type Needle, SearchIndexer } from '../../stores/mail/index.ts';
import { openTestImap, type TestImap } from '../../testing/index.ts';

let imap: TestImap;
afterEach(() => imap.close());

/** An inbox of three indexed messages; `asked` is what the index was asked for. */
async function open(limits: { searchNarrowedMin?: number; searchNeedlesMax?: number }) {
  const asked: (readonly Needle[])[] = [];
  const mail = (real: MailWriter): MailWriter => {
    const narrow = real.narrow.bind(real);
    return Object.assign(real, {
      narrow: (account: number, needles: readonly Needle[], messages: number) => {
        asked.push(needles);
        return narrow(account, needles, messages);
      },
    });
  };
  imap = await openTestImap({ limits, mail });
  for (const subject of ['lunch', 'supper', 'tea'])
    await imap.deliver('alice', 'INBOX', `Subject: ${subject}\r\n\r\nbread and ${subject}\r\n`);
  const { database, blobs } = imap.stores;
  const onError = (event: string, error: unknown) => expect.unreachable(`${event}: ${String(error)}`);
  const indexer = new SearchIndexer({ database, blobs, onError, pause: async () => {} });
  await indexer.start();
  await indexer.caughtUp();
  await indexer.stop();
  const socket = await imap.session('alice');
  const say = async (command: string) => {
    await socket.send(`t ${command}\r\n`);
    let found = '';
    for (let line = ''; !line.startsWith('t '); ) {
      line = (await socket.readLine())?.toString() ?? 't gone';
      if (line.startsWith('* SEARCH')) found = line.slice('* SEARCH '.length);
      if (line.startsWith('t ') && !line.startsWith('t OK')) throw new Error(line);
    }
    return found;
  };
  await say('SELECT INBOX');
  return { asked, search: (key: string) => say(`SEARCH ${key}`), close: () => socket.close() };
}

test('searchNarrowedMin: few messages are searched without the index', async () => {
  const { asked, search, close } = await open({ searchNarrowedMin: 3 });
  expect(await search('TEXT supper')).toBe('2');
  expect(await search('1:2 TEXT supper')).toBe('2');
  expect(await search('ALL')).toBe('1 2 3');
  expect(asked.map((needles) => needles.map(({ text }) => text))).toEqual([['SUPPER']]);
  await close();
});

test('searchNeedlesMax: the index is asked for so many texts, the others are looked for all the same', async () => {
  const { asked, search, close } = await open({ searchNarrowedMin: 1, searchNeedlesMax: 2 });
  expect(await search('BODY bread TEXT and NOT SUBJECT tea')).toBe('1 2');
  expect(await search('OR OR TEXT lunch TEXT tea TEXT nothing')).toBe('1 3');
  expect(await search('NOT OR OR TEXT lunch TEXT tea TEXT nothing')).toBe('2');
  expect(asked.map((needles) => needles.length)).toEqual([2, 2, 2]);
  await close();
});
