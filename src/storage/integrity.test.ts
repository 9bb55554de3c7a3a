import { expect, test } from 'vitest';
import type { BlobStore } from './blobs/types.ts';
import type { Database } from './database.ts';
import { verifyAll } from './integrity.ts';
import { limits } from './limits.ts';
import type { BlobOwners, StoreModule } from './schema/module.ts';

const [hash, other] = ['a'.repeat(64), 'b'.repeat(64)];

/** A database in which so many things have the first content, five to a step. */
function stored(owners: number) {
  const asked: unknown[] = [];
  const module = { name: 'things', blobOwners: { name: 'things.blobOwners', kind: 'scan' } } as const;
  const call = async (operation: { name: string }, args: { after: number }) => {
    if (operation.name !== 'things.blobOwners') return [];
    asked.push(args);
    const from = args.after + 1;
    const step = Array.from({ length: Math.min(5, owners - from) }, (_, at) => from + at);
    const next = from + 5 < owners ? from + 4 : null;
    return {
      next,
      owners: step.map((at) => ({ hash, account: 7, what: `the file /${at}` })),
    } satisfies BlobOwners;
  };
  const database = { check: async () => [], call } as unknown as Database;
  const verify = async () => [`blob ${hash}: its bytes are not what they were`, `blob ${other}: is missing`];
  const blobs = { verify } as unknown as BlobStore;
  return { asked, stored: { database, blobs, modules: [module as unknown as StoreModule] } };
}

const addressOf = async (account: number) => `member ${account}`;

test('a content that is bad is told with what has it, so many of them', async () => {
  const few = stored(2);
  expect(await verifyAll(few.stored, undefined, addressOf)).toEqual([
    `blob ${hash}: its bytes are not what they were (the file /0 of member 7, the file /1 of member 7)`,
    `blob ${other}: is missing`,
  ]);
  expect(few.asked).toEqual([{ after: -1, hashes: [hash, other] }]);
  const [fault] = await verifyAll(stored(limits.ownersNamedMax + 7).stored, undefined, addressOf);
  expect(fault?.match(/the file/g)).toHaveLength(limits.ownersNamedMax);
  expect(fault).toMatch(/, and more\)$/);
});

test('without a way to name accounts nothing is asked', async () => {
  const it = stored(2);
  expect(await verifyAll(it.stored)).toEqual([
    `blob ${hash}: its bytes are not what they were`,
    `blob ${other}: is missing`,
  ]);
  expect(it.asked).toEqual([]);
});
