/**
 * The composition root: a command line in, an exit status out. bin/myco.mjs calls `run`.
 */
import {
  asCommand,
  type Command,
  configCommands,
  processIo,
  restoreCommand,
  roomCommands,
  runCli,
  serverSettings,
} from './cli/index.ts';
import { createLog } from './observability/index.ts';
import { openRooms } from './rooms/index.ts';
import { type Loaded, loadSettings, type MycoSettings } from './settings/index.ts';
import { serve } from './suite/index.ts';
import { version } from './version.ts';

const serveCommand: Command = {
  name: ['serve'],
  summary: 'run the co-op: sets everything up at first start, then serves until SIGTERM',
  async run({ config, json, io }) {
    const where = { ...(config === undefined ? {} : { file: config }), env: io.env, working: io.working };
    await serve({ settings: loadSettings(serverSettings, where), commands: roomCommands, io, json });
    return undefined;
  },
};

/** A command on a stopped server opens the same stores; what they log is what went wrong. */
async function openOffline(settings: Loaded<MycoSettings>, restoring = false) {
  const log = createLog({ level: 'warn', format: 'auto' });
  const rooms = await openRooms(settings, log, { restoring });
  return { services: rooms, close: () => rooms.close().finally(() => log.flush()) };
}

/** Runs one command line; never throws for what the operator did. */
export function run(argv: readonly string[]): Promise<number> {
  const commands = [
    serveCommand,
    ...configCommands,
    ...roomCommands.map((command) => asCommand(command, (settings) => openOffline(settings))),
    restoreCommand((settings) => openOffline(settings, true)),
  ];
  return runCli(commands, argv, processIo(), { version });
}
