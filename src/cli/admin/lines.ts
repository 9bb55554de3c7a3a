import type { Duplex } from 'node:stream';

/** A line longer than allowed, or a stream that ended within one. */
export class LineError extends Error {
  override readonly name = 'LineError';
}

/** The lines of a stream, line feeds taken off; holds at most `bytesMax` of one. Stopping early leaves it open. */
export async function* readLines(stream: Duplex, bytesMax: number): AsyncGenerator<string, void> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    let rest = Buffer.from(chunk as Uint8Array);
    for (let end = rest.indexOf(10); ; end = rest.indexOf(10)) {
      const piece = end < 0 ? rest : rest.subarray(0, end);
      heldBytes += piece.length;
      if (heldBytes > bytesMax) throw new LineError(`a line is longer than ${bytesMax} bytes`);
      held.push(piece);
      if (end < 0) break;
      yield Buffer.concat(held).toString('utf8');
      held = [];
      heldBytes = 0;
      rest = rest.subarray(end + 1);
    }
  }
  if (heldBytes > 0) throw new LineError('the other side ended within a line');
}
