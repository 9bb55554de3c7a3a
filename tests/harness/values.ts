import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A whole message with CRLF; `body` is what stands below its header. */
export function sampleMessage(subject: string, body = `Hello ${subject}\r\n`, more = ''): string {
  return (
    `From: Carla <carla@elsewhere.example>\r\nTo: someone@coop.test\r\nSubject: ${subject}\r\n` +
    `Date: Fri, 21 Nov 1997 09:55:06 -0600\r\nMessage-ID: <${subject.replace(/[^\w.-]/g, '.')}@elsewhere.example>\r\n` +
    `${more}\r\n${body}`
  );
}

/** Asks again until the answer is not undefined; fails after `patienceMs`, with the name of what never came. */
export async function eventually<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  patienceMs = 20_000,
): Promise<T> {
  const until = performance.now() + patienceMs;
  do {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(20);
  } while (performance.now() < until);
  throw new Error(`${what}: not within ${patienceMs} ms`);
}
