import { linkSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../testing/index.ts';
import { connectUnixSocket, listenUnixSocket } from './unix-socket.ts';

/** Answers everything with itself. */
async function echo(path: string, connectionsMax = 4) {
  const listener = await listenUnixSocket({
    path,
    connectionsMax,
    onConnection: (socket) => socket.pipe(socket),
  });
  onTestFinished(() => listener.close());
  return listener;
}

async function say(path: string, words: string): Promise<string | undefined> {
  const socket = await connectUnixSocket(path);
  if (!socket) return undefined;
  socket.end(words);
  return text(socket);
}

describe('a Unix socket', () => {
  test('carries bytes both ways, open to this user only, gone when closed', async () => {
    const path = join(temporaryFolder(), 's');
    const umask = process.umask();
    const listener = await echo(path);
    expect(process.umask()).toBe(umask);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await say(path, 'hello')).toBe('hello');
    await listener.close();
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
    expect(await say(path, 'hello')).toBeUndefined();
  });

  test('works in a folder whose path is longer than the kernel takes', async () => {
    const folder = join(temporaryFolder(), 'x'.repeat(200));
    expect(await connectUnixSocket(join(folder, 's'))).toBeUndefined();
    mkdirSync(folder);
    expect(await connectUnixSocket(join(folder, 's'))).toBeUndefined();
    const listener = await echo(join(folder, 's'));
    expect(await say(join(folder, 's'), 'far')).toBe('far');
    await listener.close();
    expect(statSync(join(folder, 's'), { throwIfNoEntry: false })).toBeUndefined();
  });

  test('replaces a socket whose process is gone, and nothing else', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 's');
    // Linking a listening socket away leaves what a killed process leaves: a socket that nobody answers.
    const first = await echo(join(folder, 'first'));
    linkSync(join(folder, 'first'), path);
    await first.close();
    expect(statSync(path).isSocket()).toBe(true);
    expect(await say(path, 'x')).toBeUndefined();
    await echo(path);
    expect(await say(path, 'x')).toBe('x');
    writeFileSync(join(folder, 'file'), 'mine');
    await expect(echo(join(folder, 'file'))).rejects.toThrow('is in the way: not a socket');
    expect(await say(join(folder, 'file'), 'x')).toBeUndefined();
    await expect(echo(join(folder, 'none/s'))).rejects.toThrow(/ENOENT|EACCES/);
  });

  test('one connection more than allowed is closed unheard', async () => {
    const path = join(temporaryFolder(), 's');
    await echo(path, 1);
    const first = await connectUnixSocket(path);
    if (!first) throw new Error('not connected');
    first.write('a');
    expect(String(await new Promise((resolve) => first.once('data', resolve)))).toBe('a');
    expect(await say(path, 'b').catch(() => '')).toBe('');
    first.destroy();
  });

  test('closing ends who is connected', async () => {
    const path = join(temporaryFolder(), 's');
    const listener = await echo(path);
    const socket = await connectUnixSocket(path);
    if (!socket) throw new Error('not connected');
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.resume();
    await listener.close();
    socket.end();
    await ended;
  });
});
