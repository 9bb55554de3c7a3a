import { Farewell, Gone, ok, Refusal } from '../errors.ts';
import { type Command, type Extension, loggedIn } from '../features.ts';
import { readAnswer } from '../session/command-reader.ts';
import type { Session } from '../session/session.ts';

/** IDLE: tells what happens in the mailbox as it happens, until the client says DONE. */
const idle: Command = {
  name: 'IDLE',
  rfc: 'RFC 9051 §6.3.13, RFC 2177',
  states: loggedIn,
  privilege: 'mail:read',
  parse: () => null,
  async run(session) {
    session.out.continuation('idling');
    const done = new AbortController();
    const watching = settled(watch(session, done.signal));
    const line = settled(readAnswer(session, lineBytesMax));
    const first = await Promise.race([line, watching]);
    done.abort();
    // Nothing may be written any more when the next command begins.
    await watching;
    if ('error' in first) throw first.error;
    const word = await line;
    if ('error' in word) throw word.error;
    if (word.value?.toString('latin1').toUpperCase() !== 'DONE') {
      throw new Refusal('IDLE ends with DONE', null, 'BAD');
    }
    return ok('idle no more');
  },
};

const lineBytesMax = 1_000;

async function settled<T>(task: Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await task };
  } catch (error) {
    return { error };
  }
}

/** Reports at every hint, and now and then without one, for a hint may be lost. Rejects where the session must end. */
async function watch(session: Session, signal: AbortSignal): Promise<undefined> {
  while (!signal.aborted && !session.gone) {
    try {
      await session.report({ expunge: true, force: true });
      await session.checkMember();
    } catch (error) {
      if (error instanceof Farewell || error instanceof Gone) throw error;
      // The store does not answer now; the client loses nothing by waiting.
      session.log.warn('updates not read', { command: 'IDLE', error });
    }
    await session.flush();
    await nextHint(session, signal);
  }
}

async function nextHint(session: Session, signal: AbortSignal): Promise<void> {
  const wait = new AbortController();
  const stop = () => wait.abort();
  const timer = setTimeout(stop, session.limits.idleRecheckMs);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  await (session.selected?.woken(wait.signal) ?? aborted(wait.signal));
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

export const idleExtension: Extension = {
  rfc: 2177,
  name: 'IDLE',
  capabilities: ({ member }) => (member === null ? [] : ['IDLE']),
  commands: [idle],
};
