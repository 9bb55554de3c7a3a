import { expect, test } from 'vitest';
import { parseXml } from '../../../formats/xml/index.ts';
import type { Exchange, Resource } from '../../types.ts';
import { batchItemsMax } from '../limits.ts';
import { multigetHrefsMax } from './limits.ts';
import { answerMultiget } from './multiget.ts';

const bodyOf = (hrefs: number) =>
  parseXml(
    Buffer.from(
      `<m xmlns:D="DAV:">${Array.from({ length: hrefs }, (_, at) => `<D:href>/dav/a/${at}</D:href>`).join('')}</m>`,
    ),
  );

function exchangeOf(rows: string[]): Exchange {
  return {
    visit: { href: () => '', prefer: { return: null, depthNoroot: false } },
    header: () => undefined,
    locate(uri: string) {
      if (uri.endsWith('/3')) throw new Error('no URL');
      return 'elsewhere';
    },
    multiStatus: () => ({
      response: async (href: string) => void rows.push(href),
      raw: async () => undefined,
      rest: () => null,
      end: async () => undefined,
    }),
  } as unknown as Exchange;
}

const plan = { wanted: { dead: false, locks: false }, row: () => '' };
const nowhere = { path: ['a'] } as unknown as Resource;

test('each name is answered, in whatever number of reads, and one that is no URL too', async () => {
  const rows: string[] = [];
  await answerMultiget(exchangeOf(rows), nowhere, bodyOf(batchItemsMax + 1), plan);
  expect(rows).toHaveLength(batchItemsMax + 1);
});

test('too many names, and none', async () => {
  await expect(answerMultiget(exchangeOf([]), nowhere, bodyOf(multigetHrefsMax + 1), plan)).rejects.toThrow(
    'at most',
  );
  await expect(answerMultiget(exchangeOf([]), nowhere, bodyOf(0), plan)).rejects.toThrow('DAV:href');
});
