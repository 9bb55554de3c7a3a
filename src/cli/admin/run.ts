import { type Loaded, loadSettings, type MycoSettings } from '../../settings/index.ts';
import type { Call, Command } from '../command.ts';
import { serverSettings } from '../settings.ts';
import { adminClient } from './client.ts';
import { type AdminCommand, formatProgress, nameOf } from './command.ts';

/** The co-op's data opened in this very process; opening takes the lock of the data folder. */
export interface OpenedServices<S> {
  readonly services: S;
  close(): Promise<void>;
}

export type OpenServices<S> = (settings: Loaded<MycoSettings>) => Promise<OpenedServices<S>>;

/**
 * An admin command as a command line: through the socket where a server runs, else on the data folder itself, so that
 * nothing is ever written behind a running server's back.
 */
export function asCommand<S>(command: AdminCommand<S>, open: OpenServices<S>): Command {
  const { name, summary, parameters = [], options = [] } = command;
  return { name, summary, parameters, options, run: (call) => runCommand(command, open, call) };
}

async function runCommand<S>(command: AdminCommand<S>, open: OpenServices<S>, call: Call) {
  const args = await command.gather(call);
  command.check(args);
  const settings = loadSettings(serverSettings, {
    ...(call.config === undefined ? {} : { file: call.config }),
    env: call.io.env,
    working: call.io.working,
  });
  const session = {
    signal: call.io.signal,
    progress: (progress: Parameters<typeof formatProgress>[0]) =>
      call.io.err(`${formatProgress(progress)}\n`),
  };
  const client = await adminClient(settings.value.data);
  if (client) return client.call(nameOf(command), args, session);
  const opened = await open(settings);
  try {
    return await command.run(opened.services, args, session);
  } finally {
    await opened.close();
  }
}
