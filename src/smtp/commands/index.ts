/**
 * smtp/commands: a command is a value with its verb, its RFC and what it does; the list is the dispatch table. Commands
 * that belong to an extension stand there.
 */
import type { Command } from '../session/types.ts';
import { data } from './data.ts';
import { ehlo, helo, lhlo } from './hello.ts';
import { mail } from './mail.ts';
import { rcpt } from './rcpt.ts';
import { expn, help, noop, quit, rset, vrfy } from './small.ts';

const transaction = [mail, rcpt, data, rset, noop, quit, help, vrfy, expn] as const satisfies Command[];

/** The commands of RFC 5321 §4.1, with LHLO in the place of HELO and EHLO for LMTP (RFC 2033 §4.1). */
export function coreCommands(lmtp: boolean): readonly Command[] {
  return lmtp ? [lhlo, ...transaction] : [helo, ehlo, ...transaction];
}
