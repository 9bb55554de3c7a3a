import { multiStatusChunkChars } from '../limits.ts';
import { prefixDeclarations } from '../prefixes.ts';
import type { MultiStatus, Xml } from '../types.ts';

/** Where the pieces of a 207 go; `write` resolves when the client has taken enough for more to come. */
export interface ChunkSink {
  write(chunk: string): Promise<void> | null;
  end(chunk: string): Promise<void>;
}

/** RFC 4918 §13, written while it is made: at most a chunk of it is ever held. */
export function multiStatusOver(sink: ChunkSink): MultiStatus {
  let text = `<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus${prefixDeclarations}>`;
  const flush = (): Promise<void> | null => {
    const chunk = text;
    text = '';
    return sink.write(chunk);
  };
  return {
    response(href, inner) {
      text += `<D:response><D:href>${href}</D:href>${inner}</D:response>\n`;
      return (text.length < multiStatusChunkChars ? null : flush()) ?? resolved;
    },
    raw(xml: Xml) {
      text += xml;
      return (text.length < multiStatusChunkChars ? null : flush()) ?? resolved;
    },
    end: () => sink.end(`${text}</D:multistatus>\n`),
  };
}

const resolved = Promise.resolve();
