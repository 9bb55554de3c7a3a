import { type Answer, answerTo, Farewell, Gone, Refusal, uidRequired } from '../errors.ts';
import type { Call, Command } from '../features.ts';
import { Decoder, SyntaxFault, shown } from '../wire/index.ts';
import type { ReadCommand } from './command-reader.ts';
import { Progress } from './progress.ts';
import { mayReportExpunge } from './sequence.ts';
import type { Session } from './session.ts';
import { discardStaged } from './staged.ts';

/** Commands that ask what is new, so that a lost hint delays nobody for longer than that. RFC 9051 §6.1.2, RFC 3501 §6.4.1. */
const expunges = ['EXPUNGE', 'UID EXPUNGE', 'MOVE', 'UID MOVE', 'REPLACE', 'UID REPLACE'];
const asksForNews = new Set(['NOOP', 'CHECK', ...expunges]);

/** Obeys one command and answers it: untagged data, what else happened in the mailbox, the tagged line. */
export async function dispatch(session: Session, read: ReadCommand): Promise<void> {
  const decoder = new Decoder(read.parts, { utf8: session.utf8 });
  let call: Call = { tag: '', name: '', uid: false };
  let answer: Answer | null;
  try {
    const tag = decoder.tag();
    call = { ...call, tag };
    decoder.sp();
    call = readName(decoder, tag);
    session.progress = new Progress(session, tag);
    // Only what could be read is obeyed; the reason goes to the tag that asked.
    if (read.refusal !== null) throw read.refusal;
    await session.checkMember();
    answer = await obey(session, decoder, call);
    session.badCommands = 0;
  } catch (error) {
    answer = judge(session, call, read.refusal ?? error);
  } finally {
    discardStaged(session, read.parts);
  }
  if (answer === null) return;
  await report(session, call);
  write(session, call, withModseq(session, answer));
  await session.flush();
}

function readName(decoder: Decoder, tag: string): Call {
  const name = decoder.keyword('a command');
  if (name !== 'UID') return { tag, name, uid: false };
  decoder.sp();
  return { tag, name: `UID ${decoder.keyword('a command')}`, uid: true };
}

async function obey(session: Session, decoder: Decoder, call: Call): Promise<Answer | null> {
  const command = find(session, call);
  const args = command.parse(decoder, session, call);
  decoder.end();
  if (command.privilege !== null) await session.checkRights();
  return command.run(session, args, call);
}

function find(session: Session, call: Call): Command {
  const command = session.services.features.commands.get(call.name);
  if (!command) throw new SyntaxFault(`unknown command ${shown(call.name)}`, -1);
  if (!command.states.includes(session.state)) throw new Refusal(whyNot(session, command, call), null, 'BAD');
  if (command.privilege !== null) session.demand(command.privilege);
  // RFC 9586 §3.2: whatever has a UID form may be asked for in that form only.
  if (session.uidOnly && command.hasUidForm && !call.uid) throw uidRequired(`UID ${call.name}`);
  return command;
}

function whyNot(session: Session, { states }: Command, { name }: Call): string {
  if (!states.includes('authenticated') && !states.includes('selected'))
    return `${name} is not possible after login`;
  if (session.state === 'not-authenticated') return `${name} is for those who have logged in`;
  return `${name} needs a selected mailbox`;
}

/** The one mapping of what was thrown; Farewell and Gone end the session and are not answers. */
function judge(session: Session, call: Call, error: unknown): Answer {
  if (error instanceof Farewell || error instanceof Gone) throw error;
  if (session.gone) throw new Gone();
  const incident = session.incident();
  const { answer, blame } = answerTo(error, incident);
  if (blame === 'server')
    session.log.error('command failed', { command: known(session, call), incident, error });
  if (blame === 'client') {
    const { badCommandsMax, badCommandsUnauthenticatedMax } = session.limits;
    const most = session.member === null ? badCommandsUnauthenticatedMax : badCommandsMax;
    if (++session.badCommands >= most) throw new Farewell('too many commands that are not IMAP');
  }
  return answer;
}

async function report(session: Session, call: Call): Promise<void> {
  if (session.member === null) return;
  const force = asksForNews.has(call.name);
  const options = { expunge: mayReportExpunge(call.name), force, own: expunges.includes(call.name) };
  try {
    await session.report(options);
  } catch (error) {
    if (error instanceof Farewell || error instanceof Gone) throw error;
    // The command itself was done; what is new is told when the store answers again.
    session.log.warn('updates not read', { command: known(session, call), error });
  }
}

/**
 * RFC 7162 §3.2.7, §6: a client of QRESYNC is told at the end of each command what it may come back with, where that
 * has moved.
 */
function withModseq(session: Session, answer: Answer): Answer {
  const { selected, qresync, out } = session;
  if (!qresync || selected === null || selected.confirmed === selected.announced) return answer;
  selected.announced = selected.confirmed;
  const code = { code: 'HIGHESTMODSEQ', value: selected.confirmed } as const;
  if (answer.status === 'OK' && answer.code === null) return { ...answer, code };
  out.untagged('OK', code, 'the newest change');
  return answer;
}

function write(session: Session, call: Call, { status, code, text }: Answer): void {
  session.services.count.command(known(session, call), status);
  if (call.tag === '') session.out.untagged('BAD', code, text);
  else session.out.tagged(call.tag, status, code, text);
}

/** A name of the tables, for logs and metrics: never what a client made up. */
function known(session: Session, call: Call): string {
  return session.services.features.commands.has(call.name) ? call.name : 'unknown';
}
