import { describe, expect, test } from 'vitest';
import { fakeClock, StoreError } from '../../base/index.ts';
import type { Conversations } from '../../stores/conversations/index.ts';
import { Commits } from './commits.ts';
import { Flow } from './flow.ts';
import { Settling } from './settling.ts';
import { Turns } from './turns.ts';

type Rows = Parameters<Conversations['archive']['append']>[0];

/** An archive that keeps when it is told to; a row whose stanza is `bad` is refused, and all that came with it. */
function archive() {
  const batches: string[][] = [];
  let release: (() => void) | null = null;
  let id = 0;
  let isHeld = false;
  return {
    batches,
    hold: () => {
      isHeld = true;
    },
    release: () => {
      isHeld = false;
      release?.();
    },
    async append(rows: Rows) {
      batches.push(rows.map(({ stanza }) => stanza));
      if (isHeld)
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      if (rows.some(({ stanza }) => stanza === 'bad')) throw new StoreError('too-large', 'too large');
      return { ids: rows.map(() => ++id) };
    },
  };
}

const row = (stanza: string) => ({ kind: 'account', owner: 1, stanza }) as Rows[number];

/** A queue with room for so many. */
function queue(max: number) {
  const waiting: string[] = [];
  return {
    waiting,
    async append(rows: readonly { readonly stanza: string }[]) {
      if (rows.some(({ stanza }) => stanza === 'broken')) throw new StoreError('unavailable', 'unavailable');
      return rows.map(({ stanza }) => (waiting.length < max ? waiting.push(stanza) : null));
    },
  };
}

const forThem = (stanza: string) => ({
  ...{ domain: 'b.test', stanza, sender: 'ana@a.test', account: 1, expiresMs: 0 },
});

function scene(rowsMax = 100) {
  const kept = archive();
  const queued = queue(2);
  const heard: string[] = [];
  const logged: string[] = [];
  const log = { error: (event: string) => void logged.push(event) };
  const commits = new Commits(kept, queued, rowsMax, log, new Turns(fakeClock()));
  const submit = (name: string, ...stanzas: string[]) => {
    const flow = new Flow(null, (error) => heard.push(`${name} failed: ${String(error)}`));
    const all = stanzas.map((stanza) => flow.keep(row(stanza)));
    flow.after(() => heard.push([name, ...all.map(({ id }) => id)].join(' ')));
    commits.submit(flow);
  };
  const send = (name: string, ...stanzas: string[]) => {
    const flow = new Flow(null, (error) => heard.push(`${name} failed: ${String(error)}`));
    flow.keep(row(name));
    const all = stanzas.map((stanza) => flow.enqueue(forThem(stanza)));
    flow.after(() => heard.push([name, ...all.map(({ seq }) => seq)].join(' ')));
    commits.submit(flow);
  };
  return { ...kept, archive: kept, queued, heard, logged, commits, submit, send };
}

describe('group commit of flows', () => {
  test('what keeps nothing ends at once, unless somebody is before it', async () => {
    const { heard, submit, commits } = scene();
    submit('a');
    expect(heard).toEqual(['a']);
    submit('b', 'x');
    submit('c');
    expect(heard).toEqual(['a']);
    await commits.settled();
    expect(heard).toEqual(['a', 'b 1', 'c']);
  });

  test('all that came while one commit ran goes with the next; ids are those of the rows', async () => {
    const { heard, submit, commits, archive: kept } = scene();
    kept.hold();
    submit('a', 'a1', 'a2');
    await new Promise((resolve) => setImmediate(resolve));
    submit('b', 'b1');
    submit('c', 'c1', 'c2');
    expect(heard).toEqual([]);
    kept.release();
    await commits.settled();
    expect(kept.batches).toEqual([
      ['a1', 'a2'],
      ['b1', 'c1', 'c2'],
    ]);
    expect(heard).toEqual(['a 1 2', 'b 3', 'c 4 5']);
  });

  test('commitRowsMax: a flow is never divided, and a large one goes alone', async () => {
    const { submit, commits, batches } = scene(3);
    submit('a', '1', '2', '3', '4');
    submit('b', '5', '6');
    submit('c', '7');
    submit('d', '8');
    await commits.settled();
    expect(batches).toEqual([['1', '2', '3', '4'], ['5', '6', '7'], ['8']]);
  });

  test('what cannot be kept fails alone, in its place', async () => {
    const { heard, submit, commits } = scene();
    submit('a', 'x');
    submit('b', 'bad');
    submit('c', 'y');
    await commits.settled();
    expect(heard).toEqual(['a 1', 'b failed: StoreError: too large', 'c 2']);
  });

  test('one that cannot be kept costs the others few commits, however many they are', async () => {
    const { heard, submit, commits, batches } = scene();
    const names = Array.from({ length: 64 }, (_, at) => `f${at}`);
    for (const name of names) submit(name, name === 'f40' ? 'bad' : name);
    await commits.settled();
    expect(batches.length).toBeLessThanOrEqual(1 + 2 * Math.log2(64));
    expect(heard.map((line) => line.split(' ')[0])).toEqual(names);
    expect(heard.filter((line) => line.includes('failed'))).toEqual(['f40 failed: StoreError: too large']);
    expect(batches.flat().filter((stanza) => stanza === 'f41').length).toBeLessThanOrEqual(7);
  });

  test('what waits for other servers is kept before the end of its flow; what finds no room is told', async () => {
    const { commits, heard, send, submit, queued, batches } = scene();
    send('a', '1');
    submit('b');
    send('c', '2', '3');
    await commits.settled();
    expect(heard).toEqual(['a 1', 'b', 'c 2 no-room']);
    expect([queued.waiting, batches]).toEqual([['1', '2'], [['a', 'c']]]);
  });

  test('a queue that cannot be written is logged, and no archive is written twice', async () => {
    const { commits, heard, logged, send, batches } = scene();
    send('a', 'broken');
    await commits.settled();
    expect([heard, batches]).toEqual([['a not-written'], [['a']]]);
    expect(logged).toEqual(['xmpp queue not written']);
  });

  test('what throws at the end of a flow holds up neither the rest of it nor others', async () => {
    const { commits, heard, logged, submit } = scene();
    const settling = new Settling(1);
    const fault = () => {
      throw new Error('a fault of ours');
    };
    for (const isKept of [true, false]) {
      const flow = new Flow(settling.begin(), fault);
      if (isKept) flow.keep(row('x'));
      flow.after(fault);
      flow.after(() => heard.push('the rest'));
      commits.submit(flow);
    }
    const refused = new Flow(settling.begin(), fault);
    refused.keep(row('bad'));
    commits.submit(refused);
    submit('b', 'y');
    await commits.settled();
    expect(heard).toEqual(['the rest', 'the rest', 'b 2']);
    expect(settling.handled).toBe(3);
    expect(logged).toEqual(Array.from({ length: 3 }, () => 'xmpp flow not ended well'));
  });
});
