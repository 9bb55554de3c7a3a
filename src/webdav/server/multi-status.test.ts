import { expect, test } from 'vitest';
import { fakeClock, turnMsMax } from '../../base/index.ts';
import { parseXml } from '../../formats/xml/index.ts';
import { multiStatusChunkChars } from '../limits.ts';
import { multiStatusOver } from './multi-status.ts';

const clock = fakeClock();

function slowSink() {
  const chunks: Buffer[] = [];
  const waiting: (() => void)[] = [];
  return {
    chunks,
    /** The client takes what waits for it. */
    take() {
      for (const resume of waiting.splice(0)) resume();
    },
    sink: {
      write(chunk: Buffer) {
        chunks.push(chunk);
        return new Promise<void>((resume) => waiting.push(resume));
      },
      async end(chunk: Buffer) {
        chunks.push(chunk);
      },
    },
  };
}

test('a document is written while it is made, and its maker waits for the client: multiStatusChunkChars', async () => {
  const { chunks, take, sink } = slowSink();
  const answer = multiStatusOver(sink, clock);
  const inner = '<D:status>HTTP/1.1 200 OK</D:status>'.padEnd(1_000);
  let made = 0;
  const making = (async () => {
    for (; made < 200; made++) await answer.response(`/dav/${made}`, inner);
    await answer.raw('<D:sync-token>data:,1</D:sync-token>');
    await answer.end();
  })();
  await expect.poll(() => chunks.length).toBe(1);
  // Nothing is made while nobody takes it.
  const before = made;
  expect(before).toBeLessThanOrEqual(Math.ceil(multiStatusChunkChars / 1_000));
  await new Promise((resolve) => setImmediate(resolve));
  expect([made, chunks.length]).toEqual([before, 1]);
  while (made < 200) {
    take();
    await new Promise((resolve) => setImmediate(resolve));
  }
  take();
  await making;
  for (const chunk of chunks) expect(chunk.length).toBeLessThan(multiStatusChunkChars + 2_000);
  const document = parseXml(Buffer.concat(chunks));
  expect(document).toMatchObject({ namespace: 'DAV:', name: 'multistatus' });
  expect(document.children).toHaveLength(201);
});

test('whoever else waits has their turn while it is made', async () => {
  const { sink } = slowSink();
  const slow = fakeClock();
  const answer = multiStatusOver(sink, slow);
  expect([answer.response('/', ''), answer.rest()]).toEqual([null, null]);
  for (const step of [() => answer.response('/', ''), () => answer.raw(''), () => answer.rest()]) {
    slow.advance(turnMsMax);
    let others = false;
    setImmediate(() => {
      others = true;
    });
    await step();
    expect(others).toBe(true);
    expect(step()).toBeNull();
  }
});

test('an answer without rows is a document too', async () => {
  const { chunks, sink } = slowSink();
  await multiStatusOver(sink, clock).end();
  expect(parseXml(Buffer.concat(chunks)).children).toEqual([]);
});
