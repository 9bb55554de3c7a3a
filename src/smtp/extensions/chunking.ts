import { takeContent } from '../commands/data.ts';
import { chunkBytesMin } from '../limits.ts';
import { replies } from '../replies.ts';
import { ChunkedContent, discardChunk } from '../session/chunked.ts';
import { Interrupted } from '../session/content.ts';
import type { Session } from '../session/session.ts';
import type { Chunks, Extension, Transaction } from '../session/types.ts';
import { closing, type Reply, reply } from '../wire/reply.ts';

/** Content in chunks of known length, which need neither a dot at the end nor a reply before they are sent. */
export const chunking: Extension = {
  keyword: 'CHUNKING',
  rfc: 3030,
  title: 'Transmission of Large and Binary MIME Messages (CHUNKING)',
  ehlo: () => 'CHUNKING',
  commands: [
    {
      verb: 'BDAT',
      rfc: 3030,
      help: 'BDAT <octets> [LAST]: a part of the message',
      // Its octets follow whatever we think of the command, so it judges for itself what came before.
      beforeHello: true,
      run: async (session, argument) => {
        const match = /^(\d{1,15})(?: +(LAST))?$/i.exec(argument);
        // How many octets follow is not known: nothing after this line can be told apart from them.
        if (!match) return replies.badChunk;
        const octets = Number(match[1]);
        await session.flush();
        const begun = demandMessage(session);
        return 'code' in begun
          ? refuseChunk(session, octets, begun)
          : takeChunk(session, begun, octets, match[2] !== undefined);
      },
    },
  ],
};

/** The message that the chunk belongs to, begun where it is the first; or why there can be none. */
function demandMessage(session: Session): Chunks | Reply {
  const { transaction } = session;
  if (session.hello === null) return replies.helloFirst;
  if (transaction === null) return replies.noMail;
  if (transaction.chunks !== null) return transaction.chunks;
  if (transaction.recipients.length === 0)
    return session.door.lmtp ? { ...replies.noRecipient, code: 503 } : replies.noRecipient;
  transaction.chunks = begin(session, transaction);
  return transaction.chunks;
}

function begin(session: Session, transaction: Transaction): Chunks {
  const content = new ChunkedContent(session, { binary: transaction.options.body === 'BINARYMIME' });
  const answers = takeContent(session, transaction, content).catch((error: unknown) => {
    session.log.error('smtp command failed', { command: 'BDAT', error });
    return [closing(replies.localError)];
  });
  return { content, answers };
}

/** RFC 3030 §2: its octets are dropped, and the transaction with them, or later chunks would make half a message. */
async function refuseChunk(session: Session, octets: number, refusal: Reply): Promise<readonly Reply[]> {
  session.resetTransaction();
  try {
    await discardChunk(session, octets);
    return [refusal];
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return error.farewell ? [closing(error.farewell)] : [];
  }
}

async function takeChunk(
  session: Session,
  { content, answers }: Chunks,
  octets: number,
  last: boolean,
): Promise<readonly Reply[]> {
  const taken = content.offer(octets, last).then(() => null);
  const decided = await Promise.race([taken, answers]);
  if (decided === null) {
    if (octets >= chunkBytesMin) session.progressed();
    return [reply(250, '2.0.0', `${octets} octets received`)];
  }
  session.resetTransaction();
  session.messageDone();
  // RFC 2033 §4.2 gives each recipient a reply at the end of the message, not at the end of a part.
  return last ? decided : decided.slice(0, 1);
}
