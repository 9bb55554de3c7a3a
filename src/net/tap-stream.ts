import type { Duplex } from 'node:stream';
import type { Tap } from '../observability/index.ts';

/**
 * Shows a tap everything that passes a stream, whoever reads or writes it, without changing its flow. Only the
 * operator's search for a fault pays for it. Answers how to take the tap off.
 */
export function tapStream(stream: Duplex, tap: Tap): () => void {
  const { push, write, end } = stream;
  stream.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (Buffer.isBuffer(chunk)) tap.received(chunk);
    return push.call(stream, chunk, encoding);
  };
  stream.write = new Proxy(write, {
    apply(target, self, values: Parameters<typeof write>) {
      show(values[0], values[1]);
      return Reflect.apply(target, self, values);
    },
  });
  stream.end = new Proxy(end, {
    apply(target, self, values: Parameters<typeof end>) {
      // Node's end(chunk) writes by itself, past the write above.
      show(values[0], values[1]);
      return Reflect.apply(target, self, values);
    },
  });
  function show(chunk: unknown, encoding: unknown): void {
    if (typeof chunk === 'string') {
      tap.sent(Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'));
    } else if (chunk instanceof Uint8Array) {
      tap.sent(chunk);
    }
  }
  return () => {
    Object.assign(stream, { push, write, end });
  };
}
