import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteQueue } from './byte-queue.ts';
import { gatherPacketBytesMax, readAheadBytesMax } from './limits.ts';
import { LineFault, LineReader } from './line-reader.ts';

const strict = { lineEnding: 'crlf' } as const;
const lenient = { lineEnding: 'lenient' } as const;

function fed(
  text: string,
  options: { lineEnding: 'crlf' | 'lenient' } = strict,
  cut = 1_000_000,
): LineReader {
  const reader = new LineReader(options);
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += cut) reader.push(bytes.subarray(at, at + cut));
  return reader;
}
const text = (line: Buffer | null | undefined) => line?.toString('latin1');
const codeOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof LineFault) return error.code;
    throw error;
  }
  return 'none';
};

describe('lines', () => {
  test('that are buffered come at once, others are waited for', async () => {
    const reader = fed('one\r\ntwo\r\nthr');
    expect(text(reader.tryReadLine({ bytesMax: 10 }))).toBe('one');
    expect(text(await reader.readLine({ bytesMax: 10 }))).toBe('two');
    expect(reader.tryReadLine({ bytesMax: 10 })).toBeUndefined();
    const next = reader.readLine({ bytesMax: 10 });
    reader.push(Buffer.from('ee\r'));
    reader.push(Buffer.from('\n'));
    expect(text(await next)).toBe('three');
    expect(reader.bufferedBytes).toBe(0);
  });

  test('an empty line is a line; the end of the stream is null, also inside a line', async () => {
    const reader = fed('\r\nhalf');
    expect(text(await reader.readLine({ bytesMax: 10 }))).toBe('');
    const last = reader.readLine({ bytesMax: 10 });
    reader.end();
    expect(await last).toBeNull();
    expect(await reader.readLine({ bytesMax: 10 })).toBeNull();
  });

  test.each([
    ['a\n', 'crlf', 'bare-lf'],
    ['a\rb\r\n', 'crlf', 'bare-cr'],
    ['\r\r\n', 'crlf', 'bare-cr'],
    ['a\n', 'lenient', 'none'],
    ['a\rb\n', 'lenient', 'none'],
    ['\n', 'crlf', 'bare-lf'],
  ] as const)('%j read as %s gives %s', (input, lineEnding, code) => {
    const reader = fed(`${input}next\r\n`, { lineEnding });
    expect(codeOf(() => reader.tryReadLine({ bytesMax: 10 }))).toBe(code);
    expect(text(reader.tryReadLine({ bytesMax: 10 }))).toBe('next');
  });

  test.each([
    [5, '12345\r\n', 'none'],
    [5, '123456\r\n', 'line-too-long'],
    [5, '12345\n', 'none'],
    [5, '123456\n', 'line-too-long'],
    [5, '12345\r', 'none'],
    [5, '1234567', 'line-too-long'],
    [0, '\r\n', 'none'],
    [0, 'a\r\n', 'line-too-long'],
  ])('a limit of %d bytes meets %j: %s', (bytesMax, input, code) => {
    expect(codeOf(() => fed(input, lenient).tryReadLine({ bytesMax }))).toBe(code);
  });

  test('an over-long line is refused once, the rest of it is dropped and the next line is read', async () => {
    const reader = fed('x'.repeat(100));
    expect(codeOf(() => reader.tryReadLine({ bytesMax: 10 }))).toBe('line-too-long');
    expect(reader.bufferedBytes).toBe(0);
    reader.push(Buffer.from('x'.repeat(100)));
    expect(reader.tryReadLine({ bytesMax: 10 })).toBeUndefined();
    reader.push(Buffer.from('xx\r\nnext\r\n'));
    expect(text(await reader.readLine({ bytesMax: 10 }))).toBe('next');
    const whole = fed(`${'y'.repeat(50)}\r\nnext\r\n`);
    expect(codeOf(() => whole.tryReadLine({ bytesMax: 10 }))).toBe('line-too-long');
    expect(text(whole.tryReadLine({ bytesMax: 10 }))).toBe('next');
  });
});

describe('counted bytes', () => {
  test('come whole, whatever they hold, and lines follow', async () => {
    const reader = fed('ab\r\ncd\nrest\r\n', strict, 3);
    expect(text(await reader.readExact(7))).toBe('ab\r\ncd\n');
    expect(text(await reader.readLine({ bytesMax: 10 }))).toBe('rest');
    expect(await reader.readExact(0)).toHaveLength(0);
  });

  test('come as they arrive', async () => {
    const reader = fed('abc');
    const seen: string[] = [];
    const reading = (async () => {
      for await (const chunk of reader.readChunks(6)) seen.push(chunk.toString());
    })();
    await new Promise(setImmediate);
    expect(seen).toEqual(['abc']);
    reader.push(Buffer.from('defNEXT\r\n'));
    await reading;
    expect(seen).toEqual(['abc', 'def']);
    expect(text(await reader.readLine({ bytesMax: 10 }))).toBe('NEXT');
  });

  test('that were left early are never read as a line', async () => {
    const reader = fed('abc\r\n');
    for await (const chunk of reader.readChunks(100)) {
      expect(chunk).toHaveLength(5);
      break;
    }
    reader.push(Buffer.from('EVIL\r\n'.padEnd(95, '\n')));
    expect(reader.tryReadLine({ bytesMax: 10 })).toBeUndefined();
    reader.push(Buffer.from('next\r\n'));
    expect(text(await reader.readLine({ bytesMax: 10 }))).toBe('next');
  });

  test('that never come are an end in the middle', async () => {
    const reader = fed('abc');
    const whole = reader.readExact(4);
    reader.end();
    await expect(whole).rejects.toMatchObject({ code: 'ended' });
    const chunks = async () => {
      for await (const _ of reader.readChunks(4));
    };
    await expect(chunks()).rejects.toMatchObject({ code: 'ended' });
  });

  test('and lines are read one at a time', async () => {
    const reader = fed('');
    const first = reader.readLine({ bytesMax: 1 });
    await expect(reader.readExact(1)).rejects.toThrow('one reading at a time');
    reader.end();
    await first;
  });
});

describe('a stream', () => {
  test('is stopped while nobody reads, and goes on when somebody does', async () => {
    const stream = new PassThrough({ highWaterMark: 1024 });
    const reader = new LineReader(strict, stream);
    let written = 0;
    while (written < 10 * readAheadBytesMax && stream.write(Buffer.alloc(1024, 'a'))) {
      written += 1024;
      await new Promise(setImmediate);
    }
    expect(reader.bufferedBytes).toBeLessThanOrEqual(readAheadBytesMax + 1024);
    expect(stream.isPaused()).toBe(true);
    stream.write('\r\n');
    expect(await reader.readLine({ bytesMax: 1_000_000 })).toHaveLength(written + 1024);
    stream.end();
    expect(await reader.readLine({ bytesMax: 10 })).toBeNull();
  });

  test('an over-long line costs no more than its limit and one packet', async () => {
    const stream = new PassThrough();
    const reader = new LineReader(strict, stream);
    const line = reader.readLine({ bytesMax: 1000 });
    let highest = 0;
    const refused = expect(line).rejects.toMatchObject({ code: 'line-too-long' });
    for (let i = 0; i < 100; i++) {
      stream.write(Buffer.alloc(500, 'a'));
      await new Promise(setImmediate);
      highest = Math.max(highest, reader.bufferedBytes);
    }
    await refused;
    expect(highest).toBeLessThanOrEqual(readAheadBytesMax);
  });

  test('that is detached gives nothing more; what was buffered can be discarded', async () => {
    const stream = new PassThrough();
    const reader = new LineReader(strict, stream);
    stream.write('STARTTLS\r\nEVIL\r\n');
    expect(text(await reader.readLine({ bytesMax: 10 }))).toBe('STARTTLS');
    reader.detach();
    expect(reader.discardBuffered()).toBe(6);
    stream.write('MORE\r\n');
    await new Promise(setImmediate);
    expect(reader.bufferedBytes).toBe(0);
    const second = new PassThrough();
    reader.attach(second);
    second.write('AFTER\r\n');
    expect(text(await reader.readLine({ bytesMax: 10 }))).toBe('AFTER');
  });

  test('that is gone already is an end', async () => {
    const stream = new PassThrough();
    stream.destroy();
    expect(await new LineReader(strict, stream).readLine({ bytesMax: 1 })).toBeNull();
  });
});

describe('properties', () => {
  test('lines come back however the packets are cut', () => {
    const lines = fc.array(fc.string({ maxLength: 30 }).map((line) => line.replace(/[\r\n]/g, '.')));
    fc.assert(
      fc.property(lines, fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }), (wanted, cuts) => {
        const bytes = Buffer.from(wanted.map((line) => `${line}\r\n`).join(''));
        const reader = new LineReader(strict);
        const got: string[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = cuts[i % cuts.length] ?? 1;
          reader.push(bytes.subarray(at, at + size));
          at += size;
          for (
            let line = reader.tryReadLine({ bytesMax: 200 });
            line;
            line = reader.tryReadLine({ bytesMax: 200 })
          ) {
            got.push(line.toString());
          }
        }
        expect(got).toEqual(wanted);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test('the byte queue behaves as one buffer', () => {
    const step = fc.oneof(
      fc.tuple(fc.constant('push' as const), fc.integer({ min: 0, max: 1500 })),
      fc.tuple(fc.constant('take' as const), fc.integer({ min: 0, max: 2000 })),
      fc.tuple(fc.constant('drop' as const), fc.integer({ min: 0, max: 2000 })),
      fc.tuple(fc.constant('find' as const), fc.integer({ min: 0, max: 3 })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new ByteQueue();
        let model = Buffer.alloc(0);
        let seed = 1;
        for (const [what, size] of steps) {
          if (what === 'push') {
            const chunk = Buffer.alloc(size);
            for (let i = 0; i < size; i++) {
              seed = (seed * 48_271) % 0x7fff_ffff;
              chunk[i] = seed % 400 === 0 ? seed % 4 : 4 + (seed % 200);
            }
            model = Buffer.concat([model, chunk]);
            queue.push(chunk);
          } else if (what === 'find') {
            expect(queue.indexOf(size)).toBe(model.indexOf(size));
          } else {
            const count = Math.min(size, model.length);
            if (what === 'take') expect(queue.take(count).equals(model.subarray(0, count))).toBe(true);
            else expect(queue.drop(size)).toBe(count);
            model = model.subarray(count);
          }
          expect(queue.length).toBe(model.length);
        }
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  test('only small packets are copied', () => {
    for (const [size, copied] of [
      [gatherPacketBytesMax, true],
      [gatherPacketBytesMax + 1, false],
    ] as const) {
      const queue = new ByteQueue();
      const packet = Buffer.alloc(size, 'a');
      queue.push(Buffer.from('first'));
      queue.push(packet);
      queue.drop(5);
      expect(queue.takeSome(size).buffer === packet.buffer).toBe(!copied);
    }
  });

  test('single bytes cost about what they weigh, and are searched once', () => {
    const size = 4 * 1024 * 1024;
    const reader = new LineReader(lenient);
    globalThis.gc?.();
    const before = process.memoryUsage();
    const byte = Buffer.from('a');
    // Quadratic work would not end within the test's time.
    for (let i = 0; i < size; i++) {
      reader.push(byte);
      if (i % 64 === 0) reader.tryReadLine({ bytesMax: size });
    }
    const after = process.memoryUsage();
    const grown = after.arrayBuffers - before.arrayBuffers + (after.heapUsed - before.heapUsed);
    expect(reader.bufferedBytes).toBe(size);
    expect(grown).toBeLessThan(size * 25);
  });
});
