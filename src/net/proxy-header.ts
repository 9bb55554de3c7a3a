import type { Socket } from 'node:net';
import { FormatError } from '../base/index.ts';
import { type ProxyHeader, parseProxyHeader } from './proxy-protocol.ts';

/**
 * Reads exactly the PROXY header from the head of a socket; what follows is put back for the next reader. Rejects
 * with FormatError on a bad header and where the socket ends before one.
 */
export function readProxyHeader(socket: Socket): Promise<ProxyHeader> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const finish = (settle: () => void) => {
      socket.off('readable', onReadable);
      socket.off('end', onEnd);
      socket.off('close', onEnd);
      // The stream leaves the mode of 'readable' a tick after its listener is gone.
      setImmediate(settle);
    };
    const onEnd = () => finish(() => reject(new FormatError('the connection ended before its PROXY header')));
    const onReadable = () => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
        received = received.length === 0 ? (chunk as Buffer) : Buffer.concat([received, chunk as Buffer]);
        try {
          const header = parseProxyHeader(received);
          if (header === null) continue;
          if (received.length > header.bytes) socket.unshift(received.subarray(header.bytes));
          return finish(() => resolve(header));
        } catch (error) {
          return finish(() => reject(error));
        }
      }
    };
    socket.on('readable', onReadable);
    socket.on('end', onEnd);
    socket.on('close', onEnd);
  });
}
