/** Whoever asked for a write of the API and heard no answer asks again, under the same key: it is done once, and answered alike. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeEngines, temporaryFolder } from '../../src/testing/index.ts';
import {
  type ApiRooms,
  etagOf,
  fill,
  openApiRooms,
  points,
  type WriteName,
  write,
  writes,
} from './api-rooms.ts';

const names = Object.keys(writes) as WriteName[];
const isConditional = (name: WriteName) => 'shown' in writes[name];
const cases = points.flatMap((point) => names.map((name) => ({ point, name })));

async function actsUnder({ coop }: ApiRooms, key: string): Promise<number> {
  let count = 0;
  for await (const page of coop.acts.log()) count += page.filter((act) => act.key.endsWith(`-${key}`)).length;
  return count;
}

describeEngines('a write of the API whose process is killed', (engine) => {
  const some = engine.name === 'sqlite' ? cases : cases.filter(({ name }) => isConditional(name));
  test.each(some)('$name, $point: is done once, and answered alike', { timeout: 60_000 }, async (one) => {
    const { point, name } = one;
    const dir = join(temporaryFolder(), 'data');
    const url = await engine.database();
    const file = new URL('./api-child.ts', import.meta.url).pathname;
    const child = spawnSync(process.execPath, [file, dir, url, point, name], { encoding: 'utf8' });
    expect({ signal: child.signal, errors: child.stderr }).toEqual({ signal: 'SIGKILL', errors: '' });
    const lines = child.stdout.split('\n').filter((line) => line !== '');
    expect(lines).toHaveLength(1);
    const { etag } = JSON.parse(lines[0] ?? '') as { readonly etag: string };
    const rooms = await openApiRooms(dir, url);
    try {
      expect(await actsUnder(rooms, name)).toBe(name === 'certificate' ? 0 : 1);
      // What was seen has changed by what was done; who asks again has met the condition.
      const again = await write(rooms, name, etag);
      expect([again.status < 300, again.replayed], again.text).toEqual([true, point === 'kept']);
      const third = await write(rooms, name, etag);
      expect(third).toEqual({ ...again, replayed: true });
      expect(await actsUnder(rooms, name)).toBe(name === 'certificate' ? 0 : 1);
      expect(await rooms.faults()).toEqual([]);
    } finally {
      await rooms.close();
    }
  });

  test('what was not seen as it is is not done, and leaves its key free', { timeout: 60_000 }, async () => {
    const rooms = await openApiRooms(join(temporaryFolder(), 'data'), await engine.database());
    try {
      await fill(rooms);
      for (const name of names.filter(isConditional)) {
        expect(await write(rooms, name, '"stale"')).toMatchObject({ status: 412 });
        expect(await write(rooms, name, '')).toMatchObject({ status: 428 });
        expect(await actsUnder(rooms, name)).toBe(0);
        const fresh = await etagOf(rooms, name);
        expect(await write(rooms, name, fresh)).toMatchObject({ status: 200, replayed: false });
      }
    } finally {
      await rooms.close();
    }
  });
});
