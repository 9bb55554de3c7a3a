/**
 * cli: the command line of myco, one declared value per command, one file per group of them.
 *
 * - `runCli` turns the list of commands into the program; every command takes `--config` and `--json`, exits 0 (done),
 *   1 (refused, with the reason) or 2 (usage). It never throws and never ends the process: main does.
 * - With `--json` standard output is exactly one line of JSON, an answer or `{"error":{"reason","message"}}`.
 * - Commands on the co-op's data are admin commands (admin/): they run in the server where one runs.
 */
export {
  type AdminCommand,
  type AdminServer,
  type AdminServerOptions,
  adminClient,
  adminCommand,
  adminServer,
  asCommand,
  type OpenedServices,
  type OpenServices,
  type Progress,
  type Session,
} from './admin/index.ts';
export type { Call, Command, Option, Outcome, Parameter } from './command.ts';
export { restoreCommand, roomCommands } from './commands/index.ts';
export { configCommands } from './config.ts';
export { bankStatement } from './demo/bank-statement.ts';
export { exits, type Status, UsageError } from './exit.ts';
export { type Io, processIo, readStdinLine } from './io.ts';
export { type About, runCli } from './program.ts';
export { serverSettings } from './settings.ts';
