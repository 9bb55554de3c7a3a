import { expect, test } from 'vitest';
import type { Connection, OctetReader } from '../../net/index.ts';
import { unreadBytesMax } from '../limits.ts';
import { TcpTransport } from './tcp-transport.ts';

const head = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

test('who sends more than unreadBytesMax that nobody asks for waits in the socket', async () => {
  let reader: OctetReader | null = null;
  let isPaused = false;
  const connection = {
    octets(given: OctetReader) {
      reader = given;
      return {
        pause: () => {
          isPaused = true;
        },
        resume: () => {
          isPaused = false;
        },
      };
    },
    closed: new Promise<string>(() => undefined),
  } as unknown as Connection;
  const transport = new TcpTransport(connection, 'jabber:client', 1_000);
  const hear = (octets: string) => (reader as OctetReader | null)?.onOctets(Buffer.from(octets));
  hear(head);
  const stanza = `<message>${'x'.repeat(100)}</message>`;
  const piece = stanza.repeat(10);
  let heard = head.length;
  while (heard + piece.length < unreadBytesMax) {
    hear(piece);
    heard += piece.length;
    expect(isPaused).toBe(false);
  }
  hear(piece);
  expect(isPaused).toBe(true);
  expect(await transport.next()).toMatchObject({ kind: 'head' });
  expect(await transport.next()).toMatchObject({ kind: 'element', characters: stanza.length });
  expect(isPaused).toBe(false);
});
