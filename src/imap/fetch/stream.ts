import type { ByteRange } from '../../formats/mime/index.ts';
import { Gone } from '../errors.ts';
import type { Session } from '../session/session.ts';
import type { Fetched } from './plan.ts';

/** Sends chunks as the client takes them, none held back; answers how many octets went. Throws Gone. */
export async function sendChunks(session: Session, chunks: AsyncIterable<Buffer>): Promise<number> {
  await session.flush();
  const { connection } = session;
  let sent = 0;
  for await (const chunk of chunks) {
    sent += chunk.length;
    if (!connection.write(chunk)) await connection.drain();
    if (session.gone) throw new Gone();
  }
  return sent;
}

/** `label {n}` and the octets of a range as they are stored. */
export async function streamRange(
  session: Session,
  message: Fetched,
  label: string,
  { start, end }: ByteRange,
): Promise<void> {
  session.out.raw(`${label} `).literalStart(end - start);
  const sent = await sendChunks(session, session.mail.stream(message.content.hash, [start, end]));
  if (sent !== end - start) throw new Error('a stored message is shorter than its rows say');
}
