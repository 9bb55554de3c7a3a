import { messageOf } from '../base/index.ts';
import { healthCheckMsMax } from './limits.ts';

/** Throws, or answers a text (the reason, at once or by a promise), when what it looks at cannot serve. */
export type HealthCheck = () => unknown;

export interface HealthReport {
  readonly ok: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly reason?: string }[];
}

export interface Health {
  /** `live` checks fail only when a restart would help; `ready` checks when traffic should wait or go elsewhere. */
  check(name: string, kind: 'live' | 'ready', check: HealthCheck): () => void;
  live(): Promise<HealthReport>;
  /** Runs the live checks too: what is not alive is not ready. */
  ready(): Promise<HealthReport>;
}

/** Named checks, run at each question, side by side, each bounded in time. Names are unique. */
export function createHealth(options: { readonly checkMsMax?: number } = {}): Health {
  const checkMsMax = options.checkMsMax ?? healthCheckMsMax;
  const checks = new Map<string, { kind: 'live' | 'ready'; check: HealthCheck }>();
  async function report(kinds: readonly string[]): Promise<HealthReport> {
    const asked = [...checks].filter(([, { kind }]) => kinds.includes(kind));
    const answers = await Promise.all(
      asked.map(async ([name, { check }]) => {
        const reason = await reasonOf(check, checkMsMax);
        return reason === undefined ? { name, ok: true } : { name, ok: false, reason };
      }),
    );
    return { ok: answers.every(({ ok }) => ok), checks: answers };
  }
  return {
    check(name, kind, check) {
      if (checks.has(name)) throw new Error(`health check ${name} exists already`);
      checks.set(name, { kind, check });
      return () => {
        checks.delete(name);
      };
    },
    live: () => report(['live']),
    ready: () => report(['live', 'ready']),
  };
}

async function reasonOf(check: HealthCheck, checkMsMax: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${checkMsMax} ms`), checkMsMax);
  });
  try {
    const answer = await Promise.race([Promise.resolve().then(check), late]);
    return typeof answer === 'string' ? answer : undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    clearTimeout(timer);
  }
}
