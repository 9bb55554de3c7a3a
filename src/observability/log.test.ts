import { execFileSync, spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { fakeClock, StoreError } from '../base/index.ts';
import { describeError } from './fields.ts';
import {
  errorCausesMax,
  errorFramesMax,
  errorMessageCharsMax,
  fieldCharsMax,
  logBufferBytesMax,
} from './limits.ts';
import { createLog, type LogLevel } from './log.ts';

function capture(level: LogLevel = 'debug', format: 'json' | 'pretty' = 'json') {
  const lines: string[] = [];
  const log = createLog({ level, format, write: (line) => lines.push(line), clock: fakeClock() });
  return { log, lines, text: () => lines.join('') };
}

describe('lines', () => {
  test('are JSON with time, level, event and the fields of every parent', () => {
    const { log, lines } = capture();
    log
      .child({ listener: 'imap' })
      .child({ connection: 'abc' })
      .info('connected', { remotePort: 4, tls: true });
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: '2023-11-14T22:13:20.000Z',
      listener: 'imap',
      connection: 'abc',
      remotePort: 4,
      tls: true,
      event: 'connected',
    });
  });

  test('below the level are not written; a child follows a change of level', () => {
    const { log, lines } = capture('warn');
    const child = log.child({ area: 'net' });
    child.info('quiet');
    log.setLevel('debug');
    child.debug('loud');
    log.setLevel('silent');
    child.error('nothing');
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['loud']);
  });

  test('are readable when pretty, one line each, control characters escaped', () => {
    const { log, text } = capture('info', 'pretty');
    log.warn('certificate kept', { reason: 'a\nb\u001b[31m' });
    expect(text()).toMatch(/WARN.*certificate kept.*"reason":"a\\nb\\u001b\[31m"/);
    expect(text().trimEnd().split('\n')).toHaveLength(1);
  });

  test('go to standard error and are flushed at exit', () => {
    const index = new URL('./index.ts', import.meta.url).href;
    const code = `import('${index}').then(({ createLog }) => {
      const log = createLog({ level: 'info', format: 'auto' });
      for (let i = 0; i < 100; i++) log.info('tick', { count: i });
      log.flush();
    })`;
    const out = execFileSync(process.execPath, ['-e', `${code}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    expect(out).toBe('');
    const both = execFileSync('sh', ['-c', '"$0" -e "$1" 2>&1', process.execPath, code], {
      encoding: 'utf8',
    });
    expect(both.trimEnd().split('\n')).toHaveLength(100);
  });
});

describe('privacy (THREATS)', () => {
  const canary = 'CANARY-7f3a';

  test.each([
    'password',
    'passwd',
    'token',
    'secret',
    'authorization',
    'cookie',
    'body',
    'subject',
    'from',
    'to',
    'header',
    'preview',
    'text',
    'answer',
    'email',
    'whatever',
    `X-${canary}`,
  ])('a field named %s is masked, at every level and in a child', (name) => {
    const { log, text } = capture();
    const fields = { [name]: canary } as Record<never, never>;
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]('event', fields);
    log.child(fields).info('event');
    expect(text()).not.toContain(canary);
    expect(text()).toContain('[masked]');
  });

  test('an object under an allowed name is masked, never expanded', () => {
    const { log, text } = capture();
    log.info('event', { reason: { password: canary } as unknown as string, account: canary });
    expect(text()).not.toContain(canary);
  });

  test('credentials and queries in URLs are cut out', () => {
    const { log, text } = capture();
    log.info('event', { url: `postgres://myco:${canary}@db.example/myco?sslpassword=${canary}` });
    expect(text()).toContain('postgres://[masked]@db.example/myco?…');
    expect(text()).not.toContain(canary);
  });

  const jsonError = () => {
    try {
      JSON.parse(`{"a": ${canary}}`);
    } catch (error) {
      return error;
    }
    return null;
  };
  test.each([
    ['a parser that quotes its input', jsonError()],
    ['a driver that lists bound values', new Error(`Failed query: insert into t\nparams: ${canary}`)],
    ['a message that imitates a frame', new Error(`x\n    at ${canary} (file:///a.ts:1:1)`)],
    ['quotes inside quotes', new Error(`'it's ${canary}' is not a size`)],
    ['an unclosed quote', new Error(`bad value "${canary}`)],
    ['an address in brackets', new Error(`no such user <${canary}@example.org>`)],
    ['a cause', new Error('outer', { cause: new Error(`"${canary}"`) })],
    ['not an error at all', canary],
    ['a property of an error', Object.assign(new Error('x'), { detail: canary, input: canary })],
  ])('an error is logged without what it quotes: %s', (_, thrown) => {
    const { log, text } = capture();
    log.error('event', { error: thrown });
    expect(text()).not.toContain(canary);
    expect(text()).toContain('"error":{');
  });

  test('an error keeps what an operator needs', () => {
    const refused = describeError(new StoreError('over-quota', 'the mailbox is full'));
    expect(refused).toMatchObject({
      name: 'StoreError',
      reason: 'over-quota',
      message: 'the mailbox is full',
    });
    expect(refused.frames?.[0]).toMatch(/log\.test\.ts:\d+:\d+/);
    const system = Object.assign(new Error("EACCES: permission denied, open '/data/x'"), {
      code: 'EACCES',
      syscall: 'open',
    });
    expect(describeError(system)).toMatchObject({
      code: 'EACCES',
      message: "EACCES: permission denied, open '/data/x'",
    });
    expect(describeError(new Error("can't and won't")).message).toBe("can't and won't");
  });

  test('long texts, messages, stacks and chains of causes are bounded', () => {
    const { log, lines } = capture();
    const deepest = new Error('deepest');
    let error = deepest;
    for (let i = 0; i < 10; i++) error = new Error('y'.repeat(100_000), { cause: error });
    function dig(depth: number): Error {
      return depth === 0 ? error : dig(depth - 1);
    }
    log.info('event', { reason: 'x'.repeat(100_000), error: dig(50) });
    log.info('event', { reason: 'x'.repeat(fieldCharsMax) });
    const [first, second] = lines.map((line) => JSON.parse(line));
    expect(first.reason).toBe(`${'x'.repeat(fieldCharsMax)}…`);
    expect(second.reason).toBe('x'.repeat(fieldCharsMax));
    expect(first.error.message).toBe(`${'y'.repeat(errorMessageCharsMax)}…`);
    expect(first.error.frames.length).toBeLessThanOrEqual(errorFramesMax);
    let causes = 0;
    for (let at = first.error; at.cause; at = at.cause) causes++;
    expect(causes).toBe(errorCausesMax);
    const loop: Error & { cause?: unknown } = new Error('x');
    loop.cause = loop;
    expect(JSON.stringify(describeError(loop)).length).toBeLessThan(10_000);
  });

  test('a reader of standard error that stands still costs lines and bounded memory, never the process', async () => {
    const index = new URL('./index.ts', import.meta.url).href;
    const code = `
      const { createLog } = await import('${index}');
      const log = createLog({ level: 'info', format: 'json' });
      for (let i = 0; i < 40_000; i++) {
        log.info('tick', { count: i, reason: 'x'.repeat(400) });
        if (i % 1000 === 0) await new Promise(setImmediate);
      }
      process.stdout.write('done');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const done = new Promise((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk))));
    expect(await done).toBe('done');
    let read = 0;
    child.stderr.on('data', (chunk) => {
      read += chunk.length;
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(read).toBeGreaterThan(64 * 1024);
    expect(read).toBeLessThan(logBufferBytesMax + 1024 * 1024);
  });
});
