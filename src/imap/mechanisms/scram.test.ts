import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  connectSocket,
  imapPassword,
  openTestImap,
  scramClient,
  type TestImap,
  type TestSocket,
} from '../../testing/index.ts';

let imap: TestImap;
beforeAll(async () => {
  imap = await openTestImap();
});
afterAll(() => imap.close());

const encode = (text: string) => Buffer.from(text).toString('base64');

/** AUTHENTICATE with a binding; the tagged answer. `binding`: what the client believes to be at the other end. */
async function logIn(socket: TestSocket, mechanism: string, type: string, binding: Buffer): Promise<string> {
  const digest = mechanism.includes('256') ? 'sha256' : 'sha1';
  const client = scramClient({
    digest,
    username: 'alice',
    password: imapPassword,
    nonce: 'abc',
    gs2Header: `p=${type},,`,
    binding,
  });
  await socket.readLine();
  await socket.send(`a AUTHENTICATE ${mechanism} ${encode(client.first)}\r\n`);
  const challenge = (await socket.readLine())?.toString() ?? '';
  if (!challenge.startsWith('+ ')) return challenge;
  await socket.send(`${encode(client.final(Buffer.from(challenge.slice(2), 'base64').toString()))}\r\n`);
  const answer = (await socket.readLine())?.toString() ?? '';
  if (!answer.startsWith('+ ')) return answer;
  expect(answer.slice(2)).toBe(encode(client.verifier));
  await socket.send('\r\n');
  return (await socket.readLine())?.toString() ?? '';
}

describe.each(['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS'])('%s', (mechanism) => {
  test.each(['tls-exporter', 'tls-server-end-point'] as const)('bound by %s', async (type) => {
    const [socket, other] = [await imap.connect('imaps'), await imap.connect('imaps')];
    const [own, others] = [socket.bindings(), other.bindings()];
    if (own === null || others === null) throw new Error('there is no TLS');
    expect(await logIn(socket, mechanism, type, own[type])).toMatch(/^a OK \[CAPABILITY /);
    // Whoever passes the messages on has a channel, and perhaps a certificate, of his own.
    const wrong = type === 'tls-exporter' ? own[type] : Buffer.alloc(32);
    expect(await logIn(other, mechanism, type, wrong)).toMatch(/^a NO \[AUTHENTICATIONFAILED\]/);
    await socket.close();
    await other.close();
  });
});

test('with TLS 1.2 no binding is offered', async () => {
  const tls = { ca: imap.authority, maxVersion: 'TLSv1.2' } as const;
  const socket = await connectSocket({ port: imap.port('imaps'), implicitTls: true, tls });
  const greeting = (await socket.readLine())?.toString() ?? '';
  expect(greeting).toContain('AUTH=SCRAM-SHA-256 ');
  expect(greeting).not.toContain('-PLUS');
  await socket.close();
});
