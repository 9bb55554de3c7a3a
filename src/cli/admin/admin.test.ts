import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { StoreError } from '../../base/index.ts';
import { connectUnixSocket } from '../../net/index.ts';
import { temporaryFolder } from '../../testing/index.ts';
import { runCli, UsageError } from '../index.ts';
import {
  adminConnectionsMax,
  answerBytesMax,
  answerMsMax,
  requestBytesMax,
  requestMsMax,
} from '../limits.ts';
import type { Session } from './index.ts';
import { adminClient, adminCommand, adminServer, asCommand } from './index.ts';
import { readLines } from './lines.ts';

/** What the commands of this test work on: a list, and a gate that a command can wait at. */
interface Services {
  readonly names: string[];
  readonly waiting: (session: Session) => Promise<void>;
}

const declare = adminCommand<Services>();
const commands = [
  declare({
    name: ['member', 'add'],
    summary: 'add',
    parameters: [{ name: 'address', summary: 'which' }],
    options: [{ name: 'admin', summary: 'whether' }],
    schema: z.strictObject({ address: z.string().includes('@'), admin: z.boolean().default(false) }),
    run: async ({ names }, { address, admin }, { progress }) => {
      if (names.includes(address)) throw new StoreError('exists', `${address} is there already`);
      progress({ what: 'added', done: 1, total: 1 });
      names.push(address);
      return { text: `${address} added`, json: { address, admin } };
    },
  }),
  declare({
    name: ['wait'],
    summary: 'wait',
    schema: z.strictObject({}),
    run: async ({ waiting }, _args, session) => {
      await waiting(session);
      return { text: 'waited', json: { aborted: session.signal.aborted } };
    },
  }),
  declare({
    name: ['look'],
    summary: 'look',
    schema: z.strictObject({ bad: z.boolean() }),
    run: async (_services, { bad }) => ({ text: 'looked', json: null, status: bad ? 1 : 0 }),
  }),
  declare({
    name: ['share', 'queue', 'pay'],
    summary: 'a command of three words that is refused with a code',
    schema: z.strictObject({}),
    run: async () => {
      throw new StoreError('conflict', 'the floor is reached', { code: 'E_FLOOR', share: 7 });
    },
  }),
  declare({
    name: ['break'],
    summary: 'break',
    schema: z.strictObject({}),
    run: async () => {
      throw new Error('secret detail');
    },
  }),
  declare({
    name: ['talk'],
    summary: 'talk',
    schema: z.strictObject({ times: z.int() }),
    run: async (_services, { times }, { progress }) => {
      for (let done = 0; done < times; done++) progress({ what: 'x'.repeat(1000), done });
      return { text: 'talked', json: null };
    },
  }),
];

async function serve(dataDir: string, more: Partial<Services> = {}) {
  const services: Services = { names: [], waiting: async () => undefined, ...more };
  const faults: string[] = [];
  const server = await adminServer({
    dataDir,
    services,
    commands,
    onFault: (error, command) => {
      faults.push(`${command}: ${String(error)}`);
      return `fault-${faults.length}`;
    },
  });
  onTestFinished(() => server.close());
  return { server, services, faults };
}

function quiet(signal = new AbortController().signal) {
  const told: unknown[] = [];
  return { signal, told, progress: (progress: unknown) => void told.push(progress) };
}

async function call(dataDir: string, command: string, args: Record<string, unknown>, session = quiet()) {
  const client = await adminClient(dataDir);
  if (!client) throw new Error('no server');
  return client.call(command, args, session);
}

/** Says bytes as they are and hears the whole answer. */
async function say(dataDir: string, bytes: string): Promise<string> {
  const socket = await connectUnixSocket(join(dataDir, 'admin.sock'));
  if (!socket) throw new Error('no server');
  const answer = text(socket);
  socket.write(bytes);
  return answer;
}

/** Waits at the gate until its signal aborts; `arrived` resolves once it stands there. */
function gate() {
  let arrive: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  let aborted = false;
  return {
    arrived,
    get aborted() {
      return aborted;
    },
    waiting: async ({ signal }: Session) => {
      const ended = signal.aborted ? Promise.resolve() : once(signal, 'abort');
      arrive();
      await ended;
      aborted = true;
    },
  };
}

describe('through the socket', () => {
  test('a command runs in the server and tells how far it is', async () => {
    const dataDir = temporaryFolder();
    expect(await adminClient(dataDir)).toBeUndefined();
    const { services, server } = await serve(dataDir);
    expect(statSync(join(dataDir, 'admin.sock')).mode & 0o777).toBe(0o600);
    const session = quiet();
    expect(await call(dataDir, 'member add', { address: 'a@b' }, session)).toEqual({
      text: 'a@b added',
      json: { address: 'a@b', admin: false },
    });
    expect(session.told).toEqual([{ what: 'added', done: 1, total: 1 }]);
    expect(services.names).toEqual(['a@b']);
    await server.close();
    expect(await adminClient(dataDir)).toBeUndefined();
  });

  test('a command that is done and found something bad exits with its status', async () => {
    const dataDir = temporaryFolder();
    await serve(dataDir);
    expect(await call(dataDir, 'look', { bad: true })).toEqual({ text: 'looked', json: null, status: 1 });
    expect(await call(dataDir, 'look', { bad: false })).toEqual({ text: 'looked', json: null, status: 0 });
  });

  test('refusals arrive as what they are; our faults without detail', async () => {
    const dataDir = temporaryFolder();
    const { services, faults } = await serve(dataDir, { names: ['a@b'] });
    const refused = call(dataDir, 'member add', { address: 'a@b' });
    await expect(refused).rejects.toThrow(StoreError);
    await expect(refused).rejects.toMatchObject({ reason: 'exists', message: 'a@b is there already' });
    await expect(call(dataDir, 'member add', { address: 'nobody', x: 1 })).rejects.toThrow(UsageError);
    await expect(call(dataDir, 'nothing', {})).rejects.toThrow("the running server has no command 'nothing'");
    await expect(call(dataDir, 'break', {})).rejects.toThrow(
      'the server failed; its log has the details under fault-1',
    );
    expect(faults).toEqual(['break: Error: secret detail']);
    expect(services.names).toEqual(['a@b']);
  });

  test.each([
    ['no JSON', 'hello\n', 'the request is not JSON'],
    ['another form', '{"version":2}\n', 'the request is not {version, command, args}'],
    [
      'another version',
      '{"version":3,"command":"x","args":{}}\n',
      'speaks version 2 of the admin protocol, this command version 3',
    ],
    ['an argument too many', '{"version":2,"command":"wait","args":{"a":1}}\n', 'Unrecognized key: "a"'],
  ])('%s is refused with a sentence', async (_name, bytes, said) => {
    const dataDir = temporaryFolder();
    const { faults } = await serve(dataDir);
    const answer = JSON.parse(await say(dataDir, bytes)) as unknown;
    expect(answer).toMatchObject({ error: { reason: 'usage', message: expect.stringContaining(said) } });
    expect(faults).toEqual([]);
  });

  test(`a request of ${requestBytesMax} bytes is read, one more byte is not`, async () => {
    const dataDir = temporaryFolder();
    await serve(dataDir);
    const filled = (bytes: number) => `${'{"version":2,"command":"wait","args":{}}'.padEnd(bytes)}\n`;
    expect(await say(dataDir, filled(requestBytesMax))).toContain('"result"');
    expect(await say(dataDir, filled(requestBytesMax + 1))).toContain(`longer than ${requestBytesMax} bytes`);
  });

  test('a client that leaves aborts its command, and no other', async () => {
    const dataDir = temporaryFolder();
    const hold = gate();
    const { services } = await serve(dataDir, { waiting: hold.waiting });
    const leaving = new AbortController();
    const waiting = call(dataDir, 'wait', {}, quiet(leaving.signal));
    await hold.arrived;
    expect(await call(dataDir, 'member add', { address: 'a@b' })).toMatchObject({ text: 'a@b added' });
    expect(hold.aborted).toBe(false);
    leaving.abort();
    await expect(waiting).rejects.toThrow('interrupted');
    await expect.poll(() => hold.aborted).toBe(true);
    expect(services.names).toEqual(['a@b']);
  });

  test('a server that drains stops what is under way and still answers it', async () => {
    const dataDir = temporaryFolder();
    const hold = gate();
    const { server } = await serve(dataDir, { waiting: hold.waiting });
    const waiting = call(dataDir, 'wait', {});
    await hold.arrived;
    await server.close();
    expect(await waiting).toEqual({ text: 'waited', json: { aborted: true } });
  });

  test(`a draining server waits ${answerMsMax} ms for an answer to be read, and ends who never asks`, async () => {
    const dataDir = temporaryFolder();
    const { server } = await serve(dataDir);
    const silent = await connectUnixSocket(join(dataDir, 'admin.sock'));
    const deaf = await connectUnixSocket(join(dataDir, 'admin.sock'));
    if (!silent || !deaf) throw new Error('not connected');
    deaf.write('{"version":2,"command":"talk","args":{"times":100000}}\n');
    await server.close();
    expect(statSync(join(dataDir, 'admin.sock'), { throwIfNoEntry: false })).toBeUndefined();
    silent.destroy();
    deaf.destroy();
  });

  test(`a connection that asks nothing is ended after ${requestMsMax} ms`, async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const dataDir = temporaryFolder();
    await serve(dataDir);
    const socket = await connectUnixSocket(join(dataDir, 'admin.sock'));
    if (!socket) throw new Error('not connected');
    const ended = once(socket.resume(), 'end');
    // The server takes the connection in a later turn of the loop; its timer is set by then.
    while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(requestMsMax - 1);
    expect(socket.readableEnded).toBe(false);
    vi.advanceTimersByTime(1);
    await ended;
    socket.destroy();
  });

  test('progress that nobody reads is dropped, the result is not', async () => {
    const dataDir = temporaryFolder();
    await serve(dataDir);
    const session = quiet();
    expect((await call(dataDir, 'talk', { times: 100_000 }, session)).text).toBe('talked');
    expect(session.told.length).toBeGreaterThan(0);
    expect(session.told.length).toBeLessThan(10_000);
  });

  test(`${adminConnectionsMax} commands at once; one more is told that nobody answers`, async () => {
    const dataDir = temporaryFolder();
    const hold = gate();
    const { server } = await serve(dataDir, { waiting: hold.waiting });
    const held = Array.from({ length: adminConnectionsMax }, () => call(dataDir, 'wait', {}));
    await hold.arrived;
    await expect(call(dataDir, 'wait', {})).rejects.toThrow('the server ended before it answered');
    await server.close();
    expect(await Promise.all(held)).toHaveLength(adminConnectionsMax);
  });
});

describe('as a command line', () => {
  /** Runs `myco …` on a data folder; `opened` counts how often the folder was opened here. */
  async function myco(dataDir: string, argv: string[], names: string[] = []) {
    writeFileSync(join(dataDir, 'c.yaml'), `data: ${dataDir}\n`);
    let [out, err, opened, closed] = ['', '', 0, 0];
    const lines = commands.map((command) =>
      asCommand(command, async () => {
        opened++;
        return { services: { names, waiting: async () => undefined }, close: async () => void closed++ };
      }),
    );
    const io = {
      out: (piece: string) => {
        out += piece;
      },
      err: (piece: string) => {
        err += piece;
      },
      stdin: Readable.from([]),
      env: { config: join(dataDir, 'c.yaml') },
      working: dataDir,
      signal: new AbortController().signal,
    };
    const status = await runCli(lines, argv, io, { version: '0' });
    return { status, out, err, opened, closed };
  }

  test.each([['a stopped server'], ['a running server']])('says the same on %s', async (which) => {
    const dataDir = temporaryFolder();
    const running = which === 'a running server';
    const names: string[] = [];
    if (running) await serve(dataDir, { names });
    const opened = running ? 0 : 1;
    expect(await myco(dataDir, ['member', 'add', 'a@b', '--admin', '--json'], names)).toEqual({
      status: 0,
      out: '{"address":"a@b","admin":true}\n',
      err: 'added: 1 of 1\n',
      opened,
      closed: opened,
    });
    expect(names).toEqual(['a@b']);
    expect(await myco(dataDir, ['member', 'add', 'a@b'], names)).toEqual({
      status: 1,
      out: '',
      err: 'myco: a@b is there already\n',
      opened,
      closed: opened,
    });
    // The code of a refusal crosses the socket; nothing else of its details does.
    expect(await myco(dataDir, ['share', 'queue', 'pay'], names)).toMatchObject({
      status: 1,
      err: 'myco: the floor is reached (E_FLOOR)\n',
    });
    expect((await myco(dataDir, ['share', 'queue', 'pay', '--json'], names)).out).toBe(
      '{"error":{"reason":"conflict","code":"E_FLOOR","message":"the floor is reached"}}\n',
    );
    // Wrong usage is seen before anything is opened.
    expect(await myco(dataDir, ['member', 'add', 'nobody'], names)).toMatchObject({ status: 2, opened: 0 });
  });
});

describe('lines', () => {
  const read = async (chunks: string[], bytesMax: number) => {
    const lines: string[] = [];
    for await (const line of readLines(Duplex.from(chunks.map((chunk) => Buffer.from(chunk))), bytesMax))
      lines.push(line);
    return lines;
  };

  test('however the bytes are cut', async () => {
    expect(await read(['a', 'b\n\nc', '\n'], 9)).toEqual(['ab', '', 'c']);
    const cut = Buffer.from('é\n');
    const lines = readLines(Duplex.from([cut.subarray(0, 1), cut.subarray(1)]), 9);
    expect((await lines.next()).value).toBe('é');
  });

  test('one too long, or without its end, is refused', async () => {
    await expect(read(['abc', 'de\n'], 4)).rejects.toThrow('longer than 4 bytes');
    await expect(read(['abc'], 4)).rejects.toThrow('ended within a line');
    expect(answerBytesMax).toBeGreaterThan(requestBytesMax);
  });
});
