import { afterEach, expect, test } from 'vitest';
import { openTestImap, type TestImap, type TestImapOptions, type TestSocket } from '../../testing/index.ts';

const open: TestImap[] = [];
afterEach(async () => {
  for (const imap of open.splice(0)) await imap.close();
});

const raw = Buffer.from(Array.from({ length: 20_000 }, (_, at) => (at * 7919) % 251));
const text = `Grüße = ${'lang und länger '.repeat(400)}`;
const quoted = Buffer.from(text)
  .toString('latin1')
  .replace(/[^ -<>-~]/g, (c) => `=${c.charCodeAt(0).toString(16).toUpperCase()}`)
  .replace(/(?:=[0-9A-F]{2}|[^=]){1,70}/g, '$&=\r\n');
const message = [
  'Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n',
  'Content-Transfer-Encoding: base64\r\n\r\n',
  raw.toString('base64').replace(/.{76}/g, '$&\r\n'),
  '\r\n--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n',
  quoted,
  '\r\n--b\r\n\r\n',
  'plain '.repeat(900),
  '\r\n--b--\r\n',
].join('');

/** A session on a mailbox with that message, and the sizes of all that was read of it at once. */
async function start(options: TestImapOptions): Promise<{ socket: TestSocket; reads: number[] }> {
  const reads: number[] = [];
  const imap = await openTestImap({
    ...options,
    mail: (real) =>
      new Proxy(real, {
        get(target, name) {
          if (name === 'atHand') {
            const read = (hash: string, at: number, bytes: Buffer) => {
              const answers = target.atHand.read(hash, at, bytes);
              if (answers) reads.push(bytes.length);
              return answers;
            };
            return { ...target.atHand, read };
          }
          if (name === 'bytesOf') {
            return async (...args: Parameters<typeof target.bytesOf>) => {
              const parts = await target.bytesOf(...args);
              for (const part of parts) reads.push(part.length);
              return parts;
            };
          }
          if (name !== 'bytes') {
            const value = Reflect.get(target, name, target) as unknown;
            return typeof value === 'function' ? value.bind(target) : value;
          }
          return async (...args: Parameters<typeof target.bytes>) => {
            const bytes = await target.bytes(...args);
            reads.push(bytes.length);
            return bytes;
          };
        },
      }),
  });
  open.push(imap);
  await imap.deliver('alice', 'INBOX', message);
  const socket = await imap.session('alice');
  await ask(socket, 'SELECT INBOX');
  reads.length = 0;
  return { socket, reads };
}

/** Everything that is heard up to the tagged line, literals and all. */
async function ask(socket: TestSocket, command: string): Promise<string> {
  await socket.send(`t ${command}\r\n`);
  let heard = '';
  for (;;) {
    const line = (await socket.readLine())?.toString('latin1') ?? 't closed';
    heard += `${line}\r\n`;
    const size = /\{(\d+)\}$/.exec(line)?.[1];
    if (size !== undefined) heard += (await socket.readExactly(Number(size))).toString('latin1');
    else if (line.startsWith('t ')) return heard;
  }
}

const items = [
  'BINARY.PEEK[1]',
  'BINARY.PEEK[1]<0.1>',
  'BINARY.PEEK[1]<5000.3000>',
  'BINARY.PEEK[1]<19999.10>',
  'BINARY.PEEK[1]<20000.10>',
  'BINARY.SIZE[1]',
  'BINARY.PEEK[2]',
  'BINARY.PEEK[2]<3.4000>',
  'BINARY.SIZE[2]',
  'BINARY.PEEK[3]',
  'BINARY.SIZE[3]',
  'BINARY.PEEK[]<10.30000>',
  'BINARY.SIZE[]',
  'BODY.PEEK[1]',
  'BODY.PEEK[]<100.20000>',
];

test('what passes in pieces is what is decoded whole, and no more than fetchBytesMax is held', async () => {
  const whole = await start({});
  const pieces = await start({ limits: { fetchBytesMax: 3_000 } });
  for (const item of [...items, `(${items.join(' ')})`]) {
    const expected = await ask(whole.socket, `FETCH 1 ${item}`);
    expect(expected, item).toContain('* 1 FETCH (');
    expect(await ask(pieces.socket, `FETCH 1 ${item}`), item).toBe(expected);
  }
  expect(Math.max(...pieces.reads, 0)).toBeLessThanOrEqual(3_000);
  expect(Math.max(...whole.reads)).toBeGreaterThan(20_000);
});

test('a literal8 is sent only where there is a NUL', async () => {
  const { socket } = await start({ limits: { fetchBytesMax: 3_000 } });
  expect(await ask(socket, 'FETCH 1 BINARY.PEEK[1]')).toContain('* 1 FETCH (BINARY[1] ~{20000}\r\n');
  expect(await ask(socket, 'FETCH 1 BINARY.PEEK[1]<1.100>')).toContain('* 1 FETCH (BINARY[1]<1> {100}\r\n');
  const size = Buffer.byteLength(text);
  expect(await ask(socket, 'FETCH 1 BINARY.PEEK[2]')).toContain(`* 1 FETCH (BINARY[2] {${size}}\r\n`);
  expect(await ask(socket, 'FETCH 1 BINARY.SIZE[2]')).toContain(`* 1 FETCH (BINARY.SIZE[2] ${size})`);
});

test('many sections of one message are not held together', async () => {
  const { socket, reads } = await start({ limits: { fetchBytesMax: 6_000 } });
  const many = Array.from({ length: 100 }, (_, at) => `BODY.PEEK[3]<${at}.5000>`);
  await socket.send(`t FETCH 1 (${many.join(' ')})\r\n`);
  // The first is read ahead; each further one only when what came before it went out.
  await socket.readLine();
  for (let at = 0; at < many.length; at++) {
    if (at > 0) await socket.readLine();
    expect((await socket.readExactly(5_000)).toString()).toBe('plain '.repeat(900).slice(at, at + 5_000));
  }
  expect((await socket.readLine())?.toString()).toBe(')');
  expect(reads).toHaveLength(100);
});
