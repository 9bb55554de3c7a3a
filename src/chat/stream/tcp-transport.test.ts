import { expect, test } from 'vitest';
import type { Connection, OctetReader } from '../../net/index.ts';
import { unreadBytesMax } from '../limits.ts';
import { TcpTransport } from './tcp-transport.ts';

const head = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

function door() {
  let reader: OctetReader | null = null;
  const connection = {
    octets(given: OctetReader) {
      reader = given;
      return { pause: () => undefined, resume: () => undefined };
    },
    closed: new Promise<string>(() => undefined),
  } as unknown as Connection;
  const hear = (octets: string) => (reader as OctetReader | null)?.onOctets(Buffer.from(octets));
  return { connection, hear };
}

test('white space between elements costs what it is long, and who sends much of it is read later', async () => {
  const { connection, hear } = door();
  const taken: number[] = [];
  let wait: (() => void) | null = null;
  const pace = {
    take(characters: number) {
      taken.push(characters);
      wait?.();
      return characters > 500 ? 1 : 0;
    },
  };
  const transport = new TcpTransport(connection, 'jabber:client', 10_000, pace);
  hear(`${head}\n`);
  expect((await transport.next()).kind).toBe('head');
  const asked = new Promise<void>((resolve) => {
    wait = resolve;
  });
  const next = transport.next();
  hear(' '.repeat(400));
  hear(`${' \n'.repeat(300)}<a> ${'<b/> '.repeat(100)}</a>`);
  await asked;
  expect(await next).toMatchObject({ kind: 'element', element: { name: 'a' } });
  hear('<c/>');
  expect(await transport.next()).toMatchObject({ kind: 'element', element: { name: 'c' } });
  // What stands within an element is counted with it.
  expect(taken).toEqual([1, 400, 600]);
});

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
  const transport = new TcpTransport(connection, 'jabber:client', 1_000, { take: () => 0 });
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
