import { describe, expect, test, vi } from 'vitest';
import { createHealth } from './health.ts';
import { healthCheckMsMax } from './limits.ts';

describe('health', () => {
  test('is live and ready without checks', async () => {
    const health = createHealth();
    expect(await health.live()).toEqual({ ok: true, checks: [] });
    expect(await health.ready()).toEqual({ ok: true, checks: [] });
  });

  test('names what is not ready and why; a live process may be unready', async () => {
    const health = createHealth();
    health.check('loop', 'live', () => undefined);
    health.check('database', 'ready', async () => {
      throw new Error('locked');
    });
    health.check('draining', 'ready', () => 'the server is stopping');
    expect(await health.live()).toEqual({ ok: true, checks: [{ name: 'loop', ok: true }] });
    expect(await health.ready()).toEqual({
      ok: false,
      checks: [
        { name: 'loop', ok: true },
        { name: 'database', ok: false, reason: 'locked' },
        { name: 'draining', ok: false, reason: 'the server is stopping' },
      ],
    });
  });

  test('a check that does not answer has failed', async () => {
    const health = createHealth({ checkMsMax: 20 });
    health.check('disk', 'ready', () => new Promise(() => undefined));
    expect((await health.ready()).checks[0]?.reason).toBe('no answer within 20 ms');
  });

  test('a check has a time limit where none is given', async () => {
    vi.useFakeTimers();
    try {
      const health = createHealth();
      health.check('disk', 'ready', () => new Promise(() => undefined));
      const report = health.ready();
      await vi.advanceTimersByTimeAsync(healthCheckMsMax);
      expect((await report).ok).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  test('a check may be taken back; a name is used once', async () => {
    const health = createHealth();
    const remove = health.check('x', 'ready', () => 'no');
    expect(() => health.check('x', 'ready', () => undefined)).toThrow('health check x exists already');
    remove();
    expect((await health.ready()).ok).toBe(true);
  });
});
