import { Gone, ok, Refusal } from '../errors.ts';
import { type Command, type Extension, loggedIn } from '../features.ts';
import type { Session } from '../session/session.ts';

/** IDLE: tells what happens in the mailbox as it happens, until the client says DONE. */
const idle: Command = {
  name: 'IDLE',
  rfc: 'RFC 9051 §6.3.13, RFC 2177',
  states: loggedIn,
  parse: () => null,
  async run(session) {
    session.out.continuation('idling');
    const done = new AbortController();
    session.awaitClient();
    const line = session.reader.readLine({ bytesMax: 1_000 }).finally(() => done.abort());
    try {
      await Promise.all([line, watch(session, done)]);
    } finally {
      done.abort();
      session.deadlineMs = 0;
    }
    const word = await line;
    if (word === null) throw new Gone();
    if (word.toString('latin1').toUpperCase() !== 'DONE')
      throw new Refusal('IDLE ends with DONE', null, 'BAD');
    return ok('idle no more');
  },
};

/** Reports at every hint, and now and then without one, for a hint may be lost. */
async function watch(session: Session, done: AbortController): Promise<void> {
  const { signal } = done;
  while (!signal.aborted && !session.gone) {
    await session.report({ expunge: true, force: true });
    await session.flush();
    await session.checkMember();
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
