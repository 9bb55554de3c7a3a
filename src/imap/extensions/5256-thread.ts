import { Gone, ok, Refusal } from '../errors.ts';
import { type Call, type Command, type Extension, inMailbox } from '../features.ts';
import { searchTables } from '../search/program.ts';
import { search } from '../search/run.ts';
import type { Session } from '../session/session.ts';
import { threadAlgorithms } from '../thread/algorithms.ts';
import { type Threads, threadUids } from '../thread/thread.ts';
import { writeThreads } from '../thread/write.ts';
import { shown, type ThreadProgram } from '../wire/index.ts';

/** THREAD and UID THREAD. */
const thread: Command<ThreadProgram> = {
  name: 'THREAD',
  rfc: 'RFC 5256 §3',
  states: inMailbox,
  privilege: 'mail:read',
  hasUidForm: true,
  parse(decoder, session) {
    decoder.sp();
    return decoder.threadProgram(searchTables(session));
  },
  async run(session, program, call) {
    const algorithm = threadAlgorithms.find(({ name }) => name === program.algorithm);
    if (!algorithm) throw new Refusal(`there is no threading ${shown(program.algorithm)} here`, null, 'BAD');
    const { uids } = await search(session, program.key, false);
    const threads = await threadUids(session, uids, algorithm);
    await write(session, call, threads);
    return ok(`${uids.length} threaded`);
  },
};

/** Once the response has begun there is no way back: only the end of the session may interrupt it. */
async function write(session: Session, call: Call, { uids, forest }: Threads): Promise<void> {
  const { out, mailbox } = session;
  const slices = session.slices();
  const numbers = call.uid ? uids : mailbox.view.seqsOf(uids);
  out.data('THREAD');
  if (uids.length > 0) out.sp();
  for (const _ of writeThreads(forest, numbers, out)) {
    if (slices.due) await slices.next();
    if (session.gone) throw new Gone();
  }
  out.crlf();
}

export const threadExtension: Extension = {
  rfc: 5256,
  name: 'THREAD',
  capabilities: ({ member }) => (member === null ? [] : threadAlgorithms.map(({ name }) => `THREAD=${name}`)),
  commands: [thread],
};
