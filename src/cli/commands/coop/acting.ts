import { resolve } from 'node:path';
import { z } from 'zod';
import { randomToken, StoreError } from '../../../base/index.ts';
import { type Actor, type Coop, demand, type Privilege } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { type AdminCommand, type AdminOutcome, readArguments, type Session } from '../../admin/index.ts';
import type { Call, Command } from '../../command.ts';
import { UsageError } from '../../exit.ts';
import { readSecret } from '../../secret.ts';

/** Who types, as they prove it; `key`: the same one again answers what was done. */
const bySchema = z.strictObject({ as: z.string(), password: z.string(), key: z.string() });

const byOptions = [
  { name: 'as', value: 'ADDRESS', summary: 'who does it: a member with the role that it takes' },
  {
    name: 'password-stdin',
    summary: 'read their password from standard input, one line; else it is asked for',
  },
  { name: 'key', value: 'KEY', summary: 'for scripts: with the same key again it is not done twice' },
];

/** What a command that somebody answers for is given. */
export interface Acting {
  readonly rooms: Rooms;
  readonly coop: Coop;
  readonly actor: Actor;
  readonly key: string;
  readonly session: Session;
}

export interface ActingCommand<A extends z.ZodType>
  extends Pick<Command, 'summary' | 'parameters' | 'options'> {
  readonly name: readonly [string, string, ...string[]];
  readonly schema: A;
  /** Looked at before anything else, and once more by the room. */
  readonly privilege: Privilege;
  /** Arguments that are paths: made absolute where they were typed. */
  readonly paths?: readonly string[];
  run(acting: Acting, args: z.output<A>): Promise<AdminOutcome>;
}

/**
 * A command that moves what the co-op owns or owes. Whoever can open the socket may run commands, but who decided is a person:
 * `--as` names them and their password proves it, so that two approvals are two persons.
 */
export function actingCommand<A extends z.ZodType>(declared: ActingCommand<A>): AdminCommand<Rooms> {
  const { name, summary, parameters = [], options = [], schema, privilege, paths = [], run } = declared;
  const read = (args: unknown) => {
    const { by, ...rest } = z.looseObject({ by: z.unknown() }).parse(args);
    return { by: readArguments(bySchema, by), rest: readArguments(schema, rest) };
  };
  return {
    name,
    summary,
    parameters,
    options: [...options, ...byOptions],
    gather: (call) => gather(call, paths),
    check: (args) => void read(args),
    async run(rooms, args, session) {
      const { by, rest } = read(args);
      const actor = await actorOf(rooms, by);
      demand(actor, privilege);
      return run({ rooms, coop: rooms.coop, actor, key: by.key, session }, rest);
    },
  };
}

/** A path is relative to where it was typed; the server may run elsewhere. */
export function absolute(call: Call, paths: readonly string[]): Record<string, unknown> {
  const args = { ...call.args };
  for (const path of paths) {
    const typed = args[path];
    if (typeof typed === 'string') args[path] = resolve(call.io.working, typed);
  }
  return args;
}

async function gather(call: Call, paths: readonly string[]) {
  const { as, passwordStdin, key, ...rest } = absolute(call, paths);
  if (typeof as !== 'string') throw new UsageError('say who does it: --as ADDRESS');
  const password = await readSecret(call.io, `password of ${as}: `, passwordStdin === true);
  return { ...rest, by: { as, password, key: typeof key === 'string' ? key : `cli-${randomToken()}` } };
}

/** Guesses at this terminal are counted together. */
const terminal = 'terminal';

async function actorOf({ accounts, coop }: Rooms, by: z.output<typeof bySchema>): Promise<Actor> {
  const login = { username: by.as, password: by.password, scope: 'api', remote: terminal } as const;
  const result = await accounts.accounts.login(login);
  if (!result.ok) throw new StoreError('denied', `${by.as} is not let in: ${result.reason}`);
  return coop.actor(result.member.id, 'cli');
}
