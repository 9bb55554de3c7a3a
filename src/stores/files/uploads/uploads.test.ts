import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../../base/index.ts';
import { modules } from '../../../modules.ts';
import { type StoredBlob, verifyAll } from '../../../storage/index.ts';
import {
  describeEngines,
  openTestStores,
  refusal,
  type TestStores,
  testFiles,
} from '../../../testing/index.ts';
import { createFilesStore, createUploads, uploadLimits as limits, Reserves, type Uploads } from '../index.ts';

const hourMs = 3_600_000;
const ana = 7;

async function* bytes(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

class CutOff extends Error {}

async function* cut(...chunks: string[]): AsyncGenerator<Uint8Array> {
  yield* bytes(...chunks);
  throw new CutOff('the client is gone');
}

describeEngines('uploads in pieces', (engine) => {
  const clock = fakeClock();
  let stores: TestStores;
  let uploads: Uploads;
  let quota: number | null;
  let held: StoredBlob[];
  /** What was put together. */
  let staged: string[];

  const open = () =>
    createUploads({
      database: stores.database,
      blobs: stores.blobs,
      clock,
      files: {
        usage: async () => ({ used: 10, quota, kept: 0, files: 0, folders: 0 }),
        async stage(_, data) {
          const blob = await stores.blobs.put(data);
          held.push(blob);
          staged.push((await stores.blobs.read(blob.hash)).toString());
          return { hash: blob.hash, size: blob.size, release: () => stores.blobs.release(blob) };
        },
      },
      reserves: new Reserves(),
      fileBytesMax: () => 1_000,
      pieceBytes: 4,
    });

  beforeEach(async () => {
    [quota, held, staged] = [null, [], []];
    stores = await openTestStores(engine, { clock });
    uploads = open();
  });
  afterEach(async () => {
    for (const blob of held) stores.blobs.release(blob);
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    await stores.close();
  });

  const begin = (more: { length?: number | null; id?: string; about?: string; account?: number } = {}) =>
    uploads.begin({ account: ana, length: null, about: '{}', ...more });
  const whole = async (id: string) => {
    const content = await uploads.assemble(ana, id);
    content.release();
    return staged.at(-1);
  };

  test('bytes are appended, survive a restart, and make one content', async () => {
    const { id } = await begin({ length: 10, about: '{"path":"a"}' });
    expect(id.length * 5).toBeGreaterThanOrEqual(limits.idBits);
    expect((await uploads.append(ana, id, 0, bytes('ab', 'cde'))).offset).toBe(5);
    stores = await stores.reopen();
    uploads = open();
    expect(await uploads.upload(ana, id)).toMatchObject({ offset: 5, length: 10, about: '{"path":"a"}' });
    expect(await refusal(uploads.assemble(ana, id))).toBe('conflict');
    expect((await uploads.append(ana, id, 5, bytes('fghij'))).offset).toBe(10);
    expect(await whole(id)).toBe('abcdefghij');
    await uploads.end(ana, id);
    expect(await uploads.upload(ana, id)).toBeNull();
    expect(await refusal(uploads.append(ana, id, 10, bytes('x')))).toBe('not-found');
  });

  test('what had arrived when the source broke off is kept, and its error is thrown on', async () => {
    const { id } = await begin({ length: 10 });
    await expect(uploads.append(ana, id, 0, cut('abc', 'def'))).rejects.toThrow(CutOff);
    expect((await uploads.upload(ana, id))?.offset).toBe(6);
    await uploads.append(ana, id, 6, bytes('ghij'));
    expect(await whole(id)).toBe('abcdefghij');
  });

  test('where it is asked for, all or nothing is kept', async () => {
    const { id } = await begin();
    const all = { whole: true };
    expect((await uploads.append(ana, id, 0, bytes('abc', 'def'), all)).offset).toBe(6);
    await expect(uploads.append(ana, id, 6, cut('more', '!'), all)).rejects.toThrow(CutOff);
    expect((await uploads.upload(ana, id))?.offset).toBe(6);
    expect(await whole(id)).toBe('abcdef');
  });

  test('what is put together goes through what is asked for, and is nothing where that throws', async () => {
    const { id } = await begin();
    await uploads.append(ana, id, 0, bytes('abc', 'def'));
    async function* judging(pieces: AsyncIterable<Uint8Array>) {
      const hash = createHash('sha1');
      for await (const piece of pieces) {
        hash.update(piece);
        yield piece;
      }
      if (hash.digest('hex') !== wanted) throw new CutOff();
    }
    let wanted = createHash('sha1').update('abcdef').digest('hex');
    const content = await uploads.assemble(ana, id, judging);
    expect(staged.at(-1)).toBe('abcdef');
    content.release();
    wanted = createHash('sha1').update('another').digest('hex');
    await expect(uploads.assemble(ana, id, judging)).rejects.toThrow(CutOff);
    expect((await uploads.upload(ana, id))?.offset).toBe(6);
  });

  test('another offset, and a second append beside one, are refused', async () => {
    const { id } = await begin();
    expect(await refusal(uploads.append(ana, id, 1, bytes('x')))).toBe('conflict');
    let go = () => {};
    const waiting = new Promise<void>((resolve) => {
      go = resolve;
    });
    async function* slow() {
      yield Buffer.from('ab');
      await waiting;
      yield Buffer.from('cd');
    }
    const first = uploads.append(ana, id, 0, slow());
    expect(await refusal(uploads.append(ana, id, 0, bytes('x')))).toBe('conflict');
    go();
    expect((await first).offset).toBe(4);
  });

  test('the length is kept to, and does not change', async () => {
    const { id } = await begin();
    await uploads.append(ana, id, 0, bytes('abc'));
    expect(await refusal(uploads.setLength(ana, id, 2))).toBe('too-large');
    expect((await uploads.setLength(ana, id, 5)).length).toBe(5);
    expect((await uploads.setLength(ana, id, 5)).length).toBe(5);
    expect(await refusal(uploads.setLength(ana, id, 6))).toBe('conflict');
    expect(await refusal(uploads.append(ana, id, 3, bytes('defgh')))).toBe('too-large');
    expect(await whole(id)).toBe('abcde');
  });

  test('pieces by name are put together by number, and a second one takes the place of the first', async () => {
    const { id } = await begin({ id: 'chosen' });
    for (const [name, text] of [
      ['10', 'cc'],
      ['2', 'bb'],
      ['00001', 'xx'],
      ['00001', 'aaa'],
    ])
      await uploads.putPiece(ana, id, name ?? '', bytes(text ?? ''));
    await expect(uploads.putPiece(ana, id, '3', cut('zz'))).rejects.toThrow(CutOff);
    const names = (await uploads.pieces(ana, id)).map(({ name, size }) => `${name} ${size}`);
    expect(await uploads.piece(ana, id, '2')).toMatchObject({ name: '2', size: 2 });
    expect(await uploads.piece(ana, id, '3')).toBeNull();
    expect(await refusal(uploads.piece(ana, 'another', '2'))).toBe('not-found');
    expect(names).toEqual(['00001 3', '2 2', '10 2']);
    expect((await uploads.upload(ana, id))?.offset).toBe(7);
    expect(await whole(id)).toBe('aaabbcc');
    await uploads.end(ana, id);
  });

  test('room is taken from the quota while they lie there', async () => {
    quota = 40;
    expect(await refusal(begin({ length: 31 }))).toBe('over-quota');
    const promised = await begin({ length: 20 });
    expect(await refusal(begin({ length: 11 }))).toBe('over-quota');
    const open = await begin();
    expect(await refusal(uploads.append(ana, open.id, 0, bytes('12345678901')))).toBe('over-quota');
    expect((await uploads.upload(ana, open.id))?.offset).toBe(10);
    expect(await refusal(uploads.putPiece(ana, open.id, '1', bytes('x')))).toBe('over-quota');
    expect(await refusal(uploads.setLength(ana, open.id, 11))).toBe('over-quota');
    expect((await uploads.append(ana, promised.id, 0, bytes('x'.repeat(20)))).offset).toBe(20);
    await uploads.end(ana, promised.id);
    expect((await uploads.setLength(ana, open.id, 30)).length).toBe(30);
    expect(await refusal(uploads.begin({ account: 8, length: 30, about: '' }))).toBe('accepted');
  });

  test('what is staged and what uploads hold take their room from one book', async () => {
    const reserves = new Reserves();
    const settings = { ...testFiles, quota: 100 };
    const { database, blobs } = stores;
    const files = createFilesStore({ database, blobs, clock, reserves, settings: () => settings });
    const both = { database, blobs, clock, files, reserves, fileBytesMax: () => 1_000 };
    uploads = createUploads(both);
    const put = (size: number) => files.stage(ana, Buffer.alloc(size, 'x'));

    const first = await put(40);
    expect(await refusal(begin({ length: 61 }))).toBe('over-quota');
    const { id } = await begin({ length: 60 });
    expect(await refusal(put(1))).toBe('over-quota');
    first.release();
    expect(await refusal(put(41))).toBe('over-quota');
    const second = await put(40);
    // What comes is what was promised.
    await uploads.append(ana, id, 0, bytes('y'.repeat(60)));
    const open = await begin();
    expect(await refusal(uploads.append(ana, open.id, 0, bytes('z')))).toBe('over-quota');
    second.release();
    expect((await uploads.append(ana, open.id, 0, bytes('z'.repeat(30)))).offset).toBe(30);
    // While it is put together its bytes count once.
    const content = await uploads.assemble(ana, id);
    expect(await refusal(put(11))).toBe('over-quota');
    const third = await put(10);
    await files.root(ana);
    await files.put({ account: ana, folder: 1, name: 'a' }, content, { by: { member: ana, tokens: [] } });
    content.release();
    await uploads.end(ana, id);
    expect(await refusal(put(1))).toBe('over-quota');
    third.release();
    expect(await refusal(put(11))).toBe('over-quota');
    (await put(10)).release();

    // Who opens the store again finds what uploads hold.
    const again = new Reserves();
    const reopened = createFilesStore({ ...both, reserves: again, settings: () => settings });
    createUploads({ ...both, reserves: again });
    expect(await refusal(reopened.stage(ana, Buffer.alloc(11)))).toBe('over-quota');
    (await reopened.stage(ana, Buffer.alloc(10))).release();
  });

  test('bytes that come while an upload begins stop where its room begins', async () => {
    const reserves = new Reserves();
    const settings = { ...testFiles, quota: 100 };
    const { database, blobs } = stores;
    const files = createFilesStore({ database, blobs, clock, reserves, settings: () => settings });
    uploads = createUploads({ database, blobs, clock, files, reserves, fileBytesMax: () => 1_000 });
    async function* slow() {
      yield Buffer.alloc(30);
      await begin({ length: 50 });
      yield Buffer.alloc(20);
      yield Buffer.alloc(1);
    }
    expect(await refusal(files.stage(ana, slow()))).toBe('over-quota');
    (await files.stage(ana, Buffer.alloc(50))).release();
  });

  test('what cannot be is refused', async () => {
    await begin({ id: 'one' });
    expect(await refusal(begin({ id: 'one' }))).toBe('exists');
    expect(await refusal(begin({ account: 8, id: 'one' }))).toBe('accepted');
    expect(await refusal(begin({ length: 1_001 }))).toBe('too-large');
    expect(await refusal(begin({ length: -1 }))).toBe('invalid');
    expect(await refusal(begin({ about: 'x'.repeat(limits.aboutBytesMax + 1) }))).toBe('too-large');
    for (const id of ['', 'a/b', 'a\0', 'x'.repeat(limits.idBytesMax + 1)])
      expect(await refusal(begin({ id }))).toBe('invalid');
    for (const name of ['', 'a/b', 'x'.repeat(limits.nameBytesMax + 1)])
      expect(await refusal(uploads.putPiece(ana, 'one', name, bytes('x')))).toBe('invalid');
    expect(await refusal(uploads.putPiece(8, 'two', '1', bytes('x')))).toBe('not-found');
    expect(await uploads.upload(9, 'one')).toBeNull();
  });

  test('one member has so many of them and no more', async () => {
    for (let n = 0; n < limits.uploadsPerMemberMax; n++) await begin();
    expect(await refusal(begin())).toBe('limit');
    expect(await refusal(begin({ account: 8 }))).toBe('accepted');
    expect([limits.piecesPerUploadMax, limits.pieceBytes]).toEqual([10_000, 64 * 1024 * 1024]);
  });

  test('one that is done is known for a while, and takes no room', async () => {
    quota = 40;
    const { id } = await begin({ length: 20 });
    await uploads.append(ana, id, 0, bytes('x'.repeat(20)));
    expect(await refusal(begin({ length: 20 }))).toBe('over-quota');
    await uploads.finish(ana, id, 20);
    await uploads.finish(ana, id, 20);
    expect(await uploads.upload(ana, id)).toMatchObject({ offset: 20, length: 20, done: true });
    expect(await uploads.pieces(ana, id)).toEqual([]);
    const next = await begin({ length: 20 });
    expect(next.done).toBe(false);
    expect(await refusal(uploads.assemble(ana, id))).toBe('conflict');
    expect(await refusal(uploads.putPiece(ana, id, '1', bytes('')))).toBe('conflict');
    expect(await refusal(uploads.append(ana, id, 20, bytes('x')))).toBe('too-large');
    expect((await uploads.append(ana, id, 20, bytes())).offset).toBe(20);
    clock.advance(limits.unfinishedHours * hourMs);
    expect(await uploads.upload(ana, id)).toBeNull();
    expect(await refusal(uploads.finish(ana, id, 20))).toBe('not-found');
    await uploads.purge();
    expect((await begin({ id })).offset).toBe(0);
  });

  test('of those that are done so many are known', async () => {
    const ids: string[] = [];
    for (let n = 0; n <= limits.donePerMemberMax; n++) {
      const { id } = await begin({ length: 0 });
      ids.push(id);
      clock.advance(1);
      await uploads.finish(ana, id, 0);
    }
    const [first = '', second = ''] = ids;
    expect(await uploads.upload(ana, first)).toBeNull();
    expect((await uploads.upload(ana, second))?.done).toBe(true);
  });

  test('several are put together one behind the other', async () => {
    const [one, other] = [await begin(), await begin()];
    await uploads.append(ana, one.id, 0, bytes('abcdef'));
    await uploads.append(ana, other.id, 0, bytes('ghi'));
    (await uploads.assemble(ana, [other.id, one.id, other.id])).release();
    expect(staged.at(-1)).toBe('ghiabcdefghi');
  });

  test('one that nobody went on with ends, and its bytes are let go', async () => {
    const old = await begin();
    await uploads.append(ana, old.id, 0, bytes('abc'));
    const used = await begin();
    await uploads.append(ana, used.id, 0, bytes('def'));
    clock.advance(limits.unfinishedHours * hourMs - 1);
    await uploads.append(ana, used.id, 3, bytes('ghi'));
    clock.advance(1);
    expect(await uploads.upload(ana, old.id)).toBeNull();
    await uploads.purge();
    expect((await begin({ id: old.id })).offset).toBe(0);
    expect(await whole(used.id)).toBe('defghi');
    await uploads.erase(ana);
    expect(await uploads.upload(ana, used.id)).toBeNull();
    clock.advance(24 * hourMs);
    for (const blob of held.splice(0)) stores.blobs.release(blob);
    expect(await stores.blobs.sweep(clock.nowMs())).toBeGreaterThan(0);
  });
});
