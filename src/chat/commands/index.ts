/**
 * chat/commands: what members and administrators have done for them by forms (XEP-0050). A command is one declared value;
 * the list says in which order clients show them. Who may is looked up each time one is run.
 */
import { administrationCommands } from './administration.ts';
import type { Command } from './command.ts';
import { invitationCommands } from './invitations.ts';
import { noticeCommands } from './notices.ts';
import { sessionCommands } from './sessions.ts';

export type { Command, CommandForm, CommandVisit, Outcome } from './command.ts';
export { done } from './command.ts';
export { commandsAtOnceMax } from './limits.ts';

export const commands: readonly Command[] = [
  ...invitationCommands,
  ...sessionCommands,
  ...noticeCommands,
  ...administrationCommands,
];
