import { CommanderError, Command as Line } from 'commander';
import { messageOf, StoreError } from '../base/index.ts';
import { SettingsError } from '../settings/index.ts';
import type { Command, Outcome } from './command.ts';
import { exits, type Status, UsageError } from './exit.ts';
import type { Io } from './io.ts';

export interface About {
  readonly version: string;
}

/** What the words before the last one are about, for the help. */
export const groups: Readonly<Record<string, string>> = {
  config: 'the configuration file',
  member: 'members and their passwords',
  domain: 'the domains of the co-op',
  room: 'rooms to talk in',
  folder: 'mail folders of the co-op',
  calendar: 'calendars that others may read',
  contacts: 'address books that others may read',
  queue: 'mail that waits for other servers',
  dns: 'what stands in the DNS for mail',
  mail: 'whether mail goes through',
  alias: 'addresses that lead to other addresses',
  dkim: 'the keys that sign mail',
  files: 'what members keep and share',
  reports: 'what others report about our mail',
  coop: "the co-op's members, shares, invoices and pay",
  'coop decision': 'what the assembly and the board decided',
  'coop member': 'who is a member of the co-op',
  'coop certificate': 'what shows that somebody holds shares',
  'coop share': 'shares: subscribed, transferred, given back',
  'coop month': 'the pay of a month',
  'coop year': 'the result of a year and the interest on shares',
  'coop pay': 'payment runs: what members are owed, on its way to the bank',
  'coop bank': 'what the bank says, and what it is asked to do',
  'coop sponsor': 'who buys from the co-op',
  'coop invoice': 'what sponsors are asked to pay',
  'coop role': 'who may do what with money',
  'coop act': 'what was done by whom',
  ledger: 'the books: checked, read, written out',
};

/**
 * Runs one command line and answers the status to exit with. Never throws: a refusal is one sentence on standard
 * error, or with `--json` one line `{"error":{"reason","message"}}` on standard output.
 */
export async function runCli(
  commands: readonly Command[],
  argv: readonly string[],
  io: Io,
  about: About,
): Promise<Status> {
  let status: Status = 0;
  const program = describeProgram(io, about);
  const families = new Map<string, Line>();
  for (const command of commands) {
    const last = command.name.at(-1) ?? '';
    const line = family(program, families, command.name.slice(0, -1)).command(last);
    declare(line, command).action(async () => {
      status = await run(command, line, io);
    });
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    // Commander has written what it had to say; help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

function describeProgram(io: Io, about: About): Line {
  const statuses = exits.map(({ status, meaning }) => `  ${status}  ${meaning}`).join('\n');
  return new Line('myco')
    .description('Mail, calendars, contacts, files, chat, votes and pay for a co-operative, in one process')
    .version(about.version)
    .helpCommand(false)
    .addHelpText('after', `\nExit status:\n${statuses}`)
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showHelpAfterError('(--help shows what is possible)')
    .exitOverride();
}

/** The line below which a command stands: the program itself, or what the words before its last one name. */
function family(program: Line, families: Map<string, Line>, words: readonly string[]): Line {
  const last = words.at(-1);
  if (last === undefined) return program;
  const name = words.join(' ');
  let line = families.get(name);
  if (!line) {
    line = family(program, families, words.slice(0, -1))
      .command(last)
      .description(groups[name] ?? '');
    families.set(name, line);
  }
  return line;
}

function declare(line: Line, command: Command): Line {
  line.description(command.summary);
  for (const { name, summary, optional, many } of command.parameters ?? []) {
    const inner = `${name}${many ? '...' : ''}`;
    line.argument(optional ? `[${inner}]` : `<${inner}>`, summary);
  }
  for (const { name, summary, value, many } of command.options ?? []) {
    line.option(`--${name}${value === undefined ? '' : ` <${value}${many ? '...' : ''}>`}`, summary);
  }
  return line
    .option(
      '--config <FILE>',
      'the configuration (else MYCO_CONFIG, else config/myco.yaml, else the defaults)',
    )
    .option('--json', 'answer in JSON, one line');
}

async function run(command: Command, line: Line, io: Io): Promise<Status> {
  const { config, json, ...options } = line.opts<Record<string, unknown>>();
  const args: Record<string, unknown> = { ...options };
  for (const [index, { name }] of (command.parameters ?? []).entries()) {
    const value: unknown = line.processedArgs[index];
    if (value !== undefined) args[name] = value;
  }
  try {
    const outcome = await command.run({
      args,
      config: typeof config === 'string' ? config : undefined,
      json: json === true,
      io,
    });
    if (outcome) say(outcome, json === true, io);
    return outcome?.status ?? 0;
  } catch (error) {
    return refuse(error, json === true, io);
  }
}

function say(outcome: Outcome, json: boolean, io: Io): void {
  const text = json ? JSON.stringify(outcome.json) : outcome.text;
  if (text !== '') io.out(text.endsWith('\n') ? text : `${text}\n`);
}

function refuse(error: unknown, json: boolean, io: Io): Status {
  const status = error instanceof UsageError ? 2 : 1;
  const told = tell(error);
  if (json) io.out(`${JSON.stringify({ error: told })}\n`);
  else {
    const who = error instanceof SettingsError ? '' : 'myco: ';
    io.err(`${who}${told.message}${told.code === undefined ? '' : ` (${told.code})`}\n`);
  }
  return status;
}

interface Told {
  readonly reason: string;
  /** Where the refusal has one: E_SHARE_CAP. */
  readonly code?: string;
  readonly message: string;
  readonly problems?: unknown;
}

/** The reason in one word, and the sentence. What is our own fault comes with its stack. */
function tell(error: unknown): Told {
  const message = messageOf(error);
  if (error instanceof UsageError) return { reason: 'usage', message };
  if (error instanceof StoreError) {
    const { code } = error.details;
    return { reason: error.reason, ...(typeof code === 'string' ? { code } : {}), message };
  }
  if (error instanceof SettingsError) return { reason: 'settings', message, problems: error.problems };
  return { reason: 'fault', message: error instanceof Error ? (error.stack ?? message) : message };
}
