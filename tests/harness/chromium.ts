import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import { ended } from './programs.ts';
import { eventually } from './values.ts';

/** One page of a headless Chromium, driven by the DevTools protocol. */
export interface Page {
  /** What JavaScript answers in the page; promises are waited for. Throws an Error with what was thrown there. */
  evaluate<T>(script: string): Promise<T>;
  /** Waits until JavaScript answers something true; fails with what the page says. */
  until(what: string, script: string): Promise<void>;
  /** Types at what has the focus. */
  type(text: string): Promise<void>;
  press(key: 'Enter' | 'Tab'): Promise<void>;
  /** PNG. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Evaluated {
  readonly result: { readonly value: unknown };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string };
  };
}

export interface PageOptions {
  readonly url: string;
  /** Names and where they are, as --host-resolver-rules has them: `MAP mail.coop.test:443 127.0.0.1:1234`. */
  readonly hosts?: string;
  /** SHA-256 of a public key in Base64: a certificate with it is taken whoever signed it. */
  readonly trusts?: string;
}

/** Opens Chromium on a page. The caller closes it. */
export async function openPage({ url, hosts, trusts }: PageOptions): Promise<Page> {
  const folder = makeFolder();
  const args = [
    ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
    ...['--disable-background-networking', '--disable-extensions', '--window-size=1280,900'],
    ...['--remote-debugging-port=0', `--user-data-dir=${folder}`],
    ...(hosts === undefined ? [] : [`--host-resolver-rules=${hosts}`]),
    ...(trusts === undefined ? [] : [`--ignore-certificate-errors-spki-list=${trusts}`]),
  ];
  const child = spawn('chromium', [...args, url], { stdio: 'ignore' });
  const close = async () => {
    await ended(child);
    removeFolder(folder);
  };
  try {
    return pageOf(await connected(await addressOf(child, folder)), close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function addressOf(child: ChildProcess, folder: string): Promise<string> {
  const file = join(folder, 'DevToolsActivePort');
  const port = await eventually('the port of Chromium', () => {
    if (child.exitCode !== null) throw new Error(`Chromium ended with ${child.exitCode}`);
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n')[0] : undefined;
  });
  return eventually('a page', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
    const targets = (await answer.json()) as { type: string; webSocketDebuggerUrl: string }[];
    return targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl;
  });
}

async function connected(address: string): Promise<WebSocket> {
  const socket = new WebSocket(address, { perMessageDeflate: false });
  await new Promise((resolve, reject) => void socket.once('open', resolve).once('error', reject));
  return socket;
}

function pageOf(socket: WebSocket, end: () => Promise<void>): Page {
  const waiting = new Map<number, (answer: Answer) => void>();
  let asked = 0;
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  socket.on('close', () => {
    for (const answer of waiting.values()) answer({ error: { message: 'Chromium is gone' } });
  });
  const ask = async <T>(method: string, params: object = {}): Promise<T> => {
    const id = ++asked;
    const answer = await new Promise<Answer>((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
    waiting.delete(id);
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result as T;
  };
  const evaluate = async <T>(expression: string): Promise<T> => {
    const how = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
    const { result, exceptionDetails: fault } = await ask<Evaluated>('Runtime.evaluate', how);
    if (fault) throw new Error(fault.exception?.description ?? fault.text);
    return result.value as T;
  };
  return {
    evaluate,
    async until(what, script) {
      const isSo = async () => ((await evaluate<boolean>(`!!(${script})`)) ? true : undefined);
      await eventually(what, isSo, 40_000).catch(async (error) => {
        throw new Error(`${error.message}; the page says: ${await evaluate('document.body.innerText')}`);
      });
    },
    type: (text) => ask('Input.insertText', { text }),
    async press(key) {
      const code = { Enter: 13, Tab: 9 }[key];
      const how = { key, code: key, windowsVirtualKeyCode: code, ...(key === 'Enter' ? { text: '\r' } : {}) };
      await ask('Input.dispatchKeyEvent', { type: 'keyDown', ...how });
      await ask('Input.dispatchKeyEvent', { type: 'keyUp', ...how });
    },
    async screenshot() {
      const { data } = await ask<{ data: string }>('Page.captureScreenshot');
      return Buffer.from(data, 'base64');
    },
    async close() {
      socket.terminate();
      await end();
    },
  };
}
