import { type Clock, Turns } from '../../base/index.ts';
import { multiStatusChunkChars } from '../limits.ts';
import { prefixDeclarations } from '../prefixes.ts';
import type { MultiStatus, Xml } from '../types.ts';

/** Where the pieces of a 207 go; `write` resolves when the client has taken enough for more to come. */
export interface ChunkSink {
  write(chunk: Buffer): Promise<void> | null;
  end(chunk: Buffer): Promise<void>;
}

/** RFC 4918 §13, written while it is made: at most a chunk of it is ever held, and whoever else waits has their turn. */
export function multiStatusOver(sink: ChunkSink, clock: Pick<Clock, 'monotonicMs'>): MultiStatus {
  const turns = new Turns(clock);
  let text = `<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus${prefixDeclarations}>`;
  const flush = (): Promise<void> | null => {
    // As bytes: from a text that was joined, Node would make them more than once.
    const chunk = Buffer.from(text);
    text = '';
    return sink.write(chunk);
  };
  const add = (xml: Xml): Promise<void> | null => {
    text += xml;
    return (text.length < multiStatusChunkChars ? null : flush()) ?? turns.rest();
  };
  return {
    response: (href, inner) => add(`<D:response><D:href>${href}</D:href>${inner}</D:response>\n`),
    raw: add,
    rest: () => turns.rest(),
    end: () => sink.end(Buffer.from(`${text}</D:multistatus>\n`)),
  };
}
