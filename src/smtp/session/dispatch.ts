import { coreCommands } from '../commands/index.ts';
import { authLineBytesMax, commandLineBytes } from '../limits.ts';
import type { Command, Door, Extension, MailOptions, ParameterRule, RcptOptions } from './types.ts';

/** What a door's lists amount to: looked up for every command. */
export interface Dispatch {
  readonly commands: ReadonlyMap<string, Command>;
  readonly mailParameters: ReadonlyMap<string, { extension: Extension; rule: ParameterRule<MailOptions> }>;
  readonly rcptParameters: ReadonlyMap<string, { extension: Extension; rule: ParameterRule<RcptOptions> }>;
  /** Longest line of a verb, CRLF included. */
  lineBytes(verb: string): number;
}

const compiled = new WeakMap<Door, Dispatch>();

export function dispatchOf(door: Door): Dispatch {
  let dispatch = compiled.get(door);
  if (!dispatch) {
    dispatch = compile(door);
    compiled.set(door, dispatch);
  }
  return dispatch;
}

function compile(door: Door): Dispatch {
  const commands = new Map<string, Command>();
  const mailParameters = new Map<string, { extension: Extension; rule: ParameterRule<MailOptions> }>();
  const rcptParameters = new Map<string, { extension: Extension; rule: ParameterRule<RcptOptions> }>();
  for (const command of [...coreCommands(door.lmtp), ...door.extensions.flatMap((e) => e.commands ?? [])]) {
    commands.set(command.verb, command);
  }
  for (const extension of door.extensions) {
    for (const [keyword, rule] of Object.entries(extension.mailParameters ?? {})) {
      mailParameters.set(keyword, { extension, rule });
    }
    for (const [keyword, rule] of Object.entries(extension.rcptParameters ?? {})) {
      rcptParameters.set(keyword, { extension, rule });
    }
  }
  // RFC 5321 §4.5.3.1.4: each extension says by how much it lengthens a line.
  const extra = new Map([
    ['MAIL', sumOf(mailParameters)],
    ['RCPT', sumOf(rcptParameters)],
  ]);
  return {
    commands,
    mailParameters,
    rcptParameters,
    lineBytes: (verb) =>
      Math.min(
        authLineBytesMax,
        (commands.get(verb)?.lineBytes ?? commandLineBytes) + (extra.get(verb) ?? 0),
      ),
  };
}

function sumOf(rules: ReadonlyMap<string, { rule: { lineBytes: number } }>): number {
  let sum = 0;
  for (const { rule } of rules.values()) sum += rule.lineBytes;
  return sum;
}
