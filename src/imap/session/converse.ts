import { TlsFailure } from '../../net/index.ts';
import { Farewell, Gone } from '../errors.ts';
import { readCommand } from './command-reader.ts';
import { dispatch } from './dispatch.ts';
import type { Session } from './session.ts';

/** One connection from its greeting to its end; never rejects. */
export async function converse(session: Session): Promise<void> {
  try {
    await greet(session);
    const slices = session.slices();
    while (!session.ending) {
      // Commands that wait already would be read and answered without ever letting another session run.
      if (slices.due) await slices.next();
      session.awaitClient();
      await tellMeanwhile(session);
      const read = await readCommand(session);
      session.deadlineMs = 0;
      if (read === null) break;
      await dispatch(session, read);
    }
    if (!session.gone) farewell(session);
  } catch (error) {
    end(session, error);
  } finally {
    session.close();
  }
}

/** RFC 5465 §3.1: who has asked for it is told between commands too; never inside of one that has begun to come. */
async function tellMeanwhile({ notifier, listening, reader }: Session): Promise<void> {
  if (notifier === null) return;
  listening.start({ expunge: notifier.tellsExpungeAtOnce, force: false });
  await reader.ready();
  await listening.stop();
}

/** RFC 9051 §7.1.1: capabilities in the greeting save a round trip. */
async function greet(session: Session): Promise<void> {
  const capabilities = session.services.features.capabilities(session);
  session.out.untagged('OK', { code: 'CAPABILITY', capabilities }, 'ready');
  await session.flush();
}

function farewell(session: Session): void {
  // LOGOUT and the drain have said BYE already; a drain during a command says it now.
  if (session.drained) session.bye('the server is shutting down', 'UNAVAILABLE');
  else session.connection.close();
}

function end(session: Session, error: unknown): void {
  if (session.gone || error instanceof Gone || error instanceof TlsFailure) {
    // What was said last may be on its way still.
    if (session.ending) session.connection.close();
    else session.connection.destroy('peer');
    return;
  }
  if (error instanceof Farewell) {
    session.bye(error.message, error.code);
    return;
  }
  const incident = session.incident();
  session.log.error('session failed', { incident, error });
  session.bye(`an internal error, not your fault; incident ${incident}`, 'SERVERBUG');
}
