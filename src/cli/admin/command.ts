import type { z } from 'zod';
import type { Call, Command, Outcome } from '../command.ts';
import { UsageError } from '../exit.ts';
import type { Progress } from './protocol.ts';

/** What a running command may tell and hear. */
export interface Session {
  /** A hint of how far it is; some are dropped where nobody reads. */
  progress(progress: Progress): void;
  /** Aborted when the client goes away or the server drains: stop at the next whole step. */
  readonly signal: AbortSignal;
}

/** What an admin command answers; `status` where it is not 0: done, and what was found is bad. */
export type AdminOutcome = Pick<Outcome, 'text' | 'json' | 'status'>;

/** A command on the co-op's data; runs in the server where one runs, else in the client's own process. */
export interface AdminCommand<S> extends Pick<Command, 'name' | 'summary' | 'parameters' | 'options'> {
  /** Completes the arguments where the command was typed: reads standard input, makes paths absolute. */
  gather(call: Call): Promise<Readonly<Record<string, unknown>>>;
  /** Throws UsageError, naming each wrong argument. */
  check(args: unknown): void;
  /** Checks its arguments, then runs. Throws UsageError or StoreError. */
  run(services: S, args: unknown, session: Session): Promise<AdminOutcome>;
}

/** Declares an admin command whose `run` receives its arguments as the schema types them. */
export function adminCommand<S>() {
  return <A extends z.ZodType>(
    declared: Pick<Command, 'name' | 'summary' | 'parameters' | 'options'> & {
      readonly schema: A;
      gather?(call: Call): Promise<Readonly<Record<string, unknown>>>;
      run(services: S, args: z.output<A>, session: Session): Promise<AdminOutcome>;
    },
  ): AdminCommand<S> => {
    const { schema, gather, run, ...line } = declared;
    const read = (args: unknown) => readArguments(schema, args);
    return {
      ...line,
      gather: gather ?? (async (call) => call.args),
      check: (args) => void read(args),
      // Async, so that a wrong argument rejects like everything else.
      run: async (services, args, session) => run(services, read(args), session),
    };
  };
}

/** What the schema makes of arguments. Throws UsageError, naming each wrong one. */
export function readArguments<A extends z.ZodType>(schema: A, args: unknown): z.output<A> {
  const result = schema.safeParse(args);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`,
  );
  throw new UsageError(faults.join('; '));
}

/** `member add`: how a command is named on the socket. */
export function nameOf(command: { readonly name: readonly string[] }): string {
  return command.name.join(' ');
}

/** `imported 200 of 2000 messages`, for people. */
export function formatProgress({ what, done, total }: Progress): string {
  return `${what}: ${done}${total === undefined ? '' : ` of ${total}`}`;
}
